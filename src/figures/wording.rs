//! The office's own wording of figures: unit, hedge and digits other than the catalogue's. A figure notes its choice.

use serde::{Deserialize, Serialize};

use super::catalogue::FigureId;
use super::phrase::{EPSILON, Hedge, PrintUnit, SIGNIFICANT, phrase, phrase_en};
use crate::core::Problems;
use crate::locales::{Text, figures as words, report as shares};

/// Digits that a rounded number may keep.
const DIGITS: std::ops::RangeInclusive<u8> = 2..=4;
/// Digits of a rounded number from [`LARGE`] on.
const LARGE_DIGITS: u8 = 3;

/// Kilograms in a litre of gasoline. `docs/domain.md` §3.4: 0.72 to 0.775; confidence 0.9.
pub const GASOLINE_KG_PER_LITRE: f64 = 0.74;
/// Kilograms in a litre of diesel. `docs/domain.md` §3.4: 0.81 to 0.845; confidence 0.9.
pub const DIESEL_KG_PER_LITRE: f64 = 0.84;

/// A hedge by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HedgeWord {
    /// No hedge: the number itself.
    #[serde(rename = "exact")]
    Exact,
    #[serde(rename = "约")]
    About,
    #[serde(rename = "余")]
    Over,
    #[serde(rename = "达")]
    Reach,
    #[serde(rename = "以上")]
    Above,
    #[serde(rename = "近")]
    Near,
    #[serde(rename = "不足")]
    Below,
    #[serde(rename = "超")]
    More,
    /// 约…余: two hedges on one number, a fault of style that an office may insist on (`docs/domain.md` §4.1).
    #[serde(rename = "约余")]
    AboutOver,
}

impl HedgeWord {
    fn hedge(self) -> Hedge {
        match self {
            Self::Exact => Hedge::Exact,
            Self::About => Hedge::About,
            Self::Over | Self::AboutOver => Hedge::Over,
            Self::Reach => Hedge::Reach,
            Self::Above => Hedge::Above,
            Self::Near => Hedge::Near,
            Self::Below => Hedge::Below,
            Self::More => Hedge::More,
        }
    }
}

/// The wording of some figures, by whose wish and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    pub figures: Vec<String>,
    /// Without it, the catalogue's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hedge: Option<HedgeWord>,
    /// A unit that the figure can be converted to; 万元 and 万度 ask for 万 where the number is large enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Digits of a rounded number, 2 to 4; without it, 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<u8>,
    /// Printed in the annex.
    pub reason: String,
    pub by: String,
}

/// A value in words.
pub(super) struct Worded {
    pub text: Option<Text>,
    /// Who wished it to be worded so.
    pub note: Option<Text>,
    /// Whether the words hold for all values within the bounds. Where they do not, they are those of the least one.
    pub certain: bool,
}

impl FigureId {
    /// The factor that converts a value of this figure to `unit`; `None` where there is none.
    fn factor(self, unit: PrintUnit) -> Option<f64> {
        let own = self.spec().print?.1;
        Some(match (self, own, unit) {
            (_, own, unit) if own == unit => 1.0,
            (_, PrintUnit::Mu, PrintUnit::Hectare) => 1.0 / 15.0,
            (_, PrintUnit::Mu, PrintUnit::ThousandHectares) => 1.0 / 15_000.0,
            (_, PrintUnit::Du, PrintUnit::KilowattHour) => 1.0,
            (FigureId::GasolineUsed, _, PrintUnit::Tonne) => GASOLINE_KG_PER_LITRE / 1000.0,
            (FigureId::DieselUsed, _, PrintUnit::Tonne) => DIESEL_KG_PER_LITRE / 1000.0,
            _ => return None,
        })
    }

    fn units(self) -> Vec<&'static str> {
        let units = PrintUnit::ALL.iter();
        units.filter(|unit| self.factor(**unit).is_some()).map(|unit| unit.text()).collect()
    }
}

/// The unit by its word, and whether 万 is asked for.
fn unit(word: &str) -> Option<(PrintUnit, bool)> {
    let find = |word: &str| PrintUnit::ALL.iter().copied().find(|u| u.text() == word);
    find(word).map(|unit| (unit, false)).or_else(|| {
        let unit = find(word.strip_prefix('万')?)?;
        unit.scales().then_some((unit, true))
    })
}

