//! Figures that the report itself calls an error. Their numbers stay, with the findings; their words are taken back.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::FigureId as Id;
use super::claim::Verdict;
use super::figure::{Figure, Origin};
use super::plausibility::{Finding, Severity};
use crate::account::Method;
use crate::locales::{Text, figures as words};

/// Takes the words of each of `figures` back that an error among `found` names, which nobody has accepted, and of all
/// that is made of it. The sentences of the errors are the grounds. A figure that says nothing for reasons of its own
/// keeps those.
pub(super) fn withdraw(figures: &mut [Figure], found: &[Finding]) {
    let errors: Vec<&Finding> = found.iter().filter(|finding| is_open_error(finding)).collect();
    let mut grounds: BTreeMap<Id, Vec<Text>> = BTreeMap::new();
    for error in errors.iter().filter(|error| !is_told_elsewhere(error, &errors)) {
        let named = error.from.keys().filter_map(|name| figure_of(name)).collect();
        for id in with_derived(with_parts(named, error, figures), figures) {
            grounds.entry(id).or_default().push(error.sentence());
        }
    }
    for figure in figures {
        let says = figure.words.is_some() || figure.claim.verdict == Verdict::Proved;
        if let Some(why) = grounds.remove(&figure.id).filter(|_| says) {
            figure.say(None);
            figure.claim.verdict = Verdict::Open;
            figure.claim.grounds.extend(why.iter().cloned());
            figure.notes.extend(why);
        }
    }
}

fn is_open_error(finding: &Finding) -> bool {
    finding.severity == Severity::Error && finding.accepted.is_none()
}

/// Whether `error` is about the whole township, and another one says of a village or crop what it says.
fn is_told_elsewhere(error: &Finding, errors: &[&Finding]) -> bool {
    let whole = words::whole_township();
    let same = |other: &&Finding| other.place != whole && other.from.keys().eq(error.from.keys());
    error.place == whole && errors.iter().any(same)
}

/// The figure that a name of a finding stands for: of a pump, the sum over all pumps.
fn figure_of(name: &str) -> Option<Id> {
    match name {
        "energy" => Some(Id::ElectricityUsed),
        "volume" => Some(Id::WaterPumped),
        "hours" => Some(Id::PumpHours),
        figure => Id::from_id(figure),
    }
}

/// These, and of a sum among them the parts that `error` is about too: one that is all of the sum, or by itself more
/// than the sum may be.
fn with_parts(wrong: BTreeSet<Id>, error: &Finding, figures: &[Figure]) -> BTreeSet<Id> {
    let mut all = wrong.clone();
    let is_sum = |id: Id| matches!(id, Id::AreaInDrought | Id::WaitingShort | Id::FundsPublic);
    for figure in figures.iter().filter(|f| wrong.contains(&f.id) && is_sum(f.id)) {
        let Some(number) = figure.number().filter(|number| *number > 0.0) else { continue };
        let most = error.at_most.filter(|_| error.value == number).unwrap_or(number);
        let beyond = |value: f64| value >= number || value > most;
        let parts = figure.inputs.iter().filter(|input| input.value.is_some_and(beyond));
        all.extend(parts.filter_map(|input| match &input.from {
            Origin::Figure(part, None) => Some(*part),
            _ => None,
        }));
    }
    all
}

/// These, and the figures that are made of them. Each stands in the catalogue after those that it is made of.
fn with_derived(mut wrong: BTreeSet<Id>, figures: &[Figure]) -> BTreeSet<Id> {
    for figure in figures {
        if wrong.iter().any(|id| is_made_of(figure, *id)) {
            wrong.insert(figure.id);
        }
    }
    wrong
}

