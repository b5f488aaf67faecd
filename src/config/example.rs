//! The example of 2022, built into the program: the demo needs no file beside it.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::de::DeserializeOwned;

use crate::demo::Example;
use crate::device;
use crate::edge::EdgeSettings;
use crate::hub::HubSettings;
use crate::locales::config as words;
use crate::sim::Scenario;

macro_rules! config_file {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/", $name))
    };
}

const TOWNSHIP: &str = config_file!("township.toml");
const SCENARIO: &str = config_file!("examples/2022/scenario.toml");
const HUB: &str = config_file!("examples/2022/hub.toml");
const LEDGER: &str = config_file!("examples/2022/ledger.csv");
const GATEWAYS: [(&str, &str); 7] = [
    ("dongmen", config_file!("examples/2022/gateways/dongmen.toml")),
    ("huangshui", config_file!("examples/2022/gateways/huangshui.toml")),
    ("lifang", config_file!("examples/2022/gateways/lifang.toml")),
    ("lingxia", config_file!("examples/2022/gateways/lingxia.toml")),
    ("qiaokeng", config_file!("examples/2022/gateways/qiaokeng.toml")),
    ("tangbei", config_file!("examples/2022/gateways/tangbei.toml")),
    ("xianping", config_file!("examples/2022/gateways/xianping.toml")),
];

/// The example of 2022. With `ledger`, that CSV in place of the example's own.
///
/// # Errors
/// A file of the example is wrong: a fault of this build.
pub fn example(ledger: Option<Vec<u8>>) -> anyhow::Result<Example> {
    let mut profiles = BTreeMap::new();
    for (id, text) in device::shipped() {
        let profile = device::parse(text).with_context(|| words::device_profile(*id))?;
        profiles.insert((*id).to_owned(), profile);
    }
    let gateways = GATEWAYS
        .iter()
        .map(|(name, text)| read::<EdgeSettings>(name, text))
        .collect::<anyhow::Result<_>>()?;
    Ok(Example {
        township: read("township.toml", TOWNSHIP)?,
        township_text: TOWNSHIP.into(),
        scenario: Scenario::parse(SCENARIO)?,
        gateways,
        profiles,
        persons: read::<HubSettings>("hub.toml", HUB)?.persons,
        ledger: ledger.unwrap_or_else(|| LEDGER.into()),
    })
}

fn read<T: DeserializeOwned>(name: &str, text: &str) -> anyhow::Result<T> {
    toml::from_str(text).with_context(|| words::file_of_example(name))
}
