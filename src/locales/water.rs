//! Sources, thresholds, drought grades.

messages! { "water";
}
