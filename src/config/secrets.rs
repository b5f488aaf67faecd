//! Secrets that stand where they do not belong, or that too many can read.
//!
//! Passwords, keys and tokens are in files of their own. Whoever writes one into a setting makes a mistake, which must
//! not end up in the terminal's history and in the journal as well.

use std::fmt::Display;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use toml::Value;

use super::key_path::{KeyPath, Step};
use super::mqtt::without_password;
use super::serde_text;
use crate::locales::{Text, config as words};
use crate::mqtt::MqttSettings;

/// What stands for a value that is not repeated.
const HIDDEN: &str = "***";

/// Parts of names whose values may be secrets. Engineering judgement: what brokers, databases and libraries call them.
const NAMES: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "token",
    "secret",
    "credential",
    "key",
    "密码",
    "口令",
    "令牌",
    "密钥",
];

/// The permissions of others, of which a secret's file has none.
const OTHERS: u32 = 0o007;

/// Whether `name`, of a key or a variable, says that its value is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    secret_word(name).is_some()
}

/// Where in `text` the first word ends that says so, bytes.
fn secret_word(text: &str) -> Option<usize> {
    let text = text.to_ascii_lowercase();
    let ends = NAMES.iter().filter_map(|name| text.find(name).map(|at| at + name.len()));
    ends.min()
}

/// `value` at `path` as messages repeat it.
pub(super) fn shown(path: &KeyPath, value: &Value) -> String {
    let secret = path.0.iter().any(|step| matches!(step, Step::Key(key) if is_secret(key)));
    // The URL of a robot that alarms go to holds its key, whatever it was written under.
    let of_alarms = matches!(path.0.first(), Some(Step::Key(key)) if key == "alarm");
    let url = of_alarms && value.to_string().contains("://");
    match value {
        Value::Table(_) => serde_text::shown(value),
        _ if secret || url => HIDDEN.into(),
        _ => serde_text::shown(value),
    }
}

/// The value `value` of the key or variable `name`, from outside the files, as messages repeat it.
pub(super) fn shown_text(name: &str, value: &str) -> String {
    if is_secret(name) { HIDDEN.into() } else { without_password(value) }
}

/// A line that is no TOML, without what stands after the name of a secret.
pub(super) fn shown_line(line: &str) -> String {
    let Some(end) = secret_word(line) else { return without_password(line) };
    let (head, rest) = line.split_at(end);
    let of_name = |c: char| c.is_alphanumeric() || "_-\"'".contains(c);
    let rest_of_name = rest.find(|c| !of_name(c)).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(rest_of_name);
    match rest.trim_start() {
        "" => format!("{head}{name}"),
        assigned if assigned.starts_with('=') => format!("{head}{name} = {HIDDEN}"),
        _ => format!("{head}{name} {HIDDEN}"),
    }
}

/// What is said of each file of `mqtt`, which stands at `scope`, with a secret that every user of this machine can
/// read.
fn exposed_files(scope: &str, mqtt: &MqttSettings) -> Vec<Text> {
    let files = [("password_file", &mqtt.password_file), ("key_file", &mqtt.key_file)];
    let one = |(key, path): (&str, &Option<PathBuf>)| {
        exposed(format_args!("{scope}.{key}"), path.as_ref())
    };
    files.into_iter().filter_map(one).collect()
}

/// What is said of each file of a gateway with a secret that every user of this machine can read.
#[cfg(feature = "edge")]
pub fn exposed_files_of_gateway(settings: &crate::edge::EdgeSettings) -> Vec<Text> {
    let brokers = settings.brokers();
    brokers.iter().flat_map(|(scope, mqtt)| exposed_files(scope, mqtt)).collect()
}

/// The same of a hub's files: also the page's key and the server's token.
#[cfg(feature = "hub")]
pub fn exposed_files_of_hub(settings: &crate::hub::HubSettings) -> Vec<Text> {
    let found = exposed_files("mqtt", &settings.mqtt).into_iter();
    let found = found.chain(exposed("web.key_file", settings.web.key_file.as_ref()));
    let authority = settings.enroll.as_ref().map(|enroll| &enroll.authority_key_file);
    let found = found.chain(exposed("enroll.authority_key_file", authority));
    let of_alarms = super::alarm::secret_files(&settings.alarm);
    let found = found.chain(of_alarms.filter_map(|(key, path)| exposed(key, Some(path))));
    #[cfg(feature = "influx")]
    let found = {
        let server = settings.store.server.as_ref();
        let token = server.and_then(|server| server.token_file.as_ref());
        found.chain(exposed("store.server.token_file", token))
    };
    found.collect()
}

