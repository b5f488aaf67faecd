//! What the gateways page says, as far as its words are made from numbers and states.

messages! { "gateways";
    // How a gateway is.
    revoked() { zh "已吊销" en "revoked" }
    never_heard() { zh "从未收到" en "never heard" }
    offline() { zh "离线" en "offline" }
    silent() { zh "在线但静默" en "online but silent" }
    online() { zh "在线" en "online" }
    last_heard(at, ago) { zh "最后收到：{at}（{ago}）" en "last heard {at} ({ago})" }
    not_heard_yet() { zh "还没有收到它的任何消息" en "nothing of it has come yet" }
    is_offline() { zh "没有连上消息服务器" en "not connected to the broker" }
    is_silent() { zh "连着，但很久没有发来读数" en "connected, and has sent no readings for long" }
    all_well() { zh "一切正常" en "all is well" }
    notes(n) { zh "有 {n} 条提示" en "notes: {n}" }
    revoked_since(at) { zh "自 {at} 起的读数不再计入" en "readings since {at} do not count" }

    // What it says of itself.
    version() { zh "程序版本" en "version" }
    config() { zh "配置摘要" en "configuration digest" }
    up_since() { zh "启动于" en "started" }
    clock() { zh "时钟" en "clock" }
    clock_good() { zh "正确" en "right" }
    clock_provisional() { zh "尚未确认正确" en "not known to be right" }
    waiting() { zh "待确认" en "waiting" }
    batches_waiting(batches, readings) {
        zh "{batches} 批，{readings} 个读数"
        en "batches: {batches}, readings: {readings}"
    }
    spool() { zh "本地缓存" en "spool" }
    spool_used(share, bytes, most) {
        zh "已用 {share}%（{bytes} / {most}）"
        en "{share} % used ({bytes} of {most})"
    }
    spool_keeps() { zh "已确认的留到需要空间时" en "what is acknowledged is kept until its room is needed" }
    given_up() { zh "已放弃的读数" en "readings given up" }
    trouble() { zh "缓存故障" en "spool trouble" }
    trouble_disk_full() { zh "磁盘已满" en "the disk is full" }
    trouble_read_only() { zh "只读" en "read-only" }
    trouble_device() { zh "存储设备故障" en "the storage device fails" }
    trouble_gone() { zh "文件已不在" en "the file is gone" }
    trouble_exchanged() { zh "文件被换成了别的" en "another file lies in its place" }
    trouble_other() { zh "不能写入" en "it cannot be written" }
    traffic() { zh "流量" en "traffic" }
    traffic_since(bytes) { zh "启动以来 {bytes}" en "{bytes} since its start" }
    traffic_month(bytes) { zh "本月 {bytes}" en "{bytes} this month" }
    connections(n) { zh "连接 {n} 次" en "connections: {n}" }
    own_certificate() { zh "自己的证书到期" en "own certificate ends" }
    broker_certificate() { zh "消息服务器证书到期" en "broker's certificate ends" }
    ends_soon(days) { zh "还有 {days} 天" en "in {days} days" }
    ended() { zh "已到期" en "it has ended" }
    disk_written() { zh "启动以来写入磁盘" en "written to disk since its start" }
    committed() { zh "已入库批号" en "batches stored" }
    committed_to(seq) { zh "1–{seq} 无缺" en "1–{seq} without a gap" }
    gaps() { zh "缺失批号" en "missing batches" }
    more_gaps(n) { zh "另有 {n} 段" en "{n} more" }
    lost(from, to, readings, why) {
        zh "{from} 至 {to} 丢失读数：{readings}（{why}）"
        en "readings lost from {from} to {to}: {readings} ({why})"
    }
    number_unknown() { zh "数目不明" en "number unknown" }
    said_at(at) { zh "网关自述于 {at}" en "as it said at {at}" }
    said_nothing() {
        zh "它没有说自己的情况：版本较早、还没有连上，或者消息服务器还不放行 `report` 主题"
        en "it says nothing of itself: an earlier version, not connected yet, or a broker that does not let its report through"
    }
    bytes_b(n) { zh "{n} B" en "{n} B" }
    bytes_kb(n) { zh "{n} kB" en "{n} kB" }
    bytes_mb(n) { zh "{n} MB" en "{n} MB" }
    bytes_gb(n) { zh "{n} GB" en "{n} GB" }

    // Buses and devices.
    devices_fine(buses, devices) {
        zh "{buses} 条总线，{devices} 台设备，全部正常"
        en "buses: {buses}, devices: {devices}, all fine"
    }
    devices_not_fine(buses, devices, what) {
        zh "{buses} 条总线，{devices} 台设备：{what}"
        en "buses: {buses}, devices: {devices}; {what}"
    }
    lines_unwell(n) { zh "{n} 条线路不通或可疑" en "lines down or suspect: {n}" }
    devices_unwell(n) { zh "{n} 台设备无应答" en "devices without an answer: {n}" }
    devices_unknown(n) { zh "{n} 台状态不明" en "devices in no known state: {n}" }
    bus_summary(polls, missed, busy) {
        zh "轮询 {polls} 次，错过 {missed} 次，占用 {busy}%"
        en "polls: {polls}, missed: {missed}, busy {busy} %"
    }
    device_fine() { zh "正常" en "fine" }
    device_no_values() { zh "有应答，无数据" en "answers, gives no values" }
    last_said(state) { zh "最后自述：{state}" en "last said: {state}" }
    devices_last_said(buses, devices, at) {
        zh "{buses} 条总线，{devices} 台设备：网关不在线，以下是它 {at} 的自述"
        en "buses: {buses}, devices: {devices}; the gateway is not connected: what follows is what it said at {at}"
    }
    left_out_name() { zh "未列出" en "not listed" }
    left_out(buses, devices) {
        zh "另有 {buses} 条总线、{devices} 台设备因自述放不下没有列出，不正常的优先列出"
        en "left out, as there is no room: buses: {buses}, devices: {devices}; those that are not fine come first"
    }
    devices_without_values(n) { zh "{n} 台设备有应答、无数据" en "devices that answer and give no values: {n}" }
    device_suspect() { zh "可疑：上次没有应答" en "suspect: no answer last time" }
    device_offline() { zh "离线：早已没有应答" en "offline: no answer for long" }
    device_line_down() { zh "线路不通，情况不明" en "its line is down, how it is cannot be told" }
    device_never_seen() { zh "从未应答" en "never seen" }
    device_new() { zh "还没有轮询" en "not asked yet" }
    line_suspect() { zh "可疑：上次没有接通" en "suspect: could not be opened last time" }
    line_unreachable() { zh "线路不通" en "line down" }
    state_since(at) { zh "自 {at} 起" en "since {at}" }
    state_unknown(word) { zh "未知状态 {word}" en "unknown state {word}" }
    share(percent) { zh "{percent}%" en "{percent} %" }

    // What an administrator asks for.
    confirm_first() {
        zh "没有勾选确认，什么也没有做"
        en "the box that confirms it was not ticked; nothing was done"
    }
    not_a_station(text) {
        zh "{text} 不是测站编号：1 至 40 个小写字母、数字和 `-`，以字母开头"
        en "{text} is no station: 1 to 40 of a-z, 0-9 and \"-\", beginning with a letter"
    }
    not_a_gateway(text) {
        zh "{text} 不是网关名称：1 至 40 个小写字母、数字和 `-`，以字母开头"
        en "{text} is no gateway: 1 to 40 of a-z, 0-9 and \"-\", beginning with a letter"
    }
    not_a_time(text) {
        zh "{text} 不是时间，例如 2026-11-02T08:30"
        en "{text} is no time, such as 2026-11-02T08:30"
    }
    time_ahead() { zh "这个时间还没有到" en "this time is still to come" }
    reason_needed() { zh "请写明原因" en "a reason is needed" }
    reason_long(most) { zh "原因最多 {most} 字" en "a reason has at most {most} characters" }
    reason_with_control() {
        zh "原因里含有看不见的控制字符，请删掉"
        en "the reason has control characters that cannot be seen: remove them"
    }
    not_done() { zh "没有做" en "Not done" }
    failed() { zh "没有做成，请看日志" en "It failed, see the log" }
    back_to_gateways() { zh "请回到网关页重试" en "go back to the gateways and try again" }
}
