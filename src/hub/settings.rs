//! Settings of a hub, as in the office's configuration file.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::alarm_settings::AlarmSettings;
use super::publishers::PublisherSettings;
use super::push_settings::PushSettings;
use crate::core::Network;
use crate::figures::Wording;
use crate::ledger::{Person, Persons};
use crate::locales::Lang;
use crate::mqtt::MqttSettings;
use crate::report::Choice;
#[cfg(feature = "influx")]
use crate::store::server::ServerSettings;
use crate::users::Account;
use crate::wire::ENROLMENT_PORT;

/// Everything in `hub.toml`. Relative paths start at the directory of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubSettings {
    /// The language of page, status and messages where neither `--lang` nor `HANQING_LANG` says it.
    #[serde(default)]
    pub lang: Option<Lang>,
    pub mqtt: MqttSettings,
    /// Name of the hub's session at the broker, unique among its hubs.
    #[serde(default = "default_client_id")]
    pub client_id: String,
    /// Group of hubs that share the gateways' messages, each message for one hub. They need a server to store to.
    #[serde(default)]
    pub share: Option<String>,
    pub store: StoreSettings,
    pub ledger: LedgerSettings,
    /// Who enters, reviews, accepts and issues; empty where names are compared as they are written.
    #[serde(rename = "person", default)]
    pub persons: Persons,
    #[serde(default)]
    pub web: WebSettings,
    /// The township's file.
    pub township: PathBuf,
    /// Directory of the office's own report templates.
    #[serde(default)]
    pub report_templates: Option<PathBuf>,
    /// Directory of issued reports, each frozen in a directory of its own.
    #[serde(default = "default_issued")]
    pub issued: PathBuf,
    /// The office's own rules of plausibility.
    #[serde(default)]
    pub plausibility: Option<PathBuf>,
    /// The office's own grades of drought.
    #[serde(default)]
    pub drought_grades: Option<PathBuf>,
    /// What the section of the report says.
    #[serde(default)]
    pub report: ReportSettings,
    /// How figures are worded where that differs from the catalogue.
    #[serde(default)]
    pub wording: Vec<Wording>,
    /// A broker in this process; `None` where an external one is used.
    #[serde(default)]
    pub broker: Option<BrokerSettings>,
    /// Where gateways get their certificates; `None` where they are made by hand.
    #[serde(default)]
    pub enroll: Option<EnrollSettings>,
    /// Who the office is at the broker when it pushes settings to gateways.
    #[serde(default)]
    pub push: Option<PushSettings>,
    /// Other programs whose readings are taken.
    #[serde(rename = "publisher", default)]
    pub publishers: Vec<PublisherSettings>,
    /// What rings, when, and by which channels.
    #[serde(default)]
    pub alarm: AlarmSettings,
}

impl HubSettings {
    /// The file of those who sign in. It is beside the store where nothing else is said: the directory of the
    /// configuration is often none that the hub may write to.
    pub fn users_file(&self) -> PathBuf {
        match self.web.users.as_os_str().is_empty() {
            true => self.store.path.with_file_name("users.db"),
            false => self.web.users.clone(),
        }
    }

    /// What the office chooses of the section.
    pub fn section_choice(&self) -> Choice<'_> {
        Choice {
            templates: self.report_templates.as_deref(),
            blocks: self.report.blocks.as_deref(),
        }
    }

    /// The persons who may sign in: those with a role.
    pub fn accounts(&self) -> Vec<Account> {
        let account = |person: &Person| {
            Some(Account { id: person.id.clone(), name: person.full_name(), role: person.role? })
        };
        self.persons.iter().filter_map(account).collect()
    }
}

/// What the section of the report says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportSettings {
    /// Names of its blocks; all where it is left out.
    #[serde(default)]
    pub blocks: Option<Vec<String>>,
}

fn default_issued() -> PathBuf {
    "issued".into()
}

fn default_client_id() -> String {
    "hanqing-hub".into()
}

/// Where readings are stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// The file. Its directory must exist and be writable. With a server it holds a copy of the server's readings for
    /// page and report, and the quarantine.
    pub path: PathBuf,
    /// Months after which raw readings are purged; hours and days stay forever. Without it, raw readings stay as well.
    #[serde(default)]
    pub keep_raw_months: Option<u32>,
    #[cfg(feature = "influx")]
    #[serde(default)]
    pub server: Option<ServerSettings>,
}

impl StoreSettings {
    /// A store in the file at `path`, without a server.
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            keep_raw_months: None,
            #[cfg(feature = "influx")]
            server: None,
        }
    }
}

/// Where the ledger is, and when its rows count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSettings {
    /// The file. Its directory must exist and be writable.
    pub path: PathBuf,
    /// A row counts only once a second person has reviewed it, and findings are accepted and reports issued by others
    /// again.
    #[serde(default)]
    pub two_person: bool,
}

impl LedgerSettings {
    /// A ledger in the file at `path` whose rows count once they are entered.
    pub fn at(path: PathBuf) -> Self {
        Self { path, two_person: false }
    }
}

