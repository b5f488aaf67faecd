//! The page of water sources.
