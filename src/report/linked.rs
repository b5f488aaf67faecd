//! The section with what each clause of it says of which figure.
//!
//! The wording is filled a second time, with the words of each figure between two characters that no text has. Where
//! it reads the same without them, they say which figure each number is of; a wording that changes what it prints has
//! no such places.

use jiff::Timestamp;

use super::blocks::Choice;
use super::claims::{Claims, Said};
use super::render::{ReportError, Section, Templates, about, wording, zone};
use super::since;
use crate::figures::{FigureId, Statement};
use crate::locales::{Lang, Text, within};
use crate::water::Township;

/// Characters of Unicode's private use area: the first of the figures, and what ends the words of any. No template and
/// no word of a figure has them: what is checked is that the text is the same without them.
const FIRST: u32 = 0xE000;
const END: char = '\u{F8FF}';

/// What divides clauses.
const CLAUSES: [char; 10] = ['，', '。', '；', '：', '、', ',', '.', ';', ':', '？'];

/// A piece of a paragraph, with the figure that it states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    pub figure: Option<FigureId>,
}

/// The paragraphs of the section in `lang`, as [`section`](super::section) gives them, in pieces. A clause with one
/// figure is one piece.
///
/// # Errors
/// As those of [`section`](super::section).
pub fn linked(
    choice: Choice<'_>,
    township: &Township,
    statement: &Statement,
    issued_at: Timestamp,
    lang: Lang,
) -> Result<Vec<Vec<Run>>, ReportError> {
    let templates = Templates::read(choice.templates)?;
    let plain = Section::checked((&templates, choice), lang, township, statement, issued_at)?;
    let at = issued_at.to_zoned_datetime(zone(township)?);
    let so_far = since::is_so_far(statement);
    let about = within(lang, || about(township, (statement.period, so_far), &at, choice));
    let claims = statement.figures.iter();
    let claims: Claims =
        claims.map(|figure| Said::of(figure).worded(|words| marked(figure.id, words))).collect();
    // What an office's own wording makes of marks may be no text at all.
    let marked = wording(&templates, lang, &about, claims).unwrap_or_default();
    let lines = marked.lines().map(str::trim).filter(|line| !line.is_empty());
    let found: Vec<Vec<Run>> = lines.map(runs).collect();
    let reads = |runs: &Vec<Run>| runs.iter().map(|run| run.text.as_str()).collect::<String>();
    let same = found.iter().map(reads).eq(plain.paragraphs.iter().cloned());
    let bare = |text: &String| vec![Run { text: text.clone(), figure: None }];
    Ok(match same {
        true => found.into_iter().map(by_clause).collect(),
        false => plain.paragraphs.iter().map(bare).collect(),
    })
}

/// The words between the figure's mark and the end's.
fn marked(figure: FigureId, words: &Text) -> Text {
    let index = FigureId::ALL.iter().position(|id| *id == figure).unwrap_or_default() as u32;
    let mark = char::from_u32(FIRST + index).unwrap_or(END);
    let of = |lang| format!("{mark}{}{END}", words.within(lang));
    Text::both(of(Lang::Chinese), of(Lang::English))
}

/// The figure whose mark a character is.
fn figure_of(mark: char) -> Option<FigureId> {
    let index = u32::from(mark).checked_sub(FIRST)?;
    FigureId::ALL.get(index as usize).copied()
}

/// A line with marks, taken apart.
fn runs(line: &str) -> Vec<Run> {
    let mut runs = vec![Run { text: String::new(), figure: None }];
    for c in line.chars() {
        let begins = if c == END { Some(None) } else { figure_of(c).map(Some) };
        match (begins, runs.last_mut()) {
            (Some(figure), _) => runs.push(Run { text: String::new(), figure }),
            (None, Some(last)) => last.text.push(c),
            (None, None) => {}
        }
    }
    runs.retain(|run| !run.text.is_empty());
    runs
}

