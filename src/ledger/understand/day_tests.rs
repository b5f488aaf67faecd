//! Days as offices write them: what is taken, and what is refused with which reason.

use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use super::super::super::book::Shown;
use super::*;

const YEARS: Years = Years { named: None, range: (2010, 2030) };
const OF_2022: Years = Years { named: Some(2022), ..YEARS };

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn in_2022(written: &str) -> Result<(String, String, bool), DayFault> {
    let found = days(&text(written), OF_2022)?;
    Ok((found.from.to_string(), found.to.to_string(), found.year_added))
}

#[test]
fn a_day_is_read_in_every_usual_form() {
    for written in [
        "2022-8-15",
        "2022-08-15",
        "2022/8/15",
        "2022/08/15",
        "2022.8.15",
        "2022．8．15",
        "2022、8、15",
        "2022—8—15",
        "2022年8月15日",
        "2022年8月15号",
        "2022年8月15",
        "2022年08月15日",
        "2022 年 8 月 15 日",
        "2022年8.15",
        "2022.8月15日",
        "20220815",
        "２０２２-０８-１５",
        "2022-08-15 00:00:00",
        "2022-08-15T09:30:00",
        "2022-08-15T09:30:00+08:00",
        "2022/8/15 9:30",
        "2022年8月15日 9:30",
        "2022年8月15日（周一）",
        "2022年8月15日星期一",
        "2022-8-15(星期一)",
        "二〇二二年八月十五日",
        "二零二二年八月十五日",
        "二○二二年八月十五日",
        "44788",
        "截至2022年8月15日",
        "截止2022-08-15",
    ] {
        let found = days(&text(written), YEARS);
        let day = date(2022, 8, 15);
        assert_eq!(found, Ok(Days { from: day, to: day, year_added: false }), "{written}");
    }
}

#[test]
fn a_day_without_a_year_has_the_named_one_or_none() {
    for written in [
        "8月15日",
        "8月15",
        "8月15号",
        "08月15日",
        "8.15",
        "8-15",
        "8/15",
        "8.15日",
        "八月十五日",
        "截至8月15日",
    ] {
        assert_eq!(
            in_2022(written),
            Ok(("2022-08-15".into(), "2022-08-15".into(), true)),
            "{written}"
        );
        assert_eq!(days(&text(written), YEARS), Err(DayFault::NoYear), "{written}");
    }
    assert_eq!(in_2022("22年8月15日"), Ok(("2022-08-15".into(), "2022-08-15".into(), true)));
    let (_, hint) = DayFault::NoYear.rule_and_hint();
    assert!(hint.to_string().contains("--year 2022"), "{hint}");
}

#[test]
fn months_parts_of_them_and_spans_have_a_first_and_a_last_day() {
    for (written, from, to, year_added) in [
        ("2022年8月", "2022-08-01", "2022-08-31", false),
        ("2022年8月份", "2022-08-01", "2022-08-31", false),
        ("2022.08", "2022-08-01", "2022-08-31", false),
        ("2022-08", "2022-08-01", "2022-08-31", false),
        ("2022/8", "2022-08-01", "2022-08-31", false),
        ("202208", "2022-08-01", "2022-08-31", false),
        ("8月", "2022-08-01", "2022-08-31", true),
        ("十一月", "2022-11-01", "2022-11-30", true),
        ("2020年2月", "2020-02-01", "2020-02-29", false),
        ("8月上旬", "2022-08-01", "2022-08-10", true),
        ("8月中旬", "2022-08-11", "2022-08-20", true),
        ("2022年9月下旬", "2022-09-21", "2022-09-30", false),
        ("8月上半月", "2022-08-01", "2022-08-15", true),
        ("8月下半月", "2022-08-16", "2022-08-31", true),
        ("8月全月", "2022-08-01", "2022-08-31", true),
        ("2022年", "2022-01-01", "2022-12-31", false),
        ("2022年度", "2022-01-01", "2022-12-31", false),
        ("2022年下半年", "2022-07-01", "2022-12-31", false),
        ("8月1日-8月15日", "2022-08-01", "2022-08-15", true),
        ("2022.8.1—8.15", "2022-08-01", "2022-08-15", false),
        ("2022.8.1-2022.8.15", "2022-08-01", "2022-08-15", false),
        ("2022年8月1日至15日", "2022-08-01", "2022-08-15", false),
        ("8月1-15日", "2022-08-01", "2022-08-15", true),
        ("8月1日-15", "2022-08-01", "2022-08-15", true),
        ("2022-08-01~2022-08-15", "2022-08-01", "2022-08-15", false),
        ("2022-08-01 ～ 2022-08-15", "2022-08-01", "2022-08-15", false),
        ("2022-08-01-2022-08-15", "2022-08-01", "2022-08-15", false),
        ("2022-08-01 - 2022-08-15", "2022-08-01", "2022-08-15", false),
        ("2022/8/1-2022/8/15", "2022-08-01", "2022-08-15", false),
        ("20220801－20220815", "2022-08-01", "2022-08-15", false),
        ("8.1-8.15", "2022-08-01", "2022-08-15", true),
        ("自2022年8月1日起至8月15日止", "2022-08-01", "2022-08-15", false),
        ("8月1日到15日", "2022-08-01", "2022-08-15", true),
        ("8月-10月", "2022-08-01", "2022-10-31", true),
        ("8-10月", "2022-08-01", "2022-10-31", true),
        ("2022年8月至10月", "2022-08-01", "2022-10-31", false),
        ("2022年12月至2023年2月", "2022-12-01", "2023-02-28", false),
        ("8月上旬至9月中旬", "2022-08-01", "2022-09-20", true),
        ("2022-08-01 00:00:00至2022-08-15 00:00:00", "2022-08-01", "2022-08-15", false),
    ] {
        assert_eq!(in_2022(written), Ok((from.into(), to.into(), year_added)), "{written}");
    }
}

