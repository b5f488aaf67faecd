//! One request over HTTP: to a checked address, bounded in time and size, no redirect followed, no proxy used.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response, Url};
use tokio::time::timeout;

use super::guard;
use super::secret::Secret;
use super::send_error::SendError;
use super::settings::ChannelSettings;
use crate::core::Network;
use crate::locales::{Text, foreign, notify as words};
use crate::support::files;

/// A connection that takes longer than this will not come. Engineering judgement.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// The longest a letter may take, from the question for the name to the last byte of the answer: other letters wait for
/// it. Engineering judgement.
const TOTAL_MAX: Duration = Duration::from_secs(10);

/// Bytes that are read of an answer. Those of the robots have a hundred.
const BODY_MAX: usize = 64 << 10;

/// Longest time for which a receiver is left alone because it asks for it.
const AFTER_MAX: Duration = Duration::from_secs(3600);

/// Bytes of a file of certificates: the system's own has about 220 KB.
pub(super) const CERTIFICATES_MAX: u64 = 1 << 20;

/// Characters that are shown of what a library says.
const SAID_MAX: usize = 160;

/// Where a channel's messages go.
pub(super) struct Http {
    /// It may hold a key: it is shown nowhere, its host is.
    url: Url,
    allow: Vec<Network>,
    /// Who may vouch for the receiver; those that browsers trust where it is empty.
    authorities: Vec<Certificate>,
    total_max: Duration,
}

/// What a receiver answered.
pub(super) struct Answer {
    pub status: u16,
    pub after: Option<Duration>,
    /// The host that the receiver names instead of itself.
    pub elsewhere: Option<String>,
    pub body: Vec<u8>,
}

impl Http {
    pub fn of(settings: &ChannelSettings) -> Result<Self, Text> {
        let url = match (&settings.url, &settings.url_file) {
            (_, Some(file)) => {
                let text = Secret::read(file)?;
                guard::parse(text.expose(), &settings.allow)
                    .map_err(|rule| words::in_file(file, rule))?
            }
            (Some(url), None) => guard::parse(url, &settings.allow)?,
            (None, None) => return Err(words::no_url()),
        };
        let authorities = match &settings.ca_file {
            Some(file) => authorities(file)?,
            None => Vec::new(),
        };
        Ok(Self { url, allow: settings.allow.clone(), authorities, total_max: TOTAL_MAX })
    }

