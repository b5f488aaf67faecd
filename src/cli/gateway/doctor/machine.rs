//! The machine: the service, its clock, the disk under the spool, and who may read what.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};

use super::{Finding, Gateway, Patient};
use crate::cli::gateway::service::{CONFIG, Manager, has_process, start_command};
use crate::cli::gateway::status::{ahead_of_hub, local, size};
use crate::config;
use crate::edge::EdgeSettings;
use crate::edge::control::{ClientError, GatewayStatus};
use crate::locales::{Text, foreign, gateway as status_words, setup as words};
use crate::spool::newer_layout;
use crate::support::accounts::{Account, READ, SERVICE, WRITE};
use crate::support::files::{folder_of, with_suffix};
use crate::support::{Clock, Trust};

/// Whether the gateway runs, with this configuration and of this program.
pub fn service(patient: &Patient, gateway: &Gateway) -> Finding {
    let subject = words::service();
    match gateway {
        Gateway::Runs(status) => running(patient, status),
        Gateway::Unasked(ClientError::Forbidden(_)) => {
            Finding::doubtful(subject, words::runs_unasked())
        }
        Gateway::Unasked(error) => Finding::wrong(subject, Text::verbatim(error)),
        Gateway::Stopped if has_process(Path::new("/"), &patient.file) => {
            Finding::doubtful(subject, words::starts())
        }
        Gateway::Stopped => {
            let command = start_command(&patient.file);
            let by_itself = match patient.file == Path::new(CONFIG) {
                true => Manager::of(Path::new("/")).starts_with_machine(Path::new("/")),
                false => None,
            };
            let found = match by_itself {
                Some(true) => words::stopped_though_enabled(command),
                Some(false) => words::stopped_and_not_enabled(command),
                None => words::stopped(command),
            };
            Finding::doubtful(subject, found)
        }
    }
}

fn running(patient: &Patient, status: &GatewayStatus) -> Finding {
    let subject = words::service();
    let (settings, _) = &patient.loaded;
    let own_version = env!("CARGO_PKG_VERSION");
    if status.gateway != settings.gateway {
        let (runs, written) = (status.gateway.as_str(), settings.gateway.as_str());
        return Finding::wrong(subject, words::runs_as_another(runs, written));
    }
    if let Some(refused) = &status.refused {
        let at = local(refused.at, status.now);
        return Finding::doubtful(subject, words::runs_on_earlier(at));
    }
    if status.version != own_version {
        return Finding::doubtful(subject, words::runs_other_version(&status.version, own_version));
    }
    if let Some(silent) = status.silent_buses().next() {
        return Finding::wrong(subject, silent);
    }
    let since = local(status.since, status.now);
    Finding::right(subject, words::runs(status.gateway.as_str(), since, &status.version))
}

/// Whether the time is right, by the gateway's word where it runs, else by the system's.
pub fn clock(settings: &EdgeSettings, gateway: &Gateway) -> Finding {
    let subject = words::clock();
    let own = Clock::validated(settings.clock.trust, None);
    let (provisional, refusal, hold_min) = match gateway.status() {
        Some(status) => {
            let clock = &status.clock;
            (clock.provisional, clock.refusal.clone(), clock.hold_min)
        }
        None => {
            let refusal = own.refusal().map(|refusal| refusal.text());
            (own.base().provisional, refusal, settings.clock.hold_min)
        }
    };
    if let Some(why) = refusal {
        return Finding::wrong(subject, why);
    }
    if provisional {
        return Finding::doubtful(subject, words::not_set(hold_min));
    }
    if let Some(status) = gateway.status()
        && let Some(differs) = ahead_of_hub(status)
    {
        return Finding::doubtful(subject, differs);
    }
    let found = match (own.base().by_service, settings.clock.trust) {
        (true, _) => words::set_by_service(),
        (false, Trust::Always) => words::trusted_by_setting(),
        (false, Trust::Kernel) => words::known_right(),
    };
    Finding::right(subject, found)
}

/// The place of the spool: whether it is there, can be written by whoever runs the gateway, and has room.
pub fn disk(patient: &Patient, gateway: &Gateway) -> Vec<Finding> {
    let (settings, _) = &patient.loaded;
    let subject = words::disk;
    let folder = folder_of(&settings.spool.path);
    let mut found = Vec::new();
    if let Some(status) = gateway.status()
        && let Some(trouble) = status.spool.trouble
    {
        let said = status_words::spool_trouble(trouble.name(), status.spool.unwritten);
        found.push(Finding::wrong(subject(), said));
    } else if let Some(wrong) = unwritable(patient, folder, gateway) {
        return vec![wrong];
    }
    match statvfs(folder) {
        Ok(system) => {
            let free = system.f_bavail.saturating_mul(system.f_frsize);
            let least = settings.spool.limits().free_min;
            let (path, free_mb) = (&settings.spool.path, settings.spool.free_min_mb);
            if free < least {
                let said = words::too_little_space(path, size(free), free_mb);
                found.push(Finding::wrong(subject(), said));
            } else if found.is_empty() {
                found.push(Finding::right(subject(), words::space_left(path, size(free))));
            }
        }
        Err(error) => {
            let why = foreign::io(&error.into());
            let said = words::cannot_look(folder, why);
            found.push(Finding::doubtful(subject(), said));
        }
    }
    let in_memory = config::gateway_files_in_memory(settings);
    found.extend(in_memory.into_iter().map(|said| Finding::doubtful(subject(), said)));
    found
}

