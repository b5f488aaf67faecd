//! Late answers over Modbus TCP, over sockets.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::modbus::script::read_one;

/// Bytes of a request for registers, and of an answer with one.
const REQUEST_BYTES: usize = 12;
const ANSWER_BYTES: usize = 11;

/// The answer to a request: one register, whose value is its address.
fn answer(request: &[u8; REQUEST_BYTES]) -> [u8; ANSWER_BYTES] {
    let [t1, t0, .., unit, function, a1, a0, _, _] = *request;
    [t1, t0, 0, 0, 0, 5, unit, function, 2, a1, a0]
}

/// An answer stops after each of its bytes until the timeout has passed, and its rest arrives around the next request.
/// That request gets its own answer, whatever the transaction ids are.
#[tokio::test]
async fn the_rest_of_a_late_answer_is_never_taken_for_the_next() {
    for cut in 0..ANSWER_BYTES {
        for same_transaction in [false, true] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let text = format!("name = 'b'\ntcp = '{}'", listener.local_addr().unwrap());
            let settings: BusSettings = toml::from_str(&text).unwrap();
            let mut line = TcpLine::new(settings.tcp.clone().unwrap(), &settings, Clock::system());
            let far = async {
                let (mut old, _) = listener.accept().await.unwrap();
                let mut first = [0; REQUEST_BYTES];
                old.read_exact(&mut first).await.unwrap();
                old.write_all(&answer(&first)[..cut]).await.unwrap();
                // After the timeout the next request uses a new connection.
                let (mut new, _) = listener.accept().await.unwrap();
                // The old one may be closed already.
                let _ = old.write_all(&answer(&first)[cut..]).await;
                let mut second = [0; REQUEST_BYTES];
                new.read_exact(&mut second).await.unwrap();
                if same_transaction {
                    let _ = old.write_all(&answer(&second)).await;
                }
                new.write_all(&answer(&second)).await.unwrap();
                (first, second)
            };
            let near = async {
                let read =
                    ReadRequest { timeout: Duration::from_millis(40), ..read_one(1, 0x1111) };
                let first = line.read(&read).await;
                let patient =
                    ReadRequest { timeout: Duration::from_secs(5), ..read_one(1, 0x2222) };
                (first, line.read(&patient).await)
            };
            let (_, (first, second)) = tokio::join!(far, near);
            assert!(matches!(first, Err(ReadError::Timeout { .. })), "{cut}: {first:?}");
            assert_eq!(second, Ok(vec![0x2222]), "{cut}");
        }
    }
}
