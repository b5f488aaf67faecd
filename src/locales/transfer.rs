//! Exports, imports and copies.

messages! { "transfer";
}
