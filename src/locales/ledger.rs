//! Rows that people enter, and their import.

messages! { "ledger";
}
