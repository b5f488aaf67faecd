//! Where and how a hub's page is served, `[web]`.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{InconsistentKeys, ServerConfig};

use super::listen;
use super::mqtt::{existing_file, without_password};
use crate::core::Problems;
use crate::hub::{HubSettings, WebSettings};
use crate::locales::{config as words, config_hub as own, mqtt as mqtt_words};

/// Longest name of a host, bytes (RFC 1035, 2.3.4).
const HOST_MAX: usize = 253;

pub(super) fn check(settings: &HubSettings, found: &mut Problems) {
    let web = &settings.web;
    let expected = web.allow_remote || web.certificate_file.is_some();
    let (rule, hint) = (own::page_not_encrypted(), own::page_here());
    listen::check(web.listen, expected, rule, hint, found);
    users(settings, found);
    for (index, host) in web.hosts.iter().enumerate() {
        let (rule, hint) = (own::no_host(), own::host_examples());
        found.ensure(is_host(host), format_args!("hosts[{index}]"), host, rule, hint);
    }
    networks(web, found);
    certificate_of(web, found);
    if let Some(url) = &web.public_url {
        let (rule, hint) = (own::no_public_url(), own::public_url_example());
        found.ensure(is_public_url(url), "public_url", without_password(url), rule, hint);
    }
}

fn users(settings: &HubSettings, found: &mut Problems) {
    let file = &settings.users_file();
    let named = file.file_name().is_some() && !file.is_dir();
    let (rule, hint) = (words::names_no_file(), own::give_file_itself());
    found.ensure(named, "users", file.display(), rule, hint);
    let others = [&settings.store.path, &settings.ledger.path];
    let (rule, hint) = (own::is_store_or_ledger(), own::users_of_their_own());
    found.ensure(!others.contains(&file), "users", file.display(), rule, hint);
}

fn networks(web: &WebSettings, found: &mut Problems) {
    for (index, network) in web.open_to.iter().enumerate() {
        let (rule, hint) = (own::open_to_anybody(), own::network_examples());
        let place = format_args!("open_to[{index}]");
        found.ensure(!network.is_too_wide(), place, network, rule, hint);
    }
    for (index, proxy) in web.proxies.iter().enumerate() {
        let (rule, hint) = (own::proxy_is_anybody(), own::proxy_examples());
        found.ensure(!proxy.is_too_wide(), format_args!("proxies[{index}]"), proxy, rule, hint);
    }
    // Whoever comes through a proxy that is not known as one comes from the proxy's own address.
    let hidden = web.public_url.is_some() && web.proxies.is_empty() && !web.open_to.is_empty();
    found.required(!hidden, "proxies", own::proxies_hide_networks(), own::proxy_examples());
}

/// Whether `text` is the name or the address of a host, without a port.
pub(super) fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.chars().all(allowed)
    };
    text.parse::<IpAddr>().is_ok() || text.len() <= HOST_MAX && text.split('.').all(label)
}

/// Whether `text` is `https://`, a host, a port or none, and nothing more.
fn is_public_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let right = match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => is_host(host) && !host.contains(':'),
    };
    right && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn certificate_of(web: &WebSettings, found: &mut Problems) {
    let (certificate, key) = (&web.certificate_file, &web.key_file);
    for (given, own, other) in [
        (key.is_some() || certificate.is_none(), "key_file", "certificate_file"),
        (certificate.is_some() || key.is_none(), "certificate_file", "key_file"),
    ] {
        let rule = mqtt_words::required_with(other);
        found.required(given, own, rule, own::page_both_or_neither());
    }
    let before = found.list().len();
    existing_file("certificate_file", certificate.as_ref(), found);
    existing_file("key_file", key.as_ref(), found);
    let (Some(certificate), Some(key)) = (certificate, key) else { return };
    if found.list().len() > before {
        return;
    }
    // What is in them: one mistake, one line.
    let read = CertificateDer::pem_file_iter(certificate);
    let chain = read.and_then(|read| read.collect::<Result<Vec<_>, _>>()).unwrap_or_default();
    if chain.is_empty() {
        let (rule, hint) = (own::no_certificate(), own::certificate_form());
        return found.add("certificate_file", certificate.display(), rule, hint);
    }
    let Ok(private) = PrivateKeyDer::from_pem_file(key) else {
        return found.add("key_file", key.display(), own::no_key(), own::key_form());
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    match builder.and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
    {
        Ok(_) => {}
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            let (rule, hint) = (own::key_of_another(certificate), own::issued_together());
            found.add("key_file", key.display(), rule, hint);
        }
        Err(_) => {
            found.add("key_file", key.display(), own::pair_unusable(), own::key_form());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Network;

    /// What is wrong with a certificate and a key of the tests of TLS.
    fn pair(certificate: &str, key: &str) -> Vec<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mqtt/tls_tests");
        let [certificate_file, key_file] = [certificate, key].map(|name| Some(folder.join(name)));
        let web = WebSettings { certificate_file, key_file, ..WebSettings::default() };
        let found = Problems::of(|found| certificate_of(&web, found));
        found.iter().map(|problem| format!("{}: {}", problem.path, problem.rule)).collect()
    }

    #[test]
    fn certificate_and_key_belong_to_one_another() {
        assert_eq!(pair("gw-test.pem", "gw-test.key"), Vec::<String>::new());
        let other = pair("gw-test.pem", "other.key");
        assert!(other[0].starts_with("key_file: does not belong to web.certificate_file"));
        assert_eq!(pair("gw-test.pem", "ca.pem"), ["key_file: holds no private key in PEM"]);
        let none = pair("gw-test.key", "gw-test.key");
        assert_eq!(none, ["certificate_file: holds no certificate in PEM"]);
        assert_eq!(pair("none.pem", "none.key").len(), 2);
    }

    #[test]
    fn every_address_is_neither_a_proxy_nor_the_office() {
        for every in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "128.0.0.0/1", "8000::/1"] {
            let [office, every] =
                ["192.168.1.0/24", every].map(|text| text.parse::<Network>().unwrap());
            let (open_to, proxies) = (vec![office, every], vec![every]);
            let web = WebSettings { open_to, proxies, ..WebSettings::default() };
            let found = Problems::of(|found| networks(&web, found));
            let paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
            assert_eq!(paths, ["open_to[1]", "proxies[0]"], "{every}");
            let said = found[0].to_string();
            assert!(said.contains("strangers could read without signing in: at most /8"), "{said}");
        }
    }

    #[test]
    fn a_host_has_neither_scheme_nor_port() {
        for right in ["hub", "hub.lan", "xn--fiq228c.example", "10.0.0.5", "fd00::5", "a_b"] {
            assert!(is_host(right), "{right}");
        }
        for wrong in ["", "http://hub", "hub:8080", "hub/", "a..b", "hub lan", "[fd00::5]", "中心"]
        {
            assert!(!is_host(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_public_url_is_https_and_a_host() {
        for right in
            ["https://a.org", "https://a.org/", "https://a.org:8443", "https://[fd00::5]:1"]
        {
            assert!(is_public_url(right), "{right}");
        }
        for wrong in [
            "",
            "a.org",
            "http://a.org",
            "https://",
            "https:///",
            "https://a.org/hub",
            "https://u:p@a.org",
            "https://a.org:0",
            "https://a.org:99999",
            "https://fd00::5",
            "https://a.org?x",
        ] {
            assert!(!is_public_url(wrong), "{wrong}");
        }
    }
}
