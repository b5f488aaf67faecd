//! Tests of number formats, with the codes that offices use.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn cell(code: &str, value: f64) -> Cell {
    NumberFormat::new(code).cell(value, Epoch::Since1900)
}

/// The value, the unit and the text of a number that is shown otherwise.
fn shown(code: &str, value: f64) -> (f64, String, String) {
    match cell(code, value) {
        Cell::Shown(shown) => {
            assert_eq!(shown.stored, value);
            (shown.value, shown.unit, shown.text)
        }
        other => panic!("{code} {value}: {other:?}"),
    }
}

fn is_shown(code: &str, value: f64, as_value: f64, unit: &str, text: &str) {
    assert_eq!(shown(code, value), (as_value, unit.to_owned(), text.to_owned()), "{code} {value}");
}

fn is_unclear(code: &str, value: f64, text: &str) {
    assert_eq!(cell(code, value), Cell::Fault(Fault::Unclear(text.to_owned())), "{code} {value}");
}

#[test]
fn a_number_that_is_shown_as_it_is_stored_is_a_number() {
    for (code, value) in [
        ("General", 1200.0),
        ("General", -5.25),
        ("", 7.0),
        ("G/通用格式", 12.0),
        ("0", 1200.0),
        ("0.00", 12.5),
        ("#,##0", 1_234_567.0),
        ("#,##0.00", 1234.5),
        ("#,##0.00;[Red]-#,##0.00", -1234.5),
        ("#,##0_);(#,##0)", -1200.0),
        ("0.00E+00", 12300.0),
        ("# ?/?", 1.5),
        ("@", 12.0),
        ("_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", -1200.5),
        ("00000", 42.0),
        ("[红色]0", 3.0),
        ("#.##", 0.5),
    ] {
        assert_eq!(cell(code, value), Cell::Number(value), "{code} {value}");
    }
    assert_eq!(cell("General", 0.1 + 0.2), Cell::Number(0.3));
}

#[test]
fn a_rounded_number_counts_as_it_is_shown() {
    is_shown("0", 1234.5678, 1235.0, "", "1235");
    is_shown("#,##0.0", 1234.5678, 1234.6, "", "1,234.6");
    is_shown("0.00", 2.675, 2.68, "", "2.68");
    is_shown("0", -1.5, -2.0, "", "-2");
    is_shown("0.0E+0", 12345.0, 12000.0, "", "1.2E+4");
    is_shown("# ?/?", 0.3333, 1.0 / 3.0, "", "1/3");
    is_shown("General", 1.0 / 3.0, 0.333_333_333, "", "0.333333333");
}

#[test]
fn percent_and_words_behind_a_number_are_its_unit() {
    is_shown("0%", 0.86, 86.0, "%", "86%");
    is_shown("0.0%", 0.8649, 86.5, "%", "86.5%");
    is_shown("0%", -0.5, -50.0, "%", "-50%");
    is_shown("0.0\"万元\"", 1.2, 1.2, "万元", "1.2万元");
    is_shown("0\"亩\"", 12.0, 12.0, "亩", "12亩");
    is_shown("#,##0.00\"元\"", 1234.5, 1234.5, "元", "1,234.50元");
    is_shown("0.00\\度", 3.0, 3.0, "度", "3.00度");
    is_shown("0.0\"m3\"", 3.0, 3.0, "m3", "3.0m3");
    is_shown("General\"人\"", 12.0, 12.0, "人", "12人");
    is_shown("0亩", 12.0, 12.0, "亩", "12亩");
}

#[test]
fn a_sign_of_the_yuan_is_a_unit_too() {
    is_shown("¥#,##0.00", 1234.5, 1234.5, "元", "¥1,234.50");
    is_shown("\"¥\"#,##0", 1200.0, 1200.0, "元", "¥1,200");
    is_shown("[$¥-804]#,##0", 1200.0, 1200.0, "元", "¥1,200");
    is_shown("[$￥-804]#,##0;[$￥-804]-#,##0", -5.0, -5.0, "元", "￥-5");
    is_shown("\"¥\"0.0\"万\"", 1.2, 1.2, "万元", "¥1.2万");
    is_unclear("[$$-409]#,##0", 1200.0, "$1,200");
    is_unclear("\"约\"0", 12.0, "约12");
}

