//! E-mail, over TLS or not at all.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::said::{Said, cut, one_line};
use super::secret::Secret;
use super::send_error::SendError;
use super::settings::{ChannelSettings, MailTls};
use crate::locales::{Text, foreign, notify as words};
use crate::support::files;

/// A connection that takes longer than this will not come. Engineering judgement.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// The longest a letter may take. Mail servers keep a client waiting on purpose, to tell it from a sender of spam.
const TOTAL_MAX: Duration = Duration::from_secs(30);

/// The longest wait for a farewell, after the letter has been taken.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// Bytes of a subject: what mail programs show of it in a list.
const SUBJECT_MAX: usize = 200;

/// Bytes of a text: some hundred alarms.
const TEXT_MAX: usize = 32 << 10;

/// Characters that are shown of what a server says.
const SAID_MAX: usize = 160;

/// A channel by e-mail.
pub(super) struct Mail {
    server: String,
    port: u16,
    tls: MailTls,
    encryption: TlsParameters,
    login: Option<Credentials>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

/// The address that `text` is.
///
/// # Errors
/// It is none, or one that only some servers can take.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, Text> {
    let found: Mailbox = text.parse().map_err(|_| words::no_mail_address())?;
    let plain = AsRef::<str>::as_ref(&found.email).is_ascii();
    // A name in front of the address is written into the head of each letter.
    let seen = one_line(text) == text;
    if plain && seen { Ok(found) } else { Err(words::no_mail_address()) }
}

impl Mail {
    pub fn of(settings: &ChannelSettings) -> Result<Self, Text> {
        let server = settings.server.clone().ok_or_else(words::no_mail_server)?;
        let mut encryption = TlsParameters::builder(server.clone());
        if let Some(file) = &settings.ca_file {
            let read = files::read_regular(file, super::http::CERTIFICATES_MAX);
            let pem = read.map_err(|error| words::file_unreadable(file, foreign::io(&error)))?;
            let found = Certificate::from_pem(&pem).map_err(|_| words::no_certificate(file))?;
            encryption =
                encryption.certificate_store(CertificateStore::None).add_root_certificate(found);
        }
        let encryption = encryption.build().map_err(|error| words::no_tls(said(&error)))?;
        let login = match (&settings.user, &settings.password_file) {
            (Some(user), Some(file)) => {
                let password = Secret::read(file)?;
                Some(Credentials::new(user.clone(), password.expose().into()))
            }
            _ => None,
        };
        Ok(Self {
            server,
            port: settings.port.unwrap_or_else(|| settings.tls.usual_port()),
            tls: settings.tls,
            encryption,
            login,
            from: mailbox(settings.from.as_deref().unwrap_or_default())?,
            to: settings.to.iter().map(|to| mailbox(to)).collect::<Result<_, _>>()?,
        })
    }

    /// Sends it. Whoever of the readers the server does not know is left out, where it knows another.
    pub async fn send(&self, said: &Said, at: Timestamp) -> Result<(), SendError> {
        let message = self.message(said, at)?;
        let mut connection = match timeout(TOTAL_MAX, self.deliver(&message)).await {
            Ok(delivered) => delivered?,
            Err(_) => return Err(self.again(words::no_answer_in_time())),
        };
        // It has been taken: whatever comes now must not make it go out again.
        let _farewell = timeout(FAREWELL_MAX, connection.quit()).await;
        Ok(())
    }

