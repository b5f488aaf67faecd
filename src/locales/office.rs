//! The clerk's commands.

messages! { "office";
}
