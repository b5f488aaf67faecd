//! Transcripts for every rule of an RTU line, and answers that are late by every amount.

use super::super::script::{Scripted, Step, answer, frame, read_one};
use super::super::stream_model_tests::world::Rng;
use super::*;
use crate::device::Function;
use Step::{After, Close, Send};

const SERIAL: &str = "serial = { port = '/dev/null' }";
const SERVER: &str = "rtu_tcp = 'server:4196'";
const TERMINAL: &str = "dtu = { listen = '127.0.0.1:6000', heartbeat = 'hex:fe fe' }";

type Script = Box<dyn FnMut(usize, &[u8]) -> Vec<Step> + std::marker::Send>;

/// A unit that does what `first` says after the first request, and answers the others properly.
fn first(mut first: impl FnMut(&[u8]) -> Vec<Step> + std::marker::Send + 'static) -> Script {
    Box::new(move |n, request| match n {
        0 => first(request),
        _ => proper(request),
    })
}

fn proper(request: &[u8]) -> Vec<Step> {
    vec![After(10), Send(answer(request))]
}

/// The transcript of two requests to the same unit and function.
async fn pair(settings: &str, script: Script) -> String {
    let mut line = Scripted::new(settings, script);
    let _ = line.read_one(1, 0x10).await;
    let _ = line.read_one(1, 0x20).await;
    line.transcript()
}

fn damaged(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 0x55;
    bytes
}

#[tokio::test(start_paused = true)]
async fn silences_are_kept() {
    let mut text = String::new();
    for (title, settings, gap) in [
        ("the standard's silence", String::new(), 0),
        ("a gap of the bus", "gap_ms = 20\n".into(), 0),
        ("turnaround at another unit", "turnaround_ms = 50\n".into(), 0),
        ("a gap of the device", String::new(), 30),
    ] {
        let settings = format!("{settings}{SERIAL}");
        let mut line = Scripted::new(&settings, |_, request| proper(request));
        for unit in [1, 1, 2] {
            let read = ReadRequest { gap: Duration::from_millis(gap), ..read_one(unit, 0x10) };
            line.read(&read).await.unwrap();
        }
        text += &format!("# {title}\n{}\n", line.transcript());
    }
    for (title, script) in [
        (
            "an early answer does not bring the next request forward",
            Box::new(|_, request: &[u8]| vec![Send(answer(request))]) as Script,
        ),
        (
            "the gap is kept after an error",
            first(|request| vec![Send(damaged(answer(request), 4))]),
        ),
    ] {
        let settings = format!("gap_ms = 20\n{SERIAL}");
        text += &format!("# {title}\n{}\n", pair(&settings, script).await);
    }
    let settings = format!("gap_ms = 20\n{SERVER}");
    let script = Box::new(|_, request: &[u8]| proper(request));
    text += &format!("# a gap over a network\n{}\n", pair(&settings, script).await);
    insta::assert_snapshot!("silences", text);
}

#[tokio::test(start_paused = true)]
async fn every_fault_has_its_rule() {
    fn noise() -> Vec<u8> {
        vec![0x00, 0xff, 0x01, 0x7e]
    }
    let faults: Vec<(&str, Script)> = vec![
        ("an exception is an answer", first(|_| vec![After(10), Send(frame(&[1, 0x83, 2]))])),
        ("wrong CRC", first(|a| vec![After(10), Send(damaged(answer(a), 5))])),
        ("damaged in its first byte", first(|a| vec![After(10), Send(damaged(answer(a), 0))])),
        ("another unit", first(|_| vec![After(10), Send(frame(&[2, 3, 2, 0, 9]))])),
        (
            "another unit, then the answer",
            first(|a| vec![After(10), Send(frame(&[2, 3, 2, 0, 9])), After(20), Send(answer(a))]),
        ),
        ("another function", first(|_| vec![After(10), Send(frame(&[1, 4, 2, 0, 9]))])),
        ("another length", first(|_| vec![After(10), Send(frame(&[1, 3, 4, 0, 9, 0, 8]))])),
        ("cut", first(|a| vec![After(10), Send(answer(a)[..5].to_vec())])),
        (
            "split",
            first(|a| {
                let answer = answer(a);
                let (head, tail) = answer.split_at(4);
                vec![After(10), Send(head.to_vec()), After(30), Send(tail.to_vec())]
            }),
        ),
        ("too long", first(|a| vec![After(10), Send([answer(a), noise()].concat())])),
        ("echo", first(|a| vec![Send(a.to_vec()), After(10), Send(answer(a))])),
        ("echo and nothing else", first(|a| vec![Send(a.to_vec())])),
        (
            "noise before the answer",
            first(move |a| vec![After(5), Send(vec![0, 0xff, 1, 0x7e]), After(5), Send(answer(a))]),
        ),
        ("noise", first(move |_| vec![After(10), Send(noise())])),
        ("silence", first(|_| vec![])),
        ("a late answer", first(|a| vec![After(130), Send(answer(a))])),
        ("a late exception", first(|_| vec![After(130), Send(frame(&[1, 0x83, 2]))])),
        ("closed instead of an answer", first(|_| vec![After(10), Close])),
    ];
    let mut text = String::new();
    for (title, script) in faults {
        text += &format!("# {title}\n{}\n", pair(SERIAL, script).await);
    }
    insta::assert_snapshot!("faults", text);
}

