//! What every handler has at hand.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::guard::Uploads;
use super::model::Shown;
use super::templates::Templates;
use super::visitor::Visitor;
use super::workplace::Workplace;
use crate::core::Role;
use crate::locales::{Text, page as words, page_people};

/// The state of the office's router.
#[derive(Clone)]
pub(super) struct Web {
    pub workplace: Workplace,
    pub templates: Arc<Templates>,
    pub uploads: Arc<Uploads>,
}

impl Web {
    /// What every page shows of the township, as the newest overview has it.
    pub fn shown(&self) -> Shown {
        let overview = self.workplace.overview.borrow();
        Shown {
            township: overview.township.clone(),
            now: overview.now,
            simulated: overview.simulated,
            zone: overview.zone.clone(),
            alarms: overview.alarms.open.len(),
        }
    }
    /// An error as a page: what is wrong, and the way out.
    pub fn problem(
        &self,
        visitor: &Visitor,
        status: StatusCode,
        title: Text,
        lines: Vec<Text>,
    ) -> Response {
        self.templates.problem(visitor, &self.shown(), status, title, lines)
    }

    /// The page of whoever has signed in and may not do what takes `role`.
    pub fn forbidden(&self, visitor: &Visitor, role: Role) -> Response {
        let needed = page_people::role_needed(role.name());
        let who = self.workplace.users.who_may(role);
        let way_out = match who.is_empty() {
            true => page_people::ask_an_administrator(),
            false => page_people::who_may(Text::list(who)),
        };
        let lines = vec![needed, way_out];
        self.problem(visitor, StatusCode::FORBIDDEN, page_people::not_allowed(), lines)
    }

    /// The page of an address where there is none.
    pub fn nowhere(&self, visitor: &Visitor) -> Response {
        let lines = vec![words::check_the_address()];
        self.problem(visitor, StatusCode::NOT_FOUND, words::no_such_page(), lines)
    }
}
