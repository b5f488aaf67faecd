//! Configuration files: read, checked as a whole, every problem named.
//!
//! ```text
//! edge.toml < conf.d/edge/*.toml < HANQING__MQTT__URL=... < --set mqtt.url=...
//!     └──────────────── layers ──────────────┘ ─▶ recovery (structure) ─▶ edge | hub | township (meaning)
//! ```
//!
//! The township, profiles and scenarios are single files without layers: what a figure rests on stands in one place.

#[cfg(feature = "hub")]
mod alarm;
#[cfg(feature = "hub")]
mod alarm_silence;
mod check_file;
#[cfg(feature = "edge")]
mod curves;
#[cfg(feature = "edge")]
mod edge;
mod encoding;
#[cfg(feature = "hub")]
mod enroll;
mod error_path;
#[cfg(feature = "demo")]
mod example;
#[cfg(feature = "hub")]
mod hub;
mod key_path;
mod layers;
#[cfg(feature = "edge")]
mod line;
#[cfg(any(feature = "edge", feature = "hub"))]
mod listen;
mod load;
#[cfg(feature = "edge")]
mod load_edge;
#[cfg(feature = "hub")]
mod load_hub;
#[cfg(feature = "edge")]
mod metrics;
mod mqtt;
#[cfg(feature = "hub")]
mod names;
mod older;
#[cfg(any(feature = "edge", feature = "hub"))]
mod places;
#[cfg(feature = "edge")]
mod polling;
#[cfg(feature = "edge")]
mod profiles;
#[cfg(feature = "hub")]
mod publisher;
#[cfg(all(feature = "edge", feature = "hub"))]
mod publishers_together;
#[cfg(feature = "edge")]
mod pushed;
#[cfg(feature = "edge")]
mod quality;
#[cfg(any(feature = "edge", feature = "hub"))]
mod ram_disk;
#[cfg(all(feature = "edge", feature = "hub"))]
mod reach;
mod recovery;
#[cfg(feature = "edge")]
mod register_table;
mod secrets;
mod serde_text;
#[cfg(any(feature = "edge", feature = "hub"))]
mod series_rules;
#[cfg(feature = "influx")]
mod server;
#[cfg(feature = "edge")]
mod settable;
mod slips;
#[cfg(feature = "edge")]
mod socket;
mod source_text;
#[cfg(feature = "hub")]
mod stations;
mod substitutes;
#[cfg(test)]
mod tests;
#[cfg(all(feature = "edge", feature = "hub"))]
mod together;
#[cfg(feature = "hub")]
mod township;
mod twice;
#[cfg(feature = "edge")]
mod view;
#[cfg(feature = "hub")]
mod web;

pub use check_file::{CheckReport, FileKind, check_file, check_file_with};
#[cfg(feature = "demo")]
pub use example::example;
#[cfg(feature = "edge")]
pub use layers::folder_of_parts;
#[cfg(feature = "edge")]
pub use line::{SPEEDS, endpoint};
#[cfg(feature = "edge")]
pub use load_edge::{
    LoadedEdge, check_draft, control_socket, gateway_name, inspect_edge, load_edge, unused_profiles,
};
#[cfg(feature = "influx")]
pub use load_hub::load_ingester;
#[cfg(feature = "hub")]
pub use load_hub::{LoadedHub, check_hub_draft, check_township_draft, load_hub};
#[cfg(feature = "edge")]
pub use profiles::{Profiles, profile_file, profiles};
#[cfg(feature = "edge")]
pub use pushed::{load_pushed, remote_warning};
#[cfg(feature = "edge")]
pub use ram_disk::gateway_files_in_memory;
#[cfg(feature = "hub")]
pub use ram_disk::hub_files_in_memory;
#[cfg(feature = "edge")]
pub use register_table::{BYTES_MAX as TABLE_BYTES_MAX, Base, Head, is_workbook, profile_of_table};
#[cfg(feature = "edge")]
pub use secrets::exposed_files_of_gateway;
#[cfg(feature = "hub")]
pub use secrets::exposed_files_of_hub;
pub use source_text::FileProblem;
#[cfg(all(feature = "edge", feature = "hub"))]
pub use together::{Together, together};
