//! What `hanqing probe` shows: every decoding, the likeliest of them, and the lines for a profile.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::numbers::{clean, of_type, reference};
use super::wire::Frame;
use crate::cli::json;
use crate::cli::table::{Table, left, right};
use crate::core::{Parameter, Unit};
use crate::device::Request;
use crate::device::paste::Paste;
use crate::device::probe::{Candidate, ORDERS, Row, Sought};
use crate::locales::{Text, commissioning as said, gateway as words};
use crate::support::Clock;

/// Candidates that are listed. Engineering judgement: the right one is among the first ten or not there at all.
const LISTED: usize = 10;

/// Candidates that are printed as lines for a profile.
const PASTED: usize = 3;

/// What was read and what it may mean.
pub struct Report<'a> {
    pub unit: u8,
    /// The address on the wire that was asked for.
    pub named: u16,
    pub request: Request,
    pub words: &'a [u16],
    pub ms: f64,
    pub sought: Sought,
    /// The expected value as it was written.
    pub displayed: Option<&'a str>,
    pub parameter: Option<Parameter>,
    pub unit_of: Option<Unit>,
    pub rows: &'a [Row],
    pub candidates: &'a [Candidate],
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    unit: u8,
    function: u8,
    /// On the wire, of the first of the registers.
    address: u16,
    reference: String,
    /// On the wire, that was asked for.
    asked: u16,
    ms: f64,
    words: &'a [u16],
    values: Vec<Values>,
    candidates: Vec<Ranked>,
    hints: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<Vec<Frame>>,
}

#[derive(Serialize)]
struct Values {
    address: u16,
    reference: String,
    #[serde(rename = "type")]
    point_type: &'static str,
    /// By byte order; `None` where an order adds nothing.
    values: BTreeMap<&'static str, Option<f64>>,
}

#[derive(Serialize)]
struct Ranked {
    rank: usize,
    address: u16,
    reference: String,
    /// What the manual counts from, where the register is the one that was asked for.
    base: Option<u8>,
    #[serde(rename = "type")]
    point_type: &'static str,
    order: &'static str,
    scale: f64,
    value: f64,
    signed_too: bool,
    point: String,
    example: Option<String>,
}

