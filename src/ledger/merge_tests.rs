//! Tests of merging rows: a repeated file, an export, and an export that was changed.

use jiff::civil::date;

use super::*;
use crate::account::EntryCode;
use crate::core::Problem;
use crate::ledger::{Asked, to_csv, to_workbook, understand};
use crate::locales::{Lang, within};
use crate::water::Township;

fn slip(litres: f64) -> Entry {
    Entry {
        id: 0,
        code: EntryCode::Gasoline,
        value: litres,
        from: date(2022, 8, 5),
        to: date(2022, 8, 5),
        village: None,
        crop: None,
        work: None,
        document: format!("加油票 {litres}"),
        entered_by: "黄某".into(),
        entered_at: "2022-08-05T10:00:00.123Z".parse().unwrap(),
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
        withdrawn: false,
    }
}

fn correction(litres: f64, of: i64) -> Entry {
    Entry { reason: "看错一位".into(), supersedes: Some(of), ..slip(litres) }
}

fn township() -> Township {
    serde_json::from_value(serde_json::json!({"name": "测试"})).unwrap()
}

fn ledger(rows: &[Entry]) -> (tempfile::TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&dir.path().join("ledger.db")).unwrap();
    ledger.append(rows).unwrap();
    (dir, ledger)
}

fn said(outcomes: &[ImportOutcome]) -> Vec<String> {
    let say = |outcome: &ImportOutcome| match outcome {
        ImportOutcome::Added(id) => format!("added {id}"),
        ImportOutcome::AlreadyThere(id) => format!("there {id}"),
        ImportOutcome::Refused(error) => error.to_string(),
    };
    outcomes.iter().map(say).collect()
}

#[test]
fn importing_twice_doubles_nothing_and_a_preview_writes_nothing() {
    let (_dir, mut ledger) = ledger(&[]);
    let rows = [slip(760.0), slip(590.0)];
    assert_eq!(said(&ledger.preview(&rows).unwrap()), ["added 1", "added 2"]);
    assert_eq!(ledger.all().unwrap(), []);
    assert_eq!(said(&ledger.import(&rows).unwrap()), ["added 1", "added 2"]);
    assert_eq!(said(&ledger.import(&rows).unwrap()), ["there 1", "there 2"]);
    // Corrected there and back: the last row is not a duplicate of the first, and the file is still recognised.
    let back = [correction(670.0, 1), correction(760.0, 3)];
    assert_eq!(said(&ledger.import(&back).unwrap()), ["added 3", "added 4"]);
    assert_eq!(said(&ledger.import(&back).unwrap()), ["there 3", "there 4"]);
}

#[test]
fn two_equal_slips_of_a_file_are_two_rows_and_each_stands_for_one_of_the_ledger() {
    let (_dir, mut ledger) = ledger(&[slip(590.0)]);
    let rows = [slip(590.0), slip(760.0), slip(590.0)];
    assert_eq!(said(&ledger.import(&rows).unwrap()), ["there 1", "added 2", "added 3"]);
    assert_eq!(said(&ledger.preview(&rows).unwrap()), ["there 1", "there 2", "there 3"]);
    assert_eq!(said(&ledger.import(&rows).unwrap()), ["there 1", "there 2", "there 3"]);
    assert_eq!(ledger.all().unwrap().len(), 3);
    // An export has each of them with its own id, in any order.
    let mut exported = ledger.all().unwrap();
    exported.reverse();
    assert_eq!(said(&ledger.import(&exported).unwrap()), ["there 3", "there 2", "there 1"]);
    // Zero is zero, with a sign or without.
    assert_eq!(said(&ledger.import(&[slip(0.0)]).unwrap()), ["added 4"]);
    let unsigned = Entry { value: -0.0, ..slip(0.0) };
    assert_eq!(said(&ledger.import(&[unsigned]).unwrap()), ["there 4"]);
    // A workbook keeps 15 digits of a number.
    let noisy = Entry { value: 0.1 + 0.2, ..slip(0.3) };
    assert_eq!(said(&ledger.import(&[noisy]).unwrap()), ["added 5"]);
    assert_eq!(said(&ledger.import(&[slip(0.3)]).unwrap()), ["there 5"]);
}

