//! Gateways get their certificates: `hanqing enroll` asks with a one-time code of `hanqing gateway invite`, and the
//! office's authority signs (docs/enrolment.md, docs/decisions/0027).

mod authority;
mod shown;
#[cfg(test)]
mod test_kit;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::Context;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use authority::{Authority, RequestedKey, SignError, Signed};

use super::HubSettings;
use super::settings::EnrollSettings;
use crate::core::GatewayId;
use crate::locales::{Argument, Lang, enrolment as words, for_programs, foreign};
use crate::mqtt::common_name;
use crate::store::{Owners, StoreError};
use crate::support::{Clock, Seldom, lock};
use crate::users::{Admitted, Applicant, Invitation, Users};
use crate::web::{self, EnrolAnswered, EnrolAsked};
use crate::wire::{EnrolAnswer, EnrolRefusal, EnrolRequest, Refused, is_reserved};

/// A hub that gateways can ask: its address is bound.
pub(super) struct Enrolment {
    listener: TcpListener,
    tls: web::Tls,
    office: Arc<Desk>,
}

/// Who answers.
struct Desk {
    settings: EnrollSettings,
    authority: Arc<Authority>,
    /// The names of the hub itself.
    own_names: Vec<String>,
    users: Users,
    store: PathBuf,
    clock: Clock,
    refused: Mutex<Seldom>,
}

impl Enrolment {
    /// Reads the authority and binds the address; `None` where the settings do not ask for it.
    ///
    /// # Errors
    /// A file cannot be used, or the address is taken.
    pub async fn open(
        settings: &HubSettings,
        users: &Users,
        clock: &Clock,
    ) -> anyhow::Result<Option<Self>> {
        let Some(enroll) = &settings.enroll else { return Ok(None) };
        let authority = Authority::open(&enroll.authority_file, &enroll.authority_key_file);
        let authority = Arc::new(authority.map_err(|problem| anyhow::anyhow!("{problem}"))?);
        let shown = shown::Shown::new(authority.clone(), clock.clone())?;
        let config = shown.config().with_context(words::no_tls)?;
        let listener = TcpListener::bind(enroll.listen).await.map_err(|error| {
            let listen = Argument::of(enroll.listen);
            anyhow::Error::msg(words::enrolment_address(listen, foreign::io(&error)))
        })?;
        let office = Arc::new(Desk {
            settings: enroll.clone(),
            authority,
            own_names: own_names(settings),
            users: users.clone(),
            store: settings.store.path.clone(),
            clock: clock.clone(),
            refused: Mutex::default(),
        });
        Ok(Some(Self { listener, tls: web::Tls::with(config), office }))
    }

    /// Answers until `stop`.
    ///
    /// # Errors
    /// None today.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { listener, tls, office } = self;
        tracing::info!(address = %listener.local_addr()?, "gateways can ask for certificates");
        let ask = web::Ask::new(move |asked| {
            let office = office.clone();
            async move { Ok(office.answer(asked).await) }
        });
        Ok(web::serve(listener, web::enrolment(ask), Some(tls), stop).await?)
    }
}

impl Desk {
    async fn answer(&self, EnrolAsked { body, from }: EnrolAsked) -> EnrolAnswered {
        let answer = match EnrolRequest::from_bytes(&body) {
            Ok(request) => self.enrol(request, from).await,
            Err(_) => Err(EnrolRefusal::new(Refused::Request)),
        };
        if let Err(refusal) = &answer
            && let Some(count) = lock(&self.refused).note(self.clock.uptime())
        {
            tracing::warn!(%from, why = ?refusal.refused, count, "a gateway gets no certificate");
        }
        answer
    }

