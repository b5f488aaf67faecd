//! The topics of Sparkplug B (Eclipse Sparkplug Specification 3.0, section 4.1).

use crate::interop::sparkplug::NAMESPACE;
use crate::locales::{Text, publisher as words};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    NodeBirth,
    NodeDeath,
    DeviceBirth,
    DeviceDeath,
    Data,
}

/// What a topic says.
pub(super) struct Topic<'a> {
    pub group: &'a str,
    pub node: &'a str,
    pub device: Option<&'a str>,
    pub kind: Kind,
}

impl<'a> Topic<'a> {
    /// Reads a topic; `Ok(None)` for commands and states of hosts, which hold no readings.
    pub fn read(topic: &'a str) -> Result<Option<Self>, Text> {
        let mut levels = topic.split('/');
        let mut next = || levels.next();
        let (namespace, group) = (next(), next());
        if namespace != Some(NAMESPACE) {
            return Err(words::not_sparkplug_topic());
        }
        let (kind, node, device, more) = (next(), next(), next(), next());
        let (Some(group), Some(kind), None) = (group, kind, more) else {
            return Err(words::not_sparkplug_topic());
        };
        if group == "STATE" {
            return Ok(None);
        }
        let kind = match (kind, device) {
            ("NBIRTH", None) => Kind::NodeBirth,
            ("NDEATH", None) => Kind::NodeDeath,
            ("DBIRTH", Some(_)) => Kind::DeviceBirth,
            ("DDEATH", Some(_)) => Kind::DeviceDeath,
            ("NDATA", None) | ("DDATA", Some(_)) => Kind::Data,
            ("NCMD", None) | ("DCMD", Some(_)) => return Ok(None),
            _ => return Err(words::not_sparkplug_topic()),
        };
        let node = node.ok_or_else(words::not_sparkplug_topic)?;
        Ok(Some(Self { group, node, device, kind }))
    }
}
