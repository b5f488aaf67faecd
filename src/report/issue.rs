//! Issued reports: numbered, frozen with a digest, and compared with what the figures are now.
//!
//! Each lies in a directory of its own with its documents as they were handed in, so that it can be printed again to the last byte.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{Documents, ReportError};
use crate::core::Period;
use crate::figures::Statement;
use crate::support::{files, hex};

/// The file that says what was issued.
const RECORD: &str = "issue.json";
/// The document that figures are compared by.
const FIGURES: &str = "figures.json";
/// Most reports of one year: numbers have three digits.
const NUMBER_MAX: u32 = 999;

/// A document of an issued report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedFile {
    /// Its name.
    pub name: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// An issued report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its number: year of the period and count, 2022-001.
    pub number: String,
    /// First and last day that it covers.
    pub period: Period,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Who answers for it.
    pub issued_by: String,
    /// Version of the program.
    pub code_version: String,
    /// Its documents.
    pub files: Vec<IssuedFile>,
    /// SHA-256 over number, period, person and the documents' digests: what a signature can stand for.
    pub digest: String,
}

/// An issued report with its documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// What was issued.
    pub issue: Issue,
    /// Each document with its name.
    pub documents: Vec<(String, Vec<u8>)>,
}

/// A figure that is not what was issued.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Id of the figure.
    pub figure: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Value and words as issued.
    pub issued: String,
    /// Value and words now.
    pub now: String,
    /// The inputs that are not what they were: what, then, now.
    pub inputs: Vec<[String; 3]>,
}

/// Why an issued report cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// A file or directory cannot be read or written.
    #[error("{}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no report of this number.
    #[error("there is no issued report {number} in {}: hanqing report list names them", dir.display())]
    Unknown {
        /// The number.
        number: String,
        /// Where they lie.
        dir: PathBuf,
    },
    /// A file is not what was issued.
    #[error("{} is not what was issued: its digest differs; take it from a backup", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// The record does not read.
    #[error("{} does not read", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A year has no number left.
    #[error("{0} has {NUMBER_MAX} issued reports already")]
    Full(i16),
    /// A document cannot be written.
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

/// The digest of a report.
fn seal(issue: &Issue) -> String {
    let Period { from, to } = issue.period;
    let (number, at, by) = (&issue.number, issue.issued_at, &issue.issued_by);
    let mut text = format!("{number}\n{from}\n{to}\n{at}\n{by}\n");
    for file in &issue.files {
        text.push_str(&format!("{}  {}\n", file.sha256, file.name));
    }
    sha256(text.as_bytes())
}

/// Freezes `documents` of `statement` under the next number of its year in `dir`, and returns what was issued.
///
/// # Errors
/// [`IssueError`]: nothing is issued then.
pub fn issue(
    dir: &Path,
    documents: &Documents,
    statement: &Statement,
    issued_by: &str,
    issued_at: Timestamp,
) -> Result<Issue, IssueError> {
    fs::create_dir_all(dir).map_err(file(dir))?;
    files::sync_dir(files::folder_of(dir)).map_err(file(dir))?;
    let year = statement.period.from.year();
    let taken = |number: &u32| dir.join(format!("{year}-{number:03}")).exists();
    let count = (1..=NUMBER_MAX).find(|n| !taken(n)).ok_or(IssueError::Full(year))?;
    let number = format!("{year}-{count:03}");
    let files = documents
        .files()
        .into_iter()
        .map(|(name, bytes)| IssuedFile { name: name.into(), sha256: sha256(bytes) });
    let mut issue = Issue {
        number: number.clone(),
        period: statement.period,
        issued_at,
        issued_by: issued_by.into(),
        code_version: env!("CARGO_PKG_VERSION").into(),
        files: files.collect(),
        digest: String::new(),
    };
    issue.digest = seal(&issue);
    let aside = dir.join(format!(".{number}.part"));
    if aside.exists() {
        fs::remove_dir_all(&aside).map_err(file(&aside))?;
    }
    super::write(documents, &aside)?;
    let record = serde_json::to_string_pretty(&issue);
    let record =
        record.map_err(|source| IssueError::Record { path: aside.join(RECORD), source })?;
    let path = aside.join(RECORD);
    files::replace(&path, (record + "\n").as_bytes()).map_err(file(&path))?;
    for entry in fs::read_dir(&aside).map_err(file(&aside))? {
        let path = entry.map_err(file(&aside))?.path();
        let mut rights = fs::metadata(&path).map_err(file(&path))?.permissions();
        rights.set_readonly(true);
        fs::set_permissions(&path, rights).map_err(file(&path))?;
    }
    let place = dir.join(&number);
    files::rename(&aside, &place).map_err(file(&place))?;
    Ok(issue)
}

