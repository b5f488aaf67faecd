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
fn every_figure_stands_in_a_form_or_among_the_other_items() {
    let others: Vec<FigureId> = Form::other_items().collect();
    for figure in FigureId::ALL {
        let held = FORMS.iter().flat_map(|f| f.rows).any(|row| row.figure == *figure);
        assert_eq!(others.contains(figure), !held, "{figure:?}");
    }
    for figure in [FigureId::FundsCollective, FigureId::PumpHours, FigureId::EngineHours] {
        assert!(others.contains(&figure), "{figure:?}");
    }
}

#[test]
fn a_field_counts_so_far_where_its_head_says_so_or_its_form_is_of_the_year() {
    let of = |name: &str| FORMS.iter().find(|form| form.name_zh == name).unwrap();
    let so_far = |form: &Form| -> Vec<&str> {
        let rows = form.rows.iter().filter(|row| form.counts_so_far(row));
        rows.map(|row| row.label_zh).collect()
    };
    assert_eq!(so_far(of("抗旱情况统计表")), Vec::<&str>::new());
    let relief = so_far(of("农业抗旱情况统计表"));
    assert!(relief.contains(&"累计投入抗旱资金 合计") && relief.contains(&"本季作物最大受旱面积"));
    assert!(!relief.contains(&"统计时段投入抗旱人数"));
    let yearly = of("农业旱灾和抗旱效益统计表");
    assert_eq!(so_far(yearly).len(), yearly.rows.len());
}

#[test]
fn what_a_form_has_no_field_for_is_outside_its_total() {
    for (name, figure, outside) in [
        ("农业旱情动态统计表", FigureId::AreaInDrought, Some(FigureId::DroughtModerate)),
        ("农业抗旱情况统计表", FigureId::AreaInDrought, None),
        ("抗旱情况统计表", FigureId::FundsInvested, Some(FigureId::FundsCollective)),
        ("抗旱情况统计表", FigureId::FundsCounty, None),
    ] {
        let form = FORMS.iter().find(|form| form.name_zh == name).unwrap();
        let row = form.rows.iter().find(|row| row.figure == figure).unwrap();
        assert_eq!(form.outside(row), outside, "{name}");
    }
}