#[test]
fn what_is_no_day_or_more_than_one_is_refused_by_kind() {
    use DayFault::{Ambiguous, Backwards, Missing, NoSuchDay, NotADay};
    let cases: &[(DayFault, &[&str])] = &[
        (Missing, &["", " ", "-", "/", "——"]),
        (
            Ambiguous,
            &[
                "22.8.15",
                "8/9/10",
                "8/15/2022",
                "8.1",
                "8月初",
                "8月底",
                "8月中",
                "2022.8-10",
                "8-15日",
                "220815",
                "8月-10",
            ],
        ),
        (
            NoSuchDay,
            &[
                "2022-02-30",
                "2022年2月30日",
                "2月30日",
                "2022-13-01",
                "8月32日",
                "2022年13月",
                "20220230",
            ],
        ),
        (Backwards, &["8月15日-8月1日", "2022-09-12至2022-09-11", "12月至2月"]),
        (
            NotADay,
            &[
                "8月15日前",
                "8月15日左右",
                "8月15日以来",
                "约8月15日",
                "农历七月十八",
                "七月初八",
                "正月十五",
                "15日",
                "15",
                "2022",
                "汽油",
                "1日至15日",
                "8、15",
                "8月15日、16日",
                "100",
                "12345",
                "2022-08-15-2022-08-16-2022-08-17",
                "上旬",
                "2022年8月15日8月16日",
            ],
        ),
    ];
    for (fault, texts) in cases {
        for written in *texts {
            assert_eq!(in_2022(written).as_ref(), Err(fault), "{written}");
        }
    }
}

#[test]
fn years_that_cannot_be_are_named() {
    for (written, year) in [
        ("2202-09-11", 2202),
        ("0022-09-11", 22),
        ("1922年8月", 1922),
        ("8月1日至2202年8月2日", 2202),
    ] {
        assert_eq!(
            in_2022(written),
            Err(DayFault::Year { year, least: 2010, most: 2030 }),
            "{written}"
        );
    }
}

#[test]
fn numbers_and_dates_of_a_workbook_are_days() {
    let day = Ok(Days { from: date(2022, 8, 15), to: date(2022, 8, 15), year_added: false });
    assert_eq!(days(&Cell::Day(date(2022, 8, 15)), YEARS), day);
    assert_eq!(days(&Cell::Moment(DateTime::constant(2022, 8, 15, 9, 30, 0, 0)), YEARS), day);
    assert_eq!(days(&Cell::Number(44_788.0), YEARS), day);
    assert_eq!(days(&Cell::Number(44_788.4), YEARS), day);
    assert_eq!(days(&Cell::Number(20_220_815.0), YEARS), day);
    let shown =
        Shown { value: 0.0, stored: 0.0, unit: String::new(), text: "2022年8月15日".into() };
    assert_eq!(days(&Cell::Shown(Box::new(shown)), YEARS), day);
    assert_eq!(days(&Cell::Empty, YEARS), Err(DayFault::Missing));
    for ambiguous in [8.1, 8.15, 2022.08] {
        assert_eq!(
            days(&Cell::Number(ambiguous), OF_2022),
            Err(DayFault::Ambiguous),
            "{ambiguous}"
        );
    }
    for none in [0.0, 8.0, 2022.0, 99_999.0, -1.0, f64::NAN, 1e300] {
        assert_eq!(days(&Cell::Number(none), OF_2022), Err(DayFault::NotADay), "{none}");
    }
    let late = DayFault::Year { year: 2202, least: 2010, most: 2030 };
    assert_eq!(days(&Cell::Day(date(2202, 9, 11)), YEARS), Err(late));
}

