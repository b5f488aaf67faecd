//! From a commit to what is open, over the end of a hub.

use std::path::Path;

use super::super::arrived::Noted;
use super::super::stations::Stored;
use super::super::test_kit::{POND, source};
use super::*;
use crate::alarm::Acknowledged;
use crate::core::{Parameter, Reading};
use crate::hub::HubState;
use crate::hub::alarms::Alarms;
use crate::store::Committed;
use crate::wire::{Batch, Epoch};

/// A hub's look over the files of `folder`, of a township with these stations.
async fn looking(folder: &Path, stations: &str) -> (Looking, Arc<HubState>) {
    let source = source(folder, stations);
    let state = source.state.clone();
    let register = Arc::new(Register::new(source.township.clone()));
    let overview = watch::channel(Arc::new(Overview::default())).1;
    let shared = Alarms::open(source).await.unwrap().0;
    let looking = Looking::new(shared, register, overview, Arc::default()).await.unwrap();
    (looking, state)
}

fn open(state: &HubState) -> Vec<(Kind, String)> {
    let open = state.alarms.open();
    open.open.iter().map(|alarm| (alarm.kind, alarm.name.to_string())).collect()
}

#[tokio::test]
async fn a_level_rings_with_the_commit_and_goes_on_after_a_start_until_its_station_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut hub, state) = looking(folder.path(), POND).await;
    hub.look().await.unwrap();
    assert_eq!(open(&state), []);
    let at = hub.shared.source.clock.now();
    let reading = Reading::good("pond-1/level".parse().unwrap(), at, 102.5);
    let gateway = "gw-1".parse().unwrap();
    let readings = vec![reading];
    let batch = Batch { gateway, epoch: Epoch(1), seq: 1, clock: None, loss: None, readings };
    state.arrived.note(&Committed { stored: vec![batch], ..Committed::default() });
    hub.look().await.unwrap();
    let warned = [(Kind::BelowWarning, "大塘".to_owned())];
    assert_eq!(open(&state), warned);
    assert_eq!(state.alarms.count()[&Kind::BelowWarning], 1);
    drop(hub);

    // A hub that starts knows of no level, and ends nothing.
    let (mut hub, state) = looking(folder.path(), POND).await;
    for _ in 0..2 {
        hub.look().await.unwrap();
        assert_eq!(open(&state), warned);
    }
    drop(hub);

    let (mut hub, state) = looking(folder.path(), "").await;
    hub.look().await.unwrap();
    assert_eq!(open(&state), [], "nobody watches it any longer");
    let ended = hub.shared.book.history(None, 9).await.unwrap();
    assert!(ended[0].cleared.as_ref().is_some_and(|cleared| cleared.removed), "{ended:?}");
}

#[tokio::test]
async fn what_somebody_acknowledges_is_known_with_the_next_look() {
    let folder = tempfile::tempdir().unwrap();
    let (mut hub, state) = looking(folder.path(), POND).await;
    let stored = Stored {
        readings: vec![Noted {
            station: "pond-1".parse().unwrap(),
            parameter: Parameter::Level,
            at: hub.shared.source.clock.now(),
            value: Some(101.0),
            no_flow: false,
        }],
        ..Default::default()
    };
    hub.take_stored(Ok(vec![(0, stored)]));
    hub.look().await.unwrap();
    let gravest = state.alarms.open().open[0].clone();
    assert_eq!((gravest.kind, gravest.acknowledged), (Kind::BelowAssured, false));
    let by = Acknowledged {
        by: "水利站 陈".into(),
        at: hub.shared.source.clock.now(),
        note: String::new(),
    };
    hub.shared.book.acknowledge(gravest.id, by).await.unwrap();
    hub.look().await.unwrap();
    assert!(state.alarms.open().open[0].acknowledged);
}
