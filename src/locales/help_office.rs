//! The help of the clerk's commands.

labels! { "help";
}
