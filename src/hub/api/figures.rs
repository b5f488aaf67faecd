//! Droughts, figures with their evidence, and rows of the ledger.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use super::queue::Queue;
use super::source::{ApiSource, Found};
use crate::account::{Entry, EntryCode};
use crate::core::{Period, nearest};
use crate::figures::{Figure, FigureId, FigureInput, Value};
use crate::hub::desk::{Leaf, Stated, Unstated};
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
        Ok(Ok(ApiAnswer::Figures(FiguresFound { from, to, items, next: None })))
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

/// The ledger that the pages show, read beside the runtime where it has changed.
async fn leaf(source: &ApiSource) -> anyhow::Result<Arc<Leaf>> {
    let statements = source.statements.clone();
    Ok(tokio::task::spawn_blocking(move || statements.leaf()).await??)
}

/// The droughts that the ledger names, in order of time.
pub(super) async fn events(source: &ApiSource) -> Found {
    let today = source.calendar.day_of(source.clock.now());
    let leaf = leaf(source).await?;
    let named = |row: &&Entry| row.code == EntryCode::DroughtEvent && row.value > 0.0;
    let counts = |row: &&Entry| leaf.in_force.contains(&row.id);
    let mut rows: Vec<&Entry> = leaf.all.iter().filter(named).filter(counts).collect();
    rows.sort_by_key(|row| (row.from, row.id));
    let item = |row: &Entry| {
        let (from, to) = half_open(row.from, row.to);
        EventItem { row: row.id, from, to, current: from <= today && today < to }
    };
    Ok(Ok(ApiAnswer::Events(rows.into_iter().map(item).collect())))
}

/// The rows after the one of that number.
pub(super) async fn ledger(source: &ApiSource, after: i64, most: usize) -> Found {
    let leaf = leaf(source).await?;
    let begin = leaf.all.partition_point(|row| row.id <= after);
    let rows = leaf.all.get(begin..).unwrap_or_default();
    let more = rows.len() > most;
    let item = |row: &Entry| {
        let (from, to) = half_open(row.from, row.to);
        LedgerItem {
            in_force: leaf.in_force.contains(&row.id),
            id: row.id,
            code: row.code.id().into(),
            value: row.value,
            unit: row.code.unit().into(),
            from,
            to,
            village: row.village.as_ref().map(ToString::to_string),
            crop: row.crop.as_ref().map(ToString::to_string),
            work: row.work.clone(),
            document: row.document.clone(),
            entered_by: row.entered_by.clone(),
            entered_at: row.entered_at,
            reviewed_by: row.reviewed_by.clone(),
            withdrawn: row.withdrawn,
            supersedes: row.supersedes,
        }
    };
    Ok(Ok(ApiAnswer::Ledger(ApiPart { items: rows.iter().take(most).map(item).collect(), more })))
}
