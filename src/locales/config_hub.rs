//! The hub's configuration and the township's file.

messages! { "config_hub";
}
