//! Documents printed from figures.
