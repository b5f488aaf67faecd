//! Connects a bus to its devices over any line. Read-only: Modbus TCP and our RTU frames know only reading functions.

use std::time::Duration;

use super::dtu::{DtuSlot, parse_bytes};
use super::error::ReadResult;
#[cfg(test)]
use super::mock_bus::MockBus;
use super::numbering::Numbering;
use super::request::ReadRequest;
use super::rtu_line::RtuLine;
use super::settings::BusSettings;
use super::stream::Port;
use super::tap::Tap;
use super::tcp::TcpLine;
use crate::support::Clock;

/// The line of one bus. Opened when it is first needed, and again after it has failed.
pub struct Link(Line);

enum Line {
    Tcp(TcpLine),
    Rtu(Box<RtuLine>),
    #[cfg(test)]
    Mock(MockBus),
}

impl Link {
    /// The line that `settings` describe. `dtu` receives the connections of its terminal, if it has one. `clock`
    /// measures the timeouts of Modbus TCP; a line of RTU frames measures real time.
    pub fn new(settings: &BusSettings, dtu: Option<DtuSlot>, clock: Clock) -> Self {
        let rtu =
            |port, heartbeat| Self(Line::Rtu(Box::new(RtuLine::new(port, heartbeat, settings))));
        if let Some(serial) = &settings.serial {
            rtu(Port::Serial(serial.clone()), Vec::new())
        } else if let Some(endpoint) = &settings.rtu_tcp {
            rtu(Port::Server(endpoint.clone()), Vec::new())
        } else if let Some(settings) = &settings.dtu {
            let heartbeat = settings.heartbeat.as_deref();
            let heartbeat = heartbeat.and_then(|text| parse_bytes(text).ok());
            rtu(Port::Dtu(dtu), heartbeat.unwrap_or_default())
        } else {
            let endpoint = settings.tcp.clone().unwrap_or_default();
            Self(Line::Tcp(TcpLine::new(endpoint, settings, clock)))
        }
    }

    /// The same line, which shows its bytes to `tap`.
    #[must_use]
    pub fn tapped(mut self, tap: Tap) -> Self {
        match &mut self.0 {
            Line::Tcp(line) => line.tap(tap),
            Line::Rtu(line) => line.tap(tap),
            #[cfg(test)]
            Line::Mock(_) => {}
        }
        self
    }

    #[cfg(test)]
    pub(super) fn mock(bus: MockBus) -> Self {
        Self(Line::Mock(bus))
    }

    /// Reads registers; bits as words 0 and 1. May be dropped: a late answer is never taken for another request's.
    pub async fn read(&mut self, request: &ReadRequest) -> ReadResult {
        match &mut self.0 {
            Line::Tcp(line) => line.read(request).await,
            Line::Rtu(line) => line.read(request).await,
            #[cfg(test)]
            Line::Mock(bus) => bus.read(request),
        }
    }

    /// Closes the connection; the next read opens another. What may still be answered stays known.
    pub fn hang_up(&mut self) {
        match &mut self.0 {
            Line::Tcp(line) => line.hang_up(),
            Line::Rtu(line) => line.hang_up(),
            #[cfg(test)]
            Line::Mock(_) => {}
        }
    }

    /// Which transaction numbers the device's answers carry, as set or learned, where they are not those of the
    /// requests. Modbus TCP only.
    pub fn numbering(&self) -> Option<Numbering> {
        match &self.0 {
            Line::Tcp(line) => Some(line.numbering()).filter(|known| *known != Numbering::Exact),
            Line::Rtu(_) => None,
            #[cfg(test)]
            Line::Mock(_) => None,
        }
    }

    /// How long the line had been silent when the last request began; [`Duration::MAX`] before the first.
    pub fn silence(&self) -> Duration {
        match &self.0 {
            Line::Tcp(line) => line.silence(),
            Line::Rtu(line) => line.silence(),
            #[cfg(test)]
            Line::Mock(bus) => bus.silence,
        }
    }
}
