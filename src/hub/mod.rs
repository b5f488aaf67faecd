//! The office side: intake, store, page and report put together.
