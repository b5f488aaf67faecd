//! An adversary of our own: townships whose truth is known, seen through readings and a ledger with gaps, faults and
//! contradictions. Each clause of the printed section is judged against the truth (docs/claims.md).
//!
//! `HANQING_ADVERSARY=100000` judges more townships, `HANQING_ADVERSARY_SEED=123` tells all about one.

mod bounds;
mod dice;
mod evidence;
mod judge;
mod kind;
mod meter;
mod rows;
mod section;
mod seen;
mod table;
mod township;
mod truth;
mod water_rows;
mod world;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::str::FromStr;
use std::thread;

use hanqing::figures::Rules;

use dice::Dice;
use judge::Case;
use kind::Kind;
use rows::Rows;
use section::Clause;
use seen::Seen;
use table::Table;
use truth::Facts;
use world::World;

/// Townships that a plain run judges.
const TOWNSHIPS: u64 = 1_000;

/// Parts that are judged at the same time.
const PARTS: u64 = 4;

fn case(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let world = World::new(&mut dice);
    let seen = Seen::new(&mut dice, &world);
    let rows = Rows::new(&mut dice, &world, &seen);
    let facts = Facts::new(&world, &seen);
    Case { world, seen, rows, facts }
}

/// Judges one township; `told` takes the words on it.
fn judge(seed: u64, rules: &Rules, table: &mut Table, told: &mut String) {
    let case = case(seed);
    let (statement, paragraphs) = township::printed(&case, rules);
    let proved = evidence::proved(&case.world, &case.seen, &case.rows, &case.facts);
    let mut said = BTreeSet::new();
    table.townships += 1;
    for clause in section::clauses(&paragraphs) {
        let (kind, text) = match clause {
            Clause::Of(kind, text) => (kind, text),
            Clause::Lead => continue,
            Clause::Unknown(text) => {
                table.unknown.push(format!("seed {seed}: {text}"));
                continue;
            }
        };
        // What is known in part only is less than what is proved.
        if !section::IN_PART.iter().any(|words| text.contains(words)) {
            said.insert(kind);
        }
        let falsehood = case.falsehood(kind, &text);
        let liar = falsehood.is_some() && case.rests_on_a_liar(kind);
        let line = table.line(kind);
        line.said += 1;
        line.falsely += usize::from(falsehood.is_some());
        line.by_liar += usize::from(liar);
        let verdict = match (&falsehood, liar) {
            (None, _) => "true".to_owned(),
            (Some(truth), true) => format!("false by a liar; in truth {truth}"),
            (Some(truth), false) => format!("FALSE; in truth {truth}"),
        };
        let _ = writeln!(told, "  {text}: {verdict}");
        if let (Some(truth), false) = (falsehood, liar) {
            let trouble = trouble(&case, kind);
            let name = kind.name();
            table
                .falsehoods
                .push(format!("seed {seed}, {name}: “{text}”; in truth {truth}; {trouble}"));
        }
    }
    for kind in &proved {
        let line = table.line(*kind);
        line.proved += 1;
        line.proved_and_said += usize::from(said.contains(kind));
        if !said.contains(kind) {
            let _ = writeln!(told, "  proved and not said: {}", kind.name());
            let trouble = trouble(&case, *kind);
            table.unsaid.push(format!("seed {seed}, {}; {trouble}", kind.name()));
        }
    }
    for (figure, broken) in bounds::judged(&case, &statement) {
        let counted = table.bounds.entry(figure).or_default();
        counted.0 += 1;
        if let Some(broken) = broken {
            counted.1 += 1;
            let _ = writeln!(told, "  {}: {}", broken.figure, broken.told);
            table.broken.push(format!("seed {seed}, {}: {}", broken.figure, broken.told));
        }
    }
}

/// What is wrong with the readings or rows behind a clause.
fn trouble(case: &Case, kind: Kind) -> String {
    let stations = match kind {
        Kind::PondsHold | Kind::PondsDry => "pond",
        Kind::ChannelsFlow | Kind::ChannelsDry => "channel",
        Kind::ReservoirsHold | Kind::ReservoirsDry => "reservoir",
        Kind::NobodyShort => "tank",
        Kind::Electricity | Kind::Equipment => "pump",
        _ => return case.rows.told.join(", "),
    };
    let own = case.seen.troubles.iter().filter(|(id, _)| id.starts_with(stations));
    own.map(|(id, trouble)| format!("{id} {trouble}")).collect::<Vec<_>>().join(" | ")
}

