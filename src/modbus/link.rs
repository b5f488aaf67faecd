//! Connects a bus to its devices over any line. Read-only: Modbus TCP and our RTU frames know only reading functions.

use std::time::Duration;

use super::dtu::{DtuSlot, parse_bytes};
use super::error::ReadResult;
#[cfg(test)]
use super::mock_bus::MockBus;
use super::request::ReadRequest;
use super::rtu_line::RtuLine;
use super::settings::BusSettings;
use super::stream::Port;
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
