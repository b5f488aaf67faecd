//! What the hub gives the pages: what each is made from, and what can be done on them.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::watch;

use super::alarms::{AlarmsAnswer, AlarmsAsked};
use super::gateways::GatewayDeed;
use super::ledger::{RowsAnswer, RowsAsked, UploadAsked, Uploaded};
use super::model::{Health, Overview};
use super::pumps::PumpsFacts;
use super::report::{DeskAnswer, DeskAsked};
use super::sta::{ThingsAnswer, ThingsAsked};
use super::station::{CorrectionAsked, Done, Range, StationAsked, StationFacts};
use super::v1::{ApiAnswer, ApiAsked};
use crate::core::{Series, StationId};
use crate::locales::{Lang, Text};
use crate::users::Users;
use jiff::Timestamp;

/// Something that the hub does when it is asked.
pub struct Ask<Q, A>(Arc<dyn Fn(Q) -> Answer<A> + Send + Sync>);

/// What it will have come to.
pub type Answer<A> = Pin<Box<dyn Future<Output = anyhow::Result<A>> + Send>>;

impl<Q, A> Clone for Ask<Q, A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Q, A> Ask<Q, A> {
    pub fn new<F, R>(answer: F) -> Self
    where
        F: Fn(Q) -> R + Send + Sync + 'static,
        R: Future<Output = anyhow::Result<A>> + Send + 'static,
    {
        Self(Arc::new(move |asked| Box::pin(answer(asked))))
    }

    /// # Errors
    /// As whoever answers says.
    pub async fn ask(&self, asked: Q) -> anyhow::Result<A> {
        (self.0)(asked).await
    }
}

/// Everything that the pages are made from.
#[derive(Clone)]
pub struct Workplace {
    pub overview: watch::Receiver<Arc<Overview>>,
    pub users: Users,
    /// `None` where there is no such station.
    pub station: Ask<StationAsked, Option<StationFacts>>,
    pub correct: Ask<CorrectionAsked, Done>,
    pub withdraw: Ask<Withdraw, Done>,
    /// The same facts for all who ask within some seconds.
    pub pumps: Ask<Range, Arc<PumpsFacts>>,
    /// Does something to a gateway, and says what it came to.
    pub gateway: Ask<GatewayDeed, Result<Text, Text>>,
    /// Says what is understood of a file for the ledger, and enters its rows.
    pub upload: Ask<UploadAsked, Uploaded>,
    /// The workbook to fill in, in that language.
    pub ledger_template: Ask<Lang, Vec<u8>>,
    /// Lists, shows, checks, enters, corrects and reviews rows of the ledger.
    pub rows: Ask<RowsAsked, RowsAnswer>,
    /// The report: shown, filled, issued, and compared with what was issued.
    pub desk: Ask<DeskAsked, DeskAnswer>,
    pub alarms: Ask<AlarmsAsked, AlarmsAnswer>,
    /// What programs read.
    pub api: Ask<ApiAsked, ApiAnswer>,
    /// What the SensorThings view is made of.
    pub things: Ask<ThingsAsked, ThingsAnswer>,
    /// Points of a chart for programs, as a JSON array.
    pub chart: Ask<ChartAsked, serde_json::Value>,
}

/// What operators ask for; an ingesting hub has nothing else.
#[derive(Clone)]
pub struct Operation {
    /// OpenMetrics text; `None` where it cannot be made.
    pub metrics: Arc<dyn Fn() -> Option<String> + Send + Sync>,
    pub health: Arc<dyn Fn() -> Health + Send + Sync>,
}

/// The end of a correction that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Withdraw {
    /// The station on whose page it is asked for.
    pub station: StationId,
    pub id: i64,
    pub reason: String,
    pub by: String,
}

/// A chart that a program asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartAsked {
    pub series: Series,
    pub from: Timestamp,
    pub to: Timestamp,
    pub points: u32,
}
