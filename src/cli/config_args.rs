//! The `--config` and `--set` options that most commands share.

use std::path::PathBuf;

use clap::Args;

use super::language;
use super::usage::{ConfigurationProblems, UsageError};
use crate::config;
use crate::locales::cli as words;

/// A configuration file with overrides.
#[derive(Args, Clone)]
pub struct ConfigArgs {
    #[arg(short, long, value_name = "FILE")]
    pub config: PathBuf,
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

impl ConfigArgs {
    /// Loads it and speaks its language.
    #[cfg(feature = "edge")]
    pub fn load_edge(&self) -> Result<config::LoadedEdge, ConfigurationProblems> {
        let loaded = self.reload_edge()?;
        language::configured(loaded.0.lang);
        Ok(loaded)
    }

    /// Loads it while a gateway runs.
    #[cfg(feature = "edge")]
    pub fn reload_edge(&self) -> Result<config::LoadedEdge, ConfigurationProblems> {
        config::load_edge(&self.config, &self.set).map_err(ConfigurationProblems)
    }

    #[cfg(feature = "hub")]
    pub fn load_hub(&self) -> Result<config::LoadedHub, ConfigurationProblems> {
        let loaded = self.reload_hub()?;
        language::configured(loaded.0.lang);
        Ok(loaded)
    }

    /// Loads it while a hub runs.
    #[cfg(feature = "hub")]
    pub fn reload_hub(&self) -> Result<config::LoadedHub, ConfigurationProblems> {
        config::load_hub(&self.config, &self.set).map_err(ConfigurationProblems)
    }

    /// Loads that of a hub that only takes readings in.
    #[cfg(feature = "influx")]
    pub fn load_ingester(&self) -> Result<crate::hub::HubSettings, ConfigurationProblems> {
        config::load_ingester(&self.config, &self.set).map_err(ConfigurationProblems)
    }
}

/// The office's configuration, which may stand behind the subcommand as well as before it.
#[cfg(feature = "hub")]
#[derive(Args, Clone)]
#[command(mut_arg("config", |arg| arg.global(true).required(false).default_value("/etc/hanqing/hub.toml")))]
#[command(mut_arg("set", |arg| arg.global(true)))]
pub struct OfficeConfig {
    #[command(flatten)]
    pub file: ConfigArgs,
}

/// Parses `KEY=VALUE`.
pub fn setting(text: &str) -> Result<(String, String), UsageError> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.into(), value.into())),
        _ => Err(UsageError(words::setting())),
    }
}
