//! What the station page and its charts say, as far as its words are made from numbers and states.

messages! { "station";
    // Spans of time.
    range_day() { zh "24 小时" en "24 hours" }
    range_week() { zh "7 天" en "7 days" }
    range_month() { zh "30 天" en "30 days" }
    range_event() { zh "抗旱期" en "drought event" }
    range_year() { zh "今年" en "this year" }
    range_own(from, to) { zh "{from} 至 {to}" en "{from} to {to}" }
    bad_range() { zh "时段不对" en "This is no span of time" }
    ranges_there_are() {
        zh "可用的时段：`24h`、`7d`、`30d`、`event`、`year`，或者 `own` 加上首日和末日，例如 `?range=own&from=2022-08-01&to=2022-08-31`"
        en "The spans are `24h`, `7d`, `30d`, `event`, `year`, or `own` with its first and last day, such as `?range=own&from=2022-08-01&to=2022-08-31`"
    }
    no_such_range(value) { zh "`range` = {value}：没有这个时段" en "`range` = {value}: there is no such span" }
    no_day(key) { zh "`{key}` 没有填：应写一个日期，例如 `2022-08-01`" en "`{key}` is missing: name a day, such as `2022-08-01`" }
    not_a_day(key, value) {
        zh "`{key}` = {value}：不是 1970 年至 2199 年的日期，应写成 `2022-08-01`"
        en "`{key}` = {value}: not a day of the years 1970 to 2199; write it as `2022-08-01`"
    }
    days_reversed(from, to) {
        zh "首日 {from} 晚于末日 {to}：请对调"
        en "The first day, {from}, is after the last, {to}: swap them"
    }
    too_many_days(days, most) {
        zh "共 {days} 天，超过 {most} 天：请缩短时段"
        en "These are {days} days, more than {most}: choose a shorter span"
    }

    // Pages instead of a station's.
    no_such_station() { zh "没有这个测站" en "There is no such station" }
    address_unreadable() { zh "网址中的测站编号读不了" en "The station's id in the address cannot be read" }
    not_in_the_file(id) { zh "乡镇文件里没有测站 {id}" en "The township's file has no station {id}" }
    failed() { zh "没有做成" en "This could not be done" }
    see_the_log() { zh "原因见中心端的日志；可以稍后再试" en "The hub's log says why. It may work later" }

    // The head.
    level() { zh "水位" en "level" }
    above_limit(status) { zh "距{status}" en "above {status}" }
    storage() { zh "蓄水量" en "storage" }
    storage_of_normal(percent) { zh "蓄水量，占正常蓄水位库容 {percent}%" en "storage, {percent}% of that at normal level" }
    days() { zh "天" en "days" }
    supply() { zh "可供水" en "of supply" }
    trend_day() { zh "24 小时水位变化" en "change of level in 24 h" }
    trend_week() { zh "7 天水位变化" en "change of level in 7 days" }
    cm_per_day() { zh "cm/天" en "cm a day" }
    rank_of_years(years) { zh "与 {years} 个往年同期相比" en "against the same days of {years} earlier years" }
    no_reading_yet() { zh "尚无读数" en "no reading yet" }
    silent_since() { zh "最近读数，此后无数据" en "last reading, no data since" }
    last_reading() { zh "最近读数" en "last reading" }
    mean_of_day(name, day) { zh "{name}，{day}平均" en "{name}, mean of {day}" }
    named_at(name, at) { zh "{name}，{at}" en "{name}, {at}" }

    // What the township's file says.
    bottom() { zh "底高程" en "bottom" }
    dead_level() { zh "死水位" en "dead level" }
    normal_level() { zh "正常蓄水位" en "normal level" }
    crest() { zh "顶高程" en "crest" }
    metres(value) { zh "{value} m" en "{value} m" }
    cubic_metres(value) { zh "{value} m³" en "{value} m³" }
    limit(status, value) { zh "{status} {value}" en "{status} {value}" }
    thresholds_of(months) { zh "{months} 月旱限" en "drought limits, months {months}" }
    source_and_confidence(source, percent) { zh "来源：{source}；可信度 {percent}%" en "source: {source}; confidence {percent}%" }
    storage_curve() { zh "水位库容曲线" en "storage curve" }
    storage_at(level, volume) { zh "{level} m 时 {volume} m³" en "{volume} m³ at {level} m" }
    serves() { zh "供水人口" en "serves" }
    persons(n) { zh "{n} 人" en "{n} persons" }
    percent(value) { zh "{value}%" en "{value}%" }
    field_capacity() { zh "田间持水量" en "field capacity" }
    gateway() { zh "网关" en "gateway" }
    place() { zh "位置" en "place" }
    degrees(east, north) { zh "东经 {east}°，北纬 {north}°" en "{east}° E, {north}° N" }
    draws_on() { zh "取水水源" en "draws on" }
    rated_power() { zh "额定功率" en "rated power" }
    rated_flow() { zh "额定流量" en "rated flow" }
    rated_head() { zh "额定扬程" en "rated head" }
    efficiency() { zh "综合效率" en "efficiency from wire to water" }
    by_plate() { zh "按铭牌推算" en "as its plate implies" }
    billed_meter() { zh "计费电表" en "billed meter" }

    // Charts.
    chart_of(station, what) { zh "{station}：{what}" en "{station}: {what}" }
    chart_of_level(station) { zh "{station}：水位与蓄水量" en "{station}: level and storage" }
    with_unit(name, unit) { zh "{name}（{unit}）" en "{name} ({unit})" }
    by_hours(name) { zh "每小时{name}" en "{name} by the hour" }
    by_days(name) { zh "每日{name}" en "{name} by the day" }
    electricity() { zh "用电量" en "electricity" }
    water_volume() { zh "水量" en "water" }
    run_hours() { zh "运行时间" en "running time" }
    rain() { zh "降雨" en "rain" }
    running() { zh "运行" en "running" }
    rain_to(mm) { zh "降雨 {mm} mm" en "rain {mm} mm" }
    name_and_name(one, other) { zh "{one}与{other}" en "{one} and {other}" }
    form_of_day() { zh "%-m月%-d日" en "%-d %b" }
    form_of_month() { zh "%-m月" en "%b" }
    form_of_year() { zh "%Y年" en "%Y" }
    in_span(name, from, to, what) { zh "{name}，{from} 至 {to}：{what}" en "{name}, {from} to {to}: {what}" }
    values(low, high, last) { zh "最低 {low}，最高 {high}，最近 {last}" en "lowest {low}, highest {high}, last {last}" }
    value_at(value, unit, at) { zh "{value} {unit}（{at}）" en "{value} {unit} ({at})" }
    no_values() { zh "没有数据" en "no data" }
    amounts(sum, most, unit) {
        zh "共 {sum} {unit}，最多的一格 {most} {unit}"
        en "{sum} {unit} together, {most} {unit} at most in one bar"
    }
    lowest_to_highest() { zh "同一点内最低至最高" en "lowest to highest within a point" }
    as_it_came() { zh "原始读数" en "as it came" }
    last_year() { zh "去年同期" en "last year" }
    usual_band() { zh "往年同期的 25% 至 75%" en "25% to 75% of earlier years" }
    rain_of_township() { zh "全乡面雨量（mm，自上而下）" en "rain of the township (mm, from the top)" }
    doubtful() { zh "可疑读数" en "suspect readings" }
    corrected() { zh "已更正的时段" en "corrected span" }
    ran(number, name) { zh "{number}：{name} 运行" en "{number}: {name} ran" }
    it_ran(name) { zh "{name} 运行" en "{name} ran" }
    more_pumps(n) { zh "另有 {n} 台水泵，见泵站页面" en "{n} more: see the page of pumps" }

    // Lists.
    status_began() { zh "状态变为" en "status became" }
    said_by(what, by) { zh "{what}（{by}）" en "{what} ({by})" }
    ledger_row(code, value, series) { zh "台账：{code} {value} {series}" en "ledger: {code} {value} {series}" }
    kind_note() { zh "备注" en "note" }
    kind_wrong() { zh "读数有误，不计入" en "wrong, does not count" }
    kind_shift(by) { zh "加 {by}" en "shifted by {by}" }
    withdrawn(at, by, why) { zh "{at} 由 {by} 撤回：{why}" en "withdrawn {at} by {by}: {why}" }

    // The form of a correction.
    choose_note() { zh "备注：数值不变" en "note: no value changes" }
    choose_wrong() { zh "有误：这段读数不计入" en "wrong: these readings do not count" }
    choose_shift() { zh "平移：这段读数都加上一个数" en "shift: an amount is added to these readings" }
    noted() { zh "备注已记下。" en "The note is kept." }
    was_corrected() { zh "更正已记下，原始读数保留，指标会随之更新。" en "The correction is kept. The readings stay as they came, and the figures follow." }
    still_folded(pieces) {
        zh "还有 {pieces} 段小时值在重算，下面的数可能还没有更新；请过一会儿再看。"
        en "Hours are still being made anew ({pieces} spans), so what is shown may be partly old; look again in a moment."
    }
    was_withdrawn() { zh "更正已撤回。" en "The correction is withdrawn." }
    no_time() { zh "没有填：应写日期和时间" en "It is missing: enter a day and a time" }
    not_a_time(value) {
        zh "{value} 不是 1970 年至 2199 年的时间，应写成 `2022-08-01T08:00`"
        en "{value} is not a time of the years 1970 to 2199; write it as `2022-08-01T08:00`"
    }
    times_reversed() { zh "止应晚于起" en "The end must be after the begin" }
    span_too_long(days) { zh "一次更正最多 {days} 天：请缩短" en "A correction is of {days} days at most: choose a shorter span" }
    no_such_kind(value) { zh "{value} 不是更正的种类" en "{value} is not a kind of correction" }
    no_shift_of_counter() {
        zh "累计读数和运行状态不能平移：请标为有误，换表请记入台账"
        en "A register or a run state cannot be shifted: mark it as wrong, or enter a replaced meter in the ledger"
    }
    not_a_shift(value) { zh "{value} 不是不为 0 的有限数，例如 `-0.35`" en "{value} is not a finite number other than 0, such as `-0.35`" }
    no_reason() { zh "没有填：请写明依据" en "It is missing: say why" }
    reason_too_long(long, most) { zh "共 {long} 字，最多 {most} 字：请写短些" en "It has {long} characters, {most} at most: make it shorter" }
    reason_with_control() { zh "含有看不见的控制字符：请删掉" en "It has control characters that cannot be seen: remove them" }

    // Files.
    sheet_values() { zh "数值" en "Values" }
    sheet_corrections() { zh "更正与备注" en "Corrections and notes" }
    sheet_flagged() { zh "有标记的读数" en "Flagged readings" }
    head_time() { zh "时间" en "Time" }
    head_machine_time() { zh "标准时间戳" en "Time (RFC 3339)" }
    head_parameter() { zh "参数" en "Parameter" }
    head_unit() { zh "单位" en "Unit" }
    head_value() { zh "数值" en "Value" }
    head_mean() { zh "平均（计入）" en "Mean, as it counts" }
    head_lowest() { zh "最低（计入）" en "Lowest, as it counts" }
    head_highest() { zh "最高（计入）" en "Highest, as it counts" }
    head_counted() { zh "读数个数" en "Readings" }
    head_suspect() { zh "其中可疑" en "Of those suspect" }
    head_raw_mean() { zh "平均（原始）" en "Mean, as it came" }
    head_raw_lowest() { zh "最低（原始）" en "Lowest, as it came" }
    head_raw_highest() { zh "最高（原始）" en "Highest, as it came" }
    head_storage() { zh "蓄水量（m³）" en "Storage, m³" }
    since(at) { zh "自 {at}起，其间无读数" en "since {at}, without readings between" }
    head_since() { zh "增量起算（其间无读数）" en "Growth since, without readings between" }
    head_growth() { zh "本时段增量" en "Growth in the hour or day" }
    head_from() { zh "起" en "From" }
    head_to() { zh "止" en "To" }
    head_kind() { zh "种类" en "Kind" }
    head_shift() { zh "平移量" en "Shift" }
    head_reason() { zh "原因" en "Reason" }
    head_by() { zh "填写人" en "By" }
    head_entered() { zh "填写时间" en "Entered" }
    head_withdrawn() { zh "撤回时间" en "Withdrawn" }
    head_withdrawn_by() { zh "撤回人" en "Withdrawn by" }
    head_withdrawn_why() { zh "撤回原因" en "Why withdrawn" }
    head_flag() { zh "标记" en "Flag" }
    head_registers() { zh "原始寄存器" en "Raw registers" }
}
