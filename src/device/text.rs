//! What a device says of itself in letters: its type, its serial number, its firmware.

use serde::{Deserialize, Serialize};

use super::profile::Function;
use crate::core::Problems;
use crate::locales::{Text, core as core_words, device as words};

/// Most registers of a text: 64 letters. Engineering judgement: SunSpec's longest names take 16 registers, no device's
/// type or serial number more than 32.
const REGISTERS_MAX: u16 = 32;

/// Most letters of a text's name. Engineering judgement: a heading of a table.
const NAME_MAX: usize = 20;

/// Letters in registers, two in each. They are not polled, but shown to a technician.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceText {
    /// What it is: `model`, `serial`, `firmware`, or another short word of a-z, 0-9 and `_`.
    pub name: String,
    /// Function code to read it with: 3 holding, 4 input registers.
    pub function: Function,
    /// Of its first register on the wire, from 0.
    pub address: u16,
    /// Number of registers, 1 to 32.
    pub registers: u16,
    #[serde(default)]
    pub order: TextOrder,
    #[serde(default)]
    pub encoding: Encoding,
    /// What it begins with on a device of this profile: with another beginning it is probably another device.
    pub begins: Option<String>,
}

/// Which letter of a register comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TextOrder {
    /// That of the high byte.
    #[default]
    Abcd,
    /// That of the low byte.
    Badc,
}

/// How letters are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Printable ASCII, filled with NUL or blanks.
    #[default]
    Ascii,
}

impl DeviceText {
    /// The text in `registers`, those of its request, without what fills it up.
    ///
    /// # Errors
    /// What the registers hold instead, in words, with the bytes in hexadecimal.
    pub fn decode(&self, registers: &[u16]) -> Result<String, Text> {
        decode(self, registers)
    }

    /// Whether a device of this profile may say `text`.
    pub fn is_expected(&self, text: &str) -> bool {
        self.begins.as_ref().is_none_or(|begins| text.starts_with(begins.as_str()))
    }
}

/// The same as [`DeviceText::decode`].
///
/// # Errors
/// What the registers hold instead, in words, with the bytes in hexadecimal.
pub fn decode(text: &DeviceText, registers: &[u16]) -> Result<String, Text> {
    let got = registers.len();
    if got != usize::from(text.registers) {
        return Err(words::wrong_register_count(got, text.registers));
    }
    let bytes = registers.iter().flat_map(|register| match text.order {
        TextOrder::Abcd => register.to_be_bytes(),
        TextOrder::Badc => register.to_le_bytes(),
    });
    let bytes: Vec<u8> = bytes.collect();
    // Behind the first NUL stands what an earlier, longer text has left.
    let held = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let held = held.trim_ascii();
    let printable = held.iter().all(|byte| (b' '..=b'~').contains(byte));
    match std::str::from_utf8(held) {
        Ok(held) if printable && !held.is_empty() => Ok(held.to_owned()),
        _ => {
            let hex: Vec<String> = bytes.chunks(2).map(hex).collect();
            Err(words::not_a_text(hex.join(" ")))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Adds what is wrong with `texts`, those of one profile.
pub(super) fn check(texts: &[DeviceText], registers_max: u16, found: &mut Problems) {
    for (index, text) in texts.iter().enumerate() {
        let found = &mut found.item("text", index);
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let short =
            text.name.len() <= NAME_MAX && text.name.starts_with(|c: char| c.is_ascii_lowercase());
        let right = short && text.name.chars().all(letter);
        let (rule, hint) = (words::short_word(NAME_MAX), words::usual_texts());
        found.ensure(right, "name", format_args!("{:?}", text.name), rule, hint);
        let right = !text.function.bits();
        let (rule, hint) = (words::text_is_in_registers(), words::give_function_3_or_4());
        found.ensure(right, "function", u8::from(text.function), rule, hint);
        let most = REGISTERS_MAX.min(registers_max);
        found.within("registers", text.registers, 1..=most, words::two_letters_each());
        let end = u32::from(text.address) + u32::from(text.registers);
        let (rule, hint) = (words::passes_last_address(u16::MAX), words::addresses_from_zero());
        found.ensure(end <= u32::from(u16::MAX) + 1, "address", text.address, rule, hint);
        if let Some(begins) = &text.begins {
            let letters = begins.bytes().all(|byte| (b' '..=b'~').contains(&byte));
            let fits = begins.len() <= 2 * usize::from(text.registers);
            let right =
                !begins.trim().is_empty() && begins.trim_start() == begins && letters && fits;
            let (rule, hint) = (words::begins_with_letters(), words::leave_out_for_none());
            found.ensure(right, "begins", format_args!("{begins:?}"), rule, hint);
        }
    }
    found.unique("text", "name", texts.iter().map(|text| &text.name), core_words::remove_one());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(more: &str) -> DeviceText {
        toml::from_str(&format!("name = 'model'\nfunction = 3\naddress = 7\n{more}")).unwrap()
    }

    #[test]
    fn letters_are_read_in_both_orders_and_without_what_fills_them() {
        let plain = text("registers = 4\nbegins = 'PZ'");
        let read = plain.decode(&[0x505A, 0x454D, 0x2020, 0x0000]).unwrap();
        assert_eq!((read.as_str(), plain.is_expected(&read)), ("PZEM", true));
        assert!(!plain.is_expected("SDM120"));
        let swapped = text("registers = 2\norder = 'BADC'");
        assert_eq!(swapped.decode(&[0x5A50, 0x4D45]).unwrap(), "PZEM");
        assert_eq!(text("registers = 3").decode(&[0x4100, 0x4242, 0xFFFF]).unwrap(), "A");
    }

    #[test]
    fn what_is_no_text_is_shown_in_hexadecimal() {
        for words in [[0xFFFF, 0xFFFF], [0x0001, 0x4242], [0x4101, 0x4242], [0x2020, 0x2020]] {
            let error = text("registers = 2").decode(&words).unwrap_err().to_string();
            assert!(error.contains(&format!("{:04X}", words[0])), "{error}");
        }
        assert!(text("registers = 2").decode(&[0x4141]).is_err());
        assert!(toml::from_str::<DeviceText>("name = 'x'\norder = 'CDAB'").is_err());
    }

    #[test]
    fn each_rule_names_its_place() {
        for (more, path) in [
            ("registers = 0", "text[0].registers"),
            ("registers = 33", "text[0].registers"),
            ("registers = 2\nbegins = 'PZEM-016'", "text[0].begins"),
            ("registers = 2\nbegins = ''", "text[0].begins"),
        ] {
            let problems = Problems::of(|found| check(&[text(more)], 125, found));
            assert_eq!(
                problems.iter().map(|p| p.path.as_str()).collect::<Vec<_>>(),
                [path],
                "{more}"
            );
        }
        let mut wrong = text("registers = 2");
        wrong.name = "Model No".into();
        wrong.function = Function::Coils;
        wrong.address = 65_535;
        let problems = Problems::of(|found| check(&[wrong.clone(), wrong], 125, found));
        assert_eq!(problems.len(), 7);
        let right = text("registers = 8\nbegins = 'PZEM'");
        assert_eq!(Problems::of(|found| check(&[right], 125, found)), []);
    }

    proptest! {
        #[test]
        fn any_registers_are_a_printable_text_or_none(
            words in prop::collection::vec(any::<u16>(), 0..8),
        ) {
            if let Ok(read) = text("registers = 4").decode(&words) {
                prop_assert!(read.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }
}
