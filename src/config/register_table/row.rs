//! One row of a register table: its point and its example, or the problems of its cells.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;
use toml::{Table, Value};

use super::Base;
use super::notation;
use super::vocabulary::{self, Column};
use crate::core::{Kind, Parameter, Problems, Unit, full_width_in, half_width};
use crate::device::{self, Point, PointType};
use crate::locales::{Text, config as words, device as device_words, register_table as own};

/// The word that means a kilowatt-hour as well as a degree.
const DEGREE: &str = "\u{5ea6}";

/// The types of points, as profiles write them.
const TYPES: [&str; 12] =
    ["bit", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bcd16", "bcd32", "bcd64"];

/// Units as examples.
const UNITS: [&str; 12] = ["m", "mm", "m3/h", "m3", "kWh", "kW", "V", "Hz", "h", "degC", "%", "1"];

const ORDERS: [&str; 4] = ["ABCD", "CDAB", "BADC", "DCBA"];

/// The name of a column in the manual.
pub(super) fn name(column: Column) -> Text {
    match column {
        Column::Parameter => words::column_parameter(),
        Column::Channel => words::column_channel(),
        Column::Function => words::column_function(),
        Column::Address => words::column_address(),
        Column::Type => words::column_type(),
        Column::Order => words::column_order(),
        Column::Scale => words::column_scale(),
        Column::Offset => words::column_offset(),
        Column::Unit => words::column_unit(),
        Column::Invalid => words::column_invalid(),
        Column::Least => words::column_least(),
        Column::Most => words::column_most(),
        Column::Modulus => words::column_modulus(),
        Column::RatePerHour => words::column_rate(),
        Column::ExampleWords => words::column_words(),
        Column::ExampleValue => words::column_value(),
        Column::Remark => words::column_remark(),
    }
}

/// A cell as the spreadsheet shows it: row 3, column D (类型).
pub(super) fn place(row: usize, index: usize, heading: &str) -> Text {
    let mut letters = String::new();
    let mut left = index + 1;
    while left > 0 {
        letters.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    if heading.is_empty() {
        words::cell(row, letters)
    } else {
        words::cell_below(row, letters, heading)
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

    fn wrong(&mut self, column: Column, rule: Text, hint: Text) {
        let place = match self.index(column) {
            Some(index) => place(self.number, index, self.header.get(index).unwrap_or_default()),
            None => words::row_part(self.number, name(column)),
        };
        let value = self.cell(column).unwrap_or_default();
        self.found.add(place, value, rule, hint);
    }

    /// The cell, read by `read`; a problem where it is empty or cannot be read.
    fn required<T>(
        &mut self,
        column: Column,
        read: impl Fn(&str) -> Option<T>,
        hint: Text,
    ) -> Option<T> {
        let cell = self.cell(column);
        let value = cell.as_deref().and_then(read);
        if value.is_none() {
            let rule = if cell.is_none() { words::required() } else { words::not_known() };
            let wide = cell.as_deref().and_then(full_width_number);
            self.wrong(column, rule, wide.unwrap_or(hint));
        }
        value
    }

    /// The number in the cell, if there is one.
    fn number(&mut self, column: Column) -> Option<f64> {
        let cell = self.cell(column)?;
        let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            let hint = full_width_number(&cell).unwrap_or_else(words::write_number);
            self.wrong(column, words::not_a_number(), hint);
        }
        number
    }

    /// The point that the row describes; `None` where it has a problem.
    pub(super) fn point(&mut self, base: Base) -> Option<Table> {
        let before = self.found.list().len();
        let known = words::one_of(Text::list(Parameter::ALL.iter().map(|p| p.spec().name())));
        let parameter = self.required(Column::Parameter, vocabulary::parameter, known);
        let types = words::one_of(Text::list(TYPES));
        let point_type = self.required(Column::Type, vocabulary::point_type, types);
        let unclear = self.cell(Column::Unit).is_some_and(|cell| cell == DEGREE);
        let listed = words::such_as(Text::list(UNITS));
        let units = if unclear { own::degree_is_unclear() } else { listed };
        let unit = self.required(Column::Unit, vocabulary::unit, units);
        let (function, address) = self.register(base).unzip();
        let mut order = None;
        if self.cell(Column::Order).is_some() {
            let hint = words::known_orders(Text::list(ORDERS));
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
        let several = self.cell(Column::Address).is_some_and(|cell| notation::is_several(&cell));
        let hint = if several { own::first_register_only() } else { words::write_address() };
        let of_cell = |cell: &str| address(&notation::in_digits(cell));
        let number = self.required(Column::Address, of_cell, hint);
        let mut function = None;
        if let Some(cell) = self.cell(Column::Function) {
            let code = vocabulary::function(&cell).or_else(|| u8::try_from(address(&cell)?).ok());
            function = code.filter(|code| (1..=4).contains(code));
            if function.is_none() {
                let (rule, hint) = (words::does_not_read(), words::functions_that_read());
                self.wrong(Column::Function, rule, hint);
                return None;
            }
        }
        let number = number?;
        let wire = match base {
            Base::Wire => Some(number),
            Base::One => number.checked_sub(1),
            Base::Modicon => {
                let named = self.named(function)?;
                function = Some(named.function);
                named.number.checked_sub(1)
            }
        };
        if function.is_none() {
            self.wrong(Column::Function, words::required(), words::functions_that_read());
        }
        let function = function?;
        let cell = notation::in_digits(&self.cell(Column::Address).unwrap_or_default());
        if base != Base::Modicon && notation::looks_named(&cell, function) {
            let (rule, hint) = (own::looks_named(), own::give_base_40001());
            self.wrong(Column::Address, rule, hint);
            return None;
        }
        let wire = wire.and_then(|wire| u16::try_from(wire).ok());
        if wire.is_none() {
            self.wrong(Column::Address, words::not_an_address(), words::addresses_on_wire());
        }
        Some((function, wire?))
    }

    /// The register that the address names with the digit of its table. `function` is what the row says itself.
    fn named(&mut self, function: Option<u8>) -> Option<notation::Named> {
        let cell = notation::in_digits(&self.cell(Column::Address).unwrap_or_default());
        let bit = self.cell(Column::Type).and_then(|cell| vocabulary::point_type(&cell));
        // A spreadsheet takes the zeros of 00005 away; where nothing says that it is a coil, 5 is only an address.
        let coil = function == Some(1) || bit == Some("bit");
        let named = notation::named(&cell).filter(|_| coil || notation::is_whole(&cell));
        match (named, function) {
            (Some(named), Some(function)) if named.function != function => {
                let rule = own::function_contradicts(&cell, named.function, function);
                self.wrong(Column::Address, rule, own::correct_one());
                None
            }
            (Some(named), _) => Some(named),
            (None, _) => {
                let rule = words::no_digit_of_table();
                self.wrong(Column::Address, rule, words::digits_of_tables());
                None
            }
        }
    }

    fn invalid(&mut self) -> Option<Value> {
        let cell = self.cell(Column::Invalid)?;
        let cells =
            cell.split(|c: char| c.is_whitespace() || vocabulary::BETWEEN_NUMBERS.contains(&c));
        let numbers: Option<Vec<Value>> = cells
            .filter(|cell| !cell.is_empty())
            .map(|cell| {
                let whole = address(cell).map(|number| number as f64);
                Some(Value::Float(whole.or_else(|| cell.parse().ok())?))
            })
            .collect();
        if numbers.is_none() {
            self.wrong(Column::Invalid, words::not_only_numbers(), words::invalid_values());
        }
        numbers.map(Value::Array)
    }

    fn range(&mut self) -> Option<Value> {
        let (least, most) = (self.number(Column::Least), self.number(Column::Most));
        if least.is_some() && self.cell(Column::Most).is_none() {
            self.wrong(Column::Most, words::required_beside_least(), words::what_it_measures());
        }
        if most.is_some() && self.cell(Column::Least).is_none() {
            self.wrong(Column::Least, words::required_beside_most(), words::what_it_measures());
        }
        Some(Value::Array(vec![least?.into(), most?.into()]))
    }

    fn counter(&mut self, parameter: Option<Parameter>) -> Option<Value> {
        let modulus = self.number(Column::Modulus);
        let rate = self.number(Column::RatePerHour);
        let spec = parameter?.spec();
        if spec.kind == Kind::Counter && self.cell(Column::RatePerHour).is_none() {
            let rule = words::counter_needs_rate(spec.name());
            self.wrong(Column::RatePerHour, rule, words::most_growth());
        }
        let mut counter = Table::new();
        counter.extend(modulus.map(|modulus| ("modulus".into(), modulus.into())));
        counter.extend(rate.map(|rate| ("max_rate_per_hour".into(), rate.into())));
        (!counter.is_empty()).then_some(Value::Table(counter))
    }

    /// Adds the registers and the value of the row's example. Returns the value's name.
    pub(super) fn example(
        &mut self,
        point: &Table,
        blocks: &mut Vec<Value>,
        expect: &mut Table,
    ) -> Option<String> {
        let hint = words::words_and_value();
        let registers = self.required(Column::ExampleWords, example_words, hint.clone());
        let value = self.number(Column::ExampleValue);
        if self.cell(Column::ExampleValue).is_none() {
            self.wrong(Column::ExampleValue, words::required(), hint);
        }
        let text = |key: &str| point.get(key).and_then(Value::as_str);
        let parameter = text("parameter").and_then(vocabulary::parameter);
        let factor = text("unit").and_then(vocabulary::unit).zip(parameter);
        let factor = factor.and_then(|(unit, p): (Unit, _)| unit.factor_to(p.spec().unit));
        let (registers, value, parameter) = (registers?, value?, parameter?);
        let of_name = |name: &str| -> Result<PointType, Error> {
            PointType::deserialize(name.into_deserializer())
        };
        let taken = text("type").and_then(|name| of_name(name).ok());
        let taken = taken.map_or(registers.len(), |taken| taken.registers().into());
        if registers.len() != taken {
            let rule = device_words::wrong_register_count(registers.len(), taken);
            self.wrong(Column::ExampleWords, rule, own::four_digits_each());
            return None;
        }
        let expected = canonical(point, &registers, value, factor.unwrap_or(1.0));
        let mut block = Table::new();
        for key in ["function", "address"] {
            block.extend(point.get(key).map(|value| (key.into(), value.clone())));
        }
        let registers = registers.into_iter().map(i64::from).collect::<Vec<_>>();
        block.insert("words".into(), Value::from(registers));
        blocks.push(Value::Table(block));
        let name = match text("channel") {
            Some(channel) => format!("{parameter}@{channel}"),
            None => parameter.id().to_owned(),
        };
        expect.insert(name.clone(), expected.into());
        Some(name)
    }
}

/// The value that a device displayed, in the parameter's own unit. A display rounds in its own unit: where the
/// registers give the same digits there, what they give is taken.
fn canonical(point: &Table, registers: &[u16], displayed: f64, factor: f64) -> f64 {
    let exact = displayed * factor;
    if factor == 1.0 {
        return exact;
    }
    let point: Option<Point> = Value::Table(point.clone()).try_into().ok();
    let held = point.and_then(|point| device::decode(&point, &[registers]).ok());
    let near = |held: &f64| (held / factor - displayed).abs() <= device::tolerance(displayed);
    held.filter(near).unwrap_or(exact)
}

/// What to say of a number that an input method has written.
fn full_width_number(cell: &str) -> Option<Text> {
    let number = |c: char| c.is_ascii_digit() || ".-+".contains(c);
    let half = cell.chars().map(|c| half_width(c).unwrap_or(c));
    let typed = half.clone().all(number) && half.ne(cell.chars());
    typed.then(|| full_width_in(cell)).flatten()
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
fn example_words(text: &str) -> Option<Vec<u16>> {
    let words = text.split(|c: char| c.is_whitespace() || vocabulary::BETWEEN_WORDS.contains(&c));
    let words = words.filter(|word| !word.is_empty());
    let words: Option<Vec<u16>> = words
        .map(|word| {
            let word = word.strip_prefix("0x").unwrap_or(word);
            u16::from_str_radix(word, 16).ok()
        })
        .collect();
    words.filter(|words| !words.is_empty())
}
