//! What answers are made from, and what comes of a question.

use std::sync::Arc;

use tokio::sync::watch;

use crate::alarm_book::AlarmBook;
use crate::core::Calendar;
use crate::hub::HubSettings;
use crate::hub::desk::Statements;
use crate::support::Clock;
use crate::water::Township;
use crate::web::{ApiAnswer, ApiRefusal, Overview};

/// What the answers are made from.
pub(in crate::hub) struct ApiSource {
    pub settings: HubSettings,
    pub township: Arc<Township>,
    pub calendar: Calendar,
    pub clock: Clock,
    pub overview: watch::Receiver<Arc<Overview>>,
    pub statements: Statements,
    pub alarms: AlarmBook,
}

/// What is answered, or why not; an error where the hub fails.
pub(super) type Found = anyhow::Result<Result<ApiAnswer, ApiRefusal>>;
