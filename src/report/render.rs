//! Renders the texts of a report from templates that the office may edit.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior, context};

use super::blocks::Choice;
use super::claims::{Claims, write_value};
use super::fixed::{WORDING, WORDING_EN};
use super::quoted::unquoted;
use super::spoken::spoken;
use super::style::hedged_twice;
use super::subsets::Wording;
use super::{filters, fixed, since, template_error::template_error};
use crate::core::Period;
use crate::figures::{Comparison, Figure, FigureId, Statement};
use crate::locales::{Lang, Text, foreign, report as words, within};
use crate::water::Township;

const MARKDOWN: &str = "drought-relief.md.j2";
const MARKDOWN_EN: &str = "drought-relief.en.md.j2";
/// In both languages: its words are messages.
const HTML: &str = "drought-relief.html.j2";

/// The built-in templates. A file of the same name in the office's directory replaces one.
const EMBEDDED: [(&str, &str); 5] = [
    (WORDING, include_str!("../../config/report/drought-relief.txt.j2")),
    (WORDING_EN, include_str!("../../config/report/drought-relief.en.txt.j2")),
    (MARKDOWN, include_str!("../../config/report/drought-relief.md.j2")),
    (MARKDOWN_EN, include_str!("../../config/report/drought-relief.en.md.j2")),
    (HTML, include_str!("../../config/report/drought-relief.html.j2")),
];

/// The names of all templates.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// Most instructions of one template: about a hundred times what the built-in ones need for a township of 200 stations,
/// so that an endless loop in an edited template ends with an error within seconds. Engineering judgement.
const FUEL: u64 = 20_000_000;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("{}", words::template_unreadable(path))]
    Read { path: PathBuf, source: io::Error },
    /// A template is wrong.
    #[error("{}", wrong_template(name, *line, what))]
    Template { name: String, line: Option<usize>, what: Text },
    /// Faults of an office's own wording, each with its place.
    #[error("{0}")]
    Wording(Text),
    #[error("{}", words::hedged_twice(WORDING, words))]
    DoubleHedge { words: String },
    #[error("{}", words::no_zone(zone))]
    Zone { zone: String },
    #[error("{}", words::json_failed())]
    Json(#[source] serde_json::Error),
    #[error("{}", words::word_failed(.0))]
    Word(String),
    #[error("{}", words::excel_failed())]
    Excel(#[source] rust_xlsxwriter::XlsxError),
    #[error("{}", words::cannot_write(path))]
    Write { path: PathBuf, source: io::Error },
}

impl ReportError {
    /// The error and what was behind it, in both languages.
    pub(super) fn text(&self) -> Text {
        let said = |lang| within(lang, || self.to_string());
        let text = Text::both(said(Lang::Chinese), said(Lang::English));
        match self.source() {
            Some(source) => Text::chain([text, foreign::error(source)]),
            None => text,
        }
    }
}

fn wrong_template(name: &str, line: Option<usize>, what: &Text) -> Text {
    match line {
        Some(line) => words::template_wrong(name, line, what),
        None => words::template_wrong_somewhere(name, what),
    }
}

/// The templates, with an error for undefined names and a limit on instructions.
pub(super) struct Templates(Environment<'static>);

impl Templates {
    /// The office's own templates in `dir`, and the built-in ones for those that it does not have.
    pub fn read(dir: Option<&Path>) -> Result<Self, ReportError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_debug(true);
        environment.set_formatter(write_value);
        filters::add(&mut environment);
        for (name, _) in EMBEDDED {
            let source = source(dir, name)?;
            environment
                .add_template_owned(name, source.clone())
                .map_err(|error| template_error(name, &source, &error))?;
        }
        Ok(Self(environment))
    }

    fn source(&self, name: &str) -> Result<String, ReportError> {
        let template =
            self.0.get_template(name).map_err(|error| template_error(name, "", &error))?;
        Ok(template.source().to_owned())
    }

    fn fill(&self, name: &str, context: Value) -> Result<String, ReportError> {
        let render = |template: minijinja::Template<'_, '_>| {
            let rendered = template.render(context);
            rendered.map_err(|error| template_error(name, template.source(), &error))
        };
        self.0.get_template(name).map_err(|error| template_error(name, "", &error)).and_then(render)
    }
}

/// The section in one language and in the office's wording, and the texts of the documents around it.
pub(super) struct Section<'a> {
    templates: &'a Templates,
    pub lang: Lang,
    context: Value,
    pub paragraphs: Vec<String>,
}

