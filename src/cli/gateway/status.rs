//! `hanqing status`

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::table::Table;
use super::words::{duration_zh, mode_zh};
use crate::cli::config_args::ConfigArgs;
use crate::cli::runtime::block_on;
use crate::device::Function;
use crate::edge::WaitsFor;
use crate::edge::control::{BusStatus, Client, GatewayStatus};
use crate::modbus::{HealthState, UnitReport};

/// Show the state of the running gateway: buses, devices, and what is waiting to be sent.
///
/// Exits with 1 if no gateway is running.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Asks the gateway and prints its state.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let client = block_on(connect(&arguments.config))?;
    print(client.status());
    Ok(ExitCode::SUCCESS)
}

/// Connects to the gateway that runs on this configuration; it is an error if there is none.
pub async fn connect(arguments: &ConfigArgs) -> anyhow::Result<Client> {
    let (settings, _) = arguments.load_edge()?;
    let (config, socket) = (arguments.config.display(), settings.socket_path());
    let client = Client::connect(&socket).await?;
    client.with_context(|| {
        format!("no gateway runs on {config}: {} does not answer", socket.display())
    })
}

fn print(status: &GatewayStatus) {
    let seconds = status.now.duration_since(status.since).as_secs().max(0);
    say!(
        "网关 {}，程序 {}，{}，已运行 {}（自 {}）",
        status.gateway,
        status.version,
        mode_zh(status.mode),
        duration_zh(seconds.unsigned_abs()),
        local(status.since)
    );
    say!("读数 {} 个，缺测 {} 个", status.readings, status.missing);
    for line in [backlog(status), delivery(status), machine(status)].concat() {
        say!("{line}");
    }
    say!("");
    say!("{}", buses(&status.buses));
    show!("{}", units(&status.buses));
    let notes = notes(&status.buses);
    if !notes.is_empty() {
        say!("\n{}", notes.join("\n"));
    }
}

/// What waits in the spool, and what it has lost.
fn backlog(status: &GatewayStatus) -> Vec<String> {
    let spool = &status.spool;
    let mut lines = vec![format!(
        "待办公室确认 {} 批 {} 个读数（最新批号 {}，存储周期 {}）；存储 {} / {}",
        spool.batches,
        spool.readings,
        spool.last_seq,
        spool.epoch,
        size(spool.bytes),
        size(spool.size_max)
    )];
    let (thinned, dropped) = (spool.thinned_readings, spool.dropped_readings);
    if dropped + thinned > 0 {
        lines.push(format!("存满后抽稀 {thinned} 个、丢弃 {dropped} 个读数（均已向办公室报告）"));
    }
    if let Some(trouble) = spool.trouble {
        let (name, unwritten) = (trouble.name_zh(), spool.unwritten);
        lines.push(format!("存储写不进去：{name}；{unwritten} 个读数暂存内存，断电即失"));
    }
    if spool.lost_readings > 0 {
        let lost = spool.lost_readings;
        lines.push(format!("存储写不进去且内存已满，丢失 {lost} 个读数（恢复后向办公室报告）"));
    }
    lines
}

/// The connection, the last confirmation, and the data used this month.
fn delivery(status: &GatewayStatus) -> Vec<String> {
    let delivery = &status.delivery;
    let mut lines = vec![match (delivery.connected_since, &delivery.problem, delivery.next_at) {
        (Some(since), _, _) => format!("已连接（自 {}）", local(since)),
        (None, Some(problem), _) => format!("未连接：{problem}"),
        (None, None, Some(next)) => format!("未到连接时段，下次 {}", local(next)),
        (None, None, None) => "正在连接".into(),
    }];
    lines.extend(delivery.acknowledged_at.map(|at| format!("办公室最近一次确认 {}", local(at))));
    if let Some((month, used)) = &delivery.month {
        let waits = match delivery.waits_for {
            Some(WaitsFor::Budget) => "；本月流量已用完，停止发送",
            Some(WaitsFor::DaysShare) => "；按日均流量，补传暂缓",
            None => "",
        };
        lines.push(format!("{month} 流量约 {}{waits}", size(*used)));
    }
    lines
}

/// Clock, disk, memory, and what a power cut would cost.
fn machine(status: &GatewayStatus) -> Vec<String> {
    let spool = &status.spool;
    let mut lines = vec![if status.clock.provisional {
        format!("时钟未校准（{}），{} 批读数等待校时", local(status.now), spool.held)
    } else {
        "时钟已校准".into()
    }];
    lines.extend(status.clock.refusal.iter().map(|refusal| format!("不采信系统时间：{refusal}")));
    if let Some(disk) = status.disk {
        let per_day = disk.written_a_day.map_or(String::new(), |day| {
            format!("，每日约 {}，每年约 {}", size(day), size(day.saturating_mul(365)))
        });
        lines.push(format!("写盘 {}{per_day}", size(disk.written)));
    }
    lines.extend(status.resident.map(|resident| format!("占用内存 {}", size(resident))));
    lines.push(match spool.unwritten {
        0 => "断电最多丢失最近一次轮询的读数".into(),
        unwritten => format!("断电将丢失暂存内存的 {unwritten} 个读数和最近一次轮询的读数"),
    });
    lines
}

fn size(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if size < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{size:.1} {unit}") };
        }
        size /= 1024.0;
    }
    format!("{size:.1} TiB")
}

