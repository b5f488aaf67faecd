//! A gateway's quality rules: limits in order, and series that are there to be tested.

use std::collections::BTreeMap;
use std::ops::RangeFrom;

use crate::core::{Parameter, Problems, Series, StationId, did_you_mean};
use crate::device::Profile;
use crate::edge::EdgeSettings;
use crate::modbus::{BusSettings, DeviceSettings};
use crate::quality::{Limits, PumpRule, SeriesRules, SourceRule, presets};

/// Readings of a window: a single one has no deviation.
const MIN_OBS: RangeFrom<u32> = 2..;

pub(super) fn series(
    bus: &BusSettings,
    device: &DeviceSettings,
    profile: &Profile,
    found: &mut Problems,
) {
    for (parameter, rules) in &device.quality {
        let found = &mut found.at(format_args!("quality.{parameter}"));
        if device.observes(profile).all(|(point, _)| point.parameter != *parameter) {
            let hint = "remove it, or read the parameter";
            found.add("", "", "tests a parameter that is not read", hint);
            continue;
        }
        let interval_s = device.poll_interval(bus, *parameter).normal_s;
        preset(rules, *parameter, interval_s, found);
        limits(rules, interval_s, found);
    }
}

fn preset(rules: &SeriesRules, parameter: Parameter, interval_s: u32, found: &mut Problems) {
    let Some(id) = &rules.preset else { return };
    let ids = presets().iter().map(|preset| preset.id.as_str());
    found.one_of("preset", id, ids, "is not a known preset");
    let Some(preset) = presets().iter().find(|preset| preset.id == *id) else { return };
    let rule = format!("is a preset for {}", preset.parameter);
    let fits = preset.parameter == parameter;
    found.ensure(fits, "preset", id, rule, "give limits instead of a preset");
    let longest_s = preset.interval_max_s;
    found.ensure(
        interval_s <= longest_s,
        "preset",
        id,
        format!("expects a poll at least every {longest_s} s; this one runs every {interval_s} s"),
        "poll more often, or give limits instead of a preset",
    );
}

fn limits(rules: &SeriesRules, interval_s: u32, found: &mut Problems) {
    if let Some(span) = rules.expected {
        let hint = "the span in which its value lies all year, in the parameter's unit";
        found.span("expected", span, hint);
    }
    for (key, limits) in
        [("spike", rules.spike), ("rate_per_hour", rules.rate_per_hour), ("gap_s", rules.gap_s)]
    {
        let Some(limits) = limits else { continue };
        let rule = "must be [suspect] or [suspect, fail], above 0 and in this order";
        let hint = "a value beyond the first is doubted, beyond the second it does not count";
        let in_order = limits.fail.is_none_or(|fail| fail.is_finite() && fail > limits.suspect);
        found.ensure(positive(limits.suspect) && in_order, key, shown(limits), rule, hint);
    }
    if let Some(limits) = rules.gap_s {
        let rule = format!(
            "must be longer than the time between polls, {interval_s} s: each reading would come after a gap"
        );
        let right = limits.suspect > f64::from(interval_s);
        found.ensure(right, "gap_s", shown(limits), rule, "give two or three intervals");
    }
    if let Some(flat) = rules.flat {
        let hint = "the sensor's resolution, such as 0.001";
        found.positive("flat.tolerance", flat.tolerance, hint);
        found.positive("flat.after_h", flat.after_h, "hours, such as 72");
        if let Some(fail) = flat.fail_after_h {
            let hint = "leave it out where it never fails";
            let right = fail.is_finite() && fail > flat.after_h;
            found.ensure(right, "flat.fail_after_h", fail, "must be more than after_h", hint);
        }
    }
    if let Some(attenuated) = rules.attenuated {
        let found = &mut found.at("attenuated");
        found.positive("window_h", attenuated.window_h, "hours, such as 24");
        found.within("min_obs", attenuated.min_obs, MIN_OBS, "leave it out for 12");
        let Limits { suspect, fail } = attenuated.std;
        let in_order = fail.is_none_or(|fail| fail > 0.0 && fail < suspect);
        let rule = "must be [suspect] or [suspect, fail], above 0, the second the smaller: less deviation is worse";
        let hint = "in the parameter's unit";
        found.ensure(positive(suspect) && in_order, "std", shown(attenuated.std), rule, hint);
    }
}

