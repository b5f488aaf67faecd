//! What `hanqing check --json` prints: docs/schema/commands/check.schema.json.

use serde::Serialize;

use super::{Checked, Together};
use crate::cli::json::FORMAT;
use crate::config::{FileKind, FileProblem};
use crate::locales::Text;

#[derive(Serialize)]
pub(super) struct Document {
    format: u32,
    /// Whether no file has a problem, alone or together with the others.
    in_order: bool,
    files: Vec<File>,
    together: Findings,
}

/// One file of the command line.
#[derive(Serialize)]
struct File {
    file: String,
    kind: &'static str,
    in_order: bool,
    #[serde(flatten)]
    findings: Findings,
    /// Names of the variables of the environment that set a value.
    environment: Vec<String>,
    /// The connections that were tried; none without `--connect`.
    connections: Vec<Connection>,
}

#[derive(Serialize)]
struct Findings {
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Problem {
    /// The file; or the environment variable or the option that set the value.
    file: String,
    /// From 1; `null` where the problem has no place in a file.
    line: Option<usize>,
    column: Option<usize>,
    key: Option<String>,
    value: Option<String>,
    rule: String,
    hint: Option<String>,
}

#[derive(Serialize)]
struct Connection {
    works: bool,
    said: String,
}

impl Document {
    pub(super) fn of(checked: &[Checked], together: &Together) -> Self {
        let in_order = checked.iter().all(Checked::is_in_order) && together.problems.is_empty();
        let files = checked.iter().map(File::of).collect();
        let together = Findings::of(&together.problems, &together.warnings);
        Self { format: FORMAT, in_order, files, together }
    }
}

impl File {
    fn of(checked: &Checked) -> Self {
        let report = &checked.report;
        let file = checked.file.display().to_string();
        let mut findings = Findings::of(&report.problems, &checked.warnings);
        findings.problems.extend(checked.unusable.as_ref().map(|rule| Problem {
            file: file.clone(),
            line: None,
            column: None,
            key: None,
            value: None,
            rule: rule.to_string(),
            hint: None,
        }));
        let connection =
            |(said, works): &(Text, bool)| Connection { works: *works, said: said.to_string() };
        Self {
            file,
            kind: id(report.kind),
            in_order: checked.is_in_order(),
            findings,
            environment: report.environment.clone(),
            connections: checked.connections.iter().map(connection).collect(),
        }
    }
}

impl Findings {
    fn of(problems: &[FileProblem], warnings: &[Text]) -> Self {
        Self {
            problems: problems.iter().map(Problem::of).collect(),
            warnings: warnings.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Problem {
    fn of(found: &FileProblem) -> Self {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        let (line, column) = found.position.unzip();
        Self {
            file: found.file.display().to_string(),
            line,
            column,
            key: given(found.problem.path.clone()),
            value: given(found.problem.value.clone()),
            rule: found.problem.rule.to_string(),
            hint: given(found.problem.hint.to_string()),
        }
    }
}

/// The name of a kind, in every language the same.
fn id(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Edge => "gateway",
        FileKind::Hub => "hub",
        FileKind::Township => "township",
        FileKind::Profile => "profile",
        FileKind::Scenario => "scenario",
        FileKind::Unknown => "unknown",
    }
}

#[cfg(all(feature = "edge", feature = "hub"))]
#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_document_is_as_its_schema_says() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join("docs/schema/commands/check.schema.json"));
        let schema: serde_json::Value = serde_json::from_str(&text.unwrap()).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let files = ["config/edge.toml", "tests/bad_configs/edge-devices.toml", "config/none.toml"];
        let checked = files.map(|file| Checked::of(&root.join(file), &[], false));
        let document = Document::of(&checked, &Together::default());
        let document = serde_json::to_value(document).unwrap();
        let found: Vec<String> = schema.iter_errors(&document).map(|e| e.to_string()).collect();
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(document["files"][0]["kind"], "gateway");
        assert_eq!(document["files"][0]["in_order"], true);
        assert!(document["files"][1]["problems"][0]["line"].is_u64());
        assert_eq!(document["files"][2]["kind"], "unknown");
        assert_eq!(document["in_order"], false);
    }
}
