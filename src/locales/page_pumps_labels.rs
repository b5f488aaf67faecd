//! What the templates of the pumps page say.

labels! { "pumps";
    "title" { zh "泵站" en "Pumps" }
    "electricity" { zh "用电，kWh" en "electricity, kWh" }
    "used" { zh "用电，kWh" en "used, kWh" }
    "water" { zh "提水，m³" en "water, m³" }
    "hours" { zh "运行，h" en "running, h" }
    "now" { zh "现在在运行" en "running now" }
    "not_known" { zh "不明的 {n} 个" en "not known: {n}" }
    "without_data" { zh "没有数据：{names}" en "without data: {names}" }
    "none" { zh "乡镇文件里没有泵站" en "The township's file has no pumps" }
    "table" { zh "各泵站" en "The pumps" }
    "pump" { zh "泵站" en "pump" }
    "state" { zh "现在" en "now" }
    "when" { zh "何时运行" en "when it ran" }
    "notes" { zh "疑点" en "doubts" }
    "how" { zh "怎么算的" en "how it was worked out" }
    "ran" { zh "是否运行过" en "whether it ran" }
    "data" { zh "数据" en "data" }
    "more" { zh "电量可能更多" en "may be more electricity" }
    "meters" { zh "表计" en "meters" }
    "no_strip" { zh "没有能看出何时运行的数据" en "no data that would show when it ran" }
    "legend" {
        zh "数字下面的小字是真值可能的范围。何时运行：每天一格（一年为几天一格），越高运行的小时越多，底色为无数据的天"
        en "The small numbers say between which bounds the truth may lie. When it ran: a column for each day, over a year for some days, the higher the more \
            hours; shaded days have no data"
    }
}
