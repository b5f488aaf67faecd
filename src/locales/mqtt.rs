//! The connection to the broker.

messages! { "mqtt";
}
