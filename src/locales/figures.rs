//! Figures: names, methods, findings, wording.

messages! { "figures";
}
