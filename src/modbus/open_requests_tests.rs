//! What is remembered of requests, and which marker comes next.

use super::*;

fn holding(address: u16, count: u16) -> Request {
    Request { function: Function::Holding, address, count }
}

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn marker(next: Next) -> Marker {
    match next {
        Next::Marker(marker) => marker,
        other => panic!("{other:?}"),
    }
}

fn fresh(kind: MarkerKind) -> Marker {
    Marker { kind, request: holding(0, 1), fresh: true }
}

#[test]
fn only_an_open_request_of_the_same_shape_needs_a_marker() {
    let mut open = OpenRequests::default();
    assert_eq!(open.next(1, &holding(0, 2), s(0)), Next::Ask);
    open.sent(1, &holding(0, 2), s(0));
    // Whatever its address, also the same: a late value is not that of this poll.
    for address in [0, 500] {
        let first = marker(open.next(1, &holding(address, 2), s(1000)));
        assert_eq!(first.kind, MarkerKind::Function);
        assert_eq!(first.request, Request { function: Function::Input, address, count: 1 });
    }
    assert_eq!(open.next(1, &holding(0, 3), s(1)), Next::Ask);
    assert_eq!(open.next(2, &holding(0, 2), s(1)), Next::Ask);
    assert!(!open.believes_exception(1, Function::Holding));
    assert!(open.believes_exception(1, Function::Input));
    open.sent(1, &holding(0, 3), s(1));
    open.answered(1, &holding(0, 3), false);
    assert_eq!(open.next(1, &holding(0, 2), s(1)), Next::Ask);
    assert!(open.believes_exception(1, Function::Holding));
}

#[test]
fn the_kind_of_marker_changes_and_the_one_that_works_is_remembered() {
    let mut open = OpenRequests::default();
    let request = holding(0, 2);
    open.sent(1, &request, s(0));
    let mut seen = Vec::new();
    for turn in 0..4 {
        let next = marker(open.next(1, &request, s(turn)));
        open.sent(1, &next.request, s(turn));
        open.unanswered(1, &request);
        seen.push((u8::from(next.request.function), next.request.count));
    }
    assert_eq!(seen, [(4, 1), (3, 1), (4, 1), (3, 1)]);
    open.sent(1, &holding(0, 1), s(7));
    open.answered(1, &holding(0, 1), false);
    assert!(open.proves(1, fresh(MarkerKind::Count), &request));
    // Whichever of the markers it answers, the request was made before.
    assert_eq!(open.next(1, &request, s(8)), Next::Ask);
    open.sent(1, &request, s(8));
    open.answered(1, &request, false);
    assert!(!open.any(1));
    open.sent(1, &request, s(9));
    assert_eq!(marker(open.next(1, &request, s(10))).request, holding(0, 1));
}

#[test]
fn a_marker_from_before_a_request_is_no_proof_for_it() {
    let mut open = OpenRequests::default();
    let input = |count| Request { function: Function::Input, address: 0, count };
    open.sent(1, &holding(0, 2), s(0));
    open.sent(1, &input(1), s(1));
    open.sent(1, &holding(0, 9), s(2));
    let coils = Request { function: Function::Coils, ..input(1) };
    assert_eq!(marker(open.next(1, &holding(0, 2), s(3))).request, input(1));
    assert_eq!(marker(open.next(1, &holding(0, 9), s(3))).request, coils);
    open.sent(1, &input(1), s(4));
    // It may be the answer to the first of the two.
    open.answered(1, &input(1), true);
    assert_eq!(open.next(1, &holding(0, 2), s(5)), Next::Ask);
    assert!(matches!(open.next(1, &holding(0, 9), s(5)), Next::Marker(_)));
    assert!(!open.believes_exception(1, Function::Holding));
    // The next one is not.
    open.sent(1, &input(1), s(6));
    open.answered(1, &input(1), true);
    assert_eq!(open.next(1, &holding(0, 9), s(7)), Next::Ask);
}

