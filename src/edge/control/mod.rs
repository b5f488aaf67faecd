//! The control socket of a running gateway. There a technician's commands read its status, and read devices on its
//! buses between the polls: the service need not stop, and no second program opens its lines.
//!
//! Requests and answers are one line of JSON each. Nothing can be written to a device: the only Modbus requests are
//! those of [`device::Function`](crate::device::Function), and they all read.

mod client;
mod message;
mod process;
mod server;
mod socket;
mod status;

pub use client::{Client, ClientError};
pub use message::{Answer, Command, ControlReply, ControlRequest, Failure, ReadCommand, VERSION};
pub(super) use server::serve;
pub use socket::{ControlSocket, SOCKET_PATH_MAX, SocketError};
pub use status::{BusStatus, ClockStatus, DeviceStatus, DiskUse, GatewayStatus, SpoolStatus};
pub(super) use status::{ControlBus, StatusSource};

#[cfg(test)]
mod tests;
