//! What the view is made of, as the hub fetches it: which stations and series there are, and readings of spans.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::core::{Parameter, Reading, Series, StationId};
use crate::water::{Station, Township};

/// The name of the sensor of which nothing is known.
pub(super) const UNKNOWN: &str = "unknown";

/// Stations, series and sensors of the township.
#[derive(Debug)]
pub struct Things {
    pub township: Arc<Township>,
    /// The series of its stations, in order.
    pub series: Vec<Series>,
    /// The parameters that are observed, in the order of the catalogue.
    pub(super) parameters: Vec<Parameter>,
    /// Profiles of devices, and [`UNKNOWN`].
    pub(super) sensors: Vec<String>,
    stations: HashMap<StationId, usize>,
    /// The sensor of each series.
    sensor_of: Vec<usize>,
}

impl Things {
    /// Of all the `series` of a store, and the profiles of the devices that gateways name for a station. A station with
    /// devices of several profiles has no one sensor: which observes what is not known.
    pub fn new(
        township: Arc<Township>,
        mut series: Vec<Series>,
        profiles: &BTreeMap<StationId, Vec<String>>,
    ) -> Self {
        let numbered = township.stations.iter().enumerate();
        let stations: HashMap<StationId, usize> =
            numbered.map(|(number, station)| (station.id.clone(), number)).collect();
        series.retain(|series| stations.contains_key(&series.station));
        series.sort();
        let mut parameters: Vec<Parameter> = series.iter().map(|series| series.parameter).collect();
        parameters.sort();
        parameters.dedup();
        let profile = |station: &StationId| match profiles.get(station).map(Vec::as_slice) {
            Some([first, rest @ ..]) if rest.iter().all(|other| other == first) => first.as_str(),
            _ => UNKNOWN,
        };
        let of: Vec<&str> = series.iter().map(|series| profile(&series.station)).collect();
        let mut sensors: Vec<String> = of.iter().map(|name| (*name).to_owned()).collect();
        sensors.sort();
        sensors.dedup();
        let place = |name: &&str| sensors.binary_search_by(|known| known.as_str().cmp(name));
        let sensor_of = of.iter().map(|name| place(name).unwrap_or_default()).collect();
        Self { township, series, parameters, sensors, stations, sensor_of }
    }

    pub(super) fn station(&self, number: usize) -> &Station {
        &self.township.stations[number]
    }

    pub(super) fn station_number(&self, id: &str) -> Option<usize> {
        self.stations.get(&id.parse::<StationId>().ok()?).copied()
    }

    /// The station of a series.
    pub(super) fn station_of(&self, series: usize) -> usize {
        self.stations.get(&self.series[series].station).copied().unwrap_or_default()
    }

    pub(super) fn sensor_of(&self, series: usize) -> usize {
        self.sensor_of[series]
    }

    pub(super) fn series_number(&self, id: &str) -> Option<usize> {
        self.series.binary_search(&id.parse().ok()?).ok()
    }

    /// The series of a station.
    pub(super) fn series_of(&self, station: usize) -> Range<usize> {
        let id = &self.station(station).id;
        let start = self.series.partition_point(|series| series.station < *id);
        let count = self.series[start..].iter().take_while(|series| series.station == *id).count();
        start..start + count
    }
}

/// What is asked of the hub.
pub enum ThingsAsked {
    /// Which stations and series there are.
    Known,
    /// When the readings of each were made.
    Extents(Vec<Series>),
    Observations(ObservationsAsked),
}

/// What it answers.
pub enum ThingsAnswer {
    Known(Arc<Things>),
    Extents(Vec<Extent>),
    Observations(Observed),
    /// It would cost more than it may.
    TooMuch,
    /// Too many others ask.
    Busy,
}

/// When the readings of a series were made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// The first and the last one; `None` where there is none.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The time of a later one that is ahead of the hub's clock, and left out until then.
    pub ahead_at: Option<Timestamp>,
}

/// Readings of some series, a page of them, without those that are ahead of the hub's clock.
pub struct ObservationsAsked {
    /// In the order of the series.
    pub parts: Vec<Part>,
    pub order: Order,
    /// The last reading of the page before: its series and time.
    pub after: Option<(Series, Timestamp)>,
    pub skip: usize,
    /// As many at most.
    pub most: usize,
    /// Whether it is asked how many there are on all pages together.
    pub count: bool,
    /// What it may cost: a reading that is looked at costs `each`.
    pub budget: u64,
    pub each: u64,
}

/// The readings of a series from the one to before the other instant.
#[derive(Clone)]
pub struct Part {
    pub series: Series,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Whether a reading is asked for, which counts as that; without it, all are.
    pub wanted: Option<Wanted>,
}

/// Tells whether a reading is asked for, which counts as that.
pub type Wanted = Arc<dyn Fn(&Reading, Option<f64>) -> bool + Send + Sync>;

/// In which order readings are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Series by series, the oldest first.
    BySeries,
    /// By time, and of one instant by series.
    OldestFirst,
    /// The other way round.
    NewestFirst,
}

/// A page of readings.
#[derive(Debug, Default, PartialEq)]
pub struct Observed {
    /// Each with what it counts as; `None` where it does not.
    pub rows: Vec<(Reading, Option<f64>)>,
    /// Whether more follow.
    pub more: bool,
    pub count: Option<u64>,
    /// What it has cost.
    pub cost: u64,
}
