//! `hanqing report`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::period_args::PeriodArgs;
use super::report_issue;
use crate::cli::config_args::ConfigArgs;
use crate::cli::table::{Table, left};
use crate::cli::usage::bail_usage;
use crate::figures::{Severity, Statement};
use crate::hub::{self, HubSettings};
use crate::locales::{Lang, Text, moment, report as words};
use crate::report::fill::{self, Filled, How, Kind, Left, Passages};
use crate::report::{self, Document, Frozen, Issue};
use crate::support::{Clock, files};

/// The arguments of `hanqing report`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    period: Option<PeriodArgs>,
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    #[arg(long, value_name = "DOCX")]
    fill: Option<PathBuf>,
    #[arg(long, requires = "fill")]
    leave_passages: bool,
    #[arg(long, requires = "fill")]
    numbers_only: bool,
    #[command(flatten)]
    documents: DocumentArgs,
    #[arg(long)]
    check_template: bool,
}

/// How the documents are written.
#[derive(Args)]
struct DocumentArgs {
    #[arg(long = "document-lang", value_name = "LANG", default_value = "zh")]
    #[arg(value_parser = PossibleValuesParser::new(Lang::ALL.map(Lang::code)).map(lang))]
    lang: Lang,
}

/// The language of a code that clap has accepted.
fn lang(code: String) -> Lang {
    Lang::of(&code).unwrap_or(Lang::Chinese)
}

#[derive(Subcommand)]
enum Command {
    Issue {
        #[command(flatten)]
        period: PeriodArgs,
        #[arg(long, value_name = "NAME")]
        by: String,
        #[arg(long)]
        despite_findings: bool,
        #[command(flatten)]
        documents: DocumentArgs,
    },
    List {
        #[command(flatten)]
        config: ConfigArgs,
    },
    Diff {
        #[command(flatten)]
        config: ConfigArgs,
        number: String,
    },
    Reprint {
        #[command(flatten)]
        config: ConfigArgs,
        number: String,
        #[arg(long, value_name = "DIR", default_value = "out")]
        out: PathBuf,
    },
}

/// Runs the subcommand, or writes the report if there is none.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match (&arguments.command, &arguments.period) {
        (None, Some(period)) => write(period, arguments),
        (None, None) => bail_usage!(words::no_configuration()),
        (Some(Command::Issue { period, by, despite_findings, documents }), _) => {
            report_issue::issue(period, by, *despite_findings, documents.lang)
        }
        (Some(Command::List { config }), _) => list(config),
        (Some(Command::Diff { config, number }), _) => diff(config, number),
        (Some(Command::Reprint { config, number, out }), _) => reprint(config, number, out),
    }
}

