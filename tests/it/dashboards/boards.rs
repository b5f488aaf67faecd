//! The dashboards as they lie in the tree, and what they ask.

use std::path::PathBuf;

use serde_json::Value;

use crate::context::repository;

/// The store that a dashboard asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    Victoria,
    Influx,
}

impl Store {
    pub const ALL: [Self; 2] = [Self::Victoria, Self::Influx];

    /// Its folder, and the end of its tag.
    pub fn name(self) -> &'static str {
        match self {
            Self::Victoria => "victoria",
            Self::Influx => "influx",
        }
    }
}

/// A dashboard.
pub struct Board {
    pub store: Store,
    pub path: PathBuf,
    pub json: Value,
}

/// What a dashboard asks, and where.
#[derive(Debug)]
pub struct Query {
    /// Dashboard and panel, or variable.
    #[expect(dead_code, reason = "printed where a query fails")]
    pub place: String,
    pub text: String,
    /// Asked for one instant, or over the time that is shown.
    pub instant: bool,
}

impl Board {
    /// Its panels, without the rows between them.
    pub fn panels(&self) -> impl Iterator<Item = &Value> {
        let panels = self.json["panels"].as_array().unwrap();
        panels.iter().filter(|panel| panel["type"] != "row")
    }

    /// Its variables.
    pub fn variables(&self) -> impl Iterator<Item = &Value> {
        self.json["templating"]["list"].as_array().unwrap().iter()
    }

    /// All that it asks.
    pub fn queries(&self) -> Vec<Query> {
        let name = &self.json["uid"];
        let panels = self.panels().flat_map(|panel| {
            let targets = panel["targets"].as_array().unwrap().iter();
            targets.map(move |target| {
                let text = target["expr"].as_str().or(target["query"].as_str());
                Query {
                    place: format!("{name}, panel {} {}", panel["id"], target["refId"]),
                    text: text.unwrap().to_owned(),
                    instant: target["instant"] == true,
                }
            })
        });
        let variables = self.variables().filter(|variable| variable["type"] == "query");
        let variables = variables.map(|variable| {
            let query = &variable["query"];
            let text = query["query"].as_str().or(query.as_str()).unwrap();
            Query {
                place: format!("{name}, variable {}", variable["name"]),
                text: asked_for(text),
                instant: true,
            }
        });
        panels.chain(variables).collect()
    }
}

/// What Grafana asks a Prometheus for in place of the functions that fill its variables.
fn asked_for(text: &str) -> String {
    let inside = |function: &str| text.strip_prefix(function)?.strip_suffix(')');
    if let Some(inside) = inside("label_values(") {
        let (metric, label) = inside.rsplit_once(", ").unwrap();
        return format!("count by ({label}) ({metric})");
    }
    inside("query_result(").unwrap_or(text).to_owned()
}

/// All dashboards.
pub fn all() -> Vec<Board> {
    let mut boards = Vec::new();
    for store in Store::ALL {
        let folder = repository("deploy/grafana/dashboards").join(store.name());
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let json = serde_json::from_str(&text).unwrap();
            boards.push(Board { store, path, json });
        }
    }
    boards
}
