//! Simulator and demo.

messages! { "demo";
}
