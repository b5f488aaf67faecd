//! Tests of phrases read back.

use super::super::phrase::{SIGNIFICANT, phrase, phrase_en};
use super::*;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn ends(text: &str) -> (f64, f64) {
    let interval = parse(text).unwrap().interval;
    (interval.low, interval.high)
}

#[test]
fn reads_the_report_of_2022() {
    assert_eq!(ends("约2200亩"), (2150.0, 2250.0));
    assert_eq!(ends("120余亩"), (120.0, 130.0));
    assert_eq!(ends("约3.5万度"), (34_500.0, 35_500.0));
    assert_eq!(ends("约1.5万升"), (14_500.0, 15_500.0));
    assert_eq!(ends("2000余亩"), (2000.0, 2100.0));
    assert_eq!(ends("1200余万元"), (12e6, 13e6));
    assert_eq!(ends("达55万元"), (55e4, 56e4));
    assert_eq!(ends("65台"), (65.0, 65.0));
    assert!(!parse("120余亩").unwrap().interval.contains(120.0));
}

#[test]
fn reads_what_offices_write_by_hand() {
    assert_eq!(ends("54.57万元"), (545_650.0, 545_750.0));
    assert_eq!(ends("37.781万元"), (377_805.0, 377_815.0));
    assert_eq!(ends("1.0349亿立方米"), (103_485_000.0, 103_495_000.0));
    assert_eq!(ends("2.5万多亩"), ends("2.5万余亩"));
    assert_eq!(ends("5000亩左右"), ends("约5000亩"));
}

#[test]
fn reads_every_way_in_which_offices_write_numbers() {
    for (text, same) in [
        ("1.0349亿立方米", "10349万立方米"),
        ("１２３４５亩", "12345亩"),
        ("12,345亩", "12345亩"),
        ("12 345 亩", "12345亩"),
        ("１，２００万元", "1200万元"),
        ("1200万余元", "1200余万元"),
        ("3万多人", "3万余人"),
        ("3千多人", "3000余人"),
        ("近千人", "近1000人"),
        ("近百万元", "近100万元"),
        ("一百二十台", "120台"),
        ("三千余亩", "3000余亩"),
        ("三百余万元", "300余万元"),
        ("十余座", "10余座"),
        ("两万元", "2万元"),
        ("二千零五亩", "2005亩"),
        ("一千二百三十四万元", "1234万元"),
        ("一亿二千万立方米", "12000万立方米"),
        ("超过3万亩", "超3万亩"),
        ("逾3万亩", "超3万亩"),
        ("不到200人", "不足200人"),
        ("至少200人", "200人以上"),
        ("上百人", "100人以上"),
        ("上万元", "1万元以上"),
        ("大约5000亩", "约5000亩"),
        ("5000亩上下", "约5000亩"),
        ("达到55万元", "达55万元"),
        ("65台套", "65台"),
        ("65台（套）", "65台"),
        ("700台次", "700车次"),
        ("12口", "12眼"),
        ("12口井", "12眼"),
        ("41万方", "41万立方米"),
        ("41万m³", "41万立方米"),
        ("260方", "260立方米"),
        ("4.6公里", "4600米"),
        ("35千瓦时", "35kWh"),
        ("3.5公顷", "3.5ha"),
        ("1120 户", "1120户"),
    ] {
        let [read, plain] =
            [text, same].map(|text| parse(text).unwrap_or_else(|| panic!("{text} is not read")));
        let of = |parsed: Parsed| (parsed.hedge, parsed.unit, parsed.printed);
        let kilowatt = parse("35kWh").unwrap().unit;
        assert!(of(read) == of(plain) || read.unit == kilowatt, "{text}: {read:?}, {plain:?}");
        assert!(read.interval.contains(plain.printed) == plain.interval.contains(plain.printed));
    }
    for (text, unit) in [
        ("3千公顷", PrintUnit::ThousandHectares),
        ("3千瓦", PrintUnit::Kilowatt),
        ("46天", PrintUnit::Day),
        ("41毫米", PrintUnit::Millimetre),
        ("5140亩次", PrintUnit::MuTimes),
        ("52车次", PrintUnit::Trip),
        ("15只", PrintUnit::SmallHead),
        ("1.2万人次", PrintUnit::PersonTime),
        ("312吨", PrintUnit::Tonne),
        ("44处", PrintUnit::Place),
    ] {
        assert_eq!(parse(text).map(|parsed| parsed.unit), Some(unit), "{text}");
    }
    assert_eq!(ends("4.6公里"), (4550.0, 4650.0));
    assert_eq!(ends("2.5万多亩"), (25_000.0, 26_000.0));
    assert_eq!(ends("百余人"), (100.0, 110.0));
}

