//! Answers of both kinds of servers are read whole, however they are written, and broken ones are refused.

use std::fmt::Write;

use jiff::Timestamp;
use proptest::prelude::*;

use super::super::annotated::Annotated;
use super::super::export;
use super::super::samples::{Block, Point, Tags};
use crate::locales::Text;
use crate::store::line::{BATCHES, GATEWAYS, READINGS};

/// 2022-08-01T00:00:00Z, ms.
const START: i64 = 1_659_312_000_000;

/// What a block says of a sample.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    tags: Tags,
    field: String,
    point: Point,
}

fn found(all: &mut Vec<Found>, block: Block<'_>) -> Result<(), Text> {
    let Block { tags, field, points } = block;
    let one = |point: &Point| Found { tags: tags.clone(), field: field.into(), point: *point };
    all.extend(points.iter().map(one));
    Ok(())
}

/// Reads an answer as it comes: by lines, without their ends.
fn read(text: &str) -> Result<Vec<Found>, Text> {
    let mut all = Vec::new();
    let mut answer = Annotated::default();
    let mut each = |block: Block<'_>| found(&mut all, block);
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        answer.line(line.as_bytes(), &mut each)?;
    }
    answer.end(&mut each)?;
    Ok(all)
}

fn problem(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn tags_of(gateway: &str, station: &str) -> Tags {
    Tags { gateway: gateway.into(), station: station.into(), ..Tags::default() }
}

#[derive(Debug, Clone)]
struct Table {
    tags: Tags,
    field: String,
    points: Vec<Point>,
    /// A cell that is of no use.
    other: String,
    /// Where time and value stand among the columns.
    shift: usize,
    /// Digits of the times' fractions.
    digits: usize,
}

/// A cell in quotes where it has to be, or where `always` says so.
fn cell(text: &str, always: bool) -> String {
    if always || text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into()
    }
}

impl Table {
    fn write(&self, text: &mut String, end: &str, always: bool) {
        let names = ["_field", "gateway", "note", "station"];
        let values = [&self.field, &self.tags.gateway, &self.other, &self.tags.station];
        let row = |time: &str, value: &str, cells: [&str; 4]| {
            let mut row: Vec<String> = cells.iter().map(|text| cell(text, always)).collect();
            row.insert(self.shift.min(4), format!("{time},{value}"));
            row.join(",")
        };
        let head = row("_time", "_value", names);
        write!(text, "#datatype,string,long{end},result,table,{head}{end}").unwrap();
        for Point { at_ms, number } in &self.points {
            let at = Timestamp::from_millisecond(*at_ms).unwrap();
            let time = format!("{at:.digits$}", digits = self.digits);
            let row = row(&time, &number.to_string(), values.map(String::as_str));
            write!(text, ",_result,0,{row}{end}").unwrap();
        }
        text.push_str(end);
    }

    fn found(&self) -> impl Iterator<Item = Found> {
        let (tags, field) = (&self.tags, &self.field);
        let one = |point: &Point| Found { tags: tags.clone(), field: field.clone(), point: *point };
        self.points.iter().map(one)
    }
}

