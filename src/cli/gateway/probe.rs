//! `hanqing probe`

use std::process::ExitCode;

use clap::Args;

use super::line::{LineArguments, RequestOptions};
use super::numbers::{hex, number};
use crate::cli::runtime::block_on;
use crate::cli::table::{Table, left, right};
use crate::cli::usage::bail_usage;
use crate::cli::values::{read, within};
use crate::core::Parameter;
use crate::device::probe::{self, Candidate, Displayed, ORDERS, Row, Sought};
use crate::device::{Function, REGISTERS_MAX, Request};
use crate::edge::control::Failure;
use crate::locales::{Text, gateway as words};

/// Candidates that are listed. Engineering judgement: the right one is among the first ten or not there at all.
const LISTED: usize = 10;

/// Candidates that are printed as lines for a profile.
const PASTED: usize = 3;

/// The arguments of `hanqing probe`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    line: LineArguments,
    #[arg(long, value_name = "1-247", value_parser = within::<u8>(1..=247))]
    unit: u8,
    #[arg(long, value_name = "1-4", default_value = "3", value_parser = function)]
    function: Function,
    #[arg(long, value_parser = address)]
    address: u16,
    #[arg(long, default_value_t = 2, value_parser = within::<u16>(1..=REGISTERS_MAX - 1))]
    count: u16,
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, value_parser = read::<Displayed>)]
    expect: Option<Displayed>,
    #[arg(long, value_name = "LOW..HIGH", allow_hyphen_values = true, value_parser = range)]
    range: Option<Range>,
    #[arg(long, value_parser = read::<Parameter>)]
    parameter: Option<Parameter>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Range([f64; 2]);

fn function(text: &str) -> Result<Function, String> {
    let code: u8 = text.parse().map_err(|_| String::from(words::function_codes()))?;
    Function::try_from(code).map_err(String::from)
}

fn address(text: &str) -> Result<u16, String> {
    let parsed = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| words::address_span().into())
}

fn range(text: &str) -> Result<Range, String> {
    let ends = text.split_once("..").and_then(|(low, high)| {
        let ends = [low.parse::<f64>().ok()?, high.parse::<f64>().ok()?];
        (ends.iter().all(|end| end.is_finite()) && ends[0] <= ends[1]).then_some(ends)
    });
    ends.map(Range).ok_or_else(|| words::range_form().into())
}

/// Reads, decodes and prints.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let setup = arguments.line.setup_one_mode()?;
    let bus = setup.one_bus()?;
    let named = arguments.address;
    if u32::from(named) + u32::from(arguments.count) > 1 << 16 {
        bail_usage!(words::address_too_far(named, arguments.count));
    }
    let exact = Request { function: arguments.function, address: named, count: arguments.count };
    // The register before is included for manuals that count from 1. If the device refuses that, each base is tried
    // alone.
    let before = |count| named.checked_sub(1).map(|address| Request { address, count, ..exact });
    let requests = [before(exact.count + 1), Some(exact), before(exact.count)];
    let (response, request) = block_on(async {
        let mut line = setup.open(bus).await?;
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
    })?;
    let read = response.outcome?;
    let sought =
        Sought { expect: arguments.expect, range: arguments.range.map(|Range(ends)| ends) };
    let rows = probe::rows(request.function, request.address, &read);
    let candidates = probe::rank(named, &rows, &sought);
    let (function, ms) = (u8::from(request.function), format!("{:.0}", response.ms));
    say!("{}", words::probed(arguments.unit, function, request.address, request.count, ms));
    say!("{}", words::raw_values(hex(&read)));
    if request == exact && named > 0 {
        say!("{}", words::register_before_refused(named - 1));
    }
    if request.address < named && request.count == exact.count {
        say!("{}", words::last_register_refused());
    }
    say!("\n{}", grid(named, &rows, &candidates));
    print_candidates(arguments, &sought, &candidates);
    Ok(ExitCode::SUCCESS)
}

/// The base, 0 or 1, of a manual that prints `named` for the register at `address`.
fn base(named: u16, address: u16) -> &'static str {
    match i32::from(address) - i32::from(named) {
        0 => "0",
        -1 => "1",
        _ => "",
    }
}

fn grid(named: u16, rows: &[Row], candidates: &[Candidate]) -> Table {
    let heads = [right(words::head_address()), right(words::head_base()), left(words::head_type())];
    let orders = ORDERS.map(|(_, name)| right(Text::verbatim(name)));
    let mut table = Table::new(heads.into_iter().chain(orders));
    for row in rows {
        let cells = row.values.iter().zip(ORDERS).map(|(value, (order, _))| {
            let fits = candidates.iter().any(|c| {
                (c.address, c.point_type, c.order) == (row.address, row.point_type, order)
            });
            let mark = if fits { "*" } else { "" };
            value.map_or(String::new(), |value| format!("{mark}{}", number(value)))
        });
        let head = [
            row.address.to_string(),
            base(named, row.address).into(),
            row.point_type.name().into(),
        ];
        table.row(head.into_iter().chain(cells));
    }
    table
}

fn print_candidates(arguments: &Arguments, sought: &Sought, candidates: &[Candidate]) {
    if sought.expect.is_none() && sought.range.is_none() {
        say!("{}", words::say_what_is_sought());
        return;
    }
    if candidates.is_empty() {
        say!("{}", words::nothing_fits());
        return;
    }
    let mut table = Table::new([
        right(words::head_rank()),
        right(words::head_address()),
        right(words::head_base()),
        left(words::head_type()),
        left(words::head_order()),
        right(words::head_scale()),
        right(words::head_value()),
    ]);
    for (place, candidate) in candidates.iter().take(LISTED).enumerate() {
        table.row([
            (place + 1).to_string(),
            candidate.address.to_string(),
            base(arguments.address, candidate.address).into(),
            candidate.point_type.name().into(),
            candidate.order_name.into(),
            format!("{:?}", candidate.scale),
            number(candidate.value),
        ]);
    }
    say!("{}\n{table}", words::likeliest());
    let pasted = candidates.iter().take(PASTED);
    for (place, candidate) in pasted.enumerate() {
        say!("{}", words::candidate_for_profile(place + 1));
        show!("{}", probe::point_lines(candidate, arguments.function, arguments.parameter));
        if candidate.signed_too {
            let signed = candidate.point_type.name().replace('u', "i");
            say!("{}", words::signed_type(signed));
        }
        say!("");
    }
    if arguments.parameter.is_none() {
        say!("{}", words::fill_in_question_marks());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_parsed_or_refused() {
        assert_eq!(address("0x2000"), Ok(8192));
        assert_eq!(address("8192"), Ok(8192));
        assert!(address("65536").is_err() && address("40001h").is_err());
        assert_eq!(range("-5..5.5"), Ok(Range([-5.0, 5.5])));
        assert!(range("5..1").is_err() && range("5").is_err() && range("0..inf").is_err());
        assert_eq!(function("4"), Ok(Function::Input));
        assert!(function("6").is_err() && function("x").is_err());
    }
}
