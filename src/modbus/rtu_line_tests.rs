//! Every rule of the line as a transcript, and late answers at every point.

use super::super::script::{Scripted, Step, answer, asking, frame};
use super::*;
use crate::device::Function;
use Step::{After, Close, Send};

const SERIAL: &str = "serial = { port = '/dev/null' }";
const SERVER: &str = "rtu_tcp = 'server:4196'";
const TERMINAL: &str = "dtu = { listen = '127.0.0.1:6000', heartbeat = 'hex:fe fe' }";

type Deed = Box<dyn FnMut(usize, &[u8]) -> Vec<Step> + std::marker::Send>;

/// A unit that answers the n-th request after 10 ms as `first` does for the first, and well from then on.
fn first(mut first: impl FnMut(&[u8]) -> Vec<Step> + std::marker::Send + 'static) -> Deed {
    Box::new(move |n, asked| match n {
        0 => first(asked),
        _ => well(asked),
    })
}

fn well(asked: &[u8]) -> Vec<Step> {
    vec![After(10), Send(answer(asked))]
}

/// What a line does between two requests of the same unit and function.
async fn pair(settings: &str, deed: Deed) -> String {
    let mut line = Scripted::new(settings, deed);
    let _ = line.ask(1, 0x10).await;
    let _ = line.ask(1, 0x20).await;
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
        let mut line = Scripted::new(&settings, |_, asked| well(asked));
        for unit in [1, 1, 2] {
            let ask = Ask { gap: Duration::from_millis(gap), ..asking(unit, 0x10) };
            line.read(&ask).await.unwrap();
        }
        text += &format!("# {title}\n{}\n", line.transcript());
    }
    for (title, deed) in [
        (
            "an answer that comes too soon hastens nothing",
            Box::new(|_, asked: &[u8]| vec![Send(answer(asked))]) as Deed,
        ),
        ("the gap is kept after an error", first(|asked| vec![Send(damaged(answer(asked), 4))])),
    ] {
        let settings = format!("gap_ms = 20\n{SERIAL}");
        text += &format!("# {title}\n{}\n", pair(&settings, deed).await);
    }
    let settings = format!("gap_ms = 20\n{SERVER}");
    let well = Box::new(|_, asked: &[u8]| well(asked));
    text += &format!("# a gap over a network\n{}\n", pair(&settings, well).await);
    insta::assert_snapshot!("silences", text);
}

