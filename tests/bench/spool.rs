//! What a reading costs on the disk and on the wire.
//!
//! `tests/bench/spool` runs it. `tests/bench/spool make FILE GATEWAY READINGS EACH` makes a spool of undelivered
//! readings for `tests/bench/drain`.

use std::path::Path;

use hanqing::core::{Flag, Parameter, Reading, Reason, Series};
use hanqing::spool::{Limits, Spool};
use hanqing::wire::{Batch, BootId, Epoch, RangeSet, Timebase, packed};
use jiff::Timestamp;

const CLOCK: Timebase =
    Timebase { boot: BootId(0x1f3a_9c02), zero: 1_795_650_000_000, provisional: false };

const LIMITS: Limits = Limits { size_max: 1 << 30, free_min: 0 };

/// The parameters of a pump station: what its register holds at first, and by what it is divided.
const OBSERVED: [(Parameter, u64, f64); 10] = [
    (Parameter::Level, 98_113, 1_000.0),
    (Parameter::Flow, 3_125, 10.0),
    (Parameter::VolumeTotal, 1_204_377, 1.0),
    (Parameter::EnergyTotal, 2_048_135, 100.0),
    (Parameter::Power, 325, 10.0),
    (Parameter::Voltage, 2_281, 10.0),
    (Parameter::Frequency, 4_998, 100.0),
    (Parameter::RunHours, 30_214, 10.0),
    (Parameter::SoilMoisture, 241, 10.0),
    (Parameter::BatteryVoltage, 126, 10.0),
];

/// Poll `tick`, of so many readings: stations of ten parameters each. Of a hundred readings three are suspect and two
/// missing.
fn poll(tick: u64, count: usize) -> Vec<Reading> {
    let readings = (0..count).map(|n| {
        let (parameter, raw, divisor) = OBSERVED[n % OBSERVED.len()];
        let series = Series::new(
            format!("pump-dongmen-{}", n / OBSERVED.len() + 1).parse().expect("a station"),
            parameter,
        );
        // Each device answers some milliseconds after the one before.
        let ms = 1_795_651_200_000 + tick as i64 * 300_000 + (n / OBSERVED.len()) as i64 * 37;
        let at = Timestamp::from_millisecond(ms).expect("a time");
        // Noise without a period, in steps of what the device resolves.
        let noise = ((tick + 1) * 7919 + n as u64 * 104_729) % 199;
        let mut reading = Reading::good(series.clone(), at, (raw + noise) as f64 / divisor);
        match n % 100 {
            31 | 57 | 83 => {
                reading.flag = Flag::Suspect;
                reading.reason = Some(Reason::Rate);
            }
            44 | 45 => reading = Reading::missing(series, at, Reason::Timeout, Vec::new()),
            _ => {}
        }
        reading
    });
    readings.collect()
}

fn gateway() -> hanqing::core::GatewayId {
    "gw-dongmen".parse().expect("a gateway")
}

/// Bytes that this process has made the system write (proc(5), io).
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").expect("/proc/self/io");
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|n| n.parse().ok()).expect("write_bytes")
}

/// Bytes written a reading: appended, acknowledged a poll later as a hub does, and folded back into the file.
fn disk(directory: &Path, each: usize, polls: u64) -> f64 {
    let path = directory.join(format!("spool-{each}.db"));
    let mut spool = Spool::open(&path, &gateway(), LIMITS, Timestamp::UNIX_EPOCH).expect("a spool");
    let before = written();
    for tick in 0..polls {
        spool.append(poll(tick, each), CLOCK).expect("an append");
        let done: RangeSet = [(1, tick)].into_iter().collect();
        spool.hand_over(spool.epoch(), &done);
        spool.release(spool.epoch(), &done, true).expect("a release");
    }
    spool.save_state().expect("a note");
    drop(spool);
    (written() - before) as f64 / (polls * each as u64) as f64
}

fn batch(readings: Vec<Reading>) -> Batch {
    Batch {
        gateway: gateway(),
        epoch: Epoch(0x8c5f_0a1b_2c3d_4e5f),
        seq: 70_123,
        clock: Some(CLOCK),
        loss: None,
        readings,
    }
}

/// MQTT packets of a message and of its confirmation: fixed header, topic, packet id (MQTT 3.1.1).
fn packets(topic: &str, payload: usize) -> usize {
    let rest = 2 + topic.len() + 2 + payload;
    let length = match rest {
        0..128 => 1,
        128..16_384 => 2,
        _ => 3,
    };
    1 + length + rest + 4
}

