//! What the wording of the section may read of the figures: claims, that is words and verdicts, and no numbers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, Serde, Value};
use minijinja::{Error, ErrorKind, Output, State, escape_formatter};

use super::filters::without_backticks;
use super::fixed::is_wording;
use super::spoken::spoken;
use crate::figures::{Class, Figure, FigureId, FigureInput, Origin, Verdict};
use crate::locales::{Lang, Text, report as words};

/// Why a wording template is refused while it is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misuse {
    /// It asks for more of a figure than what is proved.
    #[error("{}", words::only_claims())]
    OnlyClaims,
    /// It prints the words of a figure without asking whether there are any.
    #[error("{}", words::nothing_said())]
    NothingSaid,
}

impl Misuse {
    pub fn text(self) -> Text {
        match self {
            Self::OnlyClaims => words::only_claims(),
            Self::NothingSaid => words::nothing_said(),
        }
    }

    fn error(self) -> Error {
        Error::from(ErrorKind::InvalidOperation).with_source(self)
    }
}

/// The claim of one figure: `phrase` (words in Chinese), `phrase_en`, `words` (in the language of the document),
/// `verdict`, `name`, `plural`, whether it is of more than one thing, `entered`, whether people entered all of it, and
/// `measured`, whether none of it is entered.
#[derive(Debug, Clone)]
pub(super) struct Said {
    id: FigureId,
    words: Option<Text>,
    verdict: Verdict,
    plural: bool,
    entered: bool,
    measured: bool,
}

impl Said {
    pub fn of(figure: &Figure) -> Self {
        Self {
            id: figure.id,
            words: spoken(figure).cloned(),
            verdict: figure.claim.verdict,
            plural: figure.number().is_some_and(|number| number > 1.0),
            entered: is_entered(figure),
            measured: !is_entered(figure) && !figure.inputs.iter().any(is_row),
        }
    }

    /// The same claim, as `change` words it.
    pub fn worded(mut self, change: impl FnOnce(&Text) -> Text) -> Self {
        self.words = self.words.as_ref().map(change);
        self
    }

    /// The claim of the figure `id` with these words: proved with them, open without.
    pub fn with(id: FigureId, words: Option<Text>) -> Self {
        let verdict = if words.is_some() { Verdict::Proved } else { Verdict::Open };
        Self { id, words, verdict, plural: true, entered: false, measured: true }
    }
}

impl Object for Said {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let within = |lang| self.words.as_ref().map(|words| words.within(lang));
        Some(match key.as_str()? {
            "phrase" => within(Lang::Chinese).into(),
            "phrase_en" => within(Lang::English).into(),
            "words" => self.words.as_ref().map(Text::to_string).into(),
            "verdict" => Serde(self.verdict).into(),
            "name" => self.id.spec().name().to_string().into(),
            "plural" => self.plural.into(),
            "entered" => self.entered.into(),
            "measured" => self.measured.into(),
            _ => Misuse::OnlyClaims.error().into(),
        })
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.words.is_some()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.words {
            Some(words) => write!(f, "{words}"),
            None => Ok(()),
        }
    }
}

/// Whether an input is a row of the ledger that adds something.
fn is_row(input: &FigureInput) -> bool {
    matches!(input.from, Origin::Ledger(_)) && input.value != Some(0.0)
}

/// Whether rows of the ledger, and no readings, are behind a figure: pumps that stood still add nothing to it.
fn is_entered(figure: &Figure) -> bool {
    let mut adding = figure.inputs.iter().filter(|input| input.value != Some(0.0)).peekable();
    let of_rows = adding.peek().is_some() && adding.all(is_row);
    figure.class == Class::Entered || of_rows
}

/// The claims by the ids of their figures.
#[derive(Debug, Default)]
pub(super) struct Claims(BTreeMap<&'static str, Arc<Said>>);

impl Claims {
    pub fn of(figures: &[Figure]) -> Self {
        figures.iter().map(Said::of).collect()
    }
}

impl FromIterator<Said> for Claims {
    fn from_iter<I: IntoIterator<Item = Said>>(all: I) -> Self {
        Self(all.into_iter().map(|said| (said.id.id(), Arc::new(said))).collect())
    }
}

impl Object for Claims {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let said = self.0.get(key.as_str()?)?;
        Some(Value::from_dyn_object(Arc::clone(said)))
    }
}

/// Writes a value into a document, without backticks. In the wording, words that are not there are an error, and not
/// the word `none`; so is a claim as a whole.
pub(super) fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    if is_wording(state.name()) {
        if value.is_none() {
            return Err(Misuse::NothingSaid.error());
        }
        if value.downcast_object_ref::<Said>().is_some() {
            return Err(Misuse::OnlyClaims.error());
        }
    }
    match value.as_str().filter(|text| text.contains('`')) {
        Some(text) => {
            let text = without_backticks(text);
            let safe = value.is_safe();
            let text = if safe { Value::from_safe_string(text) } else { Value::from(text) };
            escape_formatter(out, state, &text)
        }
        None => escape_formatter(out, state, value),
    }
}
