//! The whole chain on loopback, through the drought of 2022.