/// What keeps the gateway from making its spool in `folder`.
fn unwritable(patient: &Patient, folder: &Path, gateway: &Gateway) -> Option<Finding> {
    let subject = words::disk();
    let wrong = |said| Some(Finding::wrong(words::disk(), said));
    match std::fs::metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let said = words::cannot_look(folder, words::ask_as_root());
            return Some(Finding::doubtful(subject, said));
        }
        Err(error) => {
            let why = foreign::io(&error);
            return wrong(words::no_folder(folder, why, owner()));
        }
        Ok(found) if !found.is_dir() => {
            return wrong(words::not_a_folder(folder, &patient.loaded.0.spool.path));
        }
        Ok(_) => {}
    }
    let flags = statvfs(folder).map(|system| system.f_flag);
    if flags.is_ok_and(|flags| flags.contains(StatVfsMountFlags::RDONLY)) {
        return wrong(words::read_only(folder));
    }
    if gateway.status().is_some() {
        return None;
    }
    let spool = &patient.loaded.0.spool.path;
    if let Some(newer) = newer_layout(spool) {
        return wrong(Text::verbatim(newer));
    }
    let mut places = gateways_files(patient.loaded.0.socket_path(), spool);
    places.insert(0, folder.into());
    match service_user(patient) {
        Some(user) => {
            let closed = places.iter().find_map(|path| user.kept_from(path, READ | WRITE))?;
            let inside = folder.canonicalize().is_ok_and(|folder| closed.starts_with(folder));
            wrong(match (closed.is_dir(), inside) {
                (true, false) => words::folder_closed_to_service(folder, &closed, &user.name),
                (true, true) => words::not_the_services(&closed, &user.name, &closed),
                (false, _) => words::not_the_services(&closed, &user.name, folder_of(&closed)),
            })
        }
        None => {
            let rights = Access::READ_OK | Access::WRITE_OK;
            let mut closed = places.iter().map(|path| (path, access(path, rights)));
            let (there, closed) = closed.find_map(|(path, may)| Some((path, may.err()?)))?;
            let why = foreign::io(&closed.into());
            let said = words::not_writable(there, why);
            Some(Finding::doubtful(subject, said))
        }
    }
}

/// What a gateway leaves beside its spool and opens again, as far as it is there.
fn gateways_files(socket: PathBuf, spool: &Path) -> Vec<PathBuf> {
    let beside = ["", "-wal", "-shm", "-reserve"].map(|end| with_suffix(spool, end));
    let all = beside.into_iter().chain([with_suffix(&socket, ".lock")]);
    all.filter(|path| path.is_file()).collect()
}

/// Owner and group of what is the gateway's, for a command.
fn owner() -> &'static str {
    let known = Account::of(Path::new("/"), SERVICE).is_some();
    if known { SERVICE } else { "root" }
}

/// The user that the service of this configuration runs as; `None` where it is no service's.
pub fn service_user(patient: &Patient) -> Option<Account> {
    let own = patient.file == Path::new(CONFIG);
    own.then(|| Account::of(Path::new("/"), SERVICE)).flatten()
}

/// The files of the configuration that the service's user may not read.
pub fn readable(patient: &Patient) -> Vec<Finding> {
    let Some(user) = service_user(patient) else { return Vec::new() };
    let mqtt = &patient.loaded.0.mqtt;
    let files = [&mqtt.password_file, &mqtt.ca_file, &mqtt.cert_file, &mqtt.key_file];
    let folder = config::folder_of_parts(&patient.file);
    let parts = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let parts =
        parts.map(|part| part.path()).filter(|p| p.extension().is_some_and(|e| e == "toml"));
    let parts: Vec<PathBuf> = std::iter::once(folder).chain(parts).collect();
    let files = std::iter::once(&patient.file).chain(&parts).chain(files.into_iter().flatten());
    let closed = files.filter_map(|file| Some((file, user.kept_from(file, READ)?)));
    let said = |(file, path): (&PathBuf, PathBuf)| {
        let name = user.name.as_str();
        match path.canonicalize().ok() == file.canonicalize().ok() {
            true if path.is_dir() => words::parts_closed_to_service(&path, name),
            true => words::file_closed_to_service(&path, name),
            false => words::folder_closed_to_service(file, &path, name),
        }
    };
    closed.map(|closed| Finding::wrong(words::configuration(), said(closed))).collect()
}
