//! The words of a letter.

use jiff::civil::DateTime;

use super::letter::{AlarmSaid, Letter, Occasion};
use crate::core::is_unseen;
use crate::locales::{Lang, Text, alarm as words, day, within};

/// Most characters of a name, a reading and a line. With thirteen lines of three bytes a character a letter is below
/// 4096 bytes, which a WeCom robot takes (its documentation: content of markdown, at most 4096 bytes).
const NAME_MAX: usize = 30;
const SAID_MAX: usize = 60;
const LINE_MAX: usize = 100;

/// Most characters of a title: what a telephone shows of a subject in two lines.
const TITLE_MAX: usize = 60;

/// Names of what follows from a cause.
pub(super) const FIRST_MAX: usize = 3;

/// A letter in words: plain text, without anything that cannot be seen, within bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterText {
    pub title: String,
    /// The lines below the title; the time is the last of them.
    pub lines: Vec<String>,
}

/// Puts `letter` into words. Names are as persons gave them, but for what cannot be seen: whoever sends it as more than
/// plain text escapes them.
pub fn letter_text(letter: &Letter, lang: Lang) -> LetterText {
    within(lang, || LetterText {
        title: clean(&title(letter), TITLE_MAX),
        lines: lines(letter).iter().map(|line| clean(line, LINE_MAX)).collect(),
    })
}

/// A name or a reading as programs get it: in one line, without anything that cannot be seen, at most 100 characters.
pub fn for_receivers(text: &Text, lang: Lang) -> String {
    within(lang, || clean(text, LINE_MAX))
}

fn title(letter: &Letter) -> Text {
    let all = letter.raised + letter.cleared;
    let first = letter.alarms.first().map(what).unwrap_or_default();
    let what = if all > 1 { words::and_others(&first, all) } else { first.clone() };
    match letter.occasion {
        Occasion::Raised => words::title_raised(what),
        Occasion::Cleared => words::title_cleared(what),
        Occasion::Escalated => words::title_escalated(what),
        Occasion::Storm => words::title_storm(letter.raised, first),
        Occasion::StormOver if letter.open == 0 => words::title_storm_over(letter.cleared),
        Occasion::StormOver => words::title_storm_partly(letter.cleared, letter.open),
        Occasion::Test => words::title_test(),
    }
}

fn lines(letter: &Letter) -> Vec<Text> {
    let (mut lines, mut explained) = (Vec::new(), false);
    if letter.occasion == Occasion::Test {
        lines.push(words::asked_by(clean(&Text::verbatim(&letter.by), NAME_MAX)));
    }
    for alarm in &letter.alarms {
        lines.push(line(alarm, letter.local));
        let is_first = !explained && alarm.explains > 0;
        if is_first {
            explained = true;
            let first = alarm.first.iter().take(FIRST_MAX).map(|name| clean(name, NAME_MAX));
            lines.push(words::explains(alarm.explains, Text::list(first)));
        }
    }
    let more = (letter.raised + letter.cleared).saturating_sub(letter.alarms.len());
    if more > 0 {
        lines.push(words::more(more));
    }
    lines.push(words::on_at(day(letter.local.date()), clock(letter.local)));
    lines
}

/// Name and kind: 石门水库 低于旱保.
fn what(alarm: &AlarmSaid) -> Text {
    let name = clean(&alarm.name, NAME_MAX);
    words::of(name, alarm.kind.name())
}

fn line(alarm: &AlarmSaid, now: DateTime) -> Text {
    let (what, said) = (what(alarm), clean(&alarm.said, SAID_MAX));
    let from = time(alarm.raised_local, now);
    let Some(cleared) = alarm.cleared_local else {
        return match said.is_empty() {
            true => words::raised_without(what, from),
            false => words::raised(what, said, from),
        };
    };
    if alarm.removed {
        return words::removed(what, from);
    }
    let to = time(cleared, now);
    let line = match said.is_empty() {
        true => words::cleared_without(what, from, to),
        false => words::cleared(what, said, from, to),
    };
    match alarm.still {
        Some(kind) => words::but_still(line, kind.name()),
        None => line,
    }
}

/// A time of the day, with its day where that is another than today.
fn time(at: DateTime, now: DateTime) -> Text {
    match at.date() == now.date() {
        true => clock(at),
        false => words::on_at(day(at.date()), clock(at)),
    }
}

fn clock(at: DateTime) -> Text {
    Text::verbatim(at.strftime("%H:%M"))
}

