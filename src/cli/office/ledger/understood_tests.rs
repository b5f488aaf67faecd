//! Tests of what an import says before it enters anything.

use jiff::civil::date;

use super::*;
use crate::account::EntryCode;
use crate::ledger::{ColumnRead, LedgerError, LeftOut};
use crate::locales::{Lang, within};

fn entry(value: f64) -> Entry {
    Entry {
        id: 0,
        code: EntryCode::Gasoline,
        value,
        from: date(2022, 8, 5),
        to: date(2022, 8, 5),
        village: None,
        crop: None,
        work: None,
        document: "加油票".into(),
        entered_by: "黄某".into(),
        entered_at: "2022-08-05T10:00:00Z".parse().unwrap(),
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
        withdrawn: false,
    }
}

fn sheet(rows: usize) -> SheetRead {
    let column = |place: &str, head: &str, meaning: Option<Text>| ColumnRead {
        place: place.into(),
        head: head.into(),
        meaning,
    };
    SheetRead {
        name: Some("8月".into()),
        layout: Laid::List,
        head: vec![2, 3],
        columns: vec![
            column("A", "项 目", Some(Text::both("项目", "code"))),
            column("B", "经办\u{1b}", None),
        ],
        gathered: vec![Text::both("第 1 行：年份 2022", "row 1: the year 2022")],
        rows: (0..rows)
            .map(|row| RowRead {
                entry: entry(row as f64 + 1.0),
                number: row + 4,
                column: None,
                read_as: vec![Text::verbatim(format!("B{}: 1 升 = 1 L", row + 4))],
            })
            .collect(),
        left_out: vec![LeftOut {
            number: 40,
            text: "合计".into(),
            why: Text::both("合计行，与各行之和相符", "a total, which is the sum of the rows"),
        }],
        problems: Vec::new(),
    }
}

fn township() -> Township {
    serde_json::from_value(serde_json::json!({"name": "测试"})).unwrap()
}

fn text(lang: Lang, rows: usize, whole: bool, with_rows: bool) -> String {
    let understanding = Understanding {
        sheets: vec![sheet(rows)],
        not_read: vec![("说明".into(), Text::both("没有台账的列", "no columns of the ledger"))],
        problems: Vec::new(),
    };
    let entries: Vec<Entry> = understanding.rows().map(|row| row.entry.clone()).collect();
    let planned: Vec<ImportOutcome> = (0..entries.len())
        .map(|row| match row {
            0 => ImportOutcome::AlreadyThere(7),
            _ => ImportOutcome::Added(row as i64),
        })
        .collect();
    let (rows, township) = (&entries, &township());
    let understood = Understood {
        understanding: &understanding,
        rows,
        planned: &planned,
        alike: &[(1, 3)],
        township,
        whole,
    };
    within(lang, || understood.text(Layout::Plain, with_rows))
}

#[test]
fn what_was_understood_is_said_in_both_languages() {
    assert_eq!(
        text(Lang::Chinese, 2, false, true),
        "工作表“8月”：一行一笔，表头在第 2、3 行\n\
         列\t表头\t含义\nA\t项 目\t项目\nB\t经办\\u{1b}\t不取\n  \
           从表的上下文字得到：\n    第 1 行：年份 2022\n  \
           与所写不同的读法：\n    B4: 1 升 = 1 L\n    B5: 1 升 = 1 L\n  \
           没有取的行：\n    第 40 行“合计”：合计行，与各行之和相符\n  \
           取 2 笔：新 1 笔，台账已有 1 笔\n\
         文件行\t结果\t项目\t数值\t单位\t日期\t村、作物、工程\t依据\t登记人\t说明\n\
         4\t已有（第 7 条）\t汽油\t1\tL\t2022-08-05\t\t加油票\t黄某\t\n\
         5\t新\t汽油\t2\tL\t2022-08-05\t\t加油票\t黄某\t\n  \
           与台账只差数值，会另记一笔；是更正就不要导入，改用 `hanqing ledger correct`：\n    第 5 行：台账第 3 条\n  \
           汽油：新 1 笔，合计 2 L\n  \
           没有读的工作表：\n    “说明”：没有台账的列\n"
    );
    let english = text(Lang::English, 2, false, false);
    assert_eq!(
        english,
        "sheet 8月: a row for each entry, heads in row 2, 3\n\
         column\thead\tmeaning\nA\t项 目\tcode\nB\t经办\\u{1b}\tleft out\n  \
           found above and below the table:\n    row 1: the year 2022\n  \
           read otherwise than written:\n    B4: 1 升 = 1 L\n    B5: 1 升 = 1 L\n  \
           rows left out:\n    row 40, 合计: a total, which is the sum of the rows\n  \
           rows taken: 2; new: 1, in the ledger already: 1\n  \
           alike to rows of the ledger but for the value, and entered beside them; for a correction use hanqing ledger correct instead:\n    \
             row 5: row 3 of the ledger\n  \
           gasoline: new rows 1, sum 2 L\n  \
           sheets not read:\n    说明: no columns of the ledger\n"
    );
}

#[test]
fn long_lists_are_cut_unless_they_are_asked_for_whole() {
    let cut = text(Lang::English, 50, false, true);
    assert_eq!(cut.matches("1 升 = 1 L").count(), 20);
    assert_eq!(cut.matches("... and 30 more; --details shows all").count(), 2, "{cut}");
    assert_eq!(cut.matches("加油票").count(), 20);
    let whole = text(Lang::English, 50, true, true);
    assert_eq!(whole.matches("1 升 = 1 L").count(), 50);
    assert_eq!(whole.matches("加油票").count(), 50);
    assert!(!whole.contains("--details"), "{whole}");
    assert!(whole.contains("gasoline: new rows 49, sum 1274 L"), "{whole}");
}

#[test]
fn what_the_ledger_refuses_is_a_problem_of_its_row() {
    let mut matrix = sheet(2);
    matrix.rows[1].column = Some("D".into());
    let understanding = Understanding { sheets: vec![matrix], ..Understanding::default() };
    let entries: Vec<Entry> = understanding.rows().map(|row| row.entry.clone()).collect();
    let planned = [ImportOutcome::Added(1), ImportOutcome::Refused(LedgerError::NoSuchRow(9))];
    let (rows, township) = (&entries, &township());
    let understood = Understood {
        understanding: &understanding,
        rows,
        planned: &planned,
        alike: &[],
        township,
        whole: false,
    };
    let said = |lang| within(lang, || understood.problems()[0].to_string());
    assert_eq!(said(Lang::Chinese), "第 5 行 D 列：台账没有第 9 条");
    assert_eq!(said(Lang::English), "row 5, column D: the ledger has no row 9");
    let two = Understanding {
        sheets: vec![sheet(0), understanding.sheets[0].clone()],
        ..Understanding::default()
    };
    let understood = Understood { understanding: &two, ..understood };
    assert_eq!(
        understood.problems()[0].to_string(),
        "8月, row 5, column D: the ledger has no row 9"
    );
}
