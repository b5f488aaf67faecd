//! Configuration files of gateway and simulator, and how any configuration is read.

messages! { "config";
}
