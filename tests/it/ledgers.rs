//! Files as clerks keep their ledgers: each comes out as exactly the rows that it means, or as nothing, with the place
//! and the way out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use serde::Deserialize;

use crate::context::{Context, hanqing, outcome, repository};

/// Values that differ by less, relative to their size, are the same: conversions round.
const SAME: f64 = 1e-6;

/// A row of the ledger. What is `None` is not compared.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    code: String,
    value: f64,
    from: String,
    to: String,
    village: String,
    crop: String,
    document: Option<String>,
    entered_by: Option<String>,
}

/// What the clerk says on the command line, and the rows that then are entered.
#[derive(Debug, Deserialize)]
struct Answer {
    options: Vec<String>,
    rows: Vec<Row>,
}

/// A file and what has to come of it, as tests/ledgers/kit.py tells.
#[derive(Debug, Deserialize)]
struct Kind {
    file: String,
    outcome: String,
    rows: Option<Vec<Row>>,
    /// Options of each run.
    always: Vec<String>,
    /// Words that the run has to say where rows are taken.
    #[serde(default)]
    says: Vec<String>,
    /// Each has to be in the message; of one with bars, one part.
    #[serde(default)]
    places: Vec<String>,
    #[serde(default)]
    ways: Vec<String>,
    #[serde(default)]
    answers: Vec<Answer>,
}

/// What a run came to.
struct Run {
    code: Option<i32>,
    said: String,
    entered: Vec<Row>,
}

fn python() -> Command {
    let python = std::env::var("HANQING_TEST_PYTHON").expect("HANQING_TEST_PYTHON: run tests/run");
    Command::new(python)
}