#[test]
fn a_format_that_divides_is_undone() {
    is_shown("0!.0,\"万\"", 12000.0, 12000.0, "", "1.2万");
    is_shown("0\\.0,\"万\"", 12345.0, 12000.0, "", "1.2万");
    is_shown("0!.0,\"万元\"", 12000.0, 12000.0, "元", "1.2万元");
    is_shown("#!.0000\"万\"", 12345.0, 12345.0, "", "1.2345万");
    is_shown("0.00,,\"百万元\"", 1_234_567.0, 1_230_000.0, "元", "1.23百万元");
    is_shown("#,##0,\"千元\"", 1_234_567.0, 1_235_000.0, "元", "1,235千元");
    is_shown("0!.00,,\"亿\"", 123_456_789.0, 123_000_000.0, "", "1.23亿");
    is_shown("0!.0,\"万\"", 500.0, 1000.0, "", "0.1万");
    // How much was divided is not told, or told wrongly.
    is_unclear("0!.0,", 12000.0, "1.2");
    is_unclear("#,##0,", 1_234_567.0, "1,235");
    is_unclear("0,\"万\"", 12000.0, "12万");
    is_unclear("000!-0000", 1234567.0, "1234567");
}

#[test]
fn the_section_goes_by_sign_or_condition() {
    let wan = "[>=10000]0!.0,\"万\";0";
    is_shown(wan, 12345.0, 12000.0, "", "1.2万");
    assert_eq!(cell(wan, 9999.0), Cell::Number(9999.0));
    is_unclear(wan, -3.0, "-3");
    is_shown("0\"上\";-0\"下\";\"平\"", -3.0, -3.0, "下", "-3下");
    is_unclear("0\"上\";-0\"下\";\"平\"", 0.0, "平");
    is_unclear("0;0", -3.0, "3");
    is_shown("#,##0;-#,##0;\"-\"", 0.0, 0.0, "", "-");
    assert_eq!(cell("0;-0;;@", 0.0), Cell::Empty);
    assert_eq!(cell("#,###", 0.0), Cell::Empty);
    is_unclear(";;;", 0.86, "0.86");
    is_unclear(";;", -12.0, "-12");
}

#[test]
fn what_is_not_understood_is_unclear() {
    is_unclear("[DBNum1]General", 12.0, "12");
    is_unclear("0.0.0", 12.0, "12");
    is_unclear("##0.0E+0", 12345.0, "12345");
    is_unclear("0q", 12.0, "12");
    is_unclear("0\"0\"", 12.0, "120");
    is_unclear(&"0".repeat(300), 12.0, "12");
    assert_eq!(
        NumberFormat::unknown().cell(1.0, Epoch::Since1900),
        Cell::Fault(Fault::Unclear("1".into()))
    );
}

#[test]
fn formats_with_a_day_give_days() {
    let day = Cell::Day(date(2022, 8, 15));
    for code in [
        "yyyy/m/d",
        "yyyy-mm-dd",
        "yyyy\"年\"m\"月\"d\"日\"",
        "[$-804]yyyy年m月d日;@",
        "[$-F800]dddd, mmmm dd, yyyy",
        "m\"月\"d\"日\"",
        "yy.m.d",
        "d-mmm-yy",
        "[$-409]d\\-mmm\\-yyyy",
    ] {
        assert_eq!(cell(code, 44788.0), day, "{code}");
        assert_eq!(cell(code, 44788.5), day, "{code} shows no time");
    }
    let moment = Cell::Moment(date(2022, 8, 15).at(12, 0, 0, 0));
    assert_eq!(cell("yyyy/m/d h:mm", 44788.5), moment);
    assert_eq!(cell("yyyy年m月d日 上午/下午h时", 44788.5), moment);
    for code in ["h:mm", "[h]:mm:ss", "mm:ss.0", "上午/下午h\"时\"mm\"分\""] {
        assert_eq!(cell(code, 44788.5), Cell::Fault(Fault::NoDate("44788.5".into())), "{code}");
    }
    assert_eq!(cell("yyyy/m/d", -1.0), Cell::Fault(Fault::NoDate("-1".into())));
}

#[test]
fn a_day_of_which_only_the_month_is_shown_is_a_month() {
    for code in ["yyyy\"年\"m\"月\"", "yyyy-mm", "mmm-yy", "m\"月\"", "[$-804]yyyy\"年\"m\"月\";@"]
    {
        assert_eq!(cell(code, 44788.0), Cell::Month(date(2022, 8, 1)), "{code}");
    }
    // The year alone is no day either.
    assert_eq!(cell("yyyy", 44788.0), Cell::Fault(Fault::NoDate("44788".into())));
}

#[test]
fn what_is_rounded_to_nothing_is_unclear() {
    is_unclear("0!.0,\"万\"", 100.0, "0.0万");
    is_unclear("0", 0.4, "0");
    is_unclear("0.0%", 0.0001, "0.0%");
    // What a sum of decimals leaves of nothing is nothing.
    is_shown("0", 5.5e-17, 0.0, "", "0");
}