#[test]
fn a_row_that_the_ledger_refuses_keeps_all_of_the_file_out() {
    let (_dir, mut ledger) = ledger(&[slip(760.0), correction(670.0, 1)]);
    let money = Entry { code: EntryCode::FundsRaised, ..correction(1.0, 2) };
    let rows = [correction(1.0, 9), correction(2.0, 1), money, slip(3.0)];
    let planned = ledger.preview(&rows).unwrap();
    assert_eq!(
        within(Lang::Chinese, || said(&planned)),
        [
            "台账没有第 9 条",
            "第 1 条已被第 2 条更正：请更正第 2 条",
            "第 2 条的项目是“汽油（`gasoline`）”；更正不能把项目改成“群众自筹（`funds_raised`）”",
            "added 3",
        ]
    );
    assert_eq!(
        said(&ledger.import(&rows).unwrap()),
        [
            "the ledger has no row 9",
            "row 1 is already superseded by row 2: supersede row 2 instead",
            "row 2 has the code gasoline; a correction cannot change it to funds_raised",
            "added 3",
        ]
    );
    assert_eq!(ledger.all().unwrap().len(), 2, "nothing is half imported");
    // Within a file, too, a row is superseded once.
    let twice = [correction(1.0, 2), correction(2.0, 2)];
    let said = said(&ledger.import(&twice).unwrap());
    assert_eq!(said, ["added 3", "row 2 is already superseded by row 3: supersede row 3 instead"]);
    assert_eq!(ledger.all().unwrap().len(), 2);
}

#[test]
fn an_export_makes_the_same_ledger_elsewhere_and_changes_nothing_here() {
    let old = Entry {
        from: date(2021, 8, 5),
        entered_at: "2021-11-07T01:30:00Z".parse().unwrap(),
        ..slip(7.25)
    };
    let (_dir, mut here) = ledger(&[slip(760.0), correction(670.0, 1), old, correction(0.3, 2)]);
    let rows = here.all().unwrap();
    let current = here.rows_in_force(false).unwrap().with_pending();
    let now = "2023-01-01T00:00:00Z".parse().unwrap();
    for whole in [true, false] {
        let out = if whole { &rows } else { &current };
        let book = to_workbook(out, &rows, &township()).unwrap();
        let csv = to_csv(out, &rows).unwrap().into_bytes();
        for file in [book, csv] {
            let read = understand(&file, &Asked::default(), &township(), now);
            assert_eq!(read.all_problems().collect::<Vec<_>>(), Vec::<&Problem>::new());
            let read: Vec<Entry> = read.rows().map(|row| row.entry.clone()).collect();
            assert_eq!(&read, out);
            let placed = here.import(&read).unwrap();
            assert!(
                placed.iter().all(|p| matches!(p, ImportOutcome::AlreadyThere(_))),
                "{placed:?}"
            );

            let (_elsewhere, mut other) = ledger(&[]);
            let placed = other.import(&read).unwrap();
            if whole {
                assert_eq!(other.all().unwrap(), rows);
            } else {
                assert_eq!(
                    said(&placed),
                    ["added 1", "it corrects row 2, which is not in the file: export with --all"]
                );
                assert_eq!(other.all().unwrap(), []);
            }
        }
    }
}

#[test]
fn exported_rows_keep_their_corrections_in_any_order_and_among_other_rows() {
    let numbered = |id, row: Entry| Entry { id, ..row };
    let (_dir, mut ledger) = ledger(&[]);
    let file = [
        numbered(9, correction(3.0, 7)),
        slip(5.0),
        numbered(7, correction(2.0, 4)),
        numbered(4, slip(1.0)),
    ];
    assert_eq!(said(&ledger.import(&file).unwrap()), ["added 3", "added 4", "added 2", "added 1"]);
    let corrects: Vec<_> = ledger.all().unwrap().iter().map(|e| e.supersedes).collect();
    assert_eq!(corrects, [None, Some(1), Some(2), None]);
}

