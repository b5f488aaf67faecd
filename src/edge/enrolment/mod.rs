//! A gateway gets its certificate from the hub with a one-time code (docs/enrolment.md): its key is made here and never
//! leaves, the hub is known by the code, and nothing is written before all is verified.

mod access;
mod asking;
mod files;
mod key;
mod trust;

use std::path::PathBuf;

pub use asking::HubAddress;
pub use files::{Placed, Places};

use crate::core::GatewayId;
use crate::locales::{Argument, Text, enrolment as words, foreign};
use crate::support::Clock;
use crate::wire::{Code, EnrolAnswer, EnrolRefusal, EnrolRequest, Refused, WireError};

/// What a gateway asks for.
#[derive(Debug, Clone)]
pub struct Enrolment {
    pub hub: HubAddress,
    pub code: Code,
    /// Its name, where it is known already.
    pub gateway: Option<GatewayId>,
    pub places: Places,
    /// Whether files that are there may be replaced.
    pub renew: bool,
}

/// What it has got.
#[derive(Debug, Clone)]
pub struct Enrolled {
    pub gateway: GatewayId,
    pub broker_url: String,
    pub placed: Placed,
}

/// Why it has no certificate. What was there before is as it was, but for [`EnrolError::Files`], where a new attempt
/// with the same code goes on.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// It has a certificate already.
    #[error("{}", words::there_already(.0))]
    There(PathBuf),
    /// A file cannot be read or written.
    #[error("{}", words::file_failed(path, foreign::io(why)))]
    Files { path: PathBuf, why: std::io::Error },
    /// A key waits that others have made, or may read.
    #[error("{}", words::key_of_others(.0))]
    Foreign(PathBuf),
    #[error("{}", words::no_key_made(.0))]
    Key(Text),
    /// There is nobody, or no connection came about. Nothing was said.
    #[error("{}", words::no_connection(Argument::of(.0), .1))]
    Connection(HubAddress, Text),
    /// The hub was asked, and its answer did not arrive: the code may be used already, for this key.
    #[error("{}", words::not_answered(Argument::of(.0), .1))]
    Unanswered(HubAddress, Text),
    /// Whoever answers is not the hub of the code. Nothing was said to it.
    #[error("{}", words::not_the_hub(Argument::of(.0)))]
    Stranger(HubAddress),
    /// By this machine's clock the hub's certificate is not valid. Nothing was said to it.
    #[error("{}", words::clock_wrong(.now.to_string(), .bound.to_string()))]
    Clock { now: jiff::Timestamp, bound: jiff::Timestamp },
    /// The hub says no.
    #[error("{}", refused(.0))]
    Refused(EnrolRefusal),
    /// The answer is none of a hub.
    #[error("{}", words::no_answer(Argument::of(.0), foreign::error(.1)))]
    Answer(HubAddress, WireError),
    /// The answer is a hub's, and what it gives cannot be used.
    #[error("{}", words::answer_unusable(.0))]
    Unusable(Text),
}

impl Enrolment {
    /// Asks the hub, verifies what it gives, and puts it in place.
    ///
    /// # Errors
    /// See [`EnrolError`].
    pub async fn run(&self, clock: &Clock) -> Result<Enrolled, EnrolError> {
        let waits = self.places.waiting_key(self.gateway.as_ref())?;
        if !self.renew {
            self.places.nothing_there(self.gateway.as_ref(), &self.code, waits.as_ref())?;
        }
        let waiting = match waits {
            Some(waiting) => waiting,
            None => self.places.make_key(self.gateway.as_ref())?,
        };
        let key = &waiting.key;
        let secret = self.code.secret().clone();
        let csr = key.request(self.gateway.as_ref()).map_err(EnrolError::Key)?;
        let request = EnrolRequest::new(self.gateway.clone(), secret, csr);
        let answer = asking::ask(&self.hub, &self.code, &request, clock).await?;
        let verified = self.verified(&answer, key, clock.now())?;
        if !self.renew {
            self.places.nothing_there(Some(&verified.gateway), &self.code, Some(&waiting))?;
        }
        let placed = self.places.place(&verified, &self.code, &waiting)?;
        let trust::Verified { gateway, broker_url, .. } = verified;
        Ok(Enrolled { gateway, broker_url, placed })
    }

    /// Refuses an answer whose certificate is not for this gateway and its key, or whose authority is not that of the
    /// code.
    fn verified(
        &self,
        answer: &EnrolAnswer,
        key: &key::Key,
        now: jiff::Timestamp,
    ) -> Result<trust::Verified, EnrolError> {
        if self.gateway.as_ref().is_some_and(|own| *own != answer.gateway) {
            let other = words::certificate_of_another(answer.gateway.as_str());
            return Err(EnrolError::Unusable(other));
        }
        trust::verified(answer, key, &self.code, now).map_err(EnrolError::Unusable)
    }
}

fn refused(refusal: &EnrolRefusal) -> Text {
    match refusal.refused {
        Refused::Unknown => words::refused_unknown(),
        Refused::Expired => words::refused_expired(),
        Refused::Used => words::refused_used(),
        Refused::OtherGateway => match &refusal.gateway {
            Some(gateway) => words::refused_other_gateway(gateway.as_str()),
            None => words::refused_other(),
        },
        Refused::Revoked => words::refused_revoked(),
        Refused::Reserved => words::refused_reserved(),
        Refused::Request => words::refused_request(),
        Refused::TooOften => words::refused_too_often(refusal.wait_s.unwrap_or(1)),
        Refused::Unable => words::refused_unable(),
        Refused::Other => words::refused_other(),
    }
}

#[cfg(test)]
mod tests;
