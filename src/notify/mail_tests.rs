//! E-mail as it goes over the line, and servers that do not take it. A whole server is in tests/it/notify.rs.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;

fn settings(port: u16, tls: &str) -> ChannelSettings {
    let text = format!(
        "name = 'm'\nkind = 'email'\nserver = '127.0.0.1'\nport = {port}\ntls = '{tls}'\n\
         from = '水利站 <hub@example.org>'\nto = ['duty@example.org', 'head@example.org']"
    );
    toml::from_str(&text).unwrap()
}

fn said(title: &str) -> Said {
    let lines = vec!["水位 212.30 m".into(), ".".into()];
    Said { id: "raised-7".into(), title: title.into(), lines, link: None }
}

#[test]
fn a_letter_is_one_plain_text_with_its_id_and_nothing_gets_into_its_head() {
    let mail = Mail::of(&settings(465, "implicit")).unwrap();
    let at = "2026-08-01T14:00:00Z".parse().unwrap();
    let bytes = mail.message(&said("旱情\r\nBcc: evil@example.org\r\n\r\nx"), at).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(text.is_ascii() && !head.contains("\nBcc"), "{head}");
    for line in [
        "Message-ID: <raised-7@example.org>",
        "Hanqing-Letter: raised-7",
        "Auto-Submitted: auto-generated",
        "Date: Sat, 01 Aug 2026 14:00:00 +0000",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(head.contains(line), "{line}: {head}");
    }
    assert!(head.contains("Subject: =?utf-8?"), "{head}");
    assert!(head.contains("To: duty@example.org, head@example.org"), "{head}");
}

#[test]
fn an_address_is_one_of_ascii_and_a_single_one() {
    for right in ["a@b.example", "水利站 <a@b.example>"] {
        assert!(mailbox(right).is_ok(), "{right}");
    }
    for wrong in
        ["", "a", "a@", "@b", "a@b, c@d", "水@b.example", "a@b\r\nBcc: c@d", "x\r\n <a@b.example>"]
    {
        assert!(mailbox(wrong).is_err(), "{wrong}");
    }
}

/// What becomes of a letter to a server that says `greeting`, and then `answer` to whatever it is told.
async fn refused(
    tls: &str,
    greeting: &'static str,
    answer: &'static str,
) -> (SendError, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(greeting.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        let (read, mut write) = stream.split();
        let mut lines = BufReader::new(read).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            heard.push(line);
            if write.write_all(answer.as_bytes()).await.is_err() {
                break;
            }
        }
        heard
    });
    let mail = Mail::of(&settings(port, tls)).unwrap();
    let error = mail.send(&said("x"), Timestamp::UNIX_EPOCH).await.unwrap_err();
    (error, server.await.unwrap())
}

#[tokio::test]
async fn nothing_goes_out_unencrypted() {
    let (error, heard) = refused("starttls", "220 mail\r\n", "250 mail\r\n").await;
    assert!(error.why.to_string().contains("STARTTLS") && error.retry, "{error:?}");
    assert!(heard.iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{heard:?}");
}

#[tokio::test]
async fn a_server_that_refuses_is_named_with_its_code() {
    let (error, _) = refused("starttls", "421 too many connections\r\n", "221 bye\r\n").await;
    let said = error.why.to_string();
    assert!(error.retry && said.starts_with("127.0.0.1: ") && said.contains("421"), "{said}");
    // Plain text where TLS was expected.
    let (error, heard) = refused("implicit", "220 mail\r\n", "500 what?\r\n").await;
    assert!(error.retry, "{error:?}");
    assert!(heard.iter().all(|line| !line.contains("EHLO")), "{heard:?}");
}
