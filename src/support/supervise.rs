//! Supervises tasks: the first that ends without being asked to stops all others.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::locales::{Argument, Text, support as words};

/// How long tasks may take to end once they are asked to: many times what a spool commit and an MQTT disconnect take.
pub const DRAIN_MAX: Duration = Duration::from_secs(10);

/// A set of named tasks that run and end together.
pub struct Supervisor {
    stop: CancellationToken,
    tasks: JoinSet<(Argument, anyhow::Result<()>)>,
    names: Vec<Argument>,
}

impl Supervisor {
    /// For tasks that end when `stop` is cancelled.
    pub fn new(stop: CancellationToken) -> Self {
        Self { stop, tasks: JoinSet::new(), names: Vec::new() }
    }

    /// Starts a task. It has to end soon after the token is cancelled.
    pub fn spawn<F>(&mut self, name: impl Into<Argument>, task: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let name = name.into();
        self.names.push(name.clone());
        self.tasks.spawn(async move { (name, task.await) });
    }

    /// Waits until the token is cancelled or a task ends; then cancels, waits for the others, and aborts those that
    /// hang. The error names the first task that failed, panicked, ended unasked or hung.
    pub async fn run(mut self) -> anyhow::Result<()> {
        let first = tokio::select! {
            () = self.stop.cancelled() => None,
            ended = self.tasks.join_next() => ended,
        };
        let unasked = !self.stop.is_cancelled();
        self.stop.cancel();
        let mut outcome = match first {
            Some(ended) => self.outcome(ended, unasked),
            None => Ok(()),
        };
        let drained = tokio::time::timeout(DRAIN_MAX, async {
            while let Some(ended) = self.tasks.join_next().await {
                let next = self.outcome(ended, false);
                outcome = std::mem::replace(&mut outcome, Ok(())).and(next);
            }
        });
        if drained.await.is_err() {
            self.tasks.abort_all();
            let hung = words::tasks_hang(DRAIN_MAX.as_secs(), Text::list(self.names));
            return outcome.and(Err(anyhow::Error::msg(hung)));
        }
        outcome
    }

    fn outcome(
        &mut self,
        ended: Result<(Argument, anyhow::Result<()>), tokio::task::JoinError>,
        unasked: bool,
    ) -> anyhow::Result<()> {
        let panicked = |error| anyhow::Error::msg(words::task_panicked(Argument::of(error)));
        let (name, result) = ended.map_err(panicked)?;
        self.names.retain(|n| n != &name);
        match result {
            Err(error) => Err(error.context(words::task_failed(name))),
            Ok(()) if unasked => Err(anyhow::Error::msg(words::task_ended(name))),
            Ok(()) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_failure_stops_the_others_and_is_named() {
        let stop = CancellationToken::new();
        let mut supervisor = Supervisor::new(stop.clone());
        let waits = stop.clone();
        supervisor.spawn("bus-1", async move {
            waits.cancelled().await;
            Ok(())
        });
        supervisor.spawn("spool", async { anyhow::bail!("disk full") });
        let error = format!("{:#}", supervisor.run().await.unwrap_err());
        assert_eq!(error, "spool failed: disk full");
        assert!(stop.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_hangs_is_named() {
        let stop = CancellationToken::new();
        let mut supervisor = Supervisor::new(stop.clone());
        supervisor.spawn("bus-1", std::future::pending());
        stop.cancel();
        let error = supervisor.run().await.unwrap_err().to_string();
        assert!(error.contains("bus-1"), "{error}");
    }
}
