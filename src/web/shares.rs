//! What one visitor may take up at once of what there is for all, so that nobody keeps the others waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::guard::{is_interface, refused};
use super::problem::{Kind, Problem};
use super::visitor::Visitor;
use crate::locales::page as words;
use crate::support::lock;

/// Requests that are worked on at once: of a person, whose browsers send six each; and of an address from which people
/// read without signing in, where a whole office may be behind it and fetch what has changed at the same moment. That
/// is a quarter of all connections, and at a hundredth of a second for the dearest page others wait for a second or
/// two. Engineering judgement.
pub(super) const REQUESTS: Most = Most { of_person: 32, of_address: 256 };

/// When whoever asked too often may ask again, s.
const RETRY_S: u64 = 2;

/// How much one visitor may take up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    /// Whoever has signed in, whatever the browser; and a program, wherever its token is shown.
    pub of_person: usize,
    /// Whoever reads from one address without having signed in.
    pub of_address: usize,
}

/// How much each visitor takes up.
pub(super) struct Shares {
    most: Most,
    taken: Mutex<HashMap<String, usize>>,
}

/// One of a visitor's shares, until it is dropped.
pub(super) struct Share {
    shares: Arc<Shares>,
    who: String,
}

impl Shares {
    /// At most `most` for each visitor.
    pub fn new(most: Most) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// A share for a visitor; `None` where she has all of hers.
    pub fn take(self: &Arc<Self>, visitor: &Visitor) -> Option<Share> {
        let (who, most) = match (&visitor.account, &visitor.program, visitor.address) {
            (Some(account), ..) => (format!("person {}", account.id), self.most.of_person),
            (None, Some(program), _) => (format!("program {}", program.name), self.most.of_person),
            (None, None, address) => (format!("address {address:?}"), self.most.of_address),
        };
        let mut taken = lock(&self.taken);
        let own = taken.entry(who.clone()).or_default();
        if *own >= most {
            return None;
        }
        *own += 1;
        Some(Share { shares: self.clone(), who })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = lock(&self.shares.taken);
        if let Some(own) = taken.get_mut(&self.who) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.who);
            }
        }
    }
}

/// Answers a request within the visitor's share. Whoever may not read gets nothing that costs anything, and is not
/// counted: behind a proxy that is not known, that would be everybody at once.
pub(super) async fn in_turn(
    State(shares): State<Arc<Shares>>,
    request: Request,
    next: Next,
) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    let known = |visitor: &&Visitor| {
        visitor.account.is_some() || visitor.program.is_some() || visitor.reads
    };
    let visitor = visitor.filter(known).cloned();
    let Some(visitor) = visitor else { return next.run(request).await };
    let Some(_share) = shares.take(&visitor) else {
        if is_interface(request.uri().path()) {
            let problem = Problem::new(Kind::TooManyRequests, words::too_many_requests());
            return problem.retry_after(RETRY_S).answer(&visitor);
        }
        let mut answer =
            refused(&visitor, StatusCode::TOO_MANY_REQUESTS, words::too_many_requests());
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_S));
        return answer;
    };
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use axum::{Router, middleware};
    use tokio::sync::Semaphore;

    use super::*;
    use crate::core::Role;
    use crate::locales::Lang;
    use crate::users::{Account, Program, Scope};
    use crate::web::connections::once;

    fn visitor(id: Option<&str>, address: [u8; 4]) -> Visitor {
        let account = |id: &str| Account { id: id.into(), name: id.into(), role: Role::Viewer };
        Visitor {
            lang: Lang::English,
            chooses: false,
            page: "/".into(),
            address: Some(address.into()),
            account: id.map(account),
            program: None,
            form_token: String::new(),
            reads: true,
        }
    }

    #[test]
    fn each_has_so_many_and_what_is_given_back_can_be_taken_again() {
        let shares = Shares::new(Most { of_person: 2, of_address: 3 });
        let here = [192, 0, 2, 7];
        let [wang, li, guest] = [Some("wang"), Some("li"), None].map(|id| visitor(id, here));
        let elsewhere = visitor(Some("wang"), [192, 0, 2, 8]);
        let mut own: Vec<Share> = (0..2).map(|_| shares.take(&wang).unwrap()).collect();
        assert!(shares.take(&wang).is_none() && shares.take(&elsewhere).is_none());
        let others = [&li, &li, &guest, &guest, &guest];
        let _others = others.map(|other| shares.take(other).unwrap());
        assert!(shares.take(&guest).is_none());
        // A token is a share of its own, wherever it is shown from.
        let token = |name: &str, address| Visitor {
            program: Some(Program { name: name.into(), scope: Scope::Read }),
            ..visitor(None, address)
        };
        let of_county = [here, [192, 0, 2, 9]].map(|from| token("county", from));
        let county = of_county.each_ref().map(|one| shares.take(one).unwrap());
        assert!(shares.take(&of_county[0]).is_none());
        drop((county, shares.take(&token("city", here)).unwrap()));
        own.pop();
        own.push(shares.take(&elsewhere).unwrap());
        drop(own);
        assert_eq!(lock(&shares.taken).len(), 2);
    }

    #[tokio::test]
    async fn who_asks_too_much_at_once_is_told_so_and_others_are_answered() {
        let most = Most { of_person: 2, of_address: 2 };
        let hold = Arc::new(Semaphore::new(0));
        let held = hold.clone();
        let slow = move || {
            let held = held.clone();
            async move { held.acquire().await.map(|_| "done").unwrap_or_default() }
        };
        let router = Router::new()
            .route("/", get(slow.clone()))
            .route("/sta/v1.1/Things", get(slow))
            .layer(middleware::from_fn_with_state(Shares::new(most), in_turn));
        let ask_for = |visitor: Visitor, path: &'static str| {
            let mut request = Request::new(axum::body::Body::empty());
            *request.uri_mut() = axum::http::Uri::from_static(path);
            request.extensions_mut().insert(visitor);
            let router = router.clone();
            tokio::spawn(async move { once(&router, request).await })
        };
        let ask = |visitor: Visitor| ask_for(visitor, "/");
        let wang = || visitor(Some("wang"), [192, 0, 2, 7]);
        let under_way = [ask(wang()), ask(wang())];
        tokio::task::yield_now().await;
        let refused = ask(wang()).await.unwrap();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()[RETRY_AFTER], "2");
        // A program gets a problem that it can read.
        let refused = ask_for(wang(), "/sta/v1.1/Things").await.unwrap();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()[RETRY_AFTER], "2");
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        let strangers: Vec<_> = (0..5)
            .map(|_| ask(Visitor { reads: false, ..visitor(None, [192, 0, 2, 9]) }))
            .collect();
        let other = ask(visitor(Some("li"), [192, 0, 2, 7]));
        hold.add_permits(100);
        for answer in under_way.into_iter().chain(strangers).chain([other, ask(wang())]) {
            assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
        }
    }
}
