//! What was put to work: stations, their power, the land that they reach, fuel by mass, passes of irrigation.

use std::collections::BTreeMap;

use super::catalogue::FigureId;
use super::draft::{Draft, series_input};
use super::wording::{DIESEL_KG_PER_LITRE, GASOLINE_KG_PER_LITRE};
use super::{Method, PumpAccount};
use crate::water::{Pump, Township};

/// Kilograms in a tonne.
const KG_PER_TONNE: f64 = 1000.0;

/// Σ over the pumps that ran of what `of_plate` says; what is not known to have run may add to the upper bound.
fn over_running(
    id: FigureId,
    accounts: &[PumpAccount],
    township: &Township,
    of_plate: impl Fn(Option<&Pump>) -> Option<f64>,
) -> Draft {
    let mut draft = Draft::new(id);
    let (mut sum, mut open, mut known) = (0.0, 0.0, 0usize);
    let mut lacking = Vec::new();
    for account in accounts {
        let (series, coverage) = account.ran_by();
        draft.cover(coverage);
        let station = township.station(&account.station);
        let Some(worth) = of_plate(station.and_then(|s| s.pump.as_ref())) else {
            lacking.push(account.name.as_str());
            continue;
        };
        let value = account.ran.map(|ran| if ran { worth } else { 0.0 });
        known += usize::from(value.is_some());
        sum += value.unwrap_or(0.0);
        open += if account.ran.is_none() { worth } else { 0.0 };
        let note = account.name.clone();
        draft.input(series_input(series.clone(), value, Method::Ran, note, coverage));
    }
    if known > 0 {
        draft.number(sum);
        draft.bounds(sum, sum + open);
    } else {
        draft.absent("没有任何泵站的运行数据");
    }
    if !lacking.is_empty() {
        draft.note(format!("没有铭牌数据，未计入：{}", lacking.join("、")));
    }
    draft
}

/// Pump stations that ran.
pub(super) fn pump_stations(accounts: &[PumpAccount], township: &Township) -> Draft {
    over_running(FigureId::PumpStationsEngaged, accounts, township, |_| Some(1.0))
}

/// Rated power of the pumps that ran.
pub(super) fn installed_power(accounts: &[PumpAccount], township: &Township) -> Draft {
    over_running(FigureId::InstalledPower, accounts, township, |plate| Some(plate?.rated_power_kw))
}

/// Land that the pumps which ran can irrigate.
pub(super) fn area_irrigated(accounts: &[PumpAccount], township: &Township) -> Draft {
    let mut draft = over_running(FigureId::AreaIrrigated, accounts, township, |plate| {
        Some(plate?.irrigates_mu)
    });
    draft.note("按运行过的水泵的灌溉面积计，未扣除未灌部分");
    draft
}

/// Gasoline and diesel by mass.
pub(super) fn oil_used(drafts: &BTreeMap<FigureId, Draft>) -> Draft {
    let mut draft = Draft::new(FigureId::OilUsed);
    let mut sum = None;
    for (id, kg_per_litre) in [
        (FigureId::GasolineUsed, GASOLINE_KG_PER_LITRE),
        (FigureId::DieselUsed, DIESEL_KG_PER_LITRE),
    ] {
        let name = id.spec().name_zh;
        let Some(litres) = drafts.get(&id).and_then(Draft::value) else {
            draft.note(format!("没有{name}的数据"));
            continue;
        };
        let tonnes = litres * kg_per_litre / KG_PER_TONNE;
        draft.figure(id, tonnes);
        draft.note(format!("{name}{litres} L × {kg_per_litre} kg/L"));
        sum = Some(sum.unwrap_or(0.0) + tonnes);
    }
    match sum {
        Some(sum) => draft.number(sum),
        None => draft.absent("没有油料数据"),
    }
    draft
}

/// Passes of irrigation that the water pumped is enough for.
pub(super) fn area_irrigated_times(
    drafts: &BTreeMap<FigureId, Draft>,
    township: &Township,
) -> Draft {
    let mut draft = Draft::new(FigureId::AreaIrrigatedTimes);
    let water = drafts.get(&FigureId::WaterPumped).and_then(Draft::value);
    match (water, &township.irrigation) {
        (Some(water), Some(irrigation)) => {
            let times = water * irrigation.canal_efficiency / irrigation.pass_m3_per_mu;
            draft.figure(FigureId::WaterPumped, times);
            draft.number(times);
            draft.note(format!(
                "{water:.0} m3 × {} ÷ {} m3/亩次；{}",
                irrigation.canal_efficiency, irrigation.pass_m3_per_mu, irrigation.source
            ));
        }
        (None, _) => draft.absent("没有提水量"),
        (_, None) => draft.absent("乡镇配置中没有灌水定额（irrigation）"),
    }
    draft
}
