//! What an office's first configuration is made of, and what the configuration's own check says of it.

use std::path::{Path, PathBuf};

use super::given::{Field, Station, parts};
use super::{hub_file, township_file};
use crate::config;
use crate::core::Problem;
use crate::locales::{Text, setup_hub as words};
use crate::water::StationKind;

/// Levels of a source, and numbers of a plate.
const PARTS: usize = 4;

/// A village of the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    pub id: String,
    pub name: String,
    /// Inhabitants, groups and sown area, mu. Ones stand for what is not right.
    pub numbers: [String; 3],
}

/// The answers so far, as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// The hub's file that is to be written.
    pub out: PathBuf,
    pub township: Option<String>,
    /// `NAME,PERSONS,GROUPS,MU`, where the name may be `ID=NAME`.
    pub villages: Vec<String>,
    pub stations: Vec<Station>,
    /// `ID=NAME`.
    pub admin: Option<String>,
    /// Without one, the broker is inside the hub.
    pub broker: Option<String>,
    pub allow_plaintext: bool,
    pub listen: String,
    /// Where readings and ledger are kept; without it, beside the hub's file.
    pub data: Option<PathBuf>,
}

impl Answers {
    /// The township's file, beside that of the hub.
    pub fn township_file(&self) -> PathBuf {
        self.out.with_file_name(township_file::NAME)
    }

    /// The file of the readings, from the directory of the hub's file.
    pub fn store(&self) -> PathBuf {
        self.kept("store.db")
    }

    /// The file of the ledger, likewise.
    pub fn ledger(&self) -> PathBuf {
        self.kept("ledger.db")
    }

    fn kept(&self, name: &str) -> PathBuf {
        let Some(data) = &self.data else { return name.into() };
        // What is typed is meant from here, while the file's paths start at its own directory.
        let from_here = data.is_relative() && self.out.parent() != Some(Path::new(""));
        let data = from_here.then(|| std::path::absolute(data).ok()).flatten();
        data.as_ref().or(self.data.as_ref()).map_or_else(|| name.into(), |data| data.join(name))
    }

    /// The villages: one without an id is numbered.
    pub fn villages(&self) -> Vec<Village> {
        let numbered = (1..).zip(&self.villages);
        let village = |(number, typed): (usize, &String)| {
            let (name, numbers) = match (parts(typed).as_slice(), is_village(typed)) {
                ([name, persons, groups, area], true) => (*name, [*persons, *groups, *area]),
                _ => (typed.as_str(), ["1"; 3]),
            };
            let (id, name) = match name.split_once('=') {
                Some((id, name)) => (id.trim().to_owned(), name.trim()),
                None => (format!("village-{number}"), name),
            };
            Village { id, name: name.into(), numbers: numbers.map(str::to_owned) }
        };
        numbered.map(village).collect()
    }

    /// The village of a station: the one that is given, by id or by name, or the only one.
    pub fn village_of(&self, station: &Station) -> Option<String> {
        let villages = self.villages();
        match (&station.village, villages.as_slice()) {
            (Some(given), _) => {
                let named = villages.iter().find(|village| village.name == *given);
                Some(named.map_or(given, |village| &village.id).clone())
            }
            (None, [village]) => Some(village.id.clone()),
            (None, _) => None,
        }
    }

    /// Id and name of the administrator.
    pub fn administrator(&self) -> Option<(&str, &str)> {
        let (id, name) = self.admin.as_deref()?.split_once('=')?;
        Some((id.trim(), name.trim()))
    }

    /// Whether everything is known of a station that its section needs.
    pub fn is_whole(&self, station: &Station) -> bool {
        let given = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
        match station.known_kind() {
            Some(StationKind::Pump) => {
                let of = |other: &&Station| other.id.is_some() && other.id == station.source;
                let drawn = self.stations.iter().find(of);
                let drawn = drawn.filter(|drawn| drawn.known_kind() != Some(StationKind::Pump));
                given(&station.plate)
                    && given(&station.source)
                    && drawn.is_none_or(|drawn| self.is_whole(drawn))
            }
            Some(kind) if kind.is_source() => given(&station.levels),
            // What else is wrong with it, the check says.
            Some(_) | None => true,
        }
    }

