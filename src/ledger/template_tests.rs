//! Tests of the workbook to fill in, and of what comes back.

use std::io::Read;

use super::*;
use crate::ledger::Person;
use crate::locales::within;

fn township() -> Township {
    toml::from_str(include_str!("../../config/township.toml")).unwrap()
}

fn persons() -> Persons {
    let person = |id: &str, name: &str, office: &str| Person {
        id: id.into(),
        name: name.into(),
        office: office.into(),
        role: None,
    };
    vec![person("p1", "黄某", "财政所"), person("p2", "李某", "水务站")].into()
}

/// The text of a part of the workbook.
fn part(book: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn items_units_villages_crops_and_persons_are_chosen_from_ranges_of_another_sheet() {
    let book = within(Lang::Chinese, || template(&township(), &persons())).unwrap();
    let rows = part(&book, "xl/worksheets/sheet1.xml");
    let last = EntryCode::ALL.len() + 1;
    let unit = format!("INDEX('清单'!$B$2:$B${last},MATCH($A2,'清单'!$A$2:$A${last},0))");
    for list in [format!("'清单'!$A$2:$A${last}"), unit, "'清单'!$E$2:$E$3".into()] {
        assert!(rows.contains(&format!("<formula1>{list}</formula1>")), "{list}: {rows}");
    }
    for range in ["A2:A1001", "C2:C1001", "F2:F1001", "G2:G1001", "J2:J1001", "D2:D1001"] {
        assert!(rows.contains(&format!("sqref=\"{range}\"")), "{range}: {rows}");
    }
    // Nothing but the heads: an empty row is not filled in.
    assert_eq!(rows.matches("<row ").count(), 1, "{rows}");
    let names = part(&book, "xl/workbook.xml");
    assert!(names.contains("台账") && names.contains("清单") && names.contains("说明"), "{names}");
}

#[test]
fn without_a_list_of_persons_any_name_can_be_typed() {
    let book = template(&township(), &Persons::default()).unwrap();
    assert!(!part(&book, "xl/worksheets/sheet1.xml").contains("J2:J1001\"><formula1>"));
}

#[test]
fn each_item_is_explained_in_the_language_that_is_spoken() {
    for (lang, parts) in [
        (Lang::Chinese, ["汽油", "逐笔", "要填", "数值 35.5，单位 L"]),
        (Lang::English, ["gasoline", "loss rate with relief", "always", "value 35.5, unit L"]),
    ] {
        let book = within(lang, || template(&township(), &persons())).unwrap();
        let text = part(&book, "xl/sharedStrings.xml");
        for part in parts {
            assert!(text.contains(part), "{part}");
        }
    }
}

#[test]
fn examples_are_values_that_the_ledger_takes() {
    for code in EntryCode::ALL {
        assert_eq!(refused_value(*code, example(*code)), None, "{}", code.id());
    }
}

#[test]
fn places_of_one_name_are_told_apart_by_their_ids() {
    let all = vec![("a", "东门村"), ("b", "仙坪村"), ("c", "东门村")];
    assert_eq!(names(all), ["a", "仙坪村", "c"]);
}
