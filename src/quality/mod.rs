//! Quality tests on single readings and series. Pure.
