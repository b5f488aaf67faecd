//! Counters: roll-over, reset and replacement.

messages! { "counter";
}
