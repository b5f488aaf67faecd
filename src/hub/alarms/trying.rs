//! Tests of channels that the page asks for: one at a time on each, with a pause between them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use crate::alarm_book::TEST_PAUSE;
use crate::locales::{Text, page_alarms as words};
use crate::support::{Clock, lock};

/// The tests of each channel.
#[derive(Debug, Default)]
pub(super) struct Tests(Mutex<BTreeMap<String, Last>>);

/// The last test of a channel.
#[derive(Debug)]
enum Last {
    OnItsWay,
    /// It ended at this uptime.
    Ended(Duration),
}

/// A test that is on its way, until it is dropped.
pub(super) struct OnItsWay<'a> {
    tests: &'a Tests,
    channel: String,
    clock: Clock,
}

impl Tests {
    /// Begins a test of `channel`.
    ///
    /// # Errors
    /// Another is on its way, or has just ended.
    pub fn begin(&self, channel: &str, clock: Clock) -> Result<OnItsWay<'_>, Text> {
        let mut all = lock(&self.0);
        match all.get(channel) {
            Some(Last::OnItsWay) => return Err(words::test_on_its_way(channel)),
            Some(Last::Ended(at)) => {
                let left = TEST_PAUSE.saturating_sub(clock.uptime().saturating_sub(*at));
                if !left.is_zero() {
                    let seconds = left.as_millis().div_ceil(1000).to_string();
                    return Err(words::test_too_soon(channel, seconds));
                }
            }
            None => {}
        }
        all.insert(channel.into(), Last::OnItsWay);
        Ok(OnItsWay { tests: self, channel: channel.into(), clock })
    }
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        let ended = Last::Ended(self.clock.uptime());
        lock(&self.tests.0).insert(std::mem::take(&mut self.channel), ended);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_tried_once_at_a_time_and_again_after_a_pause() {
        let (clock, driver) = Clock::stepped("2026-08-01T00:00:00Z".parse().unwrap());
        let tests = Tests::default();
        let begin = |channel: &str| tests.begin(channel, clock.clone());
        let pass = |time: Duration| driver.advance_to(clock.now() + time);
        let first = begin("group").unwrap();
        let said = begin("group").err().unwrap().to_string();
        assert!(said.contains("group") && said.contains("on its way"), "{said}");
        assert!(begin("phone").is_ok(), "another channel");
        drop(first);
        pass(TEST_PAUSE - Duration::from_millis(1500));
        let said = begin("group").err().unwrap().to_string();
        assert!(said.contains("2 s"), "{said}");
        pass(Duration::from_millis(1500));
        assert!(begin("group").is_ok());
    }
}
