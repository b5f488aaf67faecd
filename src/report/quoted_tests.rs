//! Tests of what a paragraph may state.

use super::*;

fn cut(piece: &str, whole: &str) -> Unquoted {
    Unquoted::Cut { piece: piece.to_owned(), whole: whole.to_owned() }
}

const GASOLINE: &str = "约1.5万升";
const IN_PART: &str = "3.4万度以上（数据不全）";
const CHANNELS: &str = "监测的3处河沟未出现断流";
const PONDS: &str = "部分塘堰干涸";
const NOBODY: &str = "整个旱情期间监测的2处饮水水源供水的900人未有一人次出现饮水困难情况";
const NOBODY_EN: &str = "nobody was short of drinking water throughout the drought";

fn said() -> Vec<String> {
    [GASOLINE, IN_PART, CHANNELS, PONDS, NOBODY, NOBODY_EN, "55万元", "5万元"]
        .map(str::to_owned)
        .into()
}

#[test]
fn words_may_stand_as_they_are_and_so_may_dates() {
    for paragraph in [
        "2022年8月1日以来，汽油约1.5万升，投入资金达55万元，用电3.4万度以上（数据不全）。",
        "监测的3处河沟未出现断流，部分塘堰干涸，防止河沟断流，附近5万元。",
        "整个旱情期间，全乡上下一心，一个都不少，分三个方面，千方百计保万户用水。",
        "Nobody was short of drinking water throughout the drought.",
    ] {
        let dates = ["2022年8月1日".to_owned()];
        assert_eq!(unquoted(paragraph, &said(), &dates), Vec::new(), "{paragraph}");
    }
    assert_eq!(unquoted(NOBODY, &said(), &[]), Vec::new());
}

#[test]
fn a_number_without_its_hedge_or_scope_is_named() {
    for (paragraph, expected) in [
        ("汽油1.5万升", &["1", "5"][..]),
        ("用电3.4万度", &["3", "4"]),
        ("用电3.4万度以上", &["3", "4"]),
        ("3处河沟未出现断流", &["3"]),
        ("资金155万元", &["155"]),
        ("资金55万元0", &["0"]),
        ("2021年投入65台", &["2021", "65"]),
        ("投入六十五台、近百万资金、十余座、近百处", &["六十五", "百万", "十余", "百"]),
        ("some of Twenty-one pumps", &["Twenty"]),
        ("投入６５台", &["６５"]),
    ] {
        let number = |unquoted| match unquoted {
            Unquoted::Number { number, .. } => Some(number),
            Unquoted::Cut { .. } | Unquoted::Altered { .. } => None,
        };
        let found: Vec<String> =
            unquoted(paragraph, &said(), &[]).into_iter().filter_map(number).collect();
        assert_eq!(found, expected, "{paragraph}");
    }
}

#[test]
fn words_beside_a_word_that_changes_them_are_named_with_their_clause() {
    let others = ["全镇".to_owned()];
    for (paragraph, word, clause) in [
        ("抗旱以来，资金超过55万元，有成效。", "超过", "资金超过55万元"),
        ("资金近5万元", "近", "资金近5万元"),
        ("more than 5万元", "more than ", "more than 5万元"),
        ("资金突破55万元。", "突破", "资金突破55万元"),
        ("资金55万元左右。", "左右", "资金55万元左右"),
        ("资金55万元以上。", "以上", "资金55万元以上"),
        ("日均投入55万元。", "日均", "日均投入55万元"),
        ("计划投入资金55万元。", "计划", "计划投入资金55万元"),
        ("去年资金55万元。", "去年", "去年资金55万元"),
        ("全县投入55万元。", "全县", "全县投入55万元"),
        ("全部部分塘堰干涸。", "全部", "全部部分塘堰干涸"),
    ] {
        let found = unquoted(paragraph, &said(), &others);
        let [Unquoted::Altered { word: named, clause: within, .. }] = &found[..] else {
            panic!("{paragraph}: {found:?}");
        };
        assert_eq!((named.as_str(), within.as_str()), (word, clause));
    }
    for paragraph in [
        "全镇投入55万元，高于去年。",
        "去年以来，投入55万元。",
        "投入达55万元。",
        "占计划蓄水量的55万元",
    ] {
        assert_eq!(unquoted(paragraph, &said(), &others), Vec::new(), "{paragraph}");
    }
}

#[test]
fn words_without_what_they_are_true_of_are_named() {
    for (paragraph, piece, whole) in [
        ("本乡河沟未出现断流", "河沟未出现断流", CHANNELS),
        ("塘堰干涸", "塘堰干涸", PONDS),
        ("我乡未有一人次出现饮水困难情况", "未有一人次出现饮水困难情况", NOBODY),
        ("Nobody was short of drinking water.", "Nobody was short of drinking water", NOBODY_EN),
    ] {
        let found = unquoted(paragraph, &said(), &[]);
        assert!(found.contains(&cut(piece, whole)), "{paragraph}: {found:?}");
    }
}

#[test]
fn what_is_known_in_part_says_so() {
    for part in ["（数据不全）", "（待核实）"] {
        let said = [format!("部分河沟断水{part}")];
        let found = unquoted("部分河沟断水。", &said, &[]);
        assert_eq!(found, [cut("部分河沟断水", &said[0])]);
    }
}
