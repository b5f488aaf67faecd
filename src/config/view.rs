//! The views of a gateway: its readings in other people's systems.

use std::ops::RangeInclusive;

use super::mqtt;
use super::profiles::Library;
use crate::core::{Problem, Problems};
use crate::edge::{EdgeSettings, format_problems};
use crate::locales::{config as words, views as own};

/// Most views. Each costs a connection and its share of the processor; several systems can read one. Engineering
/// judgement: twice as many as there are formats.
const VIEWS_MAX: usize = 8;

/// Most letters of a view's name: with a gateway's id before it, a client id that common brokers take. Engineering
/// judgement.
const NAME_MAX: usize = 32;

/// Readings that may wait: a poll of a gateway at least, and at most more than a spool of the default size can hold.
/// Engineering judgement.
const BACKLOG_MAX: RangeInclusive<u64> = 100..=100_000_000;

pub(super) fn check(settings: &EdgeSettings, library: &Library, found: &mut Problems) {
    let views = &settings.views;
    found.ensure(
        views.len() <= VIEWS_MAX,
        "view",
        views.len(),
        own::too_many(VIEWS_MAX),
        own::one_for_several(),
    );
    let names = views.iter().map(|view| &view.name);
    found.unique("view", "name", names, own::name_of_its_own());
    for (index, view) in views.iter().enumerate() {
        let found = &mut found.item("view", index);
        found.ensure(is_name(&view.name), "name", &view.name, own::name_rule(), own::name_hint());
        found.within(
            "backlog_max",
            view.backlog_max,
            BACKLOG_MAX,
            words::leave_it_out_for(200_000),
        );
        if let Some(settings) = &view.mqtt {
            mqtt::check(settings, found);
        }
    }
    for (index, problem) in format_problems(settings, &library.profiles) {
        let path = format!("view[{index}].format.{}", problem.path);
        found.push(Problem { path, ..problem });
    }
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=NAME_MAX).contains(&name.len()) && name.chars().all(fits)
}
