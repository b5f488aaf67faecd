//! The text of an office's first `hub.toml`, with comments for whoever changes it.

use super::answers::Answers;
use super::township_file;
use crate::cli::init::toml_text::{comment, quoted, set};
use crate::locales::{Lang, setup, setup_hub as words};
use crate::mqtt::MqttSettings;

/// Whether this build has a broker of its own.
pub const HAS_BROKER: bool = cfg!(feature = "demo");

/// Where the hub's own broker listens.
const OWN_BROKER: &str = "127.0.0.1:1883";

/// The files of the hub's certificate, by their keys.
const CERTIFICATES: [(&str, &str); 3] =
    [("ca_file", "ca.pem"), ("cert_file", "hanqing-hub.pem"), ("key_file", "hanqing-hub.key")];

/// The broker's URL.
pub fn broker_url(answers: &Answers) -> String {
    answers.broker.clone().unwrap_or_else(|| format!("mqtt://{OWN_BROKER}"))
}

/// What the hub's configuration of these answers says. Where one is not given yet, something valid stands for it.
pub fn text(answers: &Answers) -> String {
    let township = answers.township.as_deref().unwrap_or("township");
    let mut text = String::new();
    let own = &answers.out;
    comment(&mut text, words::file_head(township, own, &answers.township_file()));
    text.push('\n');
    comment(&mut text, words::file_township());
    set(&mut text, "township", township_file::NAME);
    comment(&mut text, setup::file_lang());
    set(&mut text, "lang", &Lang::current().to_string());
    text.push_str("\n[mqtt]\n");
    broker(&mut text, answers);
    text.push_str("\n[store]\n");
    comment(&mut text, words::file_store());
    set(&mut text, "path", &answers.store().to_string_lossy());
    text.push_str("\n[ledger]\n");
    comment(&mut text, words::file_ledger());
    set(&mut text, "path", &answers.ledger().to_string_lossy());
    text.push('\n');
    comment(&mut text, words::file_person());
    let (id, name) = answers.administrator().unwrap_or(("admin", "admin"));
    text.push_str("[[person]]\n");
    set(&mut text, "id", id);
    set(&mut text, "name", name);
    set(&mut text, "office", township);
    set(&mut text, "role", "administrator");
    text.push_str("\n[web]\n");
    comment(&mut text, words::file_web());
    set(&mut text, "listen", &answers.listen);
    text
}

fn broker(text: &mut String, answers: &Answers) {
    let url = broker_url(answers);
    comment(text, words::file_broker());
    set(text, "url", &url);
    if MqttSettings::at(url).endpoint().is_ok_and(|endpoint| endpoint.tls) {
        comment(text, words::file_certificates());
        for (key, file) in CERTIFICATES {
            let there = answers.out.with_file_name(file).is_file();
            let mark = if there { "" } else { "# " };
            text.push_str(&format!("{mark}{key} = {}\n", quoted(file)));
        }
    }
    if answers.allow_plaintext {
        comment(text, setup::file_plaintext());
        text.push_str("allow_plaintext = true\n");
    }
    if answers.broker.is_none() && HAS_BROKER {
        text.push('\n');
        comment(text, words::file_own_broker());
        text.push_str("[broker]\n");
        set(text, "listen", OWN_BROKER);
    }
}
