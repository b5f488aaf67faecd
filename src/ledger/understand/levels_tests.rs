//! Heads of several levels.

use jiff::civil::date;

use super::super::day::Years;
use super::super::qualifiers::{days_alone, is_harmless};
use super::*;

const YEARS: Years = Years { named: Some(2022), range: (2000, 2023) };

#[test]
fn a_level_of_harmless_words_alone_is_harmless() {
    for word in ["农作物受灾情况", "受灾情况", "一、农业受灾", "其中：", "抗旱投入"]
    {
        assert!(is_harmless(word), "{word}");
    }
    for word in ["计划数", "核定前", "其他县", "旱地", "2021年", "上月"] {
        assert!(!is_harmless(word), "{word}");
    }
}

#[test]
fn a_day_alone_is_read_and_a_year_is_none() {
    let august = (date(2022, 8, 1), date(2022, 8, 31));
    assert_eq!(days_alone("8月", YEARS), Some(august));
    assert_eq!(days_alone("八月份", YEARS), Some(august));
    let day = date(2022, 8, 15);
    assert_eq!(days_alone("8月15日情况", YEARS), Some((day, day)));
    assert_eq!(days_alone("2022", YEARS), None);
    assert_eq!(days_alone("以下为8月数据", YEARS), None);
    assert_eq!(year_alone("2021年"), Some(2021));
    assert_eq!(year_alone("2021年8月"), None);
}
