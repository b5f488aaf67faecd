//! `hanqing scan`

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::blocks;
use super::line::LineArguments;
use super::requests::{Line, RequestOptions, Response};
use super::scan_lists::{Functions, Units, functions, modes, units};
use super::wire::Frame;
use super::words::duration;
use crate::cli::json;
use crate::cli::runtime::{block_on, stop_signal};
use crate::cli::table::{Cell, Table, Tone, left, right};
use crate::cli::usage::bail_usage;
use crate::cli::values::within;
use crate::core::Reason;
use crate::device::{Function, Request};
use crate::edge::control::Failure;
use crate::locales::{Text, commissioning, gateway as words};
use crate::modbus::{BusSettings, SerialMode};
use crate::support::Stopwatch;

/// Response timeout on a serial line, ms: field devices answer in 20 to 150.
const SERIAL_MS: u64 = 200;

/// Response timeout over TCP, ms: a serial server polls its line in the meantime.
const TCP_MS: u64 = 1000;

/// The arguments of `hanqing scan`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    line: LineArguments,
    #[arg(long, value_name = "UNITS", default_value = "1..247", value_parser = units)]
    units: Units,
    #[arg(long, value_name = "CODES", default_value = "3,4", value_parser = functions)]
    functions: Functions,
    #[arg(long)]
    all_speeds: bool,
    #[arg(long, value_name = "SECONDS", value_parser = within::<u64>(1..))]
    most_s: Option<u64>,
}

fn default_timeout(mode: Option<SerialMode>) -> Duration {
    Duration::from_millis(mode.map_or(TCP_MS, |_| SERIAL_MS))
}

/// A unit that answers.
#[derive(Serialize)]
struct Found {
    unit: u8,
    /// Speed and frame of a serial line.
    #[serde(rename = "line")]
    mode: Option<SerialMode>,
    #[serde(serialize_with = "code")]
    function: Function,
    answer: Answered,
    /// The code of an exception.
    exception: Option<u8>,
    /// What was wrong with a garbled answer.
    reason: Option<Reason>,
    /// Whether a block reads as its registers one by one; `None` where that was not seen.
    blocks_agree: Option<bool>,
    ms: f64,
}

fn code<S: serde::Serializer>(function: &Function, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u8((*function).into())
}

/// How a unit answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answered {
    Registers,
    Exception,
    Garbled,
}

