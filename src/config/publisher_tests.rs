//! A publisher that is right has no problem, and each mistake is told with its place.

use super::*;

const SAMPLE: &str = include_str!("../../config/hub.toml");

const RIGHT: &str = r#"
[[publisher]]
gateway = "weather"
format = "telegraf_json"
topics = ["telegraf/#"]
interval_s = 300
[[publisher.series]]
station = "rain-1"
parameter = "rainfall_total"
unit = "mm"
max_rate_per_hour = 200
measurement = "weather"
field = "rain"
tags = { host = "a" }
[[publisher.series]]
station = "rain-1"
parameter = "air_temperature"
unit = "degC"
measurement = "weather"
field = "temperature"
"#;

const OTHERS: &str = r#"
[[publisher]]
gateway = "soil"
format = "chirpstack"
topics = ["application/+/device/+/event/up"]
interval_s = 3600
[[publisher.series]]
station = "soil-1"
parameter = "soil_moisture"
unit = "%"
dev_eui = "A8-40-41-00-01-81-84-24"
pointer = "/water_SOIL"
[[publisher]]
gateway = "levels"
format = "json"
topics = ["levels/+"]
interval_s = 600
records = "/data"
time = "/ts"
time_form = "ms"
name = "/id"
[[publisher.series]]
station = "pond-9"
parameter = "level"
unit = "cm"
offset = 120
range = [0, 8]
quality = { preset = "pond" }
name = "s 17"
pointer = "/v"
[[publisher]]
gateway = "plant"
format = "sparkplug"
topics = ["spBv1.0/County/+/Edge 1/#", "spBv1.0/STATE/#"]
interval_s = 60
rebirth = true
[[publisher.series]]
station = "pump-9"
parameter = "run_state"
unit = "1"
group = "County"
node = "Edge 1"
metric = "Pump/Running"
"#;

fn problems(text: &str) -> Vec<String> {
    let settings: HubSettings = toml::from_str(&format!("{SAMPLE}\n{text}")).unwrap();
    let found = Problems::of(|found| check(&settings, found));
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_right_has_no_problem() {
    assert_eq!(problems(&format!("{RIGHT}{OTHERS}")), [""; 0]);
}

#[test]
fn each_mistake_is_told_with_its_place() {
    for (from, to, says) in [
        (
            "telegraf/#",
            "hanqing/v1/+/readings",
            "publisher[0].topics[0] = hanqing/v1/+/readings: takes in",
        ),
        ("telegraf/#", "a/#/b", "publisher[0].topics[0] = a/#/b: is no topic filter"),
        ("[\"telegraf/#\"]", "[]", "publisher[0].topics = 0: must be 1 to 50"),
        (
            "telegraf/#",
            "application/+/+/#",
            "publisher[1].topics[0] = application/+/device/+/event/up: overlaps",
        ),
        ("event/up", "event/+", "must end in the level up"),
        ("\"soil\"", "\"weather\"", "publisher[1].gateway = weather"),
        ("interval_s = 300", "interval_s = 0", "publisher[0].interval_s = 0"),
        (
            "interval_s = 300",
            "interval_s = 300\nrecords = '/a'",
            "records: has no meaning with the format telegraf_json",
        ),
        ("interval_s = 300", "interval_s = 300\nrebirth = true", "rebirth: has no meaning"),
        ("time_form = \"ms\"\n", "", "publisher[2].time_form: is needed with time"),
        ("time = \"/ts\"\ntime_form = \"ms\"\n", "", "publisher[2].time: without a pointer"),
        ("\"/ts\"", "\"ts\"", "publisher[2].time = ts: is no JSON pointer"),
        (
            "field = \"rain\"\n",
            "",
            "publisher[0].series[0].field: is needed with the format telegraf_json",
        ),
        (
            "field = \"rain\"",
            "field = \"rain\"\nmetric = 'x'",
            "publisher[0].series[0].metric: has no meaning",
        ),
        (
            "field = \"temperature\"",
            "field = \"rain\"",
            "publisher[0].series[1]: may find the same value as publisher[0].series[0]",
        ),
        (
            "parameter = \"air_temperature\"\nunit = \"degC\"",
            "parameter = \"rainfall_total\"\nunit = \"mm\"\nmax_rate_per_hour = 1",
            "publisher[0].series[1] = rain-1/rainfall_total: is the series of publisher[0].series[0]",
        ),
        (
            "unit = \"mm\"",
            "unit = \"V\"",
            "publisher[0].series[0].unit = V: does not convert to mm",
        ),
        (
            "max_rate_per_hour = 200\n",
            "",
            "publisher[0].series[0].max_rate_per_hour: a counter needs",
        ),
        ("max_rate_per_hour = 200", "max_rate_per_hour = 0", "series[0].max_rate_per_hour = 0"),
        ("unit = \"degC\"", "unit = \"degC\"\nmodulus = 5", "air_temperature is no counter"),
        ("unit = \"degC\"", "unit = \"degC\"\nscale = 0", "series[1].scale = 0"),
        ("A8-40", "A8", "dev_eui = A8-41-00-01-81-84-24: must be 16"),
        (
            "\"pond-9\"",
            "\"soil-1\"",
            "publisher[2].series[0].station = soil-1: is a station of publisher[1]",
        ),
        ("[0, 8]", "[8, 0]", "series[0].range"),
        ("\"pond\"", "\"pont\"", "series[0].quality.preset = pont"),
        ("\"s 17\"", "\"\"", "series[0].name"),
        (
            "unit = \"mm\"",
            "unit = \"mm\"\nscale = -1",
            "publisher[0].series[0].scale = -1: a counter grows",
        ),
        (
            "\"Edge 1\"\n",
            "\"Edge/1\"\n",
            "publisher[3].series[0].node = Edge/1: must be 1 to 200 bytes, and is a level",
        ),
        (
            "\"Edge 1\"\n",
            "\"Edge 2\"\n",
            "node = spBv1.0/County/NDATA/Edge 2: is not among what topics subscribes to: spBv1.0/County/",
        ),
        (
            "name = \"s 17\"",
            "topic = 'tanks/+'",
            "publisher[2].series[0].topic = tanks/+: is not among what topics subscribes to: levels/+",
        ),
    ] {
        let text = format!("{RIGHT}{OTHERS}");
        let bad = text.replacen(from, to, 1);
        assert_ne!(bad, text, "{from}");
        let told = problems(&bad);
        assert!(told.iter().any(|line| line.contains(says)), "{from} -> {to}: {told:#?}");
    }
    let line = RIGHT
        .replace("telegraf_json", "line_protocol")
        .replace("interval_s", "time_form = 'rfc3339'\ninterval_s");
    assert!(problems(&line)[0].contains("publisher[0].time_form"));
}

#[test]
fn a_node_whose_births_and_deaths_would_not_be_heard_is_told() {
    let all = "spBv1.0/County/+/Edge 1/#";
    for (heard, lacks) in [
        ("'spBv1.0/County/NDATA/Edge 1'", Some("NBIRTH")),
        ("'spBv1.0/County/NDATA/+', 'spBv1.0/County/NBIRTH/+'", Some("NDEATH")),
        ("'spBv1.0/County/+/Edge 1'", None),
    ] {
        let text = OTHERS.replace(&format!("\"{all}\""), heard);
        let told = problems(&text);
        let says = lacks.map(|kind| format!("node = spBv1.0/County/{kind}/Edge 1: is not among"));
        assert_eq!(told.len(), usize::from(lacks.is_some()), "{heard}: {told:#?}");
        assert!(told.iter().zip(&says).all(|(told, says)| told.contains(says)), "{told:#?}");
    }
}
