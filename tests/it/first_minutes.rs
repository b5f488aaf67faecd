//! First minutes: the configuration of a gateway and of an office by options and by questions at a terminal, the path
//! from an empty directory to the first reading on the page, and the gateway's examination with each fault made for
//! real.

mod doctor;
mod init;
mod init_hub;
mod installed;
mod path;