fn exposed(key: impl Display, path: Option<&PathBuf>) -> Option<Text> {
    let path = path?;
    // One that is not there is a problem, which the check names.
    let mode = path.metadata().ok()?.permissions().mode() & 0o7777;
    let open = mode & OTHERS != 0;
    open.then(|| words::open_secret(key.to_string(), path, format!("{mode:04o}")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::locales::Lang;

    #[test]
    fn the_value_of_a_secret_is_not_repeated() {
        let at = |path: &str, value: &str| shown(&KeyPath::parse(path), &Value::from(value));
        for path in [
            "mqtt.password",
            "mqtt.PassWord",
            "store.server.token",
            "mqtt.api_key",
            "secrets.mqtt.of_hub",
            "auth[1].passwd",
            "mqtt.密码",
        ] {
            assert_eq!(at(path, "s3cret"), "***", "{path}");
        }
        assert_eq!(at("mqtt.qos", "1"), "\"1\"");
        assert_eq!(at("alarm.channel[0].ulr", "https://robot.example/hook/s3cret"), "***");
        assert_eq!(at("alarm.channel[0].name", "水利站"), "\"水利站\"");
        assert_eq!(at("mqtt.broker", "mqtt://u:s3cret@h:1883"), "\"mqtt://***@h:1883\"");
        // The password is cut out before a long value is cut short.
        let long = format!("mqtt://u:{}@h", "s3cret".repeat(50));
        assert_eq!(at("mqtt.broker", &long), "\"mqtt://***@h\"");
        let list: toml::Table =
            "a = [{ password = 's3cret' }, 1]\nb = [['x', { token = 's3cret' }]]".parse().unwrap();
        for value in list.values() {
            assert_eq!(shown(&KeyPath::default(), value), "[ ... ]");
        }
    }

    #[test]
    fn a_secret_from_outside_the_files_or_in_a_broken_line_is_not_repeated() {
        assert_eq!(shown_text("mqtt..password", "s3cret"), "***");
        assert_eq!(shown_text("a[0].url", "mqtt://u:s3cret@h"), "mqtt://***@h");
        assert_eq!(shown_text("a[0].name", "x"), "x");
        for (line, said) in [
            ("password = \"s3cret", "password = ***"),
            ("password_file= = 's3cret'", "password_file = ***"),
            ("mqtt = { url = 'x', token = 's3cret'", "mqtt = { url = 'x', token = ***"),
            ("Secret s3cret", "Secret ***"),
            ("password", "password"),
            ("url = mqtt://u:s3cret@h", "url = mqtt://***@h"),
            ("b = = 2", "b = = 2"),
        ] {
            assert_eq!(shown_line(line), said);
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_named_with_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gw.key");
        fs::write(&path, "s3cret").unwrap();
        let mut settings = MqttSettings::at("mqtts://h");
        settings.key_file = Some(path.clone());
        for mode in [0o644, 0o666, 0o602, 0o641] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let said = exposed_files("mqtt", &settings);
            assert_eq!(said.len(), 1, "{mode:o}");
            for lang in Lang::ALL {
                let said = said[0].within(lang);
                let chmod = format!("chmod 640 {}", path.display());
                assert!(said.contains(&format!("{mode:04o}")) && said.contains(&chmod), "{said}");
                assert!(said.contains("mqtt.key_file") && !said.contains("s3cret"), "{said}");
            }
        }
        for mode in [0o600, 0o640, 0o400] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(exposed_files("mqtt", &settings), Vec::<Text>::new(), "{mode:o}");
        }
        settings.password_file = Some(folder.path().join("none"));
        assert_eq!(exposed_files("mqtt", &settings), Vec::<Text>::new());
    }
}
