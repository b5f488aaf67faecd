//! Intake, overview and the hub's daemon.

messages! { "hub";
}