/// The same readings as Telegraf's outputs.mqtt sends those of inputs.modbus in data_format json, one metric a message
/// or all in one: fields, name, tags, timestamp. It has no quality; a missing reading is not there.
fn telegraf(readings: &[Reading]) -> Vec<String> {
    let metric = |reading: &Reading| {
        let value = reading.value()?;
        let series = reading.series.to_string();
        let (station, parameter) = series.split_once('/')?;
        Some(format!(
            r#"{{"fields":{{"{parameter}":{value}}},"name":"modbus","tags":{{"host":"gw-dongmen","name":"{station}","slave_id":"1","type":"holding_register"}},"timestamp":{}}}"#,
            reading.observed_at.as_second()
        ))
    };
    readings.iter().filter_map(metric).collect()
}

/// Bytes of a Sparkplug B payload (specification 3.0, 6.4.1): timestamp, seq, and metrics by alias with timestamp,
/// datatype Double and value, and where `quality` the property Quality (a set of one key and one integer) of those that
/// are not good.
fn sparkplug(readings: &[Reading], quality: bool) -> usize {
    let varint = |n: u64| (64 - n.max(1).leading_zeros()).div_ceil(7) as usize;
    let timestamp = |ms: i64| 1 + varint(ms as u64);
    let metrics: usize = readings
        .iter()
        .zip(1u64..)
        .map(|(reading, alias)| {
            let value = if reading.value().is_some() { 1 + 8 } else { 1 + 1 };
            let property = if quality && reading.flag != Flag::Good {
                // keys: tag, length, "Quality"; values: tag, length, type, int_value.
                let set = (2 + 7) + 2 + (2 + (1 + varint(500)));
                1 + 1 + set
            } else {
                0
            };
            let metric = 1
                + varint(alias)
                + timestamp(reading.observed_at.as_millisecond())
                + 2
                + value
                + property;
            1 + varint(metric as u64) + metric
        })
        .sum();
    timestamp(readings[0].observed_at.as_millisecond()) + metrics + 2
}

fn wire() {
    let readings = poll(1, 100);
    let message = batch(readings.clone()).to_bytes();
    let topic = "hanqing/v1/gw-dongmen/readings";
    let each = |bytes: usize| bytes as f64 / readings.len() as f64;
    let backlog: Vec<_> = (1..=10).map(|tick| batch(poll(tick, 100)).to_bytes()).collect();
    let bundle = packed::bundle(&backlog);
    let metrics = telegraf(&readings);
    let telegraf_batch = format!(r#"{{"metrics":[{}]}}"#, metrics.join(","));
    let names: usize = readings.iter().map(|r| r.series.to_string().len() + 2).sum();
    let rows = [
        ("hanqing, compressed", each(packets(topic, packed::compress(&message).len()))),
        ("hanqing", each(packets(topic, message.len()))),
        (
            "hanqing, backlog of ten batches, compressed",
            each(packets(topic, packed::compress_well(&bundle).len())) / 10.0,
        ),
        (
            "Sparkplug B, by alias, quality where not good",
            each(packets("spBv1.0/hanqing/DDATA/gw-dongmen/pump", sparkplug(&readings, true))),
        ),
        (
            "Sparkplug B, by alias, no quality",
            each(packets("spBv1.0/hanqing/DDATA/gw-dongmen/pump", sparkplug(&readings, false))),
        ),
        (
            "Sparkplug B, by name, no quality",
            each(packets(
                "spBv1.0/hanqing/DDATA/gw-dongmen/pump",
                sparkplug(&readings, false) + names,
            )),
        ),
        (
            "Telegraf json, one message, no quality",
            each(packets("telegraf/gw-dongmen/modbus", telegraf_batch.len())),
        ),
        (
            "Telegraf json, a message each, no quality",
            each(metrics.iter().map(|m| packets("telegraf/gw-dongmen/modbus", m.len())).sum()),
        ),
    ];
    println!("\n| 100 readings of 10 stations | bytes a reading |\n|---|---|");
    for (name, bytes) in rows {
        println!("| {name} | {bytes:.1} |");
    }
}

fn make(path: &str, gateway: &str, count: u64, each: usize) {
    let gateway = gateway.parse().expect("a gateway");
    let mut spool =
        Spool::open(Path::new(path), &gateway, LIMITS, Timestamp::UNIX_EPOCH).expect("a spool");
    for tick in 0..count / each as u64 {
        spool.append(poll(tick, each), CLOCK).expect("an append");
    }
    println!("{:?}", spool.stats());
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [word, path, gateway, count, each] = &arguments[..] {
        assert_eq!(word, "make");
        return make(
            path,
            gateway,
            count.parse().expect("a number"),
            each.parse().expect("a number"),
        );
    }
    // Not the temporary directory: that may be in memory, where nothing is written.
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    println!("| readings a commit | commits | bytes written a reading |\n|---|---|---|");
    for (each, polls) in [(1000, 300), (100, 2000), (10, 5000), (1, 5000)] {
        println!("| {each} | {polls} | {:.0} |", disk(directory.path(), each, polls));
    }
    wire();
}
