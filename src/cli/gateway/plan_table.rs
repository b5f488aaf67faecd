//! The polling plan of a gateway as a table, and the load it puts on each bus.

use super::table::Table;
use crate::modbus::{Forecast, Load};

/// The forecasts for one bus.
pub struct Planned {
    pub usual: Forecast,
    /// `None` if the load in a drought is the same.
    pub drought: Option<Forecast>,
}

/// Prints one row per request, then the load of each bus.
pub fn render(buses: &[Planned]) -> String {
    let heads =
        ["总线", ">站号", ">功能码", ">首址", ">末址", ">寄存器", ">点数", ">毫秒", ">每隔秒"];
    let mut table = Table::new(&heads);
    for forecast in buses.iter().map(|bus| &bus.usual) {
        for row in &forecast.rows {
            let request = row.request;
            let last = u32::from(request.address) + u32::from(request.count.max(1)) - 1;
            table.row([
                forecast.bus.clone(),
                row.unit.to_string(),
                u8::from(request.function).to_string(),
                request.address.to_string(),
                last.to_string(),
                request.count.to_string(),
                row.points.to_string(),
                format!("{:.1}", row.takes.as_secs_f64() * 1000.0),
                match row.every_s {
                    0 => "连续".into(),
                    seconds => seconds.to_string(),
                },
            ]);
        }
    }
    let mut text = table.to_string();
    for bus in buses {
        text.push('\n');
        loads(&mut text, &bus.usual, "");
        if let Some(drought) = &bus.drought {
            loads(&mut text, drought, "，旱情模式");
        }
    }
    text
}

fn loads(text: &mut String, forecast: &Forecast, mode: &str) {
    let mut busiest = forecast.load.share;
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    line(format!("总线 {}{mode}：占用 {}", forecast.bus, load(forecast.load)));
    for offline in unit_counts(forecast.offline.len()).filter_map(|n| forecast.offline.get(n - 1)) {
        line(format!(
            "  {} 台不应答：判为离线前占用 {}，此后最多 {}",
            offline.units,
            load(offline.before),
            load(offline.after)
        ));
        busiest = busiest.max(offline.after.share);
    }
    let before = forecast.offline.last().map_or(0.0, |all| all.before.share);
    if busiest > 1.0 {
        line("  警告：占用超过 100 %，会错过轮询时刻。请加长 interval_s、少读几个参数，或分到两条总线上。".into());
    } else if before > 1.0 {
        line("  注意：判为离线前占用可能超过 100 %，这期间会错过轮询时刻。可缩短 timeout_ms 或减少 retries。".into());
    }
}

/// The numbers of silent units that are worth a line: 1, 2, 3, then doubling, and all of them.
fn unit_counts(units: usize) -> impl Iterator<Item = usize> {
    let doubling = std::iter::successors(Some(4usize), |n| n.checked_mul(2));
    let few = (1..4).chain(doubling).take_while(move |n| *n < units);
    few.chain((units > 0).then_some(units))
}

fn load(load: Load) -> String {
    let share = format!("{:.1} %", load.share * 100.0);
    let Some(round) = load.round else {
        return share;
    };
    let rest = 1.0 - load.share;
    if rest > 0.0 {
        let ms = round.as_secs_f64() * 1000.0 / rest;
        format!("{share}，其余时间连续轮询，一轮 {ms:.0} 毫秒")
    } else {
        format!("{share}，连续轮询排不上")
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::device::{parse, shipped};
    use crate::modbus::{BusSettings, Mode, forecast};

    fn planned(text: &str) -> Planned {
        let bus: BusSettings = toml::from_str(text).unwrap();
        let all = shipped().iter();
        let profiles = all.map(|(id, text)| ((*id).to_owned(), parse(text).unwrap())).collect();
        Planned {
            usual: forecast(&bus, &profiles, Mode::Normal),
            drought: bus.drought_interval_s.map(|_| forecast(&bus, &profiles, Mode::Drought)),
        }
    }

    #[test]
    fn a_plan_as_a_technician_sees_it() {
        let mut line = "name = '泵房'\nserial = { port = '/dev/ttyUSB0', baud = 9600 }\ninterval_s = 60\ndrought_interval_s = 1\n".to_owned();
        for unit in 1..=6 {
            let _ = write!(
                line,
                "[[device]]\nunit = {unit}\nprofile = 'sdm630'\nstation = 'p-{unit}'\nparameters = ['power', 'voltage', 'energy_total']\nintervals_s = {{ energy_total = 3600 }}\n"
            );
        }
        let endless = "name = 'plc'\ntcp = '192.168.1.10:502'\ninterval_s = 0\n[[device]]\nunit = 1\nprofile = 'qdy30'\nstation = 'pond-1'\n";
        insta::assert_snapshot!(render(&[planned(&line), planned(endless)]));
    }

    #[test]
    fn of_many_units_only_some_counts_are_listed() {
        let counts = |units| unit_counts(units).collect::<Vec<_>>();
        assert_eq!(counts(0), [0; 0]);
        assert_eq!(counts(1), [1]);
        assert_eq!(counts(3), [1, 2, 3]);
        assert_eq!(counts(20), [1, 2, 3, 4, 8, 16, 20]);
    }
}
