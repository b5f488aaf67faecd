//! Issued reports: numbered, frozen with a digest, and compared with the figures of today.
//!
//! Each has its own directory with its documents, so that it can be printed again byte for byte.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::filters::{DASH, number};
use super::origin::origin;
use super::{Documents, ReportError};
use crate::core::Period;
use crate::figures::{FigureId, Statement};
use crate::locales::{Text, issued as words};
use crate::support::{files, hex};
use crate::water::Township;

/// The record of an issued report.
const RECORD: &str = "issue.json";
/// The document that a comparison reads.
const FIGURES: &str = "figures.json";
/// Most reports of one year: numbers have three digits.
const NUMBER_MAX: u32 = 999;

/// A document of an issued report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedFile {
    pub name: String,
    /// In hexadecimal.
    pub sha256: String,
}

/// An issued report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Year of the period and a count: 2022-001.
    pub number: String,
    pub period: Period,
    pub issued_at: Timestamp,
    pub issued_by: String,
    pub code_version: String,
    pub files: Vec<IssuedFile>,
    /// SHA-256 over number, period, time, person and the digests of the documents: what a signature can confirm.
    pub digest: String,
}

/// The reports that were issued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archive {
    /// By number.
    pub issues: Vec<Issue>,
    /// Numbers of those whose record is missing, cannot be read, or is that of another.
    pub unreadable: Vec<String>,
}

/// An issued report with its documents, each with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    pub issue: Issue,
    pub documents: Vec<(String, Vec<u8>)>,
}

/// A figure that differs from the issued one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub figure: String,
    pub name: Text,
    /// Value and wording as issued.
    pub issued: Text,
    /// Value and wording now.
    pub now: Text,
    pub inputs: Vec<ChangedInput>,
}

/// An input that differs from that of an issued figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangedInput {
    /// Where it comes from, in words.
    pub from: Text,
    /// Its value as issued; a dash where it has none.
    pub issued: Text,
    /// Its value now; a dash where it has none.
    pub now: Text,
}

/// Why an issued report cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    #[error("{}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{}", words::issue_unknown(number, dir))]
    Unknown { number: String, dir: PathBuf },
    #[error("{}", words::issue_altered(path))]
    Altered { path: PathBuf },
    #[error("{}", words::issue_unparsable(path))]
    Record { path: PathBuf, source: serde_json::Error },
    #[error("{}", words::issue_full(*year, NUMBER_MAX))]
    Full { year: i16 },
    #[error(transparent)]
    Report(#[from] ReportError),
}

fn file(path: &Path) -> impl FnOnce(io::Error) -> IssueError {
    let path = path.to_owned();
    move |source| IssueError::File { path, source }
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

fn digest_of(issue: &Issue) -> String {
    let Period { from, to } = issue.period;
    let (number, at, by) = (&issue.number, issue.issued_at, &issue.issued_by);
    let mut text = format!("{number}\n{from}\n{to}\n{at}\n{by}\n");
    for file in &issue.files {
        text.push_str(&format!("{}  {}\n", file.sha256, file.name));
    }
    sha256(text.as_bytes())
}

/// Freezes `documents` under the next number of the year in `dir`. If it fails, nothing is issued; of two at once the
/// second waits, and gets the next number.
pub fn issue(
    dir: &Path,
    documents: &Documents,
    statement: &Statement,
    issued_by: &str,
    issued_at: Timestamp,
) -> Result<Issue, IssueError> {
    files::create_dir_all(dir).map_err(file(dir))?;
    let turn = fs::File::open(dir).map_err(file(dir))?;
    turn.lock().map_err(file(dir))?;
    let year = statement.period.from.year();
    let taken = |number: &u32| dir.join(format!("{year}-{number:03}")).exists();
    let count = (1..=NUMBER_MAX).find(|n| !taken(n)).ok_or(IssueError::Full { year })?;
    let number = format!("{year}-{count:03}");
    let digests = documents
        .files()
        .map(|(name, bytes)| IssuedFile { name: name.into(), sha256: sha256(bytes) });
    let mut issue = Issue {
        number: number.clone(),
        period: statement.period,
        issued_at,
        issued_by: issued_by.into(),
        code_version: env!("CARGO_PKG_VERSION").into(),
        files: digests.into(),
        digest: String::new(),
    };
    issue.digest = digest_of(&issue);
    let part = dir.join(format!(".{number}.part"));
    if part.exists() {
        fs::remove_dir_all(&part).map_err(file(&part))?;
    }
    super::write(documents, &part)?;
    let path = part.join(RECORD);
    let unwritable = |source| IssueError::Record { path: path.clone(), source };
    let record = serde_json::to_string_pretty(&issue).map_err(unwritable)?;
    files::replace(&path, (record + "\n").as_bytes()).map_err(file(&path))?;
    for entry in fs::read_dir(&part).map_err(file(&part))? {
        let path = entry.map_err(file(&part))?.path();
        let mut rights = fs::metadata(&path).map_err(file(&path))?.permissions();
        rights.set_readonly(true);
        fs::set_permissions(&path, rights).map_err(file(&path))?;
    }
    let place = dir.join(&number);
    files::rename(&part, &place).map_err(file(&place))?;
    drop(turn);
    Ok(issue)
}

/// The reports issued in `dir`. One whose record is spoilt keeps nobody from the others.
pub fn issued(dir: &Path) -> Result<Archive, IssueError> {
    let mut archive = Archive::default();
    if !dir.exists() {
        return Ok(archive);
    }
    for entry in fs::read_dir(dir).map_err(file(dir))? {
        let entry = entry.map_err(file(dir))?;
        // What bears no number, such as a directory with a leading dot, was never finished.
        let Ok(number) = entry.file_name().into_string() else { continue };
        if !is_number(&number) {
            continue;
        }
        match record(&entry.path().join(RECORD)) {
            Ok(issue) if issue.number == number => archive.issues.push(issue),
            Ok(_) | Err(_) => archive.unreadable.push(number),
        }
    }
    archive.issues.sort_by(|a: &Issue, b| a.number.cmp(&b.number));
    archive.unreadable.sort();
    Ok(archive)
}

/// Whether that is a number of a report: 2022-001.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    text.split_once('-').is_some_and(|(year, count)| {
        year.len() == 4 && count.len() == 3 && digits(year) && digits(count)
    })
}

