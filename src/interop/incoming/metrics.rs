//! Finds the place of a field by measurement, field and tags, as Telegraf and line protocol name it.

use std::collections::HashMap;

use super::place::{NAME_MAX, Place};

/// Places of fields, by measurement and field.
#[derive(Debug, Default)]
pub(super) struct Metrics(HashMap<String, Fields>);

/// Places of the fields of one measurement.
#[derive(Debug, Default)]
pub(super) struct Fields(HashMap<String, Vec<Tagged>>);

/// Places that ask for the same tags.
#[derive(Debug)]
struct Tagged {
    tags: Vec<String>,
    /// By the values of these tags, joined.
    places: HashMap<String, usize>,
}

/// Stands between the values of tags. No name of the configuration has it, so that none is taken for another.
const BETWEEN: &str = "\0";

impl Metrics {
    pub fn new(places: &[Place]) -> Self {
        let mut all = Self::default();
        for (number, place) in places.iter().enumerate() {
            if let Place::Metric { measurement, field, tags } = place {
                let fields = all.0.entry(measurement.clone()).or_default();
                let sets = fields.0.entry(field.clone()).or_default();
                let (tags, values): (Vec<String>, Vec<String>) = tags.iter().cloned().unzip();
                let values = values.join(BETWEEN);
                match sets.iter_mut().find(|set| set.tags == tags) {
                    Some(set) => {
                        set.places.insert(values, number);
                    }
                    None => sets.push(Tagged { tags, places: [(values, number)].into() }),
                }
            }
        }
        all
    }

    /// The fields that are wanted of `measurement`. Asked once for a point: its name may be long, and its fields many.
    pub fn of(&self, measurement: &str) -> Option<&Fields> {
        self.0.get(measurement)
    }
}

impl Fields {
    /// The place of `field` of a point whose tags are as `tag` says.
    pub fn find<'t>(&self, field: &str, tag: impl Fn(&str) -> Option<&'t str>) -> Option<usize> {
        let sets = self.0.get(field)?;
        let known = |name: &String| tag(name).filter(|value| value.len() <= NAME_MAX);
        sets.iter().find_map(|set| {
            let values: Option<Vec<&str>> = set.tags.iter().map(known).collect();
            set.places.get(&values?.join(BETWEEN)).copied()
        })
    }
}