/// The reports issued in `dir`, by number.
///
/// # Errors
/// The directory or a record cannot be read.
pub fn issued(dir: &Path) -> Result<Vec<Issue>, IssueError> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let mut issues = Vec::new();
    for entry in fs::read_dir(dir).map_err(file(dir))? {
        let entry = entry.map_err(file(dir))?;
        let path = entry.path().join(RECORD);
        // What begins with a dot was never finished.
        if path.is_file() && !entry.file_name().to_string_lossy().starts_with('.') {
            issues.push(record(&path)?);
        }
    }
    issues.sort_by(|a: &Issue, b| a.number.cmp(&b.number));
    Ok(issues)
}

fn record(path: &Path) -> Result<Issue, IssueError> {
    let text = fs::read_to_string(path).map_err(file(path))?;
    serde_json::from_str(&text).map_err(|source| IssueError::Record { path: path.into(), source })
}

/// The issued report `number` with its documents, each held against its digest.
///
/// # Errors
/// There is none of this number; a file is gone or altered.
pub fn read(dir: &Path, number: &str) -> Result<Frozen, IssueError> {
    let unknown = || IssueError::Unknown { number: number.into(), dir: dir.into() };
    let plain = number.chars().all(|c| c.is_ascii_digit() || c == '-');
    let place = dir.join(number);
    let path = place.join(RECORD);
    if !plain || !path.is_file() {
        return Err(unknown());
    }
    let issue = record(&path)?;
    if issue.number != number || seal(&issue) != issue.digest {
        return Err(IssueError::Altered { path });
    }
    let mut documents = Vec::new();
    for held in &issue.files {
        let name = Path::new(&held.name).file_name().ok_or_else(unknown)?;
        let path = place.join(name);
        let bytes = fs::read(&path).map_err(file(&path))?;
        if sha256(&bytes) != held.sha256 {
            return Err(IssueError::Altered { path });
        }
        documents.push((held.name.clone(), bytes));
    }
    Ok(Frozen { issue, documents })
}

/// The figures of `statement` that are not what was issued.
///
/// # Errors
/// The issued figures do not read.
pub fn changes(frozen: &Frozen, statement: &Statement) -> Result<Vec<Change>, IssueError> {
    let issued = frozen.documents.iter().find(|(name, _)| name == FIGURES);
    let bytes = issued.map_or(&b"[]"[..], |(_, bytes)| bytes);
    let wrong = |source| IssueError::Record { path: FIGURES.into(), source };
    let then: Vec<serde_json::Value> = serde_json::from_slice(bytes).map_err(wrong)?;
    let now = serde_json::to_value(&statement.figures).map_err(wrong)?;
    let none = Vec::new();
    let now = now.as_array().unwrap_or(&none);
    let mut changes = Vec::new();
    for figure in now {
        let before = then.iter().find(|f| f["id"] == figure["id"]);
        let before = before.unwrap_or(&serde_json::Value::Null);
        if said(before) == said(figure) {
            continue;
        }
        let text = |key: &str| figure[key].as_str().unwrap_or("").to_owned();
        changes.push(Change {
            figure: text("id"),
            name_zh: text("name_zh"),
            issued: said(before),
            now: said(figure),
            inputs: inputs(before, figure),
        });
    }
    Ok(changes)
}

/// Value and words of a figure.
fn said(figure: &serde_json::Value) -> String {
    let unit = figure["unit"].as_str().unwrap_or("");
    match (&figure["value"], &figure["phrase"]) {
        (serde_json::Value::Null, _) => "无数据".into(),
        (value, serde_json::Value::String(phrase)) => format!("{value} {unit}（{phrase}）"),
        (value, _) => format!("{value} {unit}"),
    }
}

/// The inputs that came, went or changed.
fn inputs(before: &serde_json::Value, now: &serde_json::Value) -> Vec<[String; 3]> {
    let none = Vec::new();
    let list = |figure: &serde_json::Value| -> Vec<(String, String)> {
        let inputs = figure["inputs"].as_array().unwrap_or(&none);
        let one = |input: &serde_json::Value| {
            let from = input["from"].as_str().unwrap_or("").to_owned();
            (from, input["value"].to_string())
        };
        inputs.iter().map(one).collect()
    };
    let (before, now) = (list(before), list(now));
    let mut changed = Vec::new();
    for (from, value) in &now {
        match before.iter().find(|(other, _)| other == from) {
            Some((_, then)) if then == value => {}
            Some((_, then)) => changed.push([from.clone(), then.clone(), value.clone()]),
            None => changed.push([from.clone(), "—".into(), value.clone()]),
        }
    }
    for (from, then) in &before {
        if !now.iter().any(|(other, _)| other == from) {
            changed.push([from.clone(), then.clone(), "—".into()]);
        }
    }
    changed
}

#[cfg(test)]
#[path = "issue_tests.rs"]
mod tests;
