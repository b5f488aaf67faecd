//! What is known beside the file: what the clerk says, the township, the time.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::understanding::Asked;
use crate::core::Problem;
use crate::ledger::value::years;
use crate::locales::{Text, ledger as places};
use crate::water::Township;

/// Most problems of a file. Engineering judgement: with more than that the cause is the file, not its rows.
pub(super) const PROBLEMS_MAX: usize = 1_000;

pub(super) struct Context<'a> {
    pub asked: &'a Asked,
    pub township: &'a Township,
    pub now: Timestamp,
    pub zone: TimeZone,
}

impl<'a> Context<'a> {
    pub fn new(asked: &'a Asked, township: &'a Township, now: Timestamp) -> Self {
        let zone = TimeZone::get(&township.zone).unwrap_or(TimeZone::UTC);
        Self { asked, township, now, zone }
    }

    /// The day that the office's clock shows.
    pub fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }

    /// The year that the office's clock shows.
    pub fn year(&self) -> i16 {
        self.today().year()
    }

    /// The years that rows may be of.
    pub fn years(&self) -> (i16, i16) {
        years(self.year())
    }
}

/// The problems of a sheet, up to a bound.
pub(super) struct Found {
    pub list: Vec<Problem>,
    room: usize,
}

impl Found {
    /// Takes as many problems as the file has left.
    pub fn new(room: usize) -> Self {
        Self { list: Vec::new(), room }
    }

    pub fn add(&mut self, place: Text, value: &str, rule: Text, hint: Text) {
        let line = value.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
        let seen = line.filter(|c| super::plain::unseen(c.encode_utf8(&mut [0; 4])).is_none());
        let value: String = seen.take(80).collect();
        self.push(Problem::new(place, value, rule, hint));
    }

    pub fn push(&mut self, problem: Problem) {
        if self.list.len() < self.room {
            self.list.push(problem);
        }
    }

    pub fn is_full(&self) -> bool {
        self.list.len() >= self.room
    }

    /// Says at row `number` that the rest was not read.
    pub fn stop(&mut self, number: usize) {
        self.list.push(Problem::new(
            places::place_row(number),
            "",
            places::too_many_problems(PROBLEMS_MAX),
            places::correct_and_import_again(),
        ));
    }
}
