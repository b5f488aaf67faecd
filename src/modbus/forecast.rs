//! Forecasts how busy polling keeps a bus, from its settings: request by request, and with units that do not answer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::costs::terms;
use super::health::OFFLINE_SHARE_MAX;
use super::schedule::Mode;
use super::{BusSettings, DeviceSettings};
use crate::device::{Point, Profile, Request, plan};

/// The requests and the load of a bus.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub bus: String,
    /// By device, interval, function and address.
    pub rows: Vec<ForecastRow>,
    /// While all units answer.
    pub load: Load,
    /// With 1, 2 … units offline, those first whose silence costs most.
    pub offline: Vec<OfflineLoad>,
}

/// A request that will be made.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastRow {
    pub unit: u8,
    pub request: Request,
    /// Points of which the answer holds all or a part.
    pub points: usize,
    pub takes: Duration,
    /// Interval; 0 polls without a pause.
    pub every_s: u32,
}

/// How busy a bus is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// The share of its time that polls at intervals take; 1 is all of it. Points of one device with different
    /// intervals count as if they never fell due together, so the share is never too low.
    pub share: f64,
    /// How long a round of polls without a pause takes in the time that is left; `None` where there are none.
    pub round: Option<Duration>,
}

/// How busy a bus is with some of its units offline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfflineLoad {
    pub units: usize,
    /// While they are still polled normally, before they count as offline.
    pub before: Load,
    /// Once they are only probed; an upper bound.
    pub after: Load,
}

/// Time that polling takes: as a share, and per round without a pause.
#[derive(Debug, Clone, Copy, Default)]
struct BusTime {
    share: f64,
    round_s: f64,
}

/// Forecasts polling `bus` in `mode`. Devices whose profile is not among `profiles` are left out.
pub fn forecast(bus: &BusSettings, profiles: &BTreeMap<String, Profile>, mode: Mode) -> Forecast {
    let mut rows = Vec::new();
    let mut units = Vec::new();
    let mut continuous = false;
    for device in &bus.devices {
        let Some(profile) = profiles.get(&device.profile) else {
            continue;
        };
        let (mut up, mut down) = (BusTime::default(), BusTime::default());
        for (every_s, points) in by_interval(bus, device, profile, mode) {
            continuous |= every_s == 0;
            let terms = terms(bus, device, profile);
            for planned in plan(&points, &terms) {
                let made = planned.requests();
                let takes_s = made.iter().map(|made| terms.costs.of(*made)).sum::<f64>() / 1e6;
                up.add(takes_s, every_s);
                rows.push(ForecastRow {
                    unit: device.unit,
                    request: planned.request,
                    points: planned
                        .slots
                        .iter()
                        .map(|slot| slot.point)
                        .collect::<BTreeSet<_>>()
                        .len(),
                    takes: Duration::from_secs_f64(takes_s),
                    every_s,
                });
            }
            // After the first silence the rest of its requests is not made.
            down.add(silence_s(bus, device), every_s);
        }
        units.push((up, down));
    }
    let all = units.iter().map(|(up, _)| *up).fold(BusTime::default(), BusTime::plus);
    let cost =
        |(up, down): &(BusTime, BusTime)| down.share - up.share + (down.round_s - up.round_s);
    units.sort_by(|a, b| cost(b).total_cmp(&cost(a)));
    let mut offline = Vec::new();
    let (mut before, mut rest) = (all, all);
    for (count, (up, down)) in units.iter().enumerate() {
        before = before.minus(*up).plus(*down);
        rest = rest.minus(*up);
        let more = before.share - rest.share;
        let probed = BusTime {
            share: rest.share + more.min(OFFLINE_SHARE_MAX),
            round_s: rest.round_s * (1.0 + OFFLINE_SHARE_MAX),
        };
        offline.push(OfflineLoad {
            units: count + 1,
            before: before.load(continuous),
            after: probed.load(continuous),
        });
    }
    Forecast { bus: bus.name.clone(), rows, load: all.load(continuous), offline }
}

