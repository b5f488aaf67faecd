//! Configuration files: read, checked as a whole, every problem named.
