//! Reads TOML into a type the way a configuration is read, so that the program has the code for a type once.

use serde::de::DeserializeOwned;
use toml::Value;

/// The `T` in `text`.
///
/// # Errors
/// It is no TOML, and the error names the line; or no `T`.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, toml::de::Error> {
    let table = Value::Table(text.parse()?);
    serde_path_to_error::deserialize(table).map_err(serde_path_to_error::Error::into_inner)
}
