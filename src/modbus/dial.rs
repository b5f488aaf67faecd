//! Opens TCP connections to devices and serial servers.

use std::io;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use super::error::ReadError;
use crate::locales::{Argument, Text, core as core_words, foreign, modbus as words};
use crate::support::Clock;

/// Connects to `endpoint`, `host:port`, within `timeout` of `clock`.
pub(super) async fn dial(
    endpoint: &str,
    timeout: Duration,
    clock: &Clock,
) -> Result<TcpStream, ReadError> {
    let unreachable =
        |problem: Text| ReadError::Unreachable { endpoint: endpoint.to_owned(), problem };
    let connecting = async {
        let address = lookup_host(endpoint)
            .await
            .map_err(|e| unreachable(lookup_problem(endpoint, &e)))?
            .next()
            .ok_or_else(|| unreachable(words::name_without_address()))?;
        let stream = TcpStream::connect(address).await.map_err(|e| unreachable(foreign::io(&e)))?;
        // Requests are small and wait for their answers: delaying them only costs time.
        stream.set_nodelay(true).map_err(|e| unreachable(foreign::io(&e)))?;
        Ok(stream)
    };
    clock
        .timeout(timeout, connecting)
        .await
        .map_err(|_| unreachable(words::not_connected_within(Argument::of(timeout.as_millis()))))?
}

/// Why the name of `endpoint` has no address. The resolver's errors carry no number of the system.
fn lookup_problem(endpoint: &str, error: &io::Error) -> Text {
    match (error.raw_os_error(), endpoint.rsplit_once(':')) {
        (None, Some((host, _))) => core_words::io_name_unknown(host),
        _ => foreign::io(error),
    }
}
