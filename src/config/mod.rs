//! Configuration files: read, checked as a whole, every problem named.

#[cfg(feature = "demo")]
mod example;

#[cfg(feature = "demo")]
pub use example::example;
