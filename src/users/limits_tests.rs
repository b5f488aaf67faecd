//! Tests of the limits of trying.

use proptest::prelude::*;

use super::*;

const MINUTE: u64 = 60;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn huang() -> Who {
    Who::Known("huang".into())
}

fn from(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

#[test]
fn an_account_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour() {
    for who in [huang(), Who::stranger("nobody")] {
        let (mut limits, mut up, mut waits) = (Limits::new(), Duration::ZERO, Vec::new());
        for _ in 0..18 {
            limits.attempt(&who, None, up).unwrap();
            let wait = limits.wait(&who, None, up).unwrap_or_default();
            waits.push(wait.as_secs());
            // Within the wait nothing is tried, and nothing gets longer.
            if !wait.is_zero() {
                assert_eq!(limits.attempt(&who, None, up), Err(wait));
            }
            up += wait;
        }
        assert_eq!(
            waits,
            [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900],
            "{who:?}"
        );
    }
}

#[test]
fn the_right_password_forgets_the_failures_of_the_person_and_not_those_of_the_address() {
    let (mut limits, here) = (Limits::new(), from("192.0.2.7"));
    for second in 0..4 {
        limits.attempt(&huang(), here, at(second)).unwrap();
    }
    limits.attempt(&huang(), here, at(4)).unwrap();
    limits.succeed("huang", here);
    assert_eq!(limits.of("huang", at(4)), None);
    // Sixteen more of other persons make twenty of the address.
    for n in 0..16 {
        assert_eq!(limits.wait(&huang(), here, at(5)), None);
        limits.attempt(&Who::stranger(&n.to_string()), here, at(5)).unwrap();
    }
    assert_eq!(limits.wait(&huang(), here, at(5)), Some(at(1)));
    assert_eq!(limits.wait(&huang(), from("192.0.2.8"), at(5)), None);
    assert_eq!(limits.wait(&huang(), None, at(5)), None);
}

#[test]
fn a_subscriber_of_ipv6_is_one_address_and_a_mapped_one_is_of_ipv4() {
    let mut limits = Limits::new();
    for n in 0..20 {
        let who = Who::stranger(&n.to_string());
        limits.attempt(&who, from(&format!("2001:db8:1:2::{n:x}")), at(0)).unwrap();
        limits.attempt(&who, from("::ffff:192.0.2.7"), at(10)).unwrap();
    }
    assert!(limits.wait(&huang(), from("2001:db8:1:2:ffff::1"), at(0)).is_some());
    assert!(limits.wait(&huang(), from("2001:db8:1:3::1"), at(0)).is_none());
    assert!(limits.wait(&huang(), from("192.0.2.7"), at(10)).is_some());
}

#[test]
fn failures_are_forgotten_after_a_day_without_one() {
    let mut limits = Limits::new();
    for second in 0..5 {
        limits.attempt(&huang(), None, at(second)).unwrap();
    }
    limits.attempt(&huang(), None, at(4) + FORGOTTEN).unwrap();
    assert_eq!(limits.of("huang", at(4) + FORGOTTEN), Some((1, Duration::ZERO)));
}

#[test]
fn what_was_known_before_a_restart_holds_and_no_longer_than_the_longest_wait() {
    let mut limits = Limits::new();
    limits.restore("huang", 9, Duration::MAX, at(0));
    assert_eq!(limits.wait(&huang(), None, at(0)), Some(at(15 * MINUTE)));
    limits.attempt(&huang(), None, at(15 * MINUTE)).unwrap();
    assert_eq!(limits.of("huang", at(15 * MINUTE)), Some((10, at(32))));
    limits.clear("huang");
    assert_eq!(limits.wait(&huang(), None, at(15 * MINUTE)), None);
}

#[test]
fn strangers_and_addresses_are_bounded_and_the_oldest_give_way() {
    let mut limits = Limits::new();
    let address = |n: u32| Some(IpAddr::from(n.to_be_bytes()));
    for n in 0..10_000 {
        limits.attempt(&Who::stranger(&n.to_string()), address(n), at(n.into())).unwrap();
    }
    assert_eq!(limits.strangers.rows.len(), REMEMBERED_MAX);
    assert_eq!(limits.addresses.rows.len(), REMEMBERED_MAX);
    assert!(limits.addresses.rows.contains_key(&address(9_999).unwrap()));
    assert!(!limits.addresses.rows.contains_key(&address(0).unwrap()));
}

proptest! {
    /// However attempts are spread over time, an account has no more than this many in a day.
    #[test]
    fn a_day_has_few_guesses(steps in prop::collection::vec(0u64..2000, 1..2000)) {
        let (mut limits, mut up, mut tried) = (Limits::new(), 0, 0);
        for step in steps {
            up += step;
            if up >= 24 * 3600 {
                break;
            }
            tried += u32::from(limits.attempt(&huang(), None, at(up)).is_ok());
        }
        prop_assert!(tried <= 15 + 96);
    }
}
