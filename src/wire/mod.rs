//! Messages between gateway and hub: batch, birth, status, acknowledgement, topics. Pure.
