//! A simulated township: weather, water, pumps, and the devices that answer for them.
