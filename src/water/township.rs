//! The township: villages, stations, pumps and crops, as `config/township.toml` declares them.

use serde::{Deserialize, Serialize};

use super::{Bilingual, StorageCurve};
use crate::core::{AssetId, CropId, GatewayId, StationId, VillageId};
use crate::locales::{Text, water as words};

/// kWh that lift 1 m3 of water by 1 m without loss: density × g / 3.6e6, with 1000 kg/m3 and 9.81 m/s2.
pub const KWH_PER_M3_M: f64 = 0.002_725;

/// Highest share of the electricity that ends as lifted water in the field: the best pumps and motors reach 0.85 and
/// 0.92. Engineering judgement, confidence 0.8; caps what a wrong plate would imply.
pub const EFFICIENCY_MAX: f64 = 0.8;

/// A township: what its figures are worked out from, next to readings and ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Township {
    /// Name, with 乡 or 镇.
    pub name: String,
    /// IANA zone of the office, for all days and months.
    #[serde(default = "default_zone")]
    pub zone: String,
    /// Hour at which a day begins: 0, or 8 for the hydrological day.
    #[serde(default)]
    pub day_start_hour: i8,
    #[serde(rename = "village", default)]
    pub villages: Vec<Village>,
    #[serde(rename = "station", default)]
    pub stations: Vec<Station>,
    #[serde(rename = "crop", default)]
    pub crops: Vec<Crop>,
    /// Without it no passes of irrigation are worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irrigation: Option<Irrigation>,
    /// Without it no days of supply are worked out for the sources that serve people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand: Option<Demand>,
    /// Without it neither rainless days nor anomalies of rain are worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub climate: Option<Climate>,
    #[serde(default = "default_grades")]
    pub drought_grades: String,
}

fn default_grades() -> String {
    "lucheng".into()
}

/// The water that people draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    pub litres_per_person_day: f64,
    pub source: Bilingual,
    /// Confidence, 0 to 1.
    pub confidence: f64,
}

/// The usual rain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Climate {
    /// Rain of each month, January first, mm.
    pub rain_mm: [f64; 12],
    /// A day with an areal mean below this is rainless, mm.
    pub rainless_mm: f64,
    pub source: Bilingual,
    pub confidence: f64,
}

/// Converts pumped water to passes of irrigation 亩次.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Irrigation {
    /// Share of the water that reaches the field, 0 to 1.
    pub canal_efficiency: f64,
    pub pass_m3_per_mu: f64,
    pub source: Bilingual,
    pub confidence: f64,
}

fn default_zone() -> String {
    "Asia/Shanghai".into()
}

impl Township {
    pub fn station(&self, id: &StationId) -> Option<&Station> {
        self.stations.iter().find(|s| &s.id == id)
    }

    /// The name of a village; its id where it is not in the table.
    pub fn village_name<'a>(&'a self, id: &'a VillageId) -> &'a str {
        self.village(id).map_or(id.as_str(), |village| &village.name)
    }

    /// The name of a crop; its id where it is not in the table.
    pub fn crop_name<'a>(&'a self, id: &'a CropId) -> &'a str {
        let crop = self.crops.iter().find(|crop| &crop.id == id);
        crop.map_or(id.as_str(), |crop| &crop.name)
    }

    pub fn village(&self, id: &VillageId) -> Option<&Village> {
        self.villages.iter().find(|v| &v.id == id)
    }
}

/// An administrative village 行政村.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Village {
    pub id: VillageId,
    pub name: String,
    pub persons: u32,
    /// 村民小组
    pub groups: u32,
    pub sown_area_mu: f64,
}

/// The kind of asset that a station watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StationKind {
    Pond,
    Reservoir,
    Channel,
    Well,
    Tank,
    Pump,
    RainGauge,
    Soil,
}

impl StationKind {
    pub fn name(self) -> Text {
        match self {
            Self::Pond => words::pond(),
            Self::Reservoir => words::reservoir(),
            Self::Channel => words::channel(),
            Self::Well => words::well(),
            Self::Tank => words::tank(),
            Self::Pump => words::pump(),
            Self::RainGauge => words::rain_gauge(),
            Self::Soil => words::soil(),
        }
    }

    /// Whether it is open water, which shows a drought; drinking-water tanks and wells are refilled.
    pub fn is_open_water(self) -> bool {
        matches!(self, Self::Pond | Self::Reservoir | Self::Channel)
    }

    /// Whether its water counts as stored 蓄水.
    pub fn stores(self) -> bool {
        matches!(self, Self::Pond | Self::Reservoir)
    }

    /// Whether it is a water source: it has a level and can run dry.
    pub fn is_source(self) -> bool {
        matches!(self, Self::Pond | Self::Reservoir | Self::Channel | Self::Well | Self::Tank)
    }
}