#[tokio::test(start_paused = true)]
async fn what_a_network_adds() {
    let mut text = String::new();
    let silent = first(|_| vec![]);
    text += &format!("# silence: a server is dialled again\n{}\n", pair(SERVER, silent).await);
    let silent = first(|_| vec![]);
    text += &format!("# silence: a terminal is kept\n{}\n", pair(TERMINAL, silent).await);
    type Beat = fn(&[u8]) -> Vec<u8>;
    let beats: [Beat; 3] = [
        |frame| [&[0xfe, 0xfe], frame].concat(),
        |frame| [&frame[..3], &[0xfe, 0xfe], &frame[3..]].concat(),
        |frame| [&frame[..6], &[0xfe, 0xfe], &frame[6..]].concat(),
    ];
    for (title, beat) in ["before", "within", "at the end of"].iter().zip(beats) {
        let script = first(move |a| vec![After(10), Send(beat(&answer(a)))]);
        text += &format!("# a heartbeat {title} an answer\n{}\n", pair(TERMINAL, script).await);
    }
    // The register holds what looks like a heartbeat, and arrives byte by byte.
    let mut line = Scripted::new(TERMINAL, |_, request| {
        let bytes = answer(request).into_iter();
        bytes.flat_map(|byte| [After(3), Send(vec![byte])]).collect()
    });
    assert_eq!(line.read_one(1, 0xfefe).await, Ok(vec![0xfefe]));
    text += &format!("# a register that looks like a heartbeat\n{}\n", line.transcript());
    let mut line = Scripted::new(SERVER, |n, request| match n {
        0 => [proper(request), vec![After(5), Close]].concat(),
        _ => proper(request),
    });
    for _ in 0..2 {
        assert_eq!(line.read_one(1, 0x10).await, Ok(vec![0x10]));
        line.idle(60_000).await;
    }
    text += &format!(
        "# a connection closed between two polls costs no reading\n{}\n",
        line.transcript()
    );
    insta::assert_snapshot!("network", text);
}

/// A network may still hold the answer back while a marker is out.
fn is_waited_for(settings: &str, outcome: &ReadResult) -> bool {
    // The late answer, or a part of it, may come in the place of the marker's.
    let line_is_open = |error: &ReadError| {
        !matches!(error, ReadError::Unreachable { .. } | ReadError::Transport { .. })
    };
    settings != SERIAL && outcome.as_ref().is_err_and(line_is_open)
}

/// A unit of which nothing right ever comes: what came is said of each request, also where a marker was sent for it.
#[tokio::test(start_paused = true)]
async fn what_comes_in_the_place_of_answers_is_said_behind_a_marker_too() {
    let swapped = |request: &[u8]| {
        let mut answer = answer(request);
        let end = answer.len();
        answer.swap(end - 2, end - 1);
        answer
    };
    let another = |request: &[u8]| frame(&[9, request[1], 2, 0, 7]);
    let cut = |request: &[u8]| answer(request)[..5].to_vec();
    type Answer = fn(&[u8]) -> Vec<u8>;
    type Expected = fn(&ReadError) -> bool;
    let cases: [(Answer, Expected); 3] = [
        (swapped, |error| matches!(error, ReadError::Crc { .. })),
        (another, |error| matches!(error, ReadError::Foreign { .. })),
        (cut, |error| matches!(error, ReadError::Cut { .. })),
    ];
    for settings in [SERIAL, SERVER, TERMINAL] {
        for (wrong, expected) in cases {
            let script = move |_, request: &[u8]| vec![After(10), Send(wrong(request))];
            let mut line = Scripted::new(settings, script);
            for address in [0x10, 0x10, 0x20] {
                let outcome = line.read_one(1, address).await;
                let right = outcome.as_ref().is_err_and(expected);
                assert!(right, "{settings}: {outcome:?} {}", line.transcript());
            }
        }
    }
}

