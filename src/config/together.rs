//! What is wrong with files together that are right one by one: gateways against the township, and against each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::layers::Layers;
use super::load::environment;
use super::load_edge::{LoadedEdge, read_with_unused};
use super::load_hub::{read_hub, read_township};
use super::publishers_together;
use super::reach::levels_out_of_reach;
use super::source_text::FileProblem;
use crate::core::{Parameter, Problems, Series, did_you_mean};
use crate::device::Point;
use crate::hub::HubSettings;
use crate::locales::{Argument, Text, check as words, config};
use crate::modbus::DeviceSettings;
use crate::water::{StationKind, Township};

/// What several files say that does not fit together.
#[derive(Debug, Default)]
pub struct Together {
    pub problems: Vec<FileProblem>,
    /// What may be meant so, but rarely is.
    pub warnings: Vec<Text>,
}

/// A gateway's file that is right.
struct Gateway {
    file: PathBuf,
    layers: Layers,
    loaded: LoadedEdge,
}

/// Compares the gateways in `edges` with one another, and with the townships in `townships`; a hub in `hubs` names its
/// township. `set` goes over the files of gateways and hubs. Files with problems of their own take no part.
pub fn together(
    edges: &[&Path],
    hubs: &[&Path],
    townships: &[&Path],
    set: &[(String, String)],
) -> Together {
    let environment = environment();
    let gateways = once(edges.iter().map(|file| file.to_path_buf())).filter_map(|file| {
        let layers = || Layers::read(&file, &environment, set);
        let (loaded, _) = read_with_unused(&file, layers());
        let (layers, loaded) = (layers(), loaded.finish().ok()?);
        Some(Gateway { file, layers, loaded })
    });
    let gateways: Vec<Gateway> = gateways.collect();
    let hubs = once(hubs.iter().map(|file| file.to_path_buf()));
    let hubs: Vec<(PathBuf, HubSettings)> = hubs
        .filter_map(|hub| {
            let loaded = read_hub(&hub, &environment, set).finish().ok()?;
            Some((hub, loaded))
        })
        .collect();
    let named = hubs.iter().map(|(_, settings)| settings.township.clone());
    let files = once(townships.iter().map(|file| file.to_path_buf()).chain(named));
    let townships: Vec<(PathBuf, Township)> = files
        .filter_map(|file| Some((file.clone(), read_township(&file).finish().ok()?)))
        .collect();
    let mut together = Together::default();
    among_gateways(&gateways, &mut together.problems);
    for gateway in &gateways {
        for (file, township) in &townships {
            stations(gateway, file, township, &mut together);
            let (settings, profiles) = &gateway.loaded;
            let edge = (gateway.file.as_path(), settings, profiles);
            together.warnings.extend(levels_out_of_reach(edge, (file, township)));
        }
    }
    let names = gateways.iter().map(|gateway| {
        let (settings, _) = &gateway.loaded;
        (settings.gateway.as_str(), gateway.file.as_path())
    });
    let names: BTreeMap<&str, &Path> = names.collect();
    for (hub, settings) in &hubs {
        let township = townships.iter().find(|(file, _)| is_same(file, &settings.township));
        let Some((file, township)) = township else { continue };
        let found = Problems::of(|found| {
            let publishers = &settings.publishers;
            publishers_together::check(publishers, (file, township), &names, found);
        });
        if !found.is_empty() {
            let layers = Layers::read(hub, &environment, set);
            let placed = found.into_iter().map(|problem| layers.place(problem));
            together.problems.extend(placed);
        }
    }
    together
}

/// Whether both are names of one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let itself = |file: &Path| file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    one == other || itself(one) == itself(other)
}

/// Each file once, though it may be given by several names.
fn once(files: impl Iterator<Item = PathBuf>) -> impl Iterator<Item = PathBuf> {
    let mut seen = Vec::new();
    files.filter(move |file| {
        let itself = file.canonicalize().unwrap_or_else(|_| file.clone());
        let new = !seen.contains(&itself);
        if new {
            seen.push(itself);
        }
        new
    })
}

