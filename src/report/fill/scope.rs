//! Words by which an office's sentence speaks of something other than the whole township in the period of the report.

use super::filled::Passages;
use super::lead;

/// Ends of the parts of a sentence.
pub(super) const CLAUSE_END: [char; 7] = ['，', '、', '。', '；', '！', '？', '：'];

/// Words of a part, of another time, of a mean, of a plan, and of what is no drought relief.
const WORDS: [&str; 45] = [
    "其中",
    "去年",
    "上年",
    "前年",
    "往年",
    "历年",
    "常年",
    "同比",
    "同期",
    "环比",
    "比上年",
    "新购",
    "购置",
    "新增",
    "人均",
    "户均",
    "日均",
    "亩均",
    "平均",
    "每",
    "计划",
    "预计",
    "拟",
    "力争",
    "还",
    "另",
    "尚",
    "仍",
    "剩余",
    "增雨",
    "办公",
    "分别",
    "截至",
    "截止",
    "上半年",
    "季度",
    "上旬",
    "中旬",
    "下旬",
    "全县",
    "全市",
    "全省",
    "全区",
    "全村",
    "明年",
];
/// Works and payments that an office names beside drought relief: what follows may be theirs.
const OTHER_MATTERS: [&str; 17] = [
    "修建",
    "维修",
    "改造",
    "整修",
    "清淤",
    "水库",
    "救助",
    "发放",
    "补贴",
    "补助",
    "保险",
    "慰问",
    "捐",
    "消防",
    "打井",
    "提灌站",
    "蓄水池",
];
/// It makes no subject of the sentences behind its own.
const OF_WHICH: &str = "其中";
/// What joins two sentences and is no word of another part.
const OTHERWISE: &str = "另一方面";
/// Crops that an office names, besides those of the township.
const CROPS: [&str; 13] = [
    "水稻",
    "玉米",
    "红薯",
    "大豆",
    "花生",
    "油菜",
    "蔬菜",
    "烟叶",
    "果树",
    "小麦",
    "粮食",
    "经济作物",
    "药材",
];
/// Words of the whole township in the year of the report.
const WHOLE: [&str; 13] = [
    "全乡",
    "我乡",
    "本乡",
    "全镇",
    "我镇",
    "本镇",
    "全街道",
    "我街道",
    "本街道",
    "全县",
    "我县",
    "本县",
    "今年",
];
/// What stands before 村 where it is no village's name: 行政村, 农村, 3个村.
const NO_VILLAGE_BEFORE: [char; 14] =
    ['政', '农', '乡', '各', '包', '驻', '下', '到', '进', '入', '个', '旱', '灾', '益'];
/// What stands behind 村 where it is no village's name: 村民, 村干部.
const NO_VILLAGE_BEHIND: [char; 5] = ['民', '干', '委', '级', '组'];
/// What stands behind the number of a month that stands alone: 8月，
const MONTH_ALONE: [&str; 8] = ["月", "月份", "月底", "月初", "月末", "月上旬", "月中旬", "月下旬"];

/// What a report is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    year: i16,
    township: &'a str,
    /// The villages and crops of the township.
    parts: &'a [String],
}

impl<'a> Scope<'a> {
    pub fn of(passages: &'a Passages) -> Self {
        let Passages { year, parts, .. } = passages;
        let township = passages.texts.get("township").map_or("", String::as_str);
        Self { year: *year, township, parts }
    }

    /// The year of the report, as it is written: 2022年.
    pub fn year(&self) -> String {
        format!("{}年", self.year)
    }

    pub fn township(&self) -> &str {
        self.township
    }

    /// The word by which `words` speak of a part of the township, or of another time.
    pub fn other(&self, words: &str) -> Option<String> {
        let words = words.replace(OTHERWISE, "");
        let words = match self.township {
            "" => words,
            name => words.replace(name, "我乡"),
        };
        let mut known = WORDS.iter().chain(&OTHER_MATTERS);
        let known = known.find(|word| words.contains(**word)).map(|word| (*word).to_owned());
        let place = self.place(&words).or(known);
        place.or_else(|| self.other_year(&words)).or_else(|| month_alone(&words))
    }

