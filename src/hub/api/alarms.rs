//! Alarms, open and ended, as their book has them.

use super::source::Found;
use crate::alarm::Alarm;
use crate::alarm_book::AlarmsFile;
use crate::hub::{HubSettings, alarm_book_path};
use crate::locales::Lang;
use crate::web::api_model::AlarmItem;
use crate::web::{ApiAnswer, ApiPart};

/// The alarms before the one of that id, the newest first; only open ones where `open`.
pub(super) async fn page(
    settings: &HubSettings,
    open: bool,
    before: Option<i64>,
    most: usize,
) -> Found {
    let path = alarm_book_path(settings);
    let read = move || -> anyhow::Result<ApiPart<AlarmItem>> {
        // A hub makes it when it starts to look; before that there is none.
        if !path.try_exists()? {
            return Ok(ApiPart { items: Vec::new(), more: false });
        }
        let book = AlarmsFile::open(&path)?;
        let mut alarms = if open {
            let mut alarms = book.open_alarms()?;
            alarms.retain(|alarm| before.is_none_or(|before| alarm.id < before));
            alarms.reverse();
            alarms
        } else {
            book.history(before, most.saturating_add(1))?
        };
        let more = alarms.len() > most;
        alarms.truncate(most);
        Ok(ApiPart { items: alarms.iter().map(item).collect(), more })
    };
    Ok(Ok(ApiAnswer::Alarms(tokio::task::spawn_blocking(read).await??)))
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
