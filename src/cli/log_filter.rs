//! What is logged: `HANQING_LOG`, or what the command does by itself.

use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::locales::cli as words;

/// The variable that asks for more or less.
const LOG: &str = "HANQING_LOG";

/// What `HANQING_LOG` asks for; what `usual` says where it is empty, not set, or wrong, which is complained of.
pub fn log_filter(usual: &str) -> Targets {
    let asked = std::env::var_os(LOG).map(|asked| asked.to_string_lossy().into_owned());
    match asked.as_deref().map(str::trim).filter(|asked| !asked.is_empty()) {
        Some(asked) => parse(asked).unwrap_or_else(|| {
            complain!("hanqing: {}", words::log_level_unknown(LOG, asked));
            usual.parse().unwrap_or_default()
        }),
        None => usual.parse().unwrap_or_default(),
    }
}

/// The filter; `None` where a part is neither a level nor `module=level`. A lone word would otherwise be the name of a
/// module, and silence all others.
fn parse(asked: &str) -> Option<Targets> {
    let is_level = |word: &str| !word.is_empty() && word.parse::<LevelFilter>().is_ok();
    let sound = asked.split(',').map(str::trim).all(|part| match part.split_once('=') {
        Some((module, level)) => !module.is_empty() && is_level(level),
        None => is_level(part),
    });
    if sound { asked.replace(' ', "").parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::filter::LevelFilter;

    use super::*;

    #[test]
    fn a_word_that_is_no_level_silences_nothing() {
        for wrong in ["warning", "laut", "info,laut", "hanqing=laut", "=info", "hanqing=", ","] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
        for right in ["debug", "DEBUG", "info,rumqttc=off", "hanqing::spool=trace, warn", "off"] {
            assert!(parse(right).is_some(), "{right}");
        }
        assert_eq!(parse("debug").unwrap().default_level(), Some(LevelFilter::DEBUG));
        assert_eq!(parse("info, a=off").unwrap().default_level(), Some(LevelFilter::INFO));
    }
}
