//! What the templates of the morning page say.

labels! { "morning";
    "title" { zh "今日旱情" en "This morning" }
    "hub_fails" {
        zh "中心端有问题，以下可能不是最新的数据："
        en "Something is wrong with the hub, so these may not be the newest data:"
    }
    "shown_at" { zh "截至" en "as of" }
    "grade" { zh "旱情等级" en "Drought grade" }
    "working_out" { zh "旱情等级和昨天以来的变化正在计算。" en "The drought grade and the changes since yesterday are being worked out." }
    "why" { zh "为什么是这个等级" en "Why this grade" }
    "lacks" { zh "没有计入：" en "Not taken into account:" }
    "township" { zh "全乡镇" en "Township" }
    "works" { zh "运行情况" en "What works" }
    "changes" { zh "昨天以来的变化" en "Changes since yesterday" }
    "heading" { zh "水源" en "Water sources" }
    "counts" { zh "水源状态" en "Sources by status" }
    "arrange" { zh "排列方式" en "Arrangement" }
    "filter" { zh "筛选" en "Filter" }
    "village" { zh "村" en "Village" }
    "kind" { zh "类型" en "Kind" }
    "status" { zh "状态" en "Status" }
    "any" { zh "全部" en "all" }
    "show" { zh "显示" en "Show" }
    "show_all" { zh "显示全部水源" en "Show all sources" }
    "of_all" { zh "共 {all} 处" en "of {all}" }
    "no_sources" { zh "还没有水源：请在 {file} 中登记测站。" en "No water sources yet: enter the stations in {file}." }
    "none_fits" { zh "没有符合条件的水源。" en "No source fits." }
    "notes" { zh "需要核对" en "To be checked" }
    "head_source" { zh "水源" en "Source" }
    "head_level" { zh "水位 m" en "Level, m" }
    "head_next" { zh "离下一级 m" en "Next threshold, m" }
    "head_days" { zh "可供天数" en "Days of supply" }
    "head_day" { zh "24 小时 cm/天" en "24 h, cm/day" }
    "head_week" { zh "7 天 cm/天" en "7 days, cm/day" }
    "head_rank" { zh "与常年同期比" en "For this season" }
    "head_recent" { zh "近期水位" en "Recent levels" }
    "head_last" { zh "最近读数" en "Last reading" }
    "key" {
        zh "水位、距离：m。箭头：24 小时、7 天的水位变化，cm/天。"
        en "Levels and distances: m. Arrows: change of level in 24 h and in 7 days, cm a day."
    }
    "map" { zh "示意图" en "Sketch map" }
    "north" { zh "北" en "N" }
}
