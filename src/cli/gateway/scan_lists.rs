//! What a scan goes through: units, functions, speeds and parities.

use crate::device::Function;
use crate::locales::commissioning as said;
use crate::modbus::{Parity, SerialMode};

/// Speeds to try, the most common first: nearly all devices leave the factory with 9600.
const BAUDS: [u32; 6] = [9600, 4800, 19200, 2400, 38400, 115_200];

/// Parities to try, the most common first.
const PARITIES: [Parity; 3] = [Parity::None, Parity::Even, Parity::Odd];

/// The last unit id of a device (Modbus over serial line V1.02, 2.2).
const UNIT_MAX: u8 = 247;

/// Units in the order in which they are tried, each once.
#[derive(Clone, Debug, PartialEq)]
pub struct Units(pub Vec<u8>);

/// Reads `1,3,5`, `1..8`, `1-8` and mixtures.
pub fn units(text: &str) -> Result<Units, String> {
    let wrong = || String::from(said::unit_list_form());
    let mut units = Vec::new();
    for part in text.split([',', '，']) {
        let ends = part.split_once("..").or_else(|| part.split_once('-')).unwrap_or((part, part));
        let end = |text: &str| text.trim().parse::<u8>().map_err(|_| wrong());
        let (first, last) = (end(ends.0)?, end(ends.1)?);
        if first < 1 || last < first || last > UNIT_MAX {
            return Err(wrong());
        }
        units.extend((first..=last).filter(|unit| !units.contains(unit)).collect::<Vec<_>>());
    }
    Ok(Units(units))
}

/// Functions in the order in which they are tried, each once.
#[derive(Clone, Debug, PartialEq)]
pub struct Functions(pub Vec<Function>);

/// Reads `3,4`.
pub fn functions(text: &str) -> Result<Functions, String> {
    let wrong = || String::from(said::function_list_form());
    let mut functions = Vec::new();
    for part in text.split([',', '，']) {
        let code: u8 = part.trim().parse().map_err(|_| wrong())?;
        let function = Function::try_from(code).map_err(|_| wrong())?;
        if !functions.contains(&function) {
            functions.push(function);
        }
    }
    Ok(Functions(functions))
}

/// The modes to try: `first`, then all speeds with the first parity, then with the next, so that the common ones come
/// first.
pub fn modes(
    first: Option<SerialMode>,
    bauds: &[u32],
    parities: &[Parity],
    stop_bits: u8,
) -> Vec<SerialMode> {
    let bauds = if bauds.is_empty() { &BAUDS } else { bauds };
    let parities = if parities.is_empty() { &PARITIES } else { parities };
    let with = |parity: &Parity| {
        let parity = *parity;
        bauds.iter().map(move |baud| SerialMode { baud: *baud, parity, stop_bits })
    };
    let others = parities.iter().flat_map(with).filter(|mode| Some(*mode) != first);
    first.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_settings_come_first_but_for_the_line_s_own() {
        let names = |modes: Vec<SerialMode>| -> Vec<String> {
            modes.iter().map(ToString::to_string).collect()
        };
        let all = names(modes(None, &[], &[], 1));
        assert_eq!(all.len(), 18);
        assert_eq!(all[..3], ["9600 8N1", "4800 8N1", "19200 8N1"]);
        assert_eq!(all[6], "9600 8E1");
        assert_eq!(names(modes(None, &[9600], &[Parity::Odd], 2)), ["9600 8O2"]);
        let own = SerialMode { baud: 4800, parity: Parity::None, stop_bits: 1 };
        let all = names(modes(Some(own), &[], &[], 1));
        assert_eq!((all.len(), all[..2].join(" ")), (18, "4800 8N1 9600 8N1".to_owned()));
    }

    #[test]
    fn units_and_functions_are_lists_and_ranges() {
        for (text, read) in [
            ("1..4", vec![1, 2, 3, 4]),
            ("7", vec![7]),
            ("1-3", vec![1, 2, 3]),
            ("5,1,3", vec![5, 1, 3]),
            ("1-2, 9..10,2，247", vec![1, 2, 9, 10, 247]),
        ] {
            assert_eq!(units(text), Ok(Units(read)), "{text}");
        }
        for bad in ["0..3", "5..4", "1..248", "", "a", "1..2..3", "1,", "1--3", "300"] {
            assert!(units(bad).is_err(), "{bad}");
        }
        assert_eq!(functions("4,3,4"), Ok(Functions(vec![Function::Input, Function::Holding])));
        assert!(functions("6").is_err() && functions("").is_err());
    }
}
