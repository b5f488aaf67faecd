//! Checks that more than one format makes of its settings.

use std::collections::BTreeMap;

use super::placeholder::Names;
use crate::core::{Problems, StationId, is_unseen, shown};
use crate::locales::{Lang, Text, core as core_words, interop_out as words};
use crate::wire::Birth;

/// The longest name of a station, characters: what a list shows in one line. Engineering judgement.
const NAME_MAX: usize = 60;

/// The names of stations: each has to be one of the gateway's, and to have a name that can be seen.
pub(super) fn names(
    lang: Lang,
    stations: &BTreeMap<StationId, String>,
    birth: &Birth,
    found: &mut Problems,
) -> Names {
    let mut found = found.at("names");
    for (station, name) in stations {
        let known = || birth.series.iter().map(|one| one.series.station.as_str());
        // Where none is known, something else is wrong with the devices.
        if known().next().is_some() && !known().any(|id| id == station.as_str()) {
            let mut all: Vec<&str> = known().collect();
            all.sort_unstable();
            all.dedup();
            let hint = core_words::known_words(Text::list(all));
            found.add(station, shown(name), words::no_such_station(), hint);
        } else if found.text(station, name, Text::default()) {
            let long = name.chars().nth(NAME_MAX).is_some();
            let rule = words::no_name(NAME_MAX);
            let right = !long && !name.contains(is_unseen);
            found.ensure(right, station, shown(name), rule, words::other_name());
        }
    }
    Names { lang, stations: stations.clone() }
}
