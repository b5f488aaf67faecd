//! Where gateways get their certificates, `[enroll]`.

use std::ops::RangeInclusive;

use super::mqtt::without_password;
use crate::core::Problems;
use crate::hub::{Authority, HubSettings};
use crate::locales::{config as words, config_hub as own};
use crate::mqtt::MqttSettings;

/// Days for which a certificate is valid: one that ends within a week is renewed too late, one of ten years outlives
/// the box. Engineering judgement.
const DAYS: RangeInclusive<u32> = 7..=3650;

pub(super) fn check(settings: &HubSettings, found: &mut Problems) {
    let Some(enroll) = &settings.enroll else { return };
    let others = [Some(settings.web.listen), settings.broker.as_ref().map(|broker| broker.listen)];
    let port = enroll.listen.port();
    let taken = port != 0 && others.into_iter().flatten().any(|other| other.port() == port);
    let found = &mut found.at("enroll");
    found.ensure(!taken, "listen", enroll.listen, own::port_taken(), own::port_of_enrolment());
    match &enroll.host {
        Some(host) => {
            let (rule, hint) = (own::no_host(), own::host_examples());
            found.ensure(super::web::is_host(host), "host", host, rule, hint);
        }
        None => {
            let named = !enroll.listen.ip().is_unspecified();
            found.required(named, "host", own::host_of_every_address(), own::host_examples());
        }
    }
    match MqttSettings::at(&enroll.broker_url).endpoint() {
        Err(rule) => {
            let url = without_password(&enroll.broker_url);
            found.add("broker_url", url, rule, own::broker_url_example());
        }
        Ok(endpoint) => {
            let (rule, hint) = (own::no_certificates_there(), own::broker_url_example());
            found.ensure(endpoint.tls, "broker_url", &enroll.broker_url, rule, hint);
        }
    }
    found.within("days", enroll.days, DAYS, words::leave_it_out_for(1095));
    let before = found.list().len();
    super::mqtt::existing_file("authority_file", Some(&enroll.authority_file), found);
    super::mqtt::existing_file("authority_key_file", Some(&enroll.authority_key_file), found);
    if found.list().len() > before {
        return;
    }
    if let Err(problem) = Authority::of_now(enroll) {
        found.push(problem);
    }
}