fn is_made_of(figure: &Figure, id: Id) -> bool {
    let own = match figure.id {
        Id::AffectedGrain => id == Id::AreaAffected,
        Id::DamagedGrain => id == Id::AreaDamaged,
        Id::FailedGrain => id == Id::AreaFailed,
        _ => false,
    };
    own || figure.inputs.iter().any(|input| match (&input.from, input.method) {
        (Origin::Figure(other, None), _) => *other == id,
        (_, Method::RescuedByCrop | Method::WorthOfRescue) => {
            matches!(id, Id::AreaAffected | Id::AreaFailed | Id::AreaRescued)
        }
        (_, Method::EnergyByRated | Method::EnergyAndHead) => id == Id::ElectricityUsed,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::core::Period;
    use crate::figures::{Acceptance, FigureInput, Value};
    use crate::locales::Lang;

    fn period() -> Period {
        Period { from: date(2022, 8, 1), to: date(2022, 8, 10) }
    }

    fn figure(id: Id) -> Figure {
        let mut figure = Figure::absent(id, period(), "test");
        figure.value = Value::Number(100.0);
        figure.claim.verdict = Verdict::Proved;
        figure.say(Some(Text::both("100亩", "100 mu")));
        figure
    }

    fn error(place: Text, names: &[&str]) -> Finding {
        Finding {
            rule: "rule".into(),
            severity: Severity::Error,
            place,
            text: Text::both("绝收面积不大于受灾面积", "failed within affected"),
            from: names.iter().map(|name| ((*name).to_owned(), 1.0)).collect(),
            value: 2.0,
            at_least: None,
            at_most: Some(1.0),
            look: Text::default(),
            source: Text::default(),
            confidence: 1.0,
            arithmetic: true,
            fingerprint: String::new(),
            accepted: None,
        }
    }

    fn accepted() -> Acceptance {
        Acceptance {
            rule: "rule".into(),
            fingerprint: String::new(),
            from: period().from,
            to: period().to,
            reason: "测产单如此".into(),
            accepted_by: "刘某".into(),
            accepted_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Which figures still say something.
    fn said(figures: &[Figure]) -> Vec<&'static str> {
        let said = figures.iter().filter(|figure| figure.words.is_some());
        said.map(|figure| figure.id.id()).collect()
    }

    #[test]
    fn what_an_error_names_is_not_said_with_the_error_as_ground() {
        let mut figures = [Id::AreaAffected, Id::AreaFailed, Id::PeopleServed].map(figure);
        let village = error(Text::verbatim("东门村"), &["area_failed", "sown_area"]);
        let whole = error(words::whole_township(), &["area_failed", "sown_area"]);
        withdraw(&mut figures, &[whole, village]);
        assert_eq!(said(&figures), ["area_affected", "people_served"]);
        let failed = &figures[1];
        assert_eq!((failed.claim.verdict, failed.number()), (Verdict::Open, Some(100.0)));
        let grounds: Vec<String> =
            failed.claim.grounds.iter().map(|ground| ground.within(Lang::Chinese)).collect();
        assert_eq!(grounds.len(), 1, "one fact is told once, at its place: {grounds:?}");
        assert!(grounds[0].starts_with("东门村："), "{grounds:?}");
        assert_eq!(failed.notes, failed.claim.grounds);
    }

    #[test]
    fn what_is_made_of_it_is_not_said_either() {
        let made = |id, from, method| {
            let note = Text::default();
            let input = FigureInput { from, value: Some(1.0), method, note, coverage: None };
            Figure { inputs: vec![input], ..figure(id) }
        };
        let crop = || Origin::Crop(None);
        let mut figures = [
            figure(Id::AreaAffected),
            figure(Id::ElectricityUsed),
            made(Id::AreaRescued, Origin::Figure(Id::AreaAffected, None), Method::Figure),
            made(Id::LossAverted, crop(), Method::WorthOfRescue),
            figure(Id::WaterPumped),
            made(Id::SownGrain, crop(), Method::TownshipFile),
        ];
        withdraw(&mut figures, &[error(words::whole_township(), &["area_affected", "sown_area"])]);
        assert_eq!(said(&figures), ["electricity_used", "water_pumped", "sown_grain"]);
        let pump = error(Text::verbatim("一号泵站"), &["energy", "power", "event_days"]);
        withdraw(&mut figures, &[pump]);
        assert_eq!(said(&figures), ["water_pumped", "sown_grain"]);
    }

    #[test]
    fn neither_a_warning_nor_an_accepted_error_takes_words_back() {
        let mut figures = [figure(Id::LossAverted)];
        let names = ["loss_averted"];
        let warning =
            Finding { severity: Severity::Warning, ..error(words::whole_township(), &names) };
        let accepted =
            Finding { accepted: Some(accepted()), ..error(words::whole_township(), &names) };
        withdraw(&mut figures, &[warning, accepted]);
        assert_eq!(said(&figures), ["loss_averted"]);
    }

    #[test]
    fn what_is_left_unsaid_for_another_reason_keeps_it() {
        let mut open = figure(Id::AreaAffected);
        open.say(None);
        open.claim.verdict = Verdict::Open;
        open.claim.grounds = vec![Text::verbatim("two surveys")];
        let mut figures = [open];
        withdraw(&mut figures, &[error(words::whole_township(), &["area_affected"])]);
        assert_eq!(figures[0].claim.grounds, [Text::verbatim("two surveys")]);
    }
}
