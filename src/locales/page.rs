//! The page of water sources.

messages! { "page";
}
