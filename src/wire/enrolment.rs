//! How a gateway asks the hub for its certificate: the one-time code, the question, and what the hub says
//! (docs/enrolment.md).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{FORMAT, WireError, check_format, read, write};
use crate::core::GatewayId;
use crate::locales::{Text, enrolment as words};

/// Where the hub is asked, over HTTPS.
pub const ENROLMENT_PATH: &str = "/enroll";

/// The port of a hub where none is said: after that of MQTT over TLS.
pub const ENROLMENT_PORT: u16 = 8884;

/// The name in the certificate that the hub shows here, whatever the hub is called. It is not a name of the network: no
/// broker or page can have it, so that their certificates, of the same authority, do not pass for the hub's.
pub const ENROLMENT_NAME: &str = "enroll.hanqing.invalid";

/// The largest question or answer, bytes: two certificates have some 2,000.
pub const ENROLMENT_MAX: usize = 16 * 1024;

/// The longest request for a certificate (PKCS #10, PEM), bytes: one for a key of 256 bits has some 400.
const REQUEST_MAX: usize = 4096;

/// Bytes of the secret, and of the authority's digest in the code: 80 bits each. Nobody guesses the one over a network,
/// or makes another authority for the other, in the days that a code lives.
const BYTES: usize = 10;

/// Letters of each of the two.
const LETTERS: usize = 16;

/// Letters of a code: the secret, the digest and the check.
const CODE_LETTERS: usize = 2 * LETTERS + 1;

/// The letters, by value: without those that look like another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What proves that a gateway was invited. Whoever has it gets that gateway's certificate, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; BYTES]);

impl Secret {
    /// Random bytes.
    pub fn new(random: [u8; BYTES]) -> Self {
        Self(random)
    }

    pub fn as_bytes(&self) -> &[u8; BYTES] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&written(&letters_of(&self.0)))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let letters: Option<Vec<u8>> = text.chars().take(LETTERS + 1).map(value).collect();
        let letters = letters.and_then(|letters| letters.try_into().ok());
        let letters: [u8; LETTERS] =
            letters.ok_or_else(|| serde::de::Error::custom(words::no_secret()))?;
        Ok(Self(bytes_of(&letters)))
    }
}

/// A one-time code, as it is printed at the hub and typed at the gateway: the secret, and by which authority the hub is
/// known. So the gateway tells the hub the secret only when it is the hub.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    secret: Secret,
    authority: [u8; BYTES],
}

impl Code {
    /// `digest` is the SHA-256 of the authority's certificate in DER.
    pub fn new(secret: Secret, digest: &[u8; 32]) -> Self {
        Self { secret, authority: start(digest) }
    }

    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Whether the certificate with this SHA-256 is that of the authority that the code means.
    pub fn means(&self, digest: &[u8; 32]) -> bool {
        start(digest) == self.authority
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

impl fmt::Display for Code {
    /// In groups of four.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::with_capacity(CODE_LETTERS);
        letters.extend(letters_of(&self.secret.0));
        letters.extend(letters_of(&self.authority));
        letters.push(times_x(remainder(&letters)));
        let groups: Vec<String> = letters.chunks(4).map(written).collect();
        f.write_str(&groups.join("-"))
    }
}

impl FromStr for Code {
    type Err = Text;

    /// Takes lower case, O for 0, I and L for 1, full-width letters, blanks and hyphens anywhere.
    fn from_str(text: &str) -> Result<Self, Text> {
        let mut letters = Vec::with_capacity(CODE_LETTERS);
        for typed in text.chars() {
            let narrow = narrow(typed);
            if narrow.is_whitespace() || matches!(narrow, '-' | '\u{2010}'..='\u{2015}') {
                continue;
            }
            letters.push(
                value(narrow).ok_or_else(|| words::no_letter(typed.escape_debug().to_string()))?,
            );
            if letters.len() > CODE_LETTERS {
                return Err(words::code_too_long(CODE_LETTERS));
            }
        }
        if letters.len() < CODE_LETTERS {
            return Err(words::code_too_short(letters.len(), CODE_LETTERS));
        }
        if remainder(&letters) != 0 {
            return Err(words::code_mistyped());
        }
        let half = |from: usize| {
            let mut half = [0; LETTERS];
            half.iter_mut().zip(letters.iter().skip(from)).for_each(|(to, from)| *to = *from);
            bytes_of(&half)
        };
        Ok(Self { secret: Secret(half(0)), authority: half(LETTERS) })
    }
}

fn start(digest: &[u8; 32]) -> [u8; BYTES] {
    std::array::from_fn(|index| digest[index])
}

/// A letter of the other half of a keyboard's widths: Chinese input methods type them.
fn narrow(typed: char) -> char {
    match typed {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(typed as u32 - 0xfee0).unwrap_or(typed),
        other => other,
    }
}

/// The value of a letter, also where one was typed that looks like it.
fn value(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let at = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(at).ok()
}

fn written(values: &[u8]) -> String {
    values.iter().map(|value| char::from(ALPHABET[usize::from(value % 32)])).collect()
}

/// Five bits a letter, the first bits first.
fn letters_of(bytes: &[u8; BYTES]) -> [u8; LETTERS] {
    let bits = bytes.iter().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
    std::array::from_fn(|index| (bits >> (5 * (LETTERS - 1 - index)) & 31) as u8)
}

fn bytes_of(letters: &[u8; LETTERS]) -> [u8; BYTES] {
    let bits = letters.iter().fold(0u128, |bits, letter| bits << 5 | u128::from(*letter));
    std::array::from_fn(|index| (bits >> (8 * (BYTES - 1 - index)) & 255) as u8)
}

/// The letters as a polynomial over the field of 32 elements, at x: 0 where the last one is the right check. One wrong
/// letter, and two neighbours that changed places, never give 0.
fn remainder(letters: &[u8]) -> u8 {
    letters.iter().fold(0, |sum, letter| times_x(sum) ^ letter)
}

/// Multiplies by x in the field of 32 elements, modulo x^5 + x^2 + 1.
fn times_x(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 32 == 0 { doubled } else { doubled ^ 0b10_0101 }
}

/// Names that no gateway gets a certificate for: `make-certificates` gives them to the office's own machines, and
/// whoever has the hub's acknowledges in its place; `hanqing-push` sends gateways their settings.
const RESERVED: [&str; 4] = ["hanqing-hub", "hanqing-push", "ca", "broker"];

/// Whether the name is one of the office's own, whatever the office is like.
pub fn is_reserved(gateway: &GatewayId) -> bool {
    RESERVED.contains(&gateway.as_str())
}

/// What a gateway asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnrolRequest {
    v: u8,
    /// Its name, where it has one: the hub refuses a code for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<GatewayId>,
    pub secret: Secret,
    /// Its public key, signed with the private one: PKCS #10, PEM. Nothing else in it counts.
    pub csr: String,
}

