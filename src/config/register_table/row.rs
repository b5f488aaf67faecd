//! One row of a register table: its point and its example, or the problems of its cells.

use toml::{Table, Value};

use super::Base;
use super::vocabulary::{self, COLUMNS, Column};
use crate::core::{Kind, Parameter, Problems, Unit};

const FUNCTIONS: &str = "1 coils, 2 discrete inputs, 3 holding or 4 input registers";

/// The name of a column in the manual.
pub(super) fn name(column: Column) -> &'static str {
    let named = COLUMNS.iter().find(|(known, _)| *known == column);
    named.and_then(|(_, names)| names.first()).copied().unwrap_or_default()
}

/// A cell as the spreadsheet shows it: row 3, column D (类型).
pub(super) fn place(row: usize, index: usize, heading: &str) -> String {
    let mut letters = String::new();
    let mut left = index + 1;
    while left > 0 {
        letters.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    if heading.is_empty() {
        format!("row {row}, column {letters}")
    } else {
        format!("row {row}, column {letters} ({heading})")
    }
}

pub(super) struct Row<'a> {
    pub(super) number: usize,
    pub(super) header: &'a csv::StringRecord,
    pub(super) columns: &'a [Option<Column>],
    pub(super) record: &'a csv::StringRecord,
    pub(super) found: &'a mut Problems,
}

