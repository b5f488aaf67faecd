//! Parts of the page that are rendered once for all who ask for the same in the same language.

use std::sync::{Arc, Mutex};

use minijinja::Error;

use super::asked::Asked;
use super::view::View;
use crate::locales::Lang;
use crate::support::lock;
use crate::web::model::Overview;

/// Parts that are kept: the default page in both languages, and what some people have filtered. Each has at most some
/// hundred kB. Engineering judgement.
const KEPT: usize = 24;

/// The parts that were rendered of the newest overview.
#[derive(Default)]
pub(super) struct Cache(Mutex<Parts>);

#[derive(Default)]
struct Parts {
    of: Option<Arc<Overview>>,
    parts: Vec<((Lang, Asked), Arc<str>)>,
}

impl Cache {
    /// The part of `overview` that is asked for, as `render` makes it; the language has to be that which is spoken.
    pub(super) fn part(
        &self,
        overview: &Arc<Overview>,
        lang: Lang,
        asked: &Asked,
        render: impl FnOnce(&View) -> Result<String, Error>,
    ) -> Result<Arc<str>, Error> {
        if let Some(part) = lock(&self.0).find(overview, lang, asked) {
            return Ok(part);
        }
        // Outside of the lock: who asks for something else does not wait.
        let part: Arc<str> = render(&View::of(overview, asked))?.into();
        lock(&self.0).keep(overview, lang, asked, &part);
        Ok(part)
    }
}

impl Parts {
    fn is_of(&self, overview: &Arc<Overview>) -> bool {
        self.of.as_ref().is_some_and(|known| Arc::ptr_eq(known, overview))
    }

    fn find(&self, overview: &Arc<Overview>, lang: Lang, asked: &Asked) -> Option<Arc<str>> {
        if !self.is_of(overview) {
            return None;
        }
        let found = self.parts.iter().find(|((l, a), _)| *l == lang && a == asked);
        found.map(|(_, part)| part.clone())
    }

    fn keep(&mut self, overview: &Arc<Overview>, lang: Lang, asked: &Asked, part: &Arc<str>) {
        if !self.is_of(overview) {
            // A slow request may come with an overview that is no longer the newest: the newer one stays.
            if self.of.as_ref().is_some_and(|known| known.now > overview.now) {
                return;
            }
            *self = Self { of: Some(overview.clone()), parts: Vec::new() };
        }
        if self.parts.len() >= KEPT {
            self.parts.remove(0);
        }
        self.parts.push(((lang, asked.clone()), part.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_rendered_once_for_an_overview_a_language_and_a_query() {
        let cache = Cache::default();
        let [first, second] = [Overview::default(), Overview::default()].map(Arc::new);
        let mut rendered = 0;
        let mut ask = |overview: &Arc<Overview>, lang, asked: &Asked| {
            let render = |_: &View| {
                rendered += 1;
                Ok(String::new())
            };
            cache.part(overview, lang, asked, render).unwrap();
            rendered
        };
        let all = Asked::default();
        assert_eq!(ask(&first, Lang::Chinese, &all), 1);
        assert_eq!(ask(&first, Lang::Chinese, &all), 1);
        assert_eq!(ask(&first, Lang::English, &all), 2);
        assert_eq!(ask(&first, Lang::English, &Asked { kind: "pond".into(), ..all.clone() }), 3);
        assert_eq!(ask(&second, Lang::Chinese, &all), 4);
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let cache = Cache::default();
        let overview = Arc::new(Overview::default());
        for n in 0..3 * KEPT {
            let asked = Asked { village: n.to_string(), ..Asked::default() };
            cache.part(&overview, Lang::Chinese, &asked, |_| Ok(String::new())).unwrap();
        }
        assert_eq!(lock(&cache.0).parts.len(), KEPT);
    }
}