    #[cfg(test)]
    pub fn at(url: &str, allow: &[Network], total_max: Duration) -> Self {
        let url = guard::parse(url, allow).unwrap();
        Self { url, allow: allow.into(), authorities: Vec::new(), total_max }
    }

    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    #[cfg(test)]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Sends `body`, which is JSON, with `query` added to the URL. An answer of any status is an answer.
    pub async fn post(
        &self,
        query: &[(&str, String)],
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<Answer, SendError> {
        self.within_time(self.ask(query, headers, body, true)).await
    }

    /// The same, where the status alone is the answer: what comes after it is not read.
    pub async fn post_for_status(
        &self,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<Answer, SendError> {
        self.within_time(self.ask(&[], headers, body, false)).await
    }

    async fn within_time(
        &self,
        work: impl Future<Output = Result<Answer, SendError>>,
    ) -> Result<Answer, SendError> {
        match timeout(self.total_max, work).await {
            Ok(answered) => answered,
            Err(_) => Err(self.again(words::no_answer_in_time())),
        }
    }

    async fn ask(
        &self,
        query: &[(&str, String)],
        headers: &[(&'static str, String)],
        body: String,
        reads: bool,
    ) -> Result<Answer, SendError> {
        let addresses = guard::resolve(&self.url, &self.allow).await;
        let addresses = addresses.map_err(|why| self.again(why))?;
        let client = self.client(&addresses).map_err(|error| self.failed(&error))?;
        let mut request = client.post(self.url.clone()).header(CONTENT_TYPE, "application/json");
        if !query.is_empty() {
            request = request.query(query);
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = request.body(body).send().await.map_err(|error| self.failed(&error))?;
        let (status, headers) = (response.status(), response.headers());
        let (after, elsewhere) = (retry_after(headers), elsewhere(&self.url, headers));
        let elsewhere = elsewhere.filter(|_| status.is_redirection());
        // What a webhook answers beside its status is of no use.
        let body = if reads { self.body(response).await? } else { Vec::new() };
        Ok(Answer { status: status.as_u16(), after, elsewhere, body })
    }

    /// A client that connects to `addresses` and to nothing else. It is made for each letter, of which there are few:
    /// the addresses are those of this moment.
    pub(super) fn client(&self, addresses: &[SocketAddr]) -> Result<Client, reqwest::Error> {
        let mut builder = Client::builder()
            .http1_only()
            .use_rustls_tls()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_MAX)
            .user_agent(concat!("hanqing/", env!("CARGO_PKG_VERSION")))
            .resolve_to_addrs(self.host(), addresses);
        if !self.authorities.is_empty() {
            builder = builder.tls_built_in_root_certs(false);
        }
        for authority in &self.authorities {
            builder = builder.add_root_certificate(authority.clone());
        }
        builder.build()
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, SendError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&error))? {
            if body.len() + chunk.len() > BODY_MAX {
                return Err(self.again(words::answer_too_long(BODY_MAX >> 10)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// An error after which the same letter may come through.
    pub fn again(&self, why: Text) -> SendError {
        SendError { why: words::at_host(self.host(), why), retry: true, after: None }
    }

    fn failed(&self, error: &reqwest::Error) -> SendError {
        self.again(error_text(error))
    }

    /// The error of an answer whose status is none of success.
    pub fn refused(&self, answer: &Answer) -> SendError {
        let status = answer.status;
        let why = match (&answer.elsewhere, status) {
            (Some(host), _) => words::sent_elsewhere(status, host),
            (None, 300..=399) => words::sent_elsewhere_unsaid(status),
            (None, 401 | 403) => words::status_forbidden(status),
            (None, 404 | 410) => words::status_not_there(status),
            (None, 408 | 425 | 429 | 503 | 504) => words::status_busy(status),
            (None, 500..=599) => words::status_fault(status),
            (None, _) => words::status_refused(status),
        };
        // What is the receiver's fault may be mended there; a message that it cannot read stays one.
        let retry = !matches!(status, 400 | 405 | 406 | 410 | 411 | 413 | 414 | 415 | 422 | 431);
        SendError { retry, after: answer.after, ..self.again(why) }
    }
}

/// The certificates in the file at `path`.
fn authorities(path: &Path) -> Result<Vec<Certificate>, Text> {
    let read = files::read_regular(path, CERTIFICATES_MAX);
    let pem = read.map_err(|error| words::file_unreadable(path, foreign::io(&error)))?;
    let found = Certificate::from_pem_bundle(&pem).unwrap_or_default();
    if found.is_empty() { Err(words::no_certificate(path)) } else { Ok(found) }
}

/// How long the receiver asks to be left alone, s (RFC 9110, 10.2.3). A date is not looked at: its clock is another.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More digits than a number has are the longest wait as well.
    Some(text.parse().map_or(AFTER_MAX, |seconds| Duration::from_secs(seconds).min(AFTER_MAX)))
}

/// The host that an answer names instead of its own, and nothing else of the place.
fn elsewhere(url: &Url, headers: &HeaderMap) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let host = url.join(location).ok()?.host_str()?.to_owned();
    (host.len() <= SAID_MAX).then_some(host)
}

/// What is behind an error. The text of reqwest's own has the URL in it, and its causes have not.
fn error_text(error: &reqwest::Error) -> Text {
    if error.is_timeout() {
        return words::no_answer_in_time();
    }
    let source = std::error::Error::source(error);
    let Some(cause) = std::iter::successors(source, |&cause| cause.source()).last() else {
        return words::no_http();
    };
    let said: String = cause.to_string().chars().take(SAID_MAX).collect();
    let certificate = ["UnknownIssuer", "Expired", "NotValid", "peer certificate", "CaUsedAsEnd"];
    if certificate.iter().any(|word| said.contains(word)) {
        return words::certificate_refused(foreign::said(said));
    }
    match cause.downcast_ref::<std::io::Error>() {
        Some(error) => foreign::io(error),
        None => words::broken_http(foreign::said(said)),
    }
}
