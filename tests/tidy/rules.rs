//! The rules: who may import whom, and what is banned where.

pub const ANYTHING: &[&str] = &["*"];

/// What every module may import: words are said everywhere.
pub const EVERYWHERE: &str = "locales";

/// Whom each top-level module may import. The levels are explained in ARCHITECTURE.md.
pub const IMPORTS: &[(&str, &[&str])] = &[
    ("locales", &[]),
    ("core", &[]),
    ("device", &["core"]),
    ("quality", &["core"]),
    ("counter", &["core"]),
    ("wire", &["core"]),
    ("water", &["core"]),
    ("interop", &["core", "wire"]),
    ("account", &["core", "water"]),
    ("alarm", &["core"]),
    ("figures", &["core", "water", "account"]),
    ("support", &[]),
    ("modbus", &["core", "support", "device", "quality"]),
    ("spool", &["core", "support", "wire"]),
    ("mqtt", &["core", "support", "wire"]),
    ("store", &["core", "support", "counter", "wire", "interop"]),
    ("ledger", &["core", "support", "water", "account", "figures"]),
    ("report", &["core", "support", "water", "account", "figures"]),
    ("users", &["core", "support"]),
    ("alarm_book", &["support", "alarm"]),
    ("notify", &["core", "support", "alarm"]),
    ("web", &["core", "support", "wire", "water", "account", "alarm", "users"]),
    (
        "edge",
        &["core", "support", "wire", "interop", "device", "quality", "modbus", "spool", "mqtt"],
    ),
    (
        "hub",
        &[
            "core",
            "support",
            "wire",
            "interop",
            "quality",
            "water",
            "account",
            "alarm",
            "figures",
            "store",
            "ledger",
            "report",
            "users",
            "web",
            "mqtt",
            "alarm_book",
            "notify",
            "transfer",
        ],
    ),
    ("transfer", &["core", "support", "wire", "store", "ledger", "users", "alarm_book"]),
    ("sim", &["core", "support", "device", "water", "modbus"]),
    (
        "demo",
        &[
            "core", "support", "device", "water", "modbus", "mqtt", "store", "ledger", "users",
            "web", "edge", "hub", "sim",
        ],
    ),
    (
        "config",
        &[
            "core", "wire", "interop", "device", "quality", "water", "alarm", "figures", "modbus",
            "mqtt", "store", "edge", "hub", "notify", "sim", "demo",
        ],
    ),
    ("cli", ANYTHING),
    ("lib.rs", &[]),
    ("main.rs", ANYTHING),
];

/// Modules that are functions of their input and nothing else.
pub const PURE: &[&str] = &[
    "src/core/",
    "src/device/",
    "src/quality/",
    "src/counter/",
    "src/wire/",
    "src/interop/",
    "src/water/",
    "src/account/",
    "src/alarm/",
    "src/figures/",
];

/// Where a ban holds.
#[derive(Clone, Copy, PartialEq)]
pub enum Where {
    /// Production code under src.
    Production,
    /// All code under src.
    Source,
    /// Test code, under src and tests.
    Tests,
    /// Production code of the pure modules.
    Pure,
}

/// What is banned where, except in these places, and what to use instead.
pub struct Ban {
    pub words: &'static [&'static str],
    pub holds: Where,
    pub except: &'static [&'static str],
    pub instead: &'static str,
}

