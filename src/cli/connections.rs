//! The connections that a configuration names, tried for `hanqing check`.

use std::path::Path;

#[cfg(feature = "edge")]
use super::runtime::block_on;
#[cfg(all(feature = "hub", not(feature = "edge")))]
use super::runtime::block_on_two_threads as block_on;
use crate::config::FileKind;
use crate::locales::Text;
use crate::mqtt::CertificateEnd;
#[cfg(any(feature = "edge", feature = "hub"))]
use crate::{
    config,
    locales::{cli as words, foreign},
    mqtt::{MqttSettings, try_broker},
    wire::Channel,
};

/// What is said of one connection, and when the certificate ends that it was shown; the error says what is wrong.
type Tried = Result<(Text, Option<CertificateEnd>), Text>;

/// What is wrong with a file that the server of a hub needs, though it is there.
#[cfg(feature = "influx")]
pub(super) fn unusable_file(file: &Path, kind: FileKind, set: &[(String, String)]) -> Option<Text> {
    use crate::store::server::read_files;

    let settings = Some(file).filter(|_| kind == FileKind::Hub)?;
    let settings = config::load_ingester(settings, set).ok()?;
    read_files(settings.store.server.as_ref()?).err().map(server_problem)
}

#[cfg(not(feature = "influx"))]
pub(super) fn unusable_file(
    _file: &Path,
    _kind: FileKind,
    _set: &[(String, String)],
) -> Option<Text> {
    None
}

#[cfg(feature = "influx")]
fn server_problem(error: crate::store::StoreError) -> Text {
    words::server(foreign::chain(&anyhow::Error::from(error)))
}

/// Tries each connection of a file that is in order.
#[cfg_attr(
    not(any(feature = "edge", feature = "hub")),
    allow(unused_variables, reason = "no file has one")
)]
pub(super) fn of(file: &Path, kind: FileKind, set: &[(String, String)]) -> Vec<Tried> {
    match kind {
        #[cfg(feature = "edge")]
        FileKind::Edge => {
            let Ok((settings, _)) = config::load_edge(file, set) else { return Vec::new() };
            let gateway = settings.gateway;
            let acks = crate::wire::Topic::new(gateway.clone(), Channel::Ack).to_string();
            let client = crate::mqtt::uplink::client_id(&gateway);
            let own = broker(&settings.mqtt, &client, gateway.as_str(), vec![acks]);
            let of_views = settings.views.iter().filter_map(|view| {
                let client = view.client_id(&gateway);
                Some(broker(view.mqtt.as_ref()?, &client, gateway.as_str(), Vec::new()))
            });
            std::iter::once(own).chain(of_views).collect()
        }
        #[cfg(feature = "influx")]
        FileKind::Hub => {
            let Ok(settings) = config::load_ingester(file, set) else { return Vec::new() };
            let server = settings.store.server.as_ref().map(|server| {
                let tried = crate::store::server::try_server(server);
                let end = |at| CertificateEnd { whose: crate::mqtt::Whose::Server, at };
                let tried = tried.map(|(said, ends)| (words::server(said), ends.map(end)));
                tried.map_err(server_problem)
            });
            hub_broker(&settings).into_iter().chain(server).collect()
        }
        #[cfg(all(feature = "hub", not(feature = "influx")))]
        FileKind::Hub => {
            let Ok((settings, _)) = config::load_hub(file, set) else { return Vec::new() };
            hub_broker(&settings).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Tries the broker of a hub, unless it is in the hub's own process.
#[cfg(feature = "hub")]
fn hub_broker(settings: &crate::hub::HubSettings) -> Option<Tried> {
    if settings.broker.is_some() {
        return None;
    }
    let mut readings = Channel::Readings.filter();
    if let Some(group) = &settings.share {
        // A group of its own: it must get nothing that is meant for those that ingest.
        readings = format!("$share/{group}-check/{readings}");
    }
    let filters = vec![readings, Channel::Birth.filter(), Channel::Status.filter()];
    Some(broker(&settings.mqtt, &settings.client_id, &settings.client_id, filters))
}

/// Tries a broker beside the daemon that may be running: a second client of its name would end its connection.
#[cfg(any(feature = "edge", feature = "hub"))]
fn broker(mqtt: &MqttSettings, client: &str, own_name: &str, filters: Vec<String>) -> Tried {
    let client = format!("{client}-check");
    let tried = block_on(async { Ok(try_broker(mqtt, &client, own_name, filters).await) });
    match tried {
        Ok(Ok((version, end))) => Ok((words::broker_takes(&mqtt.url, version.number()), end)),
        Ok(Err(error)) => Err(words::broker_does_not(error.text())),
        Err(error) => Err(words::broker_does_not(foreign::chain(&error))),
    }
}