#[tokio::test(start_paused = true)]
async fn every_fault_has_its_rule() {
    fn noise() -> Vec<u8> {
        vec![0x00, 0xff, 0x01, 0x7e]
    }
    let faults: Vec<(&str, Deed)> = vec![
        ("an exception is an answer", first(|_| vec![After(10), Send(frame(&[1, 0x83, 2]))])),
        ("wrong check", first(|a| vec![After(10), Send(damaged(answer(a), 5))])),
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
    for (title, deed) in faults {
        text += &format!("# {title}\n{}\n", pair(SERIAL, deed).await);
    }
    insta::assert_snapshot!("faults", text);
}

#[tokio::test(start_paused = true)]
async fn what_a_network_adds() {
    let mut text = String::new();
    let silent = first(|_| vec![]);
    text += &format!("# silence: a server is dialled anew\n{}\n", pair(SERVER, silent).await);
    let silent = first(|_| vec![]);
    text += &format!("# silence: a terminal is kept\n{}\n", pair(TERMINAL, silent).await);
    type Beat = fn(&[u8]) -> Vec<u8>;
    let beats: [Beat; 3] = [
        |frame| [&[0xfe, 0xfe], frame].concat(),
        |frame| [&frame[..3], &[0xfe, 0xfe], &frame[3..]].concat(),
        |frame| [&frame[..6], &[0xfe, 0xfe], &frame[6..]].concat(),
    ];
    for (title, beat) in ["before", "within", "at the end of"].iter().zip(beats) {
        let deed = first(move |a| vec![After(10), Send(beat(&answer(a)))]);
        text += &format!("# a heartbeat {title} an answer\n{}\n", pair(TERMINAL, deed).await);
    }
    // The register holds what looks like a heartbeat, and comes byte by byte.
    let mut line = Scripted::new(TERMINAL, |_, asked| {
        let bytes = answer(asked).into_iter();
        bytes.flat_map(|byte| [After(3), Send(vec![byte])]).collect()
    });
    assert_eq!(line.ask(1, 0xfefe).await, Ok(vec![0xfefe]));
    text += &format!("# a register that looks like a heartbeat\n{}\n", line.transcript());
    let mut line = Scripted::new(SERVER, |n, asked| match n {
        0 => [well(asked), vec![After(5), Close]].concat(),
        _ => well(asked),
    });
    for _ in 0..2 {
        assert_eq!(line.ask(1, 0x10).await, Ok(vec![0x10]));
        line.idle(60_000).await;
    }
    text += &format!(
        "# a connection closed between two polls costs no reading\n{}\n",
        line.transcript()
    );
    insta::assert_snapshot!("network", text);
}

/// Units that answer the first question so many milliseconds after it, from just before its timeout to the end of the wait.
/// Whatever is asked next, and when: a register's value is its address, and no other's.
#[tokio::test(start_paused = true)]
async fn a_late_answer_is_never_taken_for_the_next() {
    for settings in [SERIAL, SERVER, TERMINAL] {
        let mut taken = 0;
        for late in 95..=199 {
            for exception in [false, true] {
                for idle in [0, 3, 20, 50, 97, 150] {
                    let deed = first(move |asked| {
                        let late_answer =
                            if exception { frame(&[1, 0x83, 2]) } else { answer(asked) };
                        vec![After(late), Send(late_answer)]
                    });
                    let mut line = Scripted::new(settings, deed);
                    let outcome = line.ask(1, 0x10).await;
                    line.idle(idle).await;
                    for (unit, address) in [(1, 0x20), (2, 0x30), (1, 0x40)] {
                        let next = line.ask(unit, address).await;
                        assert_eq!(next, Ok(vec![address]), "{}", line.transcript());
                    }
                    taken += u32::from(outcome.is_ok());
                }
            }
        }
        assert!(taken < 200, "{taken} were late");
    }
}

/// The same, with the late answer in two parts, and the next question to another unit or function, which does not wait.
#[tokio::test(start_paused = true)]
async fn a_late_answer_in_the_midst_of_another_question_is_passed_over() {
    let settings = [SERIAL, SERVER, TERMINAL];
    let lates = (100..=199).flat_map(|late| [0, 1, 7, 40].map(|between| (late, between)));
    // On which line, and after which byte it is interrupted: each in turn.
    let turns = settings.iter().flat_map(|settings| (1..7).map(move |at| (settings, at)));
    for ((late, between), (settings, at)) in lates.zip(turns.cycle()) {
        let deed = first(move |asked| {
            let late_answer = answer(asked);
            let (head, tail) = late_answer.split_at(at);
            vec![After(late), Send(head.into()), After(between), Send(tail.into())]
        });
        let mut line = Scripted::new(settings, deed);
        let _ = line.ask(1, 0x10).await;
        let next = line.ask(2, 0x20).await;
        // A late answer that is still under way can swallow the right one, not take its place.
        assert!(next == Ok(vec![0x20]) || next.is_err(), "{}", line.transcript());
        let last = line.ask(2, 0x30).await;
        assert_eq!(last, Ok(vec![0x30]), "{}", line.transcript());
        let last = line.ask(1, 0x40).await;
        assert_eq!(last, Ok(vec![0x40]), "{}", line.transcript());
    }
}

/// A unit that always takes one and a half timeouts.
#[tokio::test(start_paused = true)]
async fn a_unit_that_is_always_late_never_reads_and_never_misleads() {
    let mut line = Scripted::new(SERIAL, |_, asked| vec![After(150), Send(answer(asked))]);
    for address in 0..50 {
        let outcome = line.ask(1, address).await;
        assert!(matches!(outcome, Err(ReadError::Timeout { .. })), "{}", line.transcript());
    }
}

/// Whoever asks stops waiting before the answer.
#[tokio::test(start_paused = true)]
async fn a_question_that_was_dropped_may_still_be_answered() {
    for (patience, late) in [(0, 0), (1, 5), (30, 31), (30, 90), (99, 150)] {
        let deed = first(move |asked| vec![After(late), Send(answer(asked))]);
        let mut line = Scripted::new(SERIAL, deed);
        let limit = Duration::from_millis(patience);
        let _dropped = tokio::time::timeout(limit, line.ask(1, 0x10)).await;
        assert_eq!(line.ask(1, 0x20).await, Ok(vec![0x20]), "{}", line.transcript());
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_never_quiet_is_given_up() {
    let mut line = Scripted::new(SERIAL, |_, _| {
        let babble = [Send(vec![0x55; 3]), After(1)];
        std::iter::repeat_n(babble, 5000).flatten().collect()
    });
    let first = line.ask(1, 0x10).await;
    assert!(matches!(first, Err(ReadError::Noise { .. })), "{first:?}");
    let second = line.ask(1, 0x10).await;
    assert!(
        matches!(&second, Err(ReadError::Noise { problem, .. }) if problem.contains("never quiet")),
        "{second:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_answer_on_a_slow_line_has_its_time() {
    let settings = "serial = { port = '/dev/null', baud = 1200 }";
    let ask = Ask {
        request: crate::device::Request { function: Function::Input, address: 0, count: 125 },
        ..asking(1, 0)
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
    let outcome = line.read(&ask).await;
    // The adapter kept more than it may between the parts.
    assert!(matches!(outcome, Err(ReadError::Cut { .. })), "{outcome:?}");
    let mut line = Scripted::new(settings, |_, _| {
        let body = [&[1, 4, 250][..], &[0, 7].repeat(125)].concat();
        let parts: Vec<Vec<u8>> = frame(&body).chunks(5).map(<[u8]>::to_vec).collect();
        let steps = parts.into_iter().flat_map(|part| [After(42), Send(part)]);
        [vec![After(140)], steps.collect()].concat()
    });
    assert_eq!(line.read(&ask).await, Ok(vec![7; 125]));
}

#[tokio::test(start_paused = true)]
async fn the_silence_that_was_kept_is_told() {
    let mut line = Scripted::new(SERIAL, |_, asked| well(asked));
    line.ask(1, 0x10).await.unwrap();
    line.idle(1000).await;
    line.ask(1, 0x10).await.unwrap();
    assert!(line.quiet() >= Duration::from_millis(990), "{:?}", line.quiet());
    line.ask(1, 0x10).await.unwrap();
    assert!(line.quiet() < Duration::from_millis(10), "{:?}", line.quiet());
}
