//! What people have corrected of the readings behind the figures: said beside them, with reason and name.

use super::facts::Facts;
use super::plausibility::Finding;
use super::statement::Statement;
use crate::core::{Correction, CorrectionKind};
use crate::locales::{Text, evidence as words};

/// Id of the findings that say so.
pub(super) const RULE: &str = "readings-corrected";

impl Statement {
    /// The findings that tell what people have corrected of the readings of the source or pump of this name.
    pub fn corrected<'a>(&'a self, station: &str) -> impl Iterator<Item = &'a Finding> + use<'a> {
        let place = Text::verbatim(station);
        let of_it = move |finding: &&Finding| finding.rule == RULE && finding.place == place;
        self.findings.found.iter().filter(of_it)
    }
}

/// A correction of the readings of a source or a pump.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CorrectedReadings {
    /// The name of the source or the pump.
    pub station: String,
    pub correction: Correction,
    /// Local time.
    from: String,
    to: String,
}

/// The corrections that bear on the period.
pub(super) fn corrected<'a>(
    facts: &'a Facts<'_>,
) -> impl Iterator<Item = CorrectedReadings> + use<'a> {
    let sources = facts.sources.iter().map(|source| (&source.name, &source.corrections));
    let pumps = facts.pumps.iter().map(|pump| (&pump.name, &pump.corrections));
    sources.chain(pumps).flat_map(move |(station, corrections)| {
        corrections.iter().map(move |correction| CorrectedReadings {
            station: station.clone(),
            from: facts.local(correction.from),
            to: facts.local(correction.to),
            correction: correction.clone(),
        })
    })
}

impl CorrectedReadings {
    /// What it says, without the place.
    pub fn text(&self) -> Text {
        let Correction { series, kind, reason, by, .. } = &self.correction;
        let spec = series.parameter.spec();
        let (from, to) = (&self.from, &self.to);
        match *kind {
            CorrectionKind::Note => words::readings_noted(spec.name(), from, to, reason, by),
            CorrectionKind::Wrong => words::readings_wrong(spec.name(), from, to, reason, by),
            CorrectionKind::Shift { by: shift } => {
                let shift = format!("{shift:+} {}", spec.unit.symbol());
                words::readings_shifted(spec.name(), from, to, shift, reason, by)
            }
        }
    }

    /// Rule apart, what an acceptance holds for: a correction is never changed.
    pub fn fingerprint(&self) -> String {
        format!("correction:{}", self.correction.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    #[test]
    fn what_is_said_names_span_kind_reason_and_who() {
        let told = |kind| CorrectedReadings {
            station: "甲塘".into(),
            correction: Correction {
                id: 7,
                series: "pond-1/level".parse().unwrap(),
                from: "2022-08-01T00:00:00Z".parse().unwrap(),
                to: "2022-08-02T00:00:00Z".parse().unwrap(),
                kind,
                reason: "浮子卡住".into(),
                by: "水利站 陈".into(),
                at: "2022-08-03T00:00:00Z".parse().unwrap(),
                withdrawn: None,
            },
            from: "2022-08-01 08:00".into(),
            to: "2022-08-02 08:00".into(),
        };
        for (kind, says) in [
            (CorrectionKind::Wrong, "do not count"),
            (CorrectionKind::Shift { by: -0.3 }, "-0.3 m"),
            (CorrectionKind::Note, "a note"),
        ] {
            let said = within(Lang::English, || told(kind).text().to_string());
            for part in [says, "2022-08-01 08:00", "2022-08-02 08:00", "浮子卡住", "水利站 陈"]
            {
                assert!(said.contains(part), "{said}");
            }
        }
        assert_eq!(told(CorrectionKind::Wrong).fingerprint(), "correction:7");
    }
}