#[test]
fn an_exported_row_that_was_changed_is_not_a_new_row() {
    let (_dir, mut ledger) = ledger(&[slip(760.0), slip(590.0)]);
    let mut rows = ledger.all().unwrap();
    rows[0].value = 670.0;
    let copied = Entry { value: 1.0, ..rows[1].clone() };
    rows.push(copied);
    // The same line twice is one row: it has the id.
    rows.push(rows[1].clone());
    let said = said(&ledger.import(&rows).unwrap());
    assert_eq!(said[3], "there 2");
    assert!(said[0].starts_with("row 1 of the ledger differs"), "{said:?}");
    assert_eq!(said[1], "there 2");
    assert!(said[2].starts_with("row 2 of the ledger differs"), "{said:?}");
    assert_eq!(ledger.all().unwrap().len(), 2);
}

#[test]
fn rows_of_before_controls_were_refused_come_out_visible_and_are_known_again() {
    let old = Entry { document: "票\u{1b}[2J 第1联\n第2联".into(), ..slip(760.0) };
    let (_dir, mut ledger) = ledger(&[old]);
    let rows = ledger.all().unwrap();
    let csv = to_csv(&rows, &rows).unwrap();
    assert!(csv.contains(r"票\u{1b}[2J 第1联 第2联"), "{csv}");
    let shown = Entry { document: r"票\u{1b}[2J 第1联 第2联".into(), ..rows[0].clone() };
    assert_eq!(said(&ledger.import(&[shown]).unwrap()), ["there 1"]);
}

#[test]
fn what_a_spreadsheet_would_run_leaves_behind_a_mark_and_the_file_has_a_byte_order_mark() {
    let texts = ["=1+1", "+1", "-2", "@SUM(1)", "加油票=1"];
    let rows = texts.map(|document| Entry { id: 1, document: document.into(), ..slip(760.0) });
    let csv = to_csv(&rows, &rows).unwrap();
    assert!(csv.starts_with("\u{feff}code,value,"), "{csv}");
    for text in ["'=1+1", "'+1", "'-2", "'@SUM(1)", ",加油票=1"] {
        assert!(csv.contains(&format!("{text},黄某")), "{text}: {csv}");
    }
}

#[test]
fn ten_thousand_slips_of_one_day_and_one_paper_take_no_time() {
    let rows: Vec<Entry> = (0..10_000)
        .map(|number| Entry { document: "加油票".into(), ..slip(f64::from(number)) })
        .collect();
    let (_dir, mut ledger) = ledger(&[]);
    let clock = crate::support::Stopwatch::start();
    for _ in 0..2 {
        let outcomes = ledger.import(&rows).unwrap();
        assert_eq!(outcomes.len(), rows.len());
    }
    // A program that compared each with each would take minutes here, without optimisation.
    assert!(clock.elapsed() < std::time::Duration::from_secs(10), "{:?}", clock.elapsed());
}

#[test]
fn a_corrected_file_is_refused_beside_the_rows_that_it_corrects() {
    let (_dir, mut ledger) = ledger(&[]);
    let paper = |litres| Entry { document: "加油票".into(), ..slip(litres) };
    assert_eq!(
        said(&ledger.import(&[paper(760.0), paper(590.0)]).unwrap()),
        ["added 1", "added 2"]
    );
    let corrected = [paper(670.0), paper(590.0)];
    let refused = said(&ledger.import(&corrected).unwrap());
    assert!(refused[0].contains("hanqing ledger correct 1 --value 670"), "{refused:?}");
    assert_eq!(ledger.all().unwrap().len(), 2);
    // Once the ledger is corrected as well, the file has nothing new.
    let correction = Entry { document: "加油票".into(), ..correction(670.0, 1) };
    ledger.append(&[Entry { entered_by: "吴某".into(), ..correction }]).unwrap();
    assert_eq!(said(&ledger.import(&corrected).unwrap()), ["there 3", "there 2"]);
    assert_eq!(
        said(&ledger.import(&[paper(760.0), paper(590.0)]).unwrap()),
        ["there 1", "there 2"]
    );
}