pub const BANS: &[Ban] = &[
    Ban {
        words: &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"],
        holds: Where::Source,
        except: &["src/support/clock.rs", "src/support/clock_tests.rs"],
        instead: "time is injected: support::Clock, or support::Stopwatch for durations",
    },
    Ban {
        words: &["tokio_modbus"],
        holds: Where::Source,
        except: &["src/modbus/tcp.rs", "src/modbus/port_tests.rs", "src/sim/"],
        instead: "modbus::Link has what the rest needs",
    },
    Ban {
        words: &[
            "write_single_coil",
            "write_single_register",
            "write_multiple_coils",
            "write_multiple_registers",
            "masked_write_register",
            "read_write_multiple_registers",
            "WriteSingleCoil",
            "WriteSingleRegister",
            "WriteMultipleCoils",
            "WriteMultipleRegisters",
            "MaskWriteRegister",
            "ReadWriteMultipleRegisters",
        ],
        holds: Where::Source,
        except: &[],
        instead: "nothing here writes to a device",
    },
    Ban {
        words: &["tokio_serial"],
        holds: Where::Source,
        except: &["src/modbus/stream.rs", "src/modbus/port_tests.rs"],
        instead: "modbus::Link has what the rest needs",
    },
    Ban {
        words: &["rumqttc"],
        holds: Where::Source,
        except: &["src/mqtt/"],
        instead: "mqtt has an uplink and an intake",
    },
    Ban {
        words: &["hyper", "hyper_util", "http_body_util"],
        holds: Where::Source,
        except: &["src/edge/metrics/", "src/web/connections.rs"],
        instead: "edge::metrics serves the gateway's page; the office's is axum's, in web/",
    },
    Ban {
        words: &["prometheus_client"],
        holds: Where::Source,
        except: &[
            "src/edge/metrics/",
            "src/hub/metrics.rs",
            "src/hub/metrics/",
            "src/support/openmetrics.rs",
        ],
        instead: "add it to the gateway's status, and to the text that is made of it",
    },
    Ban {
        words: &["lettre"],
        holds: Where::Source,
        except: &["src/notify/"],
        instead: "notify sends e-mail",
    },
    Ban {
        words: &["influxdb2", "reqwest"],
        holds: Where::Source,
        except: &["src/store/server/", "src/notify/"],
        instead: "store::server writes and copies, notify sends",
    },
    Ban {
        words: &["axum"],
        holds: Where::Source,
        except: &["src/web/"],
        instead: "web has the office's page",
    },
    Ban {
        words: &["rcgen"],
        holds: Where::Source,
        except: &["src/edge/enrolment/", "src/hub/enrolment/"],
        instead: "edge::enrolment asks for a certificate, hub::enrolment signs it",
    },
    Ban {
        words: &["argon2"],
        holds: Where::Source,
        except: &["src/users/"],
        instead: "users keeps passwords",
    },
    Ban {
        words: &["rumqttd"],
        holds: Where::Source,
        except: &["src/mqtt/broker.rs"],
        instead: "mqtt::broker",
    },
    Ban {
        words: &["rusqlite"],
        holds: Where::Source,
        except: &[
            "src/alarm_book/",
            "src/spool/",
            "src/store/",
            "src/ledger/",
            "src/users/",
            "src/locales/foreign.rs",
        ],
        instead: "ask the spool, the store, the ledger or the users",
    },
    Ban {
        words: &[".unwrap()", "panic!", "todo!", "unimplemented!", "unreachable!"],
        holds: Where::Production,
        except: &[],
        instead: "return a Result, make the case impossible by the type, or .expect(\"why it cannot fail\")",
    },
    Ban {
        // clippy.toml bans std::thread::sleep; where it is right, an #[expect] says why.
        words: &["time::sleep"],
        holds: Where::Tests,
        except: &[],
        instead: "wait for the state that is needed, with a bound",
    },
    Ban {
        words: &["unbounded_channel", "mpsc::channel()"],
        holds: Where::Source,
        except: &[],
        instead: "a queue has a bound, a named constant with its reason",
    },
    Ban {
        words: &["println!", "print!", "eprintln!", "eprint!", "dbg!"],
        holds: Where::Production,
        except: &["src/cli/", "src/demo/"],
        instead: "tracing, or hand the text to whoever talks to the user",
    },
    Ban {
        words: &[
            "tokio::",
            "tokio_util::",
            "tracing::",
            "std::fs",
            "std::net",
            "std::env",
            "std::thread",
            "std::time",
        ],
        holds: Where::Pure,
        except: &[],
        instead: "a pure module takes what it needs as an argument",
    },
];