/// A station 测站.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// Id, as the gateways name it.
    pub id: StationId,
    pub name: String,
    pub kind: StationKind,
    pub village: VillageId,
    /// The gateway that reads it: readings of it from any other are not taken. Without it, that is the first gateway
    /// that sends any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<GatewayId>,
    /// Of a water source: level of the bottom, m. Of a channel: the level at which flow ceases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bottom_m: Option<f64>,
    /// Of a water source: level of dead storage or of the lowest intake, m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_m: Option<f64>,
    /// Of a water source: normal level 正常水位, m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal_m: Option<f64>,
    /// Of a water source: level of the crest or spillway, m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crest_m: Option<f64>,
    /// Storage curve: pairs of level (m) and storage (m3), both strictly rising.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<StorageCurve>,
    /// Drought-limit levels 旱警 and 旱保, by month.
    #[serde(rename = "threshold", default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
    /// Flood-limit levels 汛限水位, by month.
    #[serde(rename = "flood", default, skip_serializing_if = "Vec::is_empty")]
    pub floods: Vec<FloodLimit>,
    /// Of a drinking-water tank: persons supplied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serves_persons: Option<u32>,
    /// Of a soil station: field capacity, % of volume; without it no relative moisture is worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_capacity_percent: Option<f64>,
    /// Of a pump: its plate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pump: Option<Pump>,
    /// Where it stands, for the sketch map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A place on the earth, as a receiver shows it (WGS 84; CGCS2000 differs by less than a metre).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

impl Station {
    /// The drought-limit values that hold in `month` (1 to 12).
    pub fn threshold(&self, month: i8) -> Option<&Threshold> {
        self.thresholds.iter().find(|t| t.months.contains(&month))
    }

    /// The flood-limit level that holds in `month` (1 to 12), m.
    pub fn flood_limit_m(&self, month: i8) -> Option<f64> {
        let limit = self.floods.iter().find(|limit| limit.months.contains(&month))?;
        Some(limit.level_m)
    }

    /// 旱警 and 旱保 of `month` as levels, m.
    pub fn limits(&self, month: i8) -> Option<(f64, f64)> {
        let threshold = self.threshold(month)?;
        let level = |limit| threshold.level_m(limit, self);
        Some((level(threshold.warn)?, level(threshold.guard)?))
    }
}

impl Threshold {
    /// A value of this threshold as a level of `station`, m; `None` for a storage without a curve.
    pub fn level_m(&self, limit: f64, station: &Station) -> Option<f64> {
        match self.quantity {
            ThresholdQuantity::Level => Some(limit),
            ThresholdQuantity::Storage => station.curve.as_ref().map(|c| c.level(limit)),
        }
    }
}

/// Rated values of a pump, from its plate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pump {
    /// The water source that it draws on.
    pub source: StationId,
    pub rated_power_kw: f64,
    pub rated_flow_m3h: f64,
    pub rated_head_m: f64,
    pub irrigates_mu: f64,
    /// Efficiency from wire to water, above 0 to 1; without it, what the plate implies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub efficiency: Option<f64>,
    /// The set, if it moves: stations with the same asset share one piece of equipment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// Its electricity meters, if there are others than its station's own; exactly one of them is billed.
    #[serde(rename = "meter", default, skip_serializing_if = "Vec::is_empty")]
    pub meters: Vec<Meter>,
}

impl Pump {
    /// As declared, else what power, flow and head of the plate imply, at most [`EFFICIENCY_MAX`].
    pub fn wire_to_water(&self) -> f64 {
        let implied = KWH_PER_M3_M * self.rated_head_m * self.rated_flow_m3h / self.rated_power_kw;
        self.efficiency.unwrap_or(implied.min(EFFICIENCY_MAX))
    }

    /// The station whose energy register counts for the pump at `station`: its billed meter's, or else the pump's own.
    pub fn billed<'a>(&'a self, station: &'a StationId) -> &'a StationId {
        let billed = self.meters.iter().find(|meter| meter.billing);
        billed.map_or(station, |meter| &meter.station)
    }
}

/// An electricity meter of a pump: the utility's, or that of its drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meter {
    /// Station under which it is read: the pump's own, or one such as `pump-1-vfd`.
    pub station: StationId,
    pub billing: bool,
}

/// The quantity that a threshold limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdQuantity {
    /// In m.
    Level,
    /// In m3, by the station's curve.
    Storage,
}

/// Drought-limit values 旱限水位 of some months. At or below `warn` 旱警, at or below `guard` 旱保.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Months in which it holds, 1 to 12.
    pub months: Vec<i8>,
    pub quantity: ThresholdQuantity,
    /// 偏低; optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    pub warn: f64,
    pub guard: f64,
    pub source: Bilingual,
    pub confidence: f64,
}

/// Flood-limit level 汛限水位 of some months: above it, water is let out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloodLimit {
    /// Months in which it holds, 1 to 12.
    pub months: Vec<i8>,
    pub level_m: f64,
    pub source: Bilingual,
    pub confidence: f64,
}

/// A crop with what a loss is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crop {
    pub id: CropId,
    pub name: String,
    /// How the state's forms count it; without it, some figures stay absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CropKind>,
    pub sown_area_mu: f64,
    /// In a normal year.
    pub yield_kg_per_mu: f64,
    pub price_yuan_per_kg: f64,
    pub source: Bilingual,
    pub confidence: f64,
}

/// How the state's forms count a crop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CropKind {
    /// 粮食作物
    Grain,
    /// 经济作物
    Cash,
}
