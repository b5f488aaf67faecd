//! What becomes of the messages of publishers, from topic to batch.

use super::*;
use crate::hub::inbox::Inbox;
use crate::locales::Lang;
use crate::wire::Batch;
use jiff::Timestamp;

const SETTINGS: &str = r#"
[[publisher]]
gateway = "weather"
format = "json"
topics = ["weather/+", "气象/#"]
interval_s = 300
arrival_time = true
[[publisher.series]]
station = "rain-1"
parameter = "rainfall_total"
unit = "cm"
modulus = 100
max_rate_per_hour = 20
pointer = "/rain"
[[publisher.series]]
station = "rain-1"
parameter = "air_temperature"
unit = "degC"
pointer = "/t"
[[publisher]]
gateway = "plant"
format = "sparkplug"
topics = ["spBv1.0/#"]
interval_s = 60
rebirth = true
[[publisher.series]]
station = "pump-1"
parameter = "power"
unit = "W"
group = "g"
node = "n"
metric = "P"
"#;

#[derive(serde::Deserialize)]
struct File {
    publisher: Vec<PublisherSettings>,
}

struct World {
    publishers: Publishers,
    inbox: Inbox,
    next: Portion,
    state: HubState,
}

impl World {
    fn new() -> Self {
        let File { publisher } = toml::from_str(SETTINGS).unwrap();
        let publishers = Publishers::new(&publisher, "hub");
        let (inbox, next, state) = Default::default();
        let state: HubState = state;
        state.begin_publishers(&publishers);
        Self { publishers, inbox, next, state }
    }

    fn put_at(
        &mut self,
        topic: &str,
        payload: &[u8],
        s: u64,
        retained: bool,
    ) -> Option<Vec<Sender>> {
        let Self { publishers, inbox, next, state } = self;
        let time = Timestamp::from_second(1_800_000_000 + s as i64).unwrap();
        let up = Duration::from_secs(s);
        let message = Incoming { topic, payload, retained };
        publishers.put(&message, &mut Ways { inbox, next, state }, (up, Moment { up, time }))
    }

    fn put(&mut self, topic: &str, payload: &[u8]) -> Option<Vec<Sender>> {
        self.put_at(topic, payload, 0, false)
    }

    /// The batches that wait.
    fn batches(&mut self) -> Vec<Batch> {
        self.inbox.admit(Duration::MAX);
        let mut portion = Portion::default();
        while portion.take(&mut self.inbox) {}
        assert!(portion.unreadable.is_empty());
        portion.batches
    }

    /// Why messages are set aside.
    fn problems(&mut self) -> Vec<(Sender, String)> {
        let unreadable = std::mem::take(&mut self.next).unreadable.into_iter();
        unreadable.map(|one| (one.sender, one.problem.within(Lang::English))).collect()
    }
}

fn gateway(name: &str) -> GatewayId {
    name.parse().unwrap()
}