    /// The letter as it goes over the line. The same letter is the same message: mail programs show a second copy once.
    fn message(&self, said: &Said, at: Timestamp) -> Result<Vec<u8>, SendError> {
        let id = format!("<{}@{}>", said.id, self.from.email.domain());
        let header = |name, value: &str| HeaderValue::new(name, value.into());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(cut(&one_line(&said.title), SUBJECT_MAX))
            .message_id(Some(id))
            .raw_header(header(HeaderName::new_from_ascii_str("Hanqing-Letter"), &said.id))
            // No holiday notice answers a program (RFC 3834).
            .raw_header(header(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated"))
            .header(ContentType::TEXT_PLAIN);
        if let Ok(date) = SystemTime::try_from(at) {
            builder = builder.date(date);
        }
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let text = cut(&said.plain(), TEXT_MAX);
        let message = builder.body(text).map_err(|error| SendError {
            why: words::at_host(&self.server, foreign::said(error)),
            retry: false,
            after: None,
        })?;
        Ok(message.formatted())
    }

    async fn deliver(&self, message: &[u8]) -> Result<AsyncSmtpConnection, SendError> {
        let mut connection = self.connect().await?;
        if let Some(login) = &self.login {
            let tried = connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await;
            // A server may repeat the command that it refuses, with the password in it: its words are not shown.
            tried.map_err(|error| match error.status() {
                Some(code) => self.again(words::login_refused(code.to_string())),
                None => self.again(words::login_failed()),
            })?;
        }
        let from = MailFrom::new(Some(self.from.email.clone()), Vec::new());
        connection.command(from).await.map_err(|error| self.failed(&error))?;
        let mut refused = None;
        let mut taken = 0;
        for to in &self.to {
            match connection.command(Rcpt::new(to.email.clone(), Vec::new())).await {
                Ok(_) => taken += 1,
                Err(error) if error.is_permanent() => {
                    let said = error.to_string();
                    tracing::warn!(server = self.server, to = %to.email, said, "a reader is not known");
                    refused = Some(error);
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
        if let Some(error) = refused.filter(|_| taken == 0) {
            return Err(self.failed(&error));
        }
        connection.command(Data).await.map_err(|error| self.failed(&error))?;
        connection.message(message).await.map_err(|error| self.failed(&error))?;
        Ok(connection)
    }

    /// A connection that is encrypted, with a server whose certificate has been verified.
    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let (server, name) = ((self.server.as_str(), self.port), ClientId::default());
        let implicit = (self.tls == MailTls::Implicit).then(|| self.encryption.clone());
        let limit = Some(CONNECT_MAX);
        let connecting = AsyncSmtpConnection::connect_tokio1(server, limit, &name, implicit, None);
        let mut connection = connecting.await.map_err(|error| self.failed(&error))?;
        if self.tls == MailTls::Starttls {
            if !connection.can_starttls() {
                return Err(self.again(words::no_starttls()));
            }
            let upgraded = connection.starttls(self.encryption.clone(), &name).await;
            upgraded.map_err(|error| self.failed(&error))?;
        }
        match connection.is_encrypted() {
            true => Ok(connection),
            false => Err(self.again(words::no_starttls())),
        }
    }

    fn again(&self, why: Text) -> SendError {
        SendError { why: words::at_host(&self.server, why), retry: true, after: None }
    }

    fn failed(&self, error: &Error) -> SendError {
        let why = match error.status() {
            Some(code) if error.is_permanent() => {
                words::mail_refused(code.to_string(), said(error))
            }
            Some(code) => words::mail_later(code.to_string(), said(error)),
            None if error.is_timeout() => words::no_answer_in_time(),
            None => without_code(error),
        };
        // 552 and 554: the message itself is not taken (RFC 5321, 4.2.3). The rest the server's keeper may mend.
        let hopeless =
            error.status().is_some_and(|code| matches!(code.to_string().as_str(), "552" | "554"));
        SendError { retry: !hopeless, ..self.again(why) }
    }
}

/// Why there was no answer with a code.
fn without_code(error: &Error) -> Text {
    let raw = innermost(error).to_string();
    if raw.contains("certificate") {
        words::certificate_refused(foreign::said(cut(&one_line(&raw), SAID_MAX)))
    } else if raw.contains("corrupt message") {
        words::not_tls()
    } else {
        said(error)
    }
}

/// What is behind an error, in one line.
fn said(error: &Error) -> Text {
    let innermost = innermost(error);
    match innermost.downcast_ref::<std::io::Error>() {
        Some(error) => foreign::io(error),
        None => foreign::said(cut(&one_line(&innermost.to_string()), SAID_MAX)),
    }
}

fn innermost(error: &Error) -> &(dyn std::error::Error + 'static) {
    let causes = std::iter::successors(std::error::Error::source(error), |&cause| cause.source());
    causes.last().unwrap_or(error)
}

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
