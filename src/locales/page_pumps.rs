//! What the pumps page says, as far as its words are made from numbers and states.

messages! { "pumps";
    days(from, to, count) { zh "{from} 至 {to}，{count} 天" en "{from} to {to}, {count} days" }
    running() { zh "在运行" en "running" }
    stopped() { zh "停着" en "stopped" }
    at(village, source) { zh "{village}，取水自 {source}" en "{village}, draws on {source}" }
    not_over() {
        zh "这段时间还没有过完，数字还会变"
        en "The period is not over; the numbers will still change"
    }
    range(least, most) { zh "{least}–{most}" en "{least}–{most}" }
    covered(percent) { zh "有数据的小时 {percent}%" en "{percent} % of hours with data" }

    // The strip of days.
    strip(days, hours, most, on) {
        zh "运行过的有 {days} 天，共 {hours} 个小时里见到运行；最多的一天 {on}，{most} 个小时"
        en "ran on {days} days, seen to run in {hours} hours; most on {on}, in {most} hours"
    }
    strip_idle() { zh "这些天没有见到运行" en "not seen to run on these days" }
    strip_gaps(days) { zh "无数据 {days} 天" en "days without data: {days}" }

    // Its meter.
    resets(n) { zh "清零或换表 {n} 次" en "resets or new registers: {n}" }
    rollovers(n) { zh "回绕 {n} 次" en "roll-overs: {n}" }
    glitches(n) { zh "剔除跳变读数 {n} 个" en "wild readings left out: {n}" }
    of_series(series, what) { zh "{series}：{what}" en "{series}: {what}" }
    replaced(day, what, value, series) {
        zh "{day} {what} {value}（{series}）"
        en "{day}: {what} {value} ({series})"
    }
    corrected(n) { zh "读数有 {n} 条更正" en "corrections of its readings: {n}" }
    open_by(why) { zh "电量可能更多：{why}" en "there may be more electricity: {why}" }
    open_of_all(why) {
        zh "各泵站的电量都可能更多：{why}"
        en "There may be more electricity at all pumps: {why}"
    }
    open_of(pumps, why) {
        zh "{pumps} 个泵站的电量可能更多：{why}"
        en "There may be more electricity at {pumps} of the pumps: {why}"
    }

    // What cannot be shown.
    too_many_days(days, most) {
        zh "这里最多看 {most} 天，所选的有 {days} 天"
        en "at most {most} days can be seen here; {days} were chosen"
    }
    cannot_show() { zh "不能显示" en "Cannot be shown" }
    failed() { zh "没有算出来，请看日志" en "It could not be worked out, see the log" }
}
