//! What is said of the hub by what a gateway says of itself, and of certificates by their end.

use jiff::SignedDuration;

use super::*;
use crate::cli::gateway::doctor::finding::Mark;
use crate::cli::gateway::status::tests::troubled;
use crate::edge::DeliveryStatus;
use crate::locales::Lang;

fn settings(confirm: &str) -> EdgeSettings {
    let text = format!(
        "gateway = 'gw-dongmen'\nconfirm = '{confirm}'\n[mqtt]\nurl = 'mqtt://h'\n[spool]\npath = 's.db'"
    );
    toml::from_str(&text).unwrap()
}

/// Marks and words of what is found where the gateway delivers so.
fn told(confirm: &str, delivery: DeliveryStatus) -> Vec<(Mark, String)> {
    let gateway =
        Gateway::Runs(Box::new(crate::edge::control::GatewayStatus { delivery, ..troubled() }));
    let found = hub(&settings(confirm), &gateway);
    found.iter().map(|finding| (finding.mark, finding.found.to_string())).collect()
}

#[test]
fn whatever_holds_up_the_hubs_answer_is_wrong() {
    let all = troubled().delivery;
    let found = told("hub", all.clone());
    assert!(found.len() >= 3 && found.iter().all(|(mark, _)| *mark == Mark::Wrong), "{found:?}");
    let silent = DeliveryStatus { silent_since: all.silent_since, ..DeliveryStatus::default() };
    let found = told("hub", silent);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("is the hub running"), "{found:?}");
    let problem = Some(Text::both("断网", "cut off"));
    let lost = DeliveryStatus { problem, ..DeliveryStatus::default() };
    assert_eq!(told("hub", lost), [(Mark::Wrong, "Not connected: cut off".to_owned())]);
}

#[test]
fn an_answer_is_right_and_none_yet_is_doubtful() {
    let at = Some(troubled().now);
    let answered = DeliveryStatus { acknowledged_at: at, ..DeliveryStatus::default() };
    let found = told("hub", answered);
    assert_eq!((found.len(), found[0].0), (1, Mark::Right));
    assert!(found[0].1.contains("batches that wait: 2, of these for the clock: 1"), "{found:?}");
    assert_eq!(told("hub", DeliveryStatus::default())[0].0, Mark::Doubtful);
    // It has answered, and now nobody is there.
    let doubt = Some(crate::locales::mqtt::nobody_listens("t"));
    let found = told("hub", DeliveryStatus { acknowledged_at: at, doubt, ..Default::default() });
    assert_eq!((found.len(), found[0].0), (1, Mark::Doubtful), "{found:?}");
    for said in ["nobody who listens to t", "last confirmed", "batches that wait: 2"] {
        assert!(found[0].1.contains(said), "{found:?}");
    }
    assert_eq!(told("broker", DeliveryStatus::default())[0].0, Mark::Right);
    assert_eq!(hub(&settings("hub"), &Gateway::Stopped)[0].mark, Mark::Doubtful);
}

#[test]
fn a_certificate_is_judged_by_its_end_and_says_who_replaces_it() {
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    for (days, mark) in [(400, Mark::Right), (20, Mark::Doubtful), (-1, Mark::Wrong)] {
        for (whose, way_out) in [(Whose::Own, "hanqing enroll"), (Whose::Authority, "the office")] {
            let end = CertificateEnd { whose, at: now + SignedDuration::from_hours(days * 24) };
            let finding = of_end(&end, now);
            assert_eq!(finding.mark, mark, "{days}");
            let said = Lang::ALL.map(|lang| finding.found.within(lang));
            assert_eq!(said[1].contains(way_out), mark != Mark::Right, "{said:?}");
        }
    }
}
