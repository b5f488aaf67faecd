//! Sets and entities as JSON, with their links, and what is expanded in them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value as Json};

use super::address;
use super::entity::{self, AHEAD_AT, Entity, Set};
use super::evaluate::in_list;
use super::expression::{Expression, Value};
use super::facts::{Extent, ObservationsAsked, Observed, Things, ThingsAnswer, ThingsAsked};
use super::model::{Kind, is_id};
use super::observed::{Plan, SORTED_MAX, part, plan};
use super::options::Options;
use super::parse::parse;
use crate::core::{Reading, Series};
use crate::locales::{Lang, Text, for_programs, things as words};
use crate::support::lock;
use crate::web::problem::{Kind as Wrong, Problem};
use crate::web::workplace::Ask;

/// Entities of one answer, with those that are expanded. As many take some ten megabytes. Engineering judgement.
const ENTITIES_MAX: usize = 10_000;

/// What the readings that are looked at for one answer may cost, one each: as many take a quarter of a second.
/// Engineering judgement.
const COST_MAX: u64 = 200_000;

/// Values of entities that are looked at for one answer, to choose among them and to put them in order: as many take
/// some four seconds of a core, while others have their turn. Engineering judgement.
const LOOKED_MAX: usize = 500_000;

/// Entities that are looked at or put into JSON before others have their turn: that takes some milliseconds.
const AT_A_TIME: usize = 500;

/// When whoever found too many others asking may ask again, s: then those that wait have been answered.
const RETRY_S: u64 = 2;

/// The same where so many values of each are looked at.
fn at_a_time(paths: usize) -> usize {
    (AT_A_TIME / (1 + paths)).max(1)
}

/// What comes of a question, or what is to be answered instead.
pub(super) type Outcome<T> = Result<T, Box<Problem>>;

/// What is worked out later.
type Later<'a, T> = Pin<Box<dyn Future<Output = Outcome<T>> + Send + 'a>>;

/// An answer while it is made.
pub(super) struct View {
    pub things: Arc<Things>,
    ask: Ask<ThingsAsked, ThingsAnswer>,
    /// The address of the view, as whoever asks reaches it.
    pub base: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entities: usize,
    looked: usize,
    cost: u64,
    extents: HashMap<usize, Extent>,
}

/// A page of a set.
pub(super) struct Page {
    pub entities: Vec<Entity>,
    pub count: Option<u64>,
    /// The query of the next page.
    next: Option<Vec<(String, String)>>,
}

impl View {
    /// Of what the hub knows now.
    pub async fn open(ask: Ask<ThingsAsked, ThingsAnswer>, base: String) -> Outcome<Self> {
        match asked(&ask, ThingsAsked::Known).await? {
            ThingsAnswer::Known(things) => Ok(Self { things, ask, base, state: Mutex::default() }),
            _ => Err(failed()),
        }
    }

    /// The observation of a series and a time.
    pub async fn observation(&self, id: &str) -> Outcome<Option<Entity>> {
        let Some((series, at)) = entity::observation(id) else { return Ok(None) };
        let Some(number) = self.things.series_number(&series.to_string()) else { return Ok(None) };
        let filter = parse(&format!("phenomenonTime eq {at}")).ok();
        let options = Options { filter, ..Options::read(Vec::new(), Kind::Observation, false)? };
        let page = self.page(&Set::Observations(vec![number]), &options).await?;
        Ok(page.entities.into_iter().next())
    }

    /// The page of a set that the options ask for.
    pub async fn page(&self, set: &Set, options: &Options) -> Outcome<Page> {
        match set {
            Set::One(entity) => {
                let entities = entity.iter().cloned().collect();
                Ok(Page { entities, count: None, next: None })
            }
            Set::Many(kind, entities) => self.listed(*kind, entities.clone(), options).await,
            Set::Observations(series) => match self.plan(series, options).await? {
                Plan::Paged(asked) => {
                    let observed = self.observations(asked).await?;
                    let count = observed.count;
                    let more = observed.more;
                    let entities = self.entities(observed);
                    let last = entities.last().filter(|_| more).map(|last| last.id(&self.things));
                    let next = last.map(|last| next_query(options, "$skiptoken", last));
                    Ok(Page { entities, count, next })
                }
                Plan::Sorted(asked) => {
                    let observed = self.observations(asked).await?;
                    if observed.more {
                        return Err(too_much(words::too_many_to_sort(SORTED_MAX)));
                    }
                    self.cut(self.entities(observed), options).await
                }
            },
        }
    }

    async fn plan(&self, series: &[usize], options: &Options) -> Outcome<Plan> {
        let filter = options.filter.as_ref();
        let paths = filter.map_or(0, |filter| filter.paths().len());
        self.look(series.len(), paths)?;
        let mut parts = Vec::new();
        for some in series.chunks(at_a_time(paths)) {
            parts.extend(some.iter().filter_map(|number| part(&self.things, *number, filter)));
            tokio::task::yield_now().await;
        }
        Ok(plan(parts, options, COST_MAX - lock(&self.state).cost))
    }

