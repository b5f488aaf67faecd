//! How fast the backlog may be sent, and how much may be sent in a month. Pure: times come from outside.

use std::time::Duration;

use jiff::ZonedDateTime;

/// A message that the broker confirms within this time went over a link with capacity to spare.
const QUICK: Duration = Duration::from_millis(300);

/// A message this slow has queued behind others, as new batches would. A fifth of the 5 s that new readings may take.
const SLOW: Duration = Duration::from_secs(1);

/// Bytes of backlog in flight at first: what a 2G link sends in two seconds.
const WINDOW_FIRST: usize = 8 * 1024;

/// Least bytes of backlog in flight: one batch has to go.
const WINDOW_MIN: usize = 4 * 1024;

/// Most bytes of backlog in flight: fills 25 Mbit/s at 80 ms. They take up the gateway's memory.
const WINDOW_MAX: usize = 256 * 1024;

/// Largest message of backlog before compression: larger ones compress no better, since zlib looks back 32 KiB.
pub(super) const MESSAGE_MAX: usize = 32 * 1024;

/// The part of the backlog's rate that may be spent on what is sent again. Engineering judgement: what has never been
/// sent goes first.
const AGAIN_PART: u64 = 4;

/// The rate for what is sent again where the backlog has none, bytes a second. Engineering judgement: a thousand
/// batches of a hundred bytes take six seconds.
const AGAIN_RATE: u64 = 16 * 1024;

/// How much of a link the backlog takes: as many bytes in flight as come through quickly.
#[derive(Debug)]
pub(super) struct Pace {
    /// Bytes that may be in flight.
    window: usize,
    in_flight: usize,
    bucket: Option<Bucket>,
    /// Of what is sent again.
    again: Bucket,
}

impl Pace {
    /// For at most `rate` bytes a second; 0 means as fast as the link takes them.
    pub fn new(rate: u64) -> Self {
        let again = if rate > 0 { (rate / AGAIN_PART).max(1) } else { AGAIN_RATE };
        let bucket = (rate > 0).then(|| Bucket::new(rate));
        Self { window: WINDOW_FIRST, in_flight: 0, bucket, again: Bucket::new(again) }
    }

    /// Bytes that a message of backlog may have now; `None` if none may be sent yet.
    pub fn message_max(&mut self, now: Duration) -> Option<usize> {
        let room = self.in_flight < self.window;
        let may = self.bucket.as_mut().is_none_or(|bucket| bucket.holds(now));
        (room && may).then(|| (self.window / 4).clamp(WINDOW_MIN, MESSAGE_MAX))
    }

    /// The same for a message that is sent again.
    pub fn again_max(&mut self, now: Duration) -> Option<usize> {
        let may = self.again.holds(now);
        self.message_max(now).filter(|_| may)
    }

    /// How long until the bucket lets another message pass, of `again` if that is all there is; `None` if something
    /// else holds it back.
    pub fn wait(&self, again: bool) -> Option<Duration> {
        let room = self.in_flight < self.window;
        let wait = self.bucket.as_ref().map(Bucket::wait).unwrap_or_default();
        let wait = if again { wait.max(self.again.wait()) } else { wait };
        Some(wait).filter(|wait| room && !wait.is_zero())
    }

    /// A message has been sent again.
    pub fn sent_again(&mut self, bytes: usize) {
        self.again.take(bytes);
        self.sent(bytes);
    }

    pub fn sent(&mut self, bytes: usize) {
        self.in_flight += bytes;
        if let Some(bucket) = &mut self.bucket {
            bucket.take(bytes);
        }
    }

    /// The broker has refused a message of backlog.
    pub fn refused(&mut self, bytes: usize) {
        self.in_flight = self.in_flight.saturating_sub(bytes);
    }

    /// The broker has confirmed a message, of backlog or new, after `took`.
    pub fn confirmed(&mut self, bytes: usize, backlog: bool, took: Duration) {
        if backlog {
            self.in_flight = self.in_flight.saturating_sub(bytes);
        }
        if took > SLOW {
            self.window = (self.window / 2).max(WINDOW_MIN);
        } else if took <= QUICK && backlog {
            self.window = (self.window + bytes).min(WINDOW_MAX);
        }
    }
}

/// A token bucket of one second's bytes. A message may overdraw it.
#[derive(Debug)]
struct Bucket {
    rate: u64,
    bytes: f64,
    at: Duration,
}

impl Bucket {
    fn new(rate: u64) -> Self {
        Self { rate, bytes: rate as f64, at: Duration::ZERO }
    }

    fn holds(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = now;
        self.bytes = (self.bytes + passed * self.rate as f64).min(self.rate as f64);
        self.bytes > 0.0
    }

    fn take(&mut self, bytes: usize) {
        self.bytes -= bytes as f64;
    }

    fn wait(&self) -> Duration {
        Duration::from_secs_f64((1.0 - self.bytes).max(0.0) / self.rate as f64)
    }
}

