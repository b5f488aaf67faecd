//! The quality rules of one series: a preset that fits it, and limits in order.

use std::ops::RangeFrom;

use crate::core::{Parameter, Problems};
use crate::locales::config as words;
use crate::quality::{Limits, SeriesRules, presets};

/// Readings of a window: a single one has no deviation.
const MIN_OBS: RangeFrom<u32> = 2..;

/// Adds what is wrong with the rules of a series of this parameter that is read every so many seconds.
pub(super) fn check(
    rules: &SeriesRules,
    parameter: Parameter,
    interval_s: u32,
    found: &mut Problems,
) {
    preset(rules, parameter, interval_s, found);
    limits(rules, interval_s, found);
}

fn preset(rules: &SeriesRules, parameter: Parameter, interval_s: u32, found: &mut Problems) {
    let Some(id) = &rules.preset else { return };
    let ids = presets().iter().map(|preset| preset.id.as_str());
    found.one_of("preset", id, ids, words::unknown_preset());
    let Some(preset) = presets().iter().find(|preset| preset.id == *id) else { return };
    let rule = words::preset_for(preset.parameter.id());
    let fits = preset.parameter == parameter;
    found.ensure(fits, "preset", id, rule, words::limits_instead());
    let longest_s = preset.interval_max_s;
    found.ensure(
        interval_s <= longest_s,
        "preset",
        id,
        words::preset_interval(longest_s, interval_s),
        words::poll_more_often(),
    );
}

fn limits(rules: &SeriesRules, interval_s: u32, found: &mut Problems) {
    if let Some(span) = rules.expected {
        found.span("expected", span, words::span_of_year());
    }
    for (key, limits) in
        [("spike", rules.spike), ("rate_per_hour", rules.rate_per_hour), ("gap_s", rules.gap_s)]
    {
        let Some(limits) = limits else { continue };
        let (rule, hint) = (words::limits_in_order(), words::meaning_of_limits());
        let in_order = limits.fail.is_none_or(|fail| fail.is_finite() && fail > limits.suspect);
        found.ensure(positive(limits.suspect) && in_order, key, shown(limits), rule, hint);
    }
    if let Some(limits) = rules.gap_s {
        let rule = words::gap_within_interval(interval_s);
        let right = limits.suspect > f64::from(interval_s);
        found.ensure(right, "gap_s", shown(limits), rule, words::some_intervals());
    }
    if let Some(flat) = rules.flat {
        found.positive("flat.tolerance", flat.tolerance, words::resolution());
        found.positive("flat.after_h", flat.after_h, words::hours_such_as(72));
        if let Some(fail) = flat.fail_after_h {
            let right = fail.is_finite() && fail > flat.after_h;
            let (rule, hint) = (words::more_than("after_h"), words::where_never_fails());
            found.ensure(right, "flat.fail_after_h", fail, rule, hint);
        }
    }
    if let Some(attenuated) = rules.attenuated {
        let found = &mut found.at("attenuated");
        found.positive("window_h", attenuated.window_h, words::hours_such_as(24));
        found.within("min_obs", attenuated.min_obs, MIN_OBS, words::leave_it_out_for(12));
        let Limits { suspect, fail } = attenuated.std;
        let in_order = fail.is_none_or(|fail| fail > 0.0 && fail < suspect);
        let (rule, hint) = (words::deviations_in_order(), words::unit_of_parameter());
        found.ensure(positive(suspect) && in_order, "std", shown(attenuated.std), rule, hint);
    }
}

fn positive(number: f64) -> bool {
    number.is_finite() && number > 0.0
}

fn shown(limits: Limits) -> String {
    format!("{:?}", Vec::from(limits))
}
