//! What a hub's file means, checked as a whole. The township has a file of its own: see [`township`](super::township).

use crate::core::Problem;
use crate::figures::{Rules, check_wordings};
use crate::hub::HubSettings;

/// Longest client id that every MQTT 3.1.1 broker takes ([MQTT-3.1.3-5]) is 23 bytes; those in use take far more. Ours have
/// to fit a broker's log line: engineering judgement.
const CLIENT_ID_MAX: usize = 64;

/// Every problem of `settings`.
pub fn check(settings: &HubSettings) -> Vec<Problem> {
    let mut problems = super::mqtt::check(&settings.mqtt);
    let id = &settings.client_id;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > CLIENT_ID_MAX || !id.chars().all(allowed) {
        problems.push(Problem::new(
            "client_id",
            id,
            "must be 1 to 64 of a-z, A-Z, 0-9, '-' and '_'",
            "leave it out for hanqing-hub; a second hub needs another",
        ));
    }
    for (path, file) in
        [("store.path", &settings.store.path), ("ledger.path", &settings.ledger.path)]
    {
        if file.file_name().is_none() || file.is_dir() {
            problems.push(Problem::new(
                path,
                file.display(),
                "names no file",
                "give the file itself; it is made where it does not exist",
            ));
        }
    }
    store(settings, &mut problems);
    if settings.store.path == settings.ledger.path {
        problems.push(Problem::new(
            "ledger.path",
            settings.ledger.path.display(),
            "is the store's file already",
            "readings and ledger are kept, and backed up, in files of their own",
        ));
    }
    if let Some(folder) = &settings.report_templates
        && !folder.is_dir()
    {
        problems.push(Problem::new(
            "report_templates",
            folder.display(),
            "is no directory",
            "leave it out for the wording that the program carries",
        ));
    }
    report(settings, &mut problems);
    broker(settings, &mut problems);
    problems
}

fn report(settings: &HubSettings, problems: &mut Vec<Problem>) {
    problems.extend(check_wordings(&settings.wording));
    let Some(path) = &settings.plausibility else {
        return;
    };
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let found = Rules::parse(&text).err().into_iter().flatten();
            problems.extend(found.map(|problem| Problem {
                path: format!("plausibility.{}", problem.path),
                ..problem
            }));
        }
        Err(error) => problems.push(Problem::new(
            "plausibility",
            path.display(),
            format!("cannot be read: {error}"),
            "leave it out for the rules that the program carries",
        )),
    }
}

/// Months that raw readings are kept at least: a report of the year before is made of its hours, but a reading that comes late needs
/// those of its hour.
const KEEP_RAW_MIN_MONTHS: u32 = 3;

fn store(settings: &HubSettings, problems: &mut Vec<Problem>) {
    let months = settings.store.keep_raw_months;
    if let Some(months) = months.filter(|months| *months < KEEP_RAW_MIN_MONTHS) {
        problems.push(Problem::new(
            "store.keep_raw_months",
            months,
            "must be 3 or more",
            "leave it out to keep readings for ever; hours and days stay in any case",
        ));
    }
    let group = settings.share.as_deref().unwrap_or("g");
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if group.is_empty() || group.len() > CLIENT_ID_MAX || !group.chars().all(allowed) {
        problems.push(Problem::new(
            "share",
            group,
            "must be 1 to 64 of a-z, A-Z, 0-9, '-' and '_'",
            "the same word for all hubs that share the load, such as hanqing",
        ));
    }
    #[cfg(feature = "influx")]
    match &settings.store.server {
        Some(server) => problems.extend(super::server::check(server)),
        None if settings.share.is_some() => problems.push(Problem::new(
            "share",
            group,
            "needs a server to store to: one file has one hub",
            "add [store.server], or leave out share",
        )),
        None => {}
    }
}

fn broker(settings: &HubSettings, problems: &mut Vec<Problem>) {
    let Some(broker) = &settings.broker else {
        return;
    };
    if !cfg!(feature = "demo") {
        problems.push(Problem::new(
            "broker",
            "",
            "this build carries no broker",
            "use an external one and remove [broker], or build with --features demo",
        ));
    }
    let port = broker.listen.port();
    if port == settings.web.listen.port() && port != 0 {
        problems.push(Problem::new(
            "broker.listen",
            broker.listen,
            "is the page's port already",
            "1883 is MQTT's own",
        ));
    }
    if let Ok(endpoint) = settings.mqtt.endpoint()
        && (endpoint.tls || endpoint.port != port)
    {
        problems.push(Problem::new(
            "mqtt.url",
            &settings.mqtt.url,
            format!("is not the broker in this process, which listens on {}", broker.listen),
            format!("mqtt://127.0.0.1:{port}, or remove [broker]"),
        ));
    }
}