impl<'a> Section<'a> {
    /// Renders the wording of the section in `lang`, and keeps what the documents around it read.
    ///
    /// In a document `figures` lists all figures, `f.electricity_used` is one by its id, `findings` and `comparisons`
    /// are those of the statement, and `paragraphs` are the lines of the wording; `township`, `period` and `issued_at`
    /// say what it is about. A template that uses an unknown figure or runs too long is an error, and so is a wording
    /// with two hedges on one number, or with a number or statement that no figure's words have as it stands.
    pub fn new(
        (templates, choice): (&'a Templates, Choice<'_>),
        lang: Lang,
        township: &Township,
        statement: &Statement,
        issued_at: Timestamp,
    ) -> Result<Self, ReportError> {
        let issued_at = issued_at.to_zoned_datetime(zone(township)?);
        let so_far = since::is_so_far(statement);
        let about =
            within(lang, || about(township, (statement.period, so_far), &issued_at, choice));
        let wording = wording(templates, lang, &about, Claims::of(&statement.figures))?;
        let phrases = statement.figures.iter().filter_map(|figure| figure.phrase.as_deref());
        if let Some(words) = hedged_twice(&wording, phrases) {
            return Err(ReportError::DoubleHedge { words });
        }
        let lines = wording.lines().map(str::trim);
        let paragraphs: Vec<String> = lines.filter(|l| !l.is_empty()).map(str::to_owned).collect();
        let others = within(lang, || others(township, statement.period, &issued_at));
        as_figures_say(lang, &paragraphs, &said(lang, &statement.figures), &others)?;
        let context = within(lang, || context(township, statement, about));
        let context = context! { paragraphs => paragraphs.clone(), ..context };
        Ok(Self { templates, lang, context, paragraphs })
    }

    /// As [`new`](Self::new), for a report: of an office's own wording, what a check of the templates finds in its
    /// fixed text and in these paragraphs is an error, too.
    pub fn checked(
        of: (&'a Templates, Choice<'_>),
        lang: Lang,
        township: &Township,
        statement: &Statement,
        issued_at: Timestamp,
    ) -> Result<Self, ReportError> {
        let section = Self::new(of, lang, township, statement, issued_at)?;
        let name = lang.pick(WORDING, WORDING_EN);
        let source = of.0.source(name)?;
        if is_built_in(name, &source) {
            return Ok(section);
        }
        let mut faults = fixed::fixed(lang, name, &source);
        let said = |id: FigureId| statement.figure(id).and_then(spoken).cloned();
        let present = FigureId::ALL.iter().copied().filter(|id| said(*id).is_some()).collect();
        let in_words = |id: FigureId| said(id).unwrap_or_else(|| id.spec().name());
        let wording = Wording {
            templates: of.0,
            lang,
            template: name,
            about: section.context.clone(),
            source: &source,
            words: &in_words,
        };
        faults.extend(wording.faults_of(&words::with_these_figures(), &present));
        match faults.is_empty() {
            true => Ok(section),
            false => Err(ReportError::Wording(Text::clauses(faults))),
        }
    }

    pub fn markdown(&self) -> Result<String, ReportError> {
        self.fill(match self.lang {
            Lang::Chinese => MARKDOWN,
            Lang::English => MARKDOWN_EN,
        })
    }

    pub fn html(&self) -> Result<String, ReportError> {
        self.fill(HTML)
    }

    fn fill(&self, name: &str) -> Result<String, ReportError> {
        within(self.lang, || self.templates.fill(name, self.context.clone()))
    }
}

