//! The integration tests, one binary: the program as its users run it.

mod schema;
mod truth;
