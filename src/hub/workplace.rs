//! What the hub gives the pages of its workplace: what each is made from, and what can be done on them.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::api::{Api, ApiSource};
use super::charts::Charts;
use super::corrections::Corrections;
use super::desk::{Desk, Statements};
use super::ledger_desk::LedgerDesk;
use super::station::{StationSource, Stations};
use super::things::{ThingsOf, ThingsSource};
use super::uploads::Uploads;
use super::{HubSettings, HubState, gateway_deeds, metrics, pumps};
use crate::core::Calendar;
use crate::locales::Lang;
use crate::support::Clock;
use crate::users::Users;
use crate::water::Township;
use crate::web::{Access, Ask, Operation, Overview, Workplace};

/// What the pages of an office are made from.
pub(super) struct WorkplaceSource {
    pub settings: HubSettings,
    pub township: Arc<Township>,
    pub calendar: Calendar,
    pub clock: Clock,
    pub simulated: bool,
    pub users: Users,
    pub alarms: super::alarms::AlarmDesk,
}

impl WorkplaceSource {
    /// The workplace whose pages show `overview`, until `stop`.
    pub fn workplace(
        self,
        overview: watch::Receiver<Arc<Overview>>,
        stop: CancellationToken,
    ) -> Workplace {
        let Self { settings, township, calendar, clock, simulated, users, alarms } = self;
        let statements = Statements::new(&settings, township.clone(), clock.clone(), simulated);
        let pumps = pumps::pumps(
            (settings.clone(), statements.book()),
            township.clone(),
            clock.clone(),
            simulated,
        );
        let charts = Charts::new(settings.store.path.clone());
        let stations = Stations::new(StationSource {
            charts: charts.clone(),
            township: township.clone(),
            calendar: calendar.clone(),
            ledger: statements.book(),
            clock: clock.clone(),
            simulated,
        });
        let corrections = Corrections::new(settings.store.path.clone(), clock.clone(), stop);
        let withdrawals = corrections.clone();
        let uploads = Uploads::new(&settings, township.clone(), clock.clone());
        let templates = uploads.clone();
        let api = Api::new(ApiSource {
            settings: settings.clone(),
            township: township.clone(),
            calendar,
            clock: clock.clone(),
            overview: overview.clone(),
            statements: statements.clone(),
            alarms: alarms.book(),
        });
        let things = ThingsOf::new(ThingsSource {
            store: settings.store.path.clone(),
            township: township.clone(),
            clock: clock.clone(),
            overview: overview.clone(),
        });
        let ledger_desk =
            LedgerDesk::new(&settings, township.clone(), clock.clone(), statements.clone());
        let desk = Desk::new(statements, settings.clone(), township.clone(), clock.clone());
        Workplace {
            overview,
            users,
            station: Ask::new(move |asked| stations.clone().facts(asked)),
            correct: Ask::new(move |asked| corrections.clone().correct(asked)),
            withdraw: Ask::new(move |asked| withdrawals.clone().withdraw(asked)),
            pumps,
            gateway: gateway_deeds::deeds(settings, township, clock),
            upload: Ask::new(move |asked| uploads.clone().answer(asked)),
            ledger_template: Ask::new(move |lang| templates.clone().template(lang)),
            rows: Ask::new(move |asked| ledger_desk.clone().answer(asked)),
            desk: Ask::new(move |asked| desk.clone().answer(asked)),
            alarms: Ask::new(move |asked| alarms.clone().answer(asked)),
            api: Ask::new(move |asked| api.clone().answer(asked)),
            things: Ask::new(move |asked| things.clone().answer(asked)),
            chart: Ask::new(move |asked| charts.clone().draw(asked)),
        }
    }
}

/// What operators ask this hub for.
pub(super) fn operation(
    settings: &HubSettings,
    state: &Arc<HubState>,
    township: Option<metrics::TownshipShown>,
    clock: &Clock,
) -> Operation {
    let (of_metrics, of_health) = (state.clone(), state.clone());
    let (at_metrics, at_health) = (clock.clone(), clock.clone());
    let store = settings.store.path.clone();
    Operation {
        metrics: Arc::new(move || {
            let (state, store, township) = (of_metrics.clone(), store.clone(), township.clone());
            let now = at_metrics.moment();
            metrics::encode(metrics::Scrape { state, township, store, now }).ok()
        }),
        health: Arc::new(move || of_health.health(at_health.moment())),
    }
}

/// Who may reach the pages, by the settings.
pub(super) fn access(settings: &HubSettings, users: Option<Users>) -> Access {
    let web = &settings.web;
    let mut hosts = web.hosts.clone();
    hosts.extend(web.public_host().map(str::to_owned));
    Access {
        hosts,
        open_to: web.open_to.clone(),
        proxies: web.proxies.clone(),
        tls: web.is_encrypted(),
        listen: web.listen,
        lang: settings.lang.unwrap_or(Lang::Chinese),
        users,
    }
}
