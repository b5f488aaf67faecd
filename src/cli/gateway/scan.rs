//! `hanqing scan`

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::line::{Line, LineArguments, RequestOptions, Response};
use super::words::duration;
use crate::cli::runtime::{block_on, stop_signal};
use crate::cli::table::{Table, left, right};
use crate::cli::usage::bail_usage;
use crate::cli::values::within;
use crate::core::Reason;
use crate::device::{Function, Request};
use crate::edge::control::Failure;
use crate::locales::{Text, gateway as words};
use crate::modbus::{BusSettings, Parity, SerialMode};
use crate::support::Stopwatch;

/// Speeds to try, the most common first: nearly all devices leave the factory with 9600.
const BAUDS: [u32; 6] = [9600, 4800, 19200, 2400, 38400, 115_200];

/// Parities to try, the most common first.
const PARITIES: [Parity; 3] = [Parity::None, Parity::Even, Parity::Odd];

/// Response timeout on a serial line, ms: field devices answer in 20 to 150.
const SERIAL_MS: u64 = 200;

/// Response timeout over TCP, ms: a serial server polls its line in the meantime.
const TCP_MS: u64 = 1000;

/// The arguments of `hanqing scan`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    line: LineArguments,
    #[arg(long, value_name = "FIRST..LAST", default_value = "1..247", value_parser = units)]
    units: Units,
    #[arg(long, value_name = "SECONDS", value_parser = within::<u64>(1..))]
    most_s: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Units(u8, u8);

fn units(text: &str) -> Result<Units, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if (1..=last).contains(&first) && last <= 247 => {
            Ok(Units(first, last))
        }
        _ => Err(words::units_form().into()),
    }
}

/// The modes to try: all speeds with the first parity, then with the next, so that the common ones come first.
fn modes(bauds: &[u32], parities: &[Parity], stop_bits: u8) -> Vec<SerialMode> {
    let bauds = if bauds.is_empty() { &BAUDS } else { bauds };
    let parities = if parities.is_empty() { &PARITIES } else { parities };
    let with = |parity: &Parity| {
        let parity = *parity;
        bauds.iter().map(move |baud| SerialMode { baud: *baud, parity, stop_bits })
    };
    parities.iter().flat_map(with).collect()
}

fn default_timeout(mode: Option<SerialMode>) -> Duration {
    Duration::from_millis(mode.map_or(TCP_MS, |_| SERIAL_MS))
}

struct Found {
    unit: u8,
    mode: Option<SerialMode>,
    function: Function,
    answer: Text,
    ms: f64,
}

enum Ended {
    Complete,
    Interrupted,
    OutOfTime,
    Failed(anyhow::Error),
}

/// Scans and prints.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let setup = arguments.line.setup()?;
    let mut bus: BusSettings = setup.one_bus()?.clone();
    let (bauds, parities) = (&arguments.line.baud, &arguments.line.parity);
    let modes: Vec<Option<SerialMode>> = match &bus.serial {
        Some(serial) => modes(bauds, parities, serial.stop_bits).into_iter().map(Some).collect(),
        None if bauds.is_empty() && parities.is_empty() => vec![None],
        None => bail_usage!(words::no_serial_port(bus.line())),
    };
    let given_timeout = arguments.line.timeout();
    let longest = modes.iter().map(|mode| default_timeout(*mode)).max();
    if let (None, Some(longest)) = (given_timeout, longest) {
        bus.timeout_ms = u64::try_from(longest.as_millis())?;
    }
    let Units(first, last) = arguments.units;
    let attempts: Vec<(Option<SerialMode>, u8)> =
        modes.iter().flat_map(|mode| (first..=last).map(|unit| (*mode, unit))).collect();
    block_on(async {
        let stop = stop_signal()?;
        let mut line = setup.open(&bus).await?;
        let mut found = Vec::new();
        let limit = Duration::from_secs(arguments.most_s.unwrap_or(u64::MAX));
        let ended = tokio::select! {
            () = stop.cancelled() => Ended::Interrupted,
            () = tokio::time::sleep(limit) => Ended::OutOfTime,
            scanned = scan(&mut line, &attempts, given_timeout, &mut found) => match scanned {
                Ok(()) => Ended::Complete,
                Err(error) => Ended::Failed(error),
            }
        };
        print(&found, &ended);
        match ended {
            Ended::Complete => Ok(ExitCode::SUCCESS),
            Ended::Interrupted | Ended::OutOfTime => Ok(ExitCode::FAILURE),
            Ended::Failed(error) => Err(error),
        }
    })
}

