//! The persons who sign in: passwords, sessions, one-time links, and the record of who did what.
//!
//! All of it is in a file of its own, `users.db` ([`UsersFile`]); who there is, and what she may do, is in the office's
//! configuration. [`Users`] is the handle that the hub shares: a thread owns the file, and sessions are looked up in
//! memory, and so are the tokens of programs. No secret is in the file: of a password there is an Argon2id hash, of a
//! token and of a link their SHA-256
//! (docs/decisions/0022).

mod account;
mod audit;
mod copy;
mod deed;
mod error;
mod file;
mod flood;
mod handle;
mod hashing;
mod held;
mod held_tokens;
mod invitations;
mod keeper;
mod limits;
mod password;
mod people;
mod schema;
mod sessions;
mod token;
mod tokens;

pub use account::{Account, AccountState};
pub use audit::{AuditRow, CONSOLE, Chain};
pub use copy::let_nobody_in;
pub use deed::Deed;
pub use error::UsersError;
pub use file::UsersFile;
pub use handle::{Chosen, Session, SignIn, TokenUse, Users};
pub use held_tokens::Program;
pub use invitations::{Admitted, Applicant, INVITED_MAX, Invitation};
pub use people::Reset;
pub use schema::LAYOUTS;
pub use tokens::{MadeToken, RevokedToken, Scope, TOKEN_NAME_MAX, TOKEN_PREFIX, TokenRow};
