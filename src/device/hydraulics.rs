//! Formulas of weirs and flumes in free flow: a head in m gives a flow in m³/s.
//!
//! None of them sees a drowned weir or flume, a damaged crest or weeds: the installation has to keep the standard.

/// Gravity, m/s².
const G: f64 = 9.806_65;

const FOOT_M: f64 = 0.3048;

/// Heads of a fully contracted V-notch, m: from 0.06, below which the water clings to the plate, to 0.38 (ISO 1438,
/// full contraction; USBR Water Measurement Manual, chapter 7: 0.2 to 1.25 ft).
pub(super) const V_NOTCH_HEADS_M: [f64; 2] = [0.06, 0.38];

/// Angles of V-notches for which coefficients are known, degrees (ISO 1438).
pub(super) const V_NOTCH_ANGLES_DEG: [f64; 2] = [20.0, 100.0];

/// The flow over a fully contracted thin-plate weir with a V-notch (ISO 1438, formula of Kindsvater and Shen):
/// `Q = Cd × 8/15 × tan(α/2) × √(2g) × (h + k)^2.5`.
///
/// `Cd` and `k` by the angle are polynomials through the curves of the standard, as in the USBR Water Measurement
/// Manual, chapter 7 (90°: 0.578 and 0.9 mm); `coefficient` replaces `Cd`.
pub(super) fn v_notch(angle_deg: f64, coefficient: Option<f64>, head_m: f64) -> f64 {
    let polynomial = |terms: [f64; 4]| terms.iter().rev().fold(0.0, |sum, t| sum * angle_deg + t);
    let standard = polynomial([0.607_165_052, -0.000_874_466_963, 6.103_933_34e-6, 0.0]);
    let k_ft = polynomial([0.014_490_264_8, -0.000_339_555_35, 3.298_190_03e-6, -1.062_154_42e-8]);
    let half = (angle_deg / 2.0).to_radians().tan();
    let head = head_m + k_ft * FOOT_M;
    coefficient.unwrap_or(standard) * 8.0 / 15.0 * half * (2.0 * G).sqrt() * head.powf(2.5)
}

/// Heads of a rectangular weir whose crest is `crest_m` over the floor, m: from 0.03 to 2.5 times the crest (ISO 1438).
pub(super) fn rectangular_heads(crest_m: f64) -> [f64; 2] {
    [0.03, 2.5 * crest_m]
}

/// By the ratio of the opening to the channel, from 0 to 1 in tenths: `Cd = α + β × h/p` (ISO 1438; Bos, Discharge
/// Measurement Structures, table 5.1).
const CONTRACTIONS: [(f64, f64); 11] = [
    (0.587, -0.0023),
    (0.588, -0.0021),
    (0.589, -0.0018),
    (0.590, 0.0020),
    (0.591, 0.0058),
    (0.592, 0.0110),
    (0.593, 0.0180),
    (0.595, 0.0300),
    (0.597, 0.0450),
    (0.599, 0.0640),
    (0.602, 0.0750),
];

/// By the same ratio: what is added to the width for the effects of viscosity, m (ISO 1438, values at 0, 0.2, 0.4, 0.6,
/// 0.8 and 1; on lines between).
const WIDTHS_M: [f64; 6] = [0.0024, 0.0024, 0.0027, 0.0036, 0.0042, -0.0009];

/// What is added to the head, m (ISO 1438).
const HEAD_M: f64 = 0.001;

/// The flow over a thin-plate weir with a rectangular opening of `width_m` in a channel of `channel_m` (ISO 1438,
/// formula of Kindsvater and Carter): `Q = Cd × 2/3 × √(2g) × (b + kb) × (h + 0.001)^1.5`. `coefficient` replaces `Cd`.
pub(super) fn rectangular(
    width_m: f64,
    channel_m: f64,
    crest_m: f64,
    coefficient: Option<f64>,
    head_m: f64,
) -> f64 {
    let ratio = (width_m / channel_m).clamp(0.0, 1.0);
    let (alpha, beta) = (
        along(&CONTRACTIONS.map(|(alpha, _)| alpha), ratio),
        along(&CONTRACTIONS.map(|(_, beta)| beta), ratio),
    );
    let standard = alpha + beta * head_m / crest_m;
    let width = width_m + along(&WIDTHS_M, ratio);
    coefficient.unwrap_or(standard) * 2.0 / 3.0
        * (2.0 * G).sqrt()
        * width
        * (head_m + HEAD_M).powf(1.5)
}

/// The value at `share`, 0 to 1, of values at equal distances, on lines between them.
fn along(values: &[f64], share: f64) -> f64 {
    let last = values.len().saturating_sub(1);
    let place = share * last as f64;
    // The share lies within 0 and 1, and there are few values.
    let before = (place.floor() as usize).min(last.saturating_sub(1));
    match (values.get(before), values.get(before + 1)) {
        (Some(low), Some(high)) => low + (high - low) * (place - before as f64),
        _ => f64::NAN,
    }
}

/// A Parshall flume: `Q = c × h^n`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parshall {
    /// Width of its throat, m.
    pub(super) throat_m: f64,
    pub(super) c: f64,
    pub(super) n: f64,
    /// Heads for which it holds, m.
    pub(super) heads_m: [f64; 2],
}