#[test]
fn refuses_two_hedges_and_what_is_no_phrase() {
    for bad in [
        "约1200余万元",
        "近2000亩以上",
        "达55万余元",
        "约达55万元",
        "1200余万余元",
        "1234余万元",
        "110.50余万元",
        "",
        "亩",
        "约亩",
        "12",
        "1.23456万元",
        "约2000亩左右",
        "1..2亩",
        "2200顷",
        "约-5亩",
        "2万亿元",
        "2亿亿元",
        "至少200人以上",
        "上百人左右",
        "超过3万多亩",
        "近百人左右",
        "二〇二二亩",
        "三五天",
        "一百二亩",
        "几十人",
        "12,34亩",
        "1,2345亩",
        "十十人",
        "百千人",
        "零亩",
        "3千5百人",
        "1亿2000万元",
        "上50人",
    ] {
        assert_eq!(parse(bad), None, "{bad}");
    }
}

const VALUES: usize = 1_000_000;

/// Numbers of every size, and those likely to be printed wrongly: whole, with few decimals, just beside a step.
fn value(rng: &mut ChaCha8Rng) -> f64 {
    let raw = rng.random_range(0.0..10.0) * 10f64.powi(rng.random_range(-2..11));
    let grid = 10f64.powi(rng.random_range(-2..3));
    match rng.random_range(0..5) {
        0 => raw,
        1 => raw.round(),
        2 => (raw * grid).round() / grid,
        3 => (raw * grid).round() / grid + raw * 1e-9 * rng.random_range(-3.0..3.0),
        _ => f64::from(rng.random_range(1..100u32)) * 10f64.powi(rng.random_range(0..9)),
    }
}

#[test]
fn no_phrase_lies_in_a_million_values() {
    let mut rng = ChaCha8Rng::seed_from_u64(424);
    let mut said = 0usize;
    for _ in 0..VALUES {
        let value = value(&mut rng);
        let hedge = Hedge::ALL[rng.random_range(0..Hedge::ALL.len())];
        let unit = PrintUnit::ALL[rng.random_range(0..PrintUnit::ALL.len())];
        let significant = rng.random_range(1..6);
        let words = [
            (phrase(value, hedge, unit, significant), parse as fn(&str) -> _),
            (phrase_en(value, hedge, unit, significant), parse_en),
        ];
        for (text, parse) in words {
            let Some(text) = text else { continue };
            said += 1;
            let parsed = parse(&text);
            let Some(parsed) = parsed else {
                panic!("{value} is printed as {text}, which does not read back");
            };
            assert_eq!((parsed.hedge, parsed.unit), (hedge, unit), "{text}");
            let interval = parsed.interval;
            assert!(interval.contains(value), "{value}: {text}, {interval:?}");
        }
    }
    assert!(said > VALUES, "most values can be said, not {said}");
}

/// Chinese numerals of a number below a hundred million, as they are taught in school.
fn in_numerals(value: u32) -> String {
    let below_wan = |value: u32| {
        let digits = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
        let (mut text, mut gap) = (String::new(), false);
        for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
            match value / unit % 10 {
                0 => gap = true,
                digit => {
                    if gap && !text.is_empty() {
                        text += "零";
                    }
                    text += digits[digit as usize];
                    text += name;
                    gap = false;
                }
            }
        }
        text
    };
    let (wan, rest) = (value / 10_000, value % 10_000);
    match (wan, rest) {
        (0, rest) => below_wan(rest),
        (wan, 0) => below_wan(wan) + "万",
        (wan, rest) if rest < 1000 => below_wan(wan) + "万零" + &below_wan(rest),
        (wan, rest) => below_wan(wan) + "万" + &below_wan(rest),
    }
}

proptest! {
    #[test]
    fn numerals_are_the_number_that_they_say(value in 1u32..100_000_000) {
        let text = in_numerals(value) + "亩";
        let parsed = parse(&text);
        prop_assert_eq!(parsed.map(|parsed| parsed.printed), Some(f64::from(value)), "{}", text);
    }

    #[test]
    fn no_text_makes_the_parser_fail(text in "[约近达超上0-9,. 一二十百千万亿余多亩台（）以左右]{0,20}") {
        let _ = parse(&text);
    }

    #[test]
    fn about_says_every_whole_number_and_exact_those_that_are_not_long(
        value in 1u32..2_000_000_000, unit in proptest::sample::select(PrintUnit::ALL),
    ) {
        prop_assert!(phrase(f64::from(value), Hedge::About, unit, SIGNIFICANT).is_some());
        let short = f64::from(value % 100_000);
        prop_assert!(phrase(short, Hedge::Exact, unit, SIGNIFICANT).is_some());
    }
}
