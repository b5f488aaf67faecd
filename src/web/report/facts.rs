//! What the page of the report is made from, and what is asked of the hub.

use serde::{Serialize, Serializer};

use crate::core::{Period, StationId};
use crate::locales::{Lang, Text};
use crate::web::Uploader;

/// What is asked of the hub. `days` are the days of the report; without them, those of the last drought event.
#[derive(Debug, Clone, PartialEq)]
pub enum DeskAsked {
    Report {
        days: Option<Period>,
        by: Uploader,
    },
    /// The evidence behind a figure, by its id.
    Evidence {
        figure: String,
        days: Option<Period>,
    },
    /// A document by its file name.
    Document {
        name: String,
        days: Option<Period>,
        lang: Lang,
    },
    /// To fill the office's own Word file.
    Fill {
        days: Option<Period>,
        file: (String, Vec<u8>),
        /// Sentences keep their words, and only numbers in them are replaced.
        numbers_only: bool,
        by: Uploader,
    },
    /// The file that was filled under this ticket.
    Filled {
        ticket: String,
        by: Uploader,
    },
    /// To accept a finding, by its fingerprint.
    Accept {
        days: Period,
        finding: String,
        reason: String,
        by: Uploader,
    },
    /// To issue what was shown with this digest, in that language.
    Issue {
        days: Period,
        digest: String,
        lang: Lang,
        by: Uploader,
    },
    /// An issued report, by its number, beside the figures of today.
    Issued(String),
    /// A document of an issued report, as it was issued.
    Frozen {
        number: String,
        name: String,
    },
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum DeskAnswer {
    Report(Box<ReportFacts>),
    Evidence(Box<Evidence>),
    File {
        name: String,
        bytes: Vec<u8>,
    },
    Filled(Box<FilledFile>),
    /// The finding that was accepted, in a sentence of the record.
    Accepted(Text),
    /// Number and digest of the report that was issued.
    HasIssued {
        number: String,
        digest: String,
    },
    Issued(Box<IssuedReport>),
    /// Nothing was done, and why.
    Refused(Vec<Text>),
    /// Nothing was done: what was shown has changed, by this.
    Changed(Vec<Text>),
    /// There are no days to report on.
    NoPeriod(Text),
    /// There is no such thing.
    Nothing,
    /// Too many statements are waited for.
    Busy,
}

/// The report of some days. Times are those of the township.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportFacts {
    pub days: Days,
    /// The drought events of the ledger, in order of time.
    pub events: Vec<Days>,
    /// When the readings behind it were read.
    pub read_at: Text,
    /// The section in paragraphs, in the language of whoever asks.
    pub paragraphs: Vec<Vec<Piece>>,
    /// Why it cannot be worded; empty where it can.
    pub no_section: Text,
    pub findings: Vec<FindingShown>,
    /// Findings that stand against issuing.
    pub open: usize,
    /// Rules that were checked.
    pub checked: usize,
    pub pending: Vec<PendingShown>,
    pub pending_in_all: usize,
    pub figures: Vec<FigureShown>,
    /// What stands against issuing it, whoever does it, and against her who asks.
    #[serde(serialize_with = "all_plain")]
    pub against: Vec<Text>,
    /// Whether persons who entered, reviewed or accepted do not issue.
    pub two_person: bool,
    /// Who may accept findings by their role, and who may issue it, by office and name.
    #[serde(serialize_with = "listed")]
    pub reviewers: Vec<String>,
    #[serde(serialize_with = "listed")]
    pub issuers: Vec<String>,
    /// Of all that is shown here: it comes back with what is confirmed.
    pub digest: String,
    /// The newest first.
    pub issued: Vec<IssuedRow>,
    pub issued_in_all: usize,
    /// Numbers of those that were issued and whose record cannot be read.
    #[serde(serialize_with = "listed")]
    pub unreadable: Vec<String>,
}

/// Days, as an address and as people have them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Days {
    pub from: String,
    pub to: String,
    pub words: Text,
}

/// A piece of a paragraph, and the id of the figure that it states.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Piece {
    pub text: String,
    pub figure: Option<String>,
}