/// Runs tests/ledgers/make.py.
fn make(arguments: &[&str]) {
    let made = python()
        .arg("-B")
        .arg(repository("tests/ledgers/make.py"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// All files, made once for the tests of this process that need them.
fn files() -> Arc<tempfile::TempDir> {
    static FILES: OnceLock<Mutex<std::sync::Weak<tempfile::TempDir>>> = OnceLock::new();
    let mut files = FILES.get_or_init(Mutex::default).lock().unwrap();
    if let Some(made) = files.upgrade() {
        return made;
    }
    let made = Arc::new(tempfile::tempdir().unwrap());
    make(&[made.path().to_str().unwrap()]);
    *files = Arc::downgrade(&made);
    made
}

/// Imports `file` into a ledger of its own.
fn import(file: &Path, options: &[&[String]]) -> Run {
    let context = Context::new();
    context.hub_config();
    import_into(&context, file, options)
}

fn import_into(context: &Context, file: &Path, options: &[&[String]]) -> Run {
    let mut command = hanqing();
    command.args(["ledger", "import", "-c"]).arg(context.path("hub.toml")).arg("--yes");
    let (code, printed, told) = outcome(command.args(options.concat()).arg(file));
    Run { code, said: printed + &told, entered: entered(context) }
}

/// The ledger's rows.
fn entered(context: &Context) -> Vec<Row> {
    if !context.path("ledger.db").exists() {
        return Vec::new();
    }
    let out = context.path("entered.csv");
    let _ = std::fs::remove_file(&out);
    let mut command = hanqing();
    command.args(["ledger", "export", "-c"]).arg(context.path("hub.toml")).arg("--out").arg(&out);
    let (code, printed, told) = outcome(&mut command);
    assert_eq!(code, Some(0), "{printed}{told}");
    let text = std::fs::read_to_string(&out).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a mark before the CSV, for Excel");
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

/// Whether a text of the ledger is the `expected` one. An exported file has a mark before text that a spreadsheet would
/// run.
fn same_text(expected: Option<&String>, got: Option<&String>) -> bool {
    let Some(expected) = expected else { return true };
    got.is_some_and(|got| got == expected || got.strip_prefix('\'') == Some(expected))
}

fn same(expected: &Row, got: &Row) -> bool {
    let key =
        |row: &Row| [&row.code, &row.from, &row.to, &row.village, &row.crop].map(String::clone);
    let near = (expected.value - got.value).abs() <= SAME * expected.value.abs().max(1.0);
    near && key(expected) == key(got)
        && same_text(expected.document.as_ref(), got.document.as_ref())
        && same_text(expected.entered_by.as_ref(), got.entered_by.as_ref())
}

/// Whether `got` are the `expected` rows, in any order.
fn all_same(expected: &[Row], got: &[Row]) -> bool {
    let mut left: Vec<&Row> = got.iter().collect();
    let found = expected.iter().all(|row| {
        let at = left.iter().position(|other| same(row, other));
        at.map(|at| left.swap_remove(at)).is_some()
    });
    found && left.is_empty()
}

/// What `text` lacks of `parts`.
fn lacking<'a>(parts: impl IntoIterator<Item = &'a String>, text: &str) -> Vec<&'a String> {
    parts.into_iter().filter(|part| !part.split('|').any(|one| text.contains(one))).collect()
}

/// Rows as a deviation shows them.
fn shown(rows: &[Row]) -> String {
    let row = |row: &Row| {
        let Row { code, value, from, to, village, crop, .. } = row;
        let more = format!("{:?} {:?}", row.document, row.entered_by);
        format!("\n      {code} {value} {from}..{to} {village} {crop} {more}")
    };
    rows.iter().map(row).collect()
}

/// The beginning of what a run said.
fn beginning(said: &str) -> String {
    said.lines().rev().take(30).collect::<Vec<_>>().into_iter().rev().fold(
        String::new(),
        |text, line| {
            let line: String = line.chars().take(300).collect();
            text + "\n      | " + &line
        },
    )
}

/// What is wrong with a run that had to be taken as `rows`.
fn taken(run: &Run, rows: &[Row], says: &[String]) -> Option<String> {
    let wanting = lacking(says, &run.said);
    if run.code == Some(0) && all_same(rows, &run.entered) && wanting.is_empty() {
        return None;
    }
    Some(format!(
        "expected{}\n    got (exit {:?}, not said: {wanting:?}){}{}",
        shown(rows),
        run.code,
        shown(&run.entered),
        beginning(&run.said)
    ))
}

/// What is wrong with a run that had to be refused.
fn refused(run: &Run, parts: &[String]) -> Option<String> {
    let wanting = lacking(parts, &run.said);
    if run.code == Some(1) && run.entered.is_empty() && wanting.is_empty() {
        return None;
    }
    Some(format!(
        "expected a refusal\n    got (exit {:?}, not said: {wanting:?}){}{}",
        run.code,
        shown(&run.entered),
        beginning(&run.said)
    ))
}

/// What deviates from what has to come of a file.
fn deviations(kind: &Kind, files: &Path) -> Vec<String> {
    let file: PathBuf = files.join(&kind.file);
    let first = import(&file, &[&kind.always]);
    let parts = [kind.places.clone(), kind.ways.clone()].concat();
    let may_take = kind.rows.as_ref().is_some_and(|rows| taken(&first, rows, &kind.says).is_none());
    let mut found = Vec::new();
    found.extend(match kind.outcome.as_str() {
        "taken" => taken(&first, kind.rows.as_ref().unwrap(), &kind.says),
        "either" | "asked" if may_take => None,
        "either" => refused(&first, &[]).map(|wrong| match &kind.rows {
            Some(rows) => format!("may be taken as{}\n    {wrong}", shown(rows)),
            None => wrong,
        }),
        "asked" | "refused" => refused(&first, &parts),
        other => panic!("no outcome {other}"),
    });
    for answer in &kind.answers {
        let run = import(&file, &[&kind.always, &answer.options]);
        let wrong = taken(&run, &answer.rows, &[]);
        found.extend(wrong.map(|wrong| format!("with {:?}: {wrong}", answer.options)));
    }
    found
}

#[test]
fn every_kind_of_file_comes_out_right_or_is_refused_with_place_and_way_out() {
    let files = files();
    let told = std::fs::read_to_string(files.path().join("expected.json")).unwrap();
    let kinds: Vec<Kind> = serde_json::from_str(&told).unwrap();
    let only = std::env::var("HANQING_LEDGER_FILES").unwrap_or_default();
    let kinds: Vec<Kind> = kinds.into_iter().filter(|kind| kind.file.contains(&only)).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while let Some(kind) = kinds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = deviations(kind, files.path());
                    println!(
                        "{:10} {:8} {}",
                        if found.is_empty() { "as told" } else { "DEVIATES" },
                        kind.outcome,
                        kind.file
                    );
                    let mut wrong = wrong.lock().unwrap();
                    wrong.extend(found.into_iter().map(|what| format!("{}: {what}", kind.file)));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "{} deviations of {} files:\n\n{}",
        wrong.len(),
        kinds.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn the_documentation_has_the_table_of_these_kinds() {
    let files = files();
    let made = std::fs::read_to_string(files.path().join("ledger-files.md")).unwrap();
    let kept = repository("docs/ledger-files.md");
    if std::env::var_os("HANQING_BLESS").is_some() {
        std::fs::write(&kept, &made).unwrap();
    }
    let kept = std::fs::read_to_string(kept).unwrap();
    assert!(kept == made, "docs/ledger-files.md is not of these kinds: HANQING_BLESS=1 writes it");
}

#[test]
fn ten_thousand_and_a_hundred_thousand_rows_are_taken_and_nothing_twice() {
    for count in [10_000, 100_000] {
        let context = Context::new();
        context.hub_config();
        let folder = context.path("");
        make(&[folder.to_str().unwrap(), "--rows", &count.to_string()]);
        let file = context.path(&format!("rows-{count}.xlsx"));
        for _ in 0..2 {
            let run = import_into(&context, &file, &[]);
            assert_eq!(run.code, Some(0), "{}", beginning(&run.said));
            assert_eq!(run.entered.len(), count);
        }
        let sum: f64 = entered(&context).iter().map(|row| row.value).sum();
        let expected: f64 = (0..count).map(|number| f64::from(number as u32 % 97 + 1)).sum();
        assert!((sum - expected).abs() < 1e-6, "{sum} {expected}");
    }
}

#[test]
fn a_filled_template_is_taken_without_a_question() {
    let context = Context::new();
    context.hub_config();
    let template = context.path("template.xlsx");
    let mut command = hanqing();
    command.args(["ledger", "template", "-c"]).arg(context.path("hub.toml"));
    let (code, printed, told) = outcome(command.arg("--out").arg(&template));
    assert_eq!(code, Some(0), "{printed}{told}");
    make(&[template.to_str().unwrap(), "--fill", "4"]);
    let run = import_into(&context, &template, &[]);
    assert_eq!(run.code, Some(0), "{}", beginning(&run.said));
    assert_eq!(run.entered.len(), 4, "{}", shown(&run.entered));
    for (number, row) in (0_u32..).zip(&run.entered) {
        let expected = Row {
            code: "gasoline".into(),
            value: f64::from(number + 1),
            from: "2022-09-05".into(),
            to: "2022-09-05".into(),
            village: "xianping".into(),
            crop: String::new(),
            document: Some(format!("油票 {number:03}")),
            entered_by: Some("陈某".into()),
        };
        assert!(same(&expected, row), "{row:?}");
    }
}

#[test]
fn an_exported_ledger_with_one_more_row_brings_that_row() {
    let context = Context::new();
    context.hub_config();
    let example = import_into(&context, &repository("config/examples/2022/ledger.csv"), &[]);
    assert_eq!(example.code, Some(0), "{}", beginning(&example.said));
    let book = context.path("ledger.xlsx");
    let mut command = hanqing();
    command.args(["ledger", "export", "--all", "-c"]).arg(context.path("hub.toml"));
    let (code, printed, told) = outcome(command.arg("--out").arg(&book));
    assert_eq!(code, Some(0), "{printed}{told}");
    make(&[book.to_str().unwrap(), "--edit"]);
    let run = import_into(&context, &book, &[]);
    assert_eq!(run.code, Some(0), "{}", beginning(&run.said));
    assert_eq!(run.entered.len(), example.entered.len() + 1);
    assert_eq!(run.entered.last().unwrap().document.as_deref(), Some("补登 1"));
}
