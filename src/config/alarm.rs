//! What rings, and the channels that it goes out by, `[alarm]`.

use std::ops::{RangeFrom, RangeInclusive};
use std::path::PathBuf;

use super::mqtt::{existing_file, without_password};
use crate::alarm::Kind;
use crate::core::{Problems, check_host, is_unseen, shown};
use crate::hub::AlarmSettings;
use crate::locales::{Text, config as common, config_alarm as words, mqtt as mqtt_words};
use crate::notify::{self, ChannelKind, ChannelSettings, MailTls};

/// Minutes for which a condition has to last: what lasts for a day is on the page anyway. Engineering judgement.
const HOLD_MINUTES: RangeInclusive<u32> = 0..=1440;

/// Minutes after which the next is called: in five nobody has looked, and after a day nobody will. Engineering
/// judgement.
const ESCALATE_MINUTES: RangeInclusive<u32> = 5..=1440;

/// Alarms that make a storm: two are two.
const STORM_FROM: RangeFrom<usize> = 3..;

/// Rates of a rapid fall or rise, m an hour. Below a centimetre waves ring, above 50 m nothing does.
const FAST_M_PER_HOUR: RangeInclusive<f64> = 0.01..=50.0;

/// Channels of one hub. Each is asked in turn for each letter. Engineering judgement.
const CHANNELS_MAX: usize = 20;

/// Longest name of a channel, characters: pages have a column for it.
const NAME_MAX: usize = 40;

/// Readers of one channel by e-mail: for more there are lists at the mail server.
const READERS_MAX: usize = 50;

/// Networks that one channel may be allowed: a receiver is in one, seldom in two. With as many of the widest, nine
/// tenths of all addresses are still refused. Engineering judgement.
const NETWORKS_MAX: usize = 16;

/// Longest topic, bytes. Brokers take far more; nobody names one so.
const TOPIC_MAX: usize = 200;

pub(super) fn check(alarm: &AlarmSettings, found: &mut Problems) {
    let kinds = || Kind::ALL.into_iter().map(Kind::id);
    for (index, kind) in alarm.off.iter().enumerate() {
        found.one_of(format_args!("off[{index}]"), kind, kinds(), words::no_kind());
    }
    for (kind, minutes) in &alarm.hold_minutes {
        let found = &mut found.at("hold_minutes");
        if found.one_of(kind, kind, kinds(), words::no_kind()) {
            found.within(kind, *minutes, HOLD_MINUTES, words::hold_of_kind());
        }
    }
    if let Some(quiet) = &alarm.quiet {
        let differ = quiet.from != quiet.to;
        found.ensure(
            differ,
            "quiet.to",
            quiet.to,
            words::quiet_is_nothing(),
            words::quiet_example(),
        );
    }
    if let Some(minutes) = alarm.escalate_minutes.filter(|minutes| *minutes > 0) {
        let hint = words::escalate_usual();
        found.within("escalate_minutes", minutes, ESCALATE_MINUTES, hint);
    }
    if let Some(from) = alarm.storm_from {
        found.within("storm_from", from, STORM_FROM, common::leave_it_out_for(20));
    }
    if let Some(fast) = &alarm.fast {
        let found = &mut found.at("fast");
        found.within("m_per_hour", fast.m_per_hour, FAST_M_PER_HOUR, words::fast_example());
        found.text("source", &fast.source.to_string(), words::say_who_says_so());
    }
    let count = alarm.channels.len();
    found.ensure(
        count <= CHANNELS_MAX,
        "channel",
        count,
        words::too_many(CHANNELS_MAX),
        words::join_channels(),
    );
    let names = alarm.channels.iter().map(|channel| channel.name.trim());
    found.unique("channel", "name", names, words::name_of_its_own());
    for (index, settings) in alarm.channels.iter().enumerate() {
        channel(settings, &mut found.item("channel", index));
    }
    escalation(alarm, found);
}

