//! Channels whose files are wrong; what stands in the settings themselves, tests/bad_configs shows.

use std::path::Path;

use super::*;

/// The settings in `text`, in which the tables are named as in hub.toml.
fn read(text: &str) -> AlarmSettings {
    let table: toml::Table = text.parse().unwrap();
    table["alarm"].clone().try_into().unwrap()
}

/// What is said of a channel of these settings, whose files are in `folder`.
fn told(folder: &Path, mut settings: AlarmSettings) -> Vec<String> {
    for channel in &mut settings.channels {
        for path in channel.files() {
            *path = folder.join(&*path);
        }
    }
    let found = Problems::of(|found| check(&settings, &mut found.at("alarm")));
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_in_a_file_is_checked_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let robot = "[[alarm.channel]]\nname = 'group'\nkind = 'wecom'\nurl_file = 'robot.url'";
    let file = folder.path().join("robot.url");
    for (url, rule) in [
        ("http://robot.example/s3cret", "must begin with https://"),
        ("https://127.0.0.1/s3cret", "this machine itself"),
        ("https://[::ffff:10.0.0.1]/s3cret", "private network"),
        ("s3cret", "is not a URL"),
        ("https://robot.example/s3cret\nhttps://robot.example/other", "one line"),
    ] {
        std::fs::write(&file, url).unwrap();
        let [said] = told(folder.path(), read(robot)).try_into().unwrap();
        assert!(said.starts_with("alarm.channel[0]: ") && said.contains(rule), "{said}");
        assert!(said.contains("robot.url") && !said.contains("s3cret"), "{said}");
    }
    std::fs::write(&file, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=s3cret\n").unwrap();
    assert_eq!(told(folder.path(), read(robot)), Vec::<String>::new());
    std::fs::remove_file(&file).unwrap();
    let [said] = told(folder.path(), read(robot)).try_into().unwrap();
    assert!(said.starts_with("alarm.channel[0].url_file = "), "{said}");
}

#[test]
fn the_channels_of_the_sample_are_right() {
    let sample = include_str!("../../config/hub.toml");
    let (_, part) = sample.split_once("# [alarm]\n").unwrap();
    let (part, _) = part.split_once("\n\n").unwrap();
    let lines = part.lines().map(|line| line.strip_prefix("# ").unwrap_or_default());
    let settings = read(&format!("[alarm]\n{}", lines.collect::<Vec<_>>().join("\n")));
    let kinds: Vec<&str> = settings.channels.iter().map(|channel| channel.kind.id()).collect();
    assert_eq!(kinds, ["wecom", "email", "webhook", "syslog", "mqtt"]);
    let folder = tempfile::tempdir().unwrap();
    let mut told = told(folder.path(), settings);
    // The files that the sample names are not there.
    told.retain(|line| !line.contains("_file = "));
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn networks_that_are_allowed_leave_most_addresses_refused() {
    let channel = |allow: &[String]| {
        let text = "[[alarm.channel]]\nname = 'a'\nkind = 'webhook'\nurl = 'https://a.example/x'";
        read(&format!("{text}\nallow = {allow:?}"))
    };
    let folder = tempfile::tempdir().unwrap();
    let both_halves = ["0.0.0.0/1", "128.0.0.0/1"].map(str::to_owned);
    let said = told(folder.path(), channel(&both_halves));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("allow[0] = 0.0.0.0/1") && said[0].contains("at most /8"), "{said:?}");
    let many = |count: usize| (0..count).map(|n| format!("{n}.0.0.0/8")).collect::<Vec<_>>();
    assert_eq!(told(folder.path(), channel(&many(NETWORKS_MAX))), Vec::<String>::new());
    let [said] = told(folder.path(), channel(&many(NETWORKS_MAX + 1))).try_into().unwrap();
    assert!(said.contains("allow = 17") && said.contains("at most 16"), "{said}");
}

#[test]
fn a_name_of_a_channel_can_be_seen() {
    let text = "[[alarm.channel]]\nname = 'duty\u{e0041}'\nkind = 'mqtt'";
    let folder = tempfile::tempdir().unwrap();
    let [said] = told(folder.path(), read(text)).try_into().unwrap();
    assert!(said.contains("alarm.channel[0].name"), "{said}");
}

#[test]
fn a_channel_that_would_never_be_called_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let called = "[[alarm.channel]]\nname = 'b'\nkind = 'mqtt'\nescalation = true\n";
    let other = "[[alarm.channel]]\nname = 'a'\nkind = 'mqtt'\n";
    let said = |minutes: u32, channels: &str| {
        let settings = read(&format!("[alarm]\nescalate_minutes = {minutes}\n{channels}"));
        told(folder.path(), settings)
    };
    let [never] = said(0, &format!("{other}{called}")).try_into().unwrap();
    assert!(never.starts_with("alarm.channel[1].escalation = true: "), "{never}");
    assert!(never.contains("leave out escalate_minutes"), "{never}");
    // Alone it gets everything.
    assert_eq!(said(0, called), Vec::<String>::new());
    assert_eq!(said(30, &format!("{other}{called}")), Vec::<String>::new());
}

#[test]
fn mail_is_encrypted_as_its_port_is() {
    let folder = tempfile::tempdir().unwrap();
    let said = |kind: &str, port: u16, tls: &str| {
        told(
            folder.path(),
            read(&format!(
                "[[alarm.channel]]\nname = 'a'\nkind = '{kind}'\nserver = 'smtp.example.org'\nport = {port}\n\
                 tls = '{tls}'\nfrom = 'a@example.org'\nto = ['b@example.org']"
            )),
        )
    };
    for (port, tls) in
        [(465, "implicit"), (587, "starttls"), (2525, "implicit"), (2525, "starttls")]
    {
        assert_eq!(said("email", port, tls), Vec::<String>::new());
    }
    for (port, tls, right) in [(465, "starttls", "implicit"), (587, "implicit", "starttls")] {
        let [wrong] = said("email", port, tls).try_into().unwrap();
        assert!(wrong.starts_with(&format!("alarm.channel[0].tls = {tls}: ")), "{wrong}");
        assert!(wrong.contains(&format!("tls = \"{right}\"")), "{wrong}");
    }
    let unused = said("mqtt", 2525, "starttls");
    assert!(unused.iter().any(|said| said.starts_with("alarm.channel[0].tls: ")), "{unused:?}");
}

#[test]
fn names_of_channels_that_look_alike_are_one_name() {
    let text = "[[alarm.channel]]\nname = 'a'\nkind = 'mqtt'\n[[alarm.channel]]\nname = 'a '\nkind = 'mqtt'";
    let folder = tempfile::tempdir().unwrap();
    let [said] = told(folder.path(), read(text)).try_into().unwrap();
    assert!(said.starts_with("alarm.channel[1].name = a: "), "{said}");
}

#[test]
fn every_secret_of_a_channel_is_looked_at() {
    let text = "[[alarm.channel]]\nname = 'a'\nkind = 'dingtalk'\nurl_file = 'u'\nsecret_file = 's'\n\
                [[alarm.channel]]\nname = 'b'\nkind = 'email'\npassword_file = 'p'";
    let settings = read(text);
    let found: Vec<String> = secret_files(&settings).map(|(key, _)| key).collect();
    let keys = ["[0].url_file", "[0].secret_file", "[1].password_file"];
    assert_eq!(found, keys.map(|key| format!("alarm.channel{key}")));
}
