//! Queues, their bounds, and whose turn it is.

use super::*;
use proptest::prelude::*;

const NOW: Duration = Duration::from_secs(1000);

fn message(gateway: &str, channel: &str, payload: &[u8]) -> Queued {
    Queued { topic: format!("hanqing/v1/{gateway}/{channel}"), payload: payload.to_vec() }
}

fn gateway(name: &str) -> Sender {
    Some(name.parse().unwrap())
}

/// Puts messages in that nothing drops.
fn filled(messages: &[(&str, &str, u8)]) -> Inbox {
    let mut inbox = Inbox::default();
    for (gateway, channel, byte) in messages {
        assert!(inbox.push(message(gateway, channel, &[*byte]), NOW).is_empty());
    }
    inbox
}

/// Everything that may be taken after the second in which gateways gather.
fn taken(inbox: &mut Inbox) -> Vec<(String, u8)> {
    inbox.admit(NOW + GATHER);
    let all = std::iter::from_fn(|| inbox.take());
    all.map(|(sender, message)| (sender.map_or("?".into(), |g| g.to_string()), message.payload[0]))
        .collect()
}

fn named(taken: &[(String, u8)]) -> Vec<(&str, u8)> {
    taken.iter().map(|(name, byte)| (name.as_str(), *byte)).collect()
}

#[test]
fn messages_are_taken_in_turn_and_of_each_gateway_in_order() {
    let mut inbox = filled(&[
        ("gw-a", "readings", 1),
        ("gw-a", "readings", 2),
        ("gw-a", "readings", 3),
        ("gw-b", "readings", 4),
        ("gw-b", "readings", 5),
        ("gw-c", "readings", 6),
    ]);
    let expected = [("gw-a", 1), ("gw-b", 4), ("gw-c", 6), ("gw-a", 2), ("gw-b", 5), ("gw-a", 3)];
    assert_eq!(named(&taken(&mut inbox)), expected);
    assert_eq!((inbox.bytes, inbox.queues.len(), inbox.due(NOW)), (0, 0, None));
}

#[test]
fn of_births_and_statuses_only_the_newest_waits() {
    let mut inbox = filled(&[
        ("gw-a", "readings", 1),
        ("gw-a", "birth", 2),
        ("gw-a", "status", 3),
        ("gw-a", "birth", 4),
        ("gw-a", "status", 5),
    ]);
    assert_eq!(inbox.queues[&gateway("gw-a")].len(), 3);
    assert_eq!(named(&taken(&mut inbox)), [("gw-a", 4), ("gw-a", 5), ("gw-a", 1)]);
    assert_eq!(inbox.bytes, 0);
}

#[test]
fn what_names_no_gateway_has_a_queue_of_its_own() {
    let mut inbox = Inbox::default();
    for topic in ["elsewhere", "hanqing/v1/GW/readings", "hanqing/v2/gw-a/birth", "elsewhere"] {
        inbox.push(Queued { topic: topic.into(), payload: vec![7] }, NOW);
    }
    inbox.push(message("gw-a", "readings", &[1]), NOW);
    assert_eq!(named(&taken(&mut inbox)), [("?", 7), ("gw-a", 1), ("?", 7), ("?", 7), ("?", 7)]);
}

#[test]
fn a_flood_drops_its_own_messages_only() {
    let mut inbox = filled(&[("gw-honest", "readings", 1)]);
    let mut dropped = 0;
    for _ in 0..10_000 {
        for sender in inbox.push(message("gw-evil", "readings", &[9]), NOW) {
            assert_eq!(sender, gateway("gw-evil"));
            dropped += 1;
        }
    }
    assert_eq!(dropped, 10_000 - MESSAGES_MAX);
    // Large ones are bounded in bytes.
    let mut inbox = Inbox::default();
    let kept = (0..100)
        .filter(|_| inbox.push(message("gw-evil", "readings", &[0; 256 * 1024]), NOW).is_empty());
    assert_eq!(kept.count(), 7);
    assert!(inbox.bytes <= BYTES_MAX);
    // The room is there again once one of them is taken.
    inbox.admit(NOW + GATHER);
    assert!(inbox.take().is_some());
    assert!(inbox.push(message("gw-evil", "readings", &[0; 256 * 1024]), NOW).is_empty());
}