fn positive(number: f64) -> bool {
    number.is_finite() && number > 0.0
}

fn shown(limits: Limits) -> String {
    format!("{:?}", Vec::from(limits))
}

/// Adds what is wrong with the rules of pumps and sources; `observed` are the series that the gateway reads.
pub(super) fn rules(
    settings: &EdgeSettings,
    observed: &BTreeMap<Series, String>,
    found: &mut Problems,
) {
    let observed = Observed(observed);
    let once = "remove one of the two";
    found.unique("pump", "station", settings.pumps.iter().map(|pump| &pump.station), once);
    for (index, pump) in settings.pumps.iter().enumerate() {
        let drawn = settings.sources.iter().any(|source| source.pumps.contains(&pump.station));
        check_pump(pump, drawn, &observed, &mut found.item("pump", index));
    }
    found.unique("source", "station", settings.sources.iter().map(|s| &s.station), once);
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

    /// The station that was probably meant, or else `hint`.
    fn nearest_or(&self, station: &StationId, hint: &str) -> String {
        let stations = self.0.keys().map(|series| series.station.as_str());
        did_you_mean(station.as_str(), stations).unwrap_or_else(|| hint.to_owned())
    }
}

/// `drawn`: a source names the pump, so its flow is not needed.
fn check_pump(pump: &PumpRule, drawn: bool, observed: &Observed<'_>, found: &mut Problems) {
    for (key, kw) in [("rated_kw", pump.rated_kw), ("running_kw", pump.running_kw)] {
        if let Some(kw) = kw {
            found.positive(key, kw, "kW, from the pump's plate");
        }
    }
    found.ensure(
        pump.rated_kw.is_none() || pump.running_kw.is_none(),
        "running_kw",
        "",
        "is given beside rated_kw: each says above which power the pump runs",
        "remove one of the two",
    );
    found.not_negative("no_flow_at", pump.no_flow_at, "m3/h, the meter's least flow");
    let station = &pump.station;
    if !observed.reads(station, Parameter::RunState) && !observed.reads(station, Parameter::Power) {
        let hint = observed.nearest_or(station, "read its run_state or its power");
        let rule = "has neither run_state nor power: no reading shows that it runs";
        found.add("station", station, rule, hint);
    } else {
        let rule = "is required: only its power shows that it runs";
        let hint = "add rated_kw, from the pump's plate";
        found.required(observed.shows_running(pump), "rated_kw", rule, hint);
    }
    let flow = pump.flow_station();
    let unneeded = pump.flow.is_none() && drawn;
    if !observed.reads(flow, Parameter::Flow) && !unneeded {
        let hint = observed.nearest_or(flow, "name in `flow` the station with the flow meter");
        found.add("flow", flow, "has no flow that this gateway reads", hint);
    }
}

fn check_source(
    source: &SourceRule,
    settings: &EdgeSettings,
    observed: &Observed<'_>,
    found: &mut Problems,
) {
    if !observed.reads(&source.station, Parameter::Level) {
        let hint = observed.nearest_or(&source.station, "read its level on this gateway");
        found.add("station", &source.station, "has no level that this gateway reads", hint);
    }
    let hint = "m/h, more than evaporates and seeps away";
    found.positive("fall_per_hour", source.fall_per_hour, hint);
    found.positive("after_h", source.after_h, "the hours over which the fall is measured");
    let hint = "name all pumps that draw from it: without them no fall can be told from pumping";
    found.required(!source.pumps.is_empty(), "pumps", "must not be empty", hint);
    for (index, station) in source.pumps.iter().enumerate() {
        let named = settings.pumps.iter().find(|pump| pump.station == *station);
        let unnamed = PumpRule::default_for(station.clone());
        if !observed.shows_running(named.unwrap_or(&unnamed)) {
            let hint = "read its run_state, or its power and give its rated_kw in [[pump]]";
            let hint = observed.nearest_or(station, hint);
            let rule = "is a pump of which no reading shows that it runs";
            found.add(format_args!("pumps[{index}]"), station, rule, hint);
        }
    }
}
