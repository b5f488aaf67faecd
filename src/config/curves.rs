//! The curves of a device: the parameters that each kind needs, and no series twice.

use crate::core::{Parameter, Problems, Unit};
use crate::device::{Curve, CurveKind, Profile, parshall_throats_m, v_notch_angles_deg};
use crate::locales::{Text, core, curve as words};
use crate::modbus::DeviceSettings;

/// Adds what is wrong with the curves of `device`.
pub(super) fn check(device: &DeviceSettings, profile: Option<&Profile>, found: &mut Problems) {
    for (index, curve) in device.curves.iter().enumerate() {
        let found = &mut found.item("curve", index);
        let level = curve.from == Parameter::Level;
        let (rule, hint) = (words::from_level(), words::write_level());
        let from_level = found.ensure(level, "from", curve.from, rule, hint);
        let flow = curve.to == Parameter::Flow;
        let (rule, hint) = (words::to_flow(), words::storage_elsewhere());
        found.ensure(flow, "to", curve.to, rule, hint);
        found.finite("zero_m", curve.zero_m, words::zero_hint());
        let again = device.curves.iter().take(index).any(|earlier| earlier.to == curve.to);
        found.ensure(!again, "to", curve.to, words::computed_already(), core::remove_one());
        if let Some(profile) = profile.filter(|_| from_level && flow) {
            series(device, profile, curve, found);
        }
        shape(curve, found);
    }
}

fn series(device: &DeviceSettings, profile: &Profile, curve: &Curve, found: &mut Problems) {
    let read = |parameter: Parameter| {
        device.observes(profile).filter(|(point, _)| point.parameter == parameter).count()
    };
    match read(curve.from) {
        0 => found.add("from", curve.from, words::from_unread(), words::read_from()),
        1 => {}
        _ => found.add("from", curve.from, words::from_several(), words::one_channel()),
    }
    let measured = read(curve.to) > 0;
    found.ensure(!measured, "to", curve.to, words::to_measured(), words::leave_out_measured());
}

/// The keys of a curve that belong to some kinds only, with whether they are given.
fn keys(curve: &Curve) -> [(&'static str, bool); 12] {
    [
        ("angle_deg", curve.angle_deg.is_some()),
        ("coefficient", curve.coefficient.is_some()),
        ("width_m", curve.width_m.is_some()),
        ("approach_width_m", curve.approach_width_m.is_some()),
        ("crest_height_m", curve.crest_height_m.is_some()),
        ("throat_m", curve.throat_m.is_some()),
        ("c", curve.c.is_some()),
        ("n", curve.n.is_some()),
        ("a", curve.a.is_some()),
        ("b", curve.b.is_some()),
        ("h0_m", curve.h0_m.is_some()),
        ("points", !curve.points.is_empty()),
    ]
}

/// The keys that a kind needs, and those that it may have besides.
fn belongs(curve: &Curve) -> (&'static [&'static str], &'static [&'static str]) {
    match curve.kind {
        CurveKind::VNotch => (&["angle_deg"], &["coefficient"]),
        CurveKind::RectangularWeir => {
            (&["width_m", "crest_height_m"], &["approach_width_m", "coefficient"])
        }
        CurveKind::Parshall if curve.c.is_some() || curve.n.is_some() => (&["c", "n"], &[]),
        CurveKind::Parshall => (&["throat_m"], &[]),
        CurveKind::Power => (&["a", "b"], &["h0_m"]),
        CurveKind::Table => (&["points"], &[]),
    }
}

