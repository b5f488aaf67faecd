//! The durable spool of a gateway.
