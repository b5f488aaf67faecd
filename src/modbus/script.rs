//! Tests: a line whose other end is played, in flying time, and the transcript of what went over it.

use std::fmt::Write;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream, ReadBuf, duplex};

use super::rtu::check;
use super::rtu_line::RtuLine;
use super::stream::Port;
use super::{Ask, BusSettings, ReadError};
use crate::device::{Function, Request};
use crate::support::Stopwatch;