/// Makes all attempts and adds the units that answer to `found`.
async fn scan(
    line: &mut Line,
    attempts: &[(Option<SerialMode>, u8)],
    given_timeout: Option<Duration>,
    found: &mut Vec<Found>,
) -> anyhow::Result<()> {
    let progress = Progress::start(attempts.len());
    for (done, (mode, unit)) in attempts.iter().enumerate() {
        progress.show(done, *mode, *unit, found.len());
        let timeout = given_timeout.unwrap_or_else(|| default_timeout(*mode));
        if let Some(unit) = try_unit(line, *unit, *mode, timeout).await? {
            found.push(unit);
        }
    }
    Ok(())
}

/// Tries one unit; `None` if nothing answers. After an exception to function 3, function 4 may still return a register.
async fn try_unit(
    line: &mut Line,
    unit: u8,
    mode: Option<SerialMode>,
    timeout: Duration,
) -> anyhow::Result<Option<Found>> {
    let mut found = None;
    for function in [Function::Holding, Function::Input] {
        let request = Request { function, address: 0, count: 1 };
        let options = RequestOptions { timeout: Some(timeout), mode, ..RequestOptions::default() };
        let Response { outcome, ms } = line.read(unit, request, options).await?;
        let (answer, registers) = match &outcome {
            Ok(_) => (words::answers(), true),
            Err(failure) if failure.reason == Reason::Unreachable => {
                return Err(failure.clone().into());
            }
            Err(failure) => match answer_in(failure) {
                Some(answer) => (answer, false),
                None => continue,
            },
        };
        if registers || found.is_none() {
            found = Some(Found { unit, mode, function, answer, ms });
        }
        if registers {
            break;
        }
    }
    Ok(found)
}

/// The answer of a unit that a failure shows; `None` if the failure means that no unit is there.
fn answer_in(failure: &Failure) -> Option<Text> {
    match (failure.reason, failure.exception) {
        // A serial server reports a silent unit behind it this way (application protocol V1.1b3, 7).
        (_, Some(10 | 11)) => None,
        (_, Some(code)) => Some(words::answers_exception(code)),
        // Bytes came, but not a valid frame: another speed, or two units with the same id.
        (Reason::Crc | Reason::Cut | Reason::Foreign | Reason::Length | Reason::Noise, None) => {
            Some(words::answers_garbled(failure.reason.name()))
        }
        // Some servers close the connection if no unit is behind them.
        _ => None,
    }
}

fn print(found: &[Found], ended: &Ended) {
    if found.is_empty() {
        if !matches!(ended, Ended::Failed(_)) {
            say!("{}", words::found_nothing());
        }
    } else {
        show!("{}", table(found));
    }
    match ended {
        Ended::Complete | Ended::Failed(_) => {}
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
        table.row([
            unit.unit.to_string(),
            unit.mode.map_or("—".into(), |mode| mode.to_string()),
            u8::from(unit.function).to_string(),
            unit.answer.to_string(),
            format!("{:.0}", unit.ms),
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
    fn the_common_settings_come_first() {
        let all: Vec<String> = modes(&[], &[], 1).iter().map(ToString::to_string).collect();
        assert_eq!(all.len(), 18);
        assert_eq!(all[..3], ["9600 8N1", "4800 8N1", "19200 8N1"]);
        assert_eq!(all[6], "9600 8E1");
        let few = modes(&[9600], &[Parity::Odd], 2);
        assert_eq!(few.len(), 1);
        assert_eq!(few[0].to_string(), "9600 8O2");
        assert_eq!(default_timeout(Some(few[0])), Duration::from_millis(200));
        assert_eq!(default_timeout(None), Duration::from_millis(1000));
    }

    #[test]
    fn units_are_first_and_last() {
        assert_eq!(units("1..32"), Ok(Units(1, 32)));
        assert_eq!(units("7"), Ok(Units(7, 7)));
        for bad in ["0..3", "5..4", "1..248", "", "a", "1..2..3"] {
            assert!(units(bad).is_err(), "{bad}");
        }
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
        let answer =
            |unit, answer| Found { unit, mode: None, function: Function::Holding, answer, ms: 3.0 };
        let found = [answer(2, words::answers()), answer(7, words::answers_exception(2))];
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