/// A township with all that is known of it, for a person who looks for a fault.
fn tell(seed: u64, rules: &Rules) -> String {
    let case = case(seed);
    let world = &case.world;
    let mut text = format!("period {:?}\nevent {:?}\n", world.time.period, world.time.event);
    let _ = writeln!(text, "{}", township::text(world));
    let _ = writeln!(text, "unwatched: {:?}", world.unwatched);
    for source in &world.sources {
        let low = source.longest_low_h(&world.time);
        let trouble = &case.seen.troubles[&source.id];
        let _ = writeln!(text, "{}: {}; longest {low:.1} h; {trouble}", source.id, source.pattern);
    }
    for pump in &world.pumps {
        let kwh = pump.energy_kwh(&world.time);
        let trouble = &case.seen.troubles[&pump.id];
        let _ = writeln!(text, "{}: {}; {kwh:.2} kWh; {trouble}", pump.id, pump.pattern);
        let cells = &case.seen.cells[&format!("{}/energy_total", pump.id)];
        for pair in cells.windows(2) {
            let (before, cell) = (&pair[0], &pair[1]);
            let events = cell.resets + cell.rollovers + cell.glitches > 0;
            let gap = cell.hour_at.duration_since(before.hour_at).as_hours() > 1;
            if events || gap {
                let [grown, most] =
                    [cell.increment, cell.increment_max].map(Option::unwrap_or_default);
                let _ = writeln!(
                    text,
                    "  {}: {:?} after {:?}, grew {grown:.2} to {most:.2}, {} resets, {} roll-overs, {} glitches",
                    cell.hour_at,
                    cell.last,
                    before.last,
                    cell.resets,
                    cell.rollovers,
                    cell.glitches
                );
            }
        }
    }
    let _ = writeln!(text, "liars: {:?} {:?}", case.seen.liars, case.rows.liars);
    let _ = writeln!(text, "{}\ntruth: {:#?}", case.rows.told.join("\n"), case.rows.truth);
    for row in &case.rows.entries {
        let _ = writeln!(
            text,
            "row {}: {} {} from {} to {}, {:?} {:?} {:?}",
            row.id,
            row.code.id(),
            row.value,
            row.from,
            row.to,
            row.village,
            row.crop,
            row.work
        );
    }
    let (statement, paragraphs) = township::printed(&case, rules);
    for pump in &statement.pumps {
        let kwh = &pump.energy_kwh;
        let counted = kwh.value.unwrap_or(f64::NAN);
        let _ = writeln!(text, "{} by hanqing: {counted:.2} kWh in {:?}", pump.station, kwh.bounds);
    }
    text + &paragraphs.join("\n") + "\n"
}

fn number<T: FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn no_clause_is_false_and_what_is_proved_is_said() {
    let rules = Rules::embedded().unwrap();
    if let Some(seed) = number("HANQING_ADVERSARY_SEED") {
        let (mut table, mut told) = (Table::default(), String::new());
        judge(seed, &rules, &mut table, &mut told);
        println!("{}{told}", tell(seed, &rules));
        assert!(table.faults().is_empty(), "{}", table.faults());
        return;
    }
    let townships = number("HANQING_ADVERSARY").unwrap_or(TOWNSHIPS);
    let part = |first: u64| {
        let mut table = Table::default();
        for seed in (first..townships).step_by(PARTS as usize) {
            judge(seed, &rules, &mut table, &mut String::new());
        }
        table
    };
    let mut table = Table::default();
    thread::scope(|scope| {
        let parts: Vec<_> = (0..PARTS).map(|first| scope.spawn(move || part(first))).collect();
        for part in parts {
            table.add(part.join().unwrap());
        }
    });
    println!("{}\n{}", table.text(), table.unsaid_text());
    assert!(table.faults().is_empty(), "{}", table.faults());
}
