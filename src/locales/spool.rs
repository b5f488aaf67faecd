//! The gateway's durable queue.

messages! { "spool";
}