/// An error with everything in `paragraphs` that is neither as figures `said` it nor one of the `others`.
fn as_figures_say(
    lang: Lang,
    paragraphs: &[String],
    said: &[String],
    others: &[String],
) -> Result<(), ReportError> {
    let faults: Vec<Text> = paragraphs
        .iter()
        .flat_map(|paragraph| {
            let found = unquoted(paragraph, said, others);
            found.into_iter().map(|unquoted| unquoted.text())
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    let name = lang.pick(WORDING, WORDING_EN).to_owned();
    Err(ReportError::Template { name, line: None, what: Text::clauses(faults) })
}

/// All words of figures that a wording in `lang` may have.
fn said(lang: Lang, figures: &[Figure]) -> Vec<String> {
    let of = |figure: &Figure| {
        let words = spoken(figure).map(|words| words.within(lang));
        [words, figure.phrase.clone(), figure.phrase_en.clone()]
    };
    let all: BTreeSet<String> = figures.iter().flat_map(of).flatten().collect();
    all.into_iter().collect()
}

/// What else a wording may have that has a number in it or is said of one: days of the period and of issue, names, and
/// the whole of the unit. In the language that is spoken here.
fn others(township: &Township, period: Period, issued_at: &ZonedDateTime) -> Vec<String> {
    let days = [period.from, period.to, issued_at.date()];
    let year = |day: Date| format!("{}{}", day.year(), Lang::current().pick("年", ""));
    let days = days.map(|day| [filters::long_day(day), day.to_string(), year(day)]);
    let names = FigureId::ALL.iter().map(|id| id.spec().name().to_string());
    let whole = format!("全{}", unit_word(&township.name));
    let about = [township.name.clone(), whole, issued_on(issued_at)];
    days.into_iter().flatten().chain(names).chain(about).collect()
}

/// The wording of the section in `lang`: one paragraph per line, made of `claims` and what the section is about. A
/// template that asks for more is an error.
pub(super) fn wording(
    templates: &Templates,
    lang: Lang,
    about: &Value,
    claims: Claims,
) -> Result<String, ReportError> {
    let claims = Value::from_object(claims);
    let context = context! { c => claims.clone(), f => claims, ..about.clone() };
    within(lang, || templates.fill(lang.pick(WORDING, WORDING_EN), context))
}

/// What every template may say of the section besides its claims, in the language that is spoken here: the days of the
/// period, and whether the figures are those `so_far` of the drought.
pub(super) fn about(
    township: &Township,
    (period, so_far): (Period, bool),
    issued_at: &ZonedDateTime,
    choice: Choice<'_>,
) -> Value {
    let (from, to) = (filters::long_day(period.from), filters::long_day(period.to));
    let issued_at = issued_on(issued_at);
    context! {
        lang => Lang::current().tag(),
        township => context! { name => township.name.as_str() },
        blocks => choice.by_name(),
        unit_word => unit_word(&township.name),
        so_far,
        period => context! {
            from => from.as_str(),
            to => to.as_str(),
            from_en => period.from.to_string(),
            to_en => period.to.to_string(),
        },
        dates => words::period_issued(&from, &to, &issued_at).to_string(),
        issued_at => issued_at,
    }
}

/// Ends of an office's name that say what it is, and not of what.
const OFFICES: [&str; 5] = ["人民政府", "政府", "管理委员会", "管委会", "办事处"];
/// What a unit calls itself after 我 and 全 (我镇, 全场), by the end of its name. A subdistrict's office may be all of its
/// name (城东办事处).
const UNITS: [&str; 13] =
    ["街道", "社区", "园区", "镇", "乡", "苏木", "县", "旗", "区", "市", "场", "办事处", "团"];
/// A park is called so by nobody who works in it.
const PARK: [&str; 2] = ["园", "园区"];
/// Where the name does not say what the unit is.
const UNKNOWN: &str = "辖区";

/// What a unit calls itself after 我 and 全, by the end of its name.
fn unit_word(name: &str) -> &'static str {
    let name = name.trim();
    let bare = OFFICES.iter().find_map(|office| name.strip_suffix(office));
    let [end, park] = PARK;
    let ends = |name: &str| {
        let word = UNITS.into_iter().find(|word| name.ends_with(word));
        word.or_else(|| name.ends_with(end).then_some(park))
    };
    bare.and_then(ends).or_else(|| ends(name)).unwrap_or(UNKNOWN)
}

/// What the templates of the documents read, in the language that is spoken here.
fn context(township: &Township, statement: &Statement, about: Value) -> Value {
    let figures = &statement.figures;
    let figures: Vec<FigureInContext<'_>> = figures.iter().map(FigureInContext::of).collect();
    let by_id: BTreeMap<&str, &FigureInContext<'_>> =
        figures.iter().map(|f| (f.figure.id.id(), f)).collect();
    let comparisons: Vec<_> = statement.comparisons.iter().map(ComparisonInContext::of).collect();
    context! {
        f => Value::from(Serde(&by_id)),
        figures => Value::from(Serde(&figures)),
        findings => Value::from(Serde(&findings(statement, township))),
        unchecked => Value::from(Serde(&statement.findings.unchecked)),
        pending => statement.pending.iter().map(filters::pending).collect::<Vec<_>>(),
        comparisons => Value::from(Serde(&comparisons)),
        township => Value::from(Serde(township)),
        ..about
    }
}

/// 2022年11月16日 09:30, and in English 2022-11-16 09:30.
pub(super) fn issued_on(at: &ZonedDateTime) -> String {
    format!("{} {}", filters::long_day(at.date()), at.strftime("%H:%M"))
}

/// A figure with what its JSON does not say in the document's language.
#[derive(serde::Serialize)]
struct FigureInContext<'a> {
    #[serde(flatten)]
    figure: &'a Figure,
    name: Text,
    words: Option<&'a Text>,
    unit_name: Text,
    in_section: bool,
}

