//! The help of the technician's commands.

labels! { "help";
}
