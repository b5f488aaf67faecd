//! What the templates of the page say.

labels! { "page";
}
