//! The settings of a view.

use serde::{Deserialize, Serialize};

use crate::core::GatewayId;
use crate::interop::out::FormatSettings;
use crate::mqtt::MqttSettings;
use crate::spool::ViewBound;

/// A view: the gateway's readings also in a format of somebody else's system, at a broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewSettings {
    /// Its name, which no other view has: in the client id, in the status, and in the spool, which keeps its place.
    pub name: String,
    /// The format and its settings, under the name of the format.
    pub format: FormatSettings,
    /// Its broker, with user and certificates; by default the gateway's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mqtt: Option<MqttSettings>,
    /// Most readings that wait for it; of more, the oldest are passed over and counted. 200,000 are a month of 20
    /// series at five minutes.
    #[serde(default = "default_backlog_max")]
    pub backlog_max: u64,
}

fn default_backlog_max() -> u64 {
    200_000
}

impl ViewSettings {
    /// The client id of the view of `gateway`.
    pub fn client_id(&self, gateway: &GatewayId) -> String {
        format!("hanqing-{gateway}-view-{}", self.name)
    }

    /// How much of the spool may wait for it.
    pub fn bound(&self) -> ViewBound {
        ViewBound { name: self.name.clone(), backlog_max: self.backlog_max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_of_the_example_can_be_switched_on_as_it_stands() {
        #[derive(Deserialize)]
        struct Part {
            view: Vec<ViewSettings>,
        }
        let example = include_str!("../../../config/edge.toml");
        let from = example.find("# [[view]]").unwrap();
        let lines = example[from..].lines().map_while(|line| line.strip_prefix("# "));
        let text: Vec<&str> = lines.collect();
        let Part { view } = toml::from_str(&text.join("\n")).unwrap();
        assert_eq!(view[0].backlog_max, default_backlog_max());
        assert!(matches!(view[0].format, FormatSettings::LineProtocol(_)));
        let gateway = "gw-dongmen".parse().unwrap();
        assert_eq!(view[0].client_id(&gateway), "hanqing-gw-dongmen-view-county");
    }
}
