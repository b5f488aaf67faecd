//! The technician's commands.

messages! { "gateway";
}