fn by_interval<'a>(
    bus: &BusSettings,
    device: &'a DeviceSettings,
    profile: &'a Profile,
    mode: Mode,
) -> BTreeMap<u32, Vec<&'a Point>> {
    let mut groups: BTreeMap<u32, Vec<&Point>> = BTreeMap::new();
    for (point, _) in device.observes(profile) {
        let every_s = device.poll_interval(bus, point.parameter).interval_s(mode);
        groups.entry(every_s).or_default().push(point);
    }
    groups
}

/// How long it takes to find that a device does not answer, s.
fn silence_s(bus: &BusSettings, device: &DeviceSettings) -> f64 {
    let timeout_ms = device.timeout_ms.unwrap_or(bus.timeout_ms);
    timeout_ms as f64 / 1000.0 * (1.0 + f64::from(bus.retries))
}

impl BusTime {
    fn add(&mut self, takes_s: f64, every_s: u32) {
        if every_s == 0 {
            self.round_s += takes_s;
        } else {
            self.share += takes_s / f64::from(every_s);
        }
    }

    fn plus(self, other: Self) -> Self {
        Self { share: self.share + other.share, round_s: self.round_s + other.round_s }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            share: (self.share - other.share).max(0.0),
            round_s: (self.round_s - other.round_s).max(0.0),
        }
    }

    fn load(self, continuous: bool) -> Load {
        Load { share: self.share, round: continuous.then(|| Duration::from_secs_f64(self.round_s)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bus(text: &str) -> BusSettings {
        let device = |unit| {
            format!(
                "[[device]]\nunit = {unit}\nprofile = 'sdm630'\nstation = 'p-{unit}'\nparameters = ['power', 'voltage']\n"
            )
        };
        toml::from_str(&format!("name = 'pumps'\n{text}\n{}{}", device(1), device(2))).unwrap()
    }

    fn profiles() -> BTreeMap<String, Profile> {
        let all = crate::device::shipped().iter();
        all.map(|(id, text)| ((*id).to_owned(), crate::device::parse(text).unwrap())).collect()
    }

    fn near(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-9, "{got}, expected {expected}");
    }

    #[test]
    fn the_share_is_what_requests_and_timeouts_take() {
        let bus = bus("tcp = 'h:1'\ninterval_s = 10\nretries = 1\ntimeout_ms = 2000");
        let forecast = forecast(&bus, &profiles(), Mode::Normal);
        let rows: Vec<_> = forecast
            .rows
            .iter()
            .map(|r| (r.unit, r.request.address, r.request.count, r.points))
            .collect();
        // Voltage at 0 and power at 52.
        assert_eq!(rows, [(1, 0, 54, 2), (2, 0, 54, 2)]);
        let each = (2000.0 + 54.0 * 20.0) / 1e6 / 10.0;
        near(forecast.load.share, 2.0 * each);
        assert_eq!(forecast.load.round, None);
        let [one, two] = forecast.offline[..] else { panic!("{forecast:?}") };
        near(one.before.share, each + 0.4);
        near(one.after.share, each + 0.1);
        near(two.before.share, 0.8);
        near(two.after.share, 0.1);
    }

    #[test]
    fn without_a_pause_the_length_of_a_round_is_given() {
        let mut bus = bus("tcp = 'h:1'\ninterval_s = 0\nretries = 0");
        bus.devices[1].intervals_s.insert(crate::core::Parameter::Power, 60);
        let forecast = forecast(&bus, &profiles(), Mode::Normal);
        let round = |load: Load| load.round.unwrap().as_secs_f64();
        let (wide, narrow) = ((2000.0 + 54.0 * 20.0) / 1e6, (2000.0 + 2.0 * 20.0) / 1e6);
        near(round(forecast.load), wide + narrow);
        near(forecast.load.share, narrow / 60.0);
        near(round(forecast.offline[1].before), 2.0);
        near(round(forecast.offline[1].after), 0.0);
    }

    #[test]
    fn a_drought_has_a_load_of_its_own() {
        let bus = bus("tcp = 'h:1'\ninterval_s = 300\ndrought_interval_s = 60");
        let share = |mode| forecast(&bus, &profiles(), mode).load.share;
        near(share(Mode::Drought), 5.0 * share(Mode::Normal));
    }
}
