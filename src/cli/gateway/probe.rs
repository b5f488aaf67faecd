//! `hanqing probe`

use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;
use serde::de::IntoDeserializer;

use super::blocks;
use super::line::LineArguments;
use super::numbers::hex;
use super::probe_address::{Named, Understood, address};
use super::probe_report::Report;
use super::requests::{Line, RequestOptions, Response};
use crate::cli::json;
use crate::cli::runtime::block_on;
use crate::cli::usage::bail_usage;
use crate::cli::values::{read, within};
use crate::core::{Parameter, Unit, did_you_mean, nearest};
use crate::device::probe::{self, Displayed, Sought};
use crate::device::{Function, REGISTERS_MAX, Request};
use crate::edge::control::Failure;
use crate::locales::{
    Text, commissioning as said, config as config_words, foreign, gateway as words,
};

/// Registers that are read where no number is given: an f32, or a whole number of 32 bits.
const COUNT: u16 = 2;

/// The arguments of `hanqing probe`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    line: LineArguments,
    #[arg(long, value_name = "1-247", value_parser = within::<u8>(1..=247))]
    unit: u8,
    #[arg(long, value_name = "1-4", value_parser = function)]
    function: Option<Function>,
    #[arg(long, value_parser = address)]
    address: Named,
    #[arg(long, value_parser = within::<u16>(1..=REGISTERS_MAX - 1))]
    count: Option<u16>,
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, value_parser = displayed)]
    expect: Option<(String, Displayed)>,
    #[arg(long, value_name = "LOW..HIGH", allow_hyphen_values = true, value_parser = range)]
    range: Option<Range>,
    #[arg(long, value_parser = parameter)]
    parameter: Option<Parameter>,
    #[arg(long, value_name = "UNIT", value_parser = measure)]
    unit_of: Option<Unit>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Range([f64; 2]);

fn function(text: &str) -> Result<Function, String> {
    let code: u8 = text.parse().map_err(|_| String::from(words::function_codes()))?;
    Function::try_from(code).map_err(String::from)
}

fn displayed(text: &str) -> Result<(String, Displayed), crate::cli::usage::UsageError> {
    Ok((text.to_owned(), read(text)?))
}

/// Reads a parameter by its id; of a wrong one it names what is near, or all.
fn parameter(text: &str) -> Result<Parameter, String> {
    text.parse::<Parameter>().map_err(|wrong| {
        let ids = || Parameter::ALL.iter().map(|parameter| parameter.id());
        let named = Parameter::ALL.iter().find(|parameter| parameter.spec().name_zh == text);
        let meant = named.map(|parameter| parameter.id()).or_else(|| nearest(text, ids()));
        let hint = meant.and_then(|meant| did_you_mean(meant, [meant]));
        let hint = hint.unwrap_or_else(|| config_words::one_of(Text::list(ids())));
        Text::clauses([wrong, hint]).into()
    })
}

fn range(text: &str) -> Result<Range, String> {
    let ends = text.split_once("..").and_then(|(low, high)| {
        let ends = [low.parse::<f64>().ok()?, high.parse::<f64>().ok()?];
        (ends.iter().all(|end| end.is_finite()) && ends[0] <= ends[1]).then_some(ends)
    });
    ends.map(Range).ok_or_else(|| words::range_form().into())
}

fn measure(text: &str) -> Result<Unit, String> {
    let read: Result<Unit, serde::de::value::Error> = Unit::deserialize(text.into_deserializer());
    read.map_err(|_| said::unknown_unit().into())
}

/// Reads, decodes and prints.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let done = read_and_rank(arguments);
    if arguments.line.json { json::or_error(done) } else { done }
}

