//! Reads a gateway's message, by its topic.

use crate::core::GatewayId;
use crate::locales::{Lang, Text, hub as words, within};
use crate::store::Sqlite;
use crate::wire::{Batch, Birth, Channel, Status, Topic, WireError, packed};

/// What gateways send to a hub.
pub enum Content {
    Batches(Vec<Batch>),
    Birth(GatewayId, Birth),
    /// Sent by the gateway, or by the broker as its last will.
    Status(GatewayId, Status),
}

/// Reads a message; the error says why it cannot be read.
pub fn read(topic: &str, payload: &[u8]) -> Result<Content, Text> {
    let topic: Topic = topic.parse()?;
    match topic.channel {
        Channel::Readings => {
            let batches = packed::unpack(payload).map_err(said)?;
            for batch in &batches {
                if batch.gateway != topic.gateway {
                    let (of, on) = (batch.gateway.as_str(), topic.gateway.as_str());
                    return Err(words::other_gateway(of, on));
                }
                Sqlite::holds(batch)?;
            }
            Ok(Content::Batches(batches))
        }
        Channel::Birth => {
            Ok(Content::Birth(topic.gateway, Birth::from_bytes(payload).map_err(said)?))
        }
        Channel::Status => {
            Ok(Content::Status(topic.gateway, Status::from_bytes(payload).map_err(said)?))
        }
        Channel::Ack => Err(words::no_acks_from_gateways()),
    }
}

/// What an error says, in both languages.
fn said(error: WireError) -> Text {
    let [zh, en] = Lang::ALL.map(|lang| within(lang, || error.to_string()));
    Text::both(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_message_cannot_be_read_is_said_in_both_languages() {
        for (topic, payload) in [
            ("hanqing/v1/gw-1/ack", ""),
            ("hanqing/v1/gw-1/readings", "{"),
            ("hanqing/v1/gw-1/birth", "[]"),
            ("elsewhere", ""),
        ] {
            let Err(problem) = read(topic, payload.as_bytes()) else { panic!("{topic} is read") };
            let [zh, en] = Lang::ALL.map(|lang| problem.within(lang));
            assert!(zh.chars().any(|c| ('\u{4e00}'..'\u{a000}').contains(&c)), "{topic}: {zh}");
            assert!(en.chars().all(|c| !('\u{4e00}'..'\u{a000}').contains(&c)), "{topic}: {en}");
        }
    }
}
