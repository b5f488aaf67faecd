//! What is in a file of its own and is never shown: a robot's URL, a password, a key for signatures.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use crate::locales::{Text, foreign, notify as words};
use crate::support::{files, hex};

/// Longest secret, bytes. The longest URL of a robot has about 150, a key for signatures 100.
const SECRET_MAX: u64 = 1024;

/// A secret. It is shown nowhere.
#[derive(Clone)]
pub(super) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Secret {
    #[cfg(test)]
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The secret in the file at `path`: one line; a newline at its end is ignored.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else. What it holds is not repeated.
    pub(super) fn read(path: &Path) -> Result<Self, Text> {
        let read = files::read_regular(path, SECRET_MAX);
        let bytes = read.map_err(|error| words::file_unreadable(path, foreign::io(&error)))?;
        let text = String::from_utf8(bytes).unwrap_or_default();
        let text = text.trim_end_matches(['\r', '\n']);
        let right = !text.is_empty() && text.len() as u64 <= SECRET_MAX;
        // A space within is a password's; a control character comes from a file of another kind.
        match right && text.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
            true => Ok(Self(text.into())),
            false => Err(words::no_secret(path, SECRET_MAX)),
        }
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

/// What a webhook is signed with, in its header: the time, so that an old message cannot be played again, and the
/// HMAC-SHA256 of time and body, as others do it who sign webhooks.
pub(super) fn of_webhook(secret: &Secret, seconds: i64, body: &str) -> String {
    let tag = tag(secret.expose(), &format!("{seconds}.{body}"));
    format!("t={seconds},v1={}", hex(tag.as_ref()))
}

/// As DingTalk wants it in the URL: by the secret, over the time in ms and the secret.
pub(super) fn of_dingtalk(secret: &Secret, millis: i64) -> String {
    let secret = secret.expose();
    STANDARD.encode(tag(secret, &format!("{millis}\n{secret}")))
}

/// As Feishu wants it in the body: by the time in seconds and the secret, over nothing.
pub(super) fn of_feishu(secret: &Secret, seconds: i64) -> String {
    STANDARD.encode(tag(&format!("{seconds}\n{}", secret.expose()), ""))
}

fn tag(key: &str, message: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), message.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_documents() {
        // Each worked out by Python's hmac, as the documents of the three show it.
        let secret = Secret::new("SECd1f0c4");
        let webhook = of_webhook(&secret, 1_700_000_000, r#"{"v":1}"#);
        assert_eq!(
            webhook,
            "t=1700000000,v1=4e6d0790dd551294ca807fc266a34ca9dcae6b872120c488e3ef082b3cc997a1"
        );
        let dingtalk = of_dingtalk(&secret, 1_700_000_000_000);
        assert_eq!(dingtalk, "LETi+jDtEAveFROIohJhYgl3T/67vVamwQopkJ3/aEs=");
        let feishu = of_feishu(&secret, 1_700_000_000);
        assert_eq!(feishu, "aKbaFAJmlRINUfA0IITcnmu1Q49HqnMbAUmsy7II/sI=");
    }

    #[test]
    fn a_secret_is_one_line_and_is_shown_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let read = |text: &[u8]| {
            std::fs::write(&path, text).unwrap();
            Secret::read(&path)
        };
        let secret = read(b"s3cret with a space\r\n").unwrap();
        assert_eq!(
            (secret.expose(), format!("{secret:?}").as_str()),
            ("s3cret with a space", "***")
        );
        let long = vec![b'x'; 1025];
        for wrong in [&b""[..], b"\n", b"s3cret\ns3cret", b"s3cret\0", b"\xff\xfe", &long] {
            let said = read(wrong).unwrap_err().to_string();
            assert!(said.contains("secret:") && !said.contains("s3cret"), "{said}");
        }
        assert!(Secret::read(&folder.path().join("none")).is_err());
    }
}
