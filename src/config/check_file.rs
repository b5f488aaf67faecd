//! The check of a file of any kind.

use std::path::Path;

use super::layers::{ENVIRONMENT_PREFIX, Layers};
use super::load::environment;
#[cfg(feature = "edge")]
use super::secrets::exposed_files_of_gateway;
use super::source_text::{FileProblem, SourceText};
use crate::core::Problem;
#[cfg(feature = "edge")]
use crate::locales::{Argument, register_table};
use crate::locales::{Text, check as own, config as words};
use crate::mqtt::CertificateEnd;
#[cfg(any(feature = "edge", feature = "hub"))]
use crate::mqtt::certificate_ends;

/// A kind of configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A gateway, `edge.toml`.
    Edge,
    /// An office, `hub.toml`.
    Hub,
    Township,
    /// A device profile, `devices/*.toml`.
    Profile,
    Scenario,
    /// None of these, or a file that cannot be read.
    Unknown,
}

impl FileKind {
    /// Tells the kind by a top-level key that no other kind has.
    fn of(keys: &toml::Table) -> Self {
        let any = |names: &[&str]| names.iter().any(|name| keys.contains_key(*name));
        if any(&["gateway", "bus", "spool"]) {
            Self::Edge
        } else if any(&["store", "township", "ledger", "web"]) {
            Self::Hub
        } else if any(&["village", "station", "crop"]) {
            Self::Township
        } else if any(&["point", "registers_max", "verified_by"]) {
            Self::Profile
        } else if any(&["physics_from", "month", "spell"]) {
            Self::Scenario
        } else {
            Self::Unknown
        }
    }