fn shape(curve: &Curve, found: &mut Problems) {
    let before = found.list().len();
    let kind = curve.kind.name();
    let (needed, allowed) = belongs(curve);
    for (key, given) in keys(curve) {
        let (need, may) = (needed.contains(&key), allowed.contains(&key));
        found.ensure(given || !need, key, "", words::kind_needs(kind), words::add(key));
        found.ensure(!given || need || may, key, "", words::not_of_kind(kind), core::remove_it());
    }
    let numbers = [
        ("coefficient", curve.coefficient),
        ("width_m", curve.width_m),
        ("crest_height_m", curve.crest_height_m),
        ("c", curve.c),
        ("n", curve.n),
        ("a", curve.a),
        ("b", curve.b),
    ];
    for (key, value) in numbers {
        if let Some(value) = value {
            found.positive(key, value, words::measure_it());
        }
    }
    if let Some(angle) = curve.angle_deg {
        let [low, high] = v_notch_angles_deg();
        found.within("angle_deg", angle, low..=high, words::usual_angle());
    }
    if let (Some(width), Some(channel)) = (curve.width_m, curve.approach_width_m) {
        let right = channel.is_finite() && channel >= width;
        let (rule, hint) = (words::channel_is_wider(), words::measure_it());
        found.ensure(right, "approach_width_m", channel, rule, hint);
    }
    standard(curve, found);
    if let Some(throat) = curve.throat_m {
        let sizes: Vec<String> = parshall_throats_m().map(|size| size.to_string()).collect();
        let known = parshall_throats_m().any(|size| (size - throat).abs() < 1e-6);
        let hint = words::sizes(Text::list(sizes.iter().map(String::as_str)));
        found.ensure(known, "throat_m", throat, words::no_size(), hint);
    }
    if let Some(zero) = curve.h0_m {
        found.finite("h0_m", zero, words::zero_hint());
    }
    points(&curve.points, found);
    own_numbers(curve, needed, found);
    if found.list().len() == before
        && let Some([low, high]) = curve.heads()
    {
        let range = format!("[{low}, {high}]");
        found.ensure(low < high, "range_m", range, words::no_head(), words::range_within());
    }
}

/// Discharge coefficients of thin-plate weirs. Engineering judgement: the standard's lie between 0.57 and 0.85, a worn
/// or a drowned plate has less, and a percentage (57.8) is caught.
const COEFFICIENTS: [f64; 2] = [0.3, 1.0];

/// The least width of a rectangular opening, m, and the least height of its crest over the floor, m (ISO 1438, limits
/// of the Kindsvater-Carter formula).
const OPENING_M: f64 = 0.15;
const CREST_M: f64 = 0.10;

/// The least side contraction, m: the plate stands so far into the channel on each side, or not at all (the same).
const SIDE_M: f64 = 0.10;

/// The largest head of a rectangular weir without `range_m`, m. Engineering judgement: the experiments behind the
/// formula go to about 0.8 m (ISO 1438), village weirs are lower; a larger head has to be written.
const HEAD_M: f64 = 1.0;

/// The limits of the standard's dimensions, for which its formula holds.
fn standard(curve: &Curve, found: &mut Problems) {
    let [low, high] = COEFFICIENTS;
    if let Some(value) = curve.coefficient.filter(|value| *value > 0.0 && value.is_finite()) {
        found.within("coefficient", value, low..=high, words::coefficient_hint());
    }
    if curve.kind != CurveKind::RectangularWeir {
        return;
    }
    // What is not positive is told already.
    let small = |value: Option<f64>, least: f64| value.filter(|v| *v > 0.0 && *v < least - DUST_M);
    if let Some(width) = small(curve.width_m, OPENING_M) {
        found.add("width_m", width, words::opening_too_small(OPENING_M), words::gauge_instead());
    }
    if let Some(crest) = small(curve.crest_height_m, CREST_M) {
        found.add("crest_height_m", crest, words::crest_too_low(CREST_M), words::gauge_instead());
    }
    if let (Some(width), Some(channel)) = (curve.width_m, curve.approach_width_m) {
        let side = (channel - width) / 2.0;
        if side > DUST_M && side < SIDE_M - DUST_M {
            let rule = words::side_too_narrow(SIDE_M);
            found.add("approach_width_m", channel, rule, words::gauge_instead());
        }
    }
    let high = curve.heads().map_or(0.0, |[_, high]| high);
    let told = curve.range_m.is_some() || !high.is_finite() || high <= HEAD_M + DUST_M;
    found.required(told, "range_m", words::heads_too_high(HEAD_M), words::range_gauged());
}

