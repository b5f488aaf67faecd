//! Which passwords are taken, and what is kept of them.

use std::ops::RangeInclusive;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

use super::account::{Account, plain};
use super::error::UsersError;
use super::hashing::Memory;
use crate::locales::{Text, users as words};

/// Argon2id with 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet, "Argon2id".
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Characters of a password. NIST SP 800-63B (revision 3, 5.1.1.2) demands 8 and no rules of composition, and 64 at
/// least as the longest that is taken; revision 4 (3.1.1.2) demands 15 where a password is all that is asked for. 10
/// lies between: guesses are few (`limits`), hashes slow, and a page that clerks sign in to each morning is not the
/// internet's.
const LENGTH: RangeInclusive<usize> = 10..=200;

/// Bytes of a longest password: four to a character. Whatever is longer is not even counted.
const BYTES_MAX: usize = 800;

/// Characters that a password has beside the person's id and name. Engineering judgement: NIST's 8.
const OWN_MIN: usize = 8;

/// What people take first, as far as it is long enough. From the lists of leaked passwords that are published each
/// year.
const COMMON: [&str; 20] = [
    "1234567890",
    "0123456789",
    "0987654321",
    "12345678910",
    "123456789a",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "a123456789",
    "aa123456789",
    "abc123456789",
    "abcd123456",
    "administrator",
    "hanqing123",
    "hanqing2026",
    "password12",
    "password123",
    "qwerty1234",
    "qwertyuiop",
    "woaini1314",
    "woaini520520",
];

/// A hash that no password has, of the cost of any other: tried for persons who are not there or have no password.
pub(super) const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                                  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why `password` is not taken from `account`; `None` where it is.
pub(super) fn refusal(password: &str, account: &Account) -> Option<Text> {
    let (least, most) = (*LENGTH.start(), *LENGTH.end());
    if password.len() > BYTES_MAX {
        return Some(words::password_length(least, most));
    }
    let length = password.chars().count();
    if !LENGTH.contains(&length) {
        return Some(words::password_length(least, most));
    }
    let letters = plain(password);
    let mut different: Vec<char> = letters.chars().collect();
    different.sort_unstable();
    different.dedup();
    if COMMON.contains(&letters.as_str()) || different.len() < 4 {
        return Some(words::password_common());
    }
    let names = [account.id.as_str(), account.name.as_str()].into_iter();
    let names = names.chain(account.name.split_whitespace()).map(plain);
    let rest = names
        .filter(|name| name.chars().nth(1).is_some())
        .fold(letters.clone(), |rest, name| rest.replace(&name, ""));
    // Without a name in it, blanks count as well.
    let own = if rest == letters { length } else { rest.chars().count() };
    (own < OWN_MIN).then(|| words::password_name(OWN_MIN))
}

/// Whether a password may be as long as this: nothing longer is hashed.
pub(super) fn may_be(password: &str) -> bool {
    password.len() <= BYTES_MAX
}

/// What is kept of `password`, as a PHC string. It takes a twentieth of a second and 19 MiB: see
/// [`hashing`](super::hashing).
pub(super) fn hash(password: &str, memory: &mut Memory) -> Result<String, UsersError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| UsersError::Hash)?;
    let salt = Salt::generate();
    let output = output(password, &salt, &params, memory)?;
    let kept = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|_| UsersError::Hash)?,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(kept.to_string())
}

/// Whether `phc` is of `password`. What it cost is what `phc` says.
pub(super) fn is_of(phc: &str, password: &str, memory: &mut Memory) -> Result<bool, UsersError> {
    let known = PasswordHash::new(phc).map_err(|_| UsersError::Hash)?;
    let argon2id = known.algorithm == Algorithm::Argon2id.ident();
    let current = known.version == Some(Version::V0x13.into());
    let (Some(salt), Some(hash), true) = (known.salt, known.hash, argon2id && current) else {
        return Err(UsersError::Hash);
    };
    let params = Params::try_from(&known).map_err(|_| UsersError::Hash)?;
    // Two outputs are compared in constant time.
    Ok(output(password, &salt, &params, memory)? == hash)
}

fn output(
    password: &str,
    salt: &Salt,
    params: &Params,
    memory: &mut Memory,
) -> Result<Output, UsersError> {
    memory.resize(params.block_count(), Block::new());
    let mut bytes = [0; Output::MAX_LENGTH];
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let out = bytes.get_mut(..length).ok_or(UsersError::Hash)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, out, memory)
        .map_err(|_| UsersError::Hash)?;
    Output::new(out).map_err(|_| UsersError::Hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Role;

    fn refused(password: &str) -> bool {
        let (id, name) = ("huang".into(), "财政所 黄某".into());
        refusal(password, &Account { id, name, role: Role::Viewer }).is_some()
    }

    #[test]
    fn length_counts_and_nothing_is_said_of_composition() {
        for taken in ["correct horse", "旱季水位低于旱警水位了", "9f3b71c0de", "aaaabbbbccccdddd"]
        {
            assert!(!refused(taken), "{taken}");
        }
        for not_taken in ["", "ninechars", "Password123", "1 2 3 4 5 6 7 8 9 0", "aaaaaaaaaaaaaaa"]
        {
            assert!(refused(not_taken), "{not_taken}");
        }
        assert!(!refused(&"水位 abc".repeat(33)));
        assert!(refused(&"水位abcd".repeat(34)));
        assert!(refused(&"a".repeat(1 << 20)));
    }

    #[test]
    fn a_name_with_a_few_digits_is_no_password() {
        for not_taken in ["huang12345", "Huang Huang Huang", "财政所黄某财政所黄某", "黄某 1234567"]
        {
            assert!(refused(not_taken), "{not_taken}");
        }
        assert!(!refused("huang keeps the pump"));
    }

    #[test]
    fn a_hash_is_of_its_password_alone_and_says_what_it_cost() {
        let memory = &mut Memory::new();
        let phc = hash("correct horse", memory).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(is_of(&phc, "correct horse", memory).unwrap());
        assert!(!is_of(&phc, "correct horsf", memory).unwrap());
        assert_ne!(hash("correct horse", memory).unwrap(), phc, "each has a salt of its own");
        assert!(!is_of(NOBODYS, "correct horse", memory).unwrap());
        assert_eq!(NOBODYS[..30], phc[..30]);
        is_of("$argon2id$", "correct horse", memory).unwrap_err();
    }
}