/// Adds every problem of `wordings`.
pub fn check_wordings(wordings: &[Wording], found: &mut Problems) {
    for (index, wording) in wordings.iter().enumerate() {
        let found = &mut found.item("wording", index);
        let (rule, hint) = (words::no_figure_named(), words::name_a_figure());
        found.required(!wording.figures.is_empty(), "figures", rule, hint);
        for id in &wording.figures {
            let Some(figure) = FigureId::from_id(id).filter(|f| f.spec().print.is_some()) else {
                found.add("figures", id, words::not_a_printed_figure(), words::ids_of_figures());
                continue;
            };
            let Some(word) = &wording.unit else { continue };
            let fits = unit(word).and_then(|(unit, _)| figure.factor(unit)).is_some();
            let hint = words::units_of_figure(Text::list(figure.units()));
            found.ensure(fits, "unit", word, words::cannot_be_printed_in(id), hint);
        }
        if let Some(digits) = wording.digits {
            found.within("digits", digits, DIGITS, words::leave_out_for_two());
        }
        found.text("reason", &wording.reason, words::say_why());
        found.text("by", &wording.by, words::say_who());
    }
}

/// Rounded numbers from here on keep three digits, as offices write: 约24.5万亩.
const LARGE: f64 = 100_000.0;

/// How a figure is printed: unit and hedge of the catalogue, or those that the office has chosen.
pub(super) struct Style<'a> {
    chosen: Option<&'a Wording>,
    hedge: Hedge,
    unit: PrintUnit,
    /// What turns the figure's value into `unit`.
    factor: f64,
    /// 万 is asked for.
    wan: bool,
}

