//! Droughts, figures with their evidence, and rows of the ledger.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use super::queue::Queue;
use super::source::{ApiSource, Found};
use crate::account::{Entry, EntryCode};
use crate::core::{Period, nearest};
use crate::figures::{Figure, FigureId, FigureInput, Value};
use crate::hub::desk::{Stated, Unstated};
use crate::ledger::{Ledger, RowsInForce};
use crate::locales::Lang;
use crate::web::api_model::{
    EventItem, FigureEvidence, FigureItem, FiguresFound, InputItem, LedgerItem,
};
use crate::web::{ApiAnswer, ApiPart, ApiRefusal};

/// Programs that wait for figures, and for how long: they are worked out one after the other, each in about a second.
const WAITING: usize = 8;
const WAIT: Duration = Duration::from_secs(20);

/// When whoever came in vain may ask again, s.
const RETRY_S: u64 = 10;

/// Asks for statements, those that the pages show, one at a time.
pub(super) struct Figures(Queue);

impl Figures {
    pub fn new() -> Self {
        Self(Queue::new(1, WAITING, WAIT, RETRY_S))
    }

    pub async fn figures(&self, source: &ApiSource, period: Option<Period>) -> Found {
        let stated = match self.stated(source, period).await? {
            Ok(stated) => stated,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let statement = &stated.statement;
        let (from, to) = half_open(statement.period.from, statement.period.to);
        let items = statement.figures.iter().map(item).collect();
        Ok(Ok(ApiAnswer::Figures(FiguresFound { from, to, items })))
    }

    pub async fn figure(&self, source: &ApiSource, id: &str, period: Option<Period>) -> Found {
        let Some(id) = FigureId::from_id(id) else {
            let near = nearest(id, FigureId::ALL.iter().map(|figure| figure.id()));
            return Ok(Err(ApiRefusal::NoFigure(near.map(str::to_owned))));
        };
        let stated = match self.stated(source, period).await? {
            Ok(stated) => stated,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let statement = &stated.statement;
        let Some(figure) = statement.figure(id) else {
            return Ok(Err(ApiRefusal::NoFigure(None)));
        };
        Ok(Ok(ApiAnswer::Figure(Box::new(evidence(figure)))))
    }

    async fn stated(
        &self,
        source: &ApiSource,
        period: Option<Period>,
    ) -> anyhow::Result<Result<Arc<Stated>, ApiRefusal>> {
        let _place = match self.0.place().await {
            Ok(place) => place,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match source.statements.live(period).await {
            Ok(stated) => Ok(Ok(stated)),
            Err(error) => match error.downcast::<Unstated>()? {
                Unstated::Busy => Ok(Err(ApiRefusal::Busy { retry_s: RETRY_S })),
                Unstated::NoPeriod(why) => Ok(Err(ApiRefusal::NoPeriod(why))),
            },
        }
    }
}

/// The days `from` to `to`, both included, as a span whose end is not.
fn half_open(from: Date, to: Date) -> (Date, Date) {
    (from, to.tomorrow().unwrap_or(to))
}

fn word(of: &impl serde::Serialize) -> String {
    let word = serde_json::to_value(of).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn item(figure: &Figure) -> FigureItem {
    let finite = |number: f64| Some(number).filter(|number| number.is_finite());
    let day = match figure.value {
        Value::Day(day) => Some(day),
        Value::Number(_) | Value::Absent => None,
    };
    FigureItem {
        id: figure.id.id().into(),
        name_zh: figure.name_zh.into(),
        name_en: figure.name_en.into(),
        value: figure.number().and_then(finite),
        day,
        unit: figure.unit.into(),
        class: word(&figure.class),
        phrase_zh: figure.phrase.clone(),
        phrase_en: figure.phrase_en.clone(),
        coverage: figure.coverage.and_then(finite),
        least: figure.bounds.and_then(|[least, _]| finite(least)),
        most: figure.bounds.and_then(|[_, most]| finite(most)),
        claim: word(&figure.claim.verdict),
    }
}

fn evidence(figure: &Figure) -> FigureEvidence {
    let (from, to) = half_open(figure.period.from, figure.period.to);
    let said = |lang: Lang| figure.notes.iter().map(|note| note.within(lang)).collect();
    let input = |input: &FigureInput| {
        let [note_zh, note_en] = [Lang::Chinese, Lang::English].map(|lang| input.note.within(lang));
        InputItem {
            from: input.from.to_string(),
            value: input.value.filter(|value| value.is_finite()),
            coverage: input.coverage.filter(|share| share.is_finite()),
            note_zh,
            note_en,
        }
    };
    FigureEvidence {
        from,
        to,
        figure: item(figure),
        formula_zh: figure.formula.within(Lang::Chinese),
        formula_en: figure.formula.within(Lang::English),
        inputs: figure.inputs.iter().map(input).collect(),
        notes_zh: said(Lang::Chinese),
        notes_en: said(Lang::English),
        code_version: figure.code_version.into(),
    }
}

/// Reads something of the ledger, beside the runtime.
async fn of_ledger<T: Send + 'static>(
    path: PathBuf,
    read: impl FnOnce(&Ledger) -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(move || read(&Ledger::open_to_read(&path)?)).await?
}

/// The droughts that the ledger names, in order of time.
pub(super) async fn events(source: &ApiSource) -> Found {
    let today = source.calendar.day_of(source.clock.now());
    let two_person = source.settings.ledger.two_person;
    let path = source.settings.ledger.path.clone();
    let mut rows =
        of_ledger(path, move |ledger| Ok(ledger.rows_in_force(two_person)?.in_force)).await?;
    rows.retain(|row| row.code == EntryCode::DroughtEvent && row.value > 0.0);
    rows.sort_by_key(|row| (row.from, row.id));
    let item = |row: Entry| {
        let (from, to) = half_open(row.from, row.to);
        EventItem { row: row.id, from, to, current: from <= today && today < to }
    };
    Ok(Ok(ApiAnswer::Events(rows.into_iter().map(item).collect())))
}

/// The rows after the one of that number.
pub(super) async fn ledger(source: &ApiSource, after: i64, most: usize) -> Found {
    let two_person = source.settings.ledger.two_person;
    let path = source.settings.ledger.path.clone();
    let all = of_ledger(path, |ledger| Ok(ledger.all()?)).await?;
    let counting = RowsInForce::of(all.clone(), two_person).in_force;
    let counting: BTreeSet<i64> = counting.iter().map(|row| row.id).collect();
    let mut rows: Vec<Entry> = all.into_iter().filter(|row| row.id > after).collect();
    let more = rows.len() > most;
    rows.truncate(most);
    let item = |row: Entry| {
        let (from, to) = half_open(row.from, row.to);
        LedgerItem {
            in_force: counting.contains(&row.id),
            id: row.id,
            code: row.code.id().into(),
            value: row.value,
            unit: row.code.unit().into(),
            from,
            to,
            village: row.village.map(|village| village.to_string()),
            crop: row.crop.map(|crop| crop.to_string()),
            work: row.work,
            document: row.document,
            entered_by: row.entered_by,
            entered_at: row.entered_at,
            reviewed_by: row.reviewed_by,
            withdrawn: row.withdrawn,
            supersedes: row.supersedes,
        }
    };
    Ok(Ok(ApiAnswer::Ledger(ApiPart { items: rows.into_iter().map(item).collect(), more })))
}
