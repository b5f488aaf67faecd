//! One bus: the task that owns its endpoint and polls its devices in turn.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::errand::{ERRANDS_MAX, Errand, ErrandDesk};
use super::dtu::DtuDesk;
use super::link::{Ask, Link, ReadError};
use super::measure::{Measured, measured};
use super::{Adjust, BusSettings, DeviceSettings, schedule};
use crate::core::{Flag, Reading, Reason, Series};
use crate::device::{self, Planned, Point, Profile};
use crate::support::Clock;

/// Registers that nobody wants which are read along rather than asked around. Another request over TCP costs a round trip, some
/// milliseconds on a local network; a register costs two bytes. Kept small since a hole may hold registers that a device refuses.
const GAP_MAX: u16 = 16;

/// What a bus has done since its start.
#[derive(Debug, Default)]
pub struct BusStats {
    /// Polls of the whole bus.
    pub polls: AtomicU64,
    /// Readings, missing ones included.
    pub readings: AtomicU64,
    /// Of those, without a value.
    pub missing: AtomicU64,
    /// Ticks that passed while a poll was still running.
    pub missed_ticks: AtomicU64,
}

/// A bus with its devices.
pub struct Bus {
    name: String,
    interval_s: u32,
    retries: u32,
    timeout: Duration,
    link: Link,
    devices: Vec<Device>,
    desk: ErrandDesk,
    errands: mpsc::Receiver<Errand>,
}

struct Device {
    unit: u8,
    timeout: Duration,
    gap: Duration,
    name: String,
    points: Vec<DevicePoint>,
    planned: Vec<Planned>,
    /// The last failure that was reported, so that a device that stays dead is reported once.
    reported: Option<Reason>,
}

struct DevicePoint {
    series: Series,
    point: Point,
    adjust: Adjust,
}

impl Bus {
    /// A bus as `settings` describe it, with the profiles that its devices follow; `dtu` where the connections of its terminal
    /// arrive, if it has one.
    ///
    /// # Errors
    /// Names the device whose profile is not among `profiles`.
    pub fn new(
        settings: &BusSettings,
        profiles: &BTreeMap<String, Profile>,
        dtu: Option<DtuDesk>,
    ) -> Result<Self, String> {
        let timeout = Duration::from_millis(settings.timeout_ms);
        let devices = settings
            .devices
            .iter()
            .map(|device| Device::new(device, profiles, timeout))
            .collect::<Result<_, _>>()?;
        let (desk, errands) = mpsc::channel(ERRANDS_MAX);
        Ok(Self {
            name: settings.name.clone(),
            interval_s: settings.interval_s,
            retries: settings.retries,
            timeout,
            link: Link::new(settings, dtu),
            devices,
            desk,
            errands,
        })
    }

    /// Where single requests are handed in. They are made between polls, one at a time.
    pub fn desk(&self) -> ErrandDesk {
        self.desk.clone()
    }

    /// Name, as configured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Waits for the next tick after `now` and polls all devices; the first poll, with `due` absent, is made at once.
    /// Returns the readings and the tick after which to call again.
    pub async fn poll_next(
        &mut self,
        clock: &Clock,
        due: Option<Timestamp>,
        stats: &BusStats,
    ) -> (Vec<Reading>, Timestamp) {
        if let Some(mut due) = due {
            // One at least, where polls follow each other without a pause.
            if let Ok(errand) = self.errands.try_recv() {
                serve(&mut self.link, errand, self.timeout).await;
            }
            loop {
                // A clock that was set back would otherwise leave the bus unpolled until it has made up for that.
                due = due.min(schedule::next_tick(clock.now(), self.interval_s));
                tokio::select! {
                    biased;
                    () = clock.sleep_until(due) => {}
                    Some(errand) = self.errands.recv() => serve(&mut self.link, errand, self.timeout).await,
                }
                if clock.now() >= due {
                    break;
                }
            }
            stats
                .missed_ticks
                .fetch_add(schedule::missed(due, clock.now(), self.interval_s), Relaxed);
        }
        let begun = clock.now();
        let readings = self.poll(clock).await;
        let missing = readings.iter().filter(|r| r.flag == Flag::Missing).count();
        stats.polls.fetch_add(1, Relaxed);
        stats.readings.fetch_add(readings.len() as u64, Relaxed);
        stats.missing.fetch_add(missing as u64, Relaxed);
        // From when it began: a poll that took longer than the interval misses ticks, and they are counted.
        (readings, schedule::next_tick(begun, self.interval_s))
    }

    async fn poll(&mut self, clock: &Clock) -> Vec<Reading> {
        let mut readings = Vec::new();
        for device in &mut self.devices {
            device
                .poll(
                    &self.name,
                    &mut self.link,
                    self.retries,
                    clock,
                    &mut readings,
                )
                .await;
        }
        readings
    }
}