    /// Counts that `paths` of so many entities are looked at, if they may be.
    fn look(&self, entities: usize, paths: usize) -> Outcome<()> {
        let mut state = lock(&self.state);
        state.looked = state.looked.saturating_add(entities.saturating_mul(1 + paths));
        match state.looked > LOOKED_MAX {
            true => Err(too_much(words::too_many_values(LOOKED_MAX))),
            false => Ok(()),
        }
    }

    /// A page of entities that are all at hand.
    async fn listed(&self, kind: Kind, entities: Vec<Entity>, options: &Options) -> Outcome<Page> {
        let mut paths = options.filter.as_ref().map_or(Vec::new(), Expression::paths);
        self.look(entities.len(), paths.len())?;
        let some = at_a_time(paths.len());
        paths.extend(options.order.iter().map(|(path, _)| path.clone()));
        let by_time = |path: &Vec<String>| match path.as_slice() {
            [time] => time.ends_with("Time"),
            [first, second] => first == "properties" && second == AHEAD_AT,
            _ => false,
        };
        if kind == Kind::Datastream && paths.iter().any(by_time) {
            self.look_up(&entities).await?;
        }
        let mut wanted = Vec::new();
        for (number, entity) in entities.into_iter().enumerate() {
            if number % some == some - 1 {
                tokio::task::yield_now().await;
            }
            let lookup = |path: &[String]| entity.value(&self.things, self.extent(&entity), path);
            if options.filter.as_ref().is_none_or(|filter| filter.holds(&lookup)) {
                wanted.push(entity);
            }
        }
        self.cut(wanted, options).await
    }

    /// Puts entities in order, and cuts the page out.
    async fn cut(&self, mut entities: Vec<Entity>, options: &Options) -> Outcome<Page> {
        if !options.order.is_empty() {
            entities = self.in_order(entities, &options.order).await?;
        }
        let count = options.count.then_some(entities.len() as u64);
        let end = options.skip.saturating_add(options.top);
        // A page of none leads to no other: it would be the same again.
        let more = options.top > 0 && entities.len() > end;
        let next = more.then(|| next_query(options, "$skip", end.to_string()));
        let entities = entities.into_iter().skip(options.skip).take(options.top).collect();
        Ok(Page { entities, count, next })
    }

    async fn in_order(
        &self,
        entities: Vec<Entity>,
        order: &[(Vec<String>, bool)],
    ) -> Outcome<Vec<Entity>> {
        self.look(entities.len(), order.len())?;
        let some = at_a_time(order.len());
        let mut keyed = Vec::with_capacity(entities.len());
        for (number, entity) in entities.into_iter().enumerate() {
            if number % some == some - 1 {
                tokio::task::yield_now().await;
            }
            let values = order.iter().map(|(path, descending)| {
                Key(entity.value(&self.things, self.extent(&entity), path), *descending)
            });
            keyed.push((values.collect::<Vec<_>>(), entity));
        }
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(keyed.into_iter().map(|(_, entity)| entity).collect())
    }

    async fn observations(&self, question: ObservationsAsked) -> Outcome<Observed> {
        match asked(&self.ask, ThingsAsked::Observations(question)).await? {
            ThingsAnswer::Observations(observed) => {
                lock(&self.state).cost += observed.cost;
                Ok(observed)
            }
            ThingsAnswer::TooMuch => Err(too_much(words::too_many_readings(COST_MAX))),
            _ => Err(failed()),
        }
    }

    fn entities(&self, observed: Observed) -> Vec<Entity> {
        let entity = |(reading, counted): (Reading, Option<f64>)| {
            let number = self.things.series.binary_search(&reading.series).ok()?;
            Some(Entity::Observation(number, reading, counted))
        };
        observed.rows.into_iter().filter_map(entity).collect()
    }

    /// Looks up when the readings of these datastreams were made.
    async fn look_up(&self, entities: &[Entity]) -> Outcome<()> {
        let unknown: Vec<usize> = {
            let state = lock(&self.state);
            let numbers = entities.iter().filter_map(|entity| match entity {
                Entity::Datastream(number) => Some(*number),
                _ => None,
            });
            numbers.filter(|number| !state.extents.contains_key(number)).collect()
        };
        if unknown.is_empty() {
            return Ok(());
        }
        let series: Vec<Series> =
            unknown.iter().map(|number| self.things.series[*number].clone()).collect();
        match asked(&self.ask, ThingsAsked::Extents(series)).await? {
            ThingsAnswer::Extents(found) => {
                lock(&self.state).extents.extend(unknown.into_iter().zip(found));
                Ok(())
            }
            ThingsAnswer::TooMuch => Err(too_much(words::too_many_streams())),
            _ => Err(failed()),
        }
    }

    fn extent(&self, entity: &Entity) -> Extent {
        match entity {
            Entity::Datastream(number) => {
                lock(&self.state).extents.get(number).copied().unwrap_or_default()
            }
            _ => Extent::default(),
        }
    }

    /// The address of an entity.
    pub fn link(&self, entity: &Entity) -> String {
        address::entity(&self.base, entity.kind(), &entity.id(&self.things))
    }

