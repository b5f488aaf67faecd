//! The ledger 台账: append-only, and its importer.
