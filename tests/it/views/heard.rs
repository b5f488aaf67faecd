//! Other people's systems reading: what the broker passes on of each view.

use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hanqing::interop::sparkplug::Payload;
use hanqing::wire::packed;
use influxdb_line_protocol::parse_lines;
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use serde_json::Value;

use crate::context::GATEWAY;

/// Longest wait for a broker that runs. Generous: it costs time only where the test fails.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// Series and time, ms.
pub type Seen = (String, i64);

/// Topic and payload.
type Message = (String, Vec<u8>);

/// Everything that a broker passes on, in its order.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<Message>>>);

impl Heard {
    /// Listens from when this returns.
    pub fn at(port: u16) -> Self {
        let heard = Self::default();
        let all = heard.0.clone();
        let (ready, listens) = sync_channel(1);
        std::thread::spawn(move || {
            let mut options = MqttOptions::new("test", "127.0.0.1", port);
            options.set_max_packet_size(1 << 20, 1 << 20);
            let (client, mut connection) = Client::new(options, 8);
            client.subscribe("#", QoS::AtLeastOnce).unwrap();
            // Ends with the broker.
            for event in connection.iter().map_while(Result::ok) {
                match event {
                    Event::Incoming(Packet::SubAck(_)) => ready.send(()).unwrap(),
                    Event::Incoming(Packet::Publish(message)) => {
                        all.lock().unwrap().push((message.topic, message.payload.to_vec()));
                    }
                    _ => {}
                }
            }
        });
        listens.recv_timeout(ANSWER_MAX).unwrap();
        heard
    }

    /// The messages of topics that begin so.
    pub fn of(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        let all = self.0.lock().unwrap();
        all.iter().filter(|(topic, _)| topic.starts_with(prefix)).cloned().collect()
    }

    /// What the gateway's own delivery has sent, each once.
    pub fn delivered(&self) -> Vec<Seen> {
        let mut batches = BTreeMap::new();
        for (_, payload) in self.of(&format!("hanqing/v1/{GATEWAY}/readings")) {
            for batch in packed::unpack(&payload).unwrap() {
                batches.insert(batch.seq, batch.readings);
            }
        }
        let seen = batches.into_values().flatten();
        seen.map(|r| (r.series.to_string(), r.observed_at.as_millisecond())).collect()
    }

    /// What the lines on topics that begin so say.
    pub fn lines(&self, topic: &str) -> Vec<Seen> {
        let mut seen = Vec::new();
        for (_, payload) in self.of(topic) {
            for line in parse_lines(std::str::from_utf8(&payload).unwrap()) {
                let line = line.unwrap();
                let tags = line.series.tag_set.unwrap();
                let tag = |name: &str| {
                    let found = tags.iter().find(|(key, _)| key.as_str() == name);
                    found.unwrap().1.as_str().to_owned()
                };
                let series = format!("{}/{}", tag("station"), tag("parameter"));
                seen.push((series, line.timestamp.unwrap() / 1_000_000));
            }
        }
        seen
    }

    /// What the JSON on topics that begin so says.
    pub fn json(&self, topic: &str) -> Vec<Seen> {
        let one = |(_, payload): (String, Vec<u8>)| {
            let message: Value = serde_json::from_slice(&payload).unwrap();
            (message["series"].as_str().unwrap().into(), message["at"].as_i64().unwrap())
        };
        self.of(topic).into_iter().map(one).collect()
    }

    /// What Sparkplug's data of devices say, and which of them are no news.
    pub fn sparkplug(&self, group: &str) -> Vec<(Seen, bool)> {
        let mut names = BTreeMap::new();
        let mut seen = Vec::new();
        for (topic, payload) in self.of(&format!("spBv1.0/{group}/")) {
            let payload = Payload::from_bytes(&payload).unwrap();
            let levels: Vec<&str> = topic.split('/').collect();
            for metric in payload.metrics {
                match (levels[2], metric.alias) {
                    ("DBIRTH", Some(alias)) => {
                        names.insert(alias, format!("{}/{}", levels[4], metric.name.unwrap()));
                    }
                    ("DDATA", Some(alias)) => {
                        let at = metric.timestamp.unwrap() as i64;
                        seen.push((
                            (names[&alias].clone(), at),
                            metric.is_historical == Some(true),
                        ));
                    }
                    _ => {}
                }
            }
        }
        seen
    }

    /// The times that Home Assistant's states show, those said again left out.
    pub fn home(&self, prefix: &str) -> Vec<Seen> {
        let mut seen: Vec<Seen> = Vec::new();
        for (topic, payload) in self.of(prefix) {
            let Some(series) = topic.strip_prefix(&format!("{prefix}/{GATEWAY}/")) else {
                continue;
            };
            let Ok(Value::Object(state)) = serde_json::from_slice(&payload) else { continue };
            let at = state["attributes"]["observed_at"].as_str().unwrap();
            let at: jiff::Timestamp = at.parse().unwrap();
            let one = (series.to_owned(), at.as_millisecond());
            if !seen.contains(&one) {
                seen.push(one);
            }
        }
        seen
    }
}