/// Something to look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FindingShown {
    /// Its fingerprint.
    pub key: String,
    /// `error`, `warning` or `hint`, and in words.
    pub severity: &'static str,
    pub severity_name: Text,
    #[serde(serialize_with = "plain")]
    pub sentence: Text,
    #[serde(serialize_with = "plain")]
    pub look: Text,
    /// It is corrected, and never accepted.
    pub contradiction: bool,
    /// Who accepted it, when and why; empty where nobody did.
    pub accepted: Text,
    /// Rows of the ledger that it rests on, the first ones.
    pub rows: Vec<i64>,
    /// Id and name.
    pub station: Option<(StationId, String)>,
    /// Why she who asks may not accept it; empty where she may.
    #[serde(serialize_with = "plain")]
    pub refused: Text,
}

/// A row that waits for a second person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PendingShown {
    pub row: i64,
    pub item: Text,
    pub value: Text,
    pub days: Text,
    pub by: String,
}

/// A figure of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureShown {
    pub id: String,
    pub name: Text,
    /// Its words, where anything may be said.
    pub said: Text,
    pub value: Text,
    pub class: Text,
    pub verdict: Text,
    /// The office's own wording of it, by whose wish and why.
    pub wording: Text,
}

/// An issued report.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct IssuedRow {
    pub number: String,
    pub days: Days,
    pub at: Text,
    pub by: String,
    pub digest: String,
    /// Its files are those that were issued.
    pub intact: bool,
}

/// An issued report beside the figures of today.
#[derive(Debug, Clone, Default, Serialize)]
pub struct IssuedReport {
    pub row: IssuedRow,
    pub files: Vec<String>,
    /// Figures that differ.
    pub changes: Vec<IssuedChange>,
    /// Why that cannot be said; empty where it can.
    pub no_changes: Text,
}

/// A figure that differs from the issued one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssuedChange {
    pub figure: String,
    pub name: Text,
    pub then: Text,
    pub now: Text,
    /// What of its inputs differs: where it comes from, what it was, and what it is.
    pub inputs: Vec<(Text, Text, Text)>,
}

/// The evidence behind a figure.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    pub name: Text,
    pub days: Days,
    pub read_at: Text,
    pub tree: Branch,
    /// Branches that are left out, since a page has an end.
    pub left_out: usize,
}

/// A statement of the evidence, and what is behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    #[serde(serialize_with = "plain")]
    pub text: Text,
    pub link: Option<Link>,
    pub from: Vec<Branch>,
}

/// Where more is to be seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    Station(StationId),
    Row(i64),
    Figure(String),
}

/// The office's own file with what was filled into it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FilledFile {
    /// Under which it can be had; empty where nothing was filled.
    pub ticket: String,
    pub name: String,
    pub replaced: Vec<ReplacedPlace>,
    pub left: Vec<LeftPlace>,
    /// Open findings, which the file does not show: all, and errors of them.
    pub open: [usize; 2],
    /// Why nothing was filled; empty where something was.
    pub nothing: Text,
}

/// A place that was filled.
#[derive(Debug, Clone, Serialize)]
pub struct ReplacedPlace {
    pub part: Text,
    pub name: Text,
    pub before: String,
    pub after: String,
}

/// A place that was left as it was.
#[derive(Debug, Clone, Serialize)]
pub struct LeftPlace {
    pub part: Text,
    pub name: String,
    pub why: Text,
    /// How its text begins.
    pub said: String,
    /// Nobody has to look at it: it is part of a plan for later.
    pub plan: bool,
}

fn plain<S: Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&in_plain_words(text))
}

fn all_plain<S: Serializer>(lines: &[Text], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lines.iter().map(in_plain_words))
}

fn listed<S: Serializer>(names: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    Text::list(names).serialize(serializer)
}

/// Words for whoever knows no names of settings: without what stands in backticks in brackets, and without backticks.
pub(super) fn in_plain_words(text: &Text) -> String {
    let mut rest = text.to_string();
    for (open, close) in [("（`", "`）"), (" (`", "`)")] {
        while let Some(from) = rest.find(open) {
            let Some(length) = rest.get(from..).and_then(|cut| cut.find(close)) else { break };
            rest.replace_range(from..from + length + close.len(), "");
        }
    }
    rest.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_settings_are_not_shown_to_clerks() {
        for (text, shown) in [
            ("作物表没有写明类别（`kind`）：早稻", "作物表没有写明类别：早稻"),
            ("a finding (`money-per-mu`) was accepted", "a finding was accepted"),
            ("（`甲`）和（`乙`）", "和"),
            ("没有括号的 `township.toml`", "没有括号的 township.toml"),
            ("（`不完", "（不完"),
        ] {
            assert_eq!(in_plain_words(&Text::verbatim(text)), shown);
        }
    }
}