/// Clauses that state one figure become pieces of it; of a clause with several, each keeps its own words.
fn by_clause(runs: Vec<Run>) -> Vec<Run> {
    let mut clauses: Vec<Vec<Run>> = vec![Vec::new()];
    for run in runs {
        if run.figure.is_some() {
            clauses.last_mut().into_iter().for_each(|clause| clause.push(run.clone()));
            continue;
        }
        let mut text = run.text.as_str();
        while let Some(end) = text.find(CLAUSES) {
            let (before, rest) = text.split_at(end);
            let mark = rest.chars().next().map_or(0, char::len_utf8);
            let (mark, rest) = rest.split_at(mark);
            let plain = |text: &str| Run { text: text.to_owned(), figure: None };
            if let Some(clause) = clauses.last_mut() {
                clause.push(plain(before));
            }
            clauses.extend([vec![plain(mark)], Vec::new()]);
            text = rest;
        }
        if let Some(clause) = clauses.last_mut() {
            clause.push(Run { text: text.to_owned(), figure: None });
        }
    }
    let mut joined: Vec<Run> = Vec::new();
    for clause in clauses {
        let mut figures = clause.iter().filter_map(|run| run.figure);
        let only = figures.next().filter(|_| figures.next().is_none());
        for run in clause.into_iter().filter(|run| !run.text.is_empty()) {
            let figure = only.or(run.figure);
            match joined.last_mut() {
                Some(last) if last.figure == figure && (only.is_some() || figure.is_none()) => {
                    last.text.push_str(&run.text);
                }
                _ => joined.push(Run { figure, ..run }),
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::super::section;
    use super::super::tests::{SAID, figures, statement};
    use super::*;

    fn township() -> Township {
        toml::from_str("name = \"黄水乡\"").unwrap()
    }

    fn at() -> Timestamp {
        "2022-11-16T01:30:00Z".parse().unwrap()
    }

    #[test]
    fn each_figure_of_the_section_is_found_in_both_languages_and_the_text_is_the_same() {
        let statement = statement(&figures(&SAID));
        for lang in Lang::ALL {
            let linked = linked(Choice::default(), &township(), &statement, at(), lang).unwrap();
            let plain = section(Choice::default(), &township(), &statement, at(), lang).unwrap();
            let read: Vec<String> = linked
                .iter()
                .map(|runs| runs.iter().map(|run| run.text.as_str()).collect())
                .collect();
            assert_eq!(read, plain);
            let runs: Vec<&Run> = linked.iter().flatten().collect();
            for figure in statement.figures.iter().filter(|f| f.id == FigureId::ElectricityUsed) {
                let words = figure.words.as_ref().unwrap().within(lang);
                let of = runs.iter().filter(|run| run.figure == Some(figure.id));
                let of: Vec<&str> = of.map(|run| run.text.as_str()).collect();
                assert!(of.len() == 1 && of[0].contains(&words), "{of:?}");
            }
        }
    }

    #[test]
    fn a_clause_with_one_figure_is_one_link_and_of_several_each_has_its_own() {
        let one = |text: &str, figure| Run { text: text.to_owned(), figure };
        let (area, village, group) =
            (FigureId::AreaAffected, FigureId::VillagesServed, FigureId::GroupsServed);
        let mark = |id, text: &str| marked(id, &Text::verbatim(text)).within(Lang::Chinese);
        let line = format!(
            "抗旱救灾方面，农作物受灾{}，解决{}{}的饮水问题。",
            mark(area, "约2200亩"),
            mark(village, "4个村"),
            mark(group, "15个组"),
        );
        assert_eq!(
            by_clause(runs(&line)),
            [
                one("抗旱救灾方面，", None),
                one("农作物受灾约2200亩", Some(area)),
                one("，解决", None),
                one("4个村", Some(village)),
                one("15个组", Some(group)),
                one("的饮水问题。", None),
            ]
        );
    }

    #[test]
    fn a_wording_that_looks_into_words_has_no_links_and_says_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let own = "{% if (c.electricity_used.phrase or \"\") | first == \"约\" %}抗旱救灾方面，\
                   抗旱用电{{ c.electricity_used.phrase }}。{% endif %}";
        std::fs::write(dir.path().join("drought-relief.txt.j2"), own).unwrap();
        let choice = Choice { templates: Some(dir.path()), blocks: None };
        let statement = statement(&figures(&[("electricity_used", 35_012.0, "约3.5万度")]));
        let linked = linked(choice, &township(), &statement, at(), Lang::Chinese).unwrap();
        let text = "抗旱救灾方面，抗旱用电约3.5万度。".to_owned();
        assert_eq!(linked, [[Run { text, figure: None }]]);
    }
}
