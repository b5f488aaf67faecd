//! Where the values of a series are found in the messages of a publisher.

use super::filter;

/// The longest name of another program's that is looked for, and the longest pointer, bytes. Engineering judgement:
/// real ones have some dozens. What is longer in a message is no place of any series.
pub const NAME_MAX: usize = 200;

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A field of a measurement, of the points that have these tags (and any others).
    Metric { measurement: String, field: String, tags: Vec<(String, String)> },
    /// A metric of a Sparkplug node, or of one of its devices.
    Sparkplug { group: String, node: String, device: Option<String>, metric: String },
    /// In the decoded object of a LoRaWAN device, by its DevEUI in lower-case hexadecimal.
    Device { dev_eui: String, pointer: String },
    /// In a JSON document that comes by a topic that this filter takes in, and whose name is this one.
    Json { topic: Option<String>, name: Option<String>, pointer: String },
}

impl Place {
    /// Whether one value may be found at both.
    pub fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Metric { measurement: m1, field: f1, tags: one },
                Self::Metric { measurement: m2, field: f2, tags: two },
            ) => {
                let differ = |(key, value): &(String, String)| {
                    two.iter().any(|(other, theirs)| other == key && theirs != value)
                };
                m1 == m2 && f1 == f2 && !one.iter().any(differ)
            }
            (
                Self::Json { topic: t1, name: n1, pointer: p1 },
                Self::Json { topic: t2, name: n2, pointer: p2 },
            ) => {
                let topics = match (t1, t2) {
                    (Some(one), Some(two)) => filter::overlap(one, two),
                    _ => true,
                };
                let names = n1.is_none() || n2.is_none() || n1 == n2;
                topics && names && p1 == p2
            }
            (one, other) => one == other,
        }
    }
}

/// A DevEUI as places have it: 16 hexadecimal digits in lower case, without what people write between them.
pub fn dev_eui(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':' | ' ')).collect();
    let right = digits.len() == 16 && digits.chars().all(|c| c.is_ascii_hexdigit());
    right.then(|| digits.to_ascii_lowercase())
}

/// Whether `text` is a JSON pointer (RFC 6901): empty, or steps that begin with `/` each, in which `~` stands only in
/// `~0` and `~1`.
pub fn is_pointer(text: &str) -> bool {
    let mut tildes = text.split('~').skip(1);
    (text.is_empty() || text.starts_with('/')) && tildes.all(|rest| rest.starts_with(['0', '1']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_overlap_where_they_may_find_the_same_value() {
        let metric = |tags: &[(&str, &str)]| Place::Metric {
            measurement: "m".into(),
            field: "f".into(),
            tags: tags.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        };
        assert!(metric(&[]).overlaps(&metric(&[("host", "a")])));
        assert!(metric(&[("host", "a")]).overlaps(&metric(&[("room", "1")])));
        assert!(!metric(&[("host", "a")]).overlaps(&metric(&[("host", "b")])));
        let json = |topic: Option<&str>, name: Option<&str>| Place::Json {
            topic: topic.map(Into::into),
            name: name.map(Into::into),
            pointer: "/v".into(),
        };
        assert!(json(None, Some("a")).overlaps(&json(Some("x/+"), None)));
        assert!(!json(Some("x/1"), None).overlaps(&json(Some("x/2"), None)));
        assert!(!json(None, Some("a")).overlaps(&json(None, Some("b"))));
    }

    #[test]
    fn pointers_and_device_ids_are_those_of_their_standards() {
        for right in ["", "/", "/a/b", "/a~1b/m~0n", "/0", "/ ", "/水位"] {
            assert!(is_pointer(right), "{right}");
        }
        for wrong in ["a", "a/b", "/a~", "/~2", "$.a"] {
            assert!(!is_pointer(wrong), "{wrong}");
        }
        assert_eq!(dev_eui("A8-40-41-00-01-81-84-24").as_deref(), Some("a840410001818424"));
        assert_eq!(dev_eui("a84041000181842"), None);
        assert_eq!(dev_eui("g840410001818424"), None);
        assert_eq!(dev_eui("é840410001818424"), None);
    }
}