    /// The word by which a sentence that begins with `first` makes its subject, and that of the sentences behind it, a
    /// part of the township or another time.
    pub fn topic(&self, first: &str) -> Option<String> {
        let begins = |word: &String| first.trim().starts_with(word.as_str()) && word != OF_WHICH;
        self.place(first).or_else(|| self.other(first).filter(begins))
    }

    /// The village or crop that `words` speak of.
    pub fn place(&self, words: &str) -> Option<String> {
        let mut own = self.parts.iter().map(String::as_str).chain(CROPS);
        let own = own.find(|word| words.contains(word)).map(str::to_owned);
        own.or_else(|| village(words))
    }

    /// Whether `words` say that they speak of the whole township, or of the year of the report.
    pub fn is_whole(&self, words: &str) -> bool {
        let named = !self.township.is_empty() && words.contains(self.township);
        named || words.contains(&self.year()) || WHOLE.iter().any(|word| words.contains(word))
    }

    /// A year other than the report's: 2021年, 二〇二一年.
    fn other_year(&self, words: &str) -> Option<String> {
        words.match_indices('年').find_map(|(at, mark)| {
            let before = words.get(..at)?;
            let digits: Vec<char> =
                before.chars().rev().take_while(|c| lead::digit(*c).is_some()).take(4).collect();
            let written: String = digits.iter().rev().collect();
            let value = written.chars().filter_map(lead::digit).fold(0, |all, one| all * 10 + one);
            let other = digits.len() == 4 && i64::from(value) != i64::from(self.year);
            other.then(|| format!("{written}{mark}"))
        })
    }
}

/// A name of a village that the township does not have in its configuration: 东门村.
fn village(words: &str) -> Option<String> {
    words.match_indices('村').find_map(|(at, mark)| {
        let before = words.get(..at)?.chars().next_back()?;
        let behind = words.get(at + mark.len()..)?.chars().next();
        let is_name = before.is_alphabetic()
            && !NO_VILLAGE_BEFORE.contains(&before)
            && !behind.is_some_and(|c| NO_VILLAGE_BEHIND.contains(&c));
        is_name.then(|| format!("{before}{mark}"))
    })
}

/// A month that stands alone as the time of what follows: 8月份，投入…
fn month_alone(words: &str) -> Option<String> {
    let is_month = |clause: &&str| {
        let rest = clause.trim_start_matches(|c| lead::digit(c).is_some() || c == '十');
        rest.len() < clause.len() && MONTH_ALONE.contains(&rest)
    };
    words.split(CLAUSE_END).map(str::trim).find(is_month).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_of_a_part_or_another_time_is_recognised() {
        let passages = Passages {
            year: 2022,
            parts: vec!["乔坑村".into(), "乔坑".into(), "槟榔芋".into()],
            texts: [("township".to_owned(), "清源乡".to_owned())].into(),
            ..Passages::default()
        };
        let scope = Scope::of(&passages);
        for (words, expected) in [
            ("乔坑受灾", Some("乔坑村")),
            ("槟榔芋绝收", Some("槟榔芋")),
            ("东门村受灾", Some("门村")),
            ("2021年绝收", Some("2021年")),
            ("二〇二一年绝收", Some("二〇二一年")),
            ("8月份，投入资金", Some("8月份")),
            ("平均每天用电", Some("平均")),
            ("修建水库，投入资金", Some("修建")),
            ("2022年我乡7个行政村普遍遭受干旱", None),
            ("8月份以来，农村饮水", None),
            ("另一方面，投入资金", None),
            ("组织村民、包村干部，解决4村15个组饮水问题", None),
        ] {
            let found = scope.other(words);
            let alike = match (&found, expected) {
                (Some(found), Some(expected)) => expected.starts_with(found.as_str()),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(alike, "{words}: {found:?}");
        }
        assert!(scope.is_whole("清源乡受灾") && scope.is_whole("2022年受灾"));
        assert!(!scope.is_whole("绝收20亩"));
    }
}
