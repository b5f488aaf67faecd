//! A hub's settings, checked as a whole. The township has a file of its own: see [`township`](super::township).

use std::ops::RangeFrom;

use super::listen;
use crate::core::{Problem, Problems};
use crate::figures::{Rules, check_wordings};
use crate::hub::HubSettings;
use crate::hub::check_blocks;
use crate::locales::{Argument, Text, config as words, config_hub as own, foreign, mqtt, pushed};

/// Longest client id and longest name of a share, bytes. Every MQTT 3.1.1 broker accepts 23 ([MQTT-3.1.3-5]), those in
/// use far more; ours have to fit a line of the broker's log. Engineering judgement.
const NAME_MAX: usize = 64;

/// Months for which raw readings are kept at least. A report on the year before is made from hours, but a late reading
/// needs the other readings of its hour.
const KEEP_RAW_MONTHS: RangeFrom<u32> = 3..;

pub(super) fn check(settings: &HubSettings, found: &mut Problems) {
    super::mqtt::check(&settings.mqtt, found);
    name("client_id", &settings.client_id, own::client_id(), found);
    store(settings, found);
    settings.persons.check(found);
    let templates = settings.report_templates.as_ref();
    if let Some(folder) = templates.filter(|folder| !folder.is_dir()) {
        let (rule, hint) = (own::no_directory(), own::built_in_wording());
        found.add("report_templates", folder.display(), rule, hint);
    }
    if let Some(blocks) = &settings.report.blocks {
        check_blocks(blocks, &mut found.at("report"));
    }
    check_wordings(&settings.wording, found);
    plausibility(settings, found);
    super::web::check(settings, &mut found.at("web"));
    broker(settings, found);
    super::alarm::check(&settings.alarm, &mut found.at("alarm"));
    super::enroll::check(settings, found);
    push(settings, found);
    super::publisher::check(settings, found);
}

/// The login of whoever pushes settings. Its files are the pusher's: the hub need not be able to read them.
fn push(settings: &HubSettings, found: &mut Problems) {
    let Some(push) = &settings.push else { return };
    let found = &mut found.at("push");
    let of_its_own = !push.name.is_empty() && push.name != settings.client_id;
    let (rule, hint) = (pushed::login_of_its_own(), pushed::such_as_hanqing_push());
    found.ensure(of_its_own, "name", &push.name, rule, hint);
    let (cert, key) = (push.cert_file.is_some(), push.key_file.is_some());
    for (given, own, other) in
        [(key || !cert, "key_file", "cert_file"), (cert || !key, "cert_file", "key_file")]
    {
        found.required(given, own, mqtt::required_with(other), mqtt::both_or_neither());
    }
}

fn name(key: &str, name: &str, hint: Text, found: &mut Problems) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let right = (1..=NAME_MAX).contains(&name.len()) && name.chars().all(allowed);
    found.ensure(right, key, name, own::name_of_hub(NAME_MAX), hint);
}

fn store(settings: &HubSettings, found: &mut Problems) {
    let (store, ledger) = (&settings.store.path, &settings.ledger.path);
    for (key, file) in [("store.path", store), ("ledger.path", ledger)] {
        let right = file.file_name().is_some() && !file.is_dir();
        let (rule, hint) = (words::names_no_file(), own::give_file_itself());
        found.ensure(right, key, file.display(), rule, hint);
    }
    let (rule, hint) = (own::is_the_store(), own::files_of_their_own());
    found.ensure(store != ledger, "ledger.path", ledger.display(), rule, hint);
    if let Some(months) = settings.store.keep_raw_months {
        found.within("store.keep_raw_months", months, KEEP_RAW_MONTHS, own::keep_for_ever());
    }
    if let Some(group) = &settings.share {
        name("share", group, own::word_of_share(), found);
    }
    #[cfg(feature = "influx")]
    match (&settings.store.server, &settings.share) {
        (Some(server), _) => super::server::check(server, &mut found.at("store.server")),
        (None, Some(group)) => {
            found.add("share", group, own::share_needs_server(), own::add_server());
        }
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
            let rule = words::unreadable(foreign::io(&error));
            found.add("plausibility", path.display(), rule, own::built_in_rules());
        }
    }
}

fn broker(settings: &HubSettings, found: &mut Problems) {
    let Some(broker) = &settings.broker else { return };
    if !cfg!(feature = "demo") {
        found.add("broker", "", own::no_broker_built_in(), own::use_other_broker());
    }
    let (rule, hint) = (own::broker_open_to_others(), own::broker_here());
    listen::check(broker.listen, broker.allow_remote, rule, hint, &mut found.at("broker"));
    let port = broker.listen.port();
    let taken = port == settings.web.listen.port() && port != 0;
    let (rule, hint) = (own::port_of_page(), own::port_of_mqtt());
    found.ensure(!taken, "broker.listen", broker.listen, rule, hint);
    if let Ok(endpoint) = settings.mqtt.endpoint() {
        found.ensure(
            !endpoint.tls && endpoint.port == port,
            "mqtt.url",
            &settings.mqtt.url,
            own::other_broker(Argument::of(broker.listen)),
            own::own_broker(format_args!("mqtt://127.0.0.1:{port}")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::Block;

    const SAMPLE: &str = include_str!("../../config/hub.toml");

    #[test]
    fn the_sample_names_every_block_and_a_wrong_name_is_told_with_its_place() {
        let (_, from) = SAMPLE.split_once("# [report]\n").unwrap();
        let (list, _) = from.split_once("# ]\n").unwrap();
        let lines = list.lines().map(|line| line.trim_start_matches('#'));
        let list: Vec<&str> = lines.collect();
        let text = format!("{SAMPLE}\n[report]\n{}\n]\n", list.join("\n"));
        let mut settings: HubSettings = toml::from_str(&text).unwrap();
        let named = settings.report.blocks.clone().unwrap();
        let all: Vec<&str> = Block::ALL.iter().map(|block| block.id()).collect();
        assert_eq!(named, all);
        let told = |settings: &HubSettings| {
            let problems = Problems::of(|found| check(settings, found));
            let told = problems.iter().map(ToString::to_string);
            told.filter(|line| line.starts_with("report")).collect::<Vec<_>>()
        };
        assert_eq!(told(&settings), Vec::<String>::new());
        settings.report.blocks = Some(vec!["strage".into()]);
        let [wrong] = &told(&settings)[..] else { panic!("{:?}", told(&settings)) };
        assert!(wrong.starts_with("report.blocks = strage"), "{wrong}");
        assert!(wrong.contains("did you mean `storage`?"), "{wrong}");
    }
}