/// When all has arrived, both units are read.
async fn is_read_again(line: &mut Scripted) {
    line.idle(300).await;
    for (unit, address) in [(1, 0x50), (2, 0x60), (1, 0x70)] {
        let outcome = line.read_one(unit, address).await;
        assert_eq!(outcome, Ok(vec![address]), "{}", line.transcript());
    }
}

/// Units that answer the first request at any time from just before its timeout to the end of the wait. Whatever is
/// read next, and when: each register has its own address as its value.
#[tokio::test(start_paused = true)]
async fn a_late_answer_is_never_taken_for_the_next() {
    for settings in [SERIAL, SERVER, TERMINAL] {
        let mut taken = 0;
        for late in 95..=199 {
            for exception in [false, true] {
                for idle in [0, 3, 20, 50, 97, 150] {
                    let script = first(move |request| {
                        let late_answer =
                            if exception { frame(&[1, 0x83, 2]) } else { answer(request) };
                        vec![After(late), Send(late_answer)]
                    });
                    let mut line = Scripted::new(settings, script);
                    let outcome = line.read_one(1, 0x10).await;
                    line.idle(idle).await;
                    for (unit, address) in [(1, 0x20), (2, 0x30), (1, 0x40)] {
                        let next = line.read_one(unit, address).await;
                        let right = next == Ok(vec![address]) || is_waited_for(settings, &next);
                        assert!(right, "{next:?} {}", line.transcript());
                    }
                    is_read_again(&mut line).await;
                    taken += u32::from(outcome.is_ok());
                }
            }
        }
        assert!(taken < 200, "{taken} late answers were accepted");
    }
}

/// The same, with the late answer in two parts, and the next request to another unit, which does not wait.
#[tokio::test(start_paused = true)]
async fn a_late_answer_during_another_request_is_skipped() {
    let settings = [SERIAL, SERVER, TERMINAL];
    let lates = (100..=199).flat_map(|late| [0, 1, 7, 40].map(|between| (late, between)));
    // Each kind of line, with the answer interrupted after each byte.
    let turns = settings.iter().flat_map(|settings| (1..7).map(move |at| (settings, at)));
    for ((late, between), (settings, at)) in lates.zip(turns.cycle()) {
        let script = first(move |request| {
            let late_answer = answer(request);
            let (head, tail) = late_answer.split_at(at);
            vec![After(late), Send(head.into()), After(between), Send(tail.into())]
        });
        let mut line = Scripted::new(settings, script);
        let _ = line.read_one(1, 0x10).await;
        let next = line.read_one(2, 0x20).await;
        // A late answer that is still arriving can spoil the right one, not replace it.
        assert!(next == Ok(vec![0x20]) || next.is_err(), "{}", line.transcript());
        for (unit, address) in [(2, 0x30), (1, 0x40)] {
            let last = line.read_one(unit, address).await;
            let right = last == Ok(vec![address]) || is_waited_for(settings, &last);
            assert!(right, "{last:?} {}", line.transcript());
        }
        is_read_again(&mut line).await;
    }
}

/// A unit that always answers after one and a half timeouts.
#[tokio::test(start_paused = true)]
async fn a_unit_that_is_always_late_is_never_read_and_never_misleads() {
    let mut line = Scripted::new(SERIAL, |_, request| vec![After(150), Send(answer(request))]);
    for address in 0..50 {
        let outcome = line.read_one(1, address).await;
        assert!(matches!(outcome, Err(ReadError::Timeout { .. })), "{}", line.transcript());
    }
}

