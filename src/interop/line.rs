//! A line of InfluxDB's line protocol while it is written.
//!
//! A name or tag must not be empty and have no control character and no backslash, which the protocol cannot say
//! unambiguously; whoever takes one from a configuration checks it ([`sayable`]).

use std::fmt;
use std::io::Write;

/// Whether a measurement, or the name or value of a tag, can be written so that every reader takes it for the same.
pub fn sayable(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_control() || c == '\\')
}

/// A line in the making: tags, then fields, then the time.
pub struct Line<'a> {
    out: &'a mut Vec<u8>,
    separator: &'static str,
}

impl<'a> Line<'a> {
    /// A line of `measurement` with these tags, in order of their names. Ids, which are most of it, have nothing to
    /// escape: the builder of `influxdb_line_protocol` looks at each character and takes about ten times as long
    /// (measured).
    pub fn new(out: &'a mut Vec<u8>, measurement: &str, tags: &[(&str, Option<&str>)]) -> Self {
        escape(out, measurement, b", ");
        for (name, value) in tags {
            let Some(value) = value else { continue };
            out.push(b',');
            escape(out, name, b",= ");
            out.push(b'=');
            escape(out, value, b",= ");
        }
        Self { out, separator: " " }
    }

    fn write(&mut self, text: fmt::Arguments<'_>) {
        self.out.write_fmt(text).expect("memory takes whatever is written");
    }

    /// A field with a number; it has to be finite.
    pub fn float(mut self, name: &str, value: f64) -> Self {
        let before = std::mem::replace(&mut self.separator, ",");
        self.write(format_args!("{before}{name}={value:?}"));
        self
    }

    /// A field with a whole number.
    pub fn integer(mut self, name: &str, value: impl fmt::Display) -> Self {
        let before = std::mem::replace(&mut self.separator, ",");
        self.write(format_args!("{before}{name}={value}i"));
        self
    }

    /// A field with a word: an id, which has nothing to escape.
    pub fn word(mut self, name: &str, id: &str) -> Self {
        let before = std::mem::replace(&mut self.separator, ",");
        self.write(format_args!("{before}{name}=\"{id}\""));
        self
    }

    /// The bits of a value in two fields of 32 bits.
    pub fn halves(self, [high, low]: [&str; 2], value: f64) -> Self {
        let bits = value.to_bits();
        self.integer(high, bits >> 32).integer(low, bits & 0xffff_ffff)
    }

    /// Ends the line with its time, in whatever unit the reader expects.
    pub fn end(mut self, time: impl fmt::Display) {
        self.write(format_args!(" {time}\n"));
    }
}

/// Appends `text` with a backslash before each of the `special` characters.
fn escape(out: &mut Vec<u8>, text: &str, special: &[u8]) {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| special.contains(byte)) {
        let (plain, after) = rest.split_at(at);
        out.extend_from_slice(plain);
        out.push(b'\\');
        out.extend(after.first());
        rest = after.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}
