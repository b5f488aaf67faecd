//! The gateway daemon: buses, spool and uplink put together.