/// Names that two gateways have, and series that two observe.
fn among_gateways(gateways: &[Gateway], problems: &mut Vec<FileProblem>) {
    let mut names: BTreeMap<&str, &Path> = BTreeMap::new();
    let mut observed: BTreeMap<Series, (&Path, String)> = BTreeMap::new();
    for gateway in gateways {
        let (settings, _) = &gateway.loaded;
        let id = settings.gateway.as_str();
        let mut found = Problems::default();
        if let Some(first) = names.get(id) {
            // Its series are those of the first, which says nothing more.
            let (rule, hint) = (words::gateway_taken(*first), words::gateway_of_its_own());
            found.add("gateway", id, rule, hint);
            gateway.tell(found, problems);
            continue;
        }
        names.insert(id, &gateway.file);
        let mut last = None;
        gateway.each_series(&mut found, |(key, _, _), series, found| {
            match observed.get(&series) {
                Some((first, there)) if *first != gateway.file => {
                    // A device observes several series of a station: one mistake, one line.
                    let place = Some(found.path(&key));
                    if last == place {
                        return;
                    }
                    last = place;
                    let rule = words::fed_by_both(Argument::of(&series), there, *first);
                    found.add(key, &series.station, rule, words::one_gateway_a_series());
                }
                Some(_) => {}
                None => {
                    observed.insert(series, (&gateway.file, found.path("")));
                }
            }
        });
        gateway.tell(found, problems);
    }
}

/// Stations that the township does not have or gives to another gateway, and readings that it has no use for.
fn stations(gateway: &Gateway, file: &Path, township: &Township, together: &mut Together) {
    let (settings, _) = &gateway.loaded;
    let Together { problems, warnings } = together;
    let mut found = Problems::default();
    let mut last = None;
    gateway.each_series(&mut found, |(key, device, point), series, found| {
        let place = found.path(&key);
        let new = last.as_ref() != Some(&place);
        last = Some(place);
        let Some(station) = township.station(&series.station) else {
            if new {
                let known = township.stations.iter().map(|station| station.id.as_str());
                let near = did_you_mean(series.station.as_str(), known);
                let hint = near.unwrap_or_else(|| words::correct_or_add(file));
                found.add(key, &series.station, words::unknown_station(file), hint);
            }
            return;
        };
        if let Some(other) = station.gateway.as_ref().filter(|id| **id != settings.gateway) {
            if new {
                let rule = words::of_other_gateway(other.as_str(), file);
                found.add(key, &series.station, rule, words::correct_station_or_gateway(file));
            }
        } else if is_odd(point.parameter, station.kind) {
            let (station_id, profile) = (&series.station, &device.profile);
            let delivers = config::delivers(profile, device.unit, Argument::of(station_id));
            let parameter = point.parameter.spec().name();
            let kind = station.kind.name();
            warnings.push(words::odd_parameter(&gateway.file, delivers, parameter, kind));
        }
    });
    gateway.tell(found, problems);
}

/// Whether a station of this kind has no use for the parameter: pumps have a station of their own, and so have rain and
/// soil. Quantities of which more than one kind makes sense are none of it. Engineering judgement: the figures take
/// electricity from pumps, rain from gauges, moisture from soil (src/account).
fn is_odd(parameter: Parameter, kind: StationKind) -> bool {
    match parameter {
        Parameter::EnergyTotal
        | Parameter::Power
        | Parameter::RunState
        | Parameter::RunHours
        | Parameter::Frequency => kind != StationKind::Pump,
        Parameter::SoilMoisture | Parameter::SoilTemperature => kind != StationKind::Soil,
        Parameter::Level => matches!(kind, StationKind::RainGauge | StationKind::Soil),
        _ => false,
    }
}

