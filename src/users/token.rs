//! Secrets that a browser holds: the tokens of sessions and of one-time links.

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use super::error::UsersError;
use crate::support::hex;
pub(super) use crate::support::sha256;

/// Bytes of a secret: 256 random bits. OWASP's Session Management Cheat Sheet asks for 64 at the least.
const BYTES: usize = 32;

/// What is kept of a token: its SHA-256. A secret of 256 random bits needs no salt and no slow hash: nobody guesses it.
pub(super) type TokenHash = [u8; 32];

/// A new secret, as 64 hexadecimal digits.
pub(super) fn draw() -> Result<String, UsersError> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| UsersError::Random)?;
    Ok(hex(&bytes))
}

/// What the file would have of `token`; `None` where it cannot be one.
pub(super) fn hash_of(token: &str) -> Option<TokenHash> {
    let looks_right = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    (token.len() == 2 * BYTES && token.bytes().all(looks_right)).then(|| sha256(token.as_bytes()))
}

/// The token that the forms of a session carry. It follows from the session's, which it does not give away, so it needs
/// no room.
pub(super) fn form_token(token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
    hex(hmac::sign(&key, b"form").as_ref())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn tokens_differ_and_only_what_looks_like_one_is_looked_up() {
        let drawn: BTreeSet<String> = (0..1000).map(|_| draw().unwrap()).collect();
        assert_eq!(drawn.len(), 1000);
        assert!(drawn.iter().all(|token| token.len() == 64 && hash_of(token).is_some()));
        let token = drawn.first().unwrap();
        assert_ne!(form_token(token), *token);
        assert_eq!(form_token(token), form_token(token));
        let upper = "A".repeat(64);
        let wide = "é".repeat(32);
        for forged in ["", "x", &token[1..], &format!("{token}0"), &upper, &wide] {
            assert_eq!(hash_of(forged), None, "{forged}");
        }
    }
}
