//! Whose configurations a gateway believes.

use std::path::Path;

use crate::locales::{Argument, Text, foreign, pushed as words};
use crate::support::files::read_regular;
use crate::support::signature::PublicKey;

/// The largest file of public keys, bytes: each takes some hundred. Engineering judgement.
pub const KEYS_FILE_MAX: u64 = 16 * 1024;

/// Keys in a file, at most: an office has one, and another while it changes. Engineering judgement.
const KEYS_MAX: usize = 8;

/// The public keys of a file: one a line, `ed25519:…` and what it is called; `#` begins a comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicKeys(Vec<PublicKey>);

impl PublicKeys {
    /// Reads the file at `path`; the error says what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, Text> {
        let bytes = read_regular(path, KEYS_FILE_MAX).map_err(|error| foreign::io(&error))?;
        if bytes.len() as u64 > KEYS_FILE_MAX {
            return Err(words::keys_too_large(KEYS_FILE_MAX));
        }
        Self::parse(&String::from_utf8_lossy(&bytes))
    }

    /// Reads the text of such a file.
    pub fn parse(text: &str) -> Result<Self, Text> {
        let mut keys = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default();
            let Some(word) = line.split_whitespace().next() else { continue };
            let key = PublicKey::parse(word);
            keys.push(key.ok_or_else(|| words::no_public_key(Argument::of(number)))?);
        }
        match keys.len() {
            0 => Err(words::no_keys()),
            count if count > KEYS_MAX => {
                Err(words::too_many_keys(Argument::of(count), Argument::of(KEYS_MAX)))
            }
            _ => Ok(Self(keys)),
        }
    }

    /// The key of these that has signed `message`.
    pub fn signer(&self, message: &[u8], signature: &[u8]) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.has_signed(message, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ed25519:3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

    #[test]
    fn a_file_has_a_key_a_line() {
        let text = format!("# the office's\n\n{KEY} office\n  {KEY} # new\n");
        assert_eq!(PublicKeys::parse(&text).unwrap().0.len(), 2);
        for bad in ["", "# none\n", "office\n", &format!("{KEY}0\n"), &format!("{KEY}\n").repeat(9)]
        {
            assert!(PublicKeys::parse(bad).is_err(), "{bad}");
        }
        let said = PublicKeys::parse(&format!("{KEY}\nssh-ed25519 AAAA\n")).unwrap_err();
        assert!(said.to_string().contains("line 2"), "{said}");
    }

    #[test]
    fn a_file_that_is_too_large_or_not_there_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("push.pub");
        assert!(PublicKeys::read(&path).is_err());
        std::fs::write(&path, format!("{KEY}\n").repeat(1000)).unwrap();
        let said = PublicKeys::read(&path).unwrap_err().to_string();
        assert!(said.contains("16384"), "{said}");
    }
}
