//! The gateway daemon and its control socket.

messages! { "edge";
}
