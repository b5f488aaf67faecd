//! `hanqing explain`

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::period_args::PeriodArgs;
use crate::core::nearest;
use crate::figures::FigureId;
use crate::hub;
use crate::locales::{Lang, for_programs, report as words};
use crate::report;
use crate::support::Clock;

/// Levels that are printed by default: figure, inputs, and what happened to each meter.
const DEPTH: usize = 3;

/// The arguments of `hanqing explain`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    period: PeriodArgs,
    #[arg(long, value_name = "N", default_value_t = DEPTH)]
    depth: usize,
    #[arg(long)]
    json: bool,
    figure: String,
}

/// Prints the tree.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let asked = arguments.figure.as_str();
    let figures = || FigureId::ALL.iter().copied();
    let named = |figure: &FigureId| {
        let spec = figure.spec();
        [spec.id, spec.name_zh, spec.name_en].contains(&asked)
    };
    let Some(figure) = figures().find(named) else {
        let near = figure_near(asked).map(FigureId::id);
        return Err(anyhow::Error::msg(match near {
            Some(near) => words::no_such_figure_near(asked, near),
            None => words::no_such_figure(asked),
        }));
    };
    let (settings, township, period) = arguments.period.load()?;
    let statement = hub::statement(&settings, &township, period, Clock::system().now())?;
    let tree = report::explain(&statement, &township, figure)
        .with_context(words::figure_not_worked_out)?;
    if arguments.json {
        // As the JSON of a report: its notes are Chinese whatever language is spoken.
        let json = for_programs(Lang::Chinese, || serde_json::to_string_pretty(&tree))?;
        say!("{json}");
    } else {
        for line in tree.lines(arguments.depth) {
            say!("{line}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The figure that may have been meant: the first of whose names `asked` is a part, or one with a name that is near.
fn figure_near(asked: &str) -> Option<FigureId> {
    let names = |figure: FigureId| {
        let spec = figure.spec();
        [spec.id, spec.name_zh, spec.name_en]
    };
    let figures = || FigureId::ALL.iter().copied();
    let near = nearest(asked, figures().flat_map(names));
    let of_name = |name| figures().find(|figure| names(*figure).contains(&name));
    let holds = |figure: &FigureId| names(*figure).iter().any(|name| name.contains(asked));
    // Two Chinese characters are a word, two letters are none.
    let part = figures().find(holds).filter(|_| asked.len() > 3);
    part.or_else(|| near.and_then(of_name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Claim, Verdict};
    use crate::locales::Text;
    use crate::report::Explanation;

    #[test]
    fn a_figure_is_found_by_a_part_of_its_name_in_either_language() {
        for (asked, id) in [
            ("electricty_used", Some("electricity_used")),
            ("用电量", Some("electricity_used")),
            ("受灾面积", Some("area_affected")),
            ("gasolin used", Some("gasoline_used")),
            ("月", None),
            ("nonsense", None),
        ] {
            assert_eq!(figure_near(asked).map(FigureId::id), id, "{asked}");
        }
    }
    #[test]
    fn the_document_is_as_its_schema_says() {
        let schema = include_str!("../../../docs/schema/commands/explain.schema.json");
        let schema = serde_json::from_str(schema).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let text = Text::both("用电量", "electricity used");
        let leaf = Explanation { text: text.clone(), claim: None, from: Vec::new(), lead: None };
        let claim = Claim { verdict: Verdict::Open, grounds: vec![text.clone()] };
        let tree = Explanation { text, claim: Some(claim), from: vec![leaf], lead: None };
        let document = serde_json::to_value(&tree).unwrap();
        let found: Vec<String> = schema.iter_errors(&document).map(|e| e.to_string()).collect();
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(document["claim"]["verdict"], "open");
    }
}