#[test]
fn many_unanswered_requests_of_a_shape_are_closed_by_what_is_known() {
    let mut open = OpenRequests::default();
    for _ in 0..3 * NUMBERS_MAX {
        open.sent(1, &holding(0, 1), s(0));
    }
    for _ in 0..3 * NUMBERS_MAX {
        // The last of them may still come.
        assert!(open.is_open(1, &holding(0, 1)));
        open.answered(1, &holding(0, 1), false);
    }
    assert!(!open.any(1));
    for _ in 0..3 * NUMBERS_MAX {
        open.sent(1, &holding(0, 1), s(0));
    }
    open.sent(1, &holding(0, 9), s(0));
    open.answered(1, &holding(0, 9), false);
    assert!(!open.any(1));
}

/// As many answers as may be late come before the one that is believed.
#[test]
fn a_request_is_its_own_marker_where_no_other_helps() {
    let mut open = OpenRequests::default();
    let request = holding(0, 2);
    for _ in 0..2 {
        open.sent(1, &request, s(0));
    }
    assert!(matches!(open.next(1, &request, s(100_000)), Next::Marker(_)));
    for _ in 0..ALL_TRIES {
        open.unanswered(1, &request);
    }
    for second in 1..4 {
        assert_eq!(open.next(1, &request, s(second)), Next::Again);
        let start = open.last();
        for answers in 1..=3 {
            open.sent(1, &request, s(second));
            open.answered(1, &request, false);
            assert_eq!(open.answers_since(1, &request, (start, answers)), answers == 3);
        }
        // Nobody knows whether the others are lost or late.
        assert!(open.is_open(1, &request));
    }
}

#[test]
fn time_counts_only_where_no_marker_helps_and_nothing_late_comes() {
    let mut open = OpenRequests::default();
    let request = holding(0, 2);
    for _ in 0..=HELD_MAX {
        open.sent(1, &request, s(0));
    }
    for _ in 0..VAIN_TRIES {
        open.unanswered(1, &request);
    }
    assert_eq!(open.next(1, &request, s(29)), Next::Wait);
    assert_eq!(open.next(1, &request, s(30)), Next::Again);
    // Not of this unit, and not what it was asked for.
    for other in [[2, 3, 4, 0, 1, 0, 2], [1, 4, 4, 0, 1, 0, 2]] {
        open.came(&sealed(&other), None, s(20));
        assert_eq!(open.next(1, &request, s(30)), Next::Again);
    }
    open.came(&sealed(&[1, 3, 4, 0, 1, 0, 2]), None, s(20));
    assert_eq!(open.next(1, &request, s(49)), Next::Wait);
    assert_eq!(open.next(1, &request, s(50)), Next::Again);
    let start = open.last();
    for answers in 1..=MARKERS_MAX {
        open.sent(1, &request, s(50));
        open.answered(1, &request, false);
        let believed = open.answers_since(1, &request, (start, answers));
        assert_eq!(believed, answers == MARKERS_MAX);
    }
    // Where one was ever answered, it takes longer.
    assert!(open.proves(1, fresh(MarkerKind::Function), &holding(0, 9)));
    for _ in 0..ALL_TRIES {
        open.unanswered(1, &request);
    }
    assert!(matches!(open.next(1, &request, s(649)), Next::Marker(_)));
    assert_eq!(open.next(1, &request, s(650)), Next::Again);
}

#[test]
fn a_block_has_its_turns_though_the_markers_of_others_are_answered() {
    let mut open = OpenRequests::default();
    let (mine, other) = (holding(0, 1), holding(100, 10));
    open.sent(1, &mine, s(0));
    let mut seen = std::collections::BTreeSet::new();
    for turn in 1..40 {
        let next = marker(open.next(1, &mine, s(turn)));
        seen.insert((u8::from(next.request.function), next.request.count));
        open.unanswered(1, &mine);
        assert!(open.proves(1, fresh(MarkerKind::Count), &other));
    }
    assert!(seen.len() > 4, "{seen:?}");
}

