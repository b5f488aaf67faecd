//! The way to the office: certificates, the broker, and the hub's answer.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Finding, Gateway, Patient};
use crate::cli::gateway::init::NO_BROKER_YET;
use crate::cli::gateway::status::{local, stuck};
use crate::edge::control::GatewayStatus;
use crate::edge::{Confirm, EdgeSettings};
use crate::locales::{Text, cli, full_moment, gateway as status_words, setup as words};
use crate::mqtt::{CertificateEnd, Whose, certificate_ends, try_broker, uplink};
use crate::support::Clock;
use crate::wire::{Channel, Topic};

/// How long a trial of the broker may take: several round trips of 2 s over a weak mobile network. Engineering
/// judgement.
const TRIAL_MAX: Duration = Duration::from_secs(10);

/// The certificates of the configuration, and whether any is needed.
pub fn certificates(patient: &Patient) -> Vec<Finding> {
    let (settings, _) = &patient.loaded;
    let (mqtt, subject) = (&settings.mqtt, words::certificate);
    let Ok(endpoint) = mqtt.endpoint() else { return Vec::new() };
    if !endpoint.tls {
        return vec![match endpoint.is_loopback() {
            true => Finding::right(subject(), words::no_certificate_needed()),
            false => Finding::doubtful(subject(), words::nothing_is_encrypted()),
        }];
    }
    if patient.hidden {
        return vec![Finding::doubtful(subject(), words::files_hidden())];
    }
    let now = Clock::system().now();
    let mut found: Vec<Finding> =
        certificate_ends(mqtt).iter().map(|end| of_end(end, now)).collect();
    if mqtt.cert_file.is_none() && mqtt.user.is_none() {
        found.push(Finding::doubtful(subject(), words::shows_nothing()));
    }
    found
}

/// What is said of a certificate by its end.
fn of_end(end: &CertificateEnd, now: Timestamp) -> Finding {
    let subject = words::certificate();
    let Some(warning) = end.warning(now) else {
        let days = end.at.duration_since(now).as_hours() / 24;
        let at = full_moment(end.at, &TimeZone::system());
        return Finding::right(subject, words::ends_in(end.whose.name(), days, at));
    };
    let found = match end.whose {
        Whose::Own => Text::clauses([warning, words::enroll_again()]),
        Whose::Authority | Whose::Broker | Whose::Server => {
            Text::clauses([warning, words::ask_the_office()])
        }
    };
    match end.at <= now {
        true => Finding::wrong(subject, found),
        false => Finding::doubtful(subject, found),
    }
}

/// What a running gateway says of its connection. Only where it has none is the broker tried, and nothing sent: one
/// that takes the certificate's name for the client's would end the gateway's connection for ours.
pub async fn broker(patient: &Patient, gateway: &Gateway) -> Vec<Finding> {
    let (settings, _) = &patient.loaded;
    let (mqtt, subject) = (&settings.mqtt, words::broker);
    match gateway {
        Gateway::Runs(status) => {
            if let Some(found) = connected(status) {
                return found;
            }
        }
        Gateway::Unasked(_) => return vec![Finding::doubtful(subject(), words::broker_unasked())],
        Gateway::Stopped => {}
    }
    if patient.hidden {
        return vec![Finding::doubtful(subject(), words::files_hidden())];
    }
    let gateway = settings.gateway.clone();
    let client = format!("{}-doctor", uplink::client_id(&gateway));
    let acks = vec![Topic::new(gateway.clone(), Channel::Ack).to_string()];
    let tried =
        tokio::time::timeout(TRIAL_MAX, try_broker(mqtt, &client, gateway.as_str(), acks)).await;
    match tried {
        Ok(Ok((version, end))) => {
            let now = Clock::system().now();
            let takes = Finding::right(subject(), cli::broker_takes(&mqtt.url, version.number()));
            std::iter::once(takes).chain(end.map(|end| of_end(&end, now))).collect()
        }
        Ok(Err(error)) if mqtt.url == NO_BROKER_YET => {
            let found = Text::clauses([error.text(), words::not_enrolled_yet()]);
            vec![Finding::wrong(subject(), found)]
        }
        Ok(Err(error)) => vec![Finding::wrong(subject(), error.text())],
        Err(_) => {
            vec![Finding::wrong(subject(), words::broker_too_slow(&mqtt.url, TRIAL_MAX.as_secs()))]
        }
    }
}

/// What a gateway says of its connection and of the broker's certificate, if it has one.
fn connected(status: &GatewayStatus) -> Option<Vec<Finding>> {
    let delivery = &status.delivery;
    let since = local(delivery.connected_since?, status.now);
    let protocol = delivery.protocol.as_deref().unwrap_or("?");
    let found = Finding::right(words::broker(), status_words::connected(since, protocol));
    let shown = delivery.certificates.iter().find(|end| end.whose == Whose::Broker);
    Some(std::iter::once(found).chain(shown.map(|end| of_end(end, status.now))).collect())
}

/// Whether the hub acknowledges what the gateway sends. Only the running gateway knows: to ask, it would have to send.
pub fn hub(settings: &EdgeSettings, gateway: &Gateway) -> Vec<Finding> {
    let subject = words::hub;
    let status = match gateway {
        Gateway::Runs(status) => status,
        Gateway::Unasked(_) => {
            return vec![Finding::doubtful(subject(), words::hub_unseen())];
        }
        Gateway::Stopped => {
            return vec![Finding::doubtful(subject(), words::hub_seen_when_running())];
        }
    };
    let (delivery, spool) = (&status.delivery, &status.spool);
    let mut found: Vec<Finding> =
        stuck(status).into_iter().map(|said| Finding::wrong(subject(), said)).collect();
    if let Some(problem) = &delivery.problem {
        found.push(Finding::wrong(subject(), status_words::not_connected(problem)));
    }
    if !found.is_empty() {
        return found;
    }
    let waits = words::batches_wait(spool.batches, spool.held);
    let doubt = delivery.doubt.as_ref().map(status_words::connection_doubted);
    let finding = match (delivery.acknowledged_at, settings.confirm) {
        (at, _) if doubt.is_some() => {
            let last = at.map(|at| status_words::last_acknowledged(local(at, status.now)));
            let said = Text::clauses(doubt.into_iter().chain(last).chain([waits]));
            Finding::doubtful(subject(), said)
        }
        (Some(at), _) => {
            let last = status_words::last_acknowledged(local(at, status.now));
            Finding::right(subject(), Text::clauses([last, waits]))
        }
        (None, Confirm::Broker) => Finding::right(subject(), words::broker_confirms()),
        (None, Confirm::Hub) => {
            Finding::doubtful(subject(), Text::clauses([words::no_answer_yet(), waits]))
        }
    };
    vec![finding]
}

#[cfg(test)]
#[path = "office_tests.rs"]
mod tests;
