//! The documents of a statement.

messages! { "report";
}
