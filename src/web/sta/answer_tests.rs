//! What an answer may cost where there are many series.

use super::*;
use crate::locales::within;
use crate::web::sta::test_kit::many;

/// Series of a large hub.
const SERIES: usize = 4_000;

async fn view() -> View {
    let known = Arc::new(many(SERIES));
    let ask = Ask::new(move |asked| {
        let answer = match asked {
            ThingsAsked::Known => ThingsAnswer::Known(known.clone()),
            _ => ThingsAnswer::Observations(Observed::default()),
        };
        async move { Ok(answer) }
    });
    View::open(ask, String::new()).await.unwrap()
}

/// A filter of so many terms.
fn filter(terms: usize) -> Options {
    let filter = vec!["Datastream/id eq 'x'"; terms].join(" or ");
    let pairs = vec![("$filter".to_owned(), filter)];
    Options::read(pairs, Kind::Observation, false).unwrap()
}

/// It would take a core for a minute, and all the others wait.
#[tokio::test]
async fn a_filter_of_many_terms_is_not_held_against_many_series() {
    let all = || Set::Observations((0..SERIES).collect());
    let page = view().await.page(&all(), &filter(3)).await.unwrap();
    assert_eq!(page.entities, []);
    let refused = view().await.page(&all(), &filter(150)).await.err().unwrap();
    let said = within(Lang::English, || format!("{refused:?}"));
    assert!(said.contains("more than 500000 values"), "{said}");
    // Of a few series it may have as many.
    let some = Set::Observations((0..100).collect());
    assert!(view().await.page(&some, &filter(150)).await.is_ok());
    // What is expanded counts together.
    let view = view().await;
    for _ in 0..10 {
        view.page(&all(), &filter(10)).await.unwrap();
    }
    assert!(view.page(&all(), &filter(20)).await.is_err());
}

/// While many are looked at, others have their turn.
#[tokio::test]
async fn others_have_their_turn_while_many_are_looked_at() {
    let view = view().await;
    let others = Arc::new(Mutex::new(0));
    let counter = others.clone();
    let other = tokio::spawn(async move {
        loop {
            *lock(&counter) += 1;
            tokio::task::yield_now().await;
        }
    });
    let all = Set::Observations((0..SERIES).collect());
    view.page(&all, &filter(100)).await.unwrap();
    other.abort();
    assert!(*lock(&others) > 100, "{}", lock(&others));
}