#[test]
fn where_all_room_is_taken_the_fullest_makes_room_for_others() {
    let mut inbox = Inbox::default();
    for n in 0..6 {
        while inbox.push(message(&format!("evil-{n}"), "readings", &[0; 200_000]), NOW).is_empty() {
            if inbox.bytes > TOTAL_MAX - 300_000 {
                break;
            }
        }
    }
    let mut evil = 0;
    for n in 0..500 {
        let dropped = inbox.push(message(&format!("honest-{n}"), "readings", &[1; 2000]), NOW);
        assert!(inbox.bytes <= TOTAL_MAX);
        assert!(
            dropped.iter().flatten().all(|sender| sender.as_str().starts_with("evil-")),
            "{dropped:?}"
        );
        evil += dropped.len();
    }
    assert!(evil > 0);
    let honest =
        inbox.queues.keys().flatten().filter(|sender| sender.as_str().starts_with("honest-"));
    assert_eq!(honest.count(), 500);
}

#[test]
fn gateways_are_bounded_in_number() {
    let mut inbox = Inbox::default();
    for n in 0..REMEMBERED_MAX + 1000 {
        inbox.push(message(&format!("gw-{n}"), "birth", &[1]), NOW);
    }
    assert_eq!(inbox.queues.len(), REMEMBERED_MAX + 1);
    assert!(inbox.last_sent.len() <= REMEMBERED_MAX);
    assert!(inbox.bytes <= TOTAL_MAX);
}

#[test]
fn a_gateway_gathers_for_a_second_unless_it_is_catching_up() {
    let ms = Duration::from_millis;
    let mut inbox = filled(&[("gw-a", "readings", 1)]);
    inbox.push(message("gw-b", "readings", &[2]), NOW + ms(400));
    assert_eq!(inbox.due(NOW + ms(500)), Some(ms(500)));
    inbox.admit(NOW + ms(999));
    assert_eq!(inbox.take(), None);
    // One that floods is taken at once, and neither ends nor lengthens the second of the others.
    for n in 0..5 {
        inbox.push(message("gw-evil", "readings", &[9]), NOW + ms(500 + 10 * n));
    }
    assert_eq!(inbox.due(NOW + ms(600)), Some(Duration::ZERO));
    inbox.admit(NOW + ms(600));
    for _ in 0..5 {
        assert_eq!(inbox.take().unwrap().0, gateway("gw-evil"));
    }
    assert_eq!((inbox.take(), inbox.due(NOW + ms(600))), (None, Some(ms(400))));
    inbox.push(message("gw-evil", "readings", &[9]), NOW + ms(990));
    inbox.push(message("gw-evil", "readings", &[9]), NOW + ms(990));
    inbox.admit(NOW + ms(1000));
    let order: Vec<Sender> =
        std::iter::from_fn(|| inbox.take()).map(|(sender, _)| sender).collect();
    assert_eq!(order, ["gw-evil", "gw-a", "gw-b", "gw-evil"].map(gateway));
    // Ten seconds later it gathers again.
    inbox.push(message("gw-a", "readings", &[1]), NOW + CATCHING_UP);
    assert_eq!(inbox.due(NOW + CATCHING_UP), Some(GATHER));
}

#[test]
fn as_many_gateways_as_fill_a_portion_wait_no_longer() {
    let mut inbox = Inbox::default();
    for n in 0..GATHERED_MAX {
        assert_ne!(inbox.due(NOW), Some(Duration::ZERO));
        inbox.push(message(&format!("gw-{n}"), "readings", &[1]), NOW);
    }
    assert_eq!(inbox.due(NOW), Some(Duration::ZERO));
    inbox.admit(NOW);
    assert_eq!(std::iter::from_fn(|| inbox.take()).count(), GATHERED_MAX);
}

proptest! {
    /// Whatever comes, what is put in is taken or reported as dropped, and nothing stays behind.
    #[test]
    fn nothing_is_lost_or_kept_unseen(
        steps in prop::collection::vec((0..6u8, 0..4u8, 0..3_000_000usize, 0..3000u64), 1..60),
    ) {
        let mut inbox = Inbox::default();
        let (mut put, mut out, mut now) = (0, 0, NOW);
        for (who, what, size, wait) in steps {
            now += Duration::from_millis(wait);
            if what == 3 {
                inbox.admit(now);
                out += usize::from(inbox.take().is_some());
                continue;
            }
            // Births and statuses replace each other, so only readings can be counted.
            put += 1;
            out += inbox.push(message(&format!("gw-{who}"), "readings", &vec![what; size / 4]), now).len();
            prop_assert!(inbox.bytes <= TOTAL_MAX);
            let sum: usize = inbox.queues.values().map(|queue| queue.bytes).sum();
            prop_assert_eq!(sum, inbox.bytes);
        }
        inbox.admit(now + GATHER);
        out += std::iter::from_fn(|| inbox.take()).count();
        prop_assert_eq!(put, out);
        prop_assert!(inbox.queues.is_empty() && inbox.ready.is_empty() && inbox.gathering.is_empty());
    }
}
