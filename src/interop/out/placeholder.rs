//! What a reading can fill in: the words between braces in a topic or a template.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::core::{GatewayId, Reading, Series, StationId};
use crate::locales::Lang;

/// A word between braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placeholder {
    Station,
    Parameter,
    /// The value as a number; null where there is none.
    Value,
    /// When it was observed, by RFC 3339 in UTC.
    Time,
    /// The same in milliseconds since 1970.
    TimeMs,
    Unit,
    Gateway,
    /// The reason behind the quality; empty where the value is good.
    Flags,
    /// The QARTOD flag: 1, 2, 3, 4 or 9.
    Quality,
    /// The series as a person calls it.
    Name,
}

impl Placeholder {
    pub(super) const ALL: [Self; 10] = [
        Self::Station,
        Self::Parameter,
        Self::Value,
        Self::Time,
        Self::TimeMs,
        Self::Unit,
        Self::Gateway,
        Self::Flags,
        Self::Quality,
        Self::Name,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Station => "station",
            Self::Parameter => "parameter",
            Self::Value => "value",
            Self::Time => "time",
            Self::TimeMs => "time_ms",
            Self::Unit => "unit",
            Self::Gateway => "gateway",
            Self::Flags => "flags",
            Self::Quality => "quality",
            Self::Name => "name",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }

    /// Whether it is the same for all readings of a series.
    pub(super) fn is_of_series(self) -> bool {
        matches!(self, Self::Station | Self::Parameter | Self::Unit | Self::Gateway | Self::Name)
    }
}

/// What people call series: a station's name, or else its id, and the parameter's name in one language.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) lang: Lang,
    pub(super) stations: BTreeMap<StationId, String>,
}

impl Names {
    pub(super) fn station<'a>(&'a self, station: &'a StationId) -> &'a str {
        self.stations.get(station).map_or(station.as_str(), String::as_str)
    }

    pub(super) fn parameter(&self, series: &Series) -> &'static str {
        let spec = series.parameter.spec();
        self.lang.pick(spec.name_zh, spec.name_en)
    }
}

/// A reading with what belongs to it.
#[derive(Clone, Copy)]
pub(super) struct Filling<'a> {
    pub(super) reading: &'a Reading,
    pub(super) gateway: &'a GatewayId,
    pub(super) names: &'a Names,
}

impl Filling<'_> {
    /// What fills `place`, with its type.
    pub(super) fn value(&self, place: Placeholder) -> Value {
        let Self { reading, gateway, names } = self;
        let series = &reading.series;
        match place {
            Placeholder::Station => series.station.as_str().into(),
            Placeholder::Parameter => series.parameter.id().into(),
            Placeholder::Value => reading.value().map_or(Value::Null, Value::from),
            Placeholder::Time => reading.observed_at.to_string().into(),
            Placeholder::TimeMs => reading.observed_at.as_millisecond().into(),
            Placeholder::Unit => series.parameter.spec().unit.symbol().into(),
            Placeholder::Gateway => gateway.as_str().into(),
            Placeholder::Flags => reading.reason.map_or("", |reason| reason.id()).into(),
            Placeholder::Quality => u8::from(reading.flag).into(),
            Placeholder::Name => {
                format!("{} {}", names.station(&series.station), names.parameter(series)).into()
            }
        }
    }

    /// What fills `place` in the middle of other text: nothing where there is no value.
    pub(super) fn text(&self, place: Placeholder) -> String {
        match self.value(place) {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Flag, Reason};

    #[test]
    fn each_placeholder_has_its_type_and_a_missing_value_is_null() {
        let at = "2022-08-01T00:00:00.5Z".parse().unwrap();
        let series: Series = "pond-1/level".parse().unwrap();
        let names = Names {
            lang: Lang::Chinese,
            stations: BTreeMap::from([("pond-1".parse().unwrap(), "东门塘".into())]),
        };
        let gateway = "gw-1".parse().unwrap();
        let all = |reading: &Reading| {
            let filling = Filling { reading, gateway: &gateway, names: &names };
            Placeholder::ALL.map(|place| filling.value(place))
        };
        let good = all(&Reading::good(series.clone(), at, 98.0));
        let expected = serde_json::json!([
            "pond-1",
            "level",
            98.0,
            "2022-08-01T00:00:00.5Z",
            1_659_312_000_500_i64,
            "m",
            "gw-1",
            "",
            1,
            "东门塘 水位"
        ]);
        assert_eq!(Value::from(good.to_vec()), expected);
        let mut missing = Reading::missing(series, at, Reason::Timeout, vec![]);
        let filled = all(&missing);
        assert_eq!(
            (&filled[2], &filled[7], &filled[8]),
            (&Value::Null, &"timeout".into(), &9.into())
        );
        missing.flag = Flag::Missing;
        let filling = Filling { reading: &missing, gateway: &gateway, names: &names };
        assert_eq!(filling.text(Placeholder::Value), "");
        assert_eq!(filling.text(Placeholder::TimeMs), "1659312000500");
    }

    #[test]
    fn words_are_found_again() {
        for place in Placeholder::ALL {
            assert_eq!(Placeholder::of(place.word()), Some(place));
        }
        assert_eq!(Placeholder::of("stations"), None);
    }
}
