//! Rain over the township: areal mean, rainless days, and the anomaly against the usual.

use jiff::civil::Date;

/// Share of gauges with data that a day needs. Engineering judgement, confidence 0.6: half still tell rain from none.
const GAUGES_SHARE: f64 = 0.5;
/// Share of the days of a window that need data before its rain is compared with the usual. Engineering judgement,
/// confidence 0.7: one missing day in ten rarely hides more than a tenth of the rain.
const WINDOW_SHARE: f64 = 0.9;

/// The areal mean of a day over the gauges with data, mm. `None` where too few have data.
pub fn areal_mean(gauges: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = gauges.iter().copied().flatten().collect();
    let enough = !known.is_empty() && known.len() as f64 >= GAUGES_SHARE * gauges.len() as f64;
    enough.then(|| known.iter().sum::<f64>() / known.len() as f64)
}

/// Rainless days on end, up to and including a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rainless {
    /// Counted back to the last day that had rain or no data.
    pub days: u32,
    /// The most that there may be: counted back to the last day with rain, if days without data were rainless. `None`
    /// where no such day is known.
    pub most: Option<u32>,
}

impl Rainless {
    /// Whether there may be more days than `days`: a day without data lies before them.
    pub fn or_more(self) -> bool {
        self.most != Some(self.days)
    }
}

/// The rainless days up to each of `days`, which are consecutive. A day with less than `limit_mm` is rainless. After
/// a day without data the count starts anew, as a least. `None` on a day without data.
pub fn rainless(days: &[Option<f64>], limit_mm: f64) -> Vec<Option<Rainless>> {
    // The days before the first one are unknown.
    let mut run = Rainless { days: 0, most: None };
    let of = |rain: &Option<f64>| {
        match rain {
            Some(mm) if *mm >= limit_mm => run = Rainless { days: 0, most: Some(0) },
            known => {
                run.days = if known.is_some() { run.days + 1 } else { 0 };
                run.most = run.most.map(|most| most + 1);
            }
        }
        rain.map(|_| run)
    };
    days.iter().map(of).collect()
}

/// Anomaly, in per cent, of the rain of the `window` days before `days[index]` against the monthly `normals` (mm,
/// January first). The day itself is left out, as its rain may still fall. `None` with too few data or no usual rain.
pub fn anomaly(
    days: &[(Date, Option<f64>)],
    index: usize,
    window: usize,
    normals: &[f64; 12],
) -> Option<f64> {
    let days = days.get(index.checked_sub(window)?..index)?;
    let known = days.iter().filter_map(|(day, mm)| Some((day, (*mm)?)));
    let (mut fallen, mut usual, mut count) = (0.0, 0.0, 0usize);
    for (day, mm) in known {
        let month = usize::from(day.month().unsigned_abs()) - 1;
        fallen += mm;
        usual += normals.get(month)? / f64::from(day.days_in_month());
        count += 1;
    }
    let enough = count as f64 >= WINDOW_SHARE * window as f64 && usual > 0.0;
    enough.then(|| (fallen - usual) / usual * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_mean_needs_half_of_the_gauges() {
        assert_eq!(areal_mean(&[Some(2.0), Some(6.0)]), Some(4.0));
        assert_eq!(areal_mean(&[Some(2.0), None]), Some(2.0));
        assert_eq!(areal_mean(&[Some(2.0), None, None]), None);
        assert_eq!(areal_mean(&[]), None);
    }

    #[test]
    fn a_day_without_data_makes_the_count_a_least() {
        let days = [Some(9.0), Some(0.0), Some(2.9), None, Some(0.0), Some(3.0), Some(0.0)];
        let runs: Vec<_> =
            rainless(&days, 3.0).into_iter().map(|run| run.map(|r| (r.days, r.most))).collect();
        let expected = [
            Some((0, Some(0))),
            Some((1, Some(1))),
            Some((2, Some(2))),
            None,
            Some((1, Some(4))),
            Some((0, Some(0))),
            Some((1, Some(1))),
        ];
        assert_eq!(runs, expected);
        let unknown = rainless(&[Some(0.0), Some(0.0)], 3.0)[1].unwrap();
        assert_eq!((unknown.days, unknown.most, unknown.or_more()), (2, None, true));
    }

    #[test]
    fn an_anomaly_is_against_the_days_of_the_months() {
        let mut normals = [0.0; 12];
        normals[7] = 155.0;
        let days: Vec<_> =
            (0..31).map(|i| (date(2022, 8, 1) + (i as i64).days(), Some(1.0))).collect();
        let found = anomaly(&days, 30, 30, &normals).unwrap();
        assert!((found - -80.0).abs() < 1e-9, "{found}");
        assert_eq!(anomaly(&days, 29, 30, &normals), None, "too short");
        assert_eq!(anomaly(&days, 30, 30, &[0.0; 12]), None);
    }

    proptest! {
        #[test]
        fn rainless_days_are_what_a_recount_finds(days in proptest::collection::vec(proptest::option::of(0.0f64..10.0), 0..60)) {
            let runs = rainless(&days, 3.0);
            for (index, run) in runs.iter().enumerate() {
                let back = days[..=index].iter().rev();
                let count = back.take_while(|d| d.is_some_and(|mm| mm < 3.0)).count();
                prop_assert_eq!(run.map(|r| r.days as usize), days[index].map(|_| count));
            }
        }
    }
}
