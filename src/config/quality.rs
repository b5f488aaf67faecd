//! What a gateway's quality rules mean: limits in order, and series that are there to be tested.

use std::collections::BTreeMap;

use super::words::did_you_mean;
use crate::core::{Parameter, Problem, Series, StationId};
use crate::device::Profile;
use crate::edge::EdgeSettings;
use crate::modbus::{BusSettings, DeviceSettings};
use crate::quality::{Limits, PumpRule, SeriesRules, presets};

/// Fewest readings that have a deviation.
const MIN_OBS: u32 = 2;

/// What is wrong with the rules of a device's series.
pub(super) fn device(
    bus: &BusSettings,
    device: &DeviceSettings,
    profile: &Profile,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    for (parameter, rules) in &device.quality {
        let path = format!("{path}.quality.{parameter}");
        if device.observes(profile).all(|(point, _)| point.parameter != *parameter) {
            problems.push(Problem::new(
                path,
                "",
                "tests a parameter that is not read",
                "remove it, or read the parameter",
            ));
            continue;
        }
        let interval_s = device.rhythm(bus, *parameter).normal_s;
        preset(rules, *parameter, interval_s, &path, problems);
        series(rules, interval_s, &path, problems);
    }
}

fn preset(
    rules: &SeriesRules,
    parameter: Parameter,
    interval_s: u32,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    let Some(id) = &rules.preset else { return };
    let mut add = |rule: String, hint: String| {
        problems.push(Problem::new(format!("{path}.preset"), id, rule, hint));
    };
    let ids = || presets().iter().map(|preset| preset.id.as_str());
    let Some(preset) = presets().iter().find(|preset| preset.id == *id) else {
        let known = || format!("known: {}", ids().collect::<Vec<_>>().join(", "));
        return add("is no preset".into(), did_you_mean(id, ids()).unwrap_or_else(known));
    };
    if preset.parameter != parameter {
        add(format!("is a preset for {}", preset.parameter), "give limits of its own".into());
    }
    if interval_s > preset.interval_max_s {
        add(
            format!(
                "is meant for polls each {} s or more often, and these come each {interval_s} s",
                preset.interval_max_s
            ),
            "poll more often, or give limits of its own".into(),
        );
    }
}

fn series(rules: &SeriesRules, interval_s: u32, path: &str, problems: &mut Vec<Problem>) {
    let mut add = |key: &str, value: String, rule: &str, hint: &str| {
        problems.push(Problem::new(format!("{path}.{key}"), value, rule, hint));
    };
    let positive = |number: f64| number.is_finite() && number > 0.0;
    if let Some([low, high]) = rules.expected
        && !(low.is_finite() && high.is_finite() && low < high)
    {
        let hint = "the span that its value lies in all year, in the parameter's unit";
        add(
            "expected",
            format!("[{low}, {high}]"),
            "is the least and the largest value, in this order",
            hint,
        );
    }
    for (key, limits) in
        [("spike", rules.spike), ("rate_per_hour", rules.rate_per_hour), ("gap_s", rules.gap_s)]
    {
        let Some(limits) = limits else { continue };
        let in_order = limits.fail.is_none_or(|fail| fail.is_finite() && fail > limits.suspect);
        if !positive(limits.suspect) || !in_order {
            let rule = "is [suspect] or [suspect, fail], above 0 and in this order";
            add(
                key,
                shown(limits),
                rule,
                "a value beyond the first is doubted, beyond the second it does not count",
            );
        }
    }
    if let Some(limits) = rules.gap_s
        && limits.suspect <= f64::from(interval_s)
    {
        let rule = format!(
            "is no more than the time between polls, {interval_s} s: each reading would come after a gap"
        );
        add("gap_s", shown(limits), &rule, "give two or three intervals");
    }
    if let Some(flat) = rules.flat {
        if !positive(flat.tolerance) {
            add(
                "flat.tolerance",
                flat.tolerance.to_string(),
                "is above 0",
                "the sensor's resolution, such as 0.001",
            );
        }
        if !positive(flat.after_h) {
            add("flat.after_h", flat.after_h.to_string(), "is above 0", "hours, such as 72");
        }
        if let Some(fail) = flat.fail_after_h
            && !(fail.is_finite() && fail > flat.after_h)
        {
            add(
                "flat.fail_after_h",
                fail.to_string(),
                "is more than after_h",
                "leave it out where it never fails",
            );
        }
    }
    if let Some(rule) = rules.attenuated {
        if !positive(rule.window_h) {
            add(
                "attenuated.window_h",
                rule.window_h.to_string(),
                "is above 0",
                "hours, such as 24",
            );
        }
        if rule.min_obs < MIN_OBS {
            add(
                "attenuated.min_obs",
                rule.min_obs.to_string(),
                "is 2 or more",
                "leave it out for 12",
            );
        }
        let in_order = rule.std.fail.is_none_or(|fail| fail > 0.0 && fail < rule.std.suspect);
        if !positive(rule.std.suspect) || !in_order {
            let text = "is [suspect] or [suspect, fail], above 0, the second the smaller: less deviation is worse";
            add("attenuated.std", shown(rule.std), text, "in the parameter's unit");
        }
    }
}

