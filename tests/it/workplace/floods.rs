//! Many at once, and many who dawdle: others read on, and readings arrive.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::kit::{Office, PASSWORD};
use crate::context::Process;
use crate::hostile::scene::memory_most_kb;
use crate::peers::python;
use crate::visit::{Visit, token};

/// Attempts to sign in, and how many of them at once.
const LOGINS: usize = 10_000;
const AT_ONCE: usize = 40;

/// Longest that all of them may take, in a debug build on a busy machine: 40 ms each.
const LOGINS_MAX: Duration = Duration::from_secs(400);

/// Most memory of the hub meanwhile, KiB, with the program of a debug build (65 MiB of it): two passwords are hashed at
/// once, in 19 MiB each that are used again.
const MEMORY_MAX: u64 = 200 * 1024;

const SLOW: usize = 1200;

/// Longest that a page, or a reading on its way, may take meanwhile.
const UNDISTURBED: Duration = Duration::from_secs(10);

#[test]
fn ten_thousand_logins_take_neither_memory_nor_the_page() {
    let office = Office::open();
    office.levels(1, &[219.0]);
    let mut viewer = office.person("viewer");
    let (next, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let mut visit = office.stranger();
                let token = token(&visit.get("/sign-in").text()).unwrap();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= LOGINS {
                        return;
                    }
                    let person = ["zhao", "sun", "mallory"][number % 3];
                    let password = format!("guess number {number}");
                    let fields = [
                        ("form_token", token.as_str()),
                        ("person", person),
                        ("password", &password),
                    ];
                    let answer = visit.post("/sign-in", &fields);
                    assert!((400..=503).contains(&answer.status), "{answer:?}");
                    assert_ne!(answer.status, 500, "{answer:?}");
                    refused.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Whoever is signed in goes on.
        while next.load(Ordering::Relaxed) < LOGINS {
            let asked = Instant::now();
            assert_eq!(viewer.get("/").status, 200);
            assert!(asked.elapsed() < UNDISTURBED, "{:?}", asked.elapsed());
        }
    });
    assert_eq!(refused.into_inner(), LOGINS);
    assert!(begun.elapsed() < LOGINS_MAX, "{:?}", begun.elapsed());
    let most = memory_most_kb(office.hub.0.id());
    assert!(most < MEMORY_MAX, "{most} KiB");
    let (_, right) = office.sign_in("sun", PASSWORD);
    assert_ne!(right.status, 303, "the right password is not tried either while it is too often");
    office.levels(2, &[219.5, 219.6]);
    office.chosen(&office.link_by("reset", "sun"));
}

/// A thousand connections that never finish their head.
struct Slow {
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    _process: Process,
}

impl Slow {
    fn open(port: u16) -> Self {
        let arguments = [port.to_string(), SLOW.to_string()];
        let mut child = python("tests/slow_clients.py", &arguments.each_ref().map(String::as_str));
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut slow = Self { input, output, _process: Process(child) };
        let open = slow.number("open");
        assert!(open > SLOW / 2, "{open} connections");
        slow
    }

    fn number(&mut self, word: &str) -> usize {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let told = line.trim().strip_prefix(word).and_then(|rest| rest.trim().parse().ok());
        told.unwrap_or_else(|| panic!("{line}"))
    }

    fn end(mut self) -> usize {
        let mut input = self.input.take().unwrap();
        let _ = input.write_all(b"\n");
        drop(input);
        self.number("left")
    }
}

#[test]
fn twelve_hundred_slow_connections_disturb_neither_page_nor_intake() {
    let office = Office::open();
    office.levels(1, &[219.0]);
    let mut viewer = office.person("viewer");
    let slow = Slow::open(viewer.port);
    for seq in 2..12 {
        let asked = Instant::now();
        assert_eq!(viewer.get("/").status, 200);
        let page = asked.elapsed();
        office.levels(seq, &[219.0 + seq as f64 / 10.0]);
        assert!(page < UNDISTURBED && asked.elapsed() < 2 * UNDISTURBED, "{page:?}, {asked:?}");
    }
    let mut other = Visit::to(viewer.port);
    assert_eq!(other.get("/sign-in").status, 200);
    let left = slow.end();
    assert!(left < SLOW, "{left} of them are still there");
}
