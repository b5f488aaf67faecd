//! `hanqing scan`

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::line::{Got, Line, LineArguments, Manner, block_on};
use super::status::lasted;
use super::table::Table;
use super::{UsageError, stop_signal};
use crate::core::Reason;
use crate::device::{Function, Request};
use crate::edge::desk::Failure;
use crate::modbus::{BusSettings, Parity, SerialMode};
use crate::support::Stopwatch;

/// Speeds that are tried, the most frequent of the field first: 9600 is what nearly all devices leave the factory with.
const BAUDS: [u32; 6] = [9600, 4800, 19200, 2400, 38400, 115_200];

/// Parities that are tried, the most frequent first.
const PARITIES: [Parity; 3] = [Parity::None, Parity::Even, Parity::Odd];

/// How long an answer may take to begin on a serial line, ms: field devices answer in 20 to 150.
const SERIAL_MS: u64 = 200;

/// How long an answer may take over TCP, ms: a serial server asks its line in the meantime.
const TCP_MS: u64 = 1000;

/// Looks for the units on a line: asks each for one register, first as function 3, then 4. An exception is an answer too.
///
/// On a serial port with each usual speed and parity, or those given by --baud and --parity. Reads only. Ctrl-C ends it and prints what it found
/// by then. Ends with 0 when all was looked at, with 1 when it was interrupted.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    line: LineArguments,
    /// Unit ids
    #[arg(long, value_name = "FIRST..LAST", default_value = "1..247", value_parser = units)]
    units: Units,
    /// Ends after this time, whatever is left
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    most_s: Option<u64>,
}

/// Unit ids, first and last.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Units(u8, u8);

fn units(text: &str) -> Result<Units, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if (1..=last).contains(&first) && last <= 247 => {
            Ok(Units(first, last))
        }
        _ => Err("units from 1 to 247, such as 1..32".into()),
    }
}

/// The modes to try: parities one after the other, and with each all speeds, so that the usual ones come first.
fn modes(bauds: &[u32], parities: &[Parity], stop_bits: u8) -> Vec<SerialMode> {
    let bauds = if bauds.is_empty() { &BAUDS } else { bauds };
    let parities = if parities.is_empty() { &PARITIES } else { parities };
    let of = |parity: &Parity| {
        let parity = *parity;
        bauds.iter().map(move |baud| SerialMode { baud: *baud, parity, stop_bits })
    };
    parities.iter().flat_map(of).collect()
}

/// How long an answer may take with `mode`.
fn patience(mode: Option<SerialMode>) -> Duration {
    Duration::from_millis(mode.map_or(TCP_MS, |_| SERIAL_MS))
}

/// What was found.
struct Found {
    unit: u8,
    mode: Option<SerialMode>,
    function: Function,
    answer: String,
    ms: f64,
}

/// How a scan ended.
enum Ended {
    Complete,
    Interrupted,
    OutOfTime,
    Failed(anyhow::Error),
}

/// Scans and prints.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let setup = arguments.line.setup()?;
    let mut bus: BusSettings = setup.one_bus()?.clone();
    let (bauds, parities) = (&arguments.line.baud, &arguments.line.parity);
    let modes: Vec<Option<SerialMode>> = match &bus.serial {
        Some(serial) => modes(bauds, parities, serial.stop_bits).into_iter().map(Some).collect(),
        None if bauds.is_empty() && parities.is_empty() => vec![None],
        None => {
            let what = format!("{} has no speed or parity to try", bus.line());
            return Err(UsageError(what).into());
        }
    };
    let own = arguments.line.timeout();
    let longest = modes.iter().map(|mode| patience(*mode)).max();
    if let (None, Some(longest)) = (own, longest) {
        bus.timeout_ms = u64::try_from(longest.as_millis())?;
    }
    let Units(first, last) = arguments.units;
    let questions: Vec<(Option<SerialMode>, u8)> =
        modes.iter().flat_map(|mode| (first..=last).map(|unit| (*mode, unit))).collect();
    block_on(async {
        let stop = stop_signal()?;
        let mut line = setup.open(&bus).await?;
        let mut found = Vec::new();
        let limit = Duration::from_secs(arguments.most_s.unwrap_or(u64::MAX));
        let ended = tokio::select! {
            () = stop.cancelled() => Ended::Interrupted,
            () = tokio::time::sleep(limit) => Ended::OutOfTime,
            scanned = scan(&mut line, &questions, own, &mut found) => match scanned {
                Ok(()) => Ended::Complete,
                Err(error) => Ended::Failed(error),
            }
        };
        show(&found, &ended);
        match ended {
            Ended::Complete => Ok(ExitCode::SUCCESS),
            Ended::Interrupted | Ended::OutOfTime => Ok(ExitCode::FAILURE),
            Ended::Failed(error) => Err(error),
        }
    })
}