fn read_and_rank(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let setup = arguments.line.setup_one_mode()?;
    let bus = setup.one_bus()?;
    let Understood { function, address: named, note } =
        match arguments.address.understood(arguments.function) {
            Ok(understood) => understood,
            Err(contradiction) => bail_usage!(contradiction),
        };
    let count = arguments.count.unwrap_or(COUNT);
    if u32::from(named) + u32::from(count) > 1 << 16 && arguments.count.is_some() {
        bail_usage!(words::address_too_far(named, count));
    }
    if let (Some(unit), Some(parameter)) = (arguments.unit_of, arguments.parameter) {
        let own = parameter.spec().unit;
        if unit.factor_to(own).is_none() {
            let (unit, own) = (unit.symbol(), own.symbol());
            bail_usage!(said::unit_of_other_kind(unit, parameter.id(), own));
        }
    }
    let mut hints: Vec<Text> = note.into_iter().collect();
    let asked = Request { function, address: named, count };
    let (response, request, alone, frames) = block_on(async {
        let mut line = setup.open(bus).await?;
        let (response, request) = ask(&mut line, arguments, asked).await?;
        if let Err(failure) = &response.outcome {
            let other = line.other_framing(arguments.unit, asked, failure).await;
            let other = other.or_else(|| line.perhaps_held(arguments.unit, failure));
            hints.extend(other);
        }
        let (unit, options) = (arguments.unit, RequestOptions::default());
        let mut alone = None;
        if response.outcome.is_ok()
            && blocks::agrees(&mut line, unit, request, options).await? == Some(false)
        {
            hints.push(said::blocks_wrong(unit, u8::from(function), request.address));
            // A device may have refused the address itself, and given the one before it.
            let last = request.address.saturating_add(request.count.saturating_sub(1));
            let near = named.clamp(request.address, last);
            alone = blocks::registers_alone(&mut line, unit, request, near, options).await?;
            hints.push(match &alone {
                Some((own, _)) if own.count == request.count => said::read_alone(),
                Some((own, _)) => said::read_alone_only(own.address, own.count),
                None => said::not_read_alone(near),
            });
        }
        Ok((response, request, alone, line.frames()))
    })?;
    let read = match response.outcome {
        Ok(read) => read,
        Err(failure) => {
            if failure.exception == Some(2) {
                hints.push(said::refused_here(other_function(function)));
            }
            hints.iter().for_each(|hint| complain!("{hint}"));
            let error = anyhow::Error::from(failure);
            if setup.json {
                json::failed(&error, &hints)?;
                complain!("hanqing: {}", foreign::chain(&error));
                return Ok(ExitCode::FAILURE);
            }
            return Err(error);
        }
    };
    if request.count == 1 && count > 1 {
        hints.push(said::read_one_only());
    } else if request == asked && named > 0 {
        hints.push(words::register_before_refused(named - 1));
    } else if request.address < named && request.count == count {
        hints.push(words::last_register_refused());
    }
    let (request, read) = alone.unwrap_or((request, read));
    let range = arguments.range.map(|Range(ends)| ends);
    let sought = Sought { expect: arguments.expect.as_ref().map(|(_, value)| *value), range };
    let rows = probe::rows(request.function, request.address, &read);
    let candidates = probe::rank(named, &rows, &sought);
    let report = Report {
        unit: arguments.unit,
        named,
        request,
        words: &read,
        ms: response.ms,
        sought,
        displayed: arguments.expect.as_ref().map(|(text, _)| text.as_str()),
        parameter: arguments.parameter,
        unit_of: arguments.unit_of,
        rows: &rows,
        candidates: &candidates,
    };
    if setup.json {
        report.document(&hints, frames)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (code, ms) = (u8::from(request.function), format!("{:.0}", response.ms));
    say!("{}", words::probed(arguments.unit, code, request.address, request.count, ms));
    say!("{}", words::raw_values(hex(&read)));
    hints.iter().for_each(|hint| say!("{hint}"));
    say!("\n{}", report.grid());
    report.print_candidates();
    Ok(ExitCode::SUCCESS)
}

/// Reads what is asked and the register before it, for manuals that count from 1. If the device refuses that, each base
/// is tried alone, and then a single register unless a number of them was given.
async fn ask(
    line: &mut Line,
    arguments: &Arguments,
    asked: Request,
) -> anyhow::Result<(Response, Request)> {
    let last = u32::from(asked.address) + u32::from(asked.count) <= 1 << 16;
    let before = |count| {
        let address = asked.address.checked_sub(1)?;
        Some(Request { address, count, ..asked })
    };
    let whole = last.then_some(asked);
    let one = Request { count: 1, ..asked };
    let requests = [
        before(asked.count + 1).filter(|_| last),
        whole,
        before(asked.count),
        (arguments.count.is_none() && asked.count > 1).then_some(one),
    ];
    let mut refused = None;
    for request in requests.into_iter().flatten() {
        let response = line.read(arguments.unit, request, RequestOptions::default()).await?;
        let exception = |failure: &Failure| failure.exception.is_some();
        if !response.outcome.as_ref().is_err_and(exception) {
            return Ok((response, request));
        }
        refused.get_or_insert((response, request));
    }
    refused.ok_or_else(|| anyhow::Error::msg(words::no_register_to_read()))
}

/// The function that a manual may have meant instead.
fn other_function(function: Function) -> u8 {
    match function {
        Function::Coils => 2,
        Function::DiscreteInputs => 1,
        Function::Holding => 4,
        Function::Input => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_parsed_or_refused() {
        assert_eq!(range("-5..5.5"), Ok(Range([-5.0, 5.5])));
        assert!(range("5..1").is_err() && range("5").is_err() && range("0..inf").is_err());
        assert_eq!(function("4"), Ok(Function::Input));
        assert!(function("6").is_err() && function("x").is_err());
        assert_eq!(measure("W"), Ok(Unit::Watt));
        assert!(measure("Watt").unwrap_err().contains("kWh"));
        assert_eq!(displayed("3.20").unwrap().0, "3.20");
        assert_eq!(parameter("flow"), Ok(Parameter::Flow));
        for (typed, hint) in [("levl", "`level`"), ("水位", "`level`"), ("depth", "run_hours")] {
            let said = parameter(typed).unwrap_err();
            assert!(said.contains(hint), "{said}");
        }
    }
}