impl Report<'_> {
    /// Prints it as a document.
    pub fn document(&self, hints: &[Text], frames: Option<Vec<Frame>>) -> anyhow::Result<()> {
        let function = self.request.function;
        let values = |row: &Row| Values {
            address: row.address,
            reference: reference(function, row.address),
            point_type: row.point_type.name(),
            values: ORDERS
                .iter()
                .zip(row.values)
                .map(|((_, order), value)| (*order, value.map(|v| clean(row.point_type, v))))
                .collect(),
        };
        let ranked = |(place, candidate): (usize, &Candidate)| Ranked {
            rank: place + 1,
            address: candidate.address,
            reference: reference(function, candidate.address),
            base: base(self.named, candidate.address),
            point_type: candidate.point_type.name(),
            order: candidate.order_name,
            scale: candidate.scale,
            value: clean(candidate.point_type, candidate.value),
            signed_too: candidate.signed_too,
            point: self.paste(candidate).point(),
            example: self.example(candidate),
        };
        json::print(&Document {
            format: json::FORMAT,
            unit: self.unit,
            function: function.into(),
            address: self.request.address,
            reference: reference(function, self.request.address),
            asked: self.named,
            ms: (self.ms * 10.0).round() / 10.0,
            words: self.words,
            values: self.rows.iter().map(values).collect(),
            candidates: self.candidates.iter().take(LISTED).enumerate().map(ranked).collect(),
            hints: hints.iter().map(ToString::to_string).collect(),
            frames,
        })
    }

    /// Every decoding; those that fit have a star.
    pub fn grid(&self) -> Table {
        let heads = [
            right(words::head_address()),
            right(said::head_reference()),
            right(words::head_base()),
            left(words::head_type()),
        ];
        let orders = ORDERS.map(|(_, name)| right(Text::verbatim(name)));
        let mut table = Table::new(heads.into_iter().chain(orders));
        for row in self.rows {
            let cells = row.values.iter().zip(ORDERS).map(|(value, (order, _))| {
                let fits = self.marked().any(|c| {
                    (c.address, c.point_type, c.order) == (row.address, row.point_type, order)
                });
                let mark = if fits { "*" } else { "" };
                let shown = |value| format!("{mark}{}", of_type(row.point_type, value));
                value.map_or(String::new(), shown)
            });
            let head = self.place(row.address);
            table.row(head.into_iter().chain([row.point_type.name().into()]).chain(cells));
        }
        table
    }

    /// The candidates with a star: those that agree to the last digit, or all where none does.
    fn marked(&self) -> impl Iterator<Item = &Candidate> {
        let any = self.candidates.iter().any(Candidate::agrees);
        self.candidates.iter().filter(move |candidate| candidate.agrees() || !any)
    }

    /// The address, its number in manuals, and the base of a manual that prints the address that was asked for.
    fn place(&self, address: u16) -> [String; 3] {
        let base = base(self.named, address).map_or(String::new(), |base| base.to_string());
        [address.to_string(), reference(self.request.function, address), base]
    }

    /// Prints the likeliest decodings, and the lines for a profile.
    pub fn print_candidates(&self) {
        if self.sought.expect.is_none() && self.sought.range.is_none() {
            say!("{}", words::say_what_is_sought());
            return;
        }
        if self.candidates.is_empty() {
            say!("{}", words::nothing_fits());
            return;
        }
        let mut table = Table::new([
            right(words::head_rank()),
            right(words::head_address()),
            right(said::head_reference()),
            right(words::head_base()),
            left(words::head_type()),
            left(words::head_order()),
            right(words::head_scale()),
            right(words::head_value()),
        ]);
        for (place, candidate) in self.candidates.iter().take(LISTED).enumerate() {
            let rank = [(place + 1).to_string()];
            table.row(rank.into_iter().chain(self.place(candidate.address)).chain([
                candidate.point_type.name().into(),
                candidate.order_name.into(),
                format!("{:?}", candidate.scale),
                of_type(candidate.point_type, candidate.value),
            ]));
        }
        say!("{}\n{table}", words::likeliest());
        let agreeing = self.candidates.iter().filter(|candidate| candidate.agrees());
        let pasted: Vec<&Candidate> = agreeing.take(PASTED).collect();
        if pasted.is_empty() {
            say!("{}", said::none_agrees());
            return;
        }
        for (place, candidate) in pasted.into_iter().enumerate() {
            say!("{}", words::candidate_for_profile(place + 1));
            self.print_lines(candidate);
        }
        if self.parameter.is_some() {
            say!("{}\n{}", said::head_of_profile(), said::second_value());
        }
        if self.parameter.is_none() {
            say!("{}", words::fill_in_question_marks());
        }
    }

    fn print_lines(&self, candidate: &Candidate) {
        let paste = self.paste(candidate);
        show!("{}", paste.point());
        if candidate.signed_too {
            let signed = candidate.point_type.name().replace('u', "i");
            say!("{}", words::signed_type(signed));
        }
        if let (None, Some(unit), Some(_)) = (self.unit_of, paste.unit(), self.displayed) {
            say!("{}", said::unit_assumed(unit.symbol()));
        }
        if let Some(example) = self.example(candidate) {
            if let Some(displayed) = self.displayed {
                let unit = paste.unit().map_or("", Unit::symbol);
                say!("{}", said::example_display(format!("{displayed} {unit}")));
            }
            show!("{example}");
        }
        say!("");
    }

    fn paste<'a>(&'a self, candidate: &'a Candidate) -> Paste<'a> {
        Paste {
            candidate,
            function: self.request.function,
            parameter: self.parameter,
            unit: self.unit_of,
            range: self.sought.range,
            first: self.request.address,
            words: self.words,
        }
    }

    fn example(&self, candidate: &Candidate) -> Option<String> {
        let now = Clock::system().now().to_zoned_datetime(TimeZone::system());
        let day = now.date().to_string();
        self.paste(candidate).example(&said::example_source(self.unit, day).to_string())
    }
}

/// The base, 0 or 1, of a manual that prints `named` for the register at `address`.
fn base(named: u16, address: u16) -> Option<u8> {
    match i32::from(address) - i32::from(named) {
        0 => Some(0),
        -1 => Some(1),
        _ => None,
    }
}
