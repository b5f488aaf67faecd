//! Units that give each number once and remember it: [`tests/ledger_device.py`], a server of pymodbus.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};

use crate::context::Process;
use crate::peers::python;

/// What a unit gave: numbers, which grow, and when, ms since 1970.
pub type Given = Vec<(u32, i64)>;

/// The units.
pub struct LedgerDevice {
    /// Where they are asked.
    pub port: u16,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Process,
}

impl LedgerDevice {
    /// Starts units 1 to `units`.
    pub fn start(units: u8) -> Self {
        let mut child = python("tests/ledger_device.py", &[&units.to_string()]);
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let process = Process(child);
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let Ok(port) = line.trim().parse() else {
            panic!(
                "ledger_device.py gave no port but {line:?}: run tests/run, which makes tests/.venv"
            );
        };
        Self { port, input, output, _process: process }
    }

    /// What each unit has given up to now.
    pub fn ledger(&mut self) -> BTreeMap<u8, Given> {
        writeln!(self.input).unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}
