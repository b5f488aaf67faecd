//! Numbers and registers as a technician reads them.

/// Digits printed of a number: an f32 has seven.
const DIGITS: i32 = 7;

/// A number with seven digits at most, without trailing zeros, and with an exponent only where needed.
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let magnitude = value.abs().log10().floor();
    if !(-4.0..12.0).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    // The magnitude is between -4 and 12 here.
    let decimals = (DIGITS - 1 - magnitude as i32).max(0);
    let text = format!("{value:.*}", usize::try_from(decimals).unwrap_or(0));
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').into(),
        false => text,
    }
}

/// Registers in hexadecimal, separated by blanks.
pub fn hex(words: &[u16]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("{word:04X}")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_whole_numbers_whole() {
        for (value, text) in [
            (0.0, "0"),
            (36.625_408_172_607_42, "36.62541"),
            (2350.0, "2350"),
            (-0.5, "-0.5"),
            (2_154_512_914.0, "2154512914"),
            (1e-30, "1.000e-30"),
            (1.8e19, "1.800e19"),
            (999_999.96, "1000000"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
