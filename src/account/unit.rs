//! The names of units.

use crate::locales::Text;

/// Units whose names differ by language. Counts whose unit does not tell what is counted (`个`, `座`) have the name of
/// what they count where that is known: [`super::EntryCode::unit_name`], `FigureSpec::unit_name`.
const UNITS: &[(&str, &str)] = &[
    ("亩", "mu"),
    ("亩次", "mu-passes"),
    ("公顷", "ha"),
    ("千公顷", "thousand ha"),
    ("公顷次", "ha-passes"),
    ("千公顷次", "thousand ha-passes"),
    ("元", "yuan"),
    ("万元", "10,000 yuan"),
    ("人", "persons"),
    ("万人", "10,000 persons"),
    ("人次", "person-times"),
    ("头", "head"),
    ("万头", "10,000 head"),
    ("只", "small animals"),
    ("台", "sets"),
    ("万台套", "10,000 sets"),
    ("眼", "wells"),
    ("万眼", "10,000 wells"),
    ("处", "stations"),
    ("条", "channels"),
    ("座", "ponds"),
    ("辆", "trucks"),
    ("车次", "trips"),
    ("户", "households"),
    ("天", "days"),
    ("级", "grade"),
    ("月", "month"),
    ("次", "times"),
    ("个", "pieces"),
    ("万m3", "10,000 m3"),
    ("万度", "10,000 kWh"),
    ("万千瓦", "10,000 kW"),
];

/// The name of the unit `unit`; its symbol where it is the same in both languages.
pub fn unit_name(unit: &'static str) -> Text {
    let row = UNITS.iter().find(|(zh, _)| *zh == unit);
    row.map_or_else(|| Text::verbatim(unit), |(zh, en)| Text::both(*zh, *en))
}
