//! Which figure a number in an office's own sentence states: by the words directly before it, its unit, and the words
//! behind it.

use super::scope::Scope;
use crate::figures::FigureId;

/// How an office's sentence states a figure.
struct Row {
    figure: FigureId,
    /// One of them stands directly before the number; an empty one where nothing does.
    before: &'static [&'static str],
    /// Behind the number; empty where an office leaves the unit out.
    units: &'static [&'static str],
    behind: Behind,
}

/// What stands behind number and unit, up to the end of the clause.
enum Behind {
    Nothing,
    OneOf(&'static [&'static str]),
    /// Words that hold one of each group.
    Holding(&'static [&'static [&'static str]]),
}

const fn row(
    figure: FigureId,
    before: &'static [&'static str],
    units: &'static [&'static str],
    behind: Behind,
) -> Row {
    Row { figure, before, units, behind }
}

const MONTHS: &[&str] = &["月份", "月"];
const SETS: &[&str] = &["台套", "台（套）", "台(套)", "台"];
const WATER: &[&str] =
    &["饮水问题", "饮水困难", "饮水难题", "的饮水问题", "的饮水困难", "的饮水难题"];
/// Behind the villages served, where the groups follow.
const GROUPS_WATER: &[&str] = &[
    "#组饮水问题",
    "#组饮水困难",
    "#组的饮水问题",
    "#组的饮水困难",
    "饮水问题",
    "饮水困难",
    "的饮水问题",
    "的饮水困难",
];
/// Words of the inspection: of what, and that it was for hazards.
const INSPECTION: &[&[&str]] = &[&["农饮", "饮水"], &["隐患"], &["排查"]];

const TABLE: [Row; 21] = [
    row(FigureId::OnsetMonth, &[""], MONTHS, Behind::OneOf(&["以来"])),
    row(
        FigureId::VillagesAffected,
        &[""],
        &["个行政村"],
        Behind::OneOf(&[
            "受旱",
            "先后受旱",
            "普遍受旱",
            "不同程度受旱",
            "遭受干旱",
            "普遍遭受干旱",
            "先后遭受干旱",
            "不同程度遭受干旱",
            "普遍遭受不同程度的干旱",
            "遭受不同程度的干旱",
            "遭受旱灾",
        ]),
    ),
    row(FigureId::AreaAffected, &["受灾", "受灾面积"], &["亩"], Behind::Nothing),
    row(FigureId::AreaDamaged, &["成灾", "成灾面积"], &["亩"], Behind::Nothing),
    row(FigureId::AreaFailed, &["绝收", "绝收面积"], &["亩"], Behind::Nothing),
    row(
        FigureId::EquipmentDeployed,
        &["投入抗旱设备", "抗旱设备", "投入设备"],
        SETS,
        Behind::Nothing,
    ),
    row(
        FigureId::ElectricityUsed,
        &["用电", "抗旱用电", "用电量", "抗旱用电量", "耗电"],
        &["千瓦时", "度"],
        Behind::Nothing,
    ),
    row(
        FigureId::GasolineUsed,
        &["汽油", "使用汽油", "耗用汽油", "消耗汽油", "用汽油"],
        &["升"],
        Behind::Nothing,
    ),
    row(
        FigureId::DieselUsed,
        &["柴油", "使用柴油", "耗用柴油", "消耗柴油", "用柴油"],
        &["升"],
        Behind::Nothing,
    ),
    row(
        FigureId::WaterCarried,
        &["拉水", "送水", "拉水送水", "运水"],
        &["立方米", "方"],
        Behind::Nothing,
    ),
    row(FigureId::WaterPumped, &["提水", "提水量"], &["立方米", "方"], Behind::Nothing),
    row(
        FigureId::FundsInvested,
        &["投入资金", "投入抗旱资金", "抗旱资金", "投入抗旱救灾资金"],
        &["元", ""],
        Behind::Nothing,
    ),
    row(
        FigureId::AreaRescued,
        &["挽救", "挽救农作物", "挽救作物", "挽救农作物面积"],
        &["亩"],
        Behind::Nothing,
    ),
    row(FigureId::LossAverted, &["挽回损失", "挽回经济损失"], &["元", ""], Behind::Nothing),
    row(FigureId::InspectionMonth, &[""], MONTHS, Behind::Holding(INSPECTION)),
    row(
        FigureId::WaterProjectFunds,
        &["项目资金", "争取项目资金", "饮水工程项目资金", "争取饮水工程项目资金"],
        &["元"],
        Behind::Nothing,
    ),
    row(FigureId::WaterWorksBuilt, &["新建饮水工程"], &["个", "处"], Behind::Nothing),
    row(
        FigureId::WaterWorksBuilt,
        &["新建"],
        &["个", "处"],
        Behind::OneOf(&["饮水工程", "农村饮水工程", "农饮工程", "安全饮水工程"]),
    ),
    row(FigureId::VillagesServed, &["解决"], &["个村", "村"], Behind::OneOf(GROUPS_WATER)),
    row(FigureId::GroupsServed, &["解决", "解决#村"], &["个组", "组"], Behind::OneOf(WATER)),
    row(FigureId::PeopleServed, &["受益人数", "受益群众", "受益人口"], &["人"], Behind::Nothing),
];
/// All units that stand behind numbers here, the longer ones first, so that 人次 is not taken for 人.
pub(super) const UNITS: [&str; 26] = [
    "个行政村",
    "台（套）",
    "千瓦时",
    "立方米",
    "台(套)",
    "个村",
    "个组",
    "亩次",
    "人次",
    "台套",
    "台次",
    "月份",
    "亩",
    "度",
    "升",
    "元",
    "台",
    "个",
    "处",
    "村",
    "组",
    "人",
    "月",
    "座",
    "方",
    "",
];
/// What an office puts before the words of a figure.
const OPENING: [&str; 26] = [
    "全乡",
    "我乡",
    "本乡",
    "全镇",
    "我镇",
    "本镇",
    "一共",
    "共计",
    "共",
    "累计",
    "总计",
    "合计",
    "今年",
    "农作物",
    "并",
    "积极",
    "已",
    "于",
    "自",
    "从",
    "向上级部门",
    "向上级",
    "通过抗旱保收措施",
    "经多方施救",
    "另一方面",
    "一方面",
];
/// What an office puts between the words of a figure and its number.
const LINKS: [&str; 9] = ["人民币", "共计", "合计", "总计", "累计", "面积", "共", "计", "为"];
/// The passages that the catalogue knows: a figure of the one is not stated in the other.
const PASSAGES: [&str; 2] = ["抗旱救灾", "安全饮水"];