impl Found {
    fn said(&self) -> Text {
        match (self.answer, self.exception, self.reason) {
            (Answered::Exception, Some(code), _) => words::answers_exception(code),
            (Answered::Garbled, _, Some(reason)) => words::answers_garbled(reason.name()),
            _ => words::answers(),
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    /// `complete`, `interrupted`, `out_of_time`, `other_framing` or `failed`.
    ended: &'static str,
    found: &'a [Found],
    /// What the technician is told besides.
    hints: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<Vec<Frame>>,
}

/// What a scan has seen so far.
#[derive(Default)]
struct Seen {
    found: Vec<Found>,
    hints: Vec<Text>,
}

/// What to try, and how.
struct Attempts {
    units: Vec<u8>,
    functions: Vec<Function>,
    modes: Vec<Option<SerialMode>>,
    given_timeout: Option<Duration>,
    /// The units that answer in the first mode, the line's own, end the scan.
    own_mode_decides: bool,
}

enum Ended {
    Complete,
    Interrupted,
    OutOfTime,
    /// The peer answers in the other framing.
    OtherFraming,
    Failed(anyhow::Error),
}

/// Scans and prints.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let setup = arguments.line.setup()?;
    let mut bus: BusSettings = setup.one_bus()?.clone();
    let (bauds, parities) = (&arguments.line.baud, &arguments.line.parity);
    let free = bauds.is_empty() && parities.is_empty();
    let modes: Vec<Option<SerialMode>> = match &bus.serial {
        Some(serial) => {
            let own = (setup.configured && free).then(|| serial.mode());
            modes(own, bauds, parities, serial.stop_bits).into_iter().map(Some).collect()
        }
        None if free => vec![None],
        None => bail_usage!(words::no_serial_port(bus.line())),
    };
    let given_timeout = arguments.line.timeout();
    let longest = modes.iter().map(|mode| default_timeout(*mode)).max();
    if let (None, Some(longest)) = (given_timeout, longest) {
        bus.timeout_ms = u64::try_from(longest.as_millis())?;
    }
    let attempts = Attempts {
        units: arguments.units.0.clone(),
        functions: arguments.functions.0.clone(),
        own_mode_decides: setup.configured && free && modes.len() > 1 && !arguments.all_speeds,
        modes,
        given_timeout,
    };
    block_on(async {
        let stop = stop_signal()?;
        let mut line = setup.open(&bus).await?;
        let mut seen = Seen::default();
        let limit = Duration::from_secs(arguments.most_s.unwrap_or(u64::MAX));
        let ended = tokio::select! {
            () = stop.cancelled() => Ended::Interrupted,
            () = tokio::time::sleep(limit) => Ended::OutOfTime,
            scanned = scan(&mut line, &attempts, &mut seen) => match scanned {
                Ok(ended) => ended,
                Err(error) => Ended::Failed(error),
            }
        };
        if setup.json {
            document(&seen, &ended, line.frames())?;
        } else {
            print(&seen, &ended);
        }
        match ended {
            Ended::Complete => Ok(ExitCode::SUCCESS),
            Ended::Interrupted | Ended::OutOfTime | Ended::OtherFraming => Ok(ExitCode::FAILURE),
            Ended::Failed(error) => Err(error),
        }
    })
}

/// Makes all attempts and adds the units that answer to `seen`.
async fn scan(line: &mut Line, attempts: &Attempts, seen: &mut Seen) -> anyhow::Result<Ended> {
    let units = attempts.units.len();
    let progress = Progress::start(units * attempts.modes.len());
    for (round, mode) in attempts.modes.iter().enumerate() {
        let timeout = attempts.given_timeout.unwrap_or_else(|| default_timeout(*mode));
        for (place, unit) in attempts.units.iter().enumerate() {
            progress.show(round * units + place, *mode, *unit, seen.found.len());
            let options =
                RequestOptions { timeout: Some(timeout), mode: *mode, ..RequestOptions::default() };
            match try_unit(line, *unit, &attempts.functions, options).await? {
                Tried::Found(mut found) => {
                    if found.answer == Answered::Registers {
                        let agree = blocks::unit_agrees(line, *unit, found.function, options);
                        found.blocks_agree = agree.await?;
                    }
                    if found.blocks_agree == Some(false) {
                        let function = u8::from(found.function);
                        seen.hints.push(commissioning::blocks_wrong(*unit, function, 0));
                    }
                    seen.found.push(found);
                }
                Tried::Silent(request, failure) if seen.found.is_empty() => {
                    // Nobody will answer on a line that is spoken to in the wrong framing.
                    if let Some(hint) = line.other_framing(*unit, request, &failure).await {
                        seen.hints.push(hint);
                        return Ok(Ended::OtherFraming);
                    }
                }
                Tried::Silent(..) => {}
            }
        }
        let proper = |found: &Found| found.answer != Answered::Garbled;
        if let Some(mode) = mode.filter(|_| attempts.own_mode_decides && round == 0)
            && seen.found.iter().any(proper)
        {
            seen.hints.push(commissioning::found_at_configured_line(mode.to_string()));
            return Ok(Ended::Complete);
        }
    }
    Ok(Ended::Complete)
}

/// What became of a unit.
enum Tried {
    Found(Found),
    /// The last request, and why it brought nothing.
    Silent(Request, Failure),
}

/// Tries one unit with one function after the other, until one returns registers: after an exception to function 3,
/// function 4 may still do.
async fn try_unit(
    line: &mut Line,
    unit: u8,
    functions: &[Function],
    options: RequestOptions,
) -> anyhow::Result<Tried> {
    let mut found = None;
    let mut silent = None;
    for function in functions {
        let request = Request { function: *function, address: 0, count: 1 };
        let Response { outcome, ms } = line.read(unit, request, options).await?;
        let answered = |answer, exception, reason| Found {
            unit,
            mode: options.mode,
            function: *function,
            answer,
            exception,
            reason,
            blocks_agree: None,
            ms: (ms * 10.0).round() / 10.0,
        };
        let failure = match outcome {
            Ok(_) => return Ok(Tried::Found(answered(Answered::Registers, None, None))),
            Err(failure) if failure.reason == Reason::Unreachable => return Err(failure.into()),
            Err(failure) => failure,
        };
        if let (None, Some(answer)) = (&found, answer_in(&failure)) {
            let reason = (answer == Answered::Garbled).then_some(failure.reason);
            found = Some(answered(answer, failure.exception, reason));
        }
        silent = Some((request, failure));
    }
    match (found, silent) {
        (Some(found), _) => Ok(Tried::Found(found)),
        (None, Some((request, failure))) => Ok(Tried::Silent(request, failure)),
        (None, None) => Err(anyhow::Error::msg(words::no_register_to_read())),
    }
}

/// The answer of a unit that a failure shows; `None` if the failure means that no unit is there.
fn answer_in(failure: &Failure) -> Option<Answered> {
    match (failure.reason, failure.exception) {
        // A serial server reports a silent unit behind it this way (application protocol V1.1b3, 7).
        (_, Some(10 | 11)) => None,
        (_, Some(_)) => Some(Answered::Exception),
        // Bytes came, but not a valid frame: another speed, or two units with the same id.
        (Reason::Crc | Reason::Cut | Reason::Foreign | Reason::Length | Reason::Noise, None) => {
            Some(Answered::Garbled)
        }
        // Some servers close the connection if no unit is behind them.
        _ => None,
    }
}

fn document(seen: &Seen, ended: &Ended, frames: Option<Vec<Frame>>) -> anyhow::Result<()> {
    json::print(&Document {
        format: json::FORMAT,
        ended: match ended {
            Ended::Complete => "complete",
            Ended::Interrupted => "interrupted",
            Ended::OutOfTime => "out_of_time",
            Ended::OtherFraming => "other_framing",
            Ended::Failed(_) => "failed",
        },
        found: &seen.found,
        hints: seen.hints.iter().map(ToString::to_string).collect(),
        frames,
    })
}

fn print(seen: &Seen, ended: &Ended) {
    if seen.found.is_empty() {
        if !matches!(ended, Ended::Failed(_)) {
            say!("{}", words::found_nothing());
        }
    } else {
        show!("{}", table(&seen.found));
    }
    for hint in &seen.hints {
        say!("{hint}");
    }
    match ended {
        Ended::Complete | Ended::OtherFraming | Ended::Failed(_) => {}
        Ended::Interrupted => say!("{}", words::scan_interrupted()),
        Ended::OutOfTime => say!("{}", words::scan_out_of_time()),
    }
}

fn table(found: &[Found]) -> Table {
    let mut table = Table::new([
        right(words::head_unit()),
        left(words::head_line_mode()),
        right(words::head_function()),
        left(words::head_result()),
        right(words::head_ms()),
    ]);
    for unit in found {
        let tone = match unit.answer {
            Answered::Registers => Tone::Good,
            Answered::Exception | Answered::Garbled => Tone::Warn,
        };
        table.toned_row([
            unit.unit.to_string().into(),
            unit.mode.map_or("—".into(), |mode| mode.to_string()).into(),
            u8::from(unit.function).to_string().into(),
            Cell::toned(unit.said(), tone),
            format!("{:.0}", unit.ms).into(),
        ]);
    }
    table
}

/// A progress line on the terminal; nothing is written into a pipe.
struct Progress {
    all: usize,
    took: Stopwatch,
    shown: bool,
}

impl Progress {
    fn start(all: usize) -> Self {
        Self { all, took: Stopwatch::start(), shown: std::io::stderr().is_terminal() }
    }

