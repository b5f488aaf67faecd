//! What is wrong with the publishers of a hub beside its township and its gateways.

use std::collections::BTreeMap;
use std::path::Path;

use crate::core::{Problems, did_you_mean};
use crate::hub::PublisherSettings;
use crate::locales::check as words;
use crate::water::Township;

/// Adds publishers with the name of a gateway, and stations that the township does not have or gives to another.
/// `gateways` are the names of gateways with their files.
pub(super) fn check(
    publishers: &[PublisherSettings],
    (file, township): (&Path, &Township),
    gateways: &BTreeMap<&str, &Path>,
    found: &mut Problems,
) {
    for (number, publisher) in publishers.iter().enumerate() {
        let found = &mut found.item("publisher", number);
        let name = publisher.gateway.as_str();
        if let Some(first) = gateways.get(name) {
            let (rule, hint) = (words::gateway_taken(*first), words::gateway_of_its_own());
            found.add("gateway", name, rule, hint);
        }
        // A station of several series: one mistake, one line.
        let mut told = Vec::new();
        for (at, series) in publisher.series.iter().enumerate() {
            let found = &mut found.item("series", at);
            let id = &series.station;
            if told.contains(&id) {
                continue;
            }
            let Some(station) = township.station(id) else {
                let known = township.stations.iter().map(|station| station.id.as_str());
                let near = did_you_mean(id.as_str(), known);
                let hint = near.unwrap_or_else(|| words::correct_or_add(file));
                found.add("station", id, words::unknown_station(file), hint);
                told.push(id);
                continue;
            };
            let other = station.gateway.as_ref().filter(|other| **other != publisher.gateway);
            if let Some(other) = other {
                let rule = words::of_other_gateway(other.as_str(), file);
                found.add("station", id, rule, words::correct_station_or_gateway(file));
                told.push(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn stations_of_nobody_and_of_others_and_names_of_gateways_are_told_once() {
        let publisher = |text: &str| -> PublisherSettings { toml::from_str(text).unwrap() };
        let series = |station: &str, parameter: &str| {
            format!(
                "[[series]]\nstation = '{station}'\nparameter = '{parameter}'\nunit = '1'\npointer = ''\n"
            )
        };
        let begin = "format = 'json'\ntopics = ['a/+']\ninterval_s = 60\n";
        let publishers = [
            publisher(&format!(
                "gateway = 'gw-1'\n{begin}{}{}{}",
                series("pond-1", "level"),
                series("pond-1", "ph"),
                series("pond-2", "level"),
            )),
            publisher(&format!(
                "gateway = 'levels'\n{begin}{}{}",
                series("pond-2", "ph"),
                series("pond-3", "level"),
            )),
        ];
        let mut township: Township = toml::from_str("name = 't'").unwrap();
        let station = |id: &str, gateway: Option<&str>| {
            let gateway = gateway.map(|name| format!("gateway = '{name}'\n")).unwrap_or_default();
            toml::from_str(&format!(
                "id = '{id}'\nname = '{id}'\nkind = 'pond'\nvillage = 'v'\n{gateway}"
            ))
            .unwrap()
        };
        township.stations =
            vec![station("pond-1", Some("gw-9")), station("pond-2", Some("levels"))];
        let file = Path::new("township.toml");
        let gateways = BTreeMap::from([("gw-1", Path::new("edge.toml"))]);
        let told = Problems::of(|found| check(&publishers, (file, &township), &gateways, found));
        let told: Vec<String> = told
            .iter()
            .map(|problem| format!("{}: {}", problem.path, problem.rule.within(Lang::English)))
            .collect();
        let expected = [
            ("publisher[0].gateway", "edge.toml"),
            ("publisher[0].series[0].station", "gw-9"),
            ("publisher[0].series[2].station", "levels"),
            ("publisher[1].series[1].station", "township.toml"),
        ];
        assert_eq!(told.len(), expected.len(), "{told:#?}");
        for (said, (path, word)) in told.iter().zip(expected) {
            assert!(said.starts_with(path) && said.contains(word), "{path}: {told:#?}");
        }
    }
}