#[test]
fn the_builtin_formats_are_those_of_the_chinese_edition() {
    let builtin = |id| NumberFormat::builtin(id).unwrap();
    for id in [17, 27, 36, 50, 52, 57] {
        let cell = builtin(id).cell(44788.0, Epoch::Since1900);
        assert_eq!(cell, Cell::Month(date(2022, 8, 1)), "{id}");
    }
    for id in [14, 15, 22, 28, 29, 30, 31, 51, 53, 54, 58] {
        let cell = builtin(id).cell(44788.0, Epoch::Since1900);
        assert_eq!(cell, Cell::Day(date(2022, 8, 15)), "{id}");
    }
    for id in [18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56] {
        let cell = builtin(id).cell(44788.5, Epoch::Since1900);
        assert_eq!(cell, Cell::Fault(Fault::NoDate("44788.5".into())), "{id}");
    }
    for id in [0, 1, 2, 3, 4, 37, 38, 39, 40, 41, 43, 49, 59, 61] {
        assert_eq!(builtin(id).cell(-12.0, Epoch::Since1900), Cell::Number(-12.0), "{id}");
    }
    assert_eq!(NumberFormat::builtin(99), None);
}

#[test]
fn text_is_shown_with_what_its_format_adds() {
    let text = |code: &str| NumberFormat::new(code).text("东门");
    assert_eq!(text("General"), Cell::Text("东门".into()));
    assert_eq!(text("0.00"), Cell::Text("东门".into()));
    assert_eq!(text("@\"村\""), Cell::Text("东门村".into()));
    assert_eq!(text("0;-0;0;@\"村\""), Cell::Text("东门村".into()));
    assert_eq!(text("_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ "), Cell::Text("东门".into()));
    assert_eq!(text(";;;"), Cell::Fault(Fault::Unclear("东门".into())));
}

#[test]
fn a_shown_text_is_compared_with_the_stored_number() {
    let of = |value, text: &str| match shown_as(value, text) {
        Cell::Shown(shown) => (shown.value, shown.unit),
        Cell::Number(value) => (value, "as stored".to_owned()),
        other => panic!("{value} {text}: {other:?}"),
    };
    assert_eq!(of(1200.0, "1,200"), (1200.0, "as stored".into()));
    assert_eq!(of(-5.0, "-5.00"), (-5.0, "as stored".into()));
    assert_eq!(of(0.86, "86%"), (86.0, "%".into()));
    assert_eq!(of(1.2, "1.2万元"), (1.2, "万元".into()));
    assert_eq!(of(12345.0, "1.2万元"), (12000.0, "元".into()));
    assert_eq!(of(1234.5, "￥1,234.50"), (1234.5, "元".into()));
    assert_eq!(of(12345.0, "1.2E+04"), (12000.0, String::new()));
    assert_eq!(of(0.0, "-"), (0.0, String::new()));
    for (value, text) in [(5.0, "7"), (5.0, "约5"), (5.0, ""), (5.0, "1-5"), (12000.0, "12万")] {
        let unclear = matches!(shown_as(value, text), Cell::Fault(Fault::Unclear(_)));
        assert!(unclear, "{value} {text}");
    }
}

proptest! {
    #[test]
    fn no_format_makes_a_panic(code in "[0#?.,;%Ee+\\-/@!\\\\\"\\[\\]$>=<*_ 万元亩ymdhsG]{0,20}", value in -1e12..1e12_f64) {
        let format = NumberFormat::new(&code);
        let _ = format.cell(value, Epoch::Since1900);
        let _ = format.text("东门");
        let _ = shown_as(value, &code);
    }

    #[test]
    fn a_whole_number_with_separators_and_a_unit_keeps_its_value(value in 0_u32..=u32::MAX) {
        let value = f64::from(value);
        prop_assert_eq!(cell("#,##0", value), if value == 0.0 { cell("0", 0.0) } else { Cell::Number(value) });
        match cell("#,##0.00\"元\"", value) {
            Cell::Shown(shown) => {
                prop_assert_eq!(shown.value, value);
                prop_assert_eq!(shown.unit.as_str(), "元");
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

#[test]
fn a_format_with_more_places_than_a_number_has_digits_is_unclear() {
    let show = |places: usize| NumberFormat::new(&"#".repeat(places)).cell(37.0, Epoch::Since1900);
    assert_eq!(show(30), Cell::Number(37.0));
    assert!(matches!(show(31), Cell::Fault(Fault::Unclear(_))));
}

#[test]
fn a_text_format_shows_the_text_once_and_not_longer_than_it_is_kept() {
    let twice = NumberFormat::new("@@").text("东门");
    assert_eq!(twice, Cell::Fault(Fault::Unclear("东门".into())));
    let Cell::Text(kept) = NumberFormat::new("\"村名\"@").text(&"村".repeat(501)) else {
        panic!("a text");
    };
    assert_eq!(kept.chars().count(), crate::ledger::book::CHARACTERS_KEPT);
}
