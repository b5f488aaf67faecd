//! `hanqing status`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::tz::TimeZone;

use super::line::block_on;
use super::table::Table;
use super::{CONFIGURATION, load};
use crate::config;
use crate::edge::desk::{Client, GatewayStatus};

/// Asks the gateway that runs on a configuration how it does. Ends with 1 where none runs.
#[derive(Args)]
pub struct Arguments {
    /// The gateway's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Overrides a setting, such as socket=/run/hanqing/edge.sock
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting)]
    set: Vec<(String, String)>,
}

/// Asks and prints.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, _)) = load(config::load_edge(&arguments.config, &arguments.set)) else {
        return Ok(ExitCode::from(CONFIGURATION));
    };
    let socket = settings.socket_path();
    let client = block_on(async { Ok(Client::connect(&socket).await?) })?;
    match client {
        Some(client) => {
            print(client.status());
            Ok(ExitCode::SUCCESS)
        }
        None => anyhow::bail!(
            "no gateway runs on {}: nobody answers at {}",
            arguments.config.display(),
            socket.display()
        ),
    }
}

fn print(status: &GatewayStatus) {
    let seconds = status.now.duration_since(status.since).as_secs().max(0);
    println!(
        "网关 {}，程序 {}，已运行 {}（自 {}）",
        status.gateway,
        status.version,
        lasted(seconds.unsigned_abs()),
        status
            .since
            .to_zoned_datetime(TimeZone::system())
            .strftime("%Y-%m-%d %H:%M:%S")
    );
    let share = match status.readings {
        0 => "—".into(),
        all => format!(
            "{:.1} %",
            100.0 * (all - status.missing.min(all)) as f64 / all as f64
        ),
    };
    println!(
        "轮询 {} 次，读数 {} 个，缺测 {} 个，读取成功率 {share}，错过的轮询 {} 次",
        status.polls, status.readings, status.missing, status.missed_ticks
    );
    let spool = &status.spool;
    println!(
        "待办公室确认 {} 批 {} 个读数（最新批号 {}），因存满丢弃 {} 个\n",
        spool.batches, spool.readings, spool.last_seq, spool.dropped_readings
    );
    let mut table = Table::new(&["总线", "线路", ">站号", "型号", "测站"]);
    for bus in &status.buses {
        for device in &bus.devices {
            table.row([
                bus.name.clone(),
                bus.line.clone(),
                device.unit.to_string(),
                device.profile.clone(),
                device.station.to_string(),
            ]);
        }
    }
    print!("{table}");
}

/// A duration as people say it, two parts at most.
pub fn lasted(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} 秒"),
        (0, 0, _) => format!("{minutes} 分 {} 秒", seconds % 60),
        (0, _, _) => format!("{hours} 小时 {minutes} 分"),
        _ => format!("{days} 天 {hours} 小时"),
    }
}

#[cfg(test)]
mod tests {
    use super::lasted;

    #[test]
    fn durations_have_two_parts_at_most() {
        for (seconds, text) in [
            (0, "0 秒"),
            (59, "59 秒"),
            (250, "4 分 10 秒"),
            (7260, "2 小时 1 分"),
            (90_000, "1 天 1 小时"),
        ] {
            assert_eq!(lasted(seconds), text);
        }
    }
}
