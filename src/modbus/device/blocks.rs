//! Blocks that a device answers wrongly without an exception: found by a check, then read part by part.

use super::super::block_check::{Verdict, check, check_value};
use super::super::error::ReadError;
use super::super::master::BusMaster;
use super::super::quirks::{Quirk, QuirkKind};
use super::super::split::registers;
use super::{Device, Round};
use crate::core::Reason;
use crate::device::{InParts, Planned, Request, Run};

/// The reason of a value whose parts change whenever they are read: they do not make one number.
const RESTLESS: Reason = Reason::Undecodable;

impl Device {
    /// Whether the device answers blocks wrongly, so that this one is not to be believed.
    pub(super) fn distrusts(&self, planned: &Planned, round: &Round) -> bool {
        let known = round.apart || self.refusals.answers_blocks_wrongly();
        known && planned.has_several()
    }

    /// Reads what is planned: by one request, or the parts of a value in turn. The words are none where these move.
    pub(super) async fn request(
        &self,
        master: &mut BusMaster,
        planned: &Planned,
    ) -> Result<Option<Vec<u16>>, ReadError> {
        match planned.in_parts_of {
            Some(most) => self.request_in_parts(master, planned.request, most).await,
            None => master.read(self.options, planned.request).await.map(Some),
        }
    }

    async fn request_in_parts(
        &self,
        master: &mut BusMaster,
        whole: Request,
        most: u16,
    ) -> Result<Option<Vec<u16>>, ReadError> {
        let mut parts = InParts::new(whole, most);
        while let Some(part) = parts.next() {
            parts.answered(master.read(self.options, part).await?);
        }
        Ok(parts.words())
    }

    /// Stores the answer `words` to `planned`. A block that has not been checked yet is checked before, and where it is
    /// wrong its parts are read alone in this very poll.
    pub(super) async fn store_checked(
        &mut self,
        master: &mut BusMaster,
        planned: &Planned,
        words: Option<Vec<u16>>,
        round: &mut Round,
    ) {
        let Some(words) = words else {
            return self.store_restless(master, planned, round);
        };
        let several = planned.has_several();
        let wide = planned.request.count > 1 && planned.in_parts_of.is_none();
        let suspicious = several || wide && (round.apart || self.refusals.answers_blocks_wrongly());
        let due = self.checks.due(&planned.request, round.begun).filter(|_| suspicious);
        let Some(turn) = due else {
            round.believed.extend(several.then_some(planned.request));
            return self.store(planned, &words, master.clock().now(), round);
        };
        if !several {
            return self.store_value(master, planned, words, round).await;
        }
        let needed = planned.parts();
        let block = (planned.request, words);
        let (words, verdict) = match check(master, self.options, block, &needed, turn).await {
            Ok(checked) => checked,
            Err(error) => return self.store_failure(master, planned, error, round),
        };
        self.checks.record(planned.request, verdict, round.begun);
        let run = Run::from(planned.request);
        if verdict == Verdict::Right {
            self.clear(&run, round);
        }
        let ends_trial = verdict == Verdict::Unproven && self.refusals.on_trial();
        if verdict != Verdict::Wrong && !ends_trial {
            round.believed.push(planned.request);
            return self.store(planned, &words, master.clock().now(), round);
        }
        round.apart = true;
        round.disproved |= ends_trial;
        self.refusals.end_trial(round.begun);
        if verdict == Verdict::Wrong {
            round.got_registers = true;
            round.quirks.push(Quirk { kind: QuirkKind::Single, run });
        }
        // Boxed, since reading the parts checks each of them.
        Box::pin(self.read_apart(master, planned, round)).await;
    }

    /// Stores the value of several registers that a device which answers blocks wrongly has given in one request as
    /// `words`: as its registers read one by one say, whatever `words` are.
    async fn store_value(
        &mut self,
        master: &mut BusMaster,
        planned: &Planned,
        words: Vec<u16>,
        round: &mut Round,
    ) {
        let (request, run) = (planned.request, Run::from(planned.request));
        let alone = match self.request_in_parts(master, request, 1).await {
            Ok(Some(alone)) => alone,
            Ok(None) => {
                self.checks.record(request, Verdict::Moved, round.begun);
                return self.store_restless(master, planned, round);
            }
            // It does not give half a value: nothing can be compared.
            Err(error) if error.refused() => {
                self.checks.record(request, Verdict::Unproven, round.begun);
                return self.store(planned, &words, master.clock().now(), round);
            }
            Err(error) => return self.store_failure(master, planned, error, round),
        };
        let at = master.clock().now();
        let mut verdict = check_value(&words, &alone);
        if verdict == Verdict::Wrong {
            // The value may have moved in between.
            match master.read(self.options, request).await {
                Ok(again) if again == alone => verdict = Verdict::Moved,
                Ok(_) => {}
                Err(error) => return self.store_failure(master, planned, error, round),
            }
        }
        self.checks.record(request, verdict, round.begun);
        match verdict {
            Verdict::Right => self.clear(&run, round),
            Verdict::Wrong => round.quirks.push(Quirk { kind: QuirkKind::Single, run }),
            Verdict::Moved | Verdict::Unproven => {}
        }
        self.store(planned, &alone, at, round);
    }

    /// Reads each part of `planned` by a request of its own.
    pub(super) async fn read_apart(
        &mut self,
        master: &mut BusMaster,
        planned: &Planned,
        round: &mut Round,
    ) {
        for mut part in planned.apart() {
            part.in_parts_of = self.terms().in_parts_of(&Run::from(part.request));
            if let Some(error) = &round.silent {
                let at = master.clock().now();
                self.results.mark_missing(&part.slots, error.reason(), at);
                continue;
            }
            match self.request(master, &part).await {
                Ok(words) => self.store_checked(master, &part, words, round).await,
                Err(error) => self.store_failure(master, &part, error, round),
            }
        }
    }

    /// Reads what was believed before a block was found to be wrong once more, part by part.
    pub(super) async fn doubt_believed(
        &mut self,
        master: &mut BusMaster,
        planned: &[Planned],
        round: &mut Round,
    ) {
        if !round.apart {
            return;
        }
        let believed = std::mem::take(&mut round.believed);
        for planned in planned.iter().filter(|planned| believed.contains(&planned.request)) {
            self.read_apart(master, planned, round).await;
        }
    }

    /// The parts of the value change whenever they are read: there is no value.
    fn store_restless(&mut self, master: &BusMaster, planned: &Planned, round: &mut Round) {
        round.answered = true;
        round.got_registers = true;
        self.results.mark_missing(&planned.slots, RESTLESS, master.clock().now());
    }

    fn store_failure(
        &mut self,
        master: &BusMaster,
        planned: &Planned,
        error: ReadError,
        round: &mut Round,
    ) {
        round.answered |= error.answered();
        self.results.mark_missing(&planned.slots, error.reason(), master.clock().now());
        if error.silent() {
            round.silent = Some(error.clone());
        }
        round.failed = Some(error);
    }

    /// The device was seen to answer `block` rightly.
    fn clear(&mut self, block: &Run, round: &mut Round) {
        for quirk in self.refusals.answered_rightly(block) {
            let what = registers(&quirk.run);
            tracing::info!(
                bus = &*self.bus,
                device = self.name,
                "{what}: answered rightly in one request again"
            );
            round.disproved = true;
        }
    }

    /// The cheapest request that shows whether what is planned is answered.
    pub(super) fn probing(planned: &Planned) -> Request {
        let part = planned.in_parts_of.map(|most| InParts::new(planned.request, most).next());
        part.flatten().unwrap_or(planned.request)
    }
}
