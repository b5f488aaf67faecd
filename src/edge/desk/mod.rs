//! The desk of a running gateway: a local socket at which a technician's commands ask the gateway's own buses, between its
//! polls. The service need not stop, and nobody else opens its line.
//!
//! Questions and answers are one line of JSON each. Nothing can be written to a device: the only requests are those of
//! [`device::Function`](crate::device::Function), and they all read.

mod client;
mod disk;
mod memory;
mod message;
mod place;
mod server;

pub use client::{Client, ClientError};
pub use message::{
    Answer, Ask, BusStatus, ClockStatus, DeviceStatus, DiskUse, Failure, GatewayStatus, Question,
    ReadAsk, Reply, SpoolStatus, VERSION,
};
pub use place::{Place, PlaceError, SOCKET_PATH_MAX};
pub(super) use server::{Desk, DeskBus};

#[cfg(test)]
mod tests;