/// `text` in one line, without what cannot be seen, and at most `most` characters long.
fn clean(text: &Text, most: usize) -> String {
    let text = text.to_string();
    let seen = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let mut seen = seen.filter(|c| !is_unseen(*c));
    let mut short: String = seen.by_ref().take(most).collect();
    if seen.next().is_some() {
        short.pop();
        short.push('…');
    }
    short.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::{Kind, Subject};

    fn said(kind: Kind, name: &str, reading: &str) -> AlarmSaid {
        let at: DateTime = "2022-08-19T02:10".parse().unwrap();
        AlarmSaid {
            id: 7,
            kind,
            subject: "station/pond-1".parse::<Subject>().unwrap(),
            name: Text::verbatim(name),
            said: Text::both(format!("水位 {reading} m"), format!("level {reading} m")),
            value: Some(1.2),
            limit: Some(1.5),
            raised_at: "2022-08-18T18:10:00Z".parse().unwrap(),
            raised_local: at,
            cleared_at: None,
            cleared_local: None,
            removed: false,
            still: None,
            explains: 0,
            first: Vec::new(),
        }
    }

    fn letter(occasion: Occasion, alarms: Vec<AlarmSaid>) -> Letter {
        let raised = alarms.iter().filter(|alarm| alarm.cleared_at.is_none()).count();
        Letter {
            id: "raised-7".into(),
            at: "2022-08-18T18:20:00Z".parse().unwrap(),
            local: "2022-08-19T02:20".parse().unwrap(),
            occasion,
            urgent: true,
            cleared: alarms.len() - raised,
            alarms,
            raised,
            open: 0,
            by: "黄某".into(),
        }
    }

    fn shown(letter: &Letter, lang: Lang) -> String {
        let text = letter_text(letter, lang);
        format!("{}\n{}", text.title, text.lines.join("\n"))
    }

    #[test]
    fn an_alarm_is_told_with_name_kind_reading_and_time() {
        let one = letter(Occasion::Raised, vec![said(Kind::BelowAssured, "石门水库", "1.20")]);
        assert_eq!(
            shown(&one, Lang::Chinese),
            "【报警】石门水库 低于旱保\n石门水库 低于旱保：水位 1.20 m（02:10 起）\n8月19日 02:20"
        );
        assert_eq!(
            shown(&one, Lang::English),
            "[Alarm] 石门水库: below assured supply\n\
             石门水库: below assured supply: level 1.20 m (since 02:10)\n19 Aug 02:20"
        );
    }

    #[test]
    fn what_ended_says_from_when_to_when_and_what_is_still_so() {
        let mut dry = said(Kind::Dry, "石门水库", "0.30");
        dry.cleared_at = Some("2022-08-19T02:00:00Z".parse().unwrap());
        dry.cleared_local = Some("2022-08-19T10:00".parse().unwrap());
        dry.still = Some(Kind::BelowAssured);
        let mut letter = letter(Occasion::Cleared, vec![dry]);
        letter.local = "2022-08-20T10:00".parse().unwrap();
        assert_eq!(
            shown(&letter, Lang::Chinese),
            "【解除】石门水库 干涸或断流\n\
             已解除 石门水库 干涸或断流：水位 0.30 m（8月19日 02:10 至 8月19日 10:00），但仍低于旱保\n8月20日 10:00"
        );
        let alarm = letter.alarms.first_mut().unwrap();
        alarm.removed = true;
        assert!(shown(&letter, Lang::English).contains("no longer watched: 石门水库"));
    }

    #[test]
    fn a_cause_names_what_follows_and_a_storm_how_many_there_are() {
        let mut cause = said(Kind::IntakeStopped, "消息服务", "0");
        (cause.explains, cause.first) = (40, ["东门", "西门", "南门"].map(Text::verbatim).to_vec());
        let one = letter(Occasion::Raised, vec![cause]);
        assert!(shown(&one, Lang::Chinese).contains("受此影响 40 处：东门、西门、南门"));
        let mut storm = letter(
            Occasion::Storm,
            (0..10).map(|_| said(Kind::GatewaySilent, "网关", "")).collect(),
        );
        storm.raised = 40;
        let text = letter_text(&storm, Lang::English);
        assert!(text.title.starts_with("[Many alarms] 40 new"), "{}", text.title);
        assert_eq!(text.lines.get(10).unwrap(), "30 more");
        storm.occasion = Occasion::StormOver;
        (storm.raised, storm.cleared) = (0, 40);
        assert!(shown(&storm, Lang::Chinese).starts_with("【集中报警解除】40 条已全部解除"));
        storm.open = 2;
        assert!(shown(&storm, Lang::English).contains("2 are still open"));
        let test = letter(Occasion::Test, Vec::new());
        assert!(shown(&test, Lang::Chinese).contains("由 黄某 发出"));
    }

    #[test]
    fn names_lose_what_cannot_be_seen_and_nothing_is_longer_than_a_robot_takes() {
        let long = format!("\u{202e}塘\u{1b}[2J\n{}", "很长的名字".repeat(50));
        let mut alarm = said(Kind::RunsWithoutFlow, &long, &long);
        (alarm.explains, alarm.first) = (9, vec![Text::verbatim(&long); 9]);
        let mut letter = letter(Occasion::Raised, vec![alarm]);
        for _ in 0..9 {
            letter.alarms.push(said(Kind::RunsWithoutFlow, &long, &long));
        }
        letter.raised = 5000;
        for lang in Lang::ALL {
            let text = letter_text(&letter, lang);
            let whole = format!("{}\n{}", text.title, text.lines.join("\n"));
            assert!(whole.len() < 4096, "{}", whole.len());
            assert!(whole.chars().all(|c| c == '\n' || !is_unseen(c)), "{whole:?}");
            assert!(text.title.contains("塘[2J 很长"), "{}", text.title);
        }
    }

    #[test]
    fn a_letter_reads_back_as_it_was_kept() {
        let mut alarm = said(Kind::GatewaySilent, "网关", "x");
        alarm.first = vec![Text::both("东门", "East Gate")];
        alarm.still = Some(Kind::BelowWarning);
        let written = letter(Occasion::StormOver, vec![alarm]);
        let json = serde_json::to_string(&written).unwrap();
        let read: Letter = serde_json::from_str(&json).unwrap();
        for lang in Lang::ALL {
            assert_eq!(letter_text(&read, lang), letter_text(&written, lang));
        }
        assert_eq!(read.alarms.first().unwrap().still, Some(Kind::BelowWarning));
        assert!(json.contains("storm-over") && json.contains("gateway-silent"), "{json}");
    }
}
