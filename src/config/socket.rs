//! The socket at which commands find a running gateway.

use crate::core::Problem;
use crate::edge::EdgeSettings;
use crate::edge::desk::SOCKET_PATH_MAX;

/// Every problem of `socket`. One that follows from `spool.path` is reported here too: here is the way out.
pub(super) fn check(settings: &EdgeSettings) -> Option<Problem> {
    let path = settings.socket_path();
    let problem = |rule: String, hint: &str| Problem::new("socket", path.display(), rule, hint);
    let bytes = path.as_os_str().len();
    if path.file_name().is_none() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return settings.socket.is_some().then(|| {
            problem(
                "names no file".into(),
                "give a file, or leave it out: it then lies beside the spool",
            )
        });
    }
    if path == settings.spool.path {
        return Some(problem(
            "is the file of the spool".into(),
            "give another file, or name the spool otherwise than .sock",
        ));
    }
    if bytes > SOCKET_PATH_MAX {
        return Some(problem(
            format!("has {bytes} bytes; a socket's path has at most {SOCKET_PATH_MAX}"),
            "set `socket` to a shorter path, such as /run/hanqing/edge.sock",
        ));
    }
    None
}
