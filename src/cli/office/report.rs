//! `hanqing report`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;

use super::ledger::must_be_free;
use super::period_args::PeriodArgs;
use super::report_issue;
use crate::cli::config_args::ConfigArgs;
use crate::cli::table::{Table, left};
use crate::cli::usage::bail_usage;
use crate::figures::{Severity, Statement};
use crate::hub::{self, HubSettings};
use crate::locales::{
    Lang, Text, fill as fill_words, full_moment, issued as issue_words, report as words,
};
use crate::report::fill::{self, Filled, Kind, Left, Passages, part_name};
use crate::report::{self, Archive, ChangedInput, Document, Frozen, Issue};
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
    force: bool,
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
        check_target(path, arguments)?;
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
    let office = files::read_regular(path, fill::FILE_MAX as u64);
    let office = office.with_context(|| words::cannot_read(path))?;
    match office.len() > fill::FILE_MAX {
        true => Err(anyhow::Error::msg(words::larger_than(path, fill::FILE_MAX))),
        false => Ok(office),
    }
}

/// Refuses to write the filled copy over the office's own file, and without `--force` over any other.
fn check_target(office: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let name = office.file_name().with_context(words::fill_without_name)?;
    let target = arguments.out.join(name);
    // The target may not exist yet.
    let (from, to) = (office.canonicalize().ok(), target.canonicalize().ok());
    if from.is_some() && from == to {
        return Err(anyhow::Error::msg(words::would_overwrite(office)));
    }
    must_be_free(&target, arguments.force)
}

/// Writes the filled copy and lists the changes. Returns whether nothing is left that a person has to look at.
fn write_filled(office: &Path, filled: &Filled, arguments: &Arguments) -> anyhow::Result<bool> {
    let name = office.file_name().with_context(words::fill_without_name)?;
    let target = arguments.out.join(name);
    files::replace(&target, &filled.docx).with_context(|| words::cannot_write(&target))?;
    say!("{}", target.display());
    for replaced in &filled.replaced {
        say!("{}", words::filled_place(part_name(&replaced.part), replaced.shown_name()));
        say!("{}", words::filled_before(&replaced.before));
        say!("{}", words::filled_after(&replaced.after));
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
        let nothing = match filled.has_passage {
            true => words::nothing_replaced(office),
            false => words::nothing_to_fill(office),
        };
        complain!("{nothing}");
    }
    Ok(complete && !filled.replaced.is_empty())
}

/// What was left in the office's file, and why.
fn left_behind(office: &Path, left: &Left) -> Text {
    let Left { kind, name, part, said, why } = left;
    let part = part_name(part);
    match kind {
        Kind::Placeholder | Kind::Sentence if name.is_empty() => {
            words::left_passage(office, said, part, why)
        }
        Kind::Placeholder | Kind::Control => words::left_place(office, name, part, why),
        Kind::Passage | Kind::Sentence | Kind::Plan if said.is_empty() => {
            words::left_passage(office, name, part, why)
        }
        Kind::Passage | Kind::Sentence | Kind::Plan => {
            words::left_passage(office, name, part, fill_words::left_says(why, said))
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
    let Archive { issues, unreadable } = report::issued(&settings.issued)?;
    if !unreadable.is_empty() {
        let numbers = Text::list(&unreadable);
        complain!("{}", issue_words::unreadable(numbers, &settings.issued));
    } else if issues.is_empty() {
        complain!("{}", issue_words::none_issued(&settings.issued));
        return Ok(ExitCode::SUCCESS);
    }
    let calendar = hub::calendar(&township)?;
    let state = |issue: &Issue| match report::is_intact(&settings.issued, issue) {
        true => issue_words::files_intact(),
        false => issue_words::files_altered(),
    };
    show!("{}", table(&issues, calendar.zone(), state));
    Ok(if unreadable.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The issued reports, with what `state` says of the files of each.
fn table(issues: &[Issue], zone: &TimeZone, state: impl Fn(&Issue) -> Text) -> Table {
    let mut table = Table::new([
        left(issue_words::head_number()),
        left(issue_words::head_from()),
        left(issue_words::head_to()),
        left(issue_words::head_issued_at()),
        left(issue_words::head_issued_by()),
        left(issue_words::head_files()),
        left(issue_words::head_digest()),
    ]);
    for issue in issues {
        table.row([
            issue.number.clone(),
            issue.period.from.to_string(),
            issue.period.to.to_string(),
            full_moment(issue.issued_at, zone).into(),
            issue.issued_by.clone(),
            state(issue).into(),
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
    let changes = report::changes(&frozen, &statement, &township)?;
    for change in &changes {
        let (name, issued, now) = (&change.name, &change.issued, &change.now);
        say!("{}", issue_words::changed_figure(name, &change.figure, issued, now));
        for ChangedInput { from, issued, now } in &change.inputs {
            say!("  {}", issue_words::changed_input(from, issued, now));
        }
    }
    if changes.is_empty() {
        say!("{}", issue_words::unchanged(number));
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
    say!("{}", issue_words::reprinted(&issue.number, &issue.digest));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cli::table::Layout;
    use crate::core::Period;
    use crate::locales::within;
    use crate::report::fill::{How, Replaced};

    #[test]
    fn what_was_filled_and_left_is_said_with_names_and_not_with_ids() {
        let replaced = |how: How, name: &str| Replaced {
            name: name.to_owned(),
            part: String::new(),
            how,
            before: String::new(),
            after: String::new(),
        };
        let shown = |lang: Lang, how: How, name: &str| {
            within(lang, || replaced(how, name).shown_name().to_string())
        };
        assert_eq!(shown(Lang::Chinese, How::Number, "area_affected"), "农作物受灾面积");
        assert_eq!(shown(Lang::English, How::Number, "area_affected"), "crop area affected");
        let unit = shown(Lang::Chinese, How::Placeholder, "农作物受灾面积.unit");
        assert_eq!(unit, "农作物受灾面积的单位");
        let part = |part: &str| within(Lang::Chinese, || part_name(part).to_string());
        assert_eq!(part("word/document.xml"), "正文");
        assert_eq!(part("word/header2.xml"), "页眉");
        let left = Left {
            kind: Kind::Sentence,
            name: String::new(),
            part: "word/footnotes.xml".into(),
            said: "抗旱工作：受灾600亩。".into(),
            why: fill_words::speaks_of_same(),
        };
        let said = within(Lang::Chinese, || left_behind(Path::new("a.docx"), &left).to_string());
        assert!(said.starts_with("a.docx：脚注里的“抗旱工作：受灾600亩。”："), "{said}");
    }

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
        let (issues, zone) = ([issue], TimeZone::fixed(jiff::tz::offset(8)));
        let listed =
            || table(&issues, &zone, |_| issue_words::files_intact()).laid_out(Layout::Plain);
        let shown = Lang::ALL.map(|lang| within(lang, listed));
        assert_eq!(
            shown,
            [
                "编号\t起\t止\t签发时间\t签发人\t文件\t摘要值\n\
                 2022-001\t2022-08-01\t2022-11-15\t2022年11月29日 08:00:07 +08:00\t刘某\t与签发时一致\t3f9a\n",
                "number\tfrom\tto\tissued\tby\tfiles\tdigest\n\
                 2022-001\t2022-08-01\t2022-11-15\t29 Nov 2022 08:00:07 +08:00\t刘某\tas issued\t3f9a\n",
            ]
        );
    }
}
