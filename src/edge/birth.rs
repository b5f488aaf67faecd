//! The birth message of a gateway: the series that it will send, and a digest of its configuration.

use std::collections::BTreeMap;

use super::EdgeSettings;
use crate::device::Profile;
use crate::wire::{Birth, BirthSeries, CounterSpec};

/// The birth message of a gateway with `settings`.
pub(super) fn birth(settings: &EdgeSettings, profiles: &BTreeMap<String, Profile>) -> Birth {
    let mut all = Vec::new();
    for bus in &settings.buses {
        for device in &bus.devices {
            let Some(profile) = profiles.get(&device.profile) else { continue };
            for given in device.gives(profile) {
                let unit = given.series.parameter.spec().unit;
                let factor = given.point.unit.factor_to(unit).unwrap_or(1.0) * given.adjust.scale;
                let measured = given.point.parameter;
                let counter = given.point.counter.filter(|_| given.curve.is_none());
                all.push(BirthSeries {
                    series: given.series,
                    unit,
                    // The hub computes from it how many readings to expect: without a pause, at least one a second.
                    interval_s: device.poll_interval(bus, measured).normal_s.max(1),
                    counter: counter.map(|counter| CounterSpec {
                        modulus: counter.modulus.map(|modulus| modulus * factor),
                        max_rate_per_hour: Some(counter.max_rate_per_hour * factor),
                    }),
                });
            }
        }
    }
    Birth::new(env!("CARGO_PKG_VERSION"), digest(settings), all)
}

/// Tells whether two births have the same configuration: FNV-1a of the settings as JSON, by the names and values of the
/// configuration file, with keys in alphabetical order. Not a signature.
fn digest(settings: &EdgeSettings) -> String {
    let json = serde_json::to_value(settings)
        .expect("settings were read from TOML, so they have string keys");
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = json.to_string().bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_configuration_in_every_build() {
        let text = "gateway = 'gw-1'\nmqtt = { url = 'mqtt://127.0.0.1:1883' }\nspool = { path = 'spool.db' }\n";
        let settings =
            |more: &str| toml::from_str::<EdgeSettings>(&format!("{text}{more}")).unwrap();
        assert_eq!(digest(&settings("")), "c2c97b7d53577b92");
        assert_ne!(digest(&settings("drought = true")), digest(&settings("")));
    }
}