/// The bytes of a month, by the gateway's local calendar.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    /// `None` means no limit.
    most: Option<u64>,
    month: String,
    used: u64,
}

impl Budget {
    /// Continues from the saved `month` and its bytes.
    pub fn new(most: Option<u64>, (month, used): (String, u64)) -> Self {
        Self { most, month, used }
    }

    pub fn count(&mut self, bytes: u64, now: &ZonedDateTime) {
        let month = now.strftime("%Y-%m").to_string();
        if month != self.month {
            self.month = month;
            self.used = 0;
        }
        self.used = self.used.saturating_add(bytes);
    }

    pub fn allows(&self) -> bool {
        self.most.is_none_or(|most| self.used < most)
    }

    /// Whether backlog may be sent: it may use only what the days of the month so far have left over, so that new
    /// readings can be sent until the month ends.
    pub fn allows_backlog(&self, now: &ZonedDateTime) -> bool {
        let Some(most) = self.most else {
            return true;
        };
        let days = f64::from(now.days_in_month());
        let passed = f64::from(now.day() - 1) + f64::from(now.hour()) / 24.0;
        // The share of a day is available from its start.
        (self.used as f64) < most as f64 * ((passed + 1.0) / days).min(1.0)
    }

    /// The month, and the bytes counted in it.
    pub fn used(&self) -> (String, u64) {
        (self.month.clone(), self.used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_quick_link_is_filled_and_a_slow_one_left_free() {
        let mut pace = Pace::new(0);
        for _ in 0..200 {
            let size = pace.message_max(SECOND).unwrap();
            pace.sent(size);
            pace.confirmed(size, true, QUICK);
        }
        assert_eq!((pace.window, pace.message_max(SECOND)), (WINDOW_MAX, Some(MESSAGE_MAX)));
        for _ in 0..20 {
            pace.confirmed(100, false, SLOW * 2);
        }
        assert_eq!((pace.window, pace.message_max(SECOND)), (WINDOW_MIN, Some(WINDOW_MIN)));
        pace.sent(WINDOW_MIN);
        assert_eq!(pace.message_max(SECOND), None);
        pace.confirmed(WINDOW_MIN, true, SLOW);
        assert_eq!(pace.message_max(SECOND), Some(WINDOW_MIN));
    }

    #[test]
    fn the_backlog_keeps_to_its_rate() {
        let rate = 10_000;
        let mut pace = Pace::new(rate);
        let (mut now, mut sent) = (Duration::ZERO, 0);
        while now < SECOND * 60 {
            while pace.message_max(now).is_some() {
                pace.sent(3000);
                pace.confirmed(3000, true, QUICK);
                sent += 3000;
            }
            let wait = pace.wait(false).unwrap();
            assert!(wait > Duration::ZERO && wait < SECOND);
            now += wait + Duration::from_millis(1);
        }
        assert!((600_000..=620_000).contains(&sent), "{sent}");
    }

    #[test]
    fn what_is_sent_again_keeps_to_a_quarter_of_the_rate() {
        for (rate, most) in [(10_000, 2500), (0, AGAIN_RATE as usize)] {
            let mut pace = Pace::new(rate);
            let (mut now, mut sent) = (Duration::ZERO, 0);
            while now < SECOND * 60 {
                while pace.again_max(now).is_some() {
                    pace.sent_again(1000);
                    pace.confirmed(1000, true, QUICK);
                    sent += 1000;
                }
                assert!(pace.message_max(now).is_some(), "the backlog goes on");
                now += pace.wait(true).unwrap() + Duration::from_millis(1);
            }
            assert!((most * 60..=most * 62 + 2000).contains(&sent), "{rate}: {sent}");
        }
    }

    #[test]
    fn a_refused_message_leaves_its_place() {
        let mut pace = Pace::new(0);
        pace.sent(WINDOW_FIRST);
        assert_eq!((pace.message_max(SECOND), pace.wait(false)), (None, None));
        pace.refused(WINDOW_FIRST);
        assert!(pace.message_max(SECOND).is_some());
    }

    #[test]
    fn a_month_is_not_used_up_by_its_first_days() {
        let at = |text: &str| text.parse::<ZonedDateTime>().unwrap();
        let mut budget = Budget::new(Some(300), ("2026-10".into(), 299));
        let day = at("2026-11-01T06:00[Asia/Shanghai]");
        budget.count(0, &day);
        assert_eq!(budget.used(), ("2026-11".into(), 0));
        assert!(budget.allows() && budget.allows_backlog(&day));
        budget.count(15, &day);
        assert!(
            !budget.allows_backlog(&day)
                && budget.allows_backlog(&at("2026-11-02T00:00[Asia/Shanghai]"))
        );
        budget.count(285, &day);
        assert!(!budget.allows() && !budget.allows_backlog(&at("2026-11-30T23:00[Asia/Shanghai]")));
        assert!(Budget::new(None, (String::new(), u64::MAX)).allows_backlog(&day));
    }
}