    async fn enrol(&self, request: EnrolRequest, from: std::net::IpAddr) -> EnrolAnswered {
        let EnrolRequest { gateway, secret, csr, .. } = request;
        let refused = |why| Err(EnrolRefusal::new(why));
        let Some(key) = RequestedKey::read(&csr) else { return refused(Refused::Request) };
        let applicant =
            Applicant { secret: secret.as_bytes().to_vec(), key: key.bytes(), from: Some(from) };
        let why = Arc::new(Mutex::new(EnrolRefusal::new(Refused::Unable)));
        let certify = {
            let (why, now) = (why.clone(), self.clock.now());
            let (authority, store, days) =
                (self.authority.clone(), self.store.clone(), self.settings.days);
            let own_names = self.own_names.clone();
            move |invitation: &Invitation| {
                let is_own = is_of_office(&invitation.gateway, &own_names);
                let signed = match is_own {
                    true => Err(EnrolRefusal::new(Refused::Reserved)),
                    false => certify(invitation, gateway, &key, &store, &authority, days, now),
                };
                signed.map_err(|refusal| *lock(&why) = refusal).ok()
            }
        };
        let admitted = match self.users.admit(applicant, certify).await {
            Ok(admitted) => admitted,
            Err(error) => {
                let error = for_programs(Lang::English, || error.to_string());
                tracing::error!(error, "the users' file failed");
                return refused(Refused::Unable);
            }
        };
        match admitted {
            Admitted::Now { gateway, certificate } => self.given(&gateway, certificate, false),
            Admitted::Before { gateway, certificate } => self.given(&gateway, certificate, true),
            Admitted::Unknown => refused(Refused::Unknown),
            Admitted::Expired => refused(Refused::Expired),
            Admitted::Used => refused(Refused::Used),
            Admitted::Refused => Err(lock(&why).clone()),
            Admitted::TooOften { wait_s } => Err(EnrolRefusal::too_often(wait_s)),
        }
    }

    fn given(&self, gateway: &str, certificate: String, again: bool) -> EnrolAnswered {
        let gateway: GatewayId = gateway.parse().map_err(|_| EnrolRefusal::new(Refused::Unable))?;
        tracing::info!(%gateway, again, "a gateway has its certificate");
        let (authority, broker) = (self.authority.pem().into(), self.settings.broker_url.clone());
        Ok(EnrolAnswer::new(gateway, certificate, authority, broker))
    }
}

/// The names by which brokers know this hub: whoever has a certificate for one of them acknowledges in its place.
pub fn own_names(settings: &HubSettings) -> Vec<String> {
    let mqtt = &settings.mqtt;
    let shown = mqtt.cert_file.as_ref().and_then(|file| {
        let certificate = CertificateDer::from_pem_file(file).ok()?;
        common_name(&certificate)
    });
    [Some(settings.client_id.clone()), mqtt.user.clone(), shown].into_iter().flatten().collect()
}

/// Whether a gateway of that name would pass for one of the office's own machines.
pub fn is_of_office(name: &str, own_names: &[String]) -> bool {
    let is_own = |own: &String| own.eq_ignore_ascii_case(name);
    name.parse().is_ok_and(|gateway| is_reserved(&gateway)) || own_names.iter().any(is_own)
}

/// Signs for the gateway of an invitation, unless it says it is another or was revoked since. Returns the certificate
/// and what the record says of it.
fn certify(
    invitation: &Invitation,
    says: Option<GatewayId>,
    key: &RequestedKey,
    store: &std::path::Path,
    authority: &Authority,
    days: u32,
    now: jiff::Timestamp,
) -> Result<(String, String), EnrolRefusal> {
    let unable = || EnrolRefusal::new(Refused::Unable);
    let gateway: GatewayId = invitation.gateway.parse().map_err(|_| unable())?;
    if says.is_some_and(|says| says != gateway) {
        return Err(EnrolRefusal::for_other(gateway));
    }
    let revoked = revoked_since(store, &gateway, invitation.made_at).map_err(|error| {
        let error = for_programs(Lang::English, || error.to_string());
        tracing::error!(error, "cannot see which gateways are revoked");
        unable()
    })?;
    if revoked {
        return Err(EnrolRefusal::new(Refused::Revoked));
    }
    let signed = authority.sign_gateway(&gateway, key, days, now).map_err(|error| {
        let error = for_programs(Lang::English, || error.to_string());
        tracing::error!(error, "the authority cannot sign");
        unable()
    })?;
    let Signed { certificate, serial, ends } = signed;
    tracing::info!(%gateway, serial, %ends, "signed a certificate");
    let detail = format!("{gateway} {serial} – {}", ends.strftime("%Y-%m-%d"));
    Ok((certificate, detail))
}

/// Whether `gateway` was revoked after that time, by this hub or by a command beside it.
fn revoked_since(
    store: &std::path::Path,
    gateway: &GatewayId,
    invited: jiff::Timestamp,
) -> Result<bool, StoreError> {
    let owners = Owners::open(store, std::collections::BTreeMap::new())?;
    let revoked = owners.revocations()?;
    Ok(revoked.iter().any(|row| row.gateway == *gateway && row.noted_at >= invited))
}

#[cfg(test)]
mod tests;