impl Gateway {
    /// Calls `look` for each series that a device of it observes: with the key of its station below the device, with
    /// the device and its point, the series, and the problems in the scope of the device.
    fn each_series<'a>(
        &'a self,
        found: &mut Problems,
        mut look: impl FnMut((String, &'a DeviceSettings, &'a Point), Series, &mut Problems),
    ) {
        let (settings, profiles) = &self.loaded;
        for (index, bus) in settings.buses.iter().enumerate() {
            let found = &mut found.item("bus", index);
            for (index, device) in bus.devices.iter().enumerate() {
                let found = &mut found.item("device", index);
                let Some(profile) = profiles.get(&device.profile) else { continue };
                for (point, series) in device.observes(profile) {
                    let key = match &point.channel {
                        Some(channel) => format!("channels.{channel}"),
                        None => "station".into(),
                    };
                    look((key, device, point), series, found);
                }
            }
        }
    }

    fn tell(&self, found: Problems, problems: &mut Vec<FileProblem>) {
        problems.extend(found.into_list().into_iter().map(|problem| self.layers.place(problem)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gateway with one device.
    fn edge(folder: &Path, name: &str, device: &str) -> PathBuf {
        let file = folder.join(format!("{name}.toml"));
        let text = format!(
            "gateway = \"gw-{name}\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:1883\"\n[spool]\npath = \"{name}.db\"\n\
             [[bus]]\nname = \"b\"\ntcp = \"10.0.0.1:502\"\n[[bus.device]]\nunit = 1\n{device}\n"
        );
        std::fs::write(&file, text).unwrap();
        file
    }

    fn lines(together: &Together) -> Vec<String> {
        together.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_examples_fit_together() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let gateways = std::fs::read_dir(root.join("examples/2022/gateways")).unwrap();
        let gateways: Vec<PathBuf> = gateways.map(|entry| entry.unwrap().path()).collect();
        let edges: Vec<&Path> = gateways.iter().map(PathBuf::as_path).collect();
        let found = together(&edges, &[], &[&root.join("township.toml")], &[]);
        assert_eq!((lines(&found), found.warnings.len()), (Vec::new(), 0), "{:?}", found.warnings);
        let found = together(&[&root.join("edge.toml")], &[&root.join("hub.toml")], &[], &[]);
        assert_eq!((lines(&found), found.warnings.len()), (Vec::new(), 0), "{:?}", found.warnings);
    }

    #[test]
    fn a_station_that_the_township_does_not_have_is_named_with_the_near_one() {
        let folder = tempfile::tempdir().unwrap();
        let device = "profile = \"sdm120\"\nstation = \"pump-dongman-1\"";
        let file = edge(folder.path(), "a", device);
        let township = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/township.toml");
        let found = together(&[&file], &[], &[&township], &[]);
        let [line] = lines(&found).try_into().unwrap();
        assert!(line.contains("a.toml:12:1: bus[0].device[0].station = pump-dongman-1"), "{line}");
        assert!(line.ends_with("did you mean `pump-dongmen-1`?"), "{line}");
        let device = "profile = \"sdm120\"\nstation = \"pond-dongmen-1\"";
        let file = edge(folder.path(), "a", device);
        let found = together(&[&file], &[], &[&township], &[]);
        assert_eq!(lines(&found), Vec::<String>::new());
        let odd: Vec<String> = found.warnings.iter().map(|w| w.to_string()).collect();
        assert!(odd.iter().any(|w| w.contains("energy register")), "{odd:?}");
    }

    #[test]
    fn a_series_has_one_gateway_and_a_name_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let device = "profile = \"qdy30\"\nstation = \"pond-1\"";
        let [a, b] = ["a", "b"].map(|name| edge(folder.path(), name, device));
        let found = together(&[&a, &b, &a], &[], &[], &[]);
        let [line] = lines(&found).try_into().unwrap();
        assert!(line.contains("b.toml:12:1") && line.contains("pond-1/level"), "{line}");
        assert!(line.contains("bus[0].device[0] of") && line.contains("a.toml"), "{line}");
        let text = std::fs::read_to_string(&b).unwrap().replace("gw-b", "gw-a");
        std::fs::write(&b, text).unwrap();
        let [line] = lines(&together(&[&a, &b], &[], &[], &[])).try_into().unwrap();
        assert!(line.contains("b.toml:1:1: gateway = gw-a: is the gateway of"), "{line}");
        let township = folder.path().join("t.toml");
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/township.toml");
        let text = std::fs::read_to_string(shipped).unwrap();
        let text = text.replacen("[[station]]", "[[station]]\ngateway = \"gw-z\"", 1);
        let id = text.split("gw-z\"\nid = \"").nth(1).and_then(|rest| rest.split('"').next());
        std::fs::write(&township, &text).unwrap();
        let device = format!("profile = \"qdy30\"\nstation = \"{}\"", id.unwrap());
        let file = edge(folder.path(), "c", &device);
        let [line] = lines(&together(&[&file], &[], &[&township], &[])).try_into().unwrap();
        assert!(line.contains("is read by gateway gw-z"), "{line}");
    }
}