fn shown(limits: Limits) -> String {
    format!("{:?}", Vec::from(limits))
}

/// What is wrong with the rules of pumps and sources; `observed` are the series that the gateway reads.
pub(super) fn pumps(settings: &EdgeSettings, observed: &BTreeMap<Series, String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let reads = |station: &StationId, parameter| {
        observed.contains_key(&Series::new(station.clone(), parameter))
    };
    let stations = || observed.keys().map(|series| series.station.as_str());
    let near = |station: &StationId, otherwise: &str| {
        did_you_mean(station.as_str(), stations()).unwrap_or_else(|| otherwise.to_owned())
    };
    for (index, pump) in settings.pumps.iter().enumerate() {
        let path = format!("pump[{index}]");
        let mut add = |key: &str, value: String, rule: &str, hint: String| {
            problems.push(Problem::new(format!("{path}.{key}"), value, rule, hint));
        };
        let station = pump.station.to_string();
        if settings.pumps.iter().take(index).any(|p| p.station == pump.station) {
            add("station", station.clone(), "is named already", "remove one of the two".into());
        }
        for (key, kw) in [("rated_kw", pump.rated_kw), ("running_kw", pump.running_kw)] {
            if let Some(kw) = kw
                && !(kw.is_finite() && kw > 0.0)
            {
                add(key, kw.to_string(), "is above 0", "kW, from the pump's plate".into());
            }
        }
        if pump.rated_kw.is_some() && pump.running_kw.is_some() {
            let rule = "stands beside rated_kw: either says above which power it runs";
            add("running_kw", "".into(), rule, "remove one of the two".into());
        }
        if !(pump.no_flow_at.is_finite() && pump.no_flow_at >= 0.0) {
            add(
                "no_flow_at",
                pump.no_flow_at.to_string(),
                "is 0 or more",
                "m3/h, the meter's least flow".into(),
            );
        }
        let powered = reads(&pump.station, Parameter::Power);
        if !reads(&pump.station, Parameter::RunState) && !powered {
            let hint = near(&pump.station, "read its run_state or its power");
            add(
                "station",
                station,
                "has neither run_state nor power: nothing tells that it runs",
                hint,
            );
        } else if !told(pump, &reads) {
            let hint = "add rated_kw, from the pump's plate".into();
            add("rated_kw", "".into(), "is required: only its power tells that it runs", hint);
        }
        let drawn = settings.sources.iter().any(|source| source.pumps.contains(&pump.station));
        let flow = pump.flow_station();
        if !reads(flow, Parameter::Flow) && (pump.flow.is_some() || !drawn) {
            let hint = near(flow, "name in `flow` the station with the flow meter");
            add("flow", flow.to_string(), "has no flow that this gateway reads", hint);
        }
    }
    for (index, source) in settings.sources.iter().enumerate() {
        let path = format!("source[{index}]");
        let mut add = |key: &str, value: String, rule: &str, hint: String| {
            problems.push(Problem::new(format!("{path}.{key}"), value, rule, hint));
        };
        let station = source.station.to_string();
        if settings.sources.iter().take(index).any(|s| s.station == source.station) {
            add("station", station.clone(), "is named already", "remove one of the two".into());
        }
        if !reads(&source.station, Parameter::Level) {
            let hint = near(&source.station, "read its level on this gateway");
            add("station", station, "has no level that this gateway reads", hint);
        }
        for (key, number) in [("fall_per_hour", source.fall_per_hour), ("after_h", source.after_h)]
        {
            if !(number.is_finite() && number > 0.0) {
                let hint = "m/h, more than evaporates and seeps away; and the hours over which it is measured";
                add(key, number.to_string(), "is above 0", hint.into());
            }
        }
        if source.pumps.is_empty() {
            let hint = "name all pumps that draw from it; without one no fall is told from pumping";
            add("pumps", "".into(), "must not be empty", hint.into());
        }
        for (index, station) in source.pumps.iter().enumerate() {
            let named = settings.pumps.iter().find(|pump| pump.station == *station);
            let unnamed = PumpRule::of(station.clone());
            if !told(named.unwrap_or(&unnamed), &reads) {
                let hint = near(
                    station,
                    "read its run_state, or its power and name its rated_kw in [[pump]]",
                );
                add(
                    &format!("pumps[{index}]"),
                    station.to_string(),
                    "is no pump of which this gateway knows whether it runs",
                    hint,
                );
            }
        }
    }
    problems
}

/// Whether something tells that the pump runs.
fn told(pump: &PumpRule, reads: &impl Fn(&StationId, Parameter) -> bool) -> bool {
    let powered = reads(&pump.station, Parameter::Power) && pump.threshold_kw().is_some();
    powered || reads(&pump.station, Parameter::RunState)
}
