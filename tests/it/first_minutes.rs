//! A gateway's first minutes: its configuration by options and by questions at a terminal, and its examination with
//! each fault made for real.

mod doctor;
mod init;
mod installed;
