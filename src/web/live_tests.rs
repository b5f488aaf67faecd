//! Tests of what pages follow.

use super::*;
use crate::locales::{Lang, Text};
use crate::web::visitor::Visitor;

fn overview(problem: &str, now: i64) -> Arc<Overview> {
    Arc::new(Overview {
        now: jiff::Timestamp::from_second(now).unwrap(),
        problems: vec![Text::verbatim(problem)],
        ..Overview::default()
    })
}

#[tokio::test]
async fn who_follows_hears_of_what_is_seen_and_of_nothing_else() {
    let (sender, receiver) = watch::channel(overview("a", 0));
    let live = Arc::new(Live::default());
    let mut followed = live.follow(receiver).unwrap();
    let first = followed.next().await.unwrap();
    // Let the task see the first overview before there is another.
    tokio::task::yield_now().await;
    sender.send_replace(overview("a", 1));
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(!followed.versions.has_changed().unwrap(), "the time alone is no change");
    sender.send_replace(overview("b", 2));
    assert_eq!(followed.next().await, Some(first + 1));
    drop(sender);
    assert_eq!(followed.next().await, None, "the hub stops");
}

#[tokio::test]
async fn while_nobody_follows_nothing_is_watched() {
    let (sender, receiver) = watch::channel(overview("a", 0));
    let live = Arc::new(Live::default());
    drop(live.follow(receiver.clone()).unwrap());
    sender.send_replace(overview("a", 1));
    while *lock(&live.watched) {
        tokio::task::yield_now().await;
        sender.send_replace(overview("a", 2));
    }
    let mut followed = live.follow(receiver).unwrap();
    followed.next().await.unwrap();
    assert!(*lock(&live.watched));
}

#[tokio::test]
async fn there_is_room_for_so_many_and_no_more() {
    let (_sender, receiver) = watch::channel(overview("a", 0));
    let live = Arc::new(Live::default());
    let viewer = Visitor {
        lang: Lang::Chinese,
        chooses: false,
        page: "/".into(),
        address: None,
        account: None,
        program: None,
        form_token: String::new(),
        reads: true,
    };
    let mut all: Vec<Followed> =
        (0..STREAMS_MAX).map(|_| live.follow(receiver.clone()).unwrap()).collect();
    assert!(live.follow(receiver.clone()).is_none());
    let status = |share| events(&live, receiver.clone(), share).status();
    let shares = Shares::new(Most { of_person: 1, of_address: 1 });
    assert_eq!(status(shares.take(&viewer)), StatusCode::SERVICE_UNAVAILABLE);
    all.pop();
    // One visitor has no more than her share.
    let held = shares.take(&viewer);
    assert_eq!(status(shares.take(&viewer)), StatusCode::SERVICE_UNAVAILABLE);
    drop(held);
    assert_eq!(status(shares.take(&viewer)), StatusCode::OK);
}