/// A channel for what nobody has acknowledged gets nothing where nothing is escalated and others get all the rest.
fn escalation(alarm: &AlarmSettings, found: &mut Problems) {
    if alarm.escalate_minutes != Some(0) || alarm.channels.iter().all(|c| c.escalation) {
        return;
    }
    for (index, _) in alarm.channels.iter().enumerate().filter(|(_, c)| c.escalation) {
        let (rule, hint) = (words::never_escalated(), words::escalate_or_not());
        found.item("channel", index).add("escalation", true, rule, hint);
    }
}

/// The files of all channels that hold a secret, with the path of their keys.
pub(super) fn secret_files(alarm: &AlarmSettings) -> impl Iterator<Item = (String, &PathBuf)> {
    alarm.channels.iter().enumerate().flat_map(|(index, channel)| {
        channel.secrets().map(move |(key, path)| (format!("alarm.channel[{index}].{key}"), path))
    })
}

fn channel(settings: &ChannelSettings, found: &mut Problems) {
    let name = &settings.name;
    let seen = !name.contains(is_unseen) && name.chars().count() <= NAME_MAX;
    found.ensure(
        seen && !name.trim().is_empty(),
        "name",
        shown(name),
        words::no_name_of_channel(NAME_MAX),
        words::name_example(),
    );
    no_use(settings, found);
    let before = found.list().len();
    for (key, path) in settings.secrets() {
        existing_file(key, Some(path), found);
    }
    existing_file("ca_file", settings.ca_file.as_ref(), found);
    for (index, network) in settings.allow.iter().enumerate() {
        let (rule, hint) = (words::allows_too_much(), words::allow_example());
        found.ensure(!network.is_too_wide(), format_args!("allow[{index}]"), network, rule, hint);
    }
    let networks = settings.allow.len();
    let (rule, hint) = (words::too_many(NETWORKS_MAX), words::allow_example());
    found.ensure(networks <= NETWORKS_MAX, "allow", networks, rule, hint);
    match settings.kind {
        ChannelKind::Email => mail(settings, found),
        ChannelKind::Syslog => {
            let address = settings.address.as_deref().unwrap_or_default();
            let (rule, hint) = (words::required_of("syslog"), words::syslog_examples());
            let given = found.required(!address.is_empty(), "address", rule, hint);
            if let Err(rule) = notify::check_syslog_address(address)
                && given
            {
                found.add("address", address, rule, Text::default());
            }
        }
        ChannelKind::Mqtt => topic(settings, found),
        kind => http(kind, settings, found),
    }
    // What is in the files only where all of them are there and all the rest is right: one mistake, one line.
    if found.list().len() == before
        && settings.kind != ChannelKind::Mqtt
        && let Err(rule) = notify::Channel::of(settings)
    {
        found.add("", "", rule, Text::default());
    }
}

/// The keys that this kind of channel has no use for: they were meant for another, or the kind is wrong.
fn no_use(settings: &ChannelSettings, found: &mut Problems) {
    let kind = settings.kind;
    let (http, mail) = (kind.is_http(), kind == ChannelKind::Email);
    for (given, used, key) in [
        (settings.url.is_some(), http, "url"),
        (settings.url_file.is_some(), http, "url_file"),
        (settings.secret_file.is_some(), http && kind != ChannelKind::Wecom, "secret_file"),
        (settings.keyword.is_some(), kind.is_robot() && kind != ChannelKind::Wecom, "keyword"),
        (!settings.allow.is_empty(), http, "allow"),
        (settings.ca_file.is_some(), http || mail, "ca_file"),
        (settings.server.is_some(), mail, "server"),
        (settings.port.is_some(), mail, "port"),
        (settings.tls != MailTls::default(), mail, "tls"),
        (settings.user.is_some(), mail, "user"),
        (settings.password_file.is_some(), mail, "password_file"),
        (settings.from.is_some(), mail, "from"),
        (!settings.to.is_empty(), mail, "to"),
        (settings.address.is_some(), kind == ChannelKind::Syslog, "address"),
        (settings.topic.is_some(), kind == ChannelKind::Mqtt, "topic"),
    ] {
        let rule = words::no_use(kind.id());
        found.ensure(used || !given, key, "", rule, words::remove_or_change_kind());
    }
}

