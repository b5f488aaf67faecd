//! The workbook to fill in: filled by another program, saved by a third, and read again without a question.

use std::process::Command;

use super::{convert, office, run, run_zh};
use crate::context::{Context, repository};

#[test]
fn a_template_that_is_filled_in_is_imported_without_a_question() {
    let context = Context::new();
    context.hub_config();
    let [empty, filled] = ["empty.xlsx", "filled.xlsx"].map(|name| context.path(name));
    let out = ["--out", empty.to_str().unwrap()];
    let (code, printed, told) = run_zh(&context, &["ledger", "template"], &out);
    assert_eq!(code, Some(0), "{printed}{told}");
    let (code, _, told) = run(&context, &["ledger", "template"], &out);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("exists already") && told.contains("--force"), "{told}");

    let python = std::env::var("HANQING_TEST_PYTHON").expect("HANQING_TEST_PYTHON: run tests/run");
    let mut script = Command::new(python);
    let done = script.arg(repository("tests/fill_template.py")).args([&empty, &filled]).output();
    let done = done.unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // As openpyxl writes it, and as LibreOffice does, which keeps the lists.
    let saved = convert(&context, &filled, "xlsx");
    for (file, entered) in
        [(&filled, "4 rows entered, 0 already there"), (&saved, "0 rows entered, 4 already there")]
    {
        let (code, printed, told) =
            run(&context, &["ledger", "import", "--yes"], &[file.to_str().unwrap()]);
        assert_eq!((code, told.as_str()), (Some(0), ""), "{printed}");
        assert!(printed.contains(entered), "{printed}");
    }
    let (_, listed, _) = run(&context, &["ledger", "list"], &[]);
    for row in [
        "gasoline\t760\tL\t2022-08-26\t东门村\t加油票 00123\t财政所 黄某",
        "money from the province\t105000\tyuan\t2022-08-26\t\t",
        "area affected\t30.5\tmu\t2022-08-26\t东门村 水稻\t",
        "drinking-water work built\t1\tworks\t2022-08-26\t东门村 上坑水源点\t",
    ] {
        assert!(listed.contains(row), "{row}: {listed}");
    }
}

#[test]
fn an_export_is_replaced_only_where_that_is_asked_for() {
    let context = office();
    let out = context.path("ledger.csv");
    for (rest, done) in [(&[][..], 0), (&[], 1), (&["--force"], 0)] {
        let rest = [&["--out", out.to_str().unwrap()], rest].concat();
        let (code, printed, told) = run(&context, &["ledger", "export"], &rest);
        assert_eq!(code, Some(done), "{printed}{told}");
    }
}
