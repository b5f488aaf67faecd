//! The office's workplace in the browser: what the water officer opens in the morning of a drought, on a phone or an
//! old PC.
//!
//! Pages show what the hub fetches ([`Workplace`]), and only put it into words. They work without script; with it, the
//! numbers follow. Nothing is loaded from elsewhere. Each reader has them in her own language, and `guard` lets in who
//! may.

mod alarms;
mod api;
mod assets;
mod chart;
mod connections;
mod enrolment;
mod format;
mod gateways;
mod guard;
mod headers;
mod language;
mod ledger;
mod live;
mod model;
mod morning;
mod notice;
mod paced;
mod people;
mod places;
mod problem;
mod pumps;
mod range;
mod report;
mod router;
mod shares;
mod sta;
mod state;
mod station;
mod templates;
mod tls;
mod v1;
mod visitor;
mod workplace;

#[cfg(test)]
mod api_tests;
#[cfg(test)]
mod connections_tests;
#[cfg(test)]
mod guard_tests;
#[cfg(test)]
mod people_tests;
#[cfg(test)]
mod roles_tests;
#[cfg(test)]
mod test_kit;

pub use alarms::{
    AlarmShown, AlarmsAnswer, AlarmsAsked, AlarmsFacts, ChannelShown, HistoryAsked, OpenAlarm,
    OpenAlarms, SentShown, SentState,
};
pub use connections::{DRAIN_MAX, serve};
pub use enrolment::{EnrolAnswered, EnrolAsked, enrolment};
pub use gateways::{GatewayDeed, GatewayDeedKind, GatewayRow, LostRow, PublisherRow};
pub use guard::Access;
pub use ledger::{
    Checked, Clerk, ColumnShown, Effect, Entered, FILE_MAX, FieldFault, FigureChange, FormFacts,
    ItemFacts, ItemSum, Overtaken, PAGE_ROWS, ProblemShown, Queue, QueueRow, RowDeed, RowFilter,
    RowForm, RowHistory, RowLine, RowList, RowShown, RowState, RowsAnswer, RowsAsked, SameRows,
    Saved, SheetShown, UploadAnswers, UploadAsked, Uploaded, Uploader, WAIT_MINUTES, WaitingFile,
};
pub use model::{Health, Overview, Shown, SourceRow, Totals};
pub use pumps::{PumpFacts, PumpsFacts};
pub use report::{
    Branch, Days, DeskAnswer, DeskAsked, Evidence, FigureShown, FilledFile, FindingShown,
    IssuedChange, IssuedReport, IssuedRow, LeftPlace, Link, PendingShown, Piece, ReplacedPlace,
    ReportFacts,
};
pub use router::{ingester, office};
pub use sta::{
    Extent, ObservationsAsked, Observed, Order, Part, Things, ThingsAnswer, ThingsAsked,
};
pub use station::{
    CorrectionAsked, Curve, Done, Growth, LevelLimit, Range, RunningBands, StationAsked,
    StationFacts,
};
pub use tls::Tls;
pub use v1::{ApiAnswer, ApiAsked, ApiFormat, ApiPart, ApiRefusal, ApiSpan, api_model};
pub use visitor::Visitor;
pub use workplace::{Answer, Ask, ChartAsked, Operation, Withdraw, Workplace};

pub use axum::Router;