impl Device {
    fn new(
        settings: &DeviceSettings,
        profiles: &BTreeMap<String, Profile>,
        timeout: Duration,
    ) -> Result<Self, String> {
        let profile = profiles
            .get(&settings.profile)
            .ok_or_else(|| format!("unit {}: no profile {:?}", settings.unit, settings.profile))?;
        let wanted = |point: &&Point| {
            settings.parameters.is_empty() || settings.parameters.contains(&point.parameter)
        };
        let points: Vec<DevicePoint> = profile
            .points
            .iter()
            .filter(wanted)
            .map(|point| DevicePoint {
                series: Series::new(settings.station.clone(), point.parameter),
                point: point.clone(),
                adjust: settings
                    .adjust
                    .get(&point.parameter)
                    .copied()
                    .unwrap_or_default(),
            })
            .collect();
        let plain: Vec<&Point> = points.iter().map(|p| &p.point).collect();
        let terms = device::Terms {
            registers_max: profile.registers_max,
            holes: Vec::new(),
            seams: Vec::new(),
            costs: device::Costs {
                request_us: f64::from(GAP_MAX),
                register_us: 1.0,
            },
        };
        let planned = device::plan(&plain, &terms);
        let name = format!(
            "unit {} ({} at {})",
            settings.unit, profile.id, settings.station
        );
        Ok(Self {
            unit: settings.unit,
            timeout: settings
                .timeout_ms
                .map_or(timeout, Duration::from_millis),
            gap: settings
                .gap_ms
                .and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok())
                .unwrap_or_default(),
            name,
            points,
            planned,
            reported: None,
        })
    }

    /// Reads every point of the device. Once it has been silent, its other requests are not made: they would each cost the
    /// bus another timeout.
    async fn poll(
        &mut self,
        bus: &str,
        link: &mut Link,
        retries: u32,
        clock: &Clock,
        readings: &mut Vec<Reading>,
    ) {
        let mut silent: Option<Reason> = None;
        let mut failed: Option<ReadError> = None;
        for planned in &self.planned {
            let answer = match silent {
                Some(reason) => Err(reason),
                None => match ask(link, &self.asking(planned), retries).await {
                    Ok(words) => Ok(words),
                    Err(error) => {
                        let reason = error.reason();
                        silent = error.silent().then_some(reason);
                        failed = Some(error);
                        Err(reason)
                    }
                },
            };
            let at = clock.now();
            for slot in &planned.slots {
                let Some(point) = self.points.get(slot.point) else {
                    continue;
                };
                readings.push(match &answer {
                    Ok(words) => point.reading(at, slot.words(words)),
                    Err(reason) => Reading::missing(point.series.clone(), at, *reason, Vec::new()),
                });
            }
        }
        self.report(bus, failed.as_ref());
    }

    fn asking(&self, planned: &Planned) -> Ask {
        Ask {
            unit: self.unit,
            request: planned.request,
            timeout: self.timeout,
            gap: self.gap,
            mode: None,
        }
    }

    fn report(&mut self, bus: &str, failed: Option<&ReadError>) {
        let reason = failed.map(ReadError::reason);
        if reason == self.reported {
            return;
        }
        match failed {
            Some(error) => tracing::warn!(bus, device = self.name, %error, "device does not read"),
            None => tracing::info!(bus, device = self.name, "device reads again"),
        }
        self.reported = reason;
    }
}

/// Makes a request on somebody's behalf, unless nobody waits for it any more.
async fn serve(link: &mut Link, errand: Errand, timeout: Duration) {
    if errand.reply.is_closed() {
        return;
    }
    let ask = Ask {
        unit: errand.unit,
        request: errand.request,
        timeout: errand.timeout.unwrap_or(timeout),
        gap: Duration::ZERO,
        mode: errand.mode,
    };
    let outcome = link.read(&ask).await;
    let _nobody_waits = errand.reply.send(outcome).is_err();
}

async fn ask(link: &mut Link, ask: &Ask, retries: u32) -> Result<Vec<u16>, ReadError> {
    let mut left = retries;
    loop {
        match link.read(ask).await {
            Err(error) if error.worth_retrying() && left > 0 => left -= 1,
            outcome => return outcome,
        }
    }
}

impl DevicePoint {
    /// The reading that registers make: decoded, tested against the device's range, adjusted to the installation, tested against
    /// what is physical.
    fn reading(&self, at: Timestamp, words: Option<&[u16]>) -> Reading {
        let series = self.series.clone();
        let Some(words) = words else {
            return Reading::missing(series, at, Reason::Length, Vec::new());
        };
        let Measured {
            outcome,
            flag,
            reason,
        } = measured(&self.point, &self.adjust, &[words]);
        let raw = if flag == Flag::Good {
            Vec::new()
        } else {
            words.to_vec()
        };
        Reading {
            series,
            observed_at: at,
            outcome,
            flag,
            reason,
            raw,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next poll was due in ten days by a clock that has since been set back.
    #[tokio::test]
    async fn a_clock_that_is_set_back_does_not_stop_the_polls() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let settings = BusSettings {
            name: "pumps".into(),
            tcp: Some("127.0.0.1:9".into()),
            timeout_ms: 100,
            retries: 0,
            interval_s: 300,
            devices: Vec::new(),
            ..toml::from_str("name = 'pumps'").unwrap()
        };
        let mut bus = Bus::new(&settings, &BTreeMap::new(), None).unwrap();
        let (clock, driver) = Clock::stepped(at(10));
        let stats = BusStats::default();
        let polled = bus.poll_next(&clock, Some(at(864_000)), &stats);
        let driven = async {
            driver.settled(1).await;
            driver.advance_to(at(300));
        };
        let ((readings, next), ()) = tokio::join!(polled, driven);
        assert!(readings.is_empty());
        assert_eq!((next, stats.missed_ticks.load(Relaxed)), (at(600), 0));
    }
}
