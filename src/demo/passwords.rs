//! Passwords for the persons of the simulated office, so that they can sign in while the demo runs.

use crate::users::{Account, Chosen, Users};

/// Digits of a link that become a password: 48 random bits, on loopback and for as long as the demo runs.
const PASSWORD_DIGITS: usize = 12;

/// Gives each person a random password, and returns them with it.
///
/// # Errors
/// The file of the persons cannot be written.
pub(super) async fn give(users: &Users) -> anyhow::Result<Vec<(Account, String)>> {
    let mut all = Vec::new();
    for state in users.accounts().await? {
        let account = state.account;
        let link = users.make_link(account.id.clone(), "demo".into()).await?;
        let Some(link) = link else { continue };
        let password: String = link.chars().take(PASSWORD_DIGITS).collect();
        if let Chosen::Done(_) = users.choose_password(link, password.clone(), None).await? {
            all.push((account, password));
        }
    }
    Ok(all)
}
