//! The time-series store.

messages! { "store";
}
