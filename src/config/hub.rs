//! A hub's settings, checked as a whole. The township has a file of its own: see [`township`](super::township).

use std::ops::RangeFrom;

use crate::core::{Problem, Problems};
use crate::figures::{Rules, check_wordings};
use crate::hub::HubSettings;

/// Longest client id and longest name of a share, bytes. Every MQTT 3.1.1 broker accepts 23 ([MQTT-3.1.3-5]), those in
/// use far more; ours have to fit a line of the broker's log. Engineering judgement.
const NAME_MAX: usize = 64;

/// Months for which raw readings are kept at least. A report on the year before is made from hours, but a late reading
/// needs the other readings of its hour.
const KEEP_RAW_MONTHS: RangeFrom<u32> = 3..;

pub(super) fn check(settings: &HubSettings, found: &mut Problems) {
    super::mqtt::check(&settings.mqtt, found);
    let hint = "leave it out for hanqing-hub; a second hub needs another";
    name("client_id", &settings.client_id, hint, found);
    store(settings, found);
    let templates = settings.report_templates.as_ref();
    if let Some(folder) = templates.filter(|folder| !folder.is_dir()) {
        let hint = "leave it out for the built-in wording";
        found.add("report_templates", folder.display(), "is not a directory", hint);
    }
    check_wordings(&settings.wording, found);
    plausibility(settings, found);
    broker(settings, found);
}

fn name(key: &str, name: &str, hint: &str, found: &mut Problems) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let right = (1..=NAME_MAX).contains(&name.len()) && name.chars().all(allowed);
    let rule = format!("must be 1 to {NAME_MAX} of a-z, A-Z, 0-9, '-' and '_'");
    found.ensure(right, key, name, rule, hint);
}

fn store(settings: &HubSettings, found: &mut Problems) {
    let (store, ledger) = (&settings.store.path, &settings.ledger.path);
    for (key, file) in [("store.path", store), ("ledger.path", ledger)] {
        let hint = "give the file itself; it is created where it does not exist";
        let right = file.file_name().is_some() && !file.is_dir();
        found.ensure(right, key, file.display(), "names no file", hint);
    }
    let hint = "readings and ledger are kept, and backed up, in files of their own";
    let rule = "is the store's file already";
    found.ensure(store != ledger, "ledger.path", ledger.display(), rule, hint);
    if let Some(months) = settings.store.keep_raw_months {
        let hint = "leave it out to keep readings for ever; hours and days stay in any case";
        found.within("store.keep_raw_months", months, KEEP_RAW_MONTHS, hint);
    }
    if let Some(group) = &settings.share {
        let hint = "the same word for all hubs that share the load, such as hanqing";
        name("share", group, hint, found);
    }
    #[cfg(feature = "influx")]
    match (&settings.store.server, &settings.share) {
        (Some(server), _) => super::server::check(server, &mut found.at("store.server")),
        (None, Some(group)) => found.add(
            "share",
            group,
            "needs a server as store: one file has one hub",
            "add [store.server], or leave out share",
        ),
        (None, None) => {}
    }
}

fn plausibility(settings: &HubSettings, found: &mut Problems) {
    let Some(path) = &settings.plausibility else { return };
    match std::fs::read_to_string(path) {
        Ok(text) => {
            for Problem { path, value, rule, hint } in
                Rules::parse(&text).err().into_iter().flatten()
            {
                found.at("plausibility").add(path, value, rule, hint);
            }
        }
        Err(error) => {
            let hint = "leave it out for the built-in rules";
            found.add("plausibility", path.display(), format!("cannot be read: {error}"), hint);
        }
    }
}

fn broker(settings: &HubSettings, found: &mut Problems) {
    let Some(broker) = &settings.broker else { return };
    if !cfg!(feature = "demo") {
        let hint = "use an external one and remove [broker], or build with --features demo";
        found.add("broker", "", "this build carries no broker", hint);
    }
    let port = broker.listen.port();
    let taken = port == settings.web.listen.port() && port != 0;
    let rule = "is the page's port already";
    found.ensure(!taken, "broker.listen", broker.listen, rule, "MQTT's own port is 1883");
    if let Ok(endpoint) = settings.mqtt.endpoint() {
        found.ensure(
            !endpoint.tls && endpoint.port == port,
            "mqtt.url",
            &settings.mqtt.url,
            format!("is not the broker in this process, which listens on {}", broker.listen),
            format!("mqtt://127.0.0.1:{port}, or remove [broker]"),
        );
    }
}