fn write(period: &PeriodArgs, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township, period) = period.load()?;
    if arguments.check_template {
        return Ok(check_template(&settings));
    }
    // Read before the figures are computed, so that a bad file is reported at once.
    if let Some(path) = &arguments.fill {
        refuse_name(path)?;
    }
    let office = arguments.fill.as_deref().map(read_office).transpose()?;
    let now = Clock::system().now();
    let lang = arguments.documents.lang;
    let report = hub::report(&settings, &township, period, now, lang, &arguments.out)?;
    say!("{}", report.documents.markdown_in(Lang::current()));
    for file in &report.files {
        say!("{}", file.display());
    }
    if let (Some(path), Some(office)) = (&arguments.fill, office) {
        let numbers_only = arguments.numbers_only;
        let passages = Passages { numbers_only, ..report.documents.passages.clone() };
        let filled = fill::fill(&office, &passages);
        let filled = filled.with_context(|| path.display().to_string())?;
        let complete = write_filled(path, &filled, arguments)?;
        let sound = name_findings(&report.statement, &arguments.out);
        return Ok(if complete && sound { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses an office's file that has the name of one of the report's documents, which stand in the same directory.
fn refuse_name(path: &Path) -> anyhow::Result<()> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let own = Document::ALL.map(Document::file_name);
    match own.into_iter().find(|own| own.eq_ignore_ascii_case(name)) {
        Some(own) => bail_usage!(words::fill_name_taken(path, own)),
        None => Ok(()),
    }
}

/// Says how many findings are open, which the filled file does not show. Returns whether none of them is an error.
fn name_findings(statement: &Statement, out: &Path) -> bool {
    let open = statement.findings.open().count();
    let errors = statement.findings.open().filter(|f| f.severity == Severity::Error).count();
    if open > 0 {
        let shown = match Lang::current() {
            Lang::Chinese => Document::Markdown,
            Lang::English => Document::English,
        };
        let path = out.join(shown.file_name());
        complain!("{}", words::fill_open_findings(open, errors, &path));
    }
    errors == 0
}

fn read_office(path: &Path) -> anyhow::Result<Vec<u8>> {
    let failed = || words::cannot_read(path);
    let size = std::fs::metadata(path).with_context(failed)?.len();
    if size > fill::FILE_MAX as u64 {
        return Err(anyhow::Error::msg(words::larger_than(path, fill::FILE_MAX)));
    }
    std::fs::read(path).with_context(failed)
}

/// Writes the filled copy and lists the changes. Returns whether nothing is left that a person has to look at.
fn write_filled(office: &Path, filled: &Filled, arguments: &Arguments) -> anyhow::Result<bool> {
    let name = office.file_name().with_context(words::fill_without_name)?;
    let target = arguments.out.join(name);
    // The office's file has a canonical path, since it was read; the target may not exist yet.
    let (from, to) = (office.canonicalize().ok(), target.canonicalize().ok());
    if from.is_some() && from == to {
        return Err(anyhow::Error::msg(words::would_overwrite(office)));
    }
    files::replace(&target, &filled.docx).with_context(|| words::cannot_write(&target))?;
    say!("{}", target.display());
    for replaced in &filled.replaced {
        say!("{}", words::filled_place(&replaced.part, &replaced.name));
        if matches!(replaced.how, How::Passage | How::Number) {
            say!("{}", words::filled_before(&replaced.before));
        }
    }
    for left in &filled.left {
        complain!("{}", left_behind(office, left));
    }
    let fails = |left: &Left| match left.kind {
        Kind::Plan => false,
        Kind::Passage => !arguments.leave_passages,
        Kind::Placeholder | Kind::Control | Kind::Sentence => true,
    };
    let complete = !filled.left.iter().any(fails);
    if complete && filled.replaced.is_empty() {
        complain!("{}", words::nothing_to_fill(office));
    }
    Ok(complete && !filled.replaced.is_empty())
}

/// What was left in the office's file, and why.
fn left_behind(office: &Path, left: &Left) -> Text {
    let Left { kind, name, part, said, why } = left;
    match kind {
        Kind::Placeholder | Kind::Control => words::left_place(office, name, part, why),
        Kind::Passage | Kind::Sentence | Kind::Plan if said.is_empty() => {
            words::left_passage(office, name, part, why)
        }
        Kind::Passage | Kind::Sentence | Kind::Plan => {
            words::left_passage(office, name, part, words::left_says(why, said))
        }
    }
}

fn check_template(settings: &HubSettings) -> ExitCode {
    let problems = report::check_templates(settings.report_templates.as_deref());
    for problem in &problems {
        complain!("{problem}");
    }
    say!("{}", words::problems(problems.len()));
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn list(config: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let (settings, township) = config.load_hub()?;
    let issues = report::issued(&settings.issued)?;
    if issues.is_empty() {
        complain!("{}", words::none_issued(&settings.issued));
        return Ok(ExitCode::SUCCESS);
    }
    let calendar = hub::calendar(&township)?;
    show!("{}", table(&issues, Clock::system().now(), calendar.zone()));
    Ok(ExitCode::SUCCESS)
}

fn table(issues: &[Issue], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        left(words::head_number()),
        left(words::head_from()),
        left(words::head_to()),
        left(words::head_issued_at()),
        left(words::head_issued_by()),
        left(words::head_digest()),
    ]);
    for issue in issues {
        table.row([
            issue.number.clone(),
            issue.period.from.to_string(),
            issue.period.to.to_string(),
            moment(issue.issued_at, now, zone).into(),
            issue.issued_by.clone(),
            issue.digest.clone(),
        ]);
    }
    table
}

fn diff(config: &ConfigArgs, number: &str) -> anyhow::Result<ExitCode> {
    let (settings, township) = config.load_hub()?;
    let frozen = report::read(&settings.issued, number)?;
    let now = Clock::system().now();
    let statement = hub::statement(&settings, &township, Some(frozen.issue.period), now)?;
    let changes = report::changes(&frozen, &statement)?;
    for change in &changes {
        let (name, issued, now) = (&change.name, &change.issued, &change.now);
        say!("{}", words::changed_figure(name, &change.figure, issued, now));
        for [from, then, now] in &change.inputs {
            say!("  {}", words::changed_input(from, then, now));
        }
    }
    if changes.is_empty() {
        say!("{}", words::unchanged(number));
    }
    Ok(ExitCode::SUCCESS)
}

fn reprint(config: &ConfigArgs, number: &str, out: &Path) -> anyhow::Result<ExitCode> {
    let (settings, _) = config.load_hub()?;
    let Frozen { issue, documents } = report::read(&settings.issued, number)?;
    std::fs::create_dir_all(out).with_context(|| words::uncreatable(out))?;
    for (name, bytes) in &documents {
        let path = out.join(name);
        files::replace(&path, bytes).with_context(|| words::cannot_write(&path))?;
        say!("{}", path.display());
    }
    say!("{}", words::reprinted(&issue.number, &issue.digest));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cli::table::Layout;
    use crate::core::Period;
    use crate::locales::within;

    #[test]
    fn issued_reports_are_listed_in_both_languages_at_local_time() {
        let issue = Issue {
            number: "2022-001".into(),
            period: Period { from: date(2022, 8, 1), to: date(2022, 11, 15) },
            issued_at: "2022-11-29T00:00:07Z".parse().unwrap(),
            issued_by: "刘某".into(),
            code_version: String::new(),
            files: Vec::new(),
            digest: "3f9a".into(),
        };
        let now = "2022-12-01T00:00:00Z".parse().unwrap();
        let (issues, zone) = ([issue], TimeZone::fixed(jiff::tz::offset(8)));
        let shown = Lang::ALL
            .map(|lang| within(lang, || table(&issues, now, &zone).laid_out(Layout::Plain)));
        assert_eq!(
            shown,
            [
                "编号\t起\t止\t签发时间\t签发人\t摘要值\n\
                 2022-001\t2022-08-01\t2022-11-15\t11月29日 08:00\t刘某\t3f9a\n",
                "number\tfrom\tto\tissued\tby\tdigest\n\
                 2022-001\t2022-08-01\t2022-11-15\t29 Nov 08:00\t刘某\t3f9a\n",
            ]
        );
    }
}
