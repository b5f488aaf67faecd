//! A Chromium without a window, driven over WebDriver, with what only its own protocol can do: media, widths, keys, the
//! pointer, the tree that a screen reader gets.

use std::fmt::Debug;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::context::{Process, free_port, wait_for};
use crate::visit::Visit;

/// Longest that closing a browser may take before it is left to the system.
const CLOSE_MAX: Duration = Duration::from_secs(20);

/// A browser with one window.
pub struct Browser {
    /// Where the pages are, as `http://127.0.0.1:8080`.
    pub base: String,
    runtime: Runtime,
    client: Option<Client>,
    driver_port: u16,
    session: String,
    _driver: Process,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens one for the pages at `base`, whose reader asks for `lang`.
    pub fn open(base: &str, lang: &str) -> Self {
        let port = free_port();
        let started = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        let driver = match started {
            Ok(child) => Process(child),
            Err(error) => {
                panic!("cannot start chromedriver ({error}): run tests/run, which installs it")
            }
        };
        wait_for("chromedriver", || TcpStream::connect(("127.0.0.1", port)));
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--force-device-scale-factor=1".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
        });
        let capabilities: Capabilities = wanted.as_object().unwrap().clone();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let address = format!("http://127.0.0.1:{port}");
        let (client, session) = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            let client = builder.capabilities(capabilities).connect(&address).await.unwrap();
            let session = client.session_id().await.unwrap().unwrap();
            (client, session)
        });
        let browser = Self {
            base: base.to_owned(),
            runtime,
            client: Some(client),
            driver_port: port,
            session,
            _driver: driver,
            _profile: profile,
        };
        let agent = browser.value("navigator.userAgent");
        let asks = json!({"userAgent": agent, "acceptLanguage": lang});
        browser.devtools("Emulation.setUserAgentOverride", asks);
        // The demo lets this machine read without a login. Through a proxy that is not trusted nobody is of this
        // machine.
        browser.devtools("Network.enable", json!({}));
        let proxied = json!({"headers": {"X-Forwarded-For": "192.0.2.1"}});
        browser.devtools("Network.setExtraHTTPHeaders", proxied);
        browser.width(1280);
        browser
    }

    fn client(&self) -> &Client {
        self.client.as_ref().unwrap()
    }

    /// A command of Chromium's own protocol, and what it gives.
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters}).to_string();
        let path = format!("/session/{}/goog/cdp/execute", self.session);
        let mut visit = Visit::to(self.driver_port);
        visit.origin = Some(String::new());
        let kind = "Content-Type: application/json".to_owned();
        let answer = visit.ask("POST", &path, &[kind], body.as_bytes());
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status, 200, "{command}: {told}");
        told["value"].clone()
    }

    /// What an expression comes to, in the page and past its policy of scripts.
    pub fn value(&self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let told = self.devtools("Runtime.evaluate", asked);
        assert!(told["exceptionDetails"].is_null(), "{expression:.200}: {told}");
        told["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub fn until(&self, what: &str, expression: &str) {
        wait_for(what, || match self.value(expression) {
            Value::Bool(true) => Ok(()),
            other => Err(format!("{other} at {}: {}", self.address(), self.text("body"))),
        });
    }

    /// Goes to a path of the pages.
    pub fn go(&self, path: &str) {
        let address = format!("{}{path}", self.base);
        self.runtime.block_on(self.client().goto(&address)).unwrap();
    }

    /// Where it is, without the base.
    pub fn address(&self) -> String {
        let address = self.runtime.block_on(self.client().current_url()).unwrap().to_string();
        address.strip_prefix(&self.base).unwrap_or(&address).to_owned()
    }

    pub fn find(&self, css: &str) -> Element {
        wait_for(css, || {
            let found = self.runtime.block_on(self.client().find(Locator::Css(css)));
            found.map_err(|error| format!("{error} at {}", self.address()))
        })
    }

    /// How many elements a selector has.
    pub fn count(&self, css: &str) -> usize {
        let all = self.runtime.block_on(self.client().find_all(Locator::Css(css)));
        all.unwrap().len()
    }

    pub fn click(&self, css: &str) {
        let element = self.find(css);
        self.runtime.block_on(element.click()).unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// The words of an element as they are shown.
    pub fn text(&self, css: &str) -> String {
        let script = format!("document.querySelector({css:?})?.innerText ?? ''");
        self.value(&script).as_str().unwrap_or_default().to_owned()
    }

    /// Fills in a field, in place of what is there.
    pub fn fill(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.runtime.block_on(async {
            element.clear().await.unwrap();
            element.send_keys(text).await.unwrap();
        });
    }

    /// Chooses a file in its field.
    pub fn choose(&self, css: &str, file: &Path) {
        let element = self.find(css);
        let path = file.display().to_string();
        self.runtime.block_on(element.send_keys(&path)).unwrap();
    }

    /// Sets the value of a field that has no room for keys, such as one of a date, as a browser's own picker does.
    pub fn set(&self, css: &str, text: &str) {
        self.find(css);
        let told = self.value(&format!(
            "(() => {{ const field = document.querySelector({css:?}); field.value = {text:?}; \
             field.dispatchEvent(new Event('change', {{bubbles: true}})); return field.value; }})()"
        ));
        assert_eq!(told, text, "{css} does not take {text}");
    }

    /// Presses and lets go of a key.
    pub fn press(&self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Home" => 36,
            "End" => 35,
            "ArrowLeft" => 37,
            "ArrowRight" => 39,
            other => panic!("no code for {other}"),
        };
        // What a key types makes a link open.
        let (kind, text) = if key == "Enter" { ("keyDown", "\r") } else { ("rawKeyDown", "") };
        let event = json!({
            "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text
        });
        self.devtools("Input.dispatchKeyEvent", event);
        let event = json!({
            "type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code
        });
        self.devtools("Input.dispatchKeyEvent", event);
    }

    /// Moves the pointer over an element, to these parts of its width and height.
    pub fn hover(&self, css: &str, across: f64, down: f64) {
        let [x, y] = self.place(css, across, down);
        let event = json!({"type": "mouseMoved", "x": x, "y": y});
        self.devtools("Input.dispatchMouseEvent", event);
    }

    /// Touches an element there.
    pub fn touch(&self, css: &str, across: f64, down: f64) {
        let [x, y] = self.place(css, across, down);
        let start = json!({"type": "touchStart", "touchPoints": [{"x": x, "y": y}]});
        self.devtools("Input.dispatchTouchEvent", start);
        let end = json!({"type": "touchEnd", "touchPoints": []});
        self.devtools("Input.dispatchTouchEvent", end);
    }

    fn place(&self, css: &str, across: f64, down: f64) -> [f64; 2] {
        self.find(css);
        let place = self.value(&format!(
            "(() => {{ const found = document.querySelector({css:?}); \
             found.scrollIntoView({{block: 'center', behavior: 'instant'}}); \
             const at = found.getBoundingClientRect(); \
             return [at.x + at.width * {across}, at.y + at.height * {down}]; }})()"
        ));
        [0usize, 1].map(|index| place[index].as_f64().unwrap())
    }

    /// A window of this width: a phone's, a desk's, a wall's.
    pub fn width(&self, width: u32) {
        let height = if width < 640 { 740 } else { width * 10 / 16 };
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false
        });
        self.devtools("Emulation.setDeviceMetricsOverride", size);
    }

    /// Light or dark, as the reader's system asks for.
    pub fn colours(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// Lets pages run scripts, or not.
    pub fn scripts(&self, run: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": !run}));
    }

    /// The whole page as a picture, PNG.
    pub fn picture(&self) -> Vec<u8> {
        let size = self
            .value("[document.documentElement.clientWidth, document.documentElement.scrollHeight]");
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1});
        let asked = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let told = self.devtools("Page.captureScreenshot", asked);
        decoded(told["data"].as_str().unwrap())
    }
}

impl Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Browser at {}", self.base)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        let _ =
            self.runtime.block_on(async { tokio::time::timeout(CLOSE_MAX, client.close()).await });
    }
}

/// Bytes of base 64 (RFC 4648, 4).
fn decoded(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|byte| !b"=\r\n".contains(byte)).collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for four in digits.chunks(4) {
        let bits = four.iter().fold(0, |bits, byte| (bits << 6) | digit(*byte));
        let bits = bits << (6 * (4 - four.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..four.len()]);
    }
    bytes
}

#[test]
fn base_64_is_read() {
    assert_eq!(decoded("aGVsbG8="), b"hello");
    assert_eq!(decoded("aGVsbA=="), b"hell");
    assert_eq!(decoded("aGVs"), b"hel");
}