impl<'a> FigureInContext<'a> {
    fn of(figure: &'a Figure) -> Self {
        let (name, unit_name) = (figure.name(), figure.unit_name());
        let in_section = filters::is_in_section(figure);
        Self { figure, name, words: spoken(figure), unit_name, in_section }
    }
}

#[derive(serde::Serialize)]
struct ComparisonInContext<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    name: Text,
    unit_name: Text,
}

impl<'a> ComparisonInContext<'a> {
    fn of(comparison: &'a Comparison) -> Self {
        Self { comparison, name: comparison.name(), unit_name: comparison.unit_name() }
    }
}

#[derive(serde::Serialize)]
struct FindingView {
    severity: String,
    sentence: String,
    look: String,
    source: String,
    accepted: String,
}

fn findings(statement: &Statement, township: &Township) -> Vec<FindingView> {
    let view = |finding: &crate::figures::Finding| FindingView {
        severity: finding.severity.name().to_string(),
        sentence: finding.sentence().to_string(),
        look: finding.look.to_string(),
        source: finding.source.to_string(),
        accepted: filters::acceptance(finding, township).into(),
    };
    statement.findings.found.iter().map(view).collect()
}

pub(super) fn zone(township: &Township) -> Result<TimeZone, ReportError> {
    TimeZone::get(&township.zone).map_err(|_| ReportError::Zone { zone: township.zone.clone() })
}

/// Whether `source` is that of the built-in template `name`.
pub(super) fn is_built_in(name: &str, source: &str) -> bool {
    EMBEDDED.iter().any(|(own, text)| *own == name && *text == source)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_calls_itself_by_the_end_of_its_name() {
        for (name, expected) in [
            ("清源乡", "乡"),
            ("靠山民族乡", "乡"),
            ("城关镇", "镇"),
            ("城关镇人民政府", "镇"),
            ("东门街道", "街道"),
            ("东门街道办事处", "街道"),
            ("城东办事处", "办事处"),
            ("清源县", "县"),
            ("新城区", "区"),
            ("新城区管委会", "区"),
            ("清源市", "市"),
            ("红星农场", "场"),
            ("五指山林场", "场"),
            ("巴彦苏木", "苏木"),
            ("清源经济开发区", "区"),
            ("清源工业园", "园区"),
            ("清源工业园管委会", "园区"),
            ("清源社区", "社区"),
            ("清源", "辖区"),
            ("Qingyuan", "辖区"),
        ] {
            assert_eq!(unit_word(name), expected, "{name}");
        }
    }
}