impl Row<'_> {
    fn index(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|known| *known == Some(column))
    }

    /// The cell of a column; `None` where it is empty or not there.
    fn cell(&self, column: Column) -> Option<String> {
        let cell = self.record.get(self.index(column)?).filter(|cell| !cell.is_empty());
        cell.map(str::to_owned)
    }

    fn wrong(&mut self, column: Column, rule: impl Into<String>, hint: impl Into<String>) {
        let place = match self.index(column) {
            Some(index) => place(self.number, index, self.header.get(index).unwrap_or_default()),
            None => format!("row {}, {}", self.number, name(column)),
        };
        let value = self.cell(column).unwrap_or_default();
        self.found.add(place, value, rule, hint);
    }

    /// The cell, read by `read`; a problem where it is empty or cannot be read.
    fn required<T>(
        &mut self,
        column: Column,
        read: impl Fn(&str) -> Option<T>,
        hint: &str,
    ) -> Option<T> {
        let cell = self.cell(column);
        let value = cell.as_deref().and_then(read);
        if value.is_none() {
            self.wrong(column, if cell.is_none() { "is required" } else { "is not known" }, hint);
        }
        value
    }

    /// The number in the cell, if there is one.
    fn number(&mut self, column: Column) -> Option<f64> {
        let cell = self.cell(column)?;
        let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            let hint = "write it with a point and without a unit, such as 0.01";
            self.wrong(column, "is not a number", hint);
        }
        number
    }

    /// The point that the row describes; `None` where it has a problem.
    pub(super) fn point(&mut self, base: Base) -> Option<Table> {
        let before = self.found.list().len();
        let names: Vec<&str> = Parameter::ALL.iter().map(|p| p.spec().name_zh).collect();
        let known = format!("one of {}", names.join(", "));
        let parameter = self.required(Column::Parameter, vocabulary::parameter, &known);
        let types = "one of bit, u16, i16, u32, i32, u64, i64, f32, f64, bcd16, bcd32, bcd64";
        let point_type = self.required(Column::Type, vocabulary::point_type, types);
        let units = "such as m, mm, m3/h, m3, kWh, kW, V, Hz, h, degC, %, 1";
        let unit = self.required(Column::Unit, vocabulary::unit, units);
        let (function, address) = self.register(base).unzip();
        let mut order = None;
        if self.cell(Column::Order).is_some() {
            let hint = "one of ABCD, CDAB, BADC, DCBA; `hanqing probe` shows which one fits";
            order = self.required(Column::Order, vocabulary::order, hint);
        }
        let fields: [(&str, Option<Value>); 12] = [
            ("parameter", parameter.map(|p| p.id().into())),
            ("channel", self.cell(Column::Channel).map(Value::from)),
            ("function", function.map(|function| i64::from(function).into())),
            ("address", address.map(|address| i64::from(address).into())),
            ("type", point_type.map(Value::from)),
            ("order", order.map(Value::from)),
            ("scale", self.number(Column::Scale).map(Value::from)),
            ("offset", self.number(Column::Offset).map(Value::from)),
            ("unit", unit.map(|unit| unit.symbol().into())),
            ("invalid", self.invalid()),
            ("valid_range", self.range()),
            ("counter", self.counter(parameter)),
        ];
        let fields = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        let point = Table::from_iter(fields);
        (self.found.list().len() == before).then_some(point)
    }

    /// Function code and address on the wire.
    fn register(&mut self, base: Base) -> Option<(u8, u16)> {
        let number = self.required(Column::Address, address, "write it as 16, 0x10 or 10H");
        let mut function = None;
        if let Some(cell) = self.cell(Column::Function) {
            let code = vocabulary::function(&cell).or_else(|| u8::try_from(address(&cell)?).ok());
            function = code.filter(|code| (1..=4).contains(code));
            if function.is_none() {
                self.wrong(Column::Function, "is not a function that reads", FUNCTIONS);
                return None;
            }
        }
        let number = number?;
        let wire = match base {
            Base::Wire => Some(number),
            Base::One => number.checked_sub(1),
            Base::Modicon => {
                let kind = match number / 10_000 {
                    0 => Some(1),
                    1 => Some(2),
                    3 => Some(4),
                    4 => Some(3),
                    _ => None,
                };
                if kind.is_none() || function.is_some() && function != kind {
                    let hint = "4 holding, 3 input registers, 1 discrete inputs, 0 coils: 40001; or give --base 0 or 1";
                    self.wrong(Column::Address, "does not begin with the digit of its table", hint);
                    return None;
                }
                function = kind;
                (number % 10_000).checked_sub(1)
            }
        };
        if function.is_none() {
            self.wrong(Column::Function, "is required", FUNCTIONS);
        }
        let function = function?;
        let wire = wire.and_then(|wire| u16::try_from(wire).ok());
        if wire.is_none() {
            let hint = "addresses on the wire are 0 to 65535";
            self.wrong(Column::Address, "is not an address, counted as --base says", hint);
        }
        Some((function, wire?))
    }

    fn invalid(&mut self) -> Option<Value> {
        let cell = self.cell(Column::Invalid)?;
        let cells = cell.split(|c: char| c.is_whitespace() || ";；、".contains(c));
        let numbers: Option<Vec<Value>> = cells
            .filter(|cell| !cell.is_empty())
            .map(|cell| {
                let whole = address(cell).map(|number| number as f64);
                Some(Value::Float(whole.or_else(|| cell.parse().ok())?))
            })
            .collect();
        if numbers.is_none() {
            let hint = "such as 32767 -32768, or 0x7FFF";
            self.wrong(Column::Invalid, "contains something other than numbers", hint);
        }
        numbers.map(Value::Array)
    }

    fn range(&mut self) -> Option<Value> {
        let (least, most) = (self.number(Column::Least), self.number(Column::Most));
        let hint = "what the device can measure";
        if least.is_some() && self.cell(Column::Most).is_none() {
            self.wrong(Column::Most, "is required where there is a least value", hint);
        }
        if most.is_some() && self.cell(Column::Least).is_none() {
            self.wrong(Column::Least, "is required where there is a largest value", hint);
        }
        Some(Value::Array(vec![least?.into(), most?.into()]))
    }

    fn counter(&mut self, parameter: Option<Parameter>) -> Option<Value> {
        let modulus = self.number(Column::Modulus);
        let rate = self.number(Column::RatePerHour);
        let spec = parameter?.spec();
        if spec.kind == Kind::Counter && self.cell(Column::RatePerHour).is_none() {
            let rule = format!("is required: {} is a counter", spec.name_zh);
            let hint = "the most that it can grow in an hour, in its unit";
            self.wrong(Column::RatePerHour, rule, hint);
        }
        let mut counter = Table::new();
        counter.extend(modulus.map(|modulus| ("modulus".into(), modulus.into())));
        counter.extend(rate.map(|rate| ("max_rate_per_hour".into(), rate.into())));
        (!counter.is_empty()).then_some(Value::Table(counter))
    }

    pub(super) fn example(&mut self, point: &Table, blocks: &mut Vec<Value>, expect: &mut Table) {
        let hint = "the registers as hexadecimal words, such as 092E, and the value that the device \
                    displays, in the row's unit: `hanqing read` shows both";
        let words = self.required(Column::ExampleWords, example_words, hint);
        let value = self.number(Column::ExampleValue);
        if self.cell(Column::ExampleValue).is_none() {
            self.wrong(Column::ExampleValue, "is required", hint);
        }
        let text = |key: &str| point.get(key).and_then(Value::as_str);
        let parameter = text("parameter").and_then(vocabulary::parameter);
        let factor = text("unit").and_then(vocabulary::unit).zip(parameter);
        let factor = factor.and_then(|(unit, p): (Unit, _)| unit.factor_to(p.spec().unit));
        let (Some(words), Some(value), Some(parameter)) = (words, value, parameter) else {
            return;
        };
        let mut block = Table::new();
        for key in ["function", "address"] {
            block.extend(point.get(key).map(|value| (key.into(), value.clone())));
        }
        block.insert("words".into(), Value::from(words));
        blocks.push(Value::Table(block));
        let name = match text("channel") {
            Some(channel) => format!("{parameter}@{channel}"),
            None => parameter.id().to_owned(),
        };
        expect.insert(name, (value * factor.unwrap_or(1.0)).into());
    }
}

/// A whole number as manuals write addresses: 16, 0x10, 10H.
fn address(text: &str) -> Option<u32> {
    let lower = text.trim().to_ascii_lowercase();
    let hex = lower.strip_prefix("0x").or_else(|| lower.strip_suffix('h'));
    match hex {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => lower.parse().ok(),
    }
}

/// Registers as hexadecimal words.
fn example_words(text: &str) -> Option<Vec<i64>> {
    let words = text.split(|c: char| c.is_whitespace() || ",，".contains(c));
    let words = words.filter(|word| !word.is_empty());
    let words: Option<Vec<i64>> = words
        .map(|word| {
            let word = word.strip_prefix("0x").unwrap_or(word);
            u16::from_str_radix(word, 16).ok().map(i64::from)
        })
        .collect();
    words.filter(|words| !words.is_empty())
}
