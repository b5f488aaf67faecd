//! What sources and pumps did.

messages! { "account";
}
