//! What programs read, fetched from store, ledger and township: with readers and a queue of their own, so that whatever
//! they ask for holds up neither pages nor intake.

mod alarms;
mod figures;
mod files;
mod queue;
mod readers;
mod readings;
mod source;
mod stations;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::figures::Figures;
use self::files::Files;
use self::readers::Readers;
pub(super) use source::ApiSource;
use source::Found;

use crate::core::StationId;
use crate::web::{ApiAnswer, ApiAsked};

/// Answers programs.
#[derive(Clone)]
pub(super) struct Api(Arc<Shared>);

struct Shared {
    source: ApiSource,
    readers: Readers,
    figures: Figures,
    files: Files,
}

impl Api {
    pub fn new(source: ApiSource) -> Self {
        let readers = Readers::new(source.settings.store.path.clone());
        let (figures, files) = (Figures::new(), Files::new());
        Self(Arc::new(Shared { source, readers, figures, files }))
    }

    /// # Errors
    /// Store or ledger cannot be read.
    pub async fn answer(self, asked: ApiAsked) -> anyhow::Result<ApiAnswer> {
        Ok(self.found(asked).await?.unwrap_or_else(ApiAnswer::Refused))
    }

    async fn found(&self, asked: ApiAsked) -> Found {
        let Shared { source, readers, figures, files } = &*self.0;
        let overview = || source.overview.borrow().clone();
        match asked {
            ApiAsked::Version => {
                readers.version().await.map(|version| version.map(ApiAnswer::Version))
            }
            ApiAsked::Stations { after, most } => {
                let part = stations::page(&source.township, &overview(), after.as_ref(), most);
                Ok(Ok(ApiAnswer::Stations(part)))
            }
            ApiAsked::Station(id) => {
                let found = stations::one(&source.township, &overview(), &id);
                Ok(found.map(|station| ApiAnswer::Station(Box::new(station))))
            }
            ApiAsked::Gateways { after, most } => {
                let part = stations::gateways(&overview(), after.as_ref(), most);
                Ok(Ok(ApiAnswer::Gateways(part)))
            }
            ApiAsked::SeriesList { station, parameter, after, most } => {
                // A station that nothing is known of is no empty list.
                let known = |id: &StationId| source.township.station(id).is_some();
                let none = station.as_ref().filter(|id| !known(id));
                let none = none.map(|id| stations::none(&source.township, id));
                let read = readings::list(station, parameter, after, most);
                match (readers.read(read).await?, none) {
                    (Ok(ApiAnswer::SeriesList(part)), Some(none)) if part.items.is_empty() => {
                        Ok(Err(none))
                    }
                    (found, _) => Ok(found),
                }
            }
            ApiAsked::Series(series) => {
                readers.read(readings::one(series, source.clock.now())).await
            }
            ApiAsked::Readings { series, span, most, raw } => {
                readers.read(readings::readings(series, span, most, raw)).await
            }
            ApiAsked::Hours { series, span, most } => {
                readers.read(readings::hours(series, span, most)).await
            }
            ApiAsked::Days { series, from, to, most } => {
                readers.read(readings::days(series, (from, to), most)).await
            }
            ApiAsked::Alarms { open, before, most } => {
                alarms::page(&source.alarms, open, before, most).await
            }
            ApiAsked::Events => figures::events(source).await,
            ApiAsked::Figures(period) => figures.figures(source, period).await,
            ApiAsked::Figure { id, period } => figures.figure(source, &id, period).await,
            ApiAsked::Ledger { after, most } => figures::ledger(source, after, most).await,
            ApiAsked::File { format, station, parameter, from, to } => {
                let wanted = files::Wanted { format, station, parameter, from, to };
                files.begin(source, wanted).await
            }
        }
    }
}