fn table() -> impl Strategy<Value = Table> {
    let name = || prop_oneof![Just(String::new()), "[a-z]{1,3}", "[a-b\",\n 旱]{0,4}"];
    let number = prop_oneof![any::<f64>().prop_filter("finite", |n| n.is_finite()), 0.0..9.0f64];
    let point = (-9_000_000i64..9_000_000_000, number)
        .prop_map(|(after, number)| Point { at_ms: START + after, number });
    let points = prop::collection::vec(point, 0..6);
    (name(), name(), name(), name(), points, 0usize..5, 3usize..9).prop_map(
        |(gateway, station, field, other, points, shift, digits)| {
            let tags = tags_of(&gateway, &station);
            Table { tags, field, points, other, shift, digits }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Quoted or not, with line ends in cells, columns in any order, several tables, both ends of lines.
    #[test]
    fn every_sample_of_an_answer_is_found(
        tables in prop::collection::vec(table(), 0..4),
        end in prop_oneof![Just("\n"), Just("\r\n")],
        always in any::<bool>(),
    ) {
        let mut text = String::new();
        for table in &tables {
            table.write(&mut text, end, always);
        }
        let expected: Vec<Found> = tables.iter().flat_map(Table::found).collect();
        prop_assert_eq!(read(&text).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?, expected);
    }

    /// Noise is refused or ignored, and never panics.
    #[test]
    fn noise_is_not_an_answer(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..8)) {
        let mut answer = Annotated::default();
        for line in &lines {
            let _read = answer.line(line, &mut |_| Ok(()));
            let _exported = export::line(&[(READINGS, "v")], line, &mut |_| Ok(()));
        }
        let _ended = answer.end(&mut |_| Ok(()));
    }
}

#[test]
fn tables_are_separate() {
    let text = "#datatype,string,long,dateTime:RFC3339,double,string,string\r\n,result,table,_time,_value,_field,gateway\r\n\
                ,_result,0,2022-08-01T00:00:00.25Z,1.5,v,gw-1\r\n,_result,0,2022-08-01T00:00:01Z,2,v,gw-1\r\n\
                ,_result,0,2022-08-01T00:00:01Z,2,f,gw-1\r\n\r\n,result,table,_field,_time,_value\r\n\
                ,,1,\"n,\"\"x\",2022-08-01T00:00:01Z,-7\r\n";
    let one = |gateway: &str, field: &str, at_ms: i64, number: f64| Found {
        tags: tags_of(gateway, ""),
        field: field.into(),
        point: Point { at_ms: START + at_ms, number },
    };
    let expected = [
        one("gw-1", "v", 250, 1.5),
        one("gw-1", "v", 1000, 2.0),
        one("gw-1", "f", 1000, 2.0),
        one("", "n,\"x", 1000, -7.0),
    ];
    assert_eq!(read(text).unwrap(), expected);
}

#[test]
fn errors_are_reported() {
    for (head, row, words) in [
        ("_time,_value", "2022-08-01T00:00:00Z,", "not a valid number"),
        ("_time,_value", "yesterday,1", "not a valid time"),
        ("_time,_value", "2022-08-01T24:61:00Z,1", "not a valid time"),
        ("_time,_value", "2022-02-30T00:00:00Z,1", "not a valid time"),
        ("_time,_value", "1", "1 cells under 2"),
        ("_time,_value,_field", "2022-08-01T00:00:00Z,1,v,w", "4 cells under 3"),
        ("_time,_field", "2022-08-01T00:00:00Z,v", "without _time or _value"),
        ("error,reference", "\"failed to execute: out of memory\",7", "out of memory"),
        ("error,reference", "\"line one\nline two\",7", "line two"),
        ("_time,_value", "2022-08-01T00:00:00Z,\"1", "row of its answer is incomplete"),
        ("_time,_value", "2022-08-01T00:00:00Z,1\"\n\"", "row of its answer is incomplete"),
    ] {
        let said = problem(&format!("{head}\n{row}\n"));
        assert!(said.contains(words), "{row}: {said}");
    }
    // In the middle of an answer, among rows like those before.
    let good = "_time,_value,_field\n2022-08-01T00:00:00Z,1,v\n2022-08-01T00:00:01Z,1,v\n";
    assert_eq!(read(good).unwrap().len(), 2);
    for (row, words) in [
        ("2022-08-01T00:00:02Z,1l,v", "not a valid number"),
        ("2022-08-01T00:00:0Z,1,v", "not a valid time"),
        ("2022-08-01T00:00:02Z,1,v,v", "4 cells under 3"),
        ("2022-08-01T00:00:02Z", "1 cells under 3"),
        ("\nerror,reference\nruntime error,897", "runtime error"),
    ] {
        let said = problem(&format!("{good}{row}\n"));
        assert!(said.contains(words), "{row}: {said}");
    }
}

#[test]
fn what_waits_is_bounded() {
    let mut text = String::from("_time,_value,_field\n");
    for second in 0..25_000 {
        let at = Timestamp::from_millisecond(START + second * 1000).unwrap();
        writeln!(text, "{at},{second},v").unwrap();
    }
    let mut sizes = Vec::new();
    let mut answer = Annotated::default();
    let mut each = |block: Block<'_>| {
        sizes.push(block.points.len());
        Ok(())
    };
    for line in text.lines() {
        answer.line(line.as_bytes(), &mut each).unwrap();
    }
    answer.end(&mut each).unwrap();
    assert_eq!(sizes, [10_000, 10_000, 5000]);
    // A cell that never ends.
    let long = format!("_time,_value\n\"{}", "x\n".repeat(600_000));
    assert!(problem(&long).contains("longer than"), "{}", problem(&long));
}

#[test]
fn a_server_that_asks_to_be_left_is_left() {
    let mut answer = Annotated::default();
    let enough = |_: Block<'_>| Err(Text::verbatim("enough"));
    let text = "_time,_value,_field\n2022-08-01T00:00:00Z,1,v\n";
    for line in text.lines() {
        answer.line(line.as_bytes(), &mut { enough }).unwrap();
    }
    let said = answer.line(b"2022-08-01T00:00:00Z,1,f", &mut { enough }).unwrap_err();
    assert_eq!(said.to_string(), "enough");
}

#[test]
fn a_line_of_victoriametrics_is_samples_of_one_field() {
    let asked = [(BATCHES, "n|first"), (GATEWAYS, "online")];
    let read = |line: &str| {
        let mut all = Vec::new();
        export::line(&asked, line.as_bytes(), &mut |block| found(&mut all, block)).map(|()| all)
    };
    let line = r#"{"metric":{"__name__":"hanqing_batch_first","gateway":"gw-1","station":"s","_measurement":"x"},"values":[7,null,8.5],"timestamps":[1,2,3]}"#;
    let tags = Tags { measurement: BATCHES.into(), ..tags_of("gw-1", "s") };
    let one = |at_ms, number| Found {
        tags: tags.clone(),
        field: "first".into(),
        point: Point { at_ms, number },
    };
    assert_eq!(read(line).unwrap(), [one(1, 7.0), one(3, 8.5)]);
    assert_eq!(read("").unwrap(), []);
    for (from, to, words) in [
        ("hanqing_batch_first", "hanqing_v", "unexpected series \"hanqing_v\""),
        ("[1,2,3]", "[1,2]", "numbers of values and of times differ"),
        ("[7,", "[\"7\",", "invalid type"),
        ("}", "", ""),
    ] {
        let said = read(&line.replace(from, to)).unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
}