/// A number of a clause, and what stands around it in the clause. Other numbers in it are `#` with their unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stated<'a> {
    pub before: &'a str,
    pub unit: &'a str,
    pub behind: &'a str,
}

impl Stated<'_> {
    /// The figures whose words and unit the clause has, whatever else it says.
    pub fn like(&self) -> Vec<FigureId> {
        let mut found: Vec<FigureId> =
            TABLE.iter().filter(|row| row.is_like(self)).map(|row| row.figure).collect();
        found.dedup();
        found
    }

    /// The figure that the clause of a passage states and nothing else: its words, the number, and no other words but
    /// those of the whole township.
    pub fn figure(&self, title: &str, scope: &Scope<'_>) -> Option<FigureId> {
        let mut exact =
            TABLE.iter().filter(|row| row.belongs_to(title) && row.is_exact(self, scope));
        let row = exact.next()?;
        exact.all(|other| other.figure == row.figure).then_some(row.figure)
    }
}

impl Row {
    fn is_like(&self, stated: &Stated<'_>) -> bool {
        let words = || self.before.iter().filter(|words| !words.is_empty());
        let unnamed = self.before.contains(&"");
        self.units.contains(&stated.unit)
            && (words().any(|words| stated.before.contains(words))
                || unnamed && self.behind.is(stated.behind)
                || unnamed && self.figure == FigureId::VillagesAffected)
    }

    /// Whether the figure belongs to the passage `title`. A title of the office's own wording takes all figures.
    fn belongs_to(&self, title: &str) -> bool {
        let known = PASSAGES.iter().find(|passage| title.starts_with(**passage));
        let own = self.figure.spec().passage;
        known.is_none_or(|known| *known == own || !PASSAGES.contains(&own))
    }

    fn is_exact(&self, stated: &Stated<'_>, scope: &Scope<'_>) -> bool {
        let before = without_links(stated.before.trim());
        let opens = |words: &&str| {
            [stated.before.trim(), before]
                .iter()
                .filter_map(|before| before.strip_suffix(*words))
                .any(|opening| is_opening(opening, scope))
        };
        self.units.contains(&stated.unit)
            && self.behind.is(stated.behind)
            && self.before.iter().any(opens)
    }
}

impl Behind {
    fn is(&self, words: &str) -> bool {
        let words = words.trim();
        match self {
            Self::Nothing => words.is_empty(),
            Self::OneOf(known) => known.contains(&words),
            Self::Holding(groups) => {
                groups.iter().all(|group| group.iter().any(|word| words.contains(word)))
            }
        }
    }
}

/// `before` without the words between the words of a figure and its number.
fn without_links(before: &str) -> &str {
    let mut before = before;
    while let Some(rest) = LINKS.iter().find_map(|link| before.strip_suffix(link)) {
        before = rest.trim_end();
    }
    before
}

/// Whether `words` are nothing but what an office puts before the words of a figure.
fn is_opening(words: &str, scope: &Scope<'_>) -> bool {
    let year = scope.year();
    let own = [scope.township(), year.as_str()];
    let mut rest = words.trim();
    while !rest.is_empty() {
        let mut known = OPENING.iter().chain(&own).filter(|word| !word.is_empty());
        match known.find_map(|word| rest.strip_prefix(*word)) {
            Some(next) => rest = next.trim_start(),
            None => return false,
        }
    }
    true
}

/// Words of statements that have no number and may be out of date all the same.
const STATEMENTS: [&str; 9] =
    ["干涸", "断流", "断水", "未有", "未出现", "没有出现", "无一", "受灾严重", "普遍"];

/// Whether a clause without a number states something that a figure may contradict.
pub(super) fn is_statement(clause: &str) -> bool {
    STATEMENTS.iter().any(|word| clause.contains(word))
}
