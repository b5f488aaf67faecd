//! A store that has some batches only in its memory for a while: their gateways are told of them when it has them on
//! its disk.

use std::collections::BTreeMap;

use super::*;
use crate::core::Reading;
use crate::hub::inbox::Inbox;
use crate::store::{Confirmed, Owners, Quarantine, Store};
use crate::wire::{Birth, Status};

/// Writes batches, and has them on its disk when it has been asked twice.
#[derive(Default)]
struct Slow {
    written: BTreeMap<(GatewayId, Epoch), RangeSet>,
    asked: u32,
}

impl Store for Slow {
    fn commit(&mut self, batches: &[Batch], _: Timestamp) -> Result<Committed, StoreError> {
        for batch in batches {
            let key = (batch.gateway.clone(), batch.epoch);
            self.written.entry(key).or_default().insert_range(batch.seq, batch.seq);
        }
        self.asked = 0;
        Ok(Committed { later: self.written.clone(), ..Committed::default() })
    }

    fn confirm(&mut self) -> Result<Confirmed, StoreError> {
        self.asked += 1;
        match self.asked {
            1 => Err(StoreError::Corrupt(Text::verbatim("not to be seen now"))),
            2 => Ok(Confirmed { waiting: true, ..Confirmed::default() }),
            _ => {
                let delivered = std::mem::take(&mut self.written);
                Ok(Confirmed { delivered, ..Confirmed::default() })
            }
        }
    }

    fn birth(&mut self, _: &GatewayId, _: &Birth, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn status(&mut self, _: &GatewayId, _: &Status, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

fn portion(clock: &Clock, seqs: &[u64]) -> Portion {
    let mut inbox = Inbox::default();
    for &seq in seqs {
        let reading = Reading::good("pond-1/level".parse().unwrap(), clock.now(), 1.0);
        let (gateway, readings) = ("gw-1".parse().unwrap(), vec![reading]);
        let batch = Batch { gateway, epoch: Epoch(7), seq, clock: None, loss: None, readings };
        let topic = "hanqing/v1/gw-1/readings".to_owned();
        inbox.push(Queued { topic, payload: batch.to_bytes() }, Duration::ZERO);
    }
    inbox.admit(MINUTE);
    let mut portion = Portion::default();
    while portion.take(&mut inbox) {}
    portion
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_durable_later_is_acknowledged_then_and_only_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    drop(crate::store::Sqlite::open(&path).unwrap());
    let quarantine = Quarantine::open(&path).unwrap();
    let owners = Owners::open(&path, BTreeMap::new()).unwrap();
    let store = StoreHandle::start(Box::new(Slow::default()), quarantine, owners).unwrap();
    let (clock, state) = (Clock::system(), HubState::default());
    let stop = CancellationToken::new();
    let mut writer = Writer::new(&store, &clock, &state, &stop, true);
    assert_eq!(writer.confirm_due(), None);
    let told = writer.write(portion(&clock, &[1, 2])).await.unwrap().unwrap();
    assert_eq!(told, Answers::default());
    // It is asked once a second, whatever else comes or does not: it fails, has nothing yet, and has it.
    for attempt in 1..=3 {
        let told = writer.write(Portion::default()).await.unwrap().unwrap();
        assert_eq!(told, Answers::default(), "{attempt}: too early");
        let wait = writer.confirm_due().unwrap();
        let most = if attempt == 2 { CONFIRM_AGAIN } else { CONFIRM_EVERY };
        assert!(!wait.is_zero() && wait <= most, "{attempt}: {wait:?}");
        tokio::time::advance(wait).await;
        let told = writer.write(Portion::default()).await.unwrap().unwrap();
        let ranges: Vec<(u64, u64)> =
            told.acks.iter().flat_map(|(_, ack)| ack.committed.iter()).collect();
        assert_eq!(ranges, if attempt < 3 { vec![] } else { vec![(1, 2)] }, "{attempt}");
        assert!(told.acks.iter().all(|(_, ack)| !ack.whole && !ack.start));
    }
    assert_eq!(writer.confirm_due(), None);
}