/// The standard's sizes (ISO 9826:1992, table 3; the same in the Chinese verification regulation JJG 711).
pub(super) const PARSHALLS: [Parshall; 13] = {
    const fn size(throat_m: f64, c: f64, n: f64, low: f64, high: f64) -> Parshall {
        Parshall { throat_m, c, n, heads_m: [low, high] }
    }
    [
        size(0.152, 0.381, 1.580, 0.03, 0.45),
        size(0.25, 0.561, 1.513, 0.03, 0.60),
        size(0.30, 0.679, 1.521, 0.03, 0.75),
        size(0.45, 1.038, 1.537, 0.03, 0.75),
        size(0.60, 1.403, 1.548, 0.05, 0.75),
        size(0.75, 1.772, 1.557, 0.06, 0.75),
        size(0.90, 2.147, 1.565, 0.06, 0.75),
        size(1.00, 2.397, 1.569, 0.06, 0.80),
        size(1.20, 2.904, 1.577, 0.06, 0.80),
        size(1.50, 3.668, 1.586, 0.06, 0.80),
        size(1.80, 4.440, 1.593, 0.08, 0.80),
        size(2.10, 5.222, 1.599, 0.08, 0.80),
        size(2.40, 6.004, 1.605, 0.08, 0.80),
    ]
};

/// The size with this throat; `None` where the standard has none.
pub(super) fn parshall(throat_m: f64) -> Option<Parshall> {
    PARSHALLS.into_iter().find(|size| (size.throat_m - throat_m).abs() < 1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, published: f64, share: f64) {
        assert!((got / published - 1.0).abs() <= share, "{got} is not {published}");
    }

    #[test]
    fn notches_agree_with_a_makers_curves() {
        // Endress+Hauser, Prosonic S FMU90, appendix: Q = C × h^2.5 with h in mm and Q in m³/h; without a term for
        // viscosity, so it is lower at small heads.
        for (angle_deg, c) in [(90.0, 0.000_157_1), (60.0, 0.000_090_7), (45.0, 0.000_065_1)] {
            for head_m in [0.2, 0.35] {
                let published = c * (head_m * 1000.0f64).powf(2.5) / 3600.0;
                close(v_notch(angle_deg, None, head_m), published, 0.02);
            }
        }
    }

    #[test]
    fn the_right_angle_agrees_with_the_formula_in_feet() {
        // USBR Water Measurement Manual, chapter 7: Q = 2.49 × h^2.48, ft³/s and ft.
        for head_m in [0.08f64, 0.15, 0.25, 0.38] {
            let published = 2.49 * (head_m / FOOT_M).powf(2.48) * FOOT_M.powi(3);
            close(v_notch(90.0, None, head_m), published, 0.015);
        }
    }

    #[test]
    fn rectangular_weirs_agree_with_the_formulas_of_francis_and_rehbock() {
        // Francis (USBR, chapter 7), full width: Q = 3.33 × L × h^1.5; contracted: L less 0.2 h; ft³/s and ft.
        let francis = |length_m: f64, head_m: f64| {
            3.33 * (length_m / FOOT_M) * (head_m / FOOT_M).powf(1.5) * FOOT_M.powi(3)
        };
        for head_m in [0.1, 0.2, 0.3] {
            let contracted = rectangular(1.2, 4.0, 1.0, None, head_m);
            close(contracted, francis(1.2 - 0.2 * head_m, head_m), 0.02);
        }
        // Rehbock (ISO 1438): Q = (0.602 + 0.083 h/p) × 2/3 × √(2g) × b × (h + 0.0012)^1.5, full width.
        for head_m in [0.05f64, 0.1, 0.3] {
            let cd = 0.602 + 0.083 * head_m / 0.5;
            let rehbock = cd * 2.0 / 3.0 * (2.0 * G).sqrt() * 0.8 * (head_m + 0.0012).powf(1.5);
            close(rectangular(0.8, 0.8, 0.5, None, head_m), rehbock, 0.015);
        }
    }

    #[test]
    fn flumes_agree_with_parshalls_own_formula() {
        // Parshall, 1936, throats of 1 to 8 ft: Q = 4 W h^(1.522 W^0.026), ft³/s and ft.
        for size in PARSHALLS.iter().filter(|size| size.throat_m >= 0.3) {
            let width = size.throat_m / FOOT_M;
            for head_m in [0.15, 0.4, 0.7] {
                let exponent = 1.522 * width.powf(0.026);
                let published = 4.0 * width * (head_m / FOOT_M).powf(exponent) * FOOT_M.powi(3);
                close(size.c * f64::powf(head_m, size.n), published, 0.015);
            }
        }
        // 6 inches (USBR, chapter 8): Q = 2.06 × h^1.58.
        let six = parshall(0.152).unwrap();
        let published = 2.06 * (0.3 / FOOT_M).powf(1.58) * FOOT_M.powi(3);
        close(six.c * 0.3f64.powf(six.n), published, 0.01);
        assert_eq!(parshall(0.5), None);
    }
}
