//! What each format does of a view's life.

use std::fmt;

use jiff::Timestamp;

use super::Message;
use crate::core::Reading;

/// A format with the state of its view. What a format has no use for does nothing.
pub(super) trait Format: fmt::Debug + Send {
    fn will(&mut self, _sessions: u64) -> Option<Message> {
        None
    }

    fn subscriptions(&self) -> Vec<String> {
        Vec::new()
    }

    fn connected(&mut self, _now: Timestamp, _latest: &[Reading]) -> Vec<Message> {
        Vec::new()
    }

    fn received(
        &mut self,
        _topic: &str,
        _payload: &[u8],
        _now: Timestamp,
        _latest: &[Reading],
    ) -> Vec<Message> {
        Vec::new()
    }

    fn readings(&mut self, readings: &[Reading], historical: bool, now: Timestamp) -> Vec<Message>;

    fn leaving(&mut self, _now: Timestamp) -> Vec<Message> {
        Vec::new()
    }

    fn passed_over(&self) -> u64 {
        0
    }
}
