//! What holds for every message of the catalogue.

use std::collections::BTreeSet;

use super::{Lang, Message, messages};

/// Words that are the same in both languages: names of products, protocols and standards, units, and abbreviations that
/// Chinese technicians and clerks write in Latin letters, too.
const SAME_IN_BOTH: &[&str] = &[
    // products, formats and protocols
    "hanqing",
    "MQTT",
    "Modbus",
    "TCP",
    "RTU",
    "DTU",
    "TLS",
    "HTTP",
    "HTTPS",
    "CSV",
    "TSV",
    "JSON",
    "TOML",
    "Parquet",
    "Excel",
    "Word",
    "WPS",
    "HTML",
    "Markdown",
    "PDF",
    "XML",
    "ZIP",
    "SQLite",
    "InfluxDB",
    "VictoriaMetrics",
    "Sparkplug",
    "Telegraf",
    "Flux",
    "Prometheus",
    "OpenMetrics",
    "systemd",
    "OpenWrt",
    "SOURCE",
    "DATE",
    "EPOCH",
    "Linux",
    "Unix",
    "UTF",
    "GBK",
    "SHA",
    "PEM",
    "CA",
    "DNS",
    "IP",
    "IPv4",
    "IPv6",
    "USB",
    "RS",
    "LED",
    "SIM",
    "NTP",
    "GPS",
    "UTC",
    "CPU",
    "QARTOD",
    "CRC",
    "URL",
    "ID",
    "PLC",
    "SD",
    "LibreOffice",
    "mosquitto",
    "root",
    "Ctrl",
    "ASCII",
    "BOM",
    "NaN",
    "RTC",
    "SPI",
    "PUBACK",
    "QoS",
    "SIGHUP",
    "gzip",
    "pandas",
    "DuckDB",
    "IANA",
    "ANSI",
    "LF",
    "CRLF",
    // units
    "ms",
    "kWh",
    "kW",
    "kVA",
    "mm",
    "cm",
    "km",
    "mu",
    "ha",
    "min",
    "MPa",
    "kPa",
    "Pa",
    "Hz",
    "KiB",
    "MiB",
    "GiB",
    "bit",
    "kB",
    "MB",
    "GB",
    "mg",
    "kg",
    // standards
    "GB",
    "SL",
    "DB",
    "JB",
    "QX",
    "HJ",
];

/// `words` without what is the same in every language: placeholders, what stands in backticks, options (`--out`),
/// endings of files (`.xlsx`), links, and commands from `hanqing` to the next Chinese word.
fn of_the_language(words: &str) -> String {
    let outside: Vec<&str> = words.split('`').step_by(2).collect();
    let mut rest = String::new();
    let mut depth = 0;
    for c in outside.join(" ").chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => rest.push(c),
            _ => {}
        }
    }
    let mut kept = String::new();
    let mut in_command = false;
    let part = |c: char| c.is_ascii_alphanumeric() || "-_.<>/:=".contains(c);
    let mut rest = rest.as_str();
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let (word, after) = rest.split_at(end);
        rest = after;
        match first {
            ' ' => kept.push(' '),
            _ if word == "hanqing" => in_command = true,
            _ if in_command && part(first) => {}
            '-' if word.starts_with("--") => {}
            '.' if word.len() > 1 => {}
            _ if word.contains("://") => {}
            _ => {
                in_command = false;
                kept.push_str(word);
            }
        }
    }
    kept
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

/// What is wrong with a message, by a rule that returns the words it objects to.
fn wrong(rule: impl Fn(&Message) -> Vec<String>) -> String {
    let lines = messages().flat_map(|message| {
        rule(&message).into_iter().map(move |what| format!("{}: {what}", message.name()))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A build without an office has no names of them.
#[cfg(feature = "hub")]
#[test]
fn a_name_stands_for_one_message() {
    let mut names = BTreeSet::new();
    for message in messages() {
        assert!(names.insert(message.name()), "{} stands twice", message.name());
    }
}

#[test]
fn chinese_words_are_chinese() {
    let found = wrong(|message| {
        let words = of_the_language(message.built_in(Lang::Chinese));
        let latin = words.split(|c: char| !c.is_ascii_alphanumeric());
        let word = |word: &&str| {
            word.len() > 1
                && word.chars().all(|c| c.is_ascii_alphabetic())
                && !SAME_IN_BOTH.contains(word)
        };
        latin.filter(word).map(str::to_owned).collect()
    });
    assert_eq!(found, "", "English words in Chinese messages");
}

#[test]
fn chinese_punctuation_is_full_width() {
    let found = wrong(|message| {
        // An address is written with a half-width colon, whatever its parts are called.
        if message.name() == "help.<HOST:PORT>" {
            return Vec::new();
        }
        let words = of_the_language(message.built_in(Lang::Chinese));
        let chars: Vec<char> = words.chars().collect();
        let half = |pair: &&[char]| {
            (is_chinese(pair[0]) && ",;:?!()".contains(pair[1]))
                || (",;:?!()".contains(pair[0]) && is_chinese(pair[1]))
        };
        chars.windows(2).filter(half).map(|pair| pair.iter().collect()).collect()
    });
    assert_eq!(found, "", "half-width punctuation beside Chinese");
}

#[test]
fn english_words_are_english() {
    let found = wrong(|message| {
        let words = of_the_language(message.built_in(Lang::English));
        // What a person sees in a file or on a page of hers is quoted as it is.
        let outside: String = words.split(['"', '“', '”']).step_by(2).collect();
        match outside.chars().any(is_chinese) {
            true => vec![words],
            false => Vec::new(),
        }
    });
    assert_eq!(found, "", "Chinese in English messages");
}

#[test]
fn both_languages_have_the_same_placeholders() {
    let found = wrong(|message| {
        let of =
            |lang| super::message::placeholders(message.built_in(lang)).collect::<BTreeSet<_>>();
        let (zh, en) = (of(Lang::Chinese), of(Lang::English));
        zh.symmetric_difference(&en).map(|name| (*name).to_owned()).collect()
    });
    assert_eq!(found, "", "placeholders of one language only");
}

#[test]
fn no_message_is_without_words() {
    let found = wrong(|message| {
        let lacks = |lang: &&Lang| message.built_in(**lang).trim().is_empty();
        Lang::ALL.iter().filter(lacks).map(ToString::to_string).collect()
    });
    assert_eq!(found, "", "messages without words in a language");
}
