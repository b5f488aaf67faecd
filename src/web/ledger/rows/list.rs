//! The list of rows.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::groups::{Group, groups};
use super::{RowFilter, RowList, RowState, RowsAnswer, RowsAsked, instead, page};
use crate::account::EntryCode;
use crate::core::shown;
use crate::locales::{Text, page as page_words, page_rows as words};
use crate::web::format::encoded;
use crate::web::guard::AsViewer;
use crate::web::state::Web;

/// Longest text that is looked for in names, characters. Engineering judgement: office and name have some twenty.
const PERSON_MAX: usize = 60;

/// The query as it came.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct ListQuery {
    pub item: String,
    pub village: String,
    pub from: String,
    pub to: String,
    pub person: String,
    pub state: String,
    pub page: String,
}

#[derive(Serialize)]
struct View {
    list: RowList,
    query: ListQuery,
    groups: Vec<Group>,
    /// Id and name of each state.
    states: Vec<(&'static str, Text)>,
    /// Parts of the query that were left out.
    notes: Vec<Text>,
    newer: Option<String>,
    older: Option<String>,
}

impl ListQuery {
    /// What it asks for, and what of it is not understood.
    fn filter(&self) -> (RowFilter, Vec<Text>) {
        let mut notes = Vec::new();
        let mut read = |text: &str, known: bool| {
            let typed = text.trim();
            if !typed.is_empty() && !known {
                notes.push(words::not_a_filter(shown(typed).into_owned()));
            }
        };
        let page: Option<usize> = self.page.trim().parse().ok();
        let mut filter = RowFilter {
            item: EntryCode::from_id(self.item.trim()),
            village: Some(self.village.trim().to_owned()).filter(|id| !id.is_empty()),
            from: self.from.trim().parse().ok(),
            to: self.to.trim().parse().ok(),
            person: self.person.chars().take(PERSON_MAX).collect(),
            state: RowState::ALL.into_iter().find(|state| state.id() == self.state),
            page: page.unwrap_or(1),
        };
        read(&self.item, filter.item.is_some());
        read(&self.from, filter.from.is_some());
        read(&self.to, filter.to.is_some());
        read(&self.state, filter.state.is_some());
        read(&self.page, page.is_some());
        if filter.from.zip(filter.to).is_some_and(|(from, to)| to < from) {
            notes.push(words::reversed_left_out());
            (filter.from, filter.to) = (None, None);
        }
        if self.person.chars().nth(PERSON_MAX).is_some() {
            notes.push(words::person_too_long(PERSON_MAX));
        }
        (filter, notes)
    }

    /// The address of another page of the same list.
    fn page(&self, page: usize) -> String {
        let fields = [
            ("item", &self.item),
            ("village", &self.village),
            ("from", &self.from),
            ("to", &self.to),
            ("person", &self.person),
            ("state", &self.state),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let given: String =
            given.map(|(name, value)| format!("{name}={}&", encoded(value))).collect();
        format!("/ledger?{given}page={page}")
    }
}

pub(super) async fn show(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Response {
    let unread = query.is_err();
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let (filter, mut notes) = query.filter();
    if unread {
        notes.push(page_words::query_unreadable());
    }
    match web.workplace.rows.ask(RowsAsked::List(filter)).await {
        Ok(RowsAnswer::List(mut list)) => {
            notes.append(&mut list.notes);
            let view = View {
                newer: (list.page > 1).then(|| query.page(list.page - 1)),
                older: (list.page < list.pages).then(|| query.page(list.page + 1)),
                list: *list,
                query,
                groups: groups(),
                states: RowState::ALL.map(|state| (state.id(), state.name())).into(),
                notes,
            };
            page(&web, &visitor, StatusCode::OK, "ledger/rows", &view)
        }
        other => instead(&web, &visitor, other),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_page_that_is_none_days_in_the_wrong_order_and_a_name_too_long_are_told() {
        let notes = |query: ListQuery| query.filter().1.len();
        for page in ["x", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(notes(ListQuery { page: page.into(), ..ListQuery::default() }), 1, "{page}");
        }
        let days = ListQuery {
            from: "2022-08-02".into(),
            to: "2022-08-01".into(),
            ..ListQuery::default()
        };
        let (filter, told) = days.filter();
        assert_eq!((told.len(), filter.from, filter.to), (1, None, None));
        let long = ListQuery { person: "黄".repeat(PERSON_MAX + 1), ..ListQuery::default() };
        assert_eq!(notes(long), 1);
    }

    #[test]
    fn a_query_is_read_and_led_on_with_and_what_is_not_understood_is_told() {
        let query = ListQuery {
            item: "gasoline".into(),
            village: "dongmen".into(),
            from: "2022-08-01".into(),
            to: "yesterday".into(),
            person: "黄 某&".into(),
            state: "waits".into(),
            page: "2".into(),
        };
        let (filter, notes) = query.filter();
        assert_eq!(filter.item, Some(EntryCode::Gasoline));
        assert_eq!((filter.from, filter.to), (Some(date(2022, 8, 1)), None));
        assert_eq!((filter.state, filter.page), (Some(RowState::Waits), 2));
        assert_eq!(notes.len(), 1);
        assert!(notes[0].to_string().contains("yesterday"));
        let link = query.page(3);
        assert!(link.starts_with("/ledger?item=gasoline&village=dongmen&"), "{link}");
        assert!(link.contains("person=%E9%BB%84%20%E6%9F%90%26&"), "{link}");
        assert!(link.ends_with("&page=3"), "{link}");
        assert_eq!(
            ListQuery::default().filter(),
            (RowFilter { page: 1, ..RowFilter::default() }, vec![])
        );
    }
}
