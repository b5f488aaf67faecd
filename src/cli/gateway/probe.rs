//! `hanqing probe`

use std::process::ExitCode;

use clap::Args;

use super::line::{LineArguments, RequestOptions};
use super::table::{Table, hex, number};
use crate::cli::runtime::block_on;
use crate::cli::usage::bail_usage;
use crate::core::Parameter;
use crate::device::probe::{self, Candidate, Displayed, ORDERS, Row, Sought};
use crate::device::{Function, REGISTERS_MAX, Request};
use crate::edge::control::Failure;

/// Candidates that are listed. Engineering judgement: the right one is among the first ten or not there at all.
const LISTED: usize = 10;

/// Candidates that are printed as lines for a profile.
const PASTED: usize = 3;

/// Read a block of registers and show what it may mean in every type, byte order and base.
///
/// Manuals count registers from 0 or from 1, so the register before --address is read too if the device allows it. With
/// --expect (the displayed value, with all its digits) or --range, the matching interpretations are ranked and printed
/// as lines for the profile.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    line: LineArguments,
    /// Unit id
    #[arg(long, value_name = "1-247", value_parser = clap::value_parser!(u8).range(1..=247))]
    unit: u8,
    /// Function code: 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers
    #[arg(long, value_name = "1-4", default_value = "3", value_parser = function)]
    function: Function,
    /// Address as printed in the manual, such as 8192 or 0x2000
    #[arg(long, value_parser = address)]
    address: u16,
    /// Number of registers
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=i64::from(REGISTERS_MAX) - 1))]
    count: u16,
    /// Value on the device's display with all its digits, such as 3.21
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    expect: Option<Displayed>,
    /// Smallest and largest plausible value, such as 0..100
    #[arg(long, value_name = "LOW..HIGH", allow_hyphen_values = true, value_parser = range)]
    range: Option<Range>,
    /// Parameter for the profile lines, such as flow or level
    #[arg(long)]
    parameter: Option<Parameter>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Range([f64; 2]);

fn function(text: &str) -> Result<Function, String> {
    let code: u8 = text.parse().map_err(|_| "1, 2, 3 or 4".to_owned())?;
    Function::try_from(code)
}

fn address(text: &str) -> Result<u16, String> {
    let parsed = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| "0 to 65535, or 0x0000 to 0xFFFF".into())
}

fn range(text: &str) -> Result<Range, String> {
    let ends = text.split_once("..").and_then(|(low, high)| {
        let ends = [low.parse::<f64>().ok()?, high.parse::<f64>().ok()?];
        (ends.iter().all(|end| end.is_finite()) && ends[0] <= ends[1]).then_some(ends)
    });
    ends.map(Range).ok_or_else(|| "the smallest and the largest value, such as 0..100".into())
}

/// Reads, decodes and prints.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let setup = arguments.line.setup_one_mode()?;
    let bus = setup.one_bus()?;
    let named = arguments.address;
    if u32::from(named) + u32::from(arguments.count) > 1 << 16 {
        bail_usage!(
            "--address {named} plus --count {} goes past the last address, 65535",
            arguments.count
        );
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
        refused.ok_or_else(|| anyhow::anyhow!("there is no register to read"))
    })?;
    let words = response.outcome.map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let sought =
        Sought { expect: arguments.expect, range: arguments.range.map(|Range(ends)| ends) };
    let rows = probe::rows(request.function, request.address, &words);
    let candidates = probe::rank(named, &rows, &sought);
    say!(
        "站号 {}，功能码 {}，地址 {} 起 {} 个，{:.0} 毫秒",
        arguments.unit,
        u8::from(request.function),
        request.address,
        request.count,
        response.ms
    );
    say!("原始值 {}", hex(&words));
    if request == exact && named > 0 {
        say!("（前一个寄存器 {} 设备不给读，只看从 0 数起的地址）", named - 1);
    }
    if request.address < named && request.count == exact.count {
        say!("（末一个寄存器设备不给读，只看从 1 数起的地址）");
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
    let mut table = Table::new(&[">地址", ">起数", "类型", ">ABCD", ">CDAB", ">BADC", ">DCBA"]);
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
        say!("加 --expect 表头显示的数（带全部小数位）或 --range 下限..上限，可排出最像的解法。");
        return;
    }
    if candidates.is_empty() {
        say!("没有一种解法相符：核对站号、功能码和地址，或加大 --count 往后再读几个。");
        return;
    }
    let mut table = Table::new(&[">名次", ">地址", ">起数", "类型", "字节序", ">倍率", ">数值"]);
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
    say!("最像的解法（上表带 * 的；越靠前越像）：\n{table}");
    let pasted = candidates.iter().take(PASTED);
    for (place, candidate) in pasted.enumerate() {
        say!("# 第 {} 名，抄进型号文件：", place + 1);
        show!("{}", probe::point_lines(candidate, arguments.function, arguments.parameter));
        if candidate.signed_too {
            say!("# 可能为负的量，类型改用 {}", candidate.point_type.name().replace('u', "i"));
        }
        say!("");
    }
    if arguments.parameter.is_none() {
        say!("问号处按说明书填参数和单位（加 --parameter 自动填）；见 config/devices/ 里的样例。");
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
