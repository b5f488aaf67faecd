//! Alarms, open and ended, as their book has them.

use super::source::Found;
use crate::alarm::Alarm;
use crate::alarm_book::AlarmBook;
use crate::locales::Lang;
use crate::web::api_model::AlarmItem;
use crate::web::{ApiAnswer, ApiPart};

/// The alarms before the one of that id, the newest first; only open ones where `open`.
pub(super) async fn page(book: &AlarmBook, open: bool, before: Option<i64>, most: usize) -> Found {
    let mut alarms = if open {
        let mut alarms = book.open_alarms().await?;
        alarms.retain(|alarm| before.is_none_or(|before| alarm.id < before));
        alarms.reverse();
        alarms
    } else {
        book.history(before, most.saturating_add(1)).await?
    };
    let more = alarms.len() > most;
    alarms.truncate(most);
    Ok(Ok(ApiAnswer::Alarms(ApiPart { items: alarms.iter().map(item).collect(), more })))
}

fn item(alarm: &Alarm) -> AlarmItem {
    let acknowledged = alarm.acknowledged.as_ref();
    let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
    AlarmItem {
        id: alarm.id,
        kind: alarm.key.kind.id().into(),
        urgent: alarm.key.kind.is_urgent(),
        subject: alarm.key.subject.to_string(),
        name: alarm.name.within(Lang::Chinese),
        said_zh: alarm.said.within(Lang::Chinese),
        said_en: alarm.said.within(Lang::English),
        value: finite(alarm.value),
        limit: finite(alarm.limit),
        raised_at: alarm.raised_at,
        acknowledged_by: acknowledged.map(|note| note.by.clone()),
        acknowledged_at: acknowledged.map(|note| note.at),
        escalated_at: alarm.escalated_at,
        cleared_at: alarm.cleared_at(),
    }
}
