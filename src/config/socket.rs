//! The socket at which commands find a running gateway.

use crate::core::Problems;
use crate::edge::EdgeSettings;
use crate::edge::control::SOCKET_PATH_MAX;

/// Adds what is wrong with `socket`, also where it follows from `spool.path`: `socket` is the way out.
pub(super) fn check(settings: &EdgeSettings, found: &mut Problems) {
    let path = settings.socket_path();
    let bytes = path.as_os_str().as_encoded_bytes();
    if path.file_name().is_none() || bytes.ends_with(b"/") {
        // A socket that was not given lies beside the spool, whose path is reported.
        let hint = "give a file, or leave it out: it then lies beside the spool";
        found.ensure(settings.socket.is_none(), "socket", path.display(), "names no file", hint);
    } else if path == settings.spool.path {
        let hint = "give another file, or rename the spool: it must not end in .sock";
        found.add("socket", path.display(), "is the file of the spool", hint);
    } else if bytes.len() > SOCKET_PATH_MAX {
        let rule = format!(
            "has {} bytes; the path of a socket has at most {SOCKET_PATH_MAX}",
            bytes.len()
        );
        let hint = "set `socket` to a shorter path, such as /run/hanqing/edge.sock";
        found.add("socket", path.display(), rule, hint);
    }
}
