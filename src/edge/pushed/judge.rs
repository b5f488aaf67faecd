//! What a pushed message is worth. Pure.

use super::keys::PublicKeys;
use super::state::State;
use crate::core::GatewayId;
use crate::locales::{Argument, Text, pushed as words};
use crate::support::signature::SIGNATURE_BYTES;
use crate::support::{hex, sha256};
use crate::wire::{PushedConfig, SignedConfig, is_allowed, key_parts, signed_bytes};

/// What a gateway believes.
#[derive(Debug, Clone)]
pub struct Judge {
    pub gateway: GatewayId,
    pub keys: PublicKeys,
    /// Patterns of settings.
    pub allow: Vec<String>,
}

/// What follows from a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nobody whom the gateway believes has made this for it, or it has been overtaken: nothing follows but a count.
    Unbelieved(Text),
    /// It is the one that came last, and has been judged: brokers send what they retain again and again.
    Known,
    /// It is the office's, and asks for what it may not.
    Refused { number: u64, digest: String, why: Vec<Text> },
    /// It may be tried.
    Good { config: PushedConfig, digest: String },
}

impl Judge {
    /// Judges a message by what has come before it.
    pub fn verdict(&self, message: &[u8], state: &State) -> Verdict {
        let message = match SignedConfig::from_bytes(message) {
            Ok(message) => message,
            Err(error) => return Verdict::Unbelieved(words::unreadable(Argument::of(error))),
        };
        let signature = hex::unhex::<SIGNATURE_BYTES>(&message.signature);
        let believed = signature.is_some_and(|signature| {
            self.keys.signer(&signed_bytes(&message.signed), &signature).is_some()
        });
        if !believed {
            return Verdict::Unbelieved(words::forged());
        }
        // From here on it is the office's own.
        let config = match PushedConfig::from_text(&message.signed) {
            Ok(config) => config,
            Err(error) => return Verdict::Unbelieved(words::unreadable(Argument::of(error))),
        };
        if config.gateway != self.gateway {
            return Verdict::Unbelieved(words::for_another(config.gateway.as_str()));
        }
        let digest = hex(&sha256(message.signed.as_bytes()));
        if config.number <= state.highest {
            return match config.number == state.highest && digest == state.digest {
                true => Verdict::Known,
                false => Verdict::Unbelieved(words::overtaken(config.number, state.highest)),
            };
        }
        let not_allowed =
            |key: &&String| key_parts(key).is_none_or(|parts| !is_allowed(&parts, &self.allow));
        let why: Vec<Text> =
            config.set.keys().filter(not_allowed).map(words::not_allowed).collect();
        match why.is_empty() {
            true => Verdict::Good { config, digest },
            false => Verdict::Refused { number: config.number, digest, why },
        }
    }
}
