//! What the morning page says, as far as its words are made from numbers and states.

messages! { "morning";
    // The drought grade and why.
    grade_at_least(grade) { zh "至少{grade}" en "at least {grade}" }
    as_of(day) { zh "按 {day}的数据" en "by the data of {day}" }
    worked_out(when) {
        zh "旱情等级、变化和各项合计是按 {when} 算的，正在重新计算"
        en "grade, changes and sums are those of {when}; they are being worked out anew"
    }
    unchanged() { zh "没有变化。" en "Nothing has changed." }
    unchanged_of(some, others) {
        zh "两天都有数据的 {some} 处水源没有变化，另外 {others} 处无法比较。"
        en "Nothing has changed at the sources with data of both days ({some}); the others ({others}) cannot be compared."
    }
    nothing_compared() {
        zh "没有哪处水源两天都有数据，无法比较。"
        en "No source has data of both days, so nothing can be compared."
    }
    without_value() { zh "当天无数据" en "no data on this day" }
    held(what, days) {
        zh "{what}，维持前几日的等级，连续 {days} 天好转才解除"
        en "{what}; keeps the grade of earlier days until {days} better days on end"
    }
    rule_from(source, confidence) { zh "依据：{source}，可信度 {confidence}" en "by {source}, confidence {confidence}" }
    no_value_of(index) { zh "{index}：无数据" en "{index}: no data" }

    // Rain, storage, people.
    rainless_days() { zh "连续无雨天数" en "days without rain" }
    rain_of_day() { zh "24 小时降雨" en "rain in 24 h" }
    rain_of_days(n) { zh "{n} 天降雨（含今天）" en "rain in {n} days with today" }
    usual_rain(mm) { zh "常年 {mm} mm" en "usual {mm} mm" }
    days_without(n) { zh "其中 {n} 天无数据" en "of these without data: {n}" }
    stored() { zh "塘堰水库蓄水" en "water in ponds and reservoirs" }
    of_normal(percent) { zh "为正常蓄水的 {percent}%" en "{percent}% of normal level" }
    of_usual(percent, years) { zh "为常年同期的 {percent}%（至少 {years} 年）" en "{percent}% of usual ({years} years or more)" }
    of_last_year(percent) { zh "为去年同期的 {percent}%" en "{percent}% of last year" }
    counted(n, all) { zh "{all} 处中 {n} 处有数据" en "{n} of {all} have data" }
    persons_low() { zh "饮水水源告急涉及人数" en "people behind low drinking sources" }
    of_persons(n) { zh "共供水 {n} 人" en "of {n} served" }
    low_sources(n) { zh "{n} 处旱警或更差" en "drought warning or worse: {n}" }
    persons_unknown(persons, sources) {
        zh "另有 {sources} 处状态不明，涉及 {persons} 人"
        en "status not known: {sources} more, serving {persons}"
    }

    // Pumps.
    pumps_running() { zh "正在运行的水泵" en "pumps running now" }
    pumps_unknown(n) { zh "另有 {n} 台不明" en "not known of {n} more" }
    yesterday() { zh "昨天" en "yesterday" }
    since_event(day) { zh "抗旱期（{day}起）" en "drought event since {day}" }
    over_event(from, to) { zh "抗旱期（{from}至 {to}）" en "drought event, {from} to {to}" }
    electricity(when) { zh "{when}用电" en "electricity, {when}" }
    water_lifted(when) { zh "{when}提水" en "water pumped, {when}" }
    pumps_ran(ran, all) { zh "{all} 台中 {ran} 台运行过" en "{ran} of {all} pumps ran" }
    pumps_ran_open(ran, all, open) {
        zh "{all} 台中 {ran} 台运行过，其中 {open} 台不能确定"
        en "{ran} of {all} pumps ran, not certain of {open}"
    }
    missing(n) { zh "{n} 台无数据" en "without data: {n}" }

    // What works and what does not.
    no_gateways() { zh "还没有网关报到" en "no gateway has reported yet" }
    gateways_online(n) { zh "网关全部在线（{n} 个）" en "all gateways online ({n})" }
    gateways_silent(n, all) { zh "{all} 个网关中 {n} 个离线" en "{n} of {all} gateways offline" }
    broker_connected() { zh "消息服务器已连接" en "broker connected" }
    broker_lost() { zh "消息服务器未连接" en "broker not connected" }
    copy_age(age) { zh "服务器数据副本：{age}" en "copy of the server: {age}" }
    no_findings() { zh "没有核查问题" en "no open findings" }
    findings(errors, others) { zh "核查问题：错误 {errors}，其他 {others}" en "open findings: errors {errors}, others {others}" }

    // Changes since yesterday, in a word and in full.
    word_grade() { zh "等级" en "grade" }
    word_worse() { zh "变差" en "worse" }
    word_limits() { zh "旱限" en "limits" }
    word_better() { zh "好转" en "better" }
    word_silent() { zh "断数" en "silent" }
    word_back() { zh "恢复" en "back" }
    word_falls() { zh "快降" en "falling" }
    word_few_days() { zh "将尽" en "running out" }
    word_pump() { zh "开泵" en "pump" }
    word_rain() { zh "降雨" en "rain" }
    more_changes(n) { zh "另有 {n} 项" en "{n} more" }
    unlisted_changes(n) { zh "还有 {n} 项没有列出，见下面的水源" en "{n} more are not listed; see the sources below" }
    new_limits(before, now) {
        zh "{before} → {now}，只因换了本月旱限"
        en "{before} → {now}, only by the limits of the new month"
    }
    from_to(before, now) { zh "{before} → {now}" en "{before} → {now}" }
    silent_today(before) { zh "今天没有数据，此前为{before}" en "no data today; before: {before}" }
    data_again(now) { zh "又有数据，现为{now}" en "has data again; now: {now}" }
    falls_by(cm) { zh "水位下降加快，每天 {cm} cm" en "the level falls faster, {cm} cm a day" }
    one_day_left() { zh "可供水只剩 1 天" en "water for one day left" }
    days_left(n) { zh "可供水只剩 {n} 天" en "water for {n} days left" }
    pump_started() { zh "昨天没有运行，今天开机" en "did not run yesterday, ran today" }
    rained(mm, days) { zh "降雨 {mm} mm，此前连续 {days} 天无雨" en "{mm} mm after {days} days without rain" }

    // Sources.
    one_source() { zh "1 处" en "1 source" }
    sources(n) { zh "{n} 处" en "{n} sources" }
    dry_or_no_flow() { zh "干涸断流" en "dry, no flow" }
    one_day() { zh "1 天" en "1 day" }
    days(n) { zh "{n} 天" en "{n} days" }
    by_status() { zh "按状态" en "By status" }
    by_village() { zh "按村" en "By village" }
    by_kind() { zh "按类型" en "By kind" }
    to_low(m) { zh "离偏低 {m}" en "to low {m}" }
    to_warn(m) { zh "离旱警 {m}" en "to warning {m}" }
    to_guard(m) { zh "离旱保 {m}" en "to guarantee {m}" }
    to_dry(m) { zh "离干涸 {m}" en "to dry {m}" }
    no_data_yet() { zh "尚无数据" en "no data yet" }
    no_data_since(when) { zh "{when} 起无数据" en "no data since {when}" }
    levels_of_days(days, low, high) {
        zh "{days} 天水位，{low} 至 {high} 米"
        en "{days}-day levels, {low} to {high} m"
    }
    without_place(n) { zh "另有 {n} 处没有坐标" en "without coordinates: {n} more" }
}
