//! What Grafana and those who use it expect of a dashboard.

use std::collections::BTreeSet;

use serde_json::Value;

use super::boards::{Board, Store};
use crate::context::repository;

/// Columns of Grafana's grid.
const COLUMNS: u64 = 24;

/// Grafana 10's version of the files.
const SCHEMA: u64 = 39;

/// All that is against the rules.
pub fn problems(boards: &[Board]) -> Vec<String> {
    let mut found = Vec::new();
    let mut uids = BTreeSet::new();
    for board in boards {
        let name = format!("{}", board.json["uid"]);
        let mut wrong = |what: String| found.push(format!("{name}: {what}"));
        if !uids.insert(name.clone()) {
            wrong("a uid twice".into());
        }
        whole(board, &mut wrong);
        panels(board, &mut wrong);
        variables(board, &mut wrong);
    }
    found
}

fn whole(board: &Board, wrong: &mut impl FnMut(String)) {
    let (json, store) = (&board.json, board.store.name());
    let tags = [Value::from("hanqing"), format!("hanqing-{store}").into()];
    if json["tags"] != Value::from(tags.to_vec()) {
        wrong(format!("its tags are not {tags:?}"));
    }
    if json["links"][0]["tags"][0] != tags[1] || json["links"][0]["type"] != "dashboards" {
        wrong("no links to the others of its store".into());
    }
    let expected = [
        ("timezone", "browser".into()),
        ("refresh", Value::from("1m")),
        ("schemaVersion", SCHEMA.into()),
    ];
    for (key, value) in expected {
        if json[key] != value {
            wrong(format!("{key} is {}, not {value}", json[key]));
        }
    }
    if json.get("id").is_some() {
        wrong("an id of some Grafana's own".into());
    }
    bilingual(&json["title"], "title", wrong);
    bilingual(&json["description"], "description", wrong);
}

/// A text that a township reads, and one for those who read no Chinese.
fn bilingual(text: &Value, what: &str, wrong: &mut impl FnMut(String)) {
    let text = text.as_str().unwrap_or_default();
    let chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let variable = text.starts_with("${");
    let english = text.chars().any(|c| c.is_ascii_alphabetic());
    if !variable && (!chinese || !english) {
        wrong(format!("{what} {text:?} is not in Chinese and English"));
    }
}

fn panels(board: &Board, wrong: &mut impl FnMut(String)) {
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in board.json["panels"].as_array().unwrap() {
        let id = &panel["id"];
        if !ids.insert(id.to_string()) {
            wrong(format!("panel {id} twice"));
        }
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap());
        let cells = (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y)));
        // All are asked, so that each cell is noted.
        let overlap = cells.filter(|cell| !taken.insert(*cell)).count();
        if overlap > 0 || x + w > COLUMNS || w == 0 || h == 0 {
            wrong(format!("panel {id} lies over another, or beyond the edge"));
        }
        bilingual(&panel["title"], "title", wrong);
    }
    for panel in board.panels() {
        let id = &panel["id"];
        bilingual(&panel["description"], "description", wrong);
        if !panel["fieldConfig"]["defaults"]["unit"].is_string() {
            wrong(format!("panel {id} has no unit"));
        }
        asked_of(board.store, &panel["datasource"], &format!("panel {id}"), wrong);
        for target in panel["targets"].as_array().unwrap() {
            asked_of(board.store, &target["datasource"], &format!("panel {id}"), wrong);
            let text = target["expr"].as_str().unwrap_or_default();
            // Another span of a rate may be shorter than four scrapes; one of a growth tells some of it twice, or not.
            for (function, span) in [("rate(", "$__rate_interval]"), ("increase(", "$__interval]")]
            {
                let spans = text.split(function).skip(1).filter_map(|rest| rest.split('[').nth(1));
                if spans.into_iter().any(|found| !found.starts_with(span)) {
                    wrong(format!("panel {id}: {function} over a span of its own"));
                }
            }
        }
    }
}

fn variables(board: &Board, wrong: &mut impl FnMut(String)) {
    for variable in board.variables().filter(|variable| variable["type"] == "query") {
        let name = &variable["name"];
        asked_of(board.store, &variable["datasource"], &format!("variable {name}"), wrong);
        if variable["includeAll"] != true || variable["allValue"] != ".*" {
            wrong(format!("variable {name}: all of them cannot be chosen"));
        }
        bilingual(&variable["label"], "label", wrong);
    }
}

/// Whether it is asked of the data source that is provisioned.
fn asked_of(store: Store, source: &Value, place: &str, wrong: &mut impl FnMut(String)) {
    let path = format!("deploy/grafana/provisioning/datasources/{}.yaml", store.name());
    let provisioned = std::fs::read_to_string(repository(&path)).unwrap();
    let has = |key: &str, value: &Value| {
        let line = format!("{key}: {}", value.as_str().unwrap_or_default());
        provisioned.lines().any(|found| found.trim() == line)
    };
    if !has("uid", &source["uid"]) || !has("type", &source["type"]) {
        wrong(format!("{place} asks {source}, which {path} does not have"));
    }
}
