//! Notes above and below a table that say something of its units.

use super::*;

#[test]
fn the_unit_of_a_note_is_found_and_an_office_is_none() {
    for (text, unit) in [
        ("说明：以上面积单位实为公顷", Some("公顷")),
        ("注：单位：公顷", Some("公顷")),
        ("注：面积单位为亩。", Some("亩")),
        ("单位：人民政府", None),
        ("填报单位：东门村", None),
    ] {
        assert_eq!(unit_of_note(text).as_deref(), unit, "{text}");
    }
}

#[test]
fn several_units_of_a_title_are_told_apart() {
    assert_eq!(units_in("（单位：亩、万元）"), ["亩", "万元"]);
    assert_eq!(units_in("单位：亩"), Vec::<String>::new());
}

#[test]
fn a_bracket_that_the_unit_does_not_open_is_none_of_it() {
    assert_eq!(unit_in("清源乡（单位：公顷）").as_deref(), Some("公顷"));
}
