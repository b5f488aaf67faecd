//! What every command says: usage, errors of arguments, exit.

messages! { "cli";
}