    /// The ids of the stations that are written as comments.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let lacking = self.stations.iter().filter(move |station| !self.is_whole(station));
        lacking.filter_map(|station| station.id.as_deref())
    }

    /// The parts that have to be given and are not.
    pub fn missing(&self) -> Vec<Field> {
        let of = |lacks: &dyn Fn(&Station) -> bool| self.stations.iter().any(lacks);
        let lacking = [
            (Field::Township, self.township.is_none()),
            (Field::Village, self.villages.is_empty()),
            (Field::Station, of(&|station| station.id.is_none())),
            (Field::StationName, of(&|station| station.name.is_none())),
            (Field::Kind, of(&|station| station.kind.is_none())),
            (
                Field::StationVillage,
                !self.villages.is_empty() && of(&|station| self.village_of(station).is_none()),
            ),
            (Field::Admin, self.admin.is_none()),
        ];
        lacking.into_iter().filter(|(_, lacks)| *lacks).map(|(field, _)| field).collect()
    }

    /// What is wrong, with the part that it comes from.
    pub fn problems(&self) -> Vec<(Option<Field>, Problem)> {
        let mut found = self.shapes();
        let own: Vec<Field> = found.iter().filter_map(|(field, _)| *field).collect();
        let text = township_file::text(&self.without_what_lacks());
        let township = config::check_township_draft(&self.township_file(), &text);
        let hub = config::check_hub_draft(&self.out, &hub_file::text(self), true);
        let of_township = township.into_iter().map(|p| (Field::of_township(&p.problem.path), p));
        let of_hub = hub.into_iter().map(|p| (Field::of_hub(&p.problem.path), p));
        let missing = self.missing();
        for (field, placed) in of_township.chain(of_hub) {
            let said = field.is_some_and(|f| own.contains(&f) || missing.contains(&f));
            let known = |(_, other): &(_, Problem)| {
                other.rule == placed.problem.rule && other.value == placed.problem.value
            };
            if !said && !found.iter().any(known) {
                found.push((field, placed.problem));
            }
        }
        found
    }

    /// The same, with each station that would be a comment as one that needs nothing more: names and villages of all of
    /// them are checked.
    fn without_what_lacks(&self) -> Self {
        let bare = |station: &Station| Station {
            kind: None,
            levels: None,
            plate: None,
            source: None,
            ..station.clone()
        };
        let stations = self.stations.iter();
        let stations = stations.map(|station| {
            let right = is_four_numbers(&station.levels) && is_four_numbers(&station.plate);
            if right && self.is_whole(station) { station.clone() } else { bare(station) }
        });
        Self { stations: stations.collect(), ..self.clone() }
    }

    /// What cannot be put into a file as it is typed.
    fn shapes(&self) -> Vec<(Option<Field>, Problem)> {
        let mut found = Vec::new();
        let mut add = |field: Field, path: &str, value: &str, rule: Text| {
            found.push((Some(field), Problem::new(path, value, rule, Text::default())));
        };
        if let Some(admin) = self.admin.as_deref().filter(|_| self.administrator().is_none()) {
            add(Field::Admin, "person[0]", admin, words::give_id_and_name());
        }
        for (place, village) in self.villages.iter().enumerate() {
            if !is_village(village) {
                let path = format!("village[{place}]");
                add(Field::Village, &path, village, words::give_village());
            }
        }
        for (place, station) in self.stations.iter().enumerate() {
            for (field, typed, rule) in [
                (Field::Levels, &station.levels, words::give_levels()),
                (Field::Plate, &station.plate, words::give_plate()),
            ] {
                if !is_four_numbers(typed) {
                    let typed = typed.as_deref().unwrap_or_default();
                    add(field, &format!("station[{place}]"), typed, rule);
                }
            }
        }
        found
    }
}

/// Whether this is a name with inhabitants, groups and sown area.
fn is_village(typed: &str) -> bool {
    match parts(typed).as_slice() {
        [_, persons, groups, area] => {
            let counts = [persons, groups].into_iter().all(|count| count.parse::<u32>().is_ok());
            counts && area.parse::<f64>().is_ok_and(f64::is_finite)
        }
        _ => false,
    }
}

/// Whether these are four numbers, or nothing.
fn is_four_numbers(typed: &Option<String>) -> bool {
    let Some(typed) = typed.as_deref().filter(|typed| !typed.is_empty()) else { return true };
    let parts = parts(typed);
    let is_number = |part: &str| part.parse::<f64>().is_ok_and(f64::is_finite);
    parts.len() == PARTS && parts.into_iter().all(is_number)
}
