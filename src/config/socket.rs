//! The socket at which commands find a running gateway.

use crate::core::Problems;
use crate::edge::EdgeSettings;
use crate::edge::control::SOCKET_PATH_MAX;
use crate::locales::config as words;

/// Adds what is wrong with `socket`, also where it follows from `spool.path`: `socket` is the way out.
pub(super) fn check(settings: &EdgeSettings, found: &mut Problems) {
    let path = settings.socket_path();
    let bytes = path.as_os_str().as_encoded_bytes();
    if path.file_name().is_none() || bytes.ends_with(b"/") {
        // A socket that was not given lies beside the spool, whose path is reported.
        let (rule, hint) = (words::names_no_file(), words::give_socket_file());
        found.ensure(settings.socket.is_none(), "socket", path.display(), rule, hint);
    } else if path == settings.spool.path {
        found.add("socket", path.display(), words::is_the_spool(), words::other_socket_file());
    } else if bytes.len() > SOCKET_PATH_MAX {
        let rule = words::socket_too_long(bytes.len(), SOCKET_PATH_MAX);
        found.add("socket", path.display(), rule, words::shorter_socket());
    }
}
