//! The formats of other people's systems, in which a gateway's readings go out and other devices' readings come in.
//! Pure: who sends and receives is in `edge` and `hub`.

#[cfg(feature = "hub")]
pub mod incoming;
pub mod line;
#[cfg(all(test, feature = "hub"))]
mod line_tests;
#[cfg(feature = "edge")]
pub mod out;
pub mod sparkplug;
#[cfg(any(feature = "edge", feature = "hub"))]
mod unique;
