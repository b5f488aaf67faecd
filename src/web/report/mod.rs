//! The page of the report: the section as it stands, with the evidence behind each number, what is to be looked at,
//! what stands against issuing it, and the reports that were issued.

mod asked;
mod deeds;
mod facts;
mod handlers;
mod view;

pub use facts::{
    Branch, Days, DeskAnswer, DeskAsked, Evidence, FigureShown, FilledFile, FindingShown,
    IssuedChange, IssuedReport, IssuedRow, LeftPlace, Link, PendingShown, Piece, ReplacedPlace,
    ReportFacts,
};
pub(super) use handlers::routes;

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
