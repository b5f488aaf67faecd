//! Reports as they are written and read.

use proptest::prelude::*;

use super::*;
use crate::locales::{Lang, within};
use crate::wire::PROBLEM_MAX;

const GOOD: &str = r#"{"v":1,"gateway":"gw-1","at":"2026-11-26T00:15:00Z","version":"0.1.0","config":"5d41402abc4b2a76",
    "up_since":"2026-11-20T00:00:00Z","clock":"good",
    "spool":{"batches":3,"readings":120,"bytes":40000,"size_max":1000000,"dropped":0},
    "traffic":{"bytes":123456,"month_bytes":99,"connections":2},
    "own_certificate_until":"2027-01-01T00:00:00Z",
    "buses":[{"name":"ponds","state":"online","polls":7,"missed":0,"busy":0.25,"devices":[
        {"unit":3,"profile":"level-transmitter","station":"pond-1","state":"suspect","since":"2026-11-25T00:00:00Z",
         "seen":true,"success":0.5,"reason":"timeout","error":"unit 3 did not answer"}]}]}"#;

fn read_text(text: &str) -> Result<GatewayReport, WireError> {
    GatewayReport::from_bytes(text.as_bytes())
}

#[test]
fn a_report_reads_back_as_written_compressed_or_not() {
    let report = read_text(GOOD).unwrap();
    assert_eq!(report.buses[0].devices[0].station.as_str(), "pond-1");
    for compress in [false, true] {
        let bytes = report.to_bytes(compress);
        assert_eq!(GatewayReport::from_bytes(&bytes).unwrap(), report);
    }
    assert!(report.to_bytes(true).len() < report.to_bytes(false).len());
}

#[test]
fn what_a_later_version_adds_is_left_out_and_its_states_are_kept() {
    let later = GOOD.replacen("\"suspect\"", "\"asleep\"", 1);
    let later = later.replacen("\"clock\"", "\"battery\":{\"v\":[12.1]},\"clock\"", 1);
    let later = later.replacen("\"unit\"", "\"serial\":7,\"unit\"", 1);
    assert_eq!(read_text(&later).unwrap().buses[0].devices[0].state, "asleep");
}

#[test]
fn what_a_report_may_not_say_is_refused_with_its_place() {
    let long = "x".repeat(200_000);
    for (from, to, says) in [
        ("\"v\":1", "\"v\":2", "format 2"),
        ("0.1.0", &"x".repeat(65), "version is longer than 64"),
        ("5d41402abc4b2a76", &"x".repeat(65), "config is longer"),
        ("ponds", &"x".repeat(65), "buses[0]"),
        ("suspect", &"x".repeat(65), "state is longer"),
        ("unit 3 did not answer", &"x".repeat(121), "error is longer than 120"),
        ("0.25", "1.5", "busy must be 0 to 1"),
        ("0.5,", "-0.5,", "success must be 0 to 1"),
        ("\"gw-1\"", "\"GW 1\"", "gateway"),
        ("pond-1", "pond 1", "station"),
        ("\"clock\":\"good\"", "\"clock\":7", "clock"),
        ("ponds", &long, "larger than"),
    ] {
        let bad = GOOD.replacen(from, to, 1);
        assert_ne!(bad, GOOD, "{from}");
        let error = read_text(&bad).unwrap_err();
        let [zh, en] = Lang::ALL.map(|lang| within(lang, || error.to_string()));
        assert!(en.contains(says), "{from}: {en}");
        assert!(zh.chars().count().max(en.chars().count()) <= PROBLEM_MAX, "{zh} {en}");
    }
}

#[test]
fn a_report_is_no_larger_than_allowed() {
    let mut report = read_text(GOOD).unwrap();
    let error = Some("x".repeat(TEXT_MAX));
    let device = DeviceSaid { error, ..report.buses[0].devices[0].clone() };
    report.buses[0].devices = vec![device; DEVICES_MAX];
    report.buses = vec![report.buses[0].clone(); 8];
    let bytes = report.to_bytes(false);
    assert!(bytes.len() <= REPORT_MAX);
    let read = GatewayReport::from_bytes(&bytes).unwrap();
    let kept: usize = read.buses.iter().map(|bus| bus.devices.len()).sum();
    assert_eq!(read.devices_left_out, 8 * DEVICES_MAX - kept);
    let packed = report.to_bytes(true);
    assert!(GatewayReport::from_bytes(&packed).is_ok());
    report.buses = vec![BusSaid { devices: vec![], ..report.buses[0].clone() }; BUSES_MAX + 1];
    let error = GatewayReport::from_bytes(&report.to_bytes(false)).unwrap_err().to_string();
    assert!(error.contains("at most 256"), "{error}");
}

#[test]
fn what_is_not_well_is_left_out_last_and_what_is_left_out_is_counted() {
    let mut report = read_text(GOOD).unwrap();
    let mut well = report.buses[0].clone();
    well.devices[0].state = "online".into();
    assert!(well.is_well());
    let mut silent = well.clone();
    (silent.name, silent.devices[0].success) = ("silent".into(), Some(0.0));
    assert!(silent.devices[0].gives_no_values() && !silent.is_well());
    report.buses = vec![well; BUSES_MAX + 3];
    report.buses.push(silent);
    report.cut();
    assert_eq!((report.buses.len(), report.buses_left_out), (BUSES_MAX, 4));
    assert_eq!((report.buses[0].name.as_str(), report.devices_left_out), ("silent", 4));
    let read = GatewayReport::from_bytes(&report.to_bytes(true)).unwrap();
    assert_eq!(read.buses[0].devices.len(), 1);
}

#[test]
fn what_is_compressed_is_bounded_too() {
    let bomb = packed::compress_well(GOOD.replacen("ponds", &"x".repeat(100_000), 1).as_bytes());
    assert!(bomb.len() < 2000);
    assert!(GatewayReport::from_bytes(&bomb).unwrap_err().to_string().contains("larger than"));
}

proptest! {
    #[test]
    fn damaged_bytes_never_panic(
        at in 0_usize..900, byte: u8, length in 0_usize..1200, compress: bool,
    ) {
        let mut bytes = read_text(GOOD).unwrap().to_bytes(compress);
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.truncate(length);
        let _ = GatewayReport::from_bytes(&bytes);
    }
}
