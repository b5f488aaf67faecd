//! Reads a gateway's message, by its topic.

use crate::core::GatewayId;
use crate::store::Sqlite;
use crate::wire::{Batch, Birth, Channel, Status, Topic, packed};

/// What gateways send to a hub.
pub enum Content {
    Batches(Vec<Batch>),
    Birth(GatewayId, Birth),
    /// Sent by the gateway, or by the broker as its last will.
    Status(GatewayId, Status),
}

/// Reads a message; the error says why it cannot be read.
pub fn read(topic: &str, payload: &[u8]) -> Result<Content, String> {
    let topic: Topic = topic.parse()?;
    match topic.channel {
        Channel::Readings => {
            let batches = packed::unpack(payload).map_err(|e| e.to_string())?;
            for batch in &batches {
                if batch.gateway != topic.gateway {
                    return Err(format!(
                        "a batch of {} on the topic of {}",
                        batch.gateway, topic.gateway
                    ));
                }
                Sqlite::holds(batch)?;
            }
            Ok(Content::Batches(batches))
        }
        Channel::Birth => Ok(Content::Birth(
            topic.gateway,
            Birth::from_bytes(payload).map_err(|e| e.to_string())?,
        )),
        Channel::Status => Ok(Content::Status(
            topic.gateway,
            Status::from_bytes(payload).map_err(|e| e.to_string())?,
        )),
        Channel::Ack => Err("a gateway sends no acknowledgements".into()),
    }
}
