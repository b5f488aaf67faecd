//! Buses, devices and what they refuse.

messages! { "modbus";
}
