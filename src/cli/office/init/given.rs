//! What `hanqing init hub` is told, by options or by answers.

use clap::{ArgMatches, Args, FromArgMatches};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;

use crate::cli::init::grouped::grouped;
use crate::locales::Text;
use crate::water::StationKind;

/// One part of the configuration that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Township,
    Village,
    Station,
    StationName,
    Kind,
    StationVillage,
    Levels,
    Plate,
    Source,
    Admin,
    Broker,
    Listen,
    Data,
}

impl Field {
    /// The option that gives it.
    pub fn option(self) -> Text {
        let option = match self {
            Self::Township => "--township",
            Self::Village => "--village",
            Self::Station => "--station",
            Self::StationName => "--station-name",
            Self::Kind => "--kind",
            Self::StationVillage => "--station-village",
            Self::Levels => "--levels",
            Self::Plate => "--plate",
            Self::Source => "--pump-source",
            Self::Admin => "--admin",
            Self::Broker => "--broker",
            Self::Listen => "--listen",
            Self::Data => "--data",
        };
        Text::verbatim(format_args!("`{option}`"))
    }

    /// The one that a key of the hub's file comes from.
    pub fn of_hub(path: &str) -> Option<Self> {
        match path {
            "mqtt.url" => Some(Self::Broker),
            "web.listen" => Some(Self::Listen),
            "store.path" | "ledger.path" => Some(Self::Data),
            _ if path.starts_with("person") => Some(Self::Admin),
            _ => None,
        }
    }

    /// The one that a key of the township's file comes from.
    pub fn of_township(path: &str) -> Option<Self> {
        let (table, key) = path.split_once("].").unwrap_or(("", path));
        match (table.split('[').next().unwrap_or_default(), key) {
            ("", "name") => Some(Self::Township),
            ("village", _) => Some(Self::Village),
            ("station", "id") => Some(Self::Station),
            ("station", "name") => Some(Self::StationName),
            ("station", "kind") => Some(Self::Kind),
            ("station", "village") => Some(Self::StationVillage),
            ("station", "pump.source") => Some(Self::Source),
            ("station", "bottom_m" | "dead_m" | "normal_m" | "crest_m") => Some(Self::Levels),
            ("station", key) if key.starts_with("pump") => Some(Self::Plate),
            _ => None,
        }
    }
}

/// A station, as far as it is given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Station {
    pub id: Option<String>,
    pub name: Option<String>,
    pub kind: Option<String>,
    pub village: Option<String>,
    /// Of a source: its four levels, m, with commas between them. Empty where they are not known yet.
    pub levels: Option<String>,
    /// Of a pump: power, flow, head and irrigated area. Empty where they are not known yet.
    pub plate: Option<String>,
    /// Of a pump: the station that it draws on.
    pub source: Option<String>,
}

impl Station {
    /// Its kind, where there is such a one.
    pub fn known_kind(&self) -> Option<StationKind> {
        let name = kind_name(self.kind.as_deref()?);
        let read: Result<_, ValueError> = StationKind::deserialize(name.into_deserializer());
        read.ok()
    }
}

/// The name of a kind in the file, for one that is typed.
pub fn kind_name(typed: &str) -> &str {
    if typed == "rain" { "rain_gauge" } else { typed }
}

/// The parts of what is typed with commas between them, without blanks.
pub fn parts(typed: &str) -> Vec<&str> {
    typed.split([',', '，']).map(str::trim).collect()
}

/// The options of stations, as clap knows them. With several stations each belongs to the `--station` before it.
#[derive(Args)]
#[allow(dead_code, reason = "they are read where they stand among the others")]
struct StationOptions {
    #[arg(long, value_name = "ID")]
    station: Vec<String>,
    #[arg(long, value_name = "NAME")]
    station_name: Vec<String>,
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    #[arg(long, value_name = "ID")]
    station_village: Vec<String>,
    #[arg(long, value_name = "BOTTOM,DEAD,NORMAL,CREST", allow_hyphen_values = true)]
    levels: Vec<String>,
    #[arg(long, value_name = "KW,M3H,M,MU")]
    plate: Vec<String>,
    #[arg(long, value_name = "ID")]
    pump_source: Vec<String>,
}

/// The stations that the options give.
pub struct Stations(pub Vec<Station>);

impl Args for Stations {
    fn augment_args(command: clap::Command) -> clap::Command {
        StationOptions::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        StationOptions::augment_args_for_update(command)
    }
}

impl FromArgMatches for Stations {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let followers =
            ["station_name", "kind", "station_village", "levels", "plate", "pump_source"];
        let groups = grouped(matches, "station", &followers).into_iter();
        let stations = groups.map(|mut group| Station {
            id: group.remove("station"),
            name: group.remove("station_name"),
            kind: group.remove("kind"),
            village: group.remove("station_village"),
            levels: group.remove("levels"),
            plate: group.remove("plate"),
            source: group.remove("pump_source"),
        });
        Ok(Self(stations.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
