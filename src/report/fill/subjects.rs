//! The words by which a sentence of an office's file speaks of what the section's figures state.

/// What only drought relief and drinking water have: the words of the figures' names and phrases, and what offices say
/// for them.
const OWN: [&str; 38] = [
    "抗旱",
    "受旱",
    "旱情",
    "干旱",
    "因旱",
    "受灾",
    "成灾",
    "绝收",
    "灾情",
    "挽救",
    "挽回",
    "汽油",
    "柴油",
    "用电",
    "饮水",
    "农饮",
    "灌溉",
    "浇灌",
    "提水",
    "引水",
    "抽水",
    "送水",
    "水泵",
    "塘堰",
    "山塘",
    "河沟",
    "断流",
    "断水",
    "干涸",
    "蓄水",
    "轻旱",
    "中旱",
    "重旱",
    "特旱",
    "缺水",
    "缺墒",
    "无雨",
    "运水车",
];
/// What other subjects have too: it counts only right behind a passage that was replaced.
const SHARED: [&str; 15] = [
    "资金",
    "设备",
    "投入",
    "经费",
    "物资",
    "受益",
    "救灾",
    "降雨",
    "机井",
    "机电井",
    "渠道",
    "管道",
    "水利设施",
    "改种",
    "损失",
];

/// Whether a sentence speaks of the figures' subjects; `right_behind` a passage also by words that others share.
pub(super) fn are_spoken_of(sentence: &str, right_behind: bool) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| sentence.contains(word));
    has(&OWN) || right_behind && has(&SHARED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::FigureId;

    #[test]
    fn every_figure_of_the_section_is_recognised_by_its_name() {
        let of_section = |id: &&FigureId| ["抗旱救灾", "安全饮水"].contains(&id.spec().passage);
        for id in FigureId::ALL.iter().filter(of_section) {
            assert!(are_spoken_of(id.spec().name_zh, true), "{}", id.spec().name_zh);
        }
    }
}
