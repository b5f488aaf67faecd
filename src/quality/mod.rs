//! Quality tests on single readings and series. Pure.

mod gross_range;

pub use gross_range::gross_range;
