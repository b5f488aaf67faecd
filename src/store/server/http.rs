//! Blocking requests to a server: with a token, a time limit, and bounded answers.
//!
//! They use the reqwest that influxdb2 links. influxdb2's own methods lose the headers of a refusal (Retry-After) and
//! put no bound on the size of an answer (docs/decisions/0010).

use std::io::{BufRead, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::tls::TlsInfo;
use reqwest::{Certificate, Client, RequestBuilder, Url};
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};

use super::settings::ServerSettings;
use crate::locales::{Text, core as common, foreign, store as words};
use crate::store::{StoreError, Waits};
use crate::support::ShownCertificates;

/// Bytes kept of the text of a refusal: the longest of InfluxDB's that names a field has 200. Engineering judgement.
const TEXT_MAX: usize = 300;

/// A connection that takes longer than this will not come. Engineering judgement.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// A server that asks to be left alone for longer than this is asked again after it.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(300);

/// Longest line of an answer. VictoriaMetrics exports as many samples a line as it is asked for ([`super::export`]).
const LINE_MAX: usize = 8 << 20;

#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub text: String,
}

/// A client of one server. Its methods block.
pub(super) struct Http {
    /// Runs the requests while their caller blocks; `None` only during the drop.
    runtime: Option<Runtime>,
    client: Client,
    url: Url,
    read_url: Url,
    authorization: Option<String>,
    timeout: Duration,
    /// The certificates that were shown. reqwest 0.11 verifies them with a rustls before the one that is used elsewhere
    /// here, so that it takes no verifier of ours; it hands out the first certificate with each answer.
    pub shown: ShownCertificates,
    /// That somebody waits for the server just now.
    pub waits: Waits,
}

impl Http {
    pub fn new(settings: &ServerSettings) -> Result<Self, StoreError> {
        let wrong = |problem: Text| StoreError::server(&settings.url, problem);
        let parse = |url: &str| {
            settings.check_url(url).map_err(wrong)?;
            Url::parse(url).map_err(|error| wrong(foreign::said(error)))
        };
        let client = builder(settings)?.build().map_err(|error| wrong(error_text(&error)))?;
        let url = parse(&settings.url)?;
        let read_url = parse(settings.read_url.as_ref().unwrap_or(&settings.url))?;
        let authorization = token(settings)?.map(|token| format!("Token {token}"));
        let timeout = Duration::from_secs(settings.timeout_s.into());
        // Last: whoever fails after it would drop it, which panics within another runtime.
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = Some(runtime.map_err(|error| wrong(foreign::io(&error)))?);
        let shown = ShownCertificates::default();
        let waits = Waits::default();
        Ok(Self { runtime, client, url, read_url, authorization, timeout, shown, waits })
    }

    /// Waits for `work`, which begins within the runtime: a timer cannot be made outside of it.
    pub fn wait<F: Future>(&self, work: impl FnOnce() -> F) -> F::Output {
        let runtime = self.runtime.as_ref().expect("only the drop takes the runtime");
        self.waits.during(|| runtime.block_on(async { work().await }))
    }

    fn address(base: &Url, path: &str) -> Url {
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        url
    }

    /// Sends `body`, compressed, to be written. `now` is compared with a date in the answer.
    pub fn write(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: &[u8],
        now: Timestamp,
    ) -> Result<Answer, StoreError> {
        let url = Self::address(&self.url, path);
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        let packed = packed
            .write_all(body)
            .and_then(|()| packed.finish())
            .map_err(|error| StoreError::server(url.as_str(), foreign::io(&error)))?;
        let request = self.client.post(url).query(query);
        let request = request
            .header(CONTENT_TYPE, "text/plain; charset=utf-8")
            .header(CONTENT_ENCODING, "gzip")
            .timeout(self.timeout)
            .body(packed);
        self.wait(|| async move {
            let response = self.send(request).await?;
            let status = response.status().as_u16();
            let retry_after = retry_after(response.headers(), now);
            Ok(Answer { status, retry_after, text: text(response).await })
        })
    }

    /// Sends a query, and passes each line of the answer to `line`. The time limit is for each piece of the answer.
    pub fn read(
        &self,
        query: Query<'_>,
        line: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self.ask(query, line)? {
            None => Ok(()),
            Some(refusal) => Err(self.unread(answered(refusal.status, &refusal.text))),
        }
    }

