//! What was rendered of the newest facts of some periods, once for all who ask in the same language.

use std::sync::{Arc, Mutex};

use minijinja::Error;

use super::facts::PumpsFacts;
use crate::locales::Lang;
use crate::support::lock;
use crate::web::station::Range;

/// Renderings that are kept: some periods in both languages, each of some hundred kB. Engineering judgement.
const KEPT: usize = 16;

/// A rendering, and what it is of.
struct Rendered {
    facts: Arc<PumpsFacts>,
    lang: Lang,
    range: Range,
    text: Arc<str>,
}

/// The renderings.
#[derive(Default)]
pub(super) struct Cache(Mutex<Vec<Rendered>>);

impl Cache {
    /// What `render` makes of `facts`, the span that is asked for as `range`; the language has to be that which is
    /// spoken.
    pub fn part(
        &self,
        facts: &Arc<PumpsFacts>,
        lang: Lang,
        range: Range,
        render: impl FnOnce(&PumpsFacts) -> Result<String, Error>,
    ) -> Result<Arc<str>, Error> {
        let same = |known: &Rendered| known.lang == lang && known.range == range;
        let known = lock(&self.0)
            .iter()
            .find(|known| same(known) && Arc::ptr_eq(&known.facts, facts))
            .map(|known| known.text.clone());
        if let Some(known) = known {
            return Ok(known);
        }
        // Outside of the lock: who asks for something else does not wait.
        let text: Arc<str> = render(facts)?.into();
        let mut all = lock(&self.0);
        all.retain(|known| !same(known));
        if all.len() >= KEPT {
            all.remove(0);
        }
        all.push(Rendered { facts: facts.clone(), lang, range, text: text.clone() });
        Ok(text)
    }
}
