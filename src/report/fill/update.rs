//! Replaces the numbers in an office's own sentences by those of this report, where it is plain what they state.

use super::edit::Obstacle;
use super::filled::{How, Kind};
use super::filling::{Filling, why};
use super::numbers::{self, Bar, Number, Said};
use super::place::Place;
use super::scope::Scope;
use crate::figures::FigureId;
use crate::locales::{Text, fill as words};

impl Filling<'_, '_> {
    /// Replaces the numbers of the passage at `place`, and names those that are left.
    pub(super) fn update(&mut self, page: usize, place: &Place, title: &str) {
        let (pages, scope) = (self.pages, Scope::of(self.passages));
        let text = |paragraph: usize| pages[page].texts[paragraph].as_str();
        let mut said: Vec<(usize, Said)> = Vec::new();
        for (paragraph, range) in &place.body {
            let own = numbers::said(text(*paragraph), range.clone(), title, &scope);
            said.extend(own.into_iter().map(|said| (*paragraph, said)));
        }
        for (paragraph, own) in &said {
            let range = own.range();
            let old = text(*paragraph).get(range.clone()).unwrap_or("");
            let stated = match own {
                Said::Clause(_) => Err(words::clause_kept()),
                Said::Number(number) => {
                    let obstacle = self.edits[page].obstacle(*paragraph, &range, false);
                    self.stated(number, &said, obstacle)
                }
            };
            match stated {
                Ok((figure, new)) => {
                    if self.edits[page].replace(*paragraph, range, &new) {
                        self.replaced(page, How::Number, figure.id(), old, &new);
                    }
                }
                Err(why) => self.left(page, Kind::Sentence, title, old.to_owned(), why),
            }
        }
    }

    /// What takes the place of a number among all that the passage says, or why nothing does.
    fn stated(
        &self,
        number: &Number,
        said: &[(usize, Said)],
        obstacle: Option<Obstacle>,
    ) -> Result<(FigureId, String), Text> {
        let known = |figure: &FigureId| self.passages.figures.get(figure);
        match &number.bar {
            Some(Bar::Written) => return Err(words::number_written()),
            Some(Bar::Joined) => return Err(words::number_range()),
            Some(Bar::Part(word)) => return Err(words::number_of_part(word)),
            None => {}
        }
        let Some(figure) = number.figure else {
            return Err(match number.like.as_slice() {
                [only] => match known(only) {
                    Some(Err(absent)) => words::number_kept(only.spec().name(), absent),
                    _ => words::number_unlike(only.spec().name()),
                },
                _ => words::number_unknown(),
            });
        };
        if said.iter().filter(|(_, other)| other.is_like(figure)).count() > 1 {
            return Err(words::number_twice(figure.spec().name()));
        }
        if let Some(obstacle) = obstacle {
            return Err(why(obstacle));
        }
        match known(&figure) {
            Some(Ok(new)) => Ok((figure, new.clone())),
            Some(Err(absent)) => Err(words::number_kept(figure.spec().name(), absent)),
            None => Err(words::number_unknown()),
        }
    }
}
