//! Device profiles and decoding.

messages! { "device";
}
