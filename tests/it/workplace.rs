//! The workplace behind its login, over sockets and with a real hub: who may do what, what attacks come to, and that
//! nobody who dawdles or floods keeps others from the page or readings from the store.

mod attacks;
mod floods;
pub mod kit;
mod roles;
mod routes;
mod sessions;
mod uploads;
