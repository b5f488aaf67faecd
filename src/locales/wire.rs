//! Messages between gateway and hub.

messages! { "wire";
}
