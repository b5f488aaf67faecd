//! What the program says of a command line without running it.
//!
//! `--help` behind the arguments has clap read all of them, names, values and number, and end there. It does not ask
//! for arguments that are missing; which are required is read from the usage that the help prints.

use std::collections::{BTreeMap, BTreeSet};

use crate::context::{hanqing, outcome};

/// The program, asked once about the same arguments.
#[derive(Default)]
pub struct Program {
    helps: BTreeMap<Vec<String>, Result<String, String>>,
}

impl Program {
    /// The help that ends `arguments`, or what is wrong with them.
    fn help(&mut self, arguments: &[String]) -> Result<String, String> {
        let ask = || {
            let (code, help, told) = outcome(hanqing().args(arguments).arg("--help"));
            if code == Some(0) { Ok(help) } else { Err(first_line(&told)) }
        };
        self.helps.entry(arguments.to_vec()).or_insert_with(ask).clone()
    }

    /// What is wrong with a command of which only a part may be written, such as `hanqing report --from`.
    pub fn refuses(&mut self, arguments: &[String]) -> Option<String> {
        let (last, before) = match arguments.split_last() {
            Some((last, before)) if last.starts_with("--") && !last.contains('=') => (last, before),
            _ => return self.help(arguments).err(),
        };
        match self.help(before) {
            Ok(help) if Usage::of(&help).options.contains_key(last) => None,
            Ok(_) => Some(format!("there is no option {last}")),
            Err(wrong) => Some(wrong),
        }
    }

    /// What is wrong with a whole command, or missing from it.
    pub fn refuses_whole(&mut self, arguments: &[String]) -> Option<String> {
        let help = match self.help(arguments) {
            Ok(help) => help,
            Err(wrong) => return Some(wrong),
        };
        // These print and end, whatever else is required.
        if arguments.iter().any(|word| ["--help", "-h", "--version", "-V"].contains(&&**word)) {
            return None;
        }
        Usage::of(&help).misses(arguments)
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("no word").trim_start_matches("hanqing: ").to_owned()
}

/// What the help of a command says about its arguments.
#[derive(Debug, Default)]
struct Usage {
    /// Options by their names, short ones too, with the long name and whether a value follows.
    options: BTreeMap<String, (String, bool)>,
    /// How many words the command itself has, without the program's name.
    command: usize,
    /// Of each set one option has to be given.
    required: Vec<BTreeSet<String>>,
    /// How many values without a name have to be given.
    values: usize,
}

impl Usage {
    fn of(help: &str) -> Self {
        let mut usage = Self { options: options(help), ..Self::default() };
        let mut head = true;
        let pieces = pieces(&usage_line(help));
        let mut pieces = pieces.iter().skip(1).peekable();
        while let Some(piece) = pieces.next() {
            if let Some(name) = piece.strip_prefix("--") {
                usage.required.push(BTreeSet::from([format!("--{name}")]));
                pieces.next_if(|value| value.starts_with('<'));
            } else if let Some(choices) = piece.strip_prefix("<--") {
                let names = format!("--{choices}");
                let names = names.split('|').filter_map(|choice| choice.split([' ', '>']).next());
                usage.required.push(names.map(str::to_owned).collect());
            } else if piece.starts_with('<') && !piece.contains("|-") {
                usage.values += 1;
            } else if head && !piece.starts_with(['[', '<']) {
                usage.command += 1;
                continue;
            }
            head = false;
        }
        usage
    }

    fn misses(&self, arguments: &[String]) -> Option<String> {
        let mut given = BTreeSet::new();
        let mut values = 0;
        let mut words = arguments.iter().skip(self.command);
        while let Some(word) = words.next() {
            let (name, joined) = match word.split_once('=') {
                Some((name, _)) if word.starts_with("--") => (name, true),
                _ => (word.as_str(), false),
            };
            match self.options.get(name) {
                Some((long, follows)) => {
                    given.insert(long.clone());
                    if *follows && !joined {
                        words.next();
                    }
                }
                None => values += 1,
            }
        }
        let missing = self.required.iter().find(|names| names.is_disjoint(&given));
        if let Some(names) = missing {
            return Some(format!("{} is missing", Vec::from_iter(names.clone()).join(" or ")));
        }
        (values < self.values).then(|| format!("{values} of {} values are given", self.values))
    }
}

/// The first usage, in one line.
fn usage_line(help: &str) -> String {
    let mut lines = help.lines().skip_while(|line| !line.starts_with("Usage: "));
    let mut usage = lines.next().unwrap_or_default().trim_start_matches("Usage: ").to_owned();
    for line in lines.take_while(|line| !line.is_empty() && !line.starts_with("       hanqing ")) {
        if !usage.ends_with('|') {
            usage.push(' ');
        }
        usage.push_str(line.trim_start());
    }
    usage
}

/// Splits a usage at the blanks outside of brackets.
fn pieces(usage: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut depth = 0;
    for c in usage.chars() {
        match c {
            '<' | '[' => depth += 1,
            '>' | ']' => depth -= 1,
            ' ' if depth == 0 => {
                pieces.push(String::new());
                continue;
            }
            _ => {}
        }
        pieces.last_mut().expect("one from the start").push(c);
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn options(help: &str) -> BTreeMap<String, (String, bool)> {
    let mut options = BTreeMap::new();
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    for line in lines {
        let names: Vec<&str> = line.split("  ").next().unwrap_or_default().split(", ").collect();
        let follows = line.split("  ").next().unwrap_or_default().contains('<');
        let names: Vec<&str> = names.iter().filter_map(|name| name.split(' ').next()).collect();
        let Some(long) = names.last() else { continue };
        for name in &names {
            options.insert((*name).to_owned(), ((*long).to_owned(), follows));
        }
    }
    options
}

#[test]
fn what_is_wrong_with_a_command_is_found_without_running_it() {
    let mut program = Program::default();
    let mut whole = |line: &str| {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        program.refuses_whole(&words)
    };
    assert_eq!(whole("gateway pin pond-1 gw-1 -c hub.toml"), None);
    assert_eq!(whole("export --out x --spool spool.db"), None);
    assert_eq!(whole("--version"), None);
    for (line, wrong) in [
        ("statsu -c edge.toml", "statsu"),
        ("status --confg edge.toml", "--confg"),
        ("status", "--config is missing"),
        ("export --out x", "--config or --spool is missing"),
        ("mode drougt -c edge.toml", "drougt"),
        ("scan -c edge.toml --units 1..300", "units"),
        ("gateway pin pond-1 -c hub.toml", "1 of 2 values"),
        ("gateway pin pond-1 gw-1 gw-2 -c hub.toml", "gw-2"),
    ] {
        let said = whole(line).unwrap_or_default();
        assert!(said.contains(wrong), "{line}: {said}");
    }
}