fn buses(buses: &[BusStatus]) -> Table {
    let mut table = Table::new(&["总线", "线路", "状态", ">轮询", ">错过", ">占用"]);
    for bus in buses {
        let report = &bus.report;
        table.row([
            report.name.clone(),
            bus.line.clone(),
            state_zh(report.line).into(),
            report.polls.to_string(),
            report.missed_ticks.to_string(),
            percent(report.busy),
        ]);
    }
    table
}

fn units(buses: &[BusStatus]) -> Table {
    let mut table = Table::new(&[
        "总线",
        ">站号",
        "测站",
        "型号",
        "状态",
        "自",
        ">成功率",
        ">应答毫秒",
        "失败",
    ]);
    for (bus, unit) in all_units(buses) {
        let device = bus.devices.iter().find(|device| device.unit == unit.unit);
        let failed: u64 = unit.failures.values().sum();
        let share = match unit.successes + failed {
            0 => "—".into(),
            all => percent(unit.successes as f64 / all as f64),
        };
        let failures = unit.failures.iter();
        let failures = failures.map(|(reason, times)| format!("{} {times}", reason.name_zh()));
        table.row([
            bus.report.name.clone(),
            unit.unit.to_string(),
            device.map_or(String::new(), |device| device.station.to_string()),
            device.map_or(String::new(), |device| device.profile.clone()),
            state_zh(unit.state).into(),
            unit.since.map_or("—".into(), local),
            share,
            unit.answer_ms.map_or("—".into(), |[half, most]| format!("{half:.1} / {most:.1}")),
            failures.collect::<Vec<_>>().join("，"),
        ]);
    }
    table
}

/// What does not fit into a column: last errors, measured gaps, and registers that a device refuses.
fn notes(buses: &[BusStatus]) -> Vec<String> {
    let mut notes = Vec::new();
    for (bus, unit) in all_units(buses) {
        let whose = format!("{} 站号 {}", bus.report.name, unit.unit);
        if let Some(error) = &unit.last_error {
            notes.push(format!("{whose}：最后一次错误 {error}"));
        }
        if let Some(gap_ms) = unit.gap_ms {
            notes.push(format!(
                "{whose}：每次请求前需要静默 {gap_ms} 毫秒（自动测得，可写进配置 gap_ms）"
            ));
        }
        for (what, runs) in
            [("设备不给读的寄存器", &unit.holes), ("不能合在一次读的寄存器", &unit.seams)]
        {
            if !runs.is_empty() {
                let runs: Vec<String> = runs.iter().map(run_zh).collect();
                notes.push(format!("{whose}：{what} {}", runs.join("，")));
            }
        }
    }
    notes
}

fn all_units(buses: &[BusStatus]) -> impl Iterator<Item = (&BusStatus, &UnitReport)> {
    buses.iter().flat_map(|bus| bus.report.units.iter().map(move |unit| (bus, unit)))
}

fn run_zh((function, first, last): &(Function, u16, u16)) -> String {
    let code = u8::from(*function);
    if first == last {
        format!("功能码 {code} 地址 {first}")
    } else {
        format!("功能码 {code} 地址 {first}–{last}")
    }
}

fn state_zh(state: HealthState) -> &'static str {
    match state {
        HealthState::Online => "在线",
        HealthState::Suspect => "可疑",
        HealthState::Offline => "离线",
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A time in the zone of this machine.
fn local(at: Timestamp) -> String {
    let zoned = at.to_zoned_datetime(TimeZone::system());
    zoned.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Reason;
    use crate::edge::control::DeviceStatus;
    use crate::modbus::BusReport;

    #[test]
    fn a_bus_is_shown_with_its_devices_and_what_they_refuse() {
        let unit = |unit, state| UnitReport {
            unit,
            state,
            since: None,
            polls: 10,
            successes: 30,
            failures: [(Reason::Timeout, 6), (Reason::Crc, 4)].into(),
            last_error: Some(format!("unit {unit} did not answer within 300 ms")),
            answer_ms: Some([12.34, 250.0]),
            holes: vec![(Function::Holding, 8, 8), (Function::Input, 30, 41)],
            seams: vec![(Function::Holding, 0, 9)],
            gap_ms: Some(40),
        };
        let fresh = UnitReport {
            successes: 0,
            failures: Default::default(),
            last_error: None,
            answer_ms: None,
            holes: Vec::new(),
            seams: Vec::new(),
            gap_ms: None,
            ..unit(9, HealthState::Online)
        };
        let device = |unit| DeviceStatus {
            unit,
            profile: "qdy30".into(),
            station: "pond-dongmen-1".parse().unwrap(),
        };
        let all = [BusStatus {
            line: "/dev/ttyUSB0 9600 8N1".into(),
            devices: vec![device(3), device(9)],
            silent_max_s: 900,
            report: BusReport {
                name: "levels".into(),
                line: HealthState::Online,
                polls: 10,
                missed_ticks: 1,
                polled_at_s: 2700.5,
                busy: 0.123,
                units: vec![unit(3, HealthState::Offline), fresh],
            },
        }];
        let shown = [buses(&all).to_string(), units(&all).to_string(), notes(&all).join("\n")];
        insta::assert_snapshot!(shown.join("\n"));
    }
}
