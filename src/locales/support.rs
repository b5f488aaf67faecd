//! Files, clocks and supervision.

messages! { "support";
}