fn http(kind: ChannelKind, settings: &ChannelSettings, found: &mut Problems) {
    match (&settings.url, &settings.url_file) {
        (Some(_), Some(_)) => found.add("url", "", words::url_twice(), words::keep_url_file()),
        // What is in it, `Channel::of` sees.
        (None, Some(_)) => {}
        (None, None) if kind.is_robot() => {
            found.add("url_file", "", words::required_of(kind.id()), words::robot_url_in_file());
        }
        (None, None) => found.add("url", "", words::required_of(kind.id()), words::url_example()),
        // The URL is not repeated: it is the key.
        (Some(_), None) if kind.is_robot() => {
            found.add("url", "***", words::robot_url_is_its_key(), words::robot_url_in_file());
        }
        (Some(url), None) if url.contains('?') => {
            let shown = url.split('?').next().unwrap_or_default();
            let shown = format!("{}?***", without_password(shown));
            found.add("url", shown, words::url_may_hold_a_key(), words::url_in_file());
        }
        (Some(url), None) => {
            if let Err(rule) = notify::check_url(url, settings) {
                found.add("url", without_password(url), rule, Text::default());
            }
        }
    }
    if let Some(keyword) = &settings.keyword {
        found.text("keyword", keyword, common::leave_it_out());
    }
}

fn mail(settings: &ChannelSettings, found: &mut Problems) {
    match &settings.server {
        Some(server) => {
            if let Err(rule) = check_host(server) {
                found.add("server", server, rule, words::server_example());
            }
        }
        None => found.add("server", "", words::required_of("email"), words::server_example()),
    }
    if let Some(port) = settings.port {
        found.within("port", port, 1.., words::port_of_mail());
        found.ensure(
            port != 25,
            "port",
            port,
            words::port_between_servers(),
            words::port_of_mail(),
        );
        let other = match settings.tls {
            MailTls::Implicit => MailTls::Starttls,
            MailTls::Starttls => MailTls::Implicit,
        };
        if port == other.usual_port() {
            let rule = words::port_of_other_tls(port, tls_id(other));
            found.add("tls", tls_id(settings.tls), rule, words::correct_tls());
        }
    }
    let (user, password) = (settings.user.is_some(), settings.password_file.is_some());
    found.required(
        password || !user,
        "password_file",
        mqtt_words::required_with("user"),
        words::password_in_file(),
    );
    found.required(
        user || !password,
        "user",
        mqtt_words::required_with("password_file"),
        words::user_of_mail(),
    );
    match &settings.from {
        Some(from) => address("from", from, found),
        None => found.add("from", "", words::required_of("email"), words::from_example()),
    }
    found.required(!settings.to.is_empty(), "to", words::required_of("email"), words::to_example());
    let readers = settings.to.len();
    found.ensure(
        readers <= READERS_MAX,
        "to",
        readers,
        words::too_many(READERS_MAX),
        words::use_a_list(),
    );
    for (index, to) in settings.to.iter().enumerate() {
        address(&format!("to[{index}]"), to, found);
    }
    found.unique("to", "", settings.to.iter(), words::name_reader_once());
}

/// It as it stands in the file.
fn tls_id(tls: MailTls) -> &'static str {
    match tls {
        MailTls::Implicit => "implicit",
        MailTls::Starttls => "starttls",
    }
}

fn address(key: &str, text: &str, found: &mut Problems) {
    if let Err(rule) = notify::check_mail_address(text) {
        found.add(key, text, rule, Text::default());
    }
}

fn topic(settings: &ChannelSettings, found: &mut Problems) {
    let topic = settings.topic();
    let plain = |c: char| c.is_ascii_graphic() && !"+#$".contains(c);
    let right = (1..=TOPIC_MAX).contains(&topic.len()) && topic.chars().all(plain);
    let right = right && !topic.starts_with('/') && !topic.split('/').any(str::is_empty);
    found.ensure(right, "topic", topic, words::no_topic(TOPIC_MAX), words::topic_example());
    // What gateways and hub say to one another is read as that.
    let gateways = topic.strip_prefix("hanqing/v1/").is_some_and(|rest| !rest.starts_with("-/"));
    found.ensure(!gateways, "topic", topic, words::topic_of_gateways(), words::topic_example());
}

#[cfg(test)]
#[path = "alarm_tests.rs"]
mod tests;
