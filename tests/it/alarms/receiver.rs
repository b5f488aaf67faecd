//! A receiver of letters, as an office has one behind a webhook: it counts, and fails as it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::context::wait_for;

/// Longest that a connection may take to send its request.
const REQUEST_MAX: Duration = Duration::from_secs(30);

/// What it does with a letter once it has read it.
#[derive(Debug, Clone, PartialEq)]
pub enum Manner {
    Takes,
    /// Takes it, and answers after so long.
    Dawdles(Duration),
    /// Answers this status.
    Refuses(u16),
    /// Sends whoever asks elsewhere.
    Redirects(String),
    /// Says nothing, and keeps the connection.
    Hangs,
    /// Closes the connection without a word: nobody knows whether the letter was read.
    Cuts,
}

/// A letter that came.
#[derive(Debug, Clone)]
pub struct Came {
    pub at: Instant,
    /// The header `Hanqing-Letter`.
    pub id: String,
    pub letter: Value,
    /// Whether it was answered that the letter is taken.
    pub taken: bool,
}

impl Came {
    pub fn occasion(&self) -> &str {
        self.letter["occasion"].as_str().unwrap_or_default()
    }

    /// Kind and subject of the alarms that it tells of as raised.
    pub fn raised(&self) -> Vec<String> {
        self.alarms(false)
    }

    /// Of those that it tells of as cleared.
    pub fn cleared(&self) -> Vec<String> {
        self.alarms(true)
    }

    fn alarms(&self, cleared: bool) -> Vec<String> {
        let alarms = self.letter["alarms"].as_array().into_iter().flatten();
        let alarms = alarms.filter(|alarm| alarm["cleared_at"].is_null() != cleared);
        let name = |alarm: &Value| {
            let part = |key: &str| alarm[key].as_str().unwrap_or_default().to_owned();
            format!("{} {}", part("kind"), part("subject"))
        };
        alarms.map(name).collect()
    }
}

#[derive(Debug)]
struct State {
    manner: Manner,
    came: Vec<Came>,
    /// Connections that hang.
    hung: Vec<TcpStream>,
    /// Requests that were none of a letter.
    others: Vec<String>,
}

/// It listens until it is dropped.
pub struct Receiver {
    pub port: u16,
    state: Arc<Mutex<State>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State { manner: Manner::Takes, came: vec![], hung: vec![], others: vec![] };
        let state = Arc::new(Mutex::new(state));
        let over = Arc::new(AtomicBool::new(false));
        let (shared, done) = (state.clone(), over.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if done.load(Ordering::SeqCst) {
                    return;
                }
                let state = shared.clone();
                std::thread::spawn(move || _ = serve(stream, &state));
            }
        });
        Self { port, state, over, thread: Some(thread) }
    }

    /// Lines of `hub.toml` for a channel that ends here.
    pub fn channel(&self, name: &str, more: &str) -> String {
        format!(
            "[[alarm.channel]]\nname = {name:?}\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{}/letters\"\n\
             allow = [\"127.0.0.1/32\"]\n{more}\n",
            self.port
        )
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it goes on; whoever hangs is let go.
    pub fn becomes(&self, manner: Manner) {
        let mut state = self.state();
        state.manner = manner;
        state.hung.clear();
    }

    /// All that came, in order.
    pub fn came(&self) -> Vec<Came> {
        self.state().came.clone()
    }

    /// What was asked of it and was no letter: whoever is sent here from elsewhere.
    pub fn others(&self) -> Vec<String> {
        self.state().others.clone()
    }

    /// The letters that were taken, each once, in order.
    pub fn taken(&self) -> Vec<Came> {
        let mut known = BTreeSet::new();
        let all = self.came().into_iter().filter(|came| came.taken);
        all.filter(|came| known.insert(came.id.clone())).collect()
    }

    /// Waits for a letter that was taken.
    pub fn waits(&self, what: &str, is: impl Fn(&Came) -> bool) -> Came {
        wait_for(what, || {
            let all = self.taken();
            let found = all.iter().find(|came| is(came)).cloned();
            found.ok_or_else(|| all.into_iter().map(|came| came.letter).collect::<Vec<_>>())
        })
    }

    /// In how many letters each alarm was told as raised, and as cleared; the same letter counts once.
    pub fn told(&self, of: impl Fn(&Came) -> Vec<String>) -> BTreeMap<String, BTreeSet<String>> {
        let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for came in self.came() {
            for alarm in of(&came) {
                told.entry(alarm).or_default().insert(came.id.clone());
            }
        }
        told
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        self.state().hung.clear();
        // Ends the wait for the next connection.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reads one request, and answers as it is told to.
fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(REQUEST_MAX))?;
    let (first, head, body) = read(&mut stream)?;
    let manner = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let id = head.get("hanqing-letter").cloned();
        match (id, serde_json::from_slice(&body)) {
            (Some(id), Ok(letter)) => {
                let taken = matches!(state.manner, Manner::Takes | Manner::Dawdles(_));
                state.came.push(Came { at: Instant::now(), id, letter, taken });
            }
            _ => state.others.push(first),
        }
        if state.manner == Manner::Hangs {
            let kept = stream.try_clone()?;
            state.hung.push(kept);
            return Ok(());
        }
        state.manner.clone()
    };
    let status = match &manner {
        Manner::Takes => "200 OK".to_owned(),
        Manner::Dawdles(so_long) => {
            dawdle(*so_long);
            "200 OK".to_owned()
        }
        Manner::Refuses(status) => format!("{status} No"),
        Manner::Redirects(to) => format!("302 Found\r\nLocation: {to}"),
        Manner::Hangs | Manner::Cuts => return Ok(()),
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own: being slow is what it is for")]
fn dawdle(so_long: Duration) {
    std::thread::sleep(so_long);
}

type Request = (String, BTreeMap<String, String>, Vec<u8>);

/// First line, headers with their names in small letters, and body.
fn read(stream: &mut TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut head) = (String::new(), BTreeMap::new());
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            head.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let length = head.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((first, head, body))
}
