//! Grafana's variables in a query, replaced as Grafana replaces them where everything is chosen.

use super::boards::Store;

/// How long the time is that is shown, and the time between two points of a chart, s.
pub const RANGE_S: i64 = 7200;
pub const STEP_S: u32 = 30;

/// What Grafana's own variables and those of the dashboards stand for.
const VALUES: [(&str, &str); 9] = [
    ("__range", "7200s"),
    ("__interval", "30s"),
    // At least four times what the data source says that metrics are scraped in.
    ("__rate_interval", "240s"),
    ("station", ".*"),
    ("parameter", ".*"),
    ("gateway", ".*"),
    ("metrics", "hanqing-metrics"),
    ("zone", "Asia/Shanghai"),
    ("bucket", "hanqing"),
];

/// What Grafana puts in place of Flux's options.
const OPTIONS: [(&str, &str); 4] = [
    ("v.timeRangeStart", "2022-08-01T00:00:00Z"),
    ("v.timeRangeStop", "2022-08-01T02:00:00Z"),
    ("v.windowPeriod", "30000ms"),
    ("v.defaultBucket", "\"hanqing\""),
];

/// The query as the store gets it.
///
/// # Panics
/// It has a variable that nobody knows.
pub fn filled(query: &str, store: Store) -> String {
    let mut query = query.to_owned();
    if store == Store::Influx {
        for (option, value) in OPTIONS {
            query = query.replace(option, value);
        }
    }
    let mut parts = query.split('$');
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, rest) = match part.strip_prefix('{') {
            Some(inside) => inside.split_once('}').unwrap(),
            None => {
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                part.split_at(part.find(|c| !word(c)).unwrap_or(part.len()))
            }
        };
        // In Flux a regular expression ends with `$/`.
        if name.is_empty() {
            text.push('$');
        } else {
            let name = name.split(':').next().unwrap();
            let value = VALUES.iter().find(|(known, _)| *known == name);
            text.push_str(value.unwrap_or_else(|| panic!("no variable {name}: {query}")).1);
        }
        text.push_str(rest);
    }
    text
}

#[test]
fn variables_are_filled_as_grafana_fills_them() {
    let asked = "rate(a{station=~\"$station\"}[$__rate_interval])";
    assert_eq!(filled(asked, Store::Victoria), "rate(a{station=~\".*\"}[240s])");
    let asked = "from(bucket: v.defaultBucket) r =~ /^${station:regex}$/";
    assert_eq!(filled(asked, Store::Influx), "from(bucket: \"hanqing\") r =~ /^.*$/");
}
