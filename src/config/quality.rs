//! A gateway's quality rules: limits in order, and series that are there to be tested.

use std::collections::BTreeMap;

use super::series_rules;
use crate::core::{Parameter, Problems, Series, StationId, did_you_mean};
use crate::device::Profile;
use crate::edge::EdgeSettings;
use crate::locales::{Text, config as words, core};
use crate::modbus::{BusSettings, DeviceSettings};
use crate::quality::{PumpRule, SourceRule};

pub(super) fn series(
    bus: &BusSettings,
    device: &DeviceSettings,
    profile: &Profile,
    found: &mut Problems,
) {
    for (parameter, rules) in &device.quality {
        let found = &mut found.at(format_args!("quality.{parameter}"));
        let mut gives = device.gives(profile);
        let Some(given) = gives.find(|given| given.series.parameter == *parameter) else {
            found.add("", "", words::tests_unread(), words::remove_or_read());
            continue;
        };
        let interval_s = device.poll_interval(bus, given.point.parameter).normal_s;
        series_rules::check(rules, *parameter, interval_s, found);
    }
}

/// Adds what is wrong with the rules of pumps and sources; `observed` are the series that the gateway reads.
pub(super) fn rules(
    settings: &EdgeSettings,
    observed: &BTreeMap<Series, String>,
    found: &mut Problems,
) {
    let observed = Observed(observed);
    let once = words::remove_one_of_two;
    found.unique("pump", "station", settings.pumps.iter().map(|pump| &pump.station), once());
    for (index, pump) in settings.pumps.iter().enumerate() {
        let drawn = settings.sources.iter().any(|source| source.pumps.contains(&pump.station));
        check_pump(pump, drawn, &observed, &mut found.item("pump", index));
    }
    found.unique("source", "station", settings.sources.iter().map(|s| &s.station), once());
    for (index, source) in settings.sources.iter().enumerate() {
        check_source(source, settings, &observed, &mut found.item("source", index));
    }
}

/// The series that the gateway reads.
struct Observed<'a>(&'a BTreeMap<Series, String>);

impl Observed<'_> {
    fn reads(&self, station: &StationId, parameter: Parameter) -> bool {
        self.0.contains_key(&Series::new(station.clone(), parameter))
    }

    /// Whether a reading shows that the pump runs.
    fn shows_running(&self, pump: &PumpRule) -> bool {
        let powered = self.reads(&pump.station, Parameter::Power) && pump.threshold_kw().is_some();
        powered || self.reads(&pump.station, Parameter::RunState)
    }

    /// The station that was probably meant, or else `hint`; this for a station of which another parameter is read.
    fn nearest_or(&self, station: &StationId, hint: Text) -> Text {
        let stations = self.0.keys().map(|series| series.station.as_str());
        match stations.clone().any(|read| read == station.as_str()) {
            true => hint,
            false => did_you_mean(station.as_str(), stations).unwrap_or(hint),
        }
    }
}

/// `drawn`: a source names the pump, so its flow is not needed.
fn check_pump(pump: &PumpRule, drawn: bool, observed: &Observed<'_>, found: &mut Problems) {
    for (key, kw) in [("rated_kw", pump.rated_kw), ("running_kw", pump.running_kw)] {
        if let Some(kw) = kw {
            found.positive(key, kw, words::power_on_plate());
        }
    }
    found.ensure(
        pump.rated_kw.is_none() || pump.running_kw.is_none(),
        "running_kw",
        "",
        words::beside_rated(),
        words::remove_one_of_two(),
    );
    found.not_negative("no_flow_at", pump.no_flow_at, words::least_flow());
    let station = &pump.station;
    if !observed.reads(station, Parameter::RunState) && !observed.reads(station, Parameter::Power) {
        let hint = observed.nearest_or(station, words::read_run_state());
        found.add("station", station, words::shows_no_run(), hint);
    } else {
        let shown = observed.shows_running(pump);
        found.required(shown, "rated_kw", words::rated_required(), words::add_rated());
    }
    let flow = pump.flow_station();
    let unneeded = pump.flow.is_none() && drawn;
    if !observed.reads(flow, Parameter::Flow) && !unneeded {
        let hint = observed.nearest_or(flow, words::name_flow_station());
        found.add("flow", flow, words::no_flow_read(), hint);
    }
}

fn check_source(
    source: &SourceRule,
    settings: &EdgeSettings,
    observed: &Observed<'_>,
    found: &mut Problems,
) {
    if !observed.reads(&source.station, Parameter::Level) {
        let hint = observed.nearest_or(&source.station, words::read_level());
        found.add("station", &source.station, words::no_level_read(), hint);
    }
    found.positive("fall_per_hour", source.fall_per_hour, words::fall_of_level());
    found.positive("after_h", source.after_h, words::hours_of_fall());
    found.required(!source.pumps.is_empty(), "pumps", core::is_empty(), words::name_pumps());
    for (index, station) in source.pumps.iter().enumerate() {
        let named = settings.pumps.iter().find(|pump| pump.station == *station);
        let unnamed = PumpRule::default_for(station.clone());
        if !observed.shows_running(named.unwrap_or(&unnamed)) {
            let hint = observed.nearest_or(station, words::read_run_state_or_rated());
            found.add(format_args!("pumps[{index}]"), station, words::pump_shows_no_run(), hint);
        }
    }
}
