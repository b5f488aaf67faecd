//! `/api/v1`: what other programs read of the township, described by a document that is made from its handlers.
//!
//! A handler names its parameters by a type; the same type tells which parameters there are and what the document says
//! of them. Each page is bounded, and leads to the next by a key, so that nothing is read twice or left out while
//! readings come in. Nothing can be changed here.

mod accept;
mod answer;
mod call;
mod cursor;
mod describe;
mod facts;
mod files;
mod list;
pub mod model;
mod office;
mod series;
mod stations;
#[cfg(test)]
mod test_kit;
#[cfg(test)]
mod tests;

pub(in crate::web) use describe::routes;
pub use facts::{ApiAnswer, ApiAsked, ApiFormat, ApiPart, ApiRefusal, ApiSpan};
pub use model as api_model;
#[cfg(test)]
pub(in crate::web) use test_kit::canned;