fn record(path: &Path) -> Result<Issue, IssueError> {
    let text = fs::read_to_string(path).map_err(file(path))?;
    serde_json::from_str(&text).map_err(|source| IssueError::Record { path: path.into(), source })
}

/// Reads the issued report `number` and checks each document against its digest.
pub fn read(dir: &Path, number: &str) -> Result<Frozen, IssueError> {
    let unknown = || IssueError::Unknown { number: number.into(), dir: dir.into() };
    let place = dir.join(number);
    let path = place.join(RECORD);
    if !is_number(number) || !path.is_file() {
        return Err(unknown());
    }
    let issue = record(&path)?;
    if issue.number != number || digest_of(&issue) != issue.digest {
        return Err(IssueError::Altered { path });
    }
    let mut documents = Vec::new();
    for issued in &issue.files {
        let name = Path::new(&issued.name).file_name().ok_or_else(unknown)?;
        let path = place.join(name);
        let bytes = fs::read(&path).map_err(file(&path))?;
        if sha256(&bytes) != issued.sha256 {
            return Err(IssueError::Altered { path });
        }
        documents.push((issued.name.clone(), bytes));
    }
    Ok(Frozen { issue, documents })
}

/// Whether the documents of `issue`, which [`issued`] found in `dir`, are those that were issued.
pub fn is_intact(dir: &Path, issue: &Issue) -> bool {
    read(dir, &issue.number).is_ok_and(|frozen| frozen.issue == *issue)
}

/// A figure in JSON, as far as a comparison needs it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct FigureRecord {
    id: String,
    name_zh: String,
    name_en: String,
    value: Value,
    unit: String,
    phrase: Option<String>,
    phrase_en: Option<String>,
    inputs: Vec<InputRecord>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct InputRecord {
    from: String,
    value: Value,
}

impl FigureRecord {
    /// Value and wording.
    fn text(&self) -> Text {
        if self.value.is_null() {
            return words::no_data();
        }
        let value = self.with_unit(&self.value);
        let Some(phrase) = &self.phrase else { return value };
        let english = self.phrase_en.as_ref().unwrap_or(phrase);
        words::issued_phrase(value, Text::both(phrase.clone(), english.clone()))
    }

    /// A value of it, a number or a day, with its unit; a dash without one.
    fn with_unit(&self, value: &Value) -> Text {
        let unit = match FigureId::from_id(&self.id) {
            Some(figure) => figure.spec().unit_name(),
            None => Text::verbatim(&self.unit),
        };
        match value {
            Value::Number(value) => {
                words::number_unit(number(value.as_f64().unwrap_or_default()), unit)
            }
            Value::String(day) => Text::verbatim(day),
            _ => Text::verbatim(DASH),
        }
    }

    fn is_as(&self, other: &Self) -> bool {
        let of = |figure: &Self| (figure.value.clone(), figure.phrase.clone());
        of(self) == of(other)
    }

    fn input(&self, from: &str) -> Option<&Value> {
        self.inputs.iter().find(|input| input.from == from).map(|input| &input.value)
    }
}

/// The figures of `statement` that differ from the issued ones, with the names of `township`.
pub fn changes(
    frozen: &Frozen,
    statement: &Statement,
    township: &Township,
) -> Result<Vec<Change>, IssueError> {
    let issued = frozen.documents.iter().find(|(name, _)| name == FIGURES);
    let bytes = issued.map_or(&b"[]"[..], |(_, bytes)| bytes);
    let unreadable = |source| IssueError::Record { path: FIGURES.into(), source };
    let then: Vec<FigureRecord> = serde_json::from_slice(bytes).map_err(unreadable)?;
    let now = serde_json::to_value(&statement.figures).map_err(unreadable)?;
    let now: Vec<FigureRecord> = serde_json::from_value(now).map_err(unreadable)?;
    let none = FigureRecord::default();
    let before = |figure: &FigureRecord| then.iter().find(|f| f.id == figure.id).unwrap_or(&none);
    let changed = now.iter().filter(|figure| !figure.is_as(before(figure)));
    let change = |figure: &FigureRecord| Change {
        figure: figure.id.clone(),
        name: Text::both(figure.name_zh.clone(), figure.name_en.clone()),
        issued: before(figure).text(),
        now: figure.text(),
        inputs: changed_inputs(before(figure), figure, township),
    };
    Ok(changed.map(change).collect())
}

/// The inputs that are new, changed or gone.
fn changed_inputs(
    before: &FigureRecord,
    now: &FigureRecord,
    township: &Township,
) -> Vec<ChangedInput> {
    let text = |value: Option<&Value>| now.with_unit(value.unwrap_or(&Value::Null));
    let gone = before.inputs.iter().filter(|input| now.input(&input.from).is_none());
    let row = |input: &InputRecord| {
        let (then, now) = (before.input(&input.from), now.input(&input.from));
        let from = || origin(&input.from, township);
        (then != now).then(|| ChangedInput { from: from(), issued: text(then), now: text(now) })
    };
    now.inputs.iter().chain(gone).filter_map(row).collect()
}

#[cfg(test)]
#[path = "issue_tests.rs"]
mod tests;
