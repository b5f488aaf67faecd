//! The office's workplace in the browser: what the water officer opens in the morning of a drought, on a phone or an
//! old PC.
//!
//! Pages show what the hub fetches ([`Workplace`]), and only put it into words. They work without script; with it, the
//! numbers follow. Nothing is loaded from elsewhere. Each reader has them in her own language, and `guard` lets in who
//! may.

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
mod paced;
mod people;
mod places;
mod pumps;
mod range;
mod router;
mod shares;
mod state;
mod station;
mod templates;
mod tls;
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

pub use connections::{DRAIN_MAX, serve};
pub use enrolment::{EnrolAnswered, EnrolAsked, enrolment};
pub use gateways::{GatewayDeed, GatewayDeedKind, GatewayRow, LostRow};
pub use guard::Access;
pub use ledger::{
    ColumnShown, Entered, FILE_MAX, ItemSum, ProblemShown, RowShown, SameRows, SheetShown,
    UploadAnswers, UploadAsked, Uploaded, Uploader, WAIT_MINUTES, WaitingFile,
};
pub use model::{Health, Overview, Shown, SourceRow, Totals};
pub use pumps::{PumpFacts, PumpsFacts};
pub use router::{ingester, office};
pub use station::{
    CorrectionAsked, Curve, Done, Growth, LevelLimit, Range, RunningBands, StationAsked,
    StationFacts,
};
pub use tls::Tls;
pub use visitor::Visitor;
pub use workplace::{Answer, Ask, ChartAsked, Operation, Withdraw, Workplace};

pub use axum::Router;