/// Where the page is served, to whom, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSettings {
    /// Address and port.
    #[serde(default = "default_page")]
    pub listen: SocketAddr,
    /// Whether `listen` may be an address that other machines can reach though nothing here encrypts what goes there.
    #[serde(default)]
    pub allow_remote: bool,
    /// The file of those who sign in: passwords, sessions, and the record of what they did. Where it is empty, it is
    /// `users.db` beside the store: see [`HubSettings::users_file`].
    #[serde(default)]
    pub users: PathBuf,
    /// Further names and addresses under which browsers reach the page.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Networks from which the pages may be read without signing in.
    #[serde(default)]
    pub open_to: Vec<Network>,
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub proxies: Vec<Network>,
    /// The page's certificate and those that vouch for it, PEM; with it the page is served over TLS.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// The certificate's private key, PEM.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// `https://…`, as browsers reach the page through a proxy.
    #[serde(default)]
    pub public_url: Option<String>,
}

fn default_page() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 8080).into()
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            listen: default_page(),
            allow_remote: false,
            users: PathBuf::new(),
            hosts: Vec::new(),
            open_to: Vec::new(),
            proxies: Vec::new(),
            certificate_file: None,
            key_file: None,
            public_url: None,
        }
    }
}

impl WebSettings {
    /// Where a browser finds the page, without a slash at its end: for links that are handed out.
    pub fn url(&self) -> String {
        if let Some(url) = &self.public_url {
            return url.trim_end_matches('/').into();
        }
        let scheme = if self.certificate_file.is_some() { "https" } else { "http" };
        let host = match (self.hosts.first(), self.listen.ip()) {
            (Some(host), _) => bracketed(host),
            (None, ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
            (None, ip) => bracketed(&ip.to_string()),
        };
        format!("{scheme}://{host}:{}", self.listen.port())
    }

    /// Whether browsers reach the page over TLS, here or at a proxy: then its cookies go over nothing else.
    pub fn is_encrypted(&self) -> bool {
        self.public_url.is_some() || self.certificate_file.is_some()
    }

    /// Host and port of `public_url`, as browsers send them.
    pub fn public_host(&self) -> Option<&str> {
        let (_, host) = self.public_url.as_ref()?.split_once("://")?;
        Some(host.trim_end_matches('/'))
    }
}

/// A host as it stands in a URL: an address of IPv6 in brackets.
fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.into() }
}

/// Where gateways ask for their certificates, and who signs them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrollSettings {
    /// Address and port.
    pub listen: SocketAddr,
    /// Name or address of this machine as gateways reach it: it is printed with each code.
    #[serde(default)]
    pub host: Option<String>,
    /// The certificate of the office's authority, PEM.
    pub authority_file: PathBuf,
    /// Its private key, PEM (PKCS #8).
    pub authority_key_file: PathBuf,
    /// The broker that gateways are to use, `mqtts://…`.
    pub broker_url: String,
    /// Days for which a gateway's certificate is valid.
    #[serde(default = "default_days")]
    pub days: u32,
}

fn default_days() -> u32 {
    1095
}

impl EnrollSettings {
    /// What a gateway gives as `--hub`. The port is left out where it is the usual one.
    pub fn hub(&self) -> String {
        let host = match &self.host {
            Some(host) => bracketed(host),
            None => bracketed(&self.listen.ip().to_string()),
        };
        match self.listen.port() {
            ENROLMENT_PORT => host,
            port => format!("{host}:{port}"),
        }
    }
}

/// A broker in the hub's own process. It accepts any client and does not encrypt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerSettings {
    pub listen: SocketAddr,
    /// Whether `listen` may be an address that other machines can reach.
    #[serde(default)]
    pub allow_remote: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_where_browsers_find_the_page() {
        let url = |text: &str| toml::from_str::<WebSettings>(text).unwrap().url();
        for (text, expected) in [
            ("", "http://127.0.0.1:8080"),
            ("listen = '0.0.0.0:80'", "http://127.0.0.1:80"),
            ("listen = '[fd00::1]:8080'", "http://[fd00::1]:8080"),
            ("listen = '[::]:8080'\nhosts = ['hub.lan', 'x']", "http://hub.lan:8080"),
            ("hosts = ['hub.lan']\ncertificate_file = 'a'", "https://hub.lan:8080"),
            ("public_url = 'https://water.example.org/'", "https://water.example.org"),
        ] {
            assert_eq!(url(text), expected, "{text}");
        }
        let public: WebSettings = toml::from_str("public_url = 'https://a.org:444/'").unwrap();
        assert_eq!(public.public_host(), Some("a.org:444"));
        assert!(public.is_encrypted() && !WebSettings::default().is_encrypted());
    }

    #[test]
    fn whoever_has_a_role_may_sign_in() {
        let persons: Vec<Person> = serde_json::from_value(serde_json::json!([
            { "id": "huang", "name": "黄某", "office": "财政所", "role": "recorder" },
            { "id": "wu", "name": "吴某", "office": "乡政府" },
        ]))
        .unwrap();
        let mut settings: HubSettings =
            toml::from_str(include_str!("../../config/hub.toml")).unwrap();
        assert_eq!(settings.users_file(), PathBuf::from("/var/lib/hanqing/users.db"));
        settings.persons = persons.into();
        let accounts = settings.accounts();
        assert_eq!(accounts.len(), 1);
        assert_eq!((accounts[0].id.as_str(), accounts[0].name.as_str()), ("huang", "财政所 黄某"));
    }
}
