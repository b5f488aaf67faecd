//! What a reader asks of the page: how the sources are arranged, and which of them are shown.

use serde::Deserialize;

use crate::water::{StationKind, Status};
use crate::web::format::encoded;
use crate::web::model::SourceRow;

/// The longest value of a filter that is looked at, characters. Engineering judgement: no village has a longer name.
const VALUE_MAX: usize = 200;

/// What stands for a longer one: no source has it.
const NOBODY: &str = "?";

/// The query as it comes; what is not known shows no source, and the page says so.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    by: String,
    village: String,
    kind: String,
    status: String,
    /// Only what is live is asked for.
    pub part: String,
}

/// How the sources are arranged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) enum By {
    /// One list, the worst first.
    #[default]
    Status,
    Village,
    Kind,
}

impl By {
    pub(super) const ALL: [Self; 3] = [Self::Status, Self::Village, Self::Kind];

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Village => "village",
            Self::Kind => "kind",
        }
    }
}

/// What is asked for. A filter that is empty lets everything pass.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub by: By,
    pub village: String,
    /// Id of a kind of station.
    pub kind: String,
    /// Id of a status; `none` of those without one.
    pub status: String,
}

impl From<Query> for Asked {
    fn from(query: Query) -> Self {
        let by = By::ALL.into_iter().find(|by| by.id() == query.by).unwrap_or_default();
        let [village, kind, status] = [query.village, query.kind, query.status].map(bounded);
        Self { by, village, kind, status }
    }
}

/// `value`, or of one that is too long what no source has.
fn bounded(value: String) -> String {
    if value.chars().nth(VALUE_MAX).is_some() { NOBODY.to_owned() } else { value }
}

impl Asked {
    /// Whether a source is shown.
    pub(super) fn fits(&self, row: &SourceRow) -> bool {
        let passes = |filter: &str, value: &str| filter.is_empty() || filter == value;
        passes(&self.village, &row.village)
            && passes(&self.kind, kind_id(row.kind))
            && passes(&self.status, row.status.map_or("none", Status::id))
    }

    /// Whether some sources are left out.
    pub(super) fn filters(&self) -> bool {
        !(self.village.is_empty() && self.kind.is_empty() && self.status.is_empty())
    }

    /// The address of this very page, `/?by=village`; with `part`, of what is live of it.
    pub(super) fn address(&self, part: bool) -> String {
        let mut pairs = Vec::new();
        if part {
            pairs.push("part=1".to_owned());
        }
        if self.by != By::default() {
            pairs.push(format!("by={}", self.by.id()));
        }
        for (name, value) in
            [("village", &self.village), ("kind", &self.kind), ("status", &self.status)]
        {
            if !value.is_empty() {
                pairs.push(format!("{name}={}", encoded(value)));
            }
        }
        if pairs.is_empty() { "/".to_owned() } else { format!("/?{}", pairs.join("&")) }
    }
}

/// Id of a kind of station, as files have it.
pub(super) fn kind_id(kind: StationKind) -> &'static str {
    match kind {
        StationKind::Pond => "pond",
        StationKind::Reservoir => "reservoir",
        StationKind::Channel => "channel",
        StationKind::Well => "well",
        StationKind::Tank => "tank",
        StationKind::Pump => "pump",
        StationKind::RainGauge => "rain_gauge",
        StationKind::Soil => "soil",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back_to_the_same_page() {
        assert_eq!(Asked::default().address(false), "/");
        assert_eq!(Asked::default().address(true), "/?part=1");
        let asked = Asked {
            by: By::Kind,
            village: "东 & \"村\"".into(),
            kind: "pond".into(),
            status: "none".into(),
        };
        let address = asked.address(true);
        assert_eq!(
            address,
            "/?part=1&by=kind&village=%E4%B8%9C%20%26%20%22%E6%9D%91%22&kind=pond&status=none"
        );
        let uri: axum::http::Uri = address.parse().unwrap();
        let query = axum::extract::Query::<Query>::try_from_uri(&uri).unwrap();
        assert_eq!(Asked::from(query.0), asked);
    }

    #[test]
    fn a_value_that_is_too_long_is_nobody_s_and_is_not_repeated() {
        let long = "村".repeat(VALUE_MAX + 1);
        let [village, kind, status] = [&long, &long, &long].map(String::clone);
        let query = Query { village, kind, status, ..Query::default() };
        let asked = Asked::from(query);
        assert_eq!(asked.address(false), "/?village=%3F&kind=%3F&status=%3F");
        assert!(asked.filters());
        let longest = "村".repeat(VALUE_MAX);
        let query = Query { village: longest.clone(), ..Query::default() };
        assert_eq!(Asked::from(query).village, longest);
    }

    #[test]
    fn an_unknown_order_is_that_of_the_status() {
        let query = Query { by: "colour".into(), ..Query::default() };
        assert_eq!(Asked::from(query).by, By::Status);
    }

    #[test]
    fn a_kind_has_the_id_of_its_file() {
        for kind in [StationKind::RainGauge, StationKind::Tank, StationKind::Soil] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind_id(kind));
        }
    }
}
