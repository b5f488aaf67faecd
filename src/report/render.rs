//! Renders the texts of a report from templates that the office may edit.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior, context};

use super::filters;
use super::style::hedged_twice;
use crate::figures::{Figure, Statement};
use crate::water::Township;

/// The template of the section's wording, one paragraph per line.
pub(super) const WORDING: &str = "drought-relief.txt.j2";
const MARKDOWN: &str = "drought-relief.md.j2";
const HTML: &str = "drought-relief.html.j2";
const ENGLISH: &str = "drought-relief.en.md.j2";

/// The built-in templates. A file of the same name in the office's directory replaces one.
const EMBEDDED: [(&str, &str); 4] = [
    (WORDING, include_str!("../../config/report/drought-relief.txt.j2")),
    (MARKDOWN, include_str!("../../config/report/drought-relief.md.j2")),
    (HTML, include_str!("../../config/report/drought-relief.html.j2")),
    (ENGLISH, include_str!("../../config/report/drought-relief.en.md.j2")),
];

/// Most instructions of one template: about a hundred times what the built-in ones need for a township of 200 stations,
/// so that an endless loop in an edited template ends with an error within seconds. Engineering judgement.
const FUEL: u64 = 20_000_000;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("cannot read the template {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// A template is wrong; `line` is 0 if it is unknown.
    #[error("template {name}, line {line}: {what}")]
    Template { name: String, line: usize, what: String },
    #[error("template {WORDING}: two hedges on one number, {words:?}; remove one of them")]
    DoubleHedge { words: String },
    #[error("{zone:?} is not a time zone; give an IANA name such as Asia/Shanghai")]
    Zone { zone: String },
    #[error("cannot write the figures as JSON")]
    Json(#[source] serde_json::Error),
    #[error("cannot build the Word file: {0}")]
    Word(String),
    #[error("cannot build the Excel file")]
    Excel(#[source] rust_xlsxwriter::XlsxError),
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// The section in the office's wording, and the templates of the documents around it.
pub(super) struct Section {
    environment: Environment<'static>,
    context: Value,
    pub paragraphs: Vec<String>,
}

impl Section {
    /// Renders the wording from the office's own template in `templates_dir`, or else from the built-in one.
    ///
    /// In a template `f.electricity_used` is a figure by its id, `figures` lists all figures, `findings` and
    /// `comparisons` are those of the statement, `paragraphs` are the lines of the wording (not in the wording itself),
    /// and `township`, `period` and `issued_at` say what it is about. A template that uses an unknown figure or runs
    /// too long is an error, and so is a wording with two hedges on one number.
    pub fn new(
        templates_dir: Option<&Path>,
        township: &Township,
        statement: &Statement,
        issued_at: Timestamp,
    ) -> Result<Section, ReportError> {
        let environment = environment(templates_dir)?;
        let zone = zone(township)?;
        let figures = &statement.figures;
        let by_id: BTreeMap<&str, &Figure> = figures.iter().map(|f| (f.id.id(), f)).collect();
        let period = statement.period;
        let base = context! {
            f => Value::from(Serde(&by_id)),
            figures => Value::from(Serde(figures)),
            findings => Value::from(Serde(&findings(statement))),
            unchecked => Value::from(Serde(&statement.findings.unchecked)),
            pending => statement.pending.iter().map(filters::pending).collect::<Vec<_>>(),
            comparisons => Value::from(Serde(&statement.comparisons)),
            township => Value::from(Serde(township)),
            period => context! {
                from => period.from.strftime("%Y年%-m月%-d日").to_string(),
                to => period.to.strftime("%Y年%-m月%-d日").to_string(),
                from_en => period.from.to_string(),
                to_en => period.to.to_string(),
            },
            issued_at => issued_at.to_zoned_datetime(zone).strftime("%Y年%-m月%-d日 %H:%M").to_string(),
        };
        let wording = fill(&environment, WORDING, base.clone())?;
        if let Some(words) = hedged_twice(&wording, figures) {
            return Err(ReportError::DoubleHedge { words });
        }
        let lines = wording.lines().map(str::trim);
        let paragraphs: Vec<String> = lines.filter(|l| !l.is_empty()).map(str::to_owned).collect();
        let context = context! { paragraphs => paragraphs.clone(), ..base };
        Ok(Section { environment, context, paragraphs })
    }

    pub fn markdown(&self) -> Result<String, ReportError> {
        fill(&self.environment, MARKDOWN, self.context.clone())
    }

    pub fn html(&self) -> Result<String, ReportError> {
        fill(&self.environment, HTML, self.context.clone())
    }

    pub fn english(&self) -> Result<String, ReportError> {
        fill(&self.environment, ENGLISH, self.context.clone())
    }
}

#[derive(serde::Serialize)]
struct FindingView {
    severity: &'static str,
    sentence: String,
    look: String,
    source: String,
    accepted: String,
}

fn findings(statement: &Statement) -> Vec<FindingView> {
    let view = |finding: &crate::figures::Finding| FindingView {
        severity: finding.severity.name_zh(),
        sentence: finding.sentence(),
        look: finding.look.clone(),
        source: finding.source.clone(),
        accepted: filters::acceptance(finding),
    };
    statement.findings.found.iter().map(view).collect()
}

pub(super) fn zone(township: &Township) -> Result<TimeZone, ReportError> {
    TimeZone::get(&township.zone).map_err(|_| ReportError::Zone { zone: township.zone.clone() })
}

/// The templates, with an error for undefined names and a limit on instructions.
fn environment(templates_dir: Option<&Path>) -> Result<Environment<'static>, ReportError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(true);
    filters::add(&mut environment);
    for (name, _) in EMBEDDED {
        let source = source(templates_dir, name)?;
        environment
            .add_template_owned(name, source.clone())
            .map_err(|error| template_error(name, &source, &error))?;
    }
    Ok(environment)
}

/// The source of the office's own template, or of the built-in one.
pub(super) fn source(dir: Option<&Path>, name: &str) -> Result<String, ReportError> {
    let embedded = EMBEDDED.iter().find(|(own, _)| *own == name);
    let embedded = embedded.map_or("", |(_, text)| text);
    let Some(path) = dir.map(|dir| dir.join(name)) else {
        return Ok(embedded.into());
    };
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(embedded.into()),
        Err(source) => Err(ReportError::Read { path, source }),
    }
}

fn fill(environment: &Environment<'_>, name: &str, context: Value) -> Result<String, ReportError> {
    let render = |template: minijinja::Template<'_, '_>| {
        let rendered = template.render(context);
        rendered.map_err(|error| template_error(name, template.source(), &error))
    };
    environment
        .get_template(name)
        .map_err(|error| template_error(name, "", &error))
        .and_then(render)
}

/// The error with the part of the template that it points at.
fn template_error(name: &str, source: &str, error: &minijinja::Error) -> ReportError {
    let line = error.line().unwrap_or(0);
    let mut what = error.kind().to_string();
    if let Some(detail) = error.detail() {
        what = format!("{what}: {detail}");
    }
    let piece = error.range().and_then(|range| source.get(range));
    let whole_line = line.checked_sub(1).and_then(|i| source.lines().nth(i));
    if let Some(piece) = piece.or(whole_line) {
        what = format!("{what}, in `{}`", piece.trim());
    }
    ReportError::Template { name: error.name().unwrap_or(name).into(), line, what }
}