    /// A page as JSON, at that address.
    pub async fn shown(
        &self,
        page: Page,
        options: &Options,
        at: &str,
    ) -> Outcome<Map<String, Json>> {
        let mut shown = Map::new();
        if let Some(count) = page.count {
            shown.insert("@iot.count".into(), count.into());
        }
        if let Some(next) = &page.next {
            shown.insert("@iot.nextLink".into(), address::with_query(at, next).into());
        }
        let entities = self.rendered(&page.entities, options).await?;
        shown.insert("value".into(), entities.into());
        Ok(shown)
    }

    /// The links of a page's entities, at that address.
    pub fn references(&self, page: &Page, at: &str) -> Map<String, Json> {
        let one = |entity| serde_json::json!({ "@iot.selfLink": self.link(entity) });
        let mut shown = Map::new();
        if let Some(next) = &page.next {
            shown.insert("@iot.nextLink".into(), address::with_query(at, next).into());
        }
        shown.insert("value".into(), page.entities.iter().map(one).collect());
        shown
    }

    /// Entities as JSON, with what the options select and expand.
    pub fn rendered<'a>(
        &'a self,
        entities: &'a [Entity],
        options: &'a Options,
    ) -> Later<'a, Vec<Json>> {
        Box::pin(async move {
            {
                let mut state = lock(&self.state);
                state.entities += entities.len();
                if state.entities > ENTITIES_MAX {
                    return Err(too_much(words::too_many_entities(ENTITIES_MAX)));
                }
            }
            self.look_up(entities).await?;
            let mut rendered = Vec::with_capacity(entities.len());
            for (number, entity) in entities.iter().enumerate() {
                if number % AT_A_TIME == AT_A_TIME - 1 {
                    tokio::task::yield_now().await;
                }
                let mut shown = self.own(entity, options);
                self.expand(&mut shown, entity, options).await?;
                rendered.push(Json::Object(shown));
            }
            Ok(rendered)
        })
    }

    /// Properties and links of an entity, as far as they are asked for.
    fn own(&self, entity: &Entity, options: &Options) -> Map<String, Json> {
        let select = options.select.as_deref();
        let wanted = |name: &str| {
            select.is_none_or(|names| {
                names.iter().any(|known| known == name || (is_id(known) && is_id(name)))
            })
        };
        let mut shown = entity.properties(&self.things, self.extent(entity));
        shown.retain(|name, _| wanted(name));
        let link = self.link(entity);
        if wanted("id") {
            shown.insert("@iot.id".into(), entity.id(&self.things).into());
        }
        for (name, ..) in entity.kind().relations() {
            if wanted(name) && !options.expand.iter().any(|(expanded, _)| expanded == name) {
                let address = format!("{link}/{name}");
                shown.insert(format!("{name}@iot.navigationLink"), address.into());
            }
        }
        if wanted("@iot.selfLink") {
            shown.insert("@iot.selfLink".into(), link.into());
        }
        shown
    }

    async fn expand(
        &self,
        shown: &mut Map<String, Json>,
        entity: &Entity,
        options: &Options,
    ) -> Outcome<()> {
        for (name, nested) in &options.expand {
            let set = entity.related(&self.things, name);
            let page = self.page(&set, nested).await?;
            if let Set::One(_) = set {
                let one = self.rendered(&page.entities, nested).await?.pop();
                shown.insert((*name).to_owned(), one.unwrap_or_default());
                continue;
            }
            let at = format!("{}/{name}", self.link(entity));
            for (key, value) in self.shown(page, nested, &at).await? {
                let key = if key == "value" { (*name).to_owned() } else { format!("{name}{key}") };
                shown.insert(key, value);
            }
        }
        Ok(())
    }
}

/// A value by which entities are put in order, and whether the greatest comes first.
#[derive(PartialEq)]
struct Key(Value, bool);

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = in_list(&self.0, &other.0);
        if self.1 { order.reverse() } else { order }
    }
}

/// The query of the next page, which begins where `name` says.
fn next_query(options: &Options, name: &str, begins: String) -> Vec<(String, String)> {
    let passing = ["$skip", "$skiptoken"];
    let mut query: Vec<_> = options.written.clone();
    query.retain(|(known, _)| !passing.contains(&known.as_str()));
    query.push((name.to_owned(), begins));
    query
}

/// Asks the hub.
async fn asked(
    ask: &Ask<ThingsAsked, ThingsAnswer>,
    question: ThingsAsked,
) -> Outcome<ThingsAnswer> {
    match ask.ask(question).await {
        Ok(ThingsAnswer::Busy) => {
            Err(Box::new(Problem::new(Wrong::Busy, words::busy()).retry_after(RETRY_S)))
        }
        Ok(answer) => Ok(answer),
        Err(error) => {
            let error = for_programs(Lang::English, || format!("{error:#}"));
            tracing::error!(error, "cannot read what the SensorThings view asks for");
            Err(failed())
        }
    }
}

fn failed() -> Box<Problem> {
    Box::new(Problem::bare(Wrong::Failed))
}

fn too_much(rule: Text) -> Box<Problem> {
    Box::new(Problem::new(Wrong::InvalidValue, rule).hint(words::ask_for_less()))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
