//! Messages between gateway and hub: batch, birth, status, acknowledgement, topics. Pure.
//!
//! `docs/message-format.md` describes them to others, `docs/schema/*.json` to programs.

mod ack;
mod batch;
mod birth;
pub mod packed;
mod ranges;
mod remains;
mod timebase;
mod topic;

pub use ack::Ack;
pub use batch::{Batch, Epoch};
pub use birth::{Birth, BirthSeries, ClockState, CounterSpec, GatewayState, Status};
pub use ranges::RangeSet;
pub use remains::{LostTo, Remains};
pub use timebase::{BootId, Timebase};
pub use topic::{Channel, Topic};

/// The version of the message format. A hub refuses what it does not know, by name, and keeps it in quarantine.
pub const FORMAT: u8 = 1;

/// The largest message that is sent or taken, bytes: a batch of 2000 readings with raw registers fits.
pub const MESSAGE_SIZE_MAX: usize = 256 * 1024;

/// Why bytes are no message of ours.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Larger than [`MESSAGE_SIZE_MAX`].
    #[error("a message of {0} bytes is larger than the {MESSAGE_SIZE_MAX} allowed")]
    TooLarge(usize),
    /// No JSON, or not of this shape.
    #[error("not a message of this kind at `{path}`: {message}")]
    Shape {
        /// Where in the message.
        path: String,
        /// What is wrong there.
        message: String,
    },
    /// A version that this program does not know.
    #[error("message format {0} is unknown, this program knows {FORMAT}")]
    Format(u8),
    /// Numbers that cannot be.
    #[error("{0}")]
    Content(String),
}

/// Reads a message of type `T`, with the path of what is wrong.
fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    if bytes.len() > MESSAGE_SIZE_MAX {
        return Err(WireError::TooLarge(bytes.len()));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let message = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        WireError::Shape { path: error.path().to_string(), message: error.inner().to_string() }
    })?;
    deserializer
        .end()
        .map_err(|error| WireError::Shape { path: ".".into(), message: error.to_string() })?;
    Ok(message)
}

fn check_format(format: u8) -> Result<(), WireError> {
    if format == FORMAT { Ok(()) } else { Err(WireError::Format(format)) }
}

/// Writes a message. The types here have text keys and finite numbers only, so this cannot fail.
fn write<T: serde::Serialize>(message: &T) -> Vec<u8> {
    write_sized(message, 128)
}

/// The same, of a message that takes about `size` bytes.
fn write_sized<T: serde::Serialize>(message: &T, size: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size);
    match serde_json::to_writer(&mut bytes, message) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}