impl<'a> Style<'a> {
    /// `None` where the words of `id` are not number and unit.
    pub fn of(id: FigureId, wordings: &'a [Wording]) -> Option<Style<'a>> {
        let spec = id.spec();
        let (own_hedge, own_unit) = spec.print?;
        let chosen = wordings.iter().find(|w| w.figures.iter().any(|id| id == spec.id));
        let (unit, wan) = chosen.and_then(|w| unit(w.unit.as_ref()?)).unwrap_or((own_unit, false));
        let factor = id.factor(unit)?;
        let hedge = chosen.and_then(|w| w.hedge).map_or(own_hedge, HedgeWord::hedge);
        Some(Style { chosen, hedge, unit, factor, wan })
    }

    /// The ways to say a number, the preferred first: hedge and digits.
    pub fn ways(&self, value: f64) -> impl Iterator<Item = (Hedge, u8)> + use<> {
        let large = value * self.factor >= LARGE;
        let rain = self.unit == PrintUnit::Millimetre;
        let own = self.chosen.and_then(|w| w.digits);
        let own = own.or_else(|| rain.then(|| to_tenths(value)));
        // A gauge counts tenths: a number of them needs no hedge.
        let tenths = rain && self.chosen.is_none() && is_of_tenths(value);
        let chosen = if tenths { Hedge::Exact } else { self.hedge };
        let hedges = [chosen, Hedge::Exact, Hedge::About];
        hedges.into_iter().enumerate().flat_map(move |(at, hedge)| {
            let rounds_large = large && hedge == Hedge::About;
            let preferred = own.unwrap_or(if rounds_large { LARGE_DIGITS } else { SIGNIFICANT });
            let others = DIGITS.filter(move |digits| *digits != preferred);
            let again = at > 0 && hedge == chosen;
            let all = std::iter::once(preferred).chain(others).filter(move |_| !again);
            all.map(move |digits| (hedge, digits))
        })
    }

    /// The words for `value` said in one way, in both languages.
    pub fn say(&self, value: f64, (hedge, digits): (Hedge, u8)) -> Option<Text> {
        let value = value * self.factor;
        let mut zh = phrase(value, hedge, self.unit, digits)?;
        if self.wan && !zh.contains('万') {
            return None;
        }
        if self.doubles(hedge) {
            zh = format!("{}{zh}", Hedge::About.prefix());
        }
        let en = phrase_en(value, hedge, self.unit, digits).unwrap_or_else(|| zh.clone());
        Some(Text::both(zh, en))
    }

    /// Whether the office wants 约 before 余.
    fn doubles(&self, hedge: Hedge) -> bool {
        let both = self.chosen.and_then(|w| w.hedge) == Some(HedgeWord::AboutOver);
        both && hedge == Hedge::Over
    }

    fn note(&self, hedge: Hedge) -> Option<Text> {
        let Wording { by, reason, .. } = self.chosen?;
        Some(match self.doubles(hedge) {
            true => words::worded_twice_by(by, reason),
            false => words::worded_by(by, reason),
        })
    }
}

/// Whether `value` has one decimal at most, within the error of a sum.
fn is_of_tenths(value: f64) -> bool {
    let tenths = value * 10.0;
    (tenths - tenths.round()).abs() <= EPSILON * tenths.abs().max(1.0)
}

/// The digits of a number that is rounded to tenths, as rain is told; as many as a rounded number may have.
fn to_tenths(value: f64) -> u8 {
    let whole = value.abs().log10().floor().max(0.0);
    (whole as u8).saturating_add(2).clamp(*DIGITS.start(), *DIGITS.end())
}

/// The words of `value` of the figure `id`, by `wordings` or else by the catalogue, where they hold for all values
/// within `bounds`; otherwise words that hold for the least of them.
///
/// Where the hedge cannot express the number (余 of an exact one), it is printed exactly; with too many decimals, it
/// is rounded with 约. Where that does not hold for both bounds, more digits are tried.
pub(super) fn worded(
    id: FigureId,
    value: f64,
    bounds: Option<[f64; 2]>,
    wordings: &[Wording],
) -> Worded {
    let ends = bounds.unwrap_or([value; 2]);
    let Some(style) = Style::of(id, wordings) else {
        let text = share(id, value);
        let certain = ends.iter().all(|end| share(id, *end) == text);
        return Worded { text: text.filter(|_| certain), note: None, certain };
    };
    let holds = |way: (Hedge, u8), text: &Text| {
        ends.iter().all(|end| style.say(*end, way).as_ref() == Some(text))
    };
    let mut ways = style.ways(value).filter_map(|way| Some((way, style.say(value, way)?)));
    match ways.find(|(way, text)| holds(*way, text)) {
        Some(((hedge, _), text)) => {
            Worded { text: Some(text), note: style.note(hedge), certain: true }
        }
        None => {
            let text = style.say(ends[0], (Hedge::Above, SIGNIFICANT));
            Worded { text, note: None, certain: false }
        }
    }
}

/// The words for a share of 100, which a number with a unit says badly: less or more than it was. `None` for other
/// figures.
fn share(id: FigureId, value: f64) -> Option<Text> {
    // Whole percent, rounded half away from zero.
    let size = value.abs().round();
    let [less, as_usual, more] = match id {
        FigureId::StorageOfPlan => return (value > 0.0).then(|| shares::of_plan(size)),
        FigureId::RainAnomaly => {
            [shares::rain_less(size), shares::rain_usual(), shares::rain_more(size)]
        }
        FigureId::StorageAnomaly => {
            [shares::storage_less(size), shares::storage_usual(), shares::storage_more(size)]
        }
        _ => return None,
    };
    Some(match size {
        0.0 => as_usual,
        _ if value < 0.0 => less,
        _ => more,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    fn wording(figure: &str, hedge: Option<HedgeWord>, unit: Option<&str>) -> Vec<Wording> {
        vec![Wording {
            figures: vec![figure.into()],
            hedge,
            unit: unit.map(str::to_owned),
            digits: None,
            reason: "沿用历年写法".into(),
            by: "刘某".into(),
        }]
    }

    fn said(id: FigureId, value: f64, hedge: Option<HedgeWord>, unit: Option<&str>) -> String {
        let wordings = wording(id.spec().id, hedge, unit);
        worded(id, value, None, &wordings).text.unwrap().within(Lang::Chinese)
    }

    #[test]
    fn the_double_hedge_of_2022_needs_the_offices_word_and_is_noted() {
        let zh = |worded: &Worded| worded.text.as_ref().unwrap().within(Lang::Chinese);
        let plain = worded(FigureId::LossAverted, 12_462_000.0, None, &[]);
        assert_eq!(zh(&plain), "1200余万元");
        assert_eq!(plain.note, None);
        let chosen = wording("loss_averted", Some(HedgeWord::AboutOver), None);
        let double = worded(FigureId::LossAverted, 12_462_000.0, None, &chosen);
        assert_eq!(zh(&double), "约1200余万元");
        let note = double.note.unwrap();
        assert_eq!(note.within(Lang::Chinese), "措辞由刘某指定，“约”与“余”并用：沿用历年写法");
        let english = "worded as 刘某 wishes, with both “约” (about) and “余” (over): 沿用历年写法";
        assert_eq!(note.to_string(), english);
        let exact = worded(FigureId::LossAverted, 12_000_000.0, None, &chosen);
        assert_eq!(zh(&exact), "1200万元", "余 would lie");
    }

    #[test]
    fn units_are_turned_into_one_another() {
        let area = FigureId::AreaAffected;
        assert_eq!(said(area, 2200.0, None, Some("公顷")), "约150公顷");
        assert_eq!(said(area, 2205.0, Some(HedgeWord::Exact), Some("公顷")), "147公顷");
        assert_eq!(said(area, 2250.0, Some(HedgeWord::Exact), Some("千公顷")), "0.15千公顷");
        let energy = FigureId::ElectricityUsed;
        assert_eq!(said(energy, 35_000.0, None, Some("千瓦时")), "约3.5万千瓦时");
        assert_eq!(said(FigureId::GasolineUsed, 15_000.0, None, Some("吨")), "约11吨");
        let money = FigureId::FundsInvested;
        assert_eq!(said(money, 545_678.0, None, None), "54.57万元");
        assert_eq!(said(money, 550_000.4, None, None), "约55万元");
        assert_eq!(said(money, 550_000.0, Some(HedgeWord::Reach), Some("万元")), "达55万元");
    }

    #[test]
    fn large_rounded_numbers_keep_three_digits() {
        let area = FigureId::AreaAffected;
        assert_eq!(said(area, 245_000.0, None, None), "约24.5万亩");
        assert_eq!(said(FigureId::ElectricityUsed, 353_000.0, None, None), "约35.3万度");
        assert_eq!(said(FigureId::LossAverted, 12_494_665.0, None, None), "1200余万元");
    }

    #[test]
    fn words_hold_for_both_bounds_or_say_the_least() {
        let said = |value, least, most| {
            let found = worded(FigureId::ElectricityUsed, value, Some([least, most]), &[]);
            (found.text.unwrap().within(Lang::Chinese), found.certain)
        };
        assert_eq!(said(34_743.9, 34_740.0, 34_819.5), ("约3.5万度".into(), true));
        assert_eq!(said(34_499.0, 34_490.0, 34_510.0), ("约3.45万度".into(), true));
        assert_eq!(said(262.38, 262.38, 752_028.78), ("260度以上".into(), false));
        assert_eq!(said(615.0, 615.0, 11_050.0), ("610度以上".into(), false));
        assert_eq!(said(615.0, 615.0, f64::INFINITY), ("610度以上".into(), false));
        let none = worded(FigureId::ElectricityUsed, 0.0, Some([0.0, 886.0]), &[]);
        assert_eq!((none.text, none.certain), (None, false));
    }

    #[test]
    fn a_wrong_wording_is_named() {
        let mut wrong = wording("funds_invested", None, Some("公顷"));
        wrong[0].digits = Some(9);
        wrong[0].reason = " ".into();
        wrong[0].figures.push("electricity".into());
        let problems = Problems::of(|found| check_wordings(&wrong, found));
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        for part in ["wording[0].unit", "the units are 元", "\"electricity\"", "digits", "reason"]
        {
            assert!(text.iter().any(|t| t.contains(part.trim_matches('"'))), "{part}: {text:?}");
        }
    }

    #[test]
    fn a_share_says_whether_it_is_more_or_less() {
        let said = |id, value, bounds| {
            let worded = worded(id, value, bounds, &[]);
            (worded.text.map(|text| Lang::ALL.map(|lang| text.within(lang))), worded.certain)
        };
        for (id, value, zh, en) in [
            (FigureId::RainAnomaly, -61.7, "比多年同期偏少约62%", "about 62 % less than usual"),
            (FigureId::RainAnomaly, 12.5, "比多年同期偏多约13%", "about 13 % more than usual"),
            (FigureId::RainAnomaly, 0.3, "与多年同期大致持平", "about as usual"),
            (
                FigureId::StorageAnomaly,
                -40.2,
                "比往年同期少约40%",
                "about 40 % less than in earlier years",
            ),
            (FigureId::StorageOfPlan, 38.0, "约38%", "about 38 %"),
        ] {
            assert_eq!(said(id, value, None), (Some([zh, en].map(str::to_owned)), true));
        }
        let rain = FigureId::RainAnomaly;
        assert_eq!(said(rain, -61.7, Some([-70.0, -50.0])), (None, false));
        assert!(said(rain, -61.7, Some([-62.4, -61.6])).0.is_some());
        assert_eq!(said(FigureId::StorageOfPlan, 0.0, None).0, None);
    }

    #[test]
    fn rain_is_told_to_tenths() {
        let said = |value: f64| {
            worded(FigureId::RainTotal, value, None, &[]).text.unwrap().within(Lang::Chinese)
        };
        for (value, expected) in [
            (12.5, "12.5毫米"),
            (41.0, "41毫米"),
            (0.1 + 0.2, "0.3毫米"),
            (123.4, "123.4毫米"),
            (12.46, "约12.5毫米"),
            (1.24, "约1.2毫米"),
            (123.456, "约123.5毫米"),
            (0.09, "约0.09毫米"),
        ] {
            assert_eq!(said(value), expected);
        }
    }
}
