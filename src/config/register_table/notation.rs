//! The notation of manuals that puts the digit of its table before a register's number: 40001, 400001, 30001, 10001.

/// A register as such a manual names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    /// Function code that reads its table: 1 to 4.
    pub(super) function: u8,
    /// Its number in the table, from 1.
    pub(super) number: u32,
}

/// What `text` names, with five or six digits: four or five of the number, behind that of the table. Fewer digits are a
/// coil, whose 0 a spreadsheet takes away. `None` where the first digit is that of no table.
pub(super) fn named(text: &str) -> Option<Named> {
    let text = text.trim();
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let (table, number) = match text.len() {
        5 | 6 => text.split_at_checked(1)?,
        1..=4 => ("0", text),
        _ => return None,
    };
    let function = match table {
        "0" => 1,
        "1" => 2,
        "3" => 4,
        "4" => 3,
        _ => return None,
    };
    Some(Named { function, number: number.parse().ok()? })
}

/// `text` with the table's digit as others have it: 4x0013 is 40013.
pub(super) fn in_digits(text: &str) -> String {
    let text = text.trim();
    let number =
        |rest: &&str| matches!(rest.len(), 4 | 5) && rest.chars().all(|c| c.is_ascii_digit());
    // 0x0010 is a hexadecimal address.
    let tabled = ["1", "3", "4"].into_iter().find_map(|table| {
        let rest = text.strip_prefix(table)?.strip_prefix(['x', 'X']).filter(number)?;
        Some(format!("{table}{rest}"))
    });
    tabled.unwrap_or_else(|| text.to_owned())
}

/// Whether `text` names the first and the last register: 40009-40010, 8~9.
pub(super) fn is_several(text: &str) -> bool {
    let parts: Vec<&str> =
        text.split(['-', '~', '～', '－', '–', '—', '至', ',', '，', '/']).collect();
    let number = |part: &&str| part.trim().starts_with(|c: char| c.is_ascii_digit());
    parts.len() > 1 && parts.iter().all(number)
}

/// Whether `text` has the digit of its table: five or six digits in all.
pub(super) fn is_whole(text: &str) -> bool {
    matches!(text.trim().len(), 5 | 6)
}

/// Whether `text` looks like the name of a register that `function` reads, though addresses are said to be plain.
/// 0 counts in six digits too: nobody writes zeros before a plain address.
pub(super) fn looks_named(text: &str, function: u8) -> bool {
    is_whole(text)
        && named(text).is_some_and(|named| named.function == function && named.number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_and_six_digits_name_a_table() {
        for (text, expected) in [
            ("40001", Some((3, 1))),
            ("400001", Some((3, 1))),
            ("465536", Some((3, 65_536))),
            ("30013", Some((4, 13))),
            ("300013", Some((4, 13))),
            ("10001", Some((2, 1))),
            ("00001", Some((1, 1))),
            ("17", Some((1, 17))),
            ("50001", None),
            ("4000001", None),
            ("4x001", None),
            ("0x9C41", None),
            ("", None),
        ] {
            let got = named(text).map(|named| (named.function, named.number));
            assert_eq!(got, expected, "{text}");
        }
        for (text, digits) in
            [("4x0013", "40013"), ("3X00013", "300013"), ("0x0010", "0x0010"), ("4x13", "4x13")]
        {
            assert_eq!(in_digits(text), digits);
        }
        assert!(is_several("40009-40010") && is_several("8 ～ 9") && !is_several("0x10"));
        assert!(!is_several("2024年") && !is_several("-1"));
        assert!(looks_named("40101", 3) && looks_named("300101", 4) && looks_named("00017", 1));
        assert!(!looks_named("40101", 4) && !looks_named("4010", 3) && !looks_named("40000", 3));
        assert!(!looks_named("0x9C41", 3) && !looks_named("32080", 3));
    }
}