    /// As [`Http::read`]; an answer with a status other than success is returned.
    pub fn ask(
        &self,
        query: Query<'_>,
        line: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<Option<Answer>, StoreError> {
        self.wait(move || self.read_lines(query, line))
    }

    async fn read_lines(
        &self,
        query: Query<'_>,
        line: &mut dyn FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<Option<Answer>, StoreError> {
        let url = Self::address(&self.read_url, query.path);
        let request = match query.body {
            Some(body) => self.client.post(url).header(CONTENT_TYPE, "application/json").body(body),
            None => self.client.get(url),
        };
        let sent = self.send(request.query(query.parameters));
        let mut response = self.in_time(sent).await??;
        let status = response.status();
        if !status.is_success() {
            let (status, text) = (status.as_u16(), text(response).await);
            return Ok(Some(Answer { status, retry_after: None, text }));
        }
        let mut rest: Vec<u8> = Vec::new();
        loop {
            let chunk = self.in_time(response.chunk()).await?;
            let chunk = chunk.map_err(|error| self.unread(words::cut_off(error_text(&error))))?;
            let Some(chunk) = chunk else { break };
            let mut chunk = chunk.as_ref();
            while let Ok(1..) = chunk.read_until(b'\n', &mut rest) {
                if rest.pop_if(|byte| *byte == b'\n').is_some() {
                    line(&rest)?;
                    rest.clear();
                }
            }
            if rest.len() > LINE_MAX {
                return Err(self.unread(words::line_too_long(LINE_MAX)));
            }
        }
        if !rest.is_empty() {
            line(&rest)?;
        }
        Ok(None)
    }

    /// The error of an answer that cannot be used.
    pub fn unusable(&self, problem: Text) -> StoreError {
        self.unread(words::answer_unusable(problem))
    }

    fn unread(&self, problem: Text) -> StoreError {
        StoreError::server(self.read_url.as_str(), problem)
    }

    async fn in_time<F: Future>(&self, future: F) -> Result<F::Output, StoreError> {
        let timed = tokio::time::timeout(self.timeout, future).await;
        timed.map_err(|_| self.unread(words::no_answer_within(self.timeout.as_secs())))
    }

    async fn send(&self, request: RequestBuilder) -> Result<reqwest::Response, StoreError> {
        let request = match &self.authorization {
            Some(token) => request.header("Authorization", token),
            None => request,
        };
        let sent = request.send().await;
        let response =
            sent.map_err(|error| StoreError::server(self.url.as_str(), error_text(&error)))?;
        let tls = response.extensions().get::<TlsInfo>();
        if let Some(certificate) = tls.and_then(TlsInfo::peer_certificate) {
            // The answer comes from where the request went: nothing is redirected.
            let place = response.url().origin().ascii_serialization();
            self.shown.note(&place, certificate);
        }
        Ok(response)
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        // A runtime must not be dropped within another one, which would panic.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub(super) struct Query<'a> {
    pub path: &'a str,
    pub parameters: &'a [(&'a str, &'a str)],
    /// JSON; `None` where the parameters say it all.
    pub body: Option<String>,
}

/// A client for HTTP/1.1 that verifies certificates and waits for nothing endlessly.
pub(super) fn builder(settings: &ServerSettings) -> Result<reqwest::ClientBuilder, StoreError> {
    let mut builder = Client::builder()
        .http1_only()
        .use_rustls_tls()
        .tls_info(true)
        .connect_timeout(CONNECT_MAX)
        .redirect(reqwest::redirect::Policy::none());
    if let Some(file) = &settings.ca_file {
        let wrong = |why: Text| StoreError::server(&settings.url, words::ca_file(file, why));
        let pem = std::fs::read(file).map_err(|error| wrong(foreign::io(&error)))?;
        let certificates = Certificate::from_pem_bundle(&pem).unwrap_or_default();
        if certificates.is_empty() {
            return Err(wrong(words::no_certificate()));
        }
        builder = builder.tls_built_in_root_certs(false);
        for certificate in certificates {
            builder = builder.add_root_certificate(certificate);
        }
    }
    Ok(builder)
}

pub(super) fn token(settings: &ServerSettings) -> Result<Option<String>, StoreError> {
    let Some(file) = &settings.token_file else {
        return Ok(None);
    };
    let wrong = |why: Text| StoreError::server(&settings.url, words::token_file(file, why));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(foreign::io(&error)))?;
    let token = text.trim_end_matches(['\r', '\n']);
    if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
        return Err(wrong(words::token_form()));
    }
    Ok(Some(token.to_owned()))
}

/// What a server answered instead of doing it: the status, and what it `said`.
pub(super) fn answered(status: u16, said: &str) -> Text {
    if asks_for_https(status, said) {
        return words::https_wanted();
    }
    let status = match status {
        400 | 413 | 422 => words::status_refused(status),
        401 | 403 => words::status_unauthorised(status),
        408 | 429 | 503 | 504 => words::status_busy(status),
        500 | 502 => words::status_fault(status),
        _ => words::status_other(status),
    };
    if said.is_empty() { status } else { Text::chain([status, quoted(said)]) }
}

/// Whether a server tells that it was spoken to without TLS, as those in Go and nginx do.
pub(super) fn asks_for_https(status: u16, said: &str) -> bool {
    status == 400 && said.contains("HTTP request") && said.contains("HTTPS")
}

/// What a server said, which is in its own words: of InfluxDB's JSON the message, and all in one line.
pub(super) fn quoted(said: &str) -> Text {
    #[derive(Deserialize)]
    struct Refusal {
        message: String,
    }
    let message = serde_json::from_str::<Refusal>(said).map(|refusal| refusal.message);
    let said = message.unwrap_or_else(|_| said.into());
    let words: Vec<&str> = said.split_whitespace().collect();
    if words.is_empty() { Text::default() } else { foreign::said(words.join(" ")) }
}

/// What is behind an error, down to the system's: reqwest's own text names only the URL.
pub(super) fn error_text(error: &reqwest::Error) -> Text {
    if error.is_timeout() {
        return words::no_answer_in_time();
    }
    let source = std::error::Error::source(error);
    let causes = std::iter::successors(source, |&cause| cause.source());
    let Some(cause) = causes.last() else { return foreign::said(error) };
    let said = cause.to_string();
    if said.contains("lookup address") {
        common::io_name_unknown(error.url().and_then(Url::host_str).unwrap_or_default())
    } else if let Some(text) = by_words(&said) {
        text
    } else if let Some(error) = cause.downcast_ref::<std::io::Error>() {
        match error.kind() {
            std::io::ErrorKind::ConnectionRefused => words::connection_refused(),
            std::io::ErrorKind::ConnectionReset => words::connection_reset(),
            _ => foreign::io(error),
        }
    } else if error.url().is_some_and(|url| url.scheme() == "http") {
        words::not_http(foreign::said(said))
    } else {
        words::broken_http(foreign::said(said))
    }
}

/// What TLS and HTTP of reqwest say, which hide their kinds.
fn by_words(said: &str) -> Option<Text> {
    let is = |part: &str| said.contains(part);
    Some(if let Some((_, alert)) = said.split_once("fatal alert: ") {
        words::tls_refused(foreign::said(alert))
    } else if is("UnknownIssuer") {
        words::certificate_unknown()
    } else if is("Expired") {
        words::certificate_expired()
    } else if is("NotValidYet") {
        words::certificate_not_yet()
    } else if is("NotValidForName") {
        words::certificate_of_other_name()
    } else if is("CaUsedAsEndEntity") {
        words::certificate_of_authority()
    } else if let Some((_, why)) = said.split_once("peer certificate: ") {
        words::certificate_unusable(foreign::said(why))
    } else if is("corrupt message") {
        words::not_tls()
    } else if is("is incompatible") {
        words::tls_in_common()
    } else if is("closed before") || is("handshake eof") {
        words::closed_early()
    } else {
        return None;
    })
}

/// The first bytes of an answer; what cannot be read is left out.
async fn text(mut response: reqwest::Response) -> String {
    let mut text = Vec::new();
    while text.len() < TEXT_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => text.extend_from_slice(&chunk),
            _ => break,
        }
    }
    text.truncate(TEXT_MAX);
    String::from_utf8_lossy(&text).trim().to_owned()
}

