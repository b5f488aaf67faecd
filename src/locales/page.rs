//! The page of water sources, as far as its words are made from numbers and states.

messages! { "page";
    // Sources and their status.
    no_status() { zh "无数据" en "no data" }
    dry_or_no_flow() { zh "干涸断流" en "dry, no flow" }
    one_source() { zh "1 处" en "1 source" }
    sources(n) { zh "{n} 处" en "{n} sources" }
    share_of_normal(percent) {
        zh "蓄水量占正常蓄水位库容 {percent}%"
        en "{percent}% of the storage at normal level"
    }

    // Trend of a level.
    rising() { zh "↑ 涨" en "↑ rising" }
    falling() { zh "↓ 落" en "↓ falling" }
    steady() { zh "→ 平" en "→ steady" }
    per_day(cm) { zh "{cm} cm/天" en "{cm} cm a day" }
    levels_of_days(days, low, high) {
        zh "{days} 天水位，{low} 至 {high} 米"
        en "{days}-day levels, {low} to {high} m"
    }

    // How old a reading is.
    no_data_yet() { zh "尚无数据" en "no data yet" }
    no_data_since(when) { zh "自 {when} 起无数据" en "no data since {when}" }
    seconds_ago(n) { zh "{n} 秒前" en "{n} s ago" }
    minutes_ago(n) { zh "{n} 分钟前" en "{n} min ago" }
    hours_ago(n) { zh "{n} 小时前" en "{n} h ago" }

    // Sums.
    one_pump() { zh "台" en "pump" }
    pumps() { zh "台" en "pumps" }

    // Gateways.
    never() { zh "从未" en "never" }
    lost(from, to, readings, why) { zh "{from} 至 {to} {readings}（{why}）" en "{from} to {to}, {readings} ({why})" }
    one_reading() { zh "1 个读数" en "1 reading" }
    readings(n) { zh "{n} 个读数" en "{n} readings" }
    readings_unknown() { zh "数量不明" en "number of readings unknown" }

    and_more(some, n) { zh "{some}……另有 {n} 处" en "{some} … and {n} more" }

    // Answers without a page.
    no_such_page() { zh "404：没有这个页面" en "404: no such page" }
    no_such_document() { zh "404：没有这个文档" en "404: no such document" }
    page_failed() { zh "500：页面无法生成，请看日志" en "500: the page cannot be rendered, see the log" }
}
