//! Who the office is at the broker when it pushes settings to gateways, `[push]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::mqtt::MqttSettings;

/// A login beside the hub's own: a broker that takes the user's name for the client's lets each name in once, and
/// whoever pushes would throw the hub out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushSettings {
    /// Its name: the user with a password, or the name in its certificate.
    pub name: String,
    /// File that holds nothing but the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Its certificate, PEM. Needs `key_file`.
    #[serde(default)]
    pub cert_file: Option<PathBuf>,
    /// Private key of `cert_file`, PEM.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
}

impl PushSettings {
    /// The hub's way to the broker, with this login.
    pub fn over(&self, hub: &MqttSettings) -> MqttSettings {
        MqttSettings {
            user: self.password_file.as_ref().map(|_| self.name.clone()),
            password_file: self.password_file.clone(),
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
            ..hub.clone()
        }
    }

    /// The files that it names.
    pub fn files(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let Self { password_file, cert_file, key_file, .. } = self;
        [password_file, cert_file, key_file].into_iter().flatten()
    }
}
