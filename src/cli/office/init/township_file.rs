//! The text of a township's first file, with comments for whoever changes it. Nothing in it is guessed.

use super::answers::{Answers, Village};
use super::given::{Station, kind_name, parts};
use crate::cli::init::toml_text::{comment, decimal, number, quoted, set};
use crate::locales::setup_hub as words;
use crate::water::StationKind;

/// The name of the file.
pub const NAME: &str = "township.toml";

const LEVELS: [&str; 4] = ["bottom_m", "dead_m", "normal_m", "crest_m"];

const PLATE: [&str; 4] = ["rated_power_kw", "rated_flow_m3h", "rated_head_m", "irrigates_mu"];

/// What the township's file of these answers says. Where one is not given yet, something valid stands for it.
pub fn text(answers: &Answers) -> String {
    let township = answers.township.as_deref().unwrap_or("township");
    let mut text = String::new();
    comment(&mut text, words::township_head(township, &answers.township_file()));
    text.push('\n');
    set(&mut text, "name", township);
    text.push('\n');
    comment(&mut text, words::file_village());
    let mut villages = answers.villages();
    if villages.is_empty() {
        let numbers = ["1"; 3].map(str::to_owned);
        villages.push(Village { id: "village-1".into(), name: "village".into(), numbers });
    }
    for Village { id, name, numbers: [persons, groups, area] } in &villages {
        text.push_str("[[village]]\n");
        set(&mut text, "id", id);
        set(&mut text, "name", name);
        let (persons, groups, area) = (number(persons), number(groups), decimal(area));
        text.push_str(&format!("persons = {persons}\ngroups = {groups}\n"));
        text.push_str(&format!("sown_area_mu = {area}\n\n"));
    }
    comment(&mut text, words::file_stations());
    let first = villages.first().map_or("", |village| village.id.as_str());
    if answers.stations.is_empty() {
        comment(&mut text, words::file_no_station());
        let (id, name) = (Some("pond-1".into()), Some("pond".into()));
        let example = Station { id, name, kind: Some("pond".into()), ..Station::default() };
        as_comment(&mut text, &station(&example, first));
    }
    for given in &answers.stations {
        let village = answers.village_of(given);
        let section = station(given, village.as_deref().unwrap_or(first));
        text.push('\n');
        if answers.is_whole(given) {
            text.push_str(&section);
        } else {
            comment(&mut text, words::file_left_out());
            as_comment(&mut text, &section);
        }
    }
    text
}

/// Adds each line of a section as a comment, for whoever fills it in.
fn as_comment(text: &mut String, section: &str) {
    for line in section.lines() {
        let mark = if line.starts_with('#') { "" } else { "# " };
        text.push_str(&format!("{mark}{line}\n"));
    }
}

/// The section of a station; what is not known has a key without a value.
fn station(station: &Station, village: &str) -> String {
    let mut text = String::from("[[station]]\n");
    let kind = kind_name(station.kind.as_deref().unwrap_or("soil"));
    set(&mut text, "id", station.id.as_deref().unwrap_or("station"));
    set(&mut text, "name", station.name.as_deref().unwrap_or("station"));
    set(&mut text, "kind", kind);
    set(&mut text, "village", village);
    let known = station.known_kind();
    if known.is_some_and(StationKind::is_source) || given(&station.levels) {
        text.push_str(&numbers(LEVELS, &station.levels).join("\n"));
        text.push('\n');
    }
    if known == Some(StationKind::Pump) || given(&station.plate) || given(&station.source) {
        let source = station.source.as_deref().filter(|source| !source.is_empty());
        let source = format!("source = {}", source.map(quoted).unwrap_or_default());
        let plate = numbers(PLATE, &station.plate).join(", ");
        text.push_str(&format!("pump = {{ {source}, {plate} }}\n"));
    }
    if known.is_some_and(StationKind::is_source) {
        if known.is_some_and(StationKind::stores) {
            comment(&mut text, words::file_curve());
        }
        comment(&mut text, words::file_thresholds());
        for line in [
            "[[station.threshold]]",
            "months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]",
            "quantity = \"level\"",
            "warn = ",
            "guard = ",
            "source = \"\"",
            "confidence = ",
        ] {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        }
    }
    text
}

fn given(typed: &Option<String>) -> bool {
    typed.as_ref().is_some_and(|typed| !typed.is_empty())
}

/// `key = number` for each key.
fn numbers(keys: [&str; 4], typed: &Option<String>) -> Vec<String> {
    let typed = typed.as_deref().filter(|typed| !typed.is_empty());
    let values = typed.map(parts).unwrap_or_default();
    let value = |place: usize| values.get(place).map(|value| decimal(value)).unwrap_or_default();
    let numbered = keys.iter().enumerate();
    numbered.map(|(place, key)| format!("{key} = {}", value(place)).trim_end().to_owned()).collect()
}
