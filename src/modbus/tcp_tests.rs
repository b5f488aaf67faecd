//! Late answers over Modbus TCP, over sockets.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::modbus::script::asking;

/// Bytes of a request for registers, and of an answer that holds one.
const ASKED: usize = 12;
const ANSWERED: usize = 11;

/// The answer to a request: one register that holds the address asked for.
fn answer(asked: &[u8; ASKED]) -> [u8; ANSWERED] {
    let [t1, t0, .., unit, function, a1, a0, _, _] = *asked;
    [t1, t0, 0, 0, 0, 5, unit, function, 2, a1, a0]
}

/// An answer that stops after each of its bytes until the timeout has passed, and whose rest then comes before and after the next
/// question: that one has its own answer, whatever the transaction is called.
#[tokio::test]
async fn the_rest_of_a_late_answer_is_never_taken_for_the_next() {
    for cut in 0..ANSWERED {
        for same_transaction in [false, true] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let text = format!("name = 'b'\ntcp = '{}'", listener.local_addr().unwrap());
            let settings: BusSettings = toml::from_str(&text).unwrap();
            let mut line = TcpLine::new(settings.tcp.clone().unwrap(), &settings, Clock::system());
            let far = async {
                let (mut old, _) = listener.accept().await.unwrap();
                let mut first = [0; ASKED];
                old.read_exact(&mut first).await.unwrap();
                old.write_all(&answer(&first)[..cut]).await.unwrap();
                // Whoever waited in vain asks on a new connection.
                let (mut new, _) = listener.accept().await.unwrap();
                // The old one may be closed already.
                let _ = old.write_all(&answer(&first)[cut..]).await;
                let mut second = [0; ASKED];
                new.read_exact(&mut second).await.unwrap();
                if same_transaction {
                    let _ = old.write_all(&answer(&second)).await;
                }
                new.write_all(&answer(&second)).await.unwrap();
                (first, second)
            };
            let near = async {
                let ask = Ask { timeout: Duration::from_millis(40), ..asking(1, 0x1111) };
                let first = line.read(&ask).await;
                let patient = Ask { timeout: Duration::from_secs(5), ..asking(1, 0x2222) };
                (first, line.read(&patient).await)
            };
            let (_, (first, second)) = tokio::join!(far, near);
            assert!(matches!(first, Err(ReadError::Timeout { .. })), "{cut}: {first:?}");
            assert_eq!(second, Ok(vec![0x2222]), "{cut}");
        }
    }
}
