//! How often a gateway asks whether its clock is set, and what it says where the system refuses the question, as a
//! filter of system calls does: tests/clock_question.c answers instead of the kernel.

use std::process::Command;

use crate::context::{Context, Process, free_port, get, hanqing, outcome, repository, wait_for};
use crate::office::status;
use crate::wide::{Run, WideField};

/// A gateway that polls five devices of a hundred levels each second, and believes the kernel alone.
struct Asking {
    context: Context,
    field: WideField,
    metrics: u16,
    answer: &'static str,
}

impl Asking {
    fn new(answer: &'static str) -> Self {
        let (context, field, metrics) = (Context::new(), WideField::start(5), free_port());
        let sections = format!("[metrics]\nlisten = \"127.0.0.1:{metrics}\"");
        let config = field.configure(
            &context,
            &Run {
                broker_port: context.broker_port(),
                spool: &context.path("spool.db"),
                limits: "",
                sections: &sections,
                intervals: "interval_s = 1",
            },
        );
        let text = std::fs::read_to_string(config).unwrap();
        context.write("edge.toml", &text.replace("trust = \"always\"", "trust = \"kernel\""));
        let mut compiler = Command::new("cc");
        compiler
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(context.path("clock_question.so"))
            .arg(repository("tests/clock_question.c"));
        assert!(compiler.status().unwrap().success(), "cannot build tests/clock_question.c");
        Self { context, field, metrics, answer }
    }

    /// What a process has in its environment whose questions go into this file.
    fn environment(&self, count: &str) -> [(&'static str, String); 3] {
        let path = |name: &str| self.context.path(name).display().to_string();
        [
            ("LD_PRELOAD", path("clock_question.so")),
            ("CLOCK_COUNT", path(count)),
            ("CLOCK_ANSWER", self.answer.into()),
        ]
    }

    fn start(&self) -> Process {
        self.context.daemon_with("edge", "edge.toml", "edge", &self.environment("asked"))
    }

    /// Questions of the gateway so far.
    fn asked(&self) -> u64 {
        std::fs::metadata(self.context.path("asked")).unwrap().len()
    }

    /// What a command says of the gateway's file, where its own questions are answered alike.
    fn said(&self, lang: &str, command: &[&str]) -> String {
        let mut said = hanqing();
        said.args(["--lang", lang]).args(command).arg(self.context.path("edge.toml"));
        outcome(said.envs(self.environment("asked-by-command"))).1
    }
}

#[test]
fn the_kernel_is_asked_seldom_however_many_readings_there_are() {
    let asking = Asking::new("set");
    let _edge = asking.start();
    let seen = status(&asking.context, "ten polls", |status| status.spool.last_seq >= 10);
    assert!(!seen.clock.provisional && seen.clock.refusal.is_none(), "{:?}", seen.clock);
    assert!(seen.readings >= 10 * asking.field.readings_per_poll());
    // At the start, and every five seconds, twice where the clock is taken over.
    let (asked, polls) = (asking.asked(), asking.context.status().spool.last_seq);
    assert!((1..=polls).contains(&asked), "{asked} questions in {polls} polls");
}

#[test]
fn a_question_that_the_system_refuses_is_logged_once_and_told_with_the_way_out() {
    let asking = Asking::new("refused");
    let edge = asking.start();
    let held = |status: &hanqing::edge::control::GatewayStatus| status.spool.held >= 12;
    let seen = status(&asking.context, "polls that are held", held);
    assert!(seen.clock.provisional && seen.clock.refusal.is_some(), "{:?}", seen.clock);
    assert!(asking.asked() <= seen.spool.last_seq, "{} questions", asking.asked());

    for (lang, first, then) in [
        ("zh", "不采信系统时间", "系统不让本程序查询时间服务是否已校时"),
        ("en", "The machine's time is not trusted", "does not let this program ask"),
    ] {
        let told = asking.said(lang, &["status", "-c"]);
        let checked = asking.said(lang, &["check"]);
        assert!(told.contains(first), "{told}");
        for said in [&told, &checked] {
            for part in [then, "adjtimex", "clock_adjtime64", "clock.trust = \"always\""] {
                assert!(said.contains(part), "{part}: {said}");
            }
        }
    }
    let metrics = wait_for("the metrics", || get(asking.metrics, "/metrics"));
    assert!(metrics.contains("hanqing_clock_refused{rule=\"forbidden\"} 1\n"), "{metrics}");
    assert!(metrics.contains("hanqing_clock_refused{rule=\"jump\"} 0\n"), "{metrics}");

    drop(edge);
    let log = asking.context.log("edge");
    let lines: Vec<&str> =
        log.lines().filter(|line| line.contains("the machine's clock is not trusted")).collect();
    assert!(matches!(lines[..], [line] if line.contains("clock_adjtime64")), "{log}");
}
