//! Lines between the rows of a table.

use super::super::test_kit::{of, of_sheets, problems, rows, sheet};
use super::super::understanding::Asked;

const OIL: &str = "项目|数值|单位|日期|依据|登记人";

fn said(meanings: &[(&str, &str)]) -> Asked {
    let meanings = meanings.iter().map(|(word, said)| ((*word).into(), (*said).into())).collect();
    Asked { meanings, ..Asked::default() }
}

#[test]
fn a_village_alone_holds_for_the_rows_below_it() {
    let read = of(&format!(
        "{OIL}\n东门村\n汽油|100|升|2022-9-1|票1|黄某\n仙坪村：\n汽油|200|升|2022-9-1|票2|黄某"
    ));
    assert_eq!(problems(&read), Vec::<String>::new());
    assert_eq!(
        rows(&read),
        [
            "3 gasoline 100 dongmen - 2022-09-01 2022-09-01 票1 黄某",
            "5 gasoline 200 xianping - 2022-09-01 2022-09-01 票2 黄某",
        ]
    );
}

#[test]
fn what_was_done_on_a_day_to_come_is_refused_at_its_cell_and_money_granted_ahead_is_not() {
    let text = format!(
        "{OIL}\n汽油|100|升|2022-12-20|票1|黄某\n省级财政拨款|5000|元|2023-1-10|通知2|黄某\n汽油|50|升|2022-12-1|票3|黄某"
    );
    let refused = problems(&of(&text));
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].contains("D2") && refused[0].contains("2022-12-01"), "{refused:?}");
}

#[test]
fn leaving_a_line_out_leaves_out_the_rows_below_it() {
    let text = "2022年9月10日 填报人：黄某|\n村|受灾面积（亩）\n东门村|100\n去年同期\n仙坪村|80";
    let read = of_sheets(vec![sheet("台账", text)], &said(&[("去年同期", "-")]));
    assert_eq!(problems(&read), Vec::<String>::new());
    assert_eq!(read.rows().count(), 1);
    let read = of_sheets(vec![sheet("台账", text)], &said(&[("去年同期", "备注")]));
    assert_eq!(read.rows().count(), 2);
}

#[test]
fn a_line_that_is_not_understood_is_asked() {
    for line in ["去年同期", "以下为2021年数据", "作废", "以下为柴油", "（以下为计划数）"]
    {
        let text = format!(
            "2022年9月10日 填报人：黄某|\n村|受灾面积（亩）\n东门村|100\n{line}\n仙坪村|80"
        );
        let asked = problems(&of(&text));
        assert_eq!(asked.len(), 1, "{line}: {asked:?}");
        assert!(asked[0].contains("A4"), "{asked:?}");
    }
}

#[test]
fn an_inner_line_has_to_be_repeated_below_an_outer_one() {
    let read = of(&format!(
        "{OIL}\n东门村\n单位：升\n汽油|100|升|2022-9-1|票1|黄某\n仙坪村\n汽油|200|升|2022-9-1|票2|黄某"
    ));
    assert!(!problems(&read).is_empty());
}

#[test]
fn days_of_another_year_than_the_title_are_asked() {
    let text = "清源乡2021年用油台账\n项目|数值|单位|日期|村|依据|登记人\n汽油|100|升|2022-8-15|东门村|票1|黄某";
    let asked = problems(&of(text));
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("D3"), "{asked:?}");
    let year = Asked { year: Some(2022), ..Asked::default() };
    assert_eq!(problems(&of_sheets(vec![sheet("台账", text)], &year)), Vec::<String>::new());
}
