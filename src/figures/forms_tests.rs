//! Tests of the list of forms.

use super::*;

#[test]
fn units_are_those_of_the_figures() {
    for form in FORMS {
        for row in form.rows {
            assert_eq!(row.unit, row.figure.spec().unit, "{} {}", form.name_zh, row.label_zh);
            assert!(row.per_form_unit >= 1.0);
            assert_eq!(row.unit == row.form_unit, row.per_form_unit == 1.0);
        }
    }
}

#[test]
fn a_name_may_be_that_of_a_sheet() {
    for form in FORMS {
        assert!(form.name_en.len() <= 31, "{}", form.name_en);
        let forbidden = ['[', ']', ':', '*', '?', '/', '\\'];
        assert!(!form.name_en.contains(forbidden), "{}", form.name_en);
    }
}

#[test]
fn each_head_has_as_many_levels_in_english() {
    let [blank, colon] = LEVELS;
    let labels = FORMS.iter().flat_map(|form| {
        let by_hand = form.by_hand.iter().map(|field| (field.label_zh, field.label_en));
        form.rows.iter().map(|row| (row.label_zh, row.label_en)).chain(by_hand)
    });
    for (zh, en) in labels {
        assert_eq!(zh.split(blank).count(), en.split(colon).count(), "{zh}");
    }
}

#[test]
fn parts_and_places_are_fields_of_the_same_form_in_the_same_unit() {
    for form in FORMS {
        let of = |figure: &FigureId| form.rows.iter().find(|row| row.figure == *figure);
        let unit = |figure| of(figure).map(|row| (row.form_unit, row.decimals));
        for row in form.rows {
            assert_eq!(form.rows.iter().filter(|r| r.figure == row.figure).count(), 1);
            for part in row.sum_of {
                assert_eq!(unit(part), Some((row.form_unit, row.decimals)), "{}", row.label_zh);
            }
        }
        for field in form.by_hand {
            assert!(of(&field.before).is_some(), "{}", field.label_zh);
            for part in field.sum_of {
                assert_eq!(unit(part), Some((field.form_unit, field.decimals)));
            }
        }
    }
}

#[test]
fn every_figure_stands_in_the_report_in_a_form_or_among_the_other_items() {
    let others: Vec<FigureId> = Form::other_items().collect();
    for figure in FigureId::ALL {
        let held = FORMS.iter().flat_map(|f| f.rows).any(|row| row.figure == *figure);
        let said = !figure.spec().passage.is_empty();
        assert_eq!(others.contains(figure), !held && !said, "{figure:?}");
    }
    assert!(others.contains(&FigureId::FundsCollective));
}