/// Of binary fractions.
const DUST_M: f64 = 1e-9;

/// What belongs to numbers that were found at the place, not in a standard: their unit and where they hold.
fn own_numbers(curve: &Curve, needed: &[&str], found: &mut Problems) {
    let own = ["c", "a", "points"].iter().any(|key| needed.contains(key));
    let (rule, hint) = (words::unit_required(), words::unit_of_flow());
    found.ensure(!own || curve.unit.is_some(), "unit", "", rule, hint);
    if let Some(unit) = curve.unit {
        let flow = unit.factor_to(Unit::CubicMetrePerHour).is_some();
        found.ensure(flow, "unit", unit, words::no_unit_of_flow(), words::unit_of_flow());
        let (rule, hint) = (words::standard_has_unit(), core::remove_it());
        found.ensure(own, "unit", unit, rule, hint);
    }
    let gauged = needed.contains(&"c") || needed.contains(&"a");
    let given = curve.range_m.is_some();
    found.required(given || !gauged, "range_m", words::range_required(), words::range_gauged());
    if let Some(range) = curve.range_m {
        found.span("range_m", range, words::range_gauged());
        let zero = curve.h0_m.unwrap_or_default();
        let real = curve.kind != CurveKind::Power || range[0] >= zero;
        let shown = format!("[{}, {}]", range[0], range[1]);
        let (rule, hint) = (words::below_zero(zero), words::range_within());
        found.ensure(real, "range_m", shown, rule, hint);
    }
}

fn points(points: &[[f64; 2]], found: &mut Problems) {
    let (rule, hint) = (words::two_points(), words::add_points());
    found.ensure(points.len() != 1, "points", "", rule, hint);
    for (index, pair) in points.windows(2).enumerate() {
        let [[head, flow], [next_head, next_flow]] = *pair else { continue };
        let finite = [head, flow, next_head, next_flow].iter().all(|value| value.is_finite());
        let right = finite && head < next_head && flow < next_flow && flow >= 0.0;
        let shown = format!("[{next_head}, {next_flow}]");
        let (rule, hint) = (words::points_rise(), words::sort_points());
        found.item("points", index + 1).ensure(right, "", shown, rule, hint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let curve: Curve = toml::from_str(&format!("from = 'level'\nto = 'flow'\n{text}")).unwrap();
        let problems = Problems::of(|found| shape(&curve, found));
        problems.iter().map(|problem| problem.path.clone()).collect()
    }

    #[test]
    fn a_standard_holds_for_its_own_dimensions_only() {
        let weir = "kind = 'rectangular_weir'\n";
        for (text, paths) in [
            ("kind = 'v_notch'\nangle_deg = 90\ncoefficient = 57.8", &["coefficient"][..]),
            ("kind = 'v_notch'\nangle_deg = 90\ncoefficient = 0.592", &[]),
            (
                &format!("{weir}width_m = 0.05\ncrest_height_m = 0.02"),
                &["width_m", "crest_height_m"],
            ),
            (&format!("{weir}width_m = 0.5\ncrest_height_m = 3.0"), &["range_m"]),
            (&format!("{weir}width_m = 0.5\ncrest_height_m = 3.0\nrange_m = [0.05, 1.2]"), &[]),
            (
                &format!("{weir}width_m = 1.0\napproach_width_m = 1.1\ncrest_height_m = 0.3"),
                &["approach_width_m"],
            ),
            (&format!("{weir}width_m = 1.0\napproach_width_m = 1.2\ncrest_height_m = 0.4"), &[]),
            (&format!("{weir}width_m = 0.15\ncrest_height_m = 0.1"), &[]),
        ] {
            assert_eq!(told(text), paths, "{text}");
        }
    }
}
