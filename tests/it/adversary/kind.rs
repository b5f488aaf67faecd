//! The kinds of clauses that are judged.

/// What a clause speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    PondsHold,
    PondsDry,
    ChannelsFlow,
    ChannelsDry,
    ReservoirsHold,
    ReservoirsDry,
    NobodyShort,
    SomebodyShort,
    Electricity,
    Equipment,
    Onset,
    Villages,
    Affected,
    Failed,
    Rescued,
    Averted,
    /// 面对旱情, 经多方施救: that something was done.
    Relief,
    Gasoline,
    Funds,
    /// Pump stations that ran.
    Stations,
    /// Water carried to people.
    Carried,
    Inspection,
    ProjectFunds,
    Works,
    Served,
    People,
}

impl Kind {
    pub const ALL: &'static [Kind] = &[
        Kind::PondsHold,
        Kind::PondsDry,
        Kind::ChannelsFlow,
        Kind::ChannelsDry,
        Kind::ReservoirsHold,
        Kind::ReservoirsDry,
        Kind::NobodyShort,
        Kind::SomebodyShort,
        Kind::Electricity,
        Kind::Equipment,
        Kind::Onset,
        Kind::Villages,
        Kind::Affected,
        Kind::Failed,
        Kind::Rescued,
        Kind::Averted,
        Kind::Relief,
        Kind::Gasoline,
        Kind::Funds,
        Kind::Stations,
        Kind::Carried,
        Kind::Inspection,
        Kind::ProjectFunds,
        Kind::Works,
        Kind::Served,
        Kind::People,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::PondsHold => "塘堰未出现干涸",
            Kind::PondsDry => "塘堰干涸",
            Kind::ChannelsFlow => "河沟未出现断流",
            Kind::ChannelsDry => "河沟断流",
            Kind::ReservoirsHold => "水库未出现干涸",
            Kind::ReservoirsDry => "水库干涸",
            Kind::NobodyShort => "未有一人次出现饮水困难",
            Kind::SomebodyShort => "出现饮水困难",
            Kind::Electricity => "抗旱用电",
            Kind::Equipment => "投入抗旱设备",
            Kind::Onset => "…月份以来",
            Kind::Villages => "…个行政村受旱",
            Kind::Affected => "受灾",
            Kind::Failed => "绝收",
            Kind::Rescued => "挽救",
            Kind::Averted => "挽回经济损失",
            Kind::Relief => "面对旱情 / 经多方施救",
            Kind::Gasoline => "汽油",
            Kind::Funds => "投入抗旱资金",
            Kind::Stations => "投入抗旱泵站",
            Kind::Carried => "拉水送水",
            Kind::Inspection => "…月份排查",
            Kind::ProjectFunds => "饮水工程项目资金",
            Kind::Works => "新建饮水工程",
            Kind::Served => "解决…的饮水问题",
            Kind::People => "受益群众",
        }
    }
}
