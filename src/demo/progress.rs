//! How far the run is: a bar on a terminal, plain lines in a pipe.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::watch;

use crate::core::{Calendar, Period};
use crate::edge::EdgeWatch;
use crate::hub::HubState;
use crate::locales::{Argument, Text, demo as words};
use crate::support::lock;
use crate::users::Account;
use crate::web::Overview;

/// In a pipe, one line is printed every week.
const LINE_DAYS: i64 = 7;

/// Letters of alarms that are printed of one simulated day; the others are counted. Engineering judgement: at a day a
/// second, whoever watches can read so many.
const LETTERS_A_DAY: usize = 3;

/// The lines of alarms, above the bar.
pub struct Lines(Mutex<Printed>);

struct Printed {
    bar: Option<ProgressBar>,
    /// Printed since the day began.
    today: usize,
    letters: usize,
    left_out: usize,
    #[cfg(test)]
    kept: Option<Vec<String>>,
}

impl Lines {
    fn new(bar: Option<ProgressBar>) -> Self {
        Self(Mutex::new(Printed {
            bar,
            today: 0,
            letters: 0,
            left_out: 0,
            #[cfg(test)]
            kept: None,
        }))
    }

    /// Prints the line of a letter, or counts it.
    pub fn ring(&self, line: &str) {
        let mut printed = lock(&self.0);
        printed.letters += 1;
        if printed.today == LETTERS_A_DAY {
            printed.left_out += 1;
            return;
        }
        printed.today += 1;
        #[cfg(test)]
        if let Some(kept) = &mut printed.kept {
            return kept.push(line.to_owned());
        }
        match &printed.bar {
            Some(bar) => bar.suspend(|| println!("{line}")),
            None => println!("{line}"),
        }
    }

    fn begin_day(&self) {
        lock(&self.0).today = 0;
    }

    /// How many letters came, and how many of them were not printed.
    fn counted(&self) -> (usize, usize) {
        let printed = lock(&self.0);
        (printed.letters, printed.left_out)
    }
}

#[cfg(test)]
impl Lines {
    /// Lines that are kept and not printed.
    pub fn kept() -> Self {
        let lines = Self::new(None);
        lock(&lines.0).kept = Some(Vec::new());
        lines
    }

    /// What was to be printed.
    pub fn taken(&self) -> Vec<String> {
        lock(&self.0).kept.take().unwrap_or_default()
    }
}

/// Shows how far the run is.
pub struct Progress {
    calendar: Calendar,
    period: Period,
    edges: Vec<EdgeWatch>,
    received: Arc<HubState>,
    overview: watch::Receiver<Arc<Overview>>,
    bar: Option<ProgressBar>,
    lines: Arc<Lines>,
    shown: Option<Date>,
}

impl Progress {
    /// Prints the address of the page and begins a bar of the days of `period`.
    pub fn new(
        calendar: Calendar,
        period: Period,
        page: SocketAddr,
        edges: Vec<EdgeWatch>,
        received: Arc<HubState>,
        overview: watch::Receiver<Arc<Overview>>,
    ) -> Self {
        println!("{}", words::page_is_at(format_args!("http://{page}/")));
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(period.days().unsigned_abs());
            let template =
                format!("{{bar:30}} {{pos}}/{{len}} {}\n{{wide_msg}}", words::bar_days());
            let style = ProgressStyle::with_template(&template);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let lines = Arc::new(Lines::new(bar.clone()));
        Self { calendar, period, edges, received, overview, bar, lines, shown: None }
    }

    /// Where letters of alarms are printed.
    pub fn lines(&self) -> Arc<Lines> {
        self.lines.clone()
    }

    /// Prints who can sign in on the page.
    pub fn show_persons(&self, passwords: &[(Account, String)]) {
        println!("{}", words::who_signs_in());
        for (account, password) in passwords {
            let Account { id, name, role } = account;
            println!("{}", words::signs_in(&**id, &**password, role.name(), &**name));
        }
    }

    /// Shows the state at `now`, once a day at most.
    pub fn show(&mut self, now: Timestamp) {
        let day = self.calendar.day_of(now);
        if self.shown == Some(day) {
            return;
        }
        self.shown = Some(day);
        self.lines.begin_day();
        let number = Period { from: self.period.from, to: day }.days();
        match &self.bar {
            Some(bar) => {
                bar.set_position(number.unsigned_abs());
                bar.set_message(self.line(day).to_string());
            }
            None if (number - 1) % LINE_DAYS == 0 => println!("{}", self.line(day)),
            None => {}
        }
    }

    /// Replaces the bar by a last line.
    pub fn finish(self, now: Timestamp) {
        let line = self.line(self.calendar.day_of(now));
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        println!("{line}");
        let (letters, left_out) = self.lines.counted();
        println!("{}", words::letters_sent(letters, left_out));
    }

    fn line(&self, day: Date) -> Text {
        let polled: u64 = self.edges.iter().map(EdgeWatch::polled).sum();
        let waiting: u64 = self.edges.iter().map(|edge| edge.spooled().spool.readings).sum();
        let committed = self.received.readings();
        let overview = self.overview.borrow();
        let totals = &overview.totals;
        let kwh = format!("{:.0}", totals.energy_kwh.unwrap_or(0.0));
        let (day, dry) = (Argument::of(day), totals.sources_dry);
        words::progress(day, polled, waiting, committed, dry, kwh)
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::locales::Lang;

    #[test]
    fn of_a_day_few_letters_are_printed_and_all_are_counted() {
        let lines = Lines::kept();
        for number in 0..LETTERS_A_DAY + 2 {
            lines.ring(&number.to_string());
        }
        lines.begin_day();
        lines.ring("the next day");
        assert_eq!(lines.counted(), (LETTERS_A_DAY + 3, 2));
        assert_eq!(lines.taken().join(" "), "0 1 2 the next day");
    }

    #[test]
    fn a_line_fits_a_terminal_of_80_columns() {
        let line = words::progress("2022-11-15", 1_234_567, 12_345, 1_234_567, 12, "184020");
        for lang in Lang::ALL {
            let line = line.within(lang);
            assert!(line.width() <= 80, "{line}");
        }
        let zh = "2022-11-15  轮询 1234567  本地缓存 12345  已入库 1234567  干涸 12  184020 kWh";
        assert_eq!(line.within(Lang::Chinese), zh);
        let en = "2022-11-15  polled 1234567  in spool 12345  stored 1234567  dry 12  184020 kWh";
        assert_eq!(line.to_string(), en);
    }
}