#[test]
fn a_further_slip_of_the_same_day_and_paper_is_added() {
    let (_dir, mut ledger) = ledger(&[]);
    let paper = |litres| Entry { document: "加油票".into(), ..slip(litres) };
    ledger.import(&[paper(760.0)]).unwrap();
    assert_eq!(said(&ledger.preview(&[paper(590.0)]).unwrap()), ["added 2"]);
    assert_eq!(ledger.alike(&[slip(1.0), paper(590.0)]).unwrap(), [(1, 1)], "it is named");
    let more = [paper(760.0), paper(590.0)];
    assert_eq!(ledger.alike(&more).unwrap(), []);
    assert_eq!(said(&ledger.preview(&more).unwrap()), ["there 1", "added 2"]);
    // Of a survey, one of the two would not count.
    let area = |mu| Entry { code: EntryCode::AreaAffected, ..paper(mu) };
    ledger.import(&[area(30.0)]).unwrap();
    let refused = said(&ledger.preview(&[area(40.0)]).unwrap());
    assert!(refused[0].contains("differs from row 2"), "{refused:?}");
    let later = Entry { from: date(2022, 8, 15), to: date(2022, 8, 15), ..area(40.0) };
    assert_eq!(said(&ledger.preview(&[later]).unwrap()), ["added 3"]);
}

#[test]
fn an_export_keeps_the_mark_of_a_withdrawal_and_an_offices_own_is_asked_about() {
    let taken = Entry { withdrawn: true, reason: "登重了".into(), ..correction(760.0, 1) };
    let (_dir, mut here) = ledger(&[slip(760.0), slip(590.0), taken]);
    let rows = here.all().unwrap();
    let now = "2023-01-01T00:00:00Z".parse().unwrap();
    let read = |file: &[u8]| understand(file, &Asked::default(), &township(), now);
    let book = to_workbook(&rows, &rows, &township()).unwrap();
    let csv = to_csv(&rows, &rows).unwrap();
    for file in [book.as_slice(), csv.as_bytes()] {
        let read = read(file);
        assert_eq!(read.all_problems().collect::<Vec<_>>(), Vec::<&Problem>::new());
        let read: Vec<Entry> = read.rows().map(|row| row.entry.clone()).collect();
        assert_eq!(read, rows);
        assert!(
            here.import(&read).unwrap().iter().all(|o| matches!(o, ImportOutcome::AlreadyThere(_)))
        );
        let (_elsewhere, mut other) = ledger(&[]);
        other.import(&read).unwrap();
        assert_eq!(other.all().unwrap(), rows);
    }
    for (mark, place) in [("maybe", "withdrawn"), ("yes", "withdrawn")] {
        let alone = csv.lines().nth(1).unwrap().trim_end_matches(',').to_owned();
        let file = format!("{}\n{alone},{mark}\n", csv.lines().next().unwrap());
        let read = read(file.as_bytes());
        let problems: Vec<String> = read.all_problems().map(ToString::to_string).collect();
        assert!(problems.iter().any(|problem| problem.contains(place)), "{mark}: {problems:?}");
    }
    let own = "项目,数量,单位,日期,依据,登记人,作废\n汽油,5,升,2022-08-05,票 1,黄某,是\n";
    let problems = read(own.as_bytes());
    assert!(problems.all_problems().next().is_some(), "a column 作废 is no column of the ledger");
}
