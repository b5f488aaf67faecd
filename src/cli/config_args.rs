//! The `--config` and `--set` options that most commands share.

use std::path::PathBuf;

use clap::Args;

use super::usage::ConfigurationProblems;
use crate::config;

/// A configuration file with overrides.
#[derive(Args, Clone)]
pub struct ConfigArgs {
    /// Configuration file
    #[arg(short, long, value_name = "FILE")]
    pub config: PathBuf,
    /// Override one setting, such as mqtt.url=mqtt://127.0.0.1:1883
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

impl ConfigArgs {
    #[cfg(feature = "edge")]
    pub fn load_edge(&self) -> Result<config::LoadedEdge, ConfigurationProblems> {
        config::load_edge(&self.config, &self.set).map_err(ConfigurationProblems)
    }

    #[cfg(feature = "hub")]
    pub fn load_hub(&self) -> Result<config::LoadedHub, ConfigurationProblems> {
        config::load_hub(&self.config, &self.set).map_err(ConfigurationProblems)
    }

    #[cfg(feature = "influx")]
    pub fn load_ingester(&self) -> Result<crate::hub::HubSettings, ConfigurationProblems> {
        config::load_ingester(&self.config, &self.set).map_err(ConfigurationProblems)
    }
}

/// Parses `KEY=VALUE`.
pub fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.into(), value.into())),
        _ => Err("KEY=VALUE, such as mqtt.url=mqtt://127.0.0.1:1883".into()),
    }
}
