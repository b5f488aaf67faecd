//! The polling plan of a gateway as a table, and the load it puts on each bus.

use crate::cli::table::{Layout, Table, left, right};
use crate::locales::{Text, gateway as words};
use crate::modbus::{Forecast, Load};

/// The forecasts for one bus.
pub struct Planned {
    pub usual: Forecast,
    /// `None` if the load in a drought is the same.
    pub drought: Option<Forecast>,
}

/// One row per request, then the load of each bus, for the standard output.
pub fn render(buses: &[Planned]) -> String {
    laid_out(buses, Layout::of_stdout())
}

fn laid_out(buses: &[Planned], layout: Layout) -> String {
    let mut text = requests(buses).laid_out(layout);
    for bus in buses {
        text.push('\n');
        loads(&mut text, &bus.usual, |bus, load| words::plan_busy(bus, load));
        if let Some(drought) = &bus.drought {
            loads(&mut text, drought, |bus, load| words::plan_busy_drought(bus, load));
        }
    }
    text
}

fn requests(buses: &[Planned]) -> Table {
    let mut table = Table::new([
        left(words::head_bus()),
        right(words::head_unit()),
        right(words::head_function()),
        right(words::head_first()),
        right(words::head_last()),
        right(words::head_registers()),
        right(words::head_points()),
        right(words::head_ms()),
        right(words::head_every_s()),
    ]);
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
                    0 => words::every_pause_none().into(),
                    seconds => seconds.to_string(),
                },
            ]);
        }
    }
    table
}

fn loads(text: &mut String, forecast: &Forecast, busy: impl Fn(&str, Text) -> Text) {
    let mut busiest = forecast.load.share;
    *text += &format!("{}\n", busy(&forecast.bus, load(forecast.load)));
    let mut line = |line: Text| *text += &format!("  {line}\n");
    for offline in unit_counts(forecast.offline.len()).filter_map(|n| forecast.offline.get(n - 1)) {
        line(words::plan_silent(offline.units, load(offline.before), load(offline.after)));
        busiest = busiest.max(offline.after.share);
    }
    let before = forecast.offline.last().map_or(0.0, |all| all.before.share);
    if busiest > 1.0 {
        line(words::plan_overloaded());
    } else if before > 1.0 {
        line(words::plan_overloaded_at_first());
    }
}

/// The numbers of silent units that are worth a line: 1, 2, 3, then doubling, and all of them.
fn unit_counts(units: usize) -> impl Iterator<Item = usize> {
    let doubling = std::iter::successors(Some(4usize), |n| n.checked_mul(2));
    let few = (1..4).chain(doubling).take_while(move |n| *n < units);
    few.chain((units > 0).then_some(units))
}

fn load(load: Load) -> Text {
    let share = format!("{:.1} %", load.share * 100.0);
    let Some(round) = load.round else {
        return Text::verbatim(share);
    };
    let rest = 1.0 - load.share;
    if rest > 0.0 {
        let ms = round.as_secs_f64() * 1000.0 / rest;
        words::plan_round(share, format!("{ms:.0}"))
    } else {
        words::plan_no_round(share)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::device::{parse, shipped};
    use crate::locales::{Lang, within};
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
        let plans = [planned(&line), planned(endless)];
        let terminal = Layout::Terminal(120);
        let zh = within(Lang::Chinese, || laid_out(&plans, terminal));
        insta::assert_snapshot!(zh);
        insta::assert_snapshot!("a_plan_in_english", laid_out(&plans, terminal));
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
