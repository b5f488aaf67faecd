//! What the templates of the page say.

labels! { "page";
    // The head of the page.
    "title" { zh "水源与旱情" en "Water sources and drought" }
    "simulated" { zh "模拟时间" en "simulated time" }
    "connection_lost" {
        zh "与中心端失去连接，以下是断开前的数据"
        en "The connection to the hub is lost; these are the last data"
    }

    "hub_fails" {
        zh "中心端有问题，以下可能不是最新的数据："
        en "Something is wrong with the hub, so these may not be the newest data:"
    }

    // Sums.
    "summary" { zh "概况" en "Summary" }
    "totals" { zh "累计" en "Totals" }
    "sources_total" { zh "水源总数" en "water sources" }
    "readings_stored" { zh "已入库读数" en "readings stored" }
    "energy_used" { zh "累计用电" en "electricity used so far" }
    "pumps_ran" { zh "运行过的水泵" en "ran so far" }

    // The table of water sources.
    "sources_heading" { zh "水源" en "Water sources" }
    "no_sources" { zh "还没有水源：请在 {file} 中登记测站。" en "No water sources yet: enter the stations in {file}." }
    "head_source" { zh "水源" en "Source" }
    "head_status" { zh "状态" en "Status" }
    "head_level" { zh "水位 m" en "Level, m" }
    "head_storage" { zh "蓄水（占正常蓄水位库容）" en "Storage (of that at normal level)" }
    "head_trend" { zh "趋势" en "Trend" }
    "head_recent" { zh "近期水位" en "Recent levels" }
    "head_last" { zh "最近读数" en "Last reading" }

    // The table of gateways.
    "gateways_heading" { zh "网关" en "Gateways" }
    "no_gateways" { zh "还没有网关报到。" en "No gateway has reported yet." }
    "head_gateway" { zh "网关" en "Gateway" }
    "head_connection" { zh "连接" en "Connection" }
    "head_message" { zh "最近消息" en "Last message" }
    "head_complete" { zh "已收齐至批次" en "Complete up to batch" }
    "head_missing" { zh "缺批与问题" en "Missing batches and trouble" }
    "epoch" { zh "缓存周期 {epoch}" en "epoch {epoch}" }
    "online" { zh "在线" en "online" }
    "offline" { zh "离线" en "offline" }
    "clock_unset" { zh "时钟未校准" en "clock not set" }
    "last_message" { zh "最近消息" en "last message" }
    "complete_to" { zh "收齐至" en "complete up to" }
    "none_missing" { zh "无缺批" en "none missing" }
    "missing" { zh "缺 {batches}" en "missing: {batches}" }
    "readings_lost" { zh "丢失 {what}" en "lost: {what}" }

    // Documents.
    "report" {
        zh "抗旱救灾报告（按台账的抗旱期现算）："
        en "Drought relief report of the ledger's drought event, worked out now:"
    }
    "report_tables" { zh "Excel 附表和报表" en "Excel annex and tables" }
    "report_web" { zh "网页" en "web page" }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::LABELS;

    const TEMPLATES: [&str; 2] =
        [include_str!("../web/page.html.j2"), include_str!("../web/fragment.html.j2")];

    /// Names of labels, each with the names of its arguments.
    type Names = BTreeMap<&'static str, Vec<&'static str>>;

    /// The labels that the templates use: `{{ t("name", argument=value) }}`.
    fn used() -> Names {
        let calls = TEMPLATES.iter().flat_map(|template| template.split("t(\"").skip(1));
        let calls = calls.map(|rest| {
            let (call, _) = rest.split_once(") }}").unwrap();
            let (name, arguments) = call.split_once('"').unwrap();
            let arguments = arguments.split(", ").filter_map(|argument| argument.split_once('='));
            (name, arguments.map(|(name, _)| name).collect())
        });
        calls.collect()
    }

    #[test]
    fn each_label_is_used_with_its_arguments_and_no_other() {
        let declared = LABELS.all().map(|label| (label.own_name(), label.placeholders().collect()));
        assert_eq!(used(), declared.collect::<Names>());
    }
}