/// Asks all `questions`, and notes in `found` who answers.
async fn scan(
    line: &mut Line,
    questions: &[(Option<SerialMode>, u8)],
    own: Option<Duration>,
    found: &mut Vec<Found>,
) -> anyhow::Result<()> {
    let progress = Progress::start(questions.len());
    for (done, (mode, unit)) in questions.iter().enumerate() {
        progress.show(done, *mode, *unit, found.len());
        let timeout = own.unwrap_or_else(|| patience(*mode));
        if let Some(unit) = ask(line, *unit, *mode, timeout).await? {
            found.push(unit);
        }
    }
    Ok(())
}

/// Asks one unit; `None` where nobody answers. Where function 3 brings an exception, 4 may bring a register.
async fn ask(
    line: &mut Line,
    unit: u8,
    mode: Option<SerialMode>,
    timeout: Duration,
) -> anyhow::Result<Option<Found>> {
    let mut found = None;
    for function in [Function::Holding, Function::Input] {
        let request = Request { function, address: 0, count: 1 };
        let manner = Manner { timeout: Some(timeout), mode, ..Manner::default() };
        let Got { outcome, ms } = line.read(unit, request, manner).await?;
        let (answer, registers) = match &outcome {
            Ok(_) => ("有应答".into(), true),
            Err(failure) if failure.reason == Reason::Unreachable => anyhow::bail!("{failure}"),
            Err(failure) => match answered(failure) {
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

/// What a failure tells of the unit; `None` where it tells that nobody is there.
fn answered(failure: &Failure) -> Option<String> {
    match (failure.reason, failure.exception) {
        // A serial server says so of a unit behind it that is silent (application protocol V1.1b3, 7).
        (_, Some(10 | 11)) => None,
        (_, Some(code)) => Some(format!("有应答（异常 {code}）")),
        // Bytes came, but no answer: another speed, or two units of one id.
        (Reason::Crc | Reason::Cut | Reason::Foreign | Reason::Length | Reason::Noise, None) => {
            Some(format!("{}：站号重复或线路参数不对", failure.reason.name_zh()))
        }
        // Some servers hang up where nobody is behind them.
        _ => None,
    }
}

fn show(found: &[Found], ended: &Ended) {
    if found.is_empty() {
        if !matches!(ended, Ended::Failed(_)) {
            say!("没有找到设备。");
        }
    } else {
        let mut table = Table::new(&[">站号", "线路参数", ">功能码", "结果", ">毫秒"]);
        for unit in found {
            table.row([
                unit.unit.to_string(),
                unit.mode.map_or("—".into(), |mode| mode.to_string()),
                u8::from(unit.function).to_string(),
                unit.answer.clone(),
                format!("{:.0}", unit.ms),
            ]);
        }
        show!("{table}");
    }
    match ended {
        Ended::Complete | Ended::Failed(_) => {}
        Ended::Interrupted => say!("（中断：后面的没有扫）"),
        Ended::OutOfTime => say!("（时间到：后面的没有扫）"),
    }
}

/// A line on the terminal that says how far it is; silent in a pipe.
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
        let left = match done {
            0 => String::new(),
            done => {
                let each = self.took.elapsed().as_secs_f64() / done as f64;
                let seconds = each * (self.all - done) as f64;
                format!("，约剩 {}", lasted(seconds as u64))
            }
        };
        // Where the terminal is gone, nobody looks.
        let _ = write!(
            std::io::stderr(),
            "\r\x1b[K扫描 {mode}站号 {unit}（{}/{}），找到 {found}{left}，Ctrl-C 结束",
            done + 1,
            self.all
        );
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

    #[test]
    fn the_usual_settings_come_first() {
        let all: Vec<String> = modes(&[], &[], 1).iter().map(ToString::to_string).collect();
        assert_eq!(all.len(), 18);
        assert_eq!(all[..3], ["9600 8N1", "4800 8N1", "19200 8N1"]);
        assert_eq!(all[6], "9600 8E1");
        let few = modes(&[9600], &[Parity::Odd], 2);
        assert_eq!(few.len(), 1);
        assert_eq!(few[0].to_string(), "9600 8O2");
        assert_eq!(patience(Some(few[0])), Duration::from_millis(200));
        assert_eq!(patience(None), Duration::from_millis(1000));
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
        let failure = |reason, exception| Failure { reason, exception, text: String::new() };
        assert!(answered(&failure(Reason::Exception, Some(2))).is_some());
        assert!(answered(&failure(Reason::Crc, None)).is_some());
        assert!(answered(&failure(Reason::Transport, None)).is_none());
        assert!(answered(&failure(Reason::Exception, Some(11))).is_none());
        assert!(answered(&failure(Reason::Timeout, None)).is_none());
    }
}
