//! `hanqing gateway invite`: a one-time code with which a gateway gets its certificate.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use ring::rand::{SecureRandom, SystemRandom};

use super::Office;
use crate::cli::usage::bail_usage;
use crate::core::GatewayId;
use crate::hub::{Authority, is_of_office, own_names};
use crate::locales::{Argument, enrolment as words, moment, office, users};
use crate::users::UsersFile;
use crate::wire::{Code, Secret};

/// How long is waited for the hub that is to answer gateways, on this machine.
const LOOK_MAX: Duration = Duration::from_secs(1);

/// Prints a code for `gateway` that is good for so many hours.
pub(super) fn invite(
    office: &Office,
    config: &Path,
    gateway: &GatewayId,
    hours: u32,
    although_revoked: bool,
) -> anyhow::Result<()> {
    let Some(enroll) = &office.settings.enroll else { bail_usage!(words::not_set_up(config)) };
    let (now, zone) = (office.now, office.calendar.zone());
    let revoked = office.owners.revocations()?.into_iter().find(|row| row.gateway == *gateway);
    if let Some(revoked) = revoked.filter(|_| !although_revoked) {
        let since = moment(revoked.since, now, zone);
        bail_usage!(words::is_revoked(gateway.as_str(), since));
    }
    if is_of_office(gateway.as_str(), &own_names(&office.settings)) {
        bail_usage!(words::reserved_name(gateway.as_str()));
    }
    let authority = Authority::of_now(enroll).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    authority.may_sign(now)?;
    let path = &office.settings.users_file();
    if !path.try_exists().unwrap_or(true) {
        return Err(anyhow::Error::msg(office::no_users_file(path)));
    }
    let mut random = [0; 10];
    SystemRandom::new().fill(&mut random).ok().with_context(users::no_random_numbers)?;
    let code = Code::new(Secret::new(random), &authority.digest());
    let until = now.checked_add(SignedDuration::from_hours(hours.into()))?;
    let mut file = UsersFile::open(path)?;
    let before = file.invitations()?;
    file.invite(gateway.as_str(), code.secret().as_bytes(), until, now)?;
    if before.iter().any(|old| old.gateway == gateway.as_str() && old.is_open(now)) {
        say!("{}", words::replaced_code(gateway.as_str()));
    }
    say!("{}", words::invited(gateway.as_str(), moment(until, now, zone)));
    say!("");
    say!("  {code}");
    say!("");
    say!("{}", words::to_do_there());
    say!("");
    say!("  hanqing enroll --hub {}", enroll.hub());
    let listen = Argument::of(enroll.listen);
    match is_ready(&authority, enroll.listen) {
        Ok(true) => {}
        Ok(false) => complain!("{}", words::hub_has_another_authority(listen)),
        Err(_) => complain!("{}", words::hub_not_listening(listen)),
    }
    Ok(())
}

/// Whether the hub that answers there is one of the authority that the code names. An error where no hub does.
fn is_ready(authority: &Authority, listen: SocketAddr) -> io::Result<bool> {
    let here = match listen {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        other => other,
    };
    let mut stream = TcpStream::connect_timeout(&here, LOOK_MAX)?;
    stream.set_read_timeout(Some(LOOK_MAX))?;
    stream.set_write_timeout(Some(LOOK_MAX))?;
    authority.is_shown_by(&mut stream)
}