    fn show(&self, done: usize, mode: Option<SerialMode>, unit: u8, found: usize) {
        if !self.shown {
            return;
        }
        let mode = mode.map_or(String::new(), |mode| format!("{mode} "));
        let now = done + 1;
        let said = match done {
            0 => words::scanning(mode, unit, now, self.all, found),
            done => {
                let each = self.took.elapsed().as_secs_f64() / done as f64;
                let seconds = each * (self.all - done) as f64;
                let left = duration(seconds as u64);
                words::scanning_left(mode, unit, now, self.all, found, left)
            }
        };
        // A write error means that the terminal is gone.
        let _ = write!(std::io::stderr(), "\r\x1b[K{said}");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::table::Layout;
    use crate::locales::{Lang, within};

    #[test]
    fn a_serial_line_answers_sooner_than_a_server() {
        let mode = modes(None, &[9600], &[], 1)[0];
        assert_eq!(default_timeout(Some(mode)), Duration::from_millis(200));
        assert_eq!(default_timeout(None), Duration::from_millis(1000));
    }

    #[test]
    fn an_exception_is_an_answer_unless_the_server_gives_it_for_a_silent_unit() {
        let failure = |reason, exception| Failure { reason, exception, text: Text::default() };
        assert!(answer_in(&failure(Reason::Exception, Some(2))).is_some());
        assert!(answer_in(&failure(Reason::Crc, None)).is_some());
        assert!(answer_in(&failure(Reason::Transport, None)).is_none());
        assert!(answer_in(&failure(Reason::Exception, Some(11))).is_none());
        assert!(answer_in(&failure(Reason::Timeout, None)).is_none());
    }

    #[test]
    fn what_was_found_is_shown_in_both_languages() {
        let answer = |unit, answer, exception| Found {
            unit,
            mode: None,
            function: Function::Holding,
            answer,
            exception,
            reason: None,
            blocks_agree: None,
            ms: 3.0,
        };
        let found = [answer(2, Answered::Registers, None), answer(7, Answered::Exception, Some(2))];
        let shown = Lang::ALL.map(|lang| within(lang, || table(&found).laid_out(Layout::Plain)));
        assert_eq!(
            shown,
            [
                "站号\t线路参数\t功能码\t结果\t毫秒\n2\t—\t3\t有应答\t3\n7\t—\t3\t有应答（异常 2）\t3\n",
                "unit\tline settings\tfunction\tresult\tms\n2\t—\t3\tanswers\t3\n7\t—\t3\tanswers (exception 2)\t3\n",
            ]
        );
    }
}
