//! Sources and overviews for the tests of this page.

use std::sync::Arc;

use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::account::{
    Change, ChangeKind, Drinking, DroughtDay, Morning, Pumped, Rain, RainWindow, Rank, Stored,
    Total,
};
use crate::core::{Flag, Period};
use crate::locales::Text;
use crate::water::{Grade, Index, Missing, Place, Reason, StationKind, Status};
use crate::web::gateways::GatewayRow;
use crate::web::model::{Overview, SourceRow, Totals};

/// A source without any data.
pub(super) fn row(id: &str) -> SourceRow {
    SourceRow {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        kind: StationKind::Pond,
        village: String::new(),
        level_m: None,
        storage_m3: None,
        share_of_normal: None,
        status: None,
        trend_m_per_day: None,
        observed_at: None,
        ahead_at: None,
        age_s: None,
        note: Text::default(),
        trend_week_m_per_day: None,
        next_limit: None,
        supply_days: None,
        supply: Text::default(),
        rank: None,
        flag: None,
        persons: None,
        place: None,
        spark: Vec::new(),
    }
}

pub(super) fn now() -> jiff::Timestamp {
    "2022-08-14T23:05:07Z".parse().unwrap()
}

/// A source with all there is.
pub(super) fn full(n: usize) -> SourceRow {
    SourceRow {
        name: "东门大塘".into(),
        kind: [StationKind::Pond, StationKind::Reservoir, StationKind::Tank][n % 3],
        village: format!("第{}村", n % 12),
        level_m: Some(101.62),
        storage_m3: Some(4200.0),
        share_of_normal: Some(0.4),
        status: [Some(Status::Warn), Some(Status::Normal), Some(Status::Guard), None][n % 4],
        trend_m_per_day: Some(-0.03),
        observed_at: Some(now()),
        age_s: Some(120),
        trend_week_m_per_day: Some(-0.21),
        next_limit: Some((Status::Guard, 0.32)),
        supply_days: Some(12),
        rank: Some(Rank { percentile: 8.0, years: 6, days: 90, higher: 80 }),
        flag: Some(Flag::Good),
        persons: Some(120),
        ..row(&format!("pond-{n:03}"))
    }
}

fn sum(value: f64, most: f64) -> Total {
    Total { value: Some(value), bounds: [value, most], missing: vec!["二泵".into()] }
}

fn pumped() -> Pumped {
    Pumped {
        energy_kwh: sum(1234.0, 1300.0),
        volume_m3: sum(5678.0, f64::INFINITY),
        run_hours: sum(20.0, 20.0),
        ran: 3,
        open: 1,
        pumps: 5,
    }
}

/// A morning in a drought.
pub(super) fn morning() -> Morning {
    Morning {
        day: date(2022, 8, 15),
        at: now(),
        today: Some(DroughtDay {
            day: date(2022, 8, 15),
            grade: Some(Grade::Moderate),
            at_least: true,
            reasons: vec![Reason {
                rule: "rainless".into(),
                index: Index::RainlessDays,
                value: Some(23.0),
                or_more: true,
                grade: Grade::Moderate,
                held: false,
                clear_days: 3,
                source: Text::both("某标准", "a standard"),
                confidence: 0.8,
            }],
            missing: vec![Missing { rule: "soil".into(), index: Index::SoilMoisture }],
            rain_mm: Some(0.0),
            rainless: Some((23, true)),
            sources: Vec::new(),
            causes: Vec::new(),
        }),
        earlier: Vec::new(),
        lacking: vec![Text::both("缺少墒情站", "no soil station")],
        rain: Rain {
            hours_24_mm: Some(0.0),
            days_7: RainWindow { mm: Some(1.2), usual_mm: Some(30.0), days_without: 1 },
            days_30: RainWindow { mm: None, usual_mm: None, days_without: 30 },
            rainless: Some((23, true)),
        },
        stored: Stored {
            now_m3: Some(120_000.0),
            counted: 5,
            of: 7,
            normal_m3: Some(300_000.0),
            last_year: Some((240_000.0, 120_000.0)),
            usual: Some((200_000.0, 100_000.0, 6)),
        },
        drinking: Drinking {
            persons_low: 320,
            sources_low: 2,
            persons_unknown: 80,
            sources_unknown: 1,
            persons: 1500,
        },
        yesterday: pumped(),
        event: Some((Period { from: date(2022, 8, 1), to: date(2022, 8, 15) }, pumped())),
        compared: 8,
        changes: vec![
            Change {
                station: "pond-000".parse().ok(),
                name: None,
                kind: ChangeKind::Worse { before: Status::Normal, now: Status::Warn },
            },
            Change {
                station: None,
                name: None,
                kind: ChangeKind::Grade { before: Grade::None, now: Grade::Light },
            },
            Change {
                station: "pump-9".parse().ok(),
                name: Some("九号泵站".into()),
                kind: ChangeKind::PumpStarted,
            },
        ],
    }
}

/// A township with so many sources in a drought.
pub(super) fn overview(sources: usize) -> Overview {
    Overview {
        township: "示例乡".into(),
        now: now(),
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        sources: (0..sources).map(full).collect(),
        gateways: vec![
            GatewayRow { id: "gw-1".into(), online: true, ..GatewayRow::default() },
            GatewayRow { id: "gw-2".into(), ..GatewayRow::default() },
        ],
        totals: Totals { pumps_running: 2, pumps_unknown: 1, ..Totals::default() },
        broker: true,
        copy_age_s: Some(40),
        morning: Some(Arc::new(morning())),
        findings: Some([1, 2]),
        ..Overview::default()
    }
}

/// A place in the township.
pub(super) fn place(n: usize) -> Option<Place> {
    Some(Place { longitude: 115.0 + n as f64 / 100.0, latitude: 26.0 + (n % 7) as f64 / 50.0 })
}
