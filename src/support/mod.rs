//! Clock, back-off, supervision: no domain type.
