//! Alarms: their kinds, and the letters that tell of them.

messages! { "alarm";
    // Kinds.
    below_warning() { zh "低于旱警" en "below drought warning" }
    below_assured() { zh "低于旱保" en "below assured supply" }
    dry() { zh "干涸或断流" en "dry" }
    falling_fast() { zh "水位骤降" en "level falls fast" }
    rising_fast() { zh "水位骤升" en "level rises fast" }
    above_flood() { zh "超汛限" en "above flood limit" }
    dry_run() { zh "水泵空转" en "pump runs dry" }
    runs_without_flow() { zh "开泵无流量" en "pump runs without flow" }
    station_silent() { zh "测站无数据" en "station silent" }
    bus_unreachable() { zh "总线不通" en "bus unreachable" }
    device_unreachable() { zh "设备不通" en "device unreachable" }
    gateway_silent() { zh "网关失联" en "gateway silent" }
    certificate_ends() { zh "证书到期" en "certificate ends" }
    disk_full() { zh "磁盘将满" en "disk nearly full" }
    intake_stopped() { zh "数据接收中断" en "intake stopped" }

    no_kind() { zh "没有这种报警" en "there is no such kind of alarm" }
    no_subject() { zh "不是报警的对象" en "no subject of an alarm" }

    // Titles.
    title_raised(what) { zh "【报警】{what}" en "[Alarm] {what}" }
    title_cleared(what) { zh "【解除】{what}" en "[Cleared] {what}" }
    title_escalated(what) { zh "【无人确认】{what}" en "[Not acknowledged] {what}" }
    title_storm(n, what) { zh "【集中报警】新增 {n} 条：{what}" en "[Many alarms] {n} new: {what}" }
    title_storm_over(n) { zh "【集中报警解除】{n} 条已全部解除" en "[Many alarms, cleared] all {n} have ended" }
    title_storm_partly(n, open) {
        zh "【集中报警】{n} 条已解除，还有 {open} 条"
        en "[Many alarms] {n} have ended, {open} are still open"
    }
    title_test() { zh "【测试】报警通知测试" en "[Test] a test of alarm messages" }
    and_others(what, n) { zh "{what} 等 {n} 条" en "{what} and others, {n} in all" }

    // Lines.
    of(name, kind) { zh "{name} {kind}" en "{name}: {kind}" }
    raised(what, said, since) { zh "{what}：{said}（{since} 起）" en "{what}: {said} (since {since})" }
    raised_without(what, since) { zh "{what}（{since} 起）" en "{what} (since {since})" }
    cleared(what, said, from, to) { zh "已解除 {what}：{said}（{from} 至 {to}）" en "cleared: {what}: {said} ({from} to {to})" }
    cleared_without(what, from, to) { zh "已解除 {what}（{from} 至 {to}）" en "cleared: {what} ({from} to {to})" }
    removed(what, from) { zh "不再监测 {what}（{from} 起）" en "no longer watched: {what} (since {from})" }
    but_still(line, kind) { zh "{line}，但仍{kind}" en "{line}, but still {kind}" }
    explains(n, first) { zh "受此影响 {n} 处：{first}" en "{n} are silent because of it: {first}" }
    more(n) { zh "另有 {n} 条" en "{n} more" }
    on_at(day, time) { zh "{day} {time}" en "{day} {time}" }
    asked_by(by) { zh "由 {by} 发出，不必处理" en "sent by {by}; nothing has to be done" }

    // The book.
    cannot_open(path) { zh "打不开报警文件 {path}" en "cannot open the file of alarms {path}" }
    newer(path, found, known) {
        zh "报警文件 {path} 的结构版本是 {found}，本程序只认识到 {known}；请换回写出它的版本，或先把这个文件移走，程序会新建一个，未解除的报警会重新判断"
        en "the file of alarms {path} has layout {found}, this program knows {known}; install the version again that wrote it, or move \
            the file away: a new one is begun, and what is open is found anew"
    }
    failed() { zh "报警文件读写失败" en "the file of alarms failed" }
    no_thread() { zh "无法启动读写报警文件的线程" en "the thread of the file of alarms cannot be started" }
    cannot_set_aside(path) { zh "无法把损坏的报警文件 {path} 移开" en "cannot set the spoilt file of alarms {path} aside" }
    spoilt(path) {
        zh "报警文件 {path} 已损坏：中心启动时会把它移开并新建一个，未解除的报警会重新判断"
        en "the file of alarms {path} is spoilt: when the hub starts, it sets it aside and begins a new one; what is open is found anew"
    }
    trouble_failing(why) {
        zh "报警记录写不进文件，暂存内存，报警照发：{why}"
        en "alarms cannot be written to their file; they are kept in memory and still sent: {why}"
    }
    trouble_set_aside(path) {
        zh "报警文件损坏，已移到 {path}，并新建了一个；以前的报警记录在旧文件里"
        en "the file of alarms was spoilt and has been moved to {path}; a new one was begun, and the history before is in the old one"
    }
    trouble_replaced() {
        zh "报警文件在运行中被删除或替换，已用内存中的报警重新写入"
        en "the file of alarms was deleted or replaced while the hub ran; what was in memory has been written anew"
    }
    trouble_rows_unread(n) {
        zh "报警文件里有 {n} 行读不出来，已跳过，其余照用；是哪几行，看日志"
        en "{n} rows of the file of alarms cannot be read and are passed over, the others are used; the log names them"
    }
    trouble_older(n) {
        zh "报警文件是一份旧的副本：其后的报警记录不在里面；里面等着发的通知有 {n} 份可能早已发过，不再发送"
        en "the file of alarms is an older copy: what came after is not in it, and {n} letters that wait in it may have been sent since, so that they are not sent again"
    }
    may_have_been_sent() {
        zh "报警文件是一份旧的副本，可能早已发过"
        en "the file of alarms is an older copy, and it may have been sent since"
    }
    sent_by_command() { zh "由命令行发出，还没有结果" en "sent by a command, which has not said what came of it" }
    channel_gone() { zh "该渠道已不在配置里" en "the channel is no longer configured" }
    not_tried() { zh "其间没有试过" en "it was not tried meanwhile" }
    given_up(days, why) { zh "{days} 天没有发成：{why}" en "not delivered within {days} days: {why}" }
    too_many_waiting(most) { zh "等待发送的通知超过 {most} 封" en "more than {most} letters waited" }
}
