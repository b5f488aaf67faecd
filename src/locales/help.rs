//! The help of the program and of its common commands.

labels! { "help";
}