/// The caller stops waiting before the answer.
#[tokio::test(start_paused = true)]
async fn a_request_that_was_dropped_may_still_be_answered() {
    for (patience, late) in [(0, 0), (1, 5), (30, 31), (30, 90), (99, 150)] {
        let script = first(move |request| vec![After(late), Send(answer(request))]);
        let mut line = Scripted::new(SERIAL, script);
        let limit = Duration::from_millis(patience);
        let _dropped = tokio::time::timeout(limit, line.read_one(1, 0x10)).await;
        assert_eq!(line.read_one(1, 0x20).await, Ok(vec![0x20]), "{}", line.transcript());
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_never_quiet_is_given_up() {
    let mut line = Scripted::new(SERIAL, |_, _| {
        let babble = [Send(vec![0x55; 3]), After(1)];
        std::iter::repeat_n(babble, 5000).flatten().collect()
    });
    let first = line.read_one(1, 0x10).await;
    assert!(matches!(first, Err(ReadError::Noise { .. })), "{first:?}");
    let second = line.read_one(1, 0x10).await;
    assert!(
        matches!(&second, Err(ReadError::Noise { problem, .. }) if problem.to_string().contains("never quiet")),
        "{second:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_answer_on_a_slow_line_has_its_time() {
    let settings = "serial = { port = '/dev/null', baud = 1200 }";
    let read = ReadRequest {
        request: crate::device::Request { function: Function::Input, address: 0, count: 125 },
        ..read_one(1, 0)
    };
    let mut line = Scripted::new(settings, |_, _| {
        let body = [&[1, 4, 250][..], &[0, 7].repeat(125)].concat();
        vec![
            After(160),
            Send(frame(&body)[..100].into()),
            After(1300),
            Send(frame(&body)[100..].into()),
        ]
    });
    let outcome = line.read(&read).await;
    // The adapter paused too long between the parts.
    assert!(matches!(outcome, Err(ReadError::Cut { .. })), "{outcome:?}");
    let mut line = Scripted::new(settings, |_, _| {
        let body = [&[1, 4, 250][..], &[0, 7].repeat(125)].concat();
        let parts: Vec<Vec<u8>> = frame(&body).chunks(5).map(<[u8]>::to_vec).collect();
        let steps = parts.into_iter().flat_map(|part| [After(42), Send(part)]);
        [vec![After(140)], steps.collect()].concat()
    });
    assert_eq!(line.read(&read).await, Ok(vec![7; 125]));
}

#[tokio::test(start_paused = true)]
async fn the_silence_before_a_request_is_measured() {
    let mut line = Scripted::new(SERIAL, |_, request| proper(request));
    line.read_one(1, 0x10).await.unwrap();
    line.idle(1000).await;
    line.read_one(1, 0x10).await.unwrap();
    assert!(line.silence() >= Duration::from_millis(990), "{:?}", line.silence());
    line.read_one(1, 0x10).await.unwrap();
    assert!(line.silence() < Duration::from_millis(10), "{:?}", line.silence());
}

/// A server that delivers two answers at once, and one that sends each twice.
#[tokio::test(start_paused = true)]
async fn two_answers_at_once_are_none_unless_they_are_the_same() {
    let script = first(|request| {
        let other = frame(&[1, 3, 2, 0, 9]);
        vec![After(10), Send([other, answer(request)].concat())]
    });
    let mut line = Scripted::new(SERVER, script);
    let outcome = line.read_one(1, 0x10).await;
    assert!(
        matches!(&outcome, Err(ReadError::Foreign { problem, .. }) if problem.to_string().contains("two different")),
        "{outcome:?}"
    );
    assert_eq!(line.read_one(1, 0x20).await, Ok(vec![0x20]), "{}", line.transcript());
    let mut line = Scripted::new(SERVER, |_, request| {
        vec![After(10), Send([answer(request), answer(request)].concat())]
    });
    for address in 0..5 {
        assert_eq!(line.read_one(1, address).await, Ok(vec![address]), "{}", line.transcript());
    }
}

/// A server that stalls for two requests and then delivers all at once, on whichever connection there is.
#[tokio::test(start_paused = true)]
async fn a_stall_costs_readings_and_never_mixes_them_up() {
    let mut text = String::new();
    for settings in [SERVER, TERMINAL] {
        let mut held = Vec::new();
        let mut line = Scripted::new(settings, move |n, request| {
            held.extend(answer(request));
            match n {
                1 | 2 => vec![],
                _ => vec![After(10), Send(std::mem::take(&mut held))],
            }
        });
        for address in [0x10, 0x20, 0x30, 0x40, 0x50] {
            let outcome = line.read_one(1, address).await;
            let right = outcome == Ok(vec![address]) || is_waited_for(settings, &outcome);
            assert!(right, "{outcome:?} {}", line.transcript());
        }
        text += &format!("# {settings}\n{}\n", line.transcript());
    }
    insta::assert_snapshot!("stalls", text);
}

/// A request's answer: each register names its unit and its address.
fn registers(request: &[u8]) -> Vec<u8> {
    let [unit, function, a1, a0, _, count, ..] = *request else { panic!("{request:x?}") };
    let first = u16::from_be_bytes([a1, a0]);
    let words = (0..u16::from(count)).map(|at| u16::from(unit) << 12 | (first + at));
    let data: Vec<u8> = words.flat_map(u16::to_be_bytes).collect();
    frame(&[&[unit, function, data.len() as u8], &data[..]].concat())
}

/// What a unit does in a random schedule, which has gone wrong until `sound`.
fn at_random(rng: &mut Rng, request: &[u8], sound: bool, latest: u64) -> Vec<Step> {
    let unit = request[0];
    let bytes = match (unit, request[1], request[5]) {
        (_, 3, 1) | (1, 3, _) => registers(request),
        // Unit 1 refuses other functions. Units 2 and 3 ignore them; unit 2 refuses other counts, unit 3 ignores them.
        (1, function, _) | (2, function @ 3, _) => frame(&[unit, function | 0x80, 2]),
        _ => return vec![],
    };
    if sound {
        return vec![After(5), Send(bytes)];
    }
    let delay = if rng.below(3) == 0 { 80 + rng.below(latest - 80) } else { rng.below(60) };
    let bytes = if rng.below(8) == 0 { bytes.repeat(2) } else { bytes };
    let (head, tail) = bytes.split_at(rng.index(bytes.len()));
    match rng.below(6) {
        0 => vec![],
        1 => vec![After(delay), Send(head.into()), After(rng.below(40)), Send(tail.into())],
        _ => vec![After(delay), Send(bytes)],
    }
}

/// Lines that delay, drop, merge, split and repeat answers: a value is that of its own register, whatever happens.
#[tokio::test(start_paused = true)]
async fn no_value_of_another_register_in_random_schedules() {
    let (mut right, mut failed) = (0, 0);
    for (seed, settings) in (1..=300).zip([SERIAL, SERVER, TERMINAL].into_iter().cycle()) {
        let latest = if settings == SERIAL { 150 } else { 8000 };
        let sound = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let (mut theirs, healed) = (Rng::new(seed), sound.clone());
        let mut line = Scripted::new(settings, move |_, request| {
            let sound = healed.load(std::sync::atomic::Ordering::Relaxed);
            at_random(&mut theirs, request, sound, latest)
        });
        let mut rng = Rng::new(!seed);
        let read = async |line: &mut Scripted, unit: u8, address: u16| {
            let outcome = line.read_one(unit, address).await;
            let Ok(words) = &outcome else { return false };
            assert_eq!(words, &[u16::from(unit) << 12 | address], "{seed} {}", line.transcript());
            true
        };
        for _ in 0..16 {
            let (unit, address) = (1 + rng.below(3) as u8, 0x10 * rng.below(4) as u16);
            let well = read(&mut line, unit, address).await;
            (right, failed) = (right + u32::from(well), failed + u32::from(!well));
            line.idle(rng.below(3) * rng.below(400)).await;
        }
        sound.store(true, std::sync::atomic::Ordering::Relaxed);
        line.idle(8000).await;
        let mut left: Vec<_> =
            [1, 2, 3].into_iter().flat_map(|unit| [(unit, 0), (unit, 0x20)]).collect();
        for _ in 0..40 {
            for (unit, address) in std::mem::take(&mut left) {
                if !read(&mut line, unit, address).await {
                    left.push((unit, address));
                }
            }
            line.idle(1000).await;
        }
        assert!(left.is_empty(), "{seed} {settings} {left:?} {}", line.transcript());
    }
    assert!(right > 1000 && failed > 1000, "{right} {failed}");
}
