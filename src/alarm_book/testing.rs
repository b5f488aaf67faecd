//! Tests of channels by a command, noted in the file so that one channel is not tried without a pause.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::error::AlarmsError;
use super::file::AlarmsFile;
use super::outbox::{Delivery, State};
use super::rows;
use crate::alarm::{Letter, Occasion};
use crate::locales::{Text, alarm as words};

/// From the end of one test of a channel to the next. Robots take twenty messages a minute (their documentation), which
/// the alarms need themselves, and whoever tests looks whether it has come. Engineering judgement.
pub const TEST_PAUSE: Duration = Duration::from_secs(10);

/// The longest that a test by a command takes: an attempt by e-mail has half a minute. One that was killed is over
/// then.
const TEST_MAX: SignedDuration = SignedDuration::from_secs(40);

/// How far back tests are looked for. Engineering judgement: of one that waits for longer the page tells.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(24);

/// Whether a test may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestPlace {
    Begun,
    /// The one before waits for the hub to send it.
    Waits,
    /// In so many seconds, and not before.
    In(u64),
}

impl AlarmsFile {
    /// Notes a test of `channel` that begins: the hub sends it, where `by_hub`, or else whoever asks.
    ///
    /// # Errors
    /// The file failed; nothing is noted.
    pub fn begin_test(
        &mut self,
        letter: &Letter,
        channel: &str,
        by_hub: bool,
    ) -> Result<TestPlace, AlarmsError> {
        let now = letter.at;
        let since = now.saturating_sub(LOOKED_BACK).unwrap_or(now).as_millisecond();
        let writing = self.writing()?;
        let (mut waits, mut until) = (false, None);
        {
            let mut statement = writing.prepare_cached(
                "SELECT state, next_ms, sent_ms FROM letter JOIN delivery ON delivery.letter = letter.id \
                 WHERE at_ms >= ?1 AND occasion = ?2 AND channel = ?3",
            )?;
            let mut found = statement.query((since, Occasion::Test.id(), channel))?;
            while let Some(row) = found.next()? {
                let (state, next, sent): (String, i64, Option<i64>) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                waits |= State::from_id(&state) == State::Waiting;
                until = until.max(Some(sent.map_or(rows::time(next), |ms| after(rows::time(ms)))));
            }
        }
        if waits {
            return Ok(TestPlace::Waits);
        }
        let left = until.map_or(SignedDuration::ZERO, |until| until.duration_since(now));
        // What is later than any test can be was noted before the clock was set back.
        if left > SignedDuration::ZERO && left <= TEST_MAX {
            let seconds = left.as_millis().unsigned_abs().div_ceil(1000);
            return Ok(TestPlace::In(u64::try_from(seconds).unwrap_or(u64::MAX)));
        }
        let mut delivery = Delivery::new(now);
        if !by_hub {
            delivery.next_at = now.saturating_add(TEST_MAX).unwrap_or(now);
            (delivery.state, delivery.error) = (State::GivenUp, words::sent_by_command());
        }
        let channel = channel.to_owned();
        rows::put_letter(&writing, letter, [(&channel, &delivery)].into_iter())?;
        writing.commit()?;
        Ok(TestPlace::Begun)
    }

    /// Notes what became of a test that a command has sent, at `at`; `failed` says why it has not arrived.
    ///
    /// # Errors
    /// The file failed: the next test waits as long as one that was killed.
    pub fn end_test(
        &mut self,
        letter: &Letter,
        channel: &str,
        at: Timestamp,
        failed: Option<&Text>,
    ) -> Result<(), AlarmsError> {
        let mut delivery = Delivery::new(after(at));
        match failed {
            None => (delivery.state, delivery.sent_at) = (State::Sent, Some(at)),
            Some(why) => {
                (delivery.state, delivery.tries, delivery.error) = (State::GivenUp, 1, why.clone());
            }
        }
        let channel = channel.to_owned();
        let writing = self.writing()?;
        rows::put_letter(&writing, letter, [(&channel, &delivery)].into_iter())?;
        writing.commit()?;
        Ok(())
    }
}

/// When the next test may begin after one that ended at `at`.
fn after(at: Timestamp) -> Timestamp {
    at.saturating_add(TEST_PAUSE).unwrap_or(at)
}
