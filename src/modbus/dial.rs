//! Opens TCP connections to devices and serial servers.

use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use super::error::ReadError;
use crate::support::Clock;

/// Connects to `endpoint`, `host:port`, within `timeout` of `clock`.
pub(super) async fn dial(
    endpoint: &str,
    timeout: Duration,
    clock: &Clock,
) -> Result<TcpStream, ReadError> {
    let unreachable =
        |problem: String| ReadError::Unreachable { endpoint: endpoint.to_owned(), problem };
    let connecting = async {
        let address = lookup_host(endpoint)
            .await
            .map_err(|e| unreachable(e.to_string()))?
            .next()
            .ok_or_else(|| unreachable("the name has no address".into()))?;
        let stream = TcpStream::connect(address).await.map_err(|e| unreachable(e.to_string()))?;
        // Requests are small and wait for their answers: delaying them only costs time.
        stream.set_nodelay(true).map_err(|e| unreachable(e.to_string()))?;
        Ok(stream)
    };
    clock
        .timeout(timeout, connecting)
        .await
        .map_err(|_| unreachable(format!("no connection within {} ms", timeout.as_millis())))?
}
