//! Quality flags and their tests.

messages! { "quality";
}
