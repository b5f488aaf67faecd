//! Letters over the hub's own connection to a real broker, as another program of the office gets them.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver as Came, sync_channel};
use std::time::Duration;

use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::kit::{ASSURED, Office, WARNING, alarm};
use super::levels_ring;
use super::receiver::Receiver;
use crate::context::wait_for;

/// Longest wait for a letter. Generous: it costs time only where the test fails.
const ARRIVES: Duration = Duration::from_secs(60);

/// Letters that may wait for the test to look at them: more than it makes.
const WAITING: usize = 100;

/// A letter as it came.
struct Letter {
    qos: QoS,
    retained: bool,
    body: Value,
}

impl Letter {
    fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    /// Kind and subject of its first alarm.
    fn names(&self) -> String {
        let part = |key: &str| self.body["alarms"][0][key].as_str().unwrap().to_owned();
        format!("{} {}", part("kind"), part("subject"))
    }
}

/// Another program that listens to the office's letters with QoS 1. It listens when this returns.
fn listens(port: u16) -> Came<Letter> {
    let (sender, letters) = sync_channel(WAITING);
    let (ready, listening) = sync_channel(1);
    std::thread::spawn(move || {
        let mut options = MqttOptions::new("county", "127.0.0.1", port);
        options.set_max_packet_size(1 << 20, 1 << 20);
        let (client, mut connection) = Client::new(options, 8);
        client.subscribe("hanqing/v1/-/alarms", QoS::AtLeastOnce).unwrap();
        // Ends with the broker.
        for event in connection.iter().map_while(Result::ok) {
            match event {
                Event::Incoming(Packet::SubAck(_)) => ready.send(()).unwrap(),
                Event::Incoming(Packet::Publish(came)) => {
                    let body = serde_json::from_slice(&came.payload).unwrap();
                    if sender.send(Letter { qos: came.qos, retained: came.retain, body }).is_err() {
                        return;
                    }
                }
                _ => {}
            }
        }
    });
    listening.recv_timeout(ARRIVES).unwrap();
    letters
}

/// Waits until the book has noted that all letters were sent: a hub that is killed before may send one again.
fn noted(office: &Office, count: u64) {
    let sent = || -> rusqlite::Result<(u64, u64)> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let book = Connection::open_with_flags(office.context.path("alarms.db"), flags)?;
        let sql = "SELECT count(*), coalesce(sum(state = 'sent'), 0) FROM delivery";
        book.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
    };
    wait_for("all letters to be noted as sent", || match sent() {
        Ok(found) if found == (count, count) => Ok(()),
        other => Err(other),
    });
}

#[test]
fn a_letter_comes_once_with_qos_1_also_after_a_kill_and_a_test_goes_through_the_book() {
    let channel = "[[alarm.channel]]\nname = \"county\"\nkind = \"mqtt\"\n";
    let office = Office::with(Receiver::start(), 2, &(levels_ring() + channel));
    let letters = listens(office.context.broker_port());
    let mut ids = BTreeSet::new();
    let mut next = |occasion: &str| {
        let letter = letters.recv_timeout(ARRIVES).expect(occasion);
        assert_eq!((letter.qos, letter.retained), (QoS::AtLeastOnce, false));
        assert_eq!(letter.body["occasion"], occasion, "{}", letter.body);
        assert!(ids.insert(letter.id().to_owned()), "twice: {}", letter.body);
        letter
    };
    office.levels(&[(0, WARNING)]);
    assert_eq!(next("raised").names(), alarm("below-warning", 0));

    // A command beside the running hub, whose name the broker lets in once.
    let (code, said) = office.says(&["alarm", "test", "county"]);
    assert_eq!(code, Some(0), "{said}");
    next("test");
    noted(&office, 2);
    let (code, said) = office.says(&["alarm", "test", "county"]);
    assert!(code == Some(1) && said.contains("try again in"), "{code:?} {said}");
    let mut page = office.person("administrator");
    let done = page.send("/alarms", "/alarms/test", &[("channel", "county")]);
    assert_eq!(done.status, 200, "{done:?}");
    next("test");

    // What was sent is not sent again by the next hub, and what it tells comes once.
    office.kills();
    office.starts();
    office.levels(&[(1, WARNING)]);
    assert_eq!(next("raised").names(), alarm("below-warning", 1));
    noted(&office, 3);

    // A test that a command leaves for a hub that is down goes out when it is there. Its clock is this machine's, as
    // that of the command.
    office.kills();
    wait_for("the pause after the test before", || {
        match office.says(&["alarm", "test", "county"]) {
            (Some(0), _) => Ok(()),
            other => Err(other),
        }
    });
    office.starts();
    next("test");
    office.levels(&[(0, ASSURED)]);
    assert_eq!(next("raised").names(), alarm("below-assured", 0));
    assert!(letters.try_recv().is_err(), "a letter that nothing was the reason for");
    assert!(office.receiver.came().is_empty());
}