#[test]
fn a_title_names_its_year() {
    for (title, year) in [
        ("清源乡2022年抗旱台账", Some(2022)),
        ("清源乡 2022 年度旱情统计表", Some(2022)),
        ("二〇二二年抗旱台账", Some(2022)),
        ("填报日期：2022-11-16", Some(2022)),
        ("填报日期：2022.11.16", Some(2022)),
        ("2022", Some(2022)),
        ("2022年8月1日至2022年8月31日", Some(2022)),
        ("2021年底至2022年", None),
        ("2022-2023年度", None),
        ("2202年抗旱台账", None),
        ("合计2022亩", None),
        ("共2022.5万元", None),
        ("清源乡抗旱台账", None),
    ] {
        assert_eq!(year_in(title, YEARS.range), year, "{title}");
    }
}

#[test]
fn a_line_names_its_day() {
    for (line, days) in [
        ("填报日期：2022年11月16日", Some(("2022-11-16", "2022-11-16"))),
        ("填报日期：2022-11-16   单位：亩", Some(("2022-11-16", "2022-11-16"))),
        ("填报单位：党政办 2022 年 11 月 16 日 7个村", Some(("2022-11-16", "2022-11-16"))),
        ("清源乡2022年8月抗旱情况", Some(("2022-08-01", "2022-08-31"))),
        ("清源乡2022年8月1日至15日抗旱台账", Some(("2022-08-01", "2022-08-15"))),
        ("截至8月31日", Some(("2022-08-31", "2022-08-31"))),
        ("8月15日（周一）填", Some(("2022-08-15", "2022-08-15"))),
        ("清源乡2022年抗旱台账", None),
        ("2022年8月以来", None),
        ("8月底", None),
        ("第8号", None),
        ("1.8万亩，合计20.5", None),
        ("2022年8月1日填，8月2日报", None),
        ("2202年8月1日", None),
        ("2022年8月1日至2202年8月2日", None),
        ("2022年8月15日、16日", None),
        ("1.2022年8月15日填", None),
        ("至8月31日止", Some(("2022-08-31", "2022-08-31"))),
    ] {
        let found = days_in(line, OF_2022).map(|days| (days.from.to_string(), days.to.to_string()));
        assert_eq!(found, days.map(|(from, to)| (from.to_owned(), to.to_owned())), "{line}");
    }
}

proptest! {
    #[test]
    fn a_day_comes_back_however_it_is_written(days_on in 0_i32..7000) {
        let day = date(2010, 1, 1).checked_add(jiff::Span::new().days(days_on)).unwrap();
        let (y, m, d) = (day.year(), day.month(), day.day());
        for written in [
            format!("{y}-{m}-{d}"), format!("{y}-{m:02}-{d:02}"), format!("{y}/{m}/{d}"), format!("{y}.{m}.{d}"),
            format!("{y}年{m}月{d}日"), format!("{y}年{m:02}月{d:02}"), format!("{y}{m:02}{d:02}"),
            format!("{y}-{m:02}-{d:02} 00:00:00"), format!("{}", 40_179 + days_on), format!("{y}.{m}.{d}-{d}"),
            format!("{y}年{m}月{d}日至{y}年{m}月{d}日"),
        ] {
            prop_assert_eq!(days(&text(&written), YEARS), Ok(Days { from: day, to: day, year_added: false }), "{}", written);
        }
    }

    #[test]
    fn nothing_panics(written in "[0-9年月日号./~—至到 -]{0,24}") {
        if let Ok(found) = days(&text(&written), OF_2022) {
            prop_assert!(found.from <= found.to, "{}", written);
        }
        let _ = (year_in(&written, YEARS.range), days_in(&written, OF_2022));
    }

    #[test]
    fn nothing_at_all_panics(written in any::<String>()) {
        let _ = (days(&text(&written), OF_2022), year_in(&written, YEARS.range), days_in(&written, YEARS));
    }
}
