//! The questions at a terminal to whoever sets up an office. Each answer is checked at once, and asked for again with
//! the rule and the way out.

use super::answers::Answers;
use super::given::{Field, Station};
use crate::cli::init::dialogue::Dialogue;
use crate::core::Problem;
use crate::locales::{Text, setup, setup_hub as words};
use crate::water::StationKind;

/// Asks for everything that is missing.
///
/// # Errors
/// Whoever was asked has gone.
pub fn ask(dialogue: &mut Dialogue<'_>, answers: &mut Answers) -> anyhow::Result<()> {
    dialogue.say(&setup::asks())?;
    if answers.township.is_none() {
        let set = |answers: &mut Answers, typed: String| answers.township = Some(typed);
        until_right(dialogue, answers, Field::Township, &words::ask_township(), set)?;
    }
    if answers.villages.is_empty() {
        villages(dialogue, answers)?;
    }
    let given = !answers.stations.is_empty();
    for place in 0..answers.stations.len() {
        station(dialogue, answers, place)?;
    }
    if !given {
        stations(dialogue, answers)?;
    }
    if answers.admin.is_none() {
        let set = |answers: &mut Answers, typed: String| answers.admin = Some(typed);
        until_right(dialogue, answers, Field::Admin, &words::ask_admin(), set)?;
    }
    Ok(())
}

fn villages(dialogue: &mut Dialogue<'_>, answers: &mut Answers) -> anyhow::Result<()> {
    loop {
        let first = answers.villages.is_empty();
        let question = if first { words::ask_village() } else { words::ask_another_village() };
        let typed = dialogue.answer(&question, None)?;
        if typed.is_empty() && !first {
            return Ok(());
        }
        answers.villages.push(typed);
        if !is_right(dialogue, answers, Field::Village)? {
            answers.villages.pop();
        }
    }
}

fn stations(dialogue: &mut Dialogue<'_>, answers: &mut Answers) -> anyhow::Result<()> {
    loop {
        let first = answers.stations.is_empty();
        let question = if first { words::ask_station() } else { words::ask_another_station() };
        let typed = dialogue.answer(&question, None)?;
        if typed.is_empty() {
            return Ok(());
        }
        answers.stations.push(Station { id: Some(typed), ..Station::default() });
        match is_right(dialogue, answers, Field::Station)? {
            true => station(dialogue, answers, answers.stations.len().saturating_sub(1))?,
            false => _ = answers.stations.pop(),
        }
    }
}

/// Sets a part of a station.
type Set = fn(&mut Station) -> &mut Option<String>;

/// What is asked for, how, and the part of a station that the answer sets.
type Question = (Field, fn() -> Text, Set);

/// What the station at this place lacks.
fn station(dialogue: &mut Dialogue<'_>, answers: &mut Answers, place: usize) -> anyhow::Result<()> {
    let parts: [Question; 7] = [
        (Field::Station, words::ask_station, |station| &mut station.id),
        (Field::StationName, words::ask_station_name, |station| &mut station.name),
        (Field::Kind, words::ask_kind, |station| &mut station.kind),
        (Field::StationVillage, words::ask_station_village, |station| &mut station.village),
        (Field::Levels, words::ask_levels, |station| &mut station.levels),
        (Field::Plate, words::ask_plate, |station| &mut station.plate),
        (Field::Source, words::ask_source, |station| &mut station.source),
    ];
    for (field, question, part) in parts {
        let Some(station) = answers.stations.get(place) else { return Ok(()) };
        let kind = station.known_kind();
        let is_pump = kind == Some(StationKind::Pump);
        let wanted = match field {
            Field::StationVillage => answers.village_of(station).is_none(),
            Field::Levels => kind.is_some_and(StationKind::is_source),
            Field::Plate => is_pump,
            // Without a plate it is written as a comment.
            Field::Source => is_pump && station.plate.as_ref().is_some_and(|p| !p.is_empty()),
            _ => true,
        };
        let mut station = station.clone();
        if wanted && part(&mut station).is_none() {
            let set = |answers: &mut Answers, typed: String| {
                if let Some(station) = answers.stations.get_mut(place) {
                    *part(station) = Some(typed);
                }
            };
            until_right(dialogue, answers, field, &question(), set)?;
        }
    }
    Ok(())
}

/// Asks until the answer is right.
fn until_right(
    dialogue: &mut Dialogue<'_>,
    answers: &mut Answers,
    field: Field,
    question: &Text,
    set: impl Fn(&mut Answers, String),
) -> anyhow::Result<()> {
    loop {
        let typed = dialogue.answer(question, None)?;
        set(answers, typed);
        if is_right(dialogue, answers, field)? {
            return Ok(());
        }
    }
}

/// Whether the check has nothing against what was answered for `field`; else says what.
fn is_right(dialogue: &mut Dialogue<'_>, answers: &Answers, field: Field) -> std::io::Result<bool> {
    let of_field = answers.problems().into_iter().filter(|(of, _)| *of == Some(field));
    let problems: Vec<Problem> = of_field.map(|(_, problem)| problem).collect();
    dialogue.accepts(&problems)
}
