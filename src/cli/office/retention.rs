//! `hanqing retention`: up to where raw readings have been let go of, and how a mistake of the clock is taken back.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use super::store_file;
use crate::cli::config_args::OfficeConfig;
use crate::core::Calendar;
use crate::hub::{self, HubSettings};
use crate::locales::{Text, full_moment, office as words};
use crate::store::{Limits, Lock, Quarantine, Sqlite, TakenBack};
use crate::support::Clock;

/// The arguments of `hanqing retention`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: OfficeConfig,
}

#[derive(Subcommand)]
enum Command {
    Show {
        #[arg(long)]
        json: bool,
    },
    Undo,
}

/// Shows the limits, or takes them back.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.file.load_hub()?;
    let (calendar, now) = (hub::calendar(&township)?, Clock::system().now());
    store_file::must_exist(&settings.store.path)?;
    let _lock = Lock::shared(&settings.store.path)?;
    match arguments.command {
        Command::Show { json } => show(&settings, &calendar, now, json)?,
        Command::Undo => {
            for line in undo(&settings, &calendar, now)? {
                say!("{line}");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(
    settings: &HubSettings,
    calendar: &Calendar,
    now: Timestamp,
    json: bool,
) -> anyhow::Result<()> {
    let limits = Sqlite::open_reader(&settings.store.path)?.limits()?;
    let months = settings.store.keep_raw_months;
    if json {
        let Limits { sealed, raw_from, present } = limits;
        let all = json!({
            "keep_raw_months": months, "raw_from": raw_from, "sealed": sealed, "present": present, "now": now
        });
        say!("{all}");
        return Ok(());
    }
    for line in lines(months, &limits, calendar, now) {
        say!("{line}");
    }
    Ok(())
}

/// The limits in words.
fn lines(months: Option<u32>, limits: &Limits, calendar: &Calendar, now: Timestamp) -> Vec<Text> {
    let moment = |at| full_moment(at, calendar.zone());
    let mut lines = vec![match months {
        Some(months) => words::raw_kept_for(months),
        None => words::raw_kept_for_ever(),
    }];
    lines.push(match limits.raw_from {
        Some(from) => words::raw_from(moment(from)),
        None => words::raw_none_gone(),
    });
    if limits.sealed > Timestamp::UNIX_EPOCH {
        lines.push(words::sealed_to(moment(limits.sealed)));
    }
    lines.push(match limits.present {
        Some(present) => words::present_and_clock(moment(present), moment(now)),
        None => words::clock_only(moment(now)),
    });
    let ahead = limits.raw_from.is_some_and(|from| from > now) || limits.sealed > now;
    lines.extend(ahead.then(words::limits_ahead));
    lines
}

/// Takes the limits back and says what has changed.
fn undo(settings: &HubSettings, calendar: &Calendar, now: Timestamp) -> anyhow::Result<Vec<Text>> {
    let months = settings.store.keep_raw_months;
    let wanted = months.map(|months| hub::retained_from(calendar, now, months));
    let done = Sqlite::open(&settings.store.path)?.take_back(wanted, now)?;
    let moment = |at| full_moment(at, calendar.zone());
    let TakenBack { before, after, gone } = done;
    let mut lines = Vec::new();
    if let Some(was) = before.raw_from.filter(|_| before.raw_from != after.raw_from) {
        lines.push(match after.raw_from {
            Some(from) => words::raw_from_taken_back(moment(from), moment(was)),
            None => words::raw_all_taken_back(moment(was)),
        });
    }
    if before.sealed != after.sealed {
        lines.push(words::sealed_taken_back(moment(after.sealed), moment(before.sealed)));
    }
    let nothing = lines.is_empty();
    if nothing {
        lines.push(words::nothing_taken_back());
    }
    lines.extend(gone.map(|hour| words::hours_without_readings(moment(hour))));
    if !nothing {
        let waiting = Quarantine::open_reader(&settings.store.path)?.list(None)?;
        let waiting = waiting.iter().filter(|message| message.has_readings).count();
        lines.extend((waiting > 0).then(|| words::retry_after_undo(waiting)));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::core::Reading;
    use crate::locales::{Lang, within};
    use crate::store::Store;
    use crate::wire::{Batch, Epoch};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn calendar() -> Calendar {
        Calendar::new(TimeZone::fixed(jiff::tz::offset(8)), 0)
    }

    fn settings(dir: &std::path::Path, months: &str) -> HubSettings {
        let hub = format!(
            "township = \"t\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:1883\"\n[store]\npath = {:?}\n{months}\n\
             [ledger]\npath = \"l\"\n",
            dir.join("store.db")
        );
        toml::from_str(&hub).unwrap()
    }

    fn commit(store: &mut Sqlite, seq: u64, time: &str, now: &str) -> u64 {
        let series = "pond-1/level".parse().unwrap();
        let readings = vec![Reading::good(series, at(time), 1.0)];
        let gateway = "gw-1".parse().unwrap();
        let batch = Batch { gateway, epoch: Epoch(1), seq, clock: None, loss: None, readings };
        store.commit(&[batch], at(now)).unwrap().new_readings
    }

    fn said(lang: Lang, lines: &[Text]) -> String {
        within(lang, || lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn the_limits_are_told_and_what_lies_in_the_future_is() {
        let now = at("2026-11-28T06:30:00Z");
        let usual = Limits {
            sealed: at("2026-11-28T04:00:00Z"),
            raw_from: Some(at("2025-11-27T16:00:00Z")),
            present: Some(at("2026-11-28T06:29:00Z")),
        };
        let told = lines(Some(12), &usual, &calendar(), now);
        let english = said(Lang::English, &told);
        assert!(english.contains("kept for 12 months") && english.contains("2025"), "{english}");
        assert!(!english.contains("hanqing retention undo"), "{english}");
        let ahead = Limits { raw_from: Some(at("2027-11-27T16:00:00Z")), ..usual };
        for lang in Lang::ALL {
            let told = said(lang, &lines(Some(12), &ahead, &calendar(), now));
            assert!(told.contains("hanqing retention undo") && told.contains("2027"), "{told}");
        }
        let new = Limits { sealed: Timestamp::UNIX_EPOCH, raw_from: None, present: None };
        let told = said(Lang::English, &lines(None, &new, &calendar(), now));
        assert_eq!(told.lines().count(), 3, "{told}");
    }

    #[test]
    fn what_a_clock_two_years_ahead_has_done_is_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let settings = settings(dir.path(), "keep_raw_months = 12");
        let mut store = Sqlite::open(&settings.store.path).unwrap();
        commit(&mut store, 1, "2026-11-27T05:20:00Z", "2026-11-27T05:20:00Z");
        commit(&mut store, 2, "2026-11-27T05:40:00Z", "2026-11-27T05:40:00Z");
        // As versions before did, whose purge asked the clock alone: all but the last reading is gone.
        let ahead = at("2028-11-28T06:00:00Z");
        let import = Reading::good("pond-9/level".parse().unwrap(), ahead, 1.0);
        let import = Batch {
            gateway: "gw-9".parse().unwrap(),
            epoch: Epoch(9),
            seq: 1,
            clock: None,
            loss: None,
            readings: vec![import],
        };
        store.import(&[import], ahead).unwrap();
        assert_eq!(store.purge_raw(at("2027-11-27T16:00:00Z"), 100).unwrap(), 1);
        assert_eq!(commit(&mut store, 3, "2026-11-28T06:20:00Z", "2026-11-28T06:20:00Z"), 0);
        drop(store);

        let now = at("2026-11-28T06:30:00Z");
        let lines = undo(&settings, &calendar(), now).unwrap();
        let told = said(Lang::English, &lines);
        assert!(told.contains("2027") && told.contains("quarantine retry"), "{told}");
        assert_eq!(lines.len(), 4, "{told}");
        let mut store = Sqlite::open(&settings.store.path).unwrap();
        let limits = store.limits().unwrap();
        // The hour of which a reading is gone stays closed.
        assert_eq!(limits.raw_from, Some(at("2026-11-27T06:00:00Z")));
        assert_eq!(limits.sealed, at("2026-11-28T04:00:00Z"));
        assert_eq!(commit(&mut store, 4, "2026-11-28T06:20:00Z", "2026-11-28T06:30:00Z"), 1);
        assert_eq!(commit(&mut store, 5, "2026-11-27T05:50:00Z", "2026-11-28T06:30:00Z"), 0);
        drop(store);
        let again = undo(&settings, &calendar(), now).unwrap();
        assert!(said(Lang::English, &again).starts_with("nothing"), "{again:?}");
    }
}