    pub fn name(self) -> Text {
        match self {
            Self::Edge => words::kind_edge(),
            Self::Hub => words::kind_hub(),
            Self::Township => words::kind_township(),
            Self::Profile => words::kind_profile(),
            Self::Scenario => words::kind_scenario(),
            Self::Unknown => words::kind_unknown(),
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    pub kind: FileKind,
    /// Empty where the file is right.
    pub problems: Vec<FileProblem>,
    /// What is not wrong but should be changed.
    pub warnings: Vec<Text>,
    /// When the certificates that it names end.
    pub certificates: Vec<CertificateEnd>,
    /// Names of the variables that set a value, in order.
    pub environment: Vec<String>,
}

/// Checks a file of any kind, with the parts in its conf.d and with the environment, as the daemons read it. A hub's
/// township is a file of its own, and checked as such.
pub fn check_file(file: &Path) -> CheckReport {
    check_file_with(file, &[])
}

/// The same with the values that a command line sets, over the file of a gateway or a hub.
pub fn check_file_with(file: &Path, set: &[(String, String)]) -> CheckReport {
    check_within(file, &environment(), set)
}

fn check_within(
    file: &Path,
    environment: &[(String, String)],
    set: &[(String, String)],
) -> CheckReport {
    let source = match SourceText::read(file) {
        Ok(source) => source,
        Err(problem) => {
            let (kind, problems) = (FileKind::Unknown, vec![*problem]);
            let (warnings, certificates, environment) = (Vec::new(), Vec::new(), Vec::new());
            return CheckReport { kind, problems, warnings, certificates, environment };
        }
    };
    let keys: toml::Table = source.text.parse().unwrap_or_default();
    let kind = FileKind::of(&keys);
    let mut warnings = Vec::new();
    if matches!(kind, FileKind::Edge | FileKind::Hub) {
        warnings.extend(idle_variables(&keys, environment));
    }
    let mut certificates = Vec::new();
    let whole = |rule: Text, hint: Text| vec![source.place(Problem::new("", "", rule, hint))];
    let problems = match kind {
        #[cfg(feature = "edge")]
        FileKind::Edge => {
            let layers = || Layers::read(file, environment, set);
            let (mut loaded, unused) = super::load_edge::read_with_unused(file, layers());
            if let Some((read, profiles)) = &loaded.value {
                warnings.extend(exposed_files_of_gateway(read));
                warnings.extend(super::edge::distances_as_levels(read, profiles));
                let names_no_key = |one: &FileProblem| one.problem.path == "remote.public_key_file";
                if !loaded.problems.iter().any(names_no_key) {
                    warnings.extend(super::pushed::remote_warning(read));
                }
                let brokers = read.brokers();
                certificates =
                    brokers.iter().flat_map(|(_, mqtt)| certificate_ends(mqtt)).collect();
                let keeps_no_space = read.spool.free_min_mb == 0;
                warnings.extend(keeps_no_space.then(words::no_space_is_kept));
                warnings.extend(super::ram_disk::gateway_files_in_memory(read));
                let (mut here, about) = super::places::of_gateway(read);
                here.extend(certificate_of_another(read));
                warnings.extend(user_of_another(read));
                warnings.extend(about);
                add_placed(&layers(), here, &mut loaded.problems);
            }
            let unused = unused.iter().map(Argument::of).map(own::profile_not_used);
            warnings.extend(unused);
            loaded.problems
        }
        #[cfg(feature = "edge")]
        FileKind::Profile => {
            let loaded = super::profiles::read_profile(file);
            let named = loaded.value.as_ref().and_then(crate::device::manual_number);
            warnings.extend(
                named.map(|(number, address)| register_table::manual_numbers(number, address)),
            );
            loaded.problems
        }
        #[cfg(feature = "hub")]
        FileKind::Hub => {
            let mut loaded = super::load_hub::read_hub(file, environment, set);
            if let Some(read) = &loaded.value {
                warnings.extend(super::secrets::exposed_files_of_hub(read));
                certificates = certificate_ends(&read.mqtt);
                warnings.extend(two_person_warning(read));
                warnings.extend(super::alarm_silence::without_effect(&read.alarm));
                warnings.extend(super::ram_disk::hub_files_in_memory(read));
                let (here, about) = super::places::of_hub(read);
                warnings.extend(about);
                add_placed(&Layers::read(file, environment, set), here, &mut loaded.problems);
            }
            loaded.problems
        }
        #[cfg(feature = "hub")]
        FileKind::Township => super::load_hub::read_township(file).problems,
        #[cfg(feature = "demo")]
        FileKind::Scenario => {
            use super::recovery::Broken;
            use crate::core::Problems;
            use crate::sim::Scenario;
            // Its numbers belong together: they are judged only where all are known.
            let check = |scenario: &Scenario, broken: &Broken, found: &mut Problems| {
                if broken.is_empty() {
                    scenario.check(found);
                }
            };
            super::load::load(Layers::single(file), |_| {}, check).problems
        }
        FileKind::Unknown => whole(words::no_configuration(), words::keys_of_kinds()),
        #[allow(unreachable_patterns)]
        other => whole(words::not_in_this_build(other.name()), words::build_with_features()),
    };
    let layered = matches!(kind, FileKind::Edge | FileKind::Hub);
    let set =
        environment.iter().filter(|(name, _)| layered && name.starts_with(ENVIRONMENT_PREFIX));
    let mut environment: Vec<String> = set.map(|(name, _)| name.clone()).collect();
    environment.sort();
    CheckReport { kind, problems, warnings, certificates, environment }
}

/// What is said of variables that look as if they set a value, with one underscore where two are needed.
fn idle_variables(keys: &toml::Table, environment: &[(String, String)]) -> Vec<Text> {
    let named = |name: &str| {
        let rest = name.strip_prefix("HANQING_")?.to_ascii_lowercase();
        let of_key =
            |key: &&String| rest.strip_prefix(key.as_str()).is_some_and(|key| key.starts_with('_'));
        let key = keys.keys().find(of_key)?;
        let inner = rest.get(key.len()..)?.trim_start_matches('_').to_ascii_uppercase();
        let meant = format!("{ENVIRONMENT_PREFIX}{}__{inner}", key.to_ascii_uppercase());
        Some(own::sets_nothing(name, meant))
    };
    environment.iter().filter_map(|(name, _)| named(name)).collect()
}

/// Adds what is wrong with the state of this machine to what is wrong with the file: of a value that is wrong in itself
/// nothing more is said.
#[cfg(any(feature = "edge", feature = "hub"))]
fn add_placed(layers: &Layers, here: Vec<Problem>, problems: &mut Vec<FileProblem>) {
    let said = |path: &str| problems.iter().any(|known| known.problem.path == path);
    let here: Vec<Problem> = here.into_iter().filter(|found| !said(&found.path)).collect();
    problems.extend(here.into_iter().map(|problem| layers.place(problem)));
    problems.sort_by(|a, b| (&a.file, a.position).cmp(&(&b.file, b.position)));
}

/// A problem where the certificate says another name than `gateway`: brokers that know gateways by their certificates
/// let each write to its own topics only. Where a user name is given, that is what they go by.
#[cfg(feature = "edge")]
fn certificate_of_another(settings: &crate::edge::EdgeSettings) -> Option<Problem> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    let file = settings.mqtt.cert_file.as_ref().filter(|_| settings.mqtt.user.is_none())?;
    let certificate = CertificateDer::pem_file_iter(file).ok()?.next()?.ok()?;
    let name = crate::mqtt::common_name(&certificate)?;
    let gateway = settings.gateway.as_str();
    let rule = own::certificate_of_another(&name, gateway);
    let hint = own::own_certificate();
    (name != gateway).then(|| Problem::new("mqtt.cert_file", file.display(), rule, hint))
}

/// What is said of a user name at the broker that is not the gateway's: brokers that know gateways by their users let
/// each write to its own topics only (deploy/mosquitto).
#[cfg(feature = "edge")]
fn user_of_another(settings: &crate::edge::EdgeSettings) -> Option<Text> {
    let user = settings.mqtt.user.as_deref()?;
    let gateway = settings.gateway.as_str();
    (user != gateway && !user.trim().is_empty()).then(|| own::user_of_another(user, gateway))
}

/// Fewest persons with which a report can be entered, reviewed and issued, each step by another.
#[cfg(feature = "hub")]
const PERSONS_MIN: usize = 3;

/// What is wrong with the list of persons where two have to work on each row.
#[cfg(feature = "hub")]
fn two_person_warning(settings: &crate::hub::HubSettings) -> Option<Text> {
    use crate::locales::config_hub as words;

    let listed = settings.persons.iter().count();
    match listed {
        _ if !settings.ledger.two_person => None,
        0 => Some(words::names_are_compared()),
        1.. if listed < PERSONS_MIN => Some(words::too_few_persons(listed, PERSONS_MIN)),
        _ => None,
    }
}

#[cfg(all(feature = "hub", feature = "edge"))]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn a_file_is_checked_with_the_environment_that_a_daemon_would_take() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let hub = root.join("config/hub.toml");
        let right = pairs(&[("HANQING__WEB__LISTEN", "127.0.0.1:9000"), ("HANQING_LOG", "debug")]);
        let report = check_within(&hub, &right, &[]);
        assert_eq!((report.problems.len(), report.environment.len()), (0, 1), "{report:?}");
        let wrong = pairs(&[("HANQING__WEB__LISTEN", "0.0.0.0:80"), ("HANQING__MQTT__QOS", "1")]);
        for file in [hub, root.join("config/edge.toml")] {
            let report = check_within(&file, &wrong, &[]);
            assert_eq!(report.problems.len(), 2, "{:?}", report.problems);
            let said: Vec<String> = report.problems.iter().map(|p| p.to_string()).collect();
            assert!(said.iter().all(|said| said.contains("HANQING__")), "{said:?}");
            assert_eq!(report.environment, ["HANQING__MQTT__QOS", "HANQING__WEB__LISTEN"]);
        }
        // A township has no layers: what a figure rests on stands in one place.
        let report = check_within(&root.join("config/township.toml"), &wrong, &[]);
        assert_eq!((report.problems.len(), report.environment.len()), (0, 0));
    }

    #[test]
    fn a_variable_that_sets_nothing_is_warned_of() {
        let edge = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/edge.toml");
        let variables = pairs(&[
            ("HANQING_MQTT_URL", "mqtt://127.0.0.1:1883"),
            ("HANQING_LOG", "debug"),
            ("HANQING_LANG", "en"),
        ]);
        let report = check_within(&edge, &variables, &[]);
        let said: Vec<String> = report.warnings.iter().map(ToString::to_string).collect();
        let said: Vec<&String> = said.iter().filter(|said| said.contains("HANQING")).collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("HANQING_MQTT_URL") && said[0].contains("HANQING__MQTT__URL"));
    }

    #[test]
    fn a_password_that_every_user_can_read_is_warned_of() {
        let folder = tempfile::tempdir().unwrap();
        let edge = folder.path().join("edge.toml");
        let password = folder.path().join("mqtt.password");
        std::fs::write(&password, "s3cret").unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join("config/edge.toml")).unwrap();
        let with = "[mqtt]\nuser = \"gw\"\npassword_file = \"mqtt.password\"";
        std::fs::write(&edge, text.replacen("[mqtt]", with, 1)).unwrap();
        for (mode, warnings) in [(0o644, 1), (0o640, 0)] {
            std::fs::set_permissions(&password, std::fs::Permissions::from_mode(mode)).unwrap();
            let report = check_within(&edge, &[], &[]);
            assert!(report.problems.is_empty(), "{mode:o}: {:?}", report.problems);
            let warned = report.warnings.iter().filter(|w| w.to_string().contains("chmod"));
            assert_eq!(warned.count(), warnings, "{mode:o}");
        }
    }

    #[test]
    fn two_persons_without_a_list_of_persons_is_warned_of() {
        let folder = tempfile::tempdir().unwrap();
        let hub = folder.path().join("hub.toml");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join("config/hub.toml")).unwrap();
        let text = text.replace("# two_person = true", "two_person = true");
        let listed = "[[person]]\nid = \"huang\"\nname = \"黄某\"\noffice = \"财政所\"\n";
        let more = ["wu", "liu"].map(|id| {
            format!("[[person]]\nid = \"{id}\"\nname = \"{id}某\"\noffice = \"乡政府\"\n")
        });
        let three = format!("{listed}{}", more.concat());
        for (list, warnings) in [("", 1), (listed, 1), (three.as_str(), 0)] {
            std::fs::write(&hub, format!("{text}\n{list}")).unwrap();
            let report = check_within(&hub, &[], &[]);
            assert!(report.problems.is_empty(), "{:?}", report.problems);
            let warned = report.warnings.iter().filter(|w| w.to_string().contains("[[person]]"));
            assert_eq!(warned.count(), warnings, "{:?}", report.warnings);
        }
    }

    #[test]
    fn settings_of_alarms_without_effect_are_warned_of() {
        let folder = tempfile::tempdir().unwrap();
        let hub = folder.path().join("hub.toml");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join("config/hub.toml")).unwrap();
        for (off, warnings) in [("dry-run", 0), ("dry", 1)] {
            let alarm = format!("[alarm]\noff = [{off:?}]\nhold_minutes = {{ dry = 5 }}");
            std::fs::write(&hub, format!("{text}\n{alarm}\n")).unwrap();
            let report = check_within(&hub, &[], &[]);
            assert!(report.problems.is_empty(), "{:?}", report.problems);
            let warned = report.warnings.iter().filter(|w| w.to_string().contains("alarm.off"));
            assert_eq!(warned.count(), warnings, "{:?}", report.warnings);
        }
    }

    #[test]
    fn a_distance_that_would_be_taken_for_a_level_is_warned_of() {
        let folder = tempfile::tempdir().unwrap();
        let edge = folder.path().join("edge.toml");
        let begin = "gateway = \"gw-1\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:1883\"\n[spool]\npath = \"spool.db\"\n\
                     [[bus]]\nname = \"levels\"\ntcp = \"192.168.1.11:502\"\n[[bus.device]]\nunit = 7\n\
                     profile = \"hlk-ld8001h\"\nstation = \"channel-1\"\n";
        for (adjust, warnings) in [
            ("", 1),
            ("adjust.level = { scale = 1.0, offset = 212.2 }", 1),
            ("adjust.level = { scale = -1.0, offset = 212.2 }", 0),
        ] {
            std::fs::write(&edge, format!("{begin}{adjust}\n")).unwrap();
            let report = check_within(&edge, &[], &[]);
            assert!(report.problems.is_empty(), "{:?}", report.problems);
            let warned = report.warnings.iter().filter(|w| w.to_string().contains("channel-1"));
            assert_eq!(warned.count(), warnings, "{:?}", report.warnings);
        }
    }

    #[test]
    fn a_spool_that_keeps_no_space_is_warned_of() {
        let folder = tempfile::tempdir().unwrap();
        let edge = folder.path().join("edge.toml");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join("config/edge.toml")).unwrap();
        for (free_min_mb, warnings) in [(0, 1), (1, 0)] {
            let with = format!("[spool]\nfree_min_mb = {free_min_mb}");
            std::fs::write(&edge, text.replacen("[spool]", &with, 1)).unwrap();
            let report = check_within(&edge, &[], &[]);
            assert!(report.problems.is_empty(), "{:?}", report.problems);
            let warned = report.warnings.iter().filter(|w| w.to_string().contains("free_min_mb"));
            assert_eq!((warned.count(), report.certificates.len()), (warnings, 0));
        }
    }
}