fn sealed(body: &[u8]) -> Vec<u8> {
    [body, &super::super::rtu::crc(body)].concat()
}

#[test]
fn a_copy_that_comes_behind_other_answers_is_known_by_its_bytes() {
    let mut open = OpenRequests::default();
    let request = holding(0, 1);
    let [first, second] = [[1, 3, 2, 0, 1], [1, 3, 2, 0, 2]].map(|body| sealed(&body));
    let asked = RtuRequest { unit: 1, request };
    let answer = |open: &mut OpenRequests, frame: &[u8], at: u64| {
        open.sent(1, &request, s(at));
        open.answered(1, &request, false);
        open.came(frame, Some(&asked), s(at))
    };
    // The same value twice is no copy.
    assert!(answer(&mut open, &first, 0).is_empty());
    assert!(answer(&mut open, &first, 1).is_empty());
    assert_eq!(open.without_copies(1, &first, s(1)), first);
    // What comes while nothing is asked is one.
    assert_eq!(open.came(&first, None, s(2)), [1]);
    answer(&mut open, &first, 3);
    assert!(open.came(&first, None, s(4)).is_empty());
    answer(&mut open, &first, 5);
    let both = [&first[..], &second[..]].concat();
    assert_eq!(open.without_copies(1, &both, s(6)), second);
    assert_eq!(open.without_copies(2, &both, s(6)), both);
    // Too late for a copy.
    assert_eq!(open.without_copies(1, &both, s(15)), both);
}

#[test]
fn a_unit_whose_copies_do_not_come_is_taken_for_one_that_does_not_repeat_itself() {
    let mut open = OpenRequests::default();
    let frame = sealed(&[1, 3, 4, 0, 1, 0, 2]);
    assert!(open.repeats(1));
    assert!(!open.repeats(1));
    for missed in 0..u64::from(MISSED_MAX) {
        assert!(open.came(&frame, None, s(20 * missed)).is_empty());
        assert!(open.without_copies(1, &frame, s(20 * missed)).is_empty(), "{missed}");
    }
    let later = 20 * u64::from(MISSED_MAX);
    open.came(&frame, None, s(later));
    assert_eq!(open.without_copies(1, &frame, s(later)), frame);
}

/// A unit that knows one block only refuses what it is asked else: each exception closes a request.
#[test]
fn an_exception_to_a_marker_of_the_same_function_is_a_proof() {
    let mut open = OpenRequests::default();
    let request = holding(0, 1);
    open.sent(1, &request, s(0));
    open.unanswered(1, &request);
    let next = marker(open.next(1, &request, s(1)));
    assert_eq!(next.request, holding(0, 2));
    open.sent(1, &next.request, s(1));
    open.answered(1, &next.request, true);
    assert!(open.proves(1, next, &request));
    // The marker itself may still be refused.
    assert!(!open.believes_exception(1, Function::Holding));
}

#[test]
fn a_silent_unit_is_asked_by_markers_only() {
    let mut open = OpenRequests::default();
    open.sent(1, &holding(0, 2), s(0));
    assert_eq!(open.next(1, &holding(0, 9), s(0)), Next::Ask);
    let next = marker(open.next(1, &holding(0, 2), s(0)));
    open.sent(1, &next.request, s(0));
    open.unanswered(1, &holding(0, 2));
    let next = marker(open.next(1, &holding(0, 9), s(0)));
    assert_eq!(next.request, holding(0, 2));
    open.sent(1, &next.request, s(0));
    open.answered(1, &next.request, true);
    assert!(open.proves(1, next, &holding(0, 9)));
    assert_eq!(open.next(1, &holding(0, 9), s(0)), Next::Ask);
}