/// How long a server asks to be left alone: seconds, or a date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let wait = match text.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
            Duration::try_from(until.duration_since(now)).unwrap_or_default()
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn what_tls_says_has_words_in_both_languages() {
        for (said, zh, en) in [
            (
                "invalid peer certificate: NotValidYet",
                "服务器证书还没有生效",
                "the server's certificate is not valid yet",
            ),
            (
                "invalid peer certificate: Revoked",
                "服务器证书不能用（系统原文：“Revoked”）；请在服务器上换新的",
                "cannot be used (Revoked); install another one",
            ),
            (
                "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
                "服务器用颁发机构的证书作自己的证书",
                "install one on the server that is none",
            ),
            (
                "received fatal alert: AccessDenied",
                "服务器拒绝 TLS 连接（系统原文：“AccessDenied”）",
                "the server refuses TLS (AccessDenied)",
            ),
            (
                "received corrupt message of type InvalidContentType",
                "它的应答不是 TLS",
                "its answer is not TLS",
            ),
        ] {
            let told = by_words(said).unwrap();
            assert!(told.to_string().contains(en), "{told}");
            assert!(told.within(Lang::Chinese).contains(zh), "{}", told.within(Lang::Chinese));
        }
        let told = answered(503, "try later");
        assert_eq!(told.to_string(), "503: try later");
        let zh = "服务器忙或暂时不能服务（503）：系统原文：“try later”";
        assert_eq!(told.within(Lang::Chinese), zh);
    }
}
