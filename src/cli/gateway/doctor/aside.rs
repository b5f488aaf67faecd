//! What a running gateway has beside its own way to the hub: views, and settings that the office pushes.

use jiff::SignedDuration;

use super::{Finding, Gateway};
use crate::cli::gateway::status::local;
use crate::edge::ViewStatus;
use crate::edge::control::GatewayStatus;
use crate::locales::{Text, gateway as status_words, setup as words, views as view_words};

/// How long readings of a view wait for its broker before it is told. Engineering judgement: it takes seconds.
const UNCONFIRMED_MAX: SignedDuration = SignedDuration::from_mins(5);

/// What is wrong with the views of a running gateway.
pub fn views(gateway: &Gateway) -> Vec<Finding> {
    let Some(status) = gateway.status() else { return Vec::new() };
    status.views.iter().filter_map(|view| of_view(view, status)).collect()
}

fn of_view(view: &ViewStatus, status: &GatewayStatus) -> Option<Finding> {
    let (subject, waits) = (words::view(&view.name), view.backlog);
    let confirmed = view.confirmed_at.map(|at| view_words::last_confirmed(local(at, status.now)));
    let Some(since) = view.connected_since else {
        let said = std::iter::once(status_words::not_connected(view.problem.as_ref()?));
        return Some(Finding::wrong(subject, Text::clauses(said.chain(confirmed))));
    };
    let last = view.confirmed_at.map_or(since, |at| at.max(since));
    if waits == 0 || status.now.duration_since(last) < UNCONFIRMED_MAX {
        return None;
    }
    let said = std::iter::once(words::view_unconfirmed(waits, local(since, status.now)));
    Some(Finding::wrong(subject, Text::clauses(said.chain(confirmed))))
}

/// Why a running gateway does not use, or does not take, what the office pushes.
pub fn pushed(gateway: &Gateway) -> Vec<Finding> {
    let Some(pushed) = gateway.status().and_then(|status| status.pushed.as_ref()) else {
        return Vec::new();
    };
    let unfit = pushed.state.in_force.as_ref().and_then(|used| used.unfit.as_ref());
    let said = pushed.closed.iter().cloned().chain(unfit.map(|unfit| unfit.text()));
    said.map(|said| Finding::wrong(words::pushed(), said)).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::cli::gateway::doctor::finding::Mark;
    use crate::cli::gateway::status::tests::troubled;
    use crate::edge::pushed::PushedStatus;
    use crate::wire::{ConfigInForce, ConfigState, Said};

    fn told(found: &[Finding]) -> Vec<String> {
        assert!(found.iter().all(|finding| finding.mark == Mark::Wrong), "{found:?}");
        found.iter().map(|finding| finding.found.to_string()).collect()
    }

    fn of(view: ViewStatus) -> Vec<String> {
        let status = GatewayStatus { views: vec![view], ..troubled() };
        told(&views(&Gateway::Runs(Box::new(status))))
    }

    #[test]
    fn a_view_that_is_cut_off_or_that_nothing_confirms_is_wrong() {
        let now = troubled().now;
        let ago = |minutes| -> Option<Timestamp> { Some(now - SignedDuration::from_mins(minutes)) };
        let view = ViewStatus { name: "home".into(), backlog: 7, ..ViewStatus::default() };
        assert_eq!(of(view.clone()), [""; 0], "it has just begun");
        let problem = Some(Text::both("断网", "cut off"));
        let said = of(ViewStatus { problem, ..view.clone() });
        assert!(said.len() == 1 && said[0].contains("cut off"), "{said:?}");
        let silent = ViewStatus { connected_since: ago(9), ..view };
        let said = of(silent.clone());
        assert!(said.len() == 1 && said[0].contains('7'), "{said:?}");
        assert_eq!(of(ViewStatus { connected_since: ago(1), ..silent.clone() }), [""; 0]);
        assert_eq!(of(ViewStatus { confirmed_at: ago(1), ..silent.clone() }), [""; 0]);
        assert_eq!(of(ViewStatus { backlog: 0, ..silent.clone() }), [""; 0]);
        let said = of(ViewStatus { confirmed_at: ago(8), ..silent });
        assert!(said.len() == 1 && said[0].contains("last confirmed"), "{said:?}");
    }

    #[test]
    fn what_is_pushed_and_not_used_is_wrong_and_says_why() {
        let of = |pushed: PushedStatus| {
            let status = GatewayStatus { pushed: Some(pushed), ..troubled() };
            told(&pushed_of(status))
        };
        let state = ConfigState::new(troubled().now);
        assert_eq!(of(PushedStatus { state: state.clone(), closed: None }), [""; 0]);
        let closed = Some(Text::both("已损坏", "it is damaged"));
        assert_eq!(of(PushedStatus { state: state.clone(), closed }), ["it is damaged"]);
        let unfit = Some(Said::of(&Text::both("不合", "it does not fit")));
        let (at, by, keys) = (state.at, "office".to_owned(), Vec::new());
        let in_force = Some(ConfigInForce { number: 7, at, by, keys, unfit });
        let mut state = state;
        state.in_force = in_force;
        assert_eq!(of(PushedStatus { state, closed: None }), ["it does not fit"]);
        assert!(pushed(&Gateway::Stopped).is_empty());
    }

    fn pushed_of(status: GatewayStatus) -> Vec<Finding> {
        pushed(&Gateway::Runs(Box::new(status)))
    }
}
