//! Numbers as offices write them: what is taken, and what is refused with which reason.

use proptest::prelude::*;

use super::*;

fn read_as(text: &str) -> (f64, String) {
    let found = quantity(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    (found.value, found.unit)
}

#[test]
fn numbers_of_offices_are_read_with_their_unit() {
    for (text, value, unit) in [
        ("100", 100.0, ""),
        ("１００", 100.0, ""),
        ("1,200", 1200.0, ""),
        ("1，200", 1200.0, ""),
        ("1 200", 1200.0, ""),
        ("1’200", 1200.0, ""),
        ("12,345,678.90元", 12_345_678.9, "元"),
        ("1.5", 1.5, ""),
        ("1．5", 1.5, ""),
        ("1.200", 1.2, ""),
        ("+5", 5.0, ""),
        (".5", 0.5, ""),
        ("5.", 5.0, ""),
        ("0", 0.0, ""),
        ("1E+03", 1000.0, ""),
        ("1e3", 1000.0, ""),
        ("1.2E-3", 0.0012, ""),
        ("1.2万元", 12_000.0, "元"),
        ("1.2 万元", 12_000.0, "元"),
        ("37.781万元", 377_810.0, "元"),
        ("1.0349亿立方米", 103_490_000.0, "立方米"),
        ("1.2万亿元", 1.2e12, "元"),
        ("3千元", 3000.0, "元"),
        ("5百人", 500.0, "人"),
        ("3千万", 3e7, ""),
        ("1万2千", 12_000.0, ""),
        ("1万2000亩", 12_000.0, "亩"),
        ("1亿200万", 102_000_000.0, ""),
        ("3.5万亩", 35_000.0, "亩"),
        ("35.3万度", 353_000.0, "度"),
        ("48万千瓦时", 480_000.0, "千瓦时"),
        ("3千瓦时", 3.0, "千瓦时"),
        ("5千克", 5.0, "千克"),
        ("2千米", 2.0, "千米"),
        ("86%", 86.0, "%"),
        ("１０％", 10.0, "%"),
        ("百分之八十六", 86.0, "%"),
        ("200 亩", 200.0, "亩"),
        ("200（亩）", 200.0, "亩"),
        ("¥1,200", 1200.0, "元"),
        ("￥1.2万", 12_000.0, "元"),
        ("1200元整", 1200.0, "元"),
        ("1200.00元", 1200.0, "元"),
        ("人民币壹万贰仟元整", 12_000.0, "元"),
        ("300m3", 300.0, "m3"),
        ("300m³", 300.0, "m³"),
        ("1.5hm2", 1.5, "hm2"),
        ("7台/套", 7.0, "台/套"),
        ("85日", 85.0, "日"),
        ("一百二十", 120.0, ""),
        ("三万五千", 35_000.0, ""),
        ("十二", 12.0, ""),
        ("二十", 20.0, ""),
        ("一百零五人", 105.0, "人"),
        ("两千三百四十五", 2345.0, ""),
        ("一万零二十", 10_020.0, ""),
        ("一亿两千万", 120_000_000.0, ""),
        ("一万三千亿", 1.3e12, ""),
        ("三", 3.0, ""),
        ("零", 0.0, ""),
        ("100桶", 100.0, "桶"),
    ] {
        assert_eq!(read_as(text), (value, unit.to_owned()), "{text}");
    }
}

#[test]
fn a_hedge_is_refused_by_name() {
    for (text, hedge) in [
        ("约200", "约"),
        ("大约200亩", "大约"),
        ("近百万元", "近"),
        ("20余万亩", "余"),
        ("2.5万多亩", "多"),
        ("5000亩左右", "左右"),
        ("200上下", "上下"),
        ("200以上", "以上"),
        ("不足200", "不足"),
        ("超过200", "超过"),
        ("达55万元", "达"),
        ("至少3台", "至少"),
        ("最多3台", "最多"),
        ("几十", "几"),
        ("若干", "若干"),
        ("数百亩", "数百"),
        ("200?", "?"),
        ("200？", "?"),
        ("～200", "~"),
        ("200+", "+"),
        ("≥200", "≥"),
        ("十来个", "来"),
    ] {
        assert_eq!(quantity(text), Err(NumberFault::Hedged(hedge.into())), "{text}");
    }
}

#[test]
fn two_numbers_below_one_another_are_not_one() {
    for text in ["700\n800", "700\r\n800升", "１２\n　３００ ", "三百\n五百"] {
        assert_eq!(quantity_in_lines(text), Err(NumberFault::Several), "{text:?}");
    }
    for (text, value) in [("700\n升", 700.0), ("\n1 200\n", 1200.0), ("1.2\n万元", 12_000.0)] {
        assert_eq!(quantity_in_lines(text).map(|found| found.value), Ok(value), "{text:?}");
    }
}

#[test]
fn what_is_no_single_number_is_refused_by_kind() {
    use NumberFault::{Missing, Negative, NotANumber, NotFinite, Several};
    let cases: &[(NumberFault, &[&str])] = &[
        (Missing, &["", "  ", "-", "—", "——", "/", "／", "－"]),
        (Negative, &["-50", "（50）", "(50)", "－50", "−50", "红字50", "负50", "¥-50", "-1.2万元"]),
        (
            Several,
            &[
                "10-20", "10~20", "10～20", "10至20", "10—20", "10-20亩", "100+50", "10、20",
                "5到8人",
            ],
        ),
        (NotFinite, &["inf", "NaN", "-inf", "1e400"]),
        (
            NotANumber,
            &[
                "无",
                "没有",
                "空",
                "abc",
                "亩",
                "0x10",
                "1,2000",
                "12,34",
                "1,20",
                "0,200",
                "12 34",
                "1.2.3",
                "1..2",
                ".",
                "1/2",
                "一百二",
                "一万二",
                "二三",
                "1万2",
                "3千5",
                "三万五",
                "2022-08-15",
                "2022.8.15",
                "2022年8月15日",
                "8月15日",
                "8月",
                "2022年",
                "10亩5分",
                "壹佰元伍角",
                "1:2",
                "￥5亩",
                "合计200",
                "1200 元 200",
                "二〇二二",
                "一百零",
                "百",
                "TRUE",
            ],
        ),
    ];
    for (fault, texts) in cases {
        for text in *texts {
            assert_eq!(quantity(text).as_ref(), Err(fault), "{text}");
        }
    }
}

#[test]
fn a_fault_says_the_way_out() {
    let (rule, hint) = NumberFault::Hedged("约".into()).rule_and_hint();
    let zh = crate::locales::Lang::Chinese;
    assert_eq!(rule.within(zh), "“约”表示不是准数，台账只登记准数");
    assert!(hint.within(zh).starts_with("写凭据上的那个数"), "{hint}");
    for fault in
        [NumberFault::Missing, NumberFault::Negative, NumberFault::Several, NumberFault::NotFinite]
    {
        let (rule, hint) = fault.rule_and_hint();
        assert!(!rule.is_empty() && !hint.is_empty(), "{fault:?}");
    }
}

/// `digits` with `separator` between its groups of three.
fn grouped(digits: &str, separator: &str) -> String {
    let first = (digits.len() - 1) % 3 + 1;
    let (head, tail) = digits.split_at(first);
    let groups = tail.as_bytes().chunks(3).map(|group| std::str::from_utf8(group).unwrap());
    std::iter::once(head).chain(groups).collect::<Vec<_>>().join(separator)
}

/// `text` in full-width characters.
fn full_width(text: &str) -> String {
    text.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect()
}

/// A number below ten thousand in Chinese numerals, as it is said in full.
fn section_in_chinese(number: u64) -> String {
    let digits = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let mut said = String::new();
    let mut zero = false;
    for (power, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = number / power % 10;
        if digit == 0 {
            zero = !said.is_empty();
            continue;
        }
        if zero {
            said.push('零');
        }
        zero = false;
        said.push_str(digits[digit as usize]);
        said.push_str(name);
    }
    said
}

proptest! {
    #[test]
    fn a_number_comes_back_however_it_is_written(whole in 0_u64..1_000_000_000_000, cents in 0_u32..100) {
        let plain = format!("{whole}.{cents:02}");
        let value: f64 = plain.parse().unwrap();
        let digits = whole.to_string();
        let mut ways = vec![plain.clone(), full_width(&plain), format!("+{plain}"), format!("{plain}元"),
            format!("¥{plain}"), format!("{plain} 亩"), format!("{plain}e0")];
        for separator in [",", "，", " ", "’"] {
            ways.push(format!("{}.{cents:02}", grouped(&digits, separator)));
        }
        for way in ways {
            prop_assert_eq!(quantity(&way).map(|found| found.value), Ok(value), "{}", way);
        }
    }

    #[test]
    fn ten_thousands_are_exact(units in 0_u64..1_000_000_000_000, decimals in 0_u32..6) {
        let scale = 10_u64.pow(decimals);
        let decimal = format!("{}.{:0width$}", units / scale, units % scale, width = decimals as usize);
        let value: f64 = format!("{units}e{}", 4 - i64::from(decimals)).parse().unwrap();
        prop_assert_eq!(quantity(&format!("{decimal}万亩")).map(|found| found.value), Ok(value));
    }

    #[test]
    fn chinese_numerals_come_back(number in 1_u64..10_000, thousands in 1_u64..10_000) {
        let said = section_in_chinese(number);
        prop_assert_eq!(quantity(&said).map(|found| found.value), Ok(number as f64), "{}", said);
        let rest = if number < 1000 { format!("零{said}") } else { said };
        let all = format!("{}万{rest}", section_in_chinese(thousands));
        let value = (thousands * 10_000 + number) as f64;
        prop_assert_eq!(quantity(&all).map(|found| found.value), Ok(value), "{}", all);
    }

    #[test]
    fn nothing_panics(text in "[0-9０-９,， .．+＋~～万亿千百十一二三零()（）¥元亩%eE-]{0,20}") {
        if let Ok(found) = quantity(&text) {
            prop_assert!(found.value.is_finite() && found.value >= 0.0, "{}", text);
        }
    }

    #[test]
    fn nothing_at_all_panics(text in any::<String>()) {
        let _ = quantity(&text);
    }
}
