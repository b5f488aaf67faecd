//! Tests of who is meant by a text.

use super::*;
use crate::locales::{Lang, within};

fn person(id: &str, name: &str, office: &str) -> Person {
    Person { id: id.into(), name: name.into(), office: office.into(), role: None }
}

fn office() -> Persons {
    vec![
        person("huang", "黄某", "财政所"),
        person("liu", "刘某", "党政办"),
        person("liu-2", "刘某", "农业办"),
        person("wu", "吴某", "乡长"),
    ]
    .into()
}

#[test]
fn a_person_is_meant_by_id_name_or_office_and_name_however_they_are_written() {
    let office = office();
    for text in [
        "huang",
        " HUANG ",
        "黄某",
        "黄 某",
        "黄某。",
        "黄某．",
        "黄\u{3000}某,",
        "黄某、",
        "财政所 黄某",
        "财政所黄某；",
        "财政所：黄某",
        "黄某（财政所）",
        "黄\u{200b}某",
        "ｈｕａｎｇ",
    ] {
        assert_eq!(office.find(text).map(|p| p.id.as_str()), Ok("huang"), "{text}");
    }
    assert_eq!(office.find("农业办 刘某").map(|p| p.id.as_str()), Ok("liu-2"));
}

#[test]
fn nobody_is_told_with_the_persons_of_that_name_or_with_the_list_and_never_as_a_colleague() {
    let office = office();
    assert_eq!(office.find(" 。"), Err(PersonError::Empty));
    let told = |text: &str, lang| within(lang, || office.find(text).unwrap_err().to_string());
    let same = told("财务所 黄某", Lang::English);
    assert!(same.contains("this name: huang (财政所 黄某)") && !same.contains("liu"), "{same}");
    let both = told("水务站刘某", Lang::Chinese);
    assert!(both.contains("liu (党政办 刘某)、liu-2 (农业办 刘某)"), "{both}");
    for far in ["haung", "谢某", "财政所 谢某", "黄"] {
        let said = told(far, Lang::Chinese);
        assert!(said.contains(far) && said.contains("名单上有huang (财政所 黄某)、liu"), "{said}");
        assert!(!said.contains("是不是"), "{said}");
    }
    let several = told("刘某", Lang::English);
    assert!(several.contains("liu, liu-2"), "{several}");
}

#[test]
fn the_ledger_keeps_office_and_name_of_whom_of_the_list_a_text_means() {
    let office = office();
    assert_eq!(office.signature("huang").as_deref(), Ok("财政所 黄某"));
    for text in [" 黄某 ", "*黄某", "黄某 财政所", "财政所黄某。"] {
        assert_eq!(office.signature(text).as_deref(), Ok("财政所 黄某"), "{text}");
    }
    assert!(office.signature("谢某").is_err());
    let none = Persons::default();
    assert_eq!(none.signature(" 谢某 ").as_deref(), Ok("谢某"));
    assert_eq!(none.signature("。"), Err(PersonError::Empty));
}

#[test]
fn persons_of_a_list_are_told_apart_by_id() {
    let office = office();
    assert_eq!(office.separation("财政所 黄某", "黄某。"), Separation::Same);
    assert_eq!(office.separation("党政办 刘某", "农业办 刘某"), Separation::Apart);
    assert!(matches!(office.separation("谢某", "黄某"), Separation::Unlisted(_)));
    assert!(matches!(office.separation("黄某", "谢某"), Separation::Unlisted(_)));
}

#[test]
fn without_a_list_names_that_may_be_one_person_s_count_as_one() {
    let none = Persons::default();
    for (one, other) in [
        ("财政所 黄某", "黄某"),
        ("黄某", "黄某。"),
        ("黄 某", "黄某"),
        ("财政所 黄某", "党政办 黄某"),
        ("财政所黄某", "黄某，"),
        ("Huang", "HUANG"),
    ] {
        assert_eq!(none.separation(one, other), Separation::Same, "{one}, {other}");
    }
    for (one, other) in [("财政所 黄某", "财政所 刘某"), ("黄 某", "刘 某"), ("黄某", "。")]
    {
        assert_eq!(none.separation(one, other), Separation::Apart, "{one}, {other}");
    }
}

#[test]
fn a_person_without_a_name_and_one_listed_twice_are_problems() {
    let persons = Persons::from(vec![
        person("a", "黄某", "财政所"),
        person("A", "刘某", "党政办"),
        person("c", "黄 某", "财政所"),
        person("。", " ", ""),
    ]);
    let problems = Problems::of(|found| persons.check(found));
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        paths,
        ["person[3].id", "person[3].name", "person[3].office", "person[1].id", "person[2].name"]
    );
}

#[test]
fn an_id_of_the_record_and_what_cannot_be_seen_are_problems() {
    let persons = Persons::from(vec![
        person("@console", "黄某", "财政所"),
        person(" ＠stranger", "刘某", "党政办"),
        person("wu@office", "吴\u{202e}某", "乡长\n"),
        person("x\u{2066}", "谢某", "农业办"),
    ]);
    let problems = Problems::of(|found| persons.check(found));
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    let all =
        ["person[0].id", "person[1].id", "person[2].name", "person[2].office", "person[3].id"];
    assert_eq!(paths, all);
    assert!(problems[0].to_string().contains("begins with '@'"), "{}", problems[0]);
    let unseen = problems[2].to_string();
    assert!(unseen.contains("cannot be seen") && unseen.contains("\\u{202e}"), "{unseen}");
    assert!(!unseen.contains('\u{202e}'), "{unseen}");
}

#[test]
fn an_id_that_is_another_s_name_is_found() {
    let persons = Persons::from(vec![person("Wu", "黄某", "财政所"), person("x", "wu", "乡长")]);
    let problems = Problems::of(|found| persons.check(found));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].to_string().starts_with("person[0].id = Wu: is the name of person[1] too"),
        "{}",
        problems[0]
    );
    assert_eq!(Problems::of(|found| office().check(found)), []);
}
