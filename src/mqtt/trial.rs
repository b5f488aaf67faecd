//! One connection that shows whether the broker can be used. Nothing is published.

use std::time::Duration;

use super::client::SessionEvent;
use super::expiry::{CertificateEnd, Whose};
use super::session::{self, Lost, Session};
use super::{MqttError, MqttSettings, Version, VersionMemory};
use crate::locales::mqtt as words;

/// How long the answer to a subscription may take. It is one round trip, of 2 s over a weak mobile network. Engineering
/// judgement.
const ANSWER_MAX: Duration = Duration::from_secs(15);

/// Connects as `client_id`, which nobody else must use meanwhile, and subscribes to `filters`. `own_name` is the name
/// that a certificate must have. Returns the version of MQTT that is spoken, and when the broker's certificate ends.
///
/// # Errors
/// The settings, a file that they name, the connection, the login or the subscription: what is wrong with it.
pub async fn try_broker(
    settings: &MqttSettings,
    client_id: &str,
    own_name: &str,
    filters: Vec<String>,
) -> Result<(Version, Option<CertificateEnd>), MqttError> {
    let options = session::options(settings, client_id, own_name)?;
    let mut session = Session::connect(options, &mut VersionMemory::default()).await?;
    let subscribes = !filters.is_empty();
    if subscribes {
        session.subscribe(filters).map_err(|_| session.refused())?;
    }
    let answered = async {
        if !subscribes {
            return Ok(());
        }
        loop {
            // What is retained may come before the answer.
            match session.next().await {
                Ok(SessionEvent::Subscribed(_)) => return Ok(()),
                Ok(_) => {}
                Err(lost) => return Err(lost),
            }
        }
    };
    let late = || Lost::TimedOut(words::timed_out(ANSWER_MAX.as_secs()));
    let answered = tokio::time::timeout(ANSWER_MAX, answered).await.unwrap_or_else(|_| Err(late()));
    answered.map_err(|lost| session.lost(lost))?;
    let version = session.version();
    let shown = session.certificates().into_iter().find(|end| end.whose == Whose::Broker);
    session.close().await;
    Ok((version, shown))
}

#[cfg(test)]
#[path = "trial_tests.rs"]
mod tests;