impl EnrolRequest {
    pub fn new(gateway: Option<GatewayId>, secret: Secret, csr: String) -> Self {
        Self { v: FORMAT, gateway, secret, csr }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    /// # Errors
    /// It is none, or too long.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let request: Self = read(bytes)?;
        check_format(request.v)?;
        check_length("csr", &request.csr, REQUEST_MAX)?;
        Ok(request)
    }
}

/// What the hub gives a gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    v: u8,
    /// The name that its certificate bears.
    pub gateway: GatewayId,
    /// PEM.
    pub certificate: String,
    /// The certificate of the authority, which signed its own and the broker's, PEM.
    pub authority: String,
    /// The broker, `mqtts://…`.
    pub broker_url: String,
}

impl EnrolAnswer {
    pub fn new(
        gateway: GatewayId,
        certificate: String,
        authority: String,
        broker_url: String,
    ) -> Self {
        Self { v: FORMAT, gateway, certificate, authority, broker_url }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    /// # Errors
    /// It is none, or too long.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let answer: Self = read(bytes)?;
        check_format(answer.v)?;
        check_length("certificate", &answer.certificate, ENROLMENT_MAX)?;
        check_length("authority", &answer.authority, ENROLMENT_MAX)?;
        check_length("broker_url", &answer.broker_url, URL_MAX)?;
        Ok(answer)
    }
}

/// The longest address of a broker: a name of a host has 253 bytes at the most.
const URL_MAX: usize = 300;

fn check_length(field: &str, text: &str, most: usize) -> Result<(), WireError> {
    match text.len() <= most {
        true => Ok(()),
        false => Err(WireError::content(words::field_too_long(field, text.len(), most))),
    }
}

/// Why a gateway gets no certificate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnrolRefusal {
    v: u8,
    pub refused: Refused,
    /// For which gateway the code is, where it is for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<GatewayId>,
    /// Seconds until it may ask again, where it asked too often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u64>,
}

/// Whoever does not know the secret of a code is told [`Refused::Unknown`] and nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// There is no such code: mistyped, replaced by a newer one, or never made.
    Unknown,
    Expired,
    /// A gateway with another key has used it.
    Used,
    /// The code is for another gateway.
    OtherGateway,
    /// The gateway was revoked after the code was made.
    Revoked,
    /// Its name is one of the office's own.
    Reserved,
    /// No request for a certificate, of another kind of key, or not signed with its own.
    Request,
    TooOften,
    /// The hub cannot sign, or has no time.
    Unable,
    /// What this program does not know: the hub is newer.
    #[serde(other)]
    Other,
}

impl EnrolRefusal {
    pub fn new(refused: Refused) -> Self {
        Self { v: FORMAT, refused, gateway: None, wait_s: None }
    }

    /// The code is for that gateway, and not for the one that asks.
    pub fn for_other(gateway: GatewayId) -> Self {
        Self { gateway: Some(gateway), ..Self::new(Refused::OtherGateway) }
    }

    /// It may ask again after so many seconds.
    pub fn too_often(wait_s: u64) -> Self {
        Self { wait_s: Some(wait_s), ..Self::new(Refused::TooOften) }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    /// # Errors
    /// It is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let refusal: Self = read(bytes)?;
        check_format(refusal.v)?;
        Ok(refusal)
    }
}

#[cfg(test)]
#[path = "enrolment_tests.rs"]
mod tests;