#[test]
fn readings_come_as_if_a_gateway_had_sent_them() {
    let mut world = World::new();
    assert_eq!(world.put("weather/1", br#"{"rain":1.5,"t":21.5,"other":1}"#), Some(vec![]));
    assert_eq!(world.put("气象/东门/2", br#"{"t":-70}"#), Some(vec![]));
    assert_eq!(world.put("elsewhere", b"{}"), None);
    assert_eq!(world.put("weather/1/2", b"{}"), None);
    let batches = world.batches();
    let seen: Vec<_> = batches
        .iter()
        .flat_map(|batch| batch.readings.iter().map(move |reading| (batch, reading)))
        .map(|(batch, reading)| {
            (batch.seq, reading.series.to_string(), reading.value(), u8::from(reading.flag))
        })
        .collect();
    assert_eq!(
        seen,
        [
            (1, "rain-1/rainfall_total".into(), Some(15.0), 1),
            (1, "rain-1/air_temperature".into(), Some(21.5), 1),
            (2, "rain-1/air_temperature".into(), Some(-70.0), 4),
        ]
    );
    assert!(batches.iter().all(|batch| batch.gateway == gateway("weather")));
    let at = batches[0].readings[0].observed_at;
    assert_eq!(at, Timestamp::from_second(1_800_000_000).unwrap(), "when it arrived");
    // The numbers are of this hub alone, and go on.
    let epoch = batches[0].epoch;
    let File { publisher } = toml::from_str(SETTINGS).unwrap();
    let again = Publishers::new(&publisher, "hub");
    let other = Publishers::new(&publisher, "hub-2");
    assert_eq!(again.all[0].epoch, epoch);
    assert!(other.all[0].epoch != epoch && again.all[1].epoch != epoch);
}

#[test]
fn what_cannot_be_read_is_set_aside_with_its_publisher() {
    let mut world = World::new();
    world.put("weather/1", b"{");
    world.put("weather/1", br#"{"t":"warm","rain":true}"#);
    world.put("weather/1", &vec![b' '; 10_000_000]);
    world.put_at("weather/1", br#"{"t":5}"#, 0, true);
    world.put("spBv1.0/g/NDATA/n", b"hello");
    for channel in ["readings", "birth", "status", "report"] {
        world.put(&format!("hanqing/v1/weather/{channel}"), b"{}");
    }
    let problems = world.problems();
    let of = |name: &str| problems.iter().filter(|(of, _)| *of == Some(gateway(name))).count();
    assert_eq!((of("weather"), of("plant")), (8, 1), "{problems:#?}");
    for (says, place) in [
        ("ends too early", 0),
        ("is true, and rainfall_total is no state (and 1 more in the same message)", 1),
        ("larger than 262144 bytes", 2),
        ("had retained it", 3),
        ("no message of Sparkplug B", 4),
        ("is the name of a [[publisher]]", 5),
    ] {
        assert!(problems[place].1.contains(says), "{says}: {problems:#?}");
    }
    assert_eq!(world.batches(), []);
    // Another gateway's own messages are none of its business.
    assert_eq!(world.put("hanqing/v1/gw-1/readings", b"{}"), None);
}

#[test]
fn a_flood_is_dropped_and_named_and_leaves_no_holes_in_the_numbers() {
    let mut world = World::new();
    let mut large = br#"{"t":20,"x":""#.to_vec();
    large.resize(100_000, b'x');
    large.extend(b"\"}");
    let dropped: usize = (0..200).map(|_| world.put("weather/1", &large).unwrap().len()).sum();
    assert_eq!(dropped, 117);
    // Small ones fill the queue.
    let dropped: usize =
        (0..2000).map(|_| world.put_at("weather/1", br#"{"t":1}"#, 60, false).unwrap().len()).sum();
    assert!(dropped > 1000, "{dropped}");
    let mut batches = world.batches();
    world.put_at("weather/1", br#"{"t":1}"#, 61, false);
    batches.extend(world.batches());
    let numbers: Vec<u64> = batches.iter().map(|batch| batch.seq).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    // Nobody sends them again.
    let now = Moment { up: Duration::from_secs(61), time: Timestamp::UNIX_EPOCH };
    world.state.note_dropped(&Some(gateway("weather")), now);
    let notes = &world.state.notes(now)[&Some(gateway("weather"))];
    let said: Vec<String> = notes.iter().map(|note| note.within(Lang::English)).collect();
    assert!(said.iter().any(|note| note.contains("dropped: 1; they came faster")), "{said:?}");
}

#[test]
fn a_message_of_a_thousand_series_is_several_batches_of_messages_that_are_small_enough() {
    let mut series = String::from(
        "[[publisher]]\ngateway = 'many'\nformat = 'json'\ntopics = ['many']\ninterval_s = 60\narrival_time = true\n",
    );
    for n in 0..3000 {
        series += &format!(
            "[[publisher.series]]\nstation = 'station-with-a-rather-long-name-{n}'\nparameter = 'level'\nunit = 'm'\npointer = '/{n}'\n"
        );
    }
    let File { publisher } = toml::from_str(&series).unwrap();
    let mut world = World { publishers: Publishers::new(&publisher, "hub"), ..World::new() };
    let values: Vec<String> =
        (0..3000).map(|n| format!("\"{n}\":-1.7976931348623157e200")).collect();
    assert_eq!(world.put("many", format!("{{{}}}", values.join(",")).as_bytes()), Some(vec![]));
    let batches = world.batches();
    assert_eq!(batches.iter().map(|batch| batch.readings.len()).collect::<Vec<_>>(), [2000, 1000]);
    assert!(batches.iter().all(|batch| batch.to_bytes().len() <= MESSAGE_SIZE_MAX));
}

#[test]
fn a_node_is_asked_for_its_births_once_a_minute() {
    use crate::interop::sparkplug::{Metric, Payload, Value};
    let mut world = World::new();
    let metric = Metric { alias: Some(1), value: Some(Value::Double(1.0)), ..Metric::default() };
    let data = Payload { metrics: vec![metric], timestamp: Some(5), ..Payload::default() };
    for s in [0, 5, 59, 60, 70] {
        world.put_at("spBv1.0/g/NDATA/n", &data.to_bytes(), s, false);
        world.put_at("spBv1.0/g/NDATA/unknown", &data.to_bytes(), s, false);
    }
    let requests = world.publishers.take_requests();
    assert_eq!(requests.len(), 2);
    let (topic, payload) = &requests[0];
    assert_eq!(topic, "spBv1.0/g/NCMD/n");
    let asked = Payload::from_bytes(payload).unwrap();
    assert_eq!(asked.metrics[0].name.as_deref(), Some("Node Control/Rebirth"));
    assert_eq!(asked.metrics[0].value, Some(Value::Boolean(true)));
    let seen = world.state.publishers().remove(&gateway("plant")).unwrap();
    assert_eq!((seen.format.as_str(), seen.unmapped, seen.names.len()), ("sparkplug", 5, 1));
    let notes = world.state.notes(Moment { up: Duration::ZERO, time: Timestamp::UNIX_EPOCH });
    let notes = format!("{:?}", notes[&Some(gateway("plant"))]);
    assert!(notes.contains('5'), "{notes}");
}

#[test]
fn what_becomes_of_messages_is_counted() {
    let mut world = World::new();
    world.put("weather/1", br#"{"rain":1.5,"t":21.5,"other":1}"#);
    world.put("weather/1", br#"{"rain":"x","t":"y"}"#);
    world.put("weather/1", b"{");
    let noted = world.state.noted_of_publishers();
    let (_, noted) = noted.iter().find(|(of, _)| *of == gateway("weather")).unwrap();
    assert_eq!((noted.messages, noted.readings, noted.refused), (3, 2, 3));
}

#[test]
fn a_birth_says_what_a_gateway_would() {
    let world = World::new();
    let births: Vec<Introduction> = world.publishers.births().collect();
    let birth = crate::wire::Birth::from_bytes(&births[0].message.payload).unwrap();
    assert_eq!(birth, births[0].birth);
    let counter = birth.series[0].counter.unwrap();
    assert_eq!((counter.modulus, counter.max_rate_per_hour), (Some(1000.0), Some(200.0)));
    assert_eq!((birth.series[1].counter, birth.series[1].interval_s), (None, 300));
}
