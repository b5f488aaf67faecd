//! Topics: `hanqing/v1/{gateway}/{channel}`.

use std::fmt;
use std::str::FromStr;

use crate::core::{GatewayId, shown};
use crate::locales::{Text, wire as words};

/// What a topic carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Batches from a gateway, QoS 1.
    Readings,
    /// What a gateway observes; retained.
    Birth,
    /// Online or offline; retained, and the last will.
    Status,
    /// What a gateway says of itself and its devices; retained.
    Report,
    /// To a gateway: what the hub has committed.
    Ack,
    /// To a gateway: settings that the office has signed; retained.
    Config,
    /// What a gateway says of those; retained.
    ConfigState,
}

impl Channel {
    const ALL: [Channel; 7] = [
        Self::Readings,
        Self::Birth,
        Self::Status,
        Self::Report,
        Self::Ack,
        Self::Config,
        Self::ConfigState,
    ];

    fn id(self) -> &'static str {
        match self {
            Self::Readings => "readings",
            Self::Birth => "birth",
            Self::Status => "status",
            Self::Report => "report",
            Self::Ack => "ack",
            Self::Config => "config",
            Self::ConfigState => "config-state",
        }
    }

    /// The filter with which a hub subscribes to this channel of all gateways.
    pub fn filter(self) -> String {
        format!("hanqing/v1/+/{}", self.id())
    }
}

/// A topic of one gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub gateway: GatewayId,
    pub channel: Channel,
}

impl Topic {
    pub fn new(gateway: GatewayId, channel: Channel) -> Self {
        Self { gateway, channel }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hanqing/v1/{}/{}", self.gateway, self.channel.id())
    }
}

impl FromStr for Topic {
    type Err = Text;
    fn from_str(text: &str) -> Result<Self, Text> {
        let foreign = || words::foreign_topic(format_args!("{:?}", shown(text)));
        let rest = text.strip_prefix("hanqing/v1/").ok_or_else(foreign)?;
        let (gateway, channel) = rest.split_once('/').ok_or_else(foreign)?;
        Ok(Self {
            gateway: gateway.parse().map_err(|_| foreign())?,
            channel: Channel::ALL.into_iter().find(|c| c.id() == channel).ok_or_else(foreign)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_as_written_and_refuses_foreign_topics() {
        let topic = Topic::new("gw-1".parse().unwrap(), Channel::Ack);
        assert_eq!(topic.to_string(), "hanqing/v1/gw-1/ack");
        assert_eq!(topic.to_string().parse::<Topic>().unwrap(), topic);
        for bad in [
            "hanqing/v2/gw-1/ack",
            "hanqing/v1/gw-1",
            "hanqing/v1/gw-1/ack/x",
            "hanqing/v1/GW/ack",
            "",
        ] {
            assert!(bad.parse::<Topic>().is_err(), "{bad}");
        }
    }
}
