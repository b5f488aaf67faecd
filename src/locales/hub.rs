//! Intake, overview and the hub's daemon.

messages! { "hub";
    // Its start.
    page_address(listen, why) {
        zh "不能在 {listen} 上提供页面：{why}；请把 `web.listen`（演示用 `--port`）改成别的地址"
        en "cannot serve the page on {listen}: {why}; set web.listen (the demo: --port) to another address"
    }
    ingester_without_server() {
        zh "只接收数据的中心端要有存数据的服务器（`[store.server]`）：一个文件只能归一个中心端"
        en "a hub that only ingests needs a server to store to ([store.server]): one file has one hub"
    }
    no_thread() { zh "不能为数据库启动线程" en "no thread for the store" }
    zone_unknown(zone) { zh "时区 {zone}：没有这个时区" en "zone {zone}: there is no such time zone" }
    grades_unreadable(why) { zh "读不了：{why}" en "cannot be read: {why}" }
    grades_built_in() {
        zh "不写这一项，则用程序自带的旱情等级"
        en "leave it out for the grades that the program carries"
    }

    // Its tasks.
    task_overview() { zh "页面刷新" en "overview" }
    task_verification() { zh "数据库检查" en "verification of the store" }
    task_retention() { zh "过期读数清理" en "retention" }
    task_copy() { zh "服务器数据复制" en "copy" }
    task_quarantine() { zh "隔离区检查" en "look at the quarantine" }
    task_page() { zh "页面服务" en "page" }
    task_ingest() { zh "数据接收" en "ingest" }

    // Why a message cannot be stored.
    other_gateway(gateway, topic) {
        zh "网关 {topic} 的主题上有网关 {gateway} 的批"
        en "a batch of {gateway} on the topic of {topic}"
    }
    no_acks_from_gateways() { zh "网关不发送确认" en "a gateway sends no acknowledgements" }
    impossible_time(series, observed_at, now) {
        zh "{series} 的读数时间是 {observed_at}：应在 2000-01-01 到现在（{now}）之后一天之间；请校准网关的时钟，等到了那个时间再运行 \
            `hanqing quarantine retry`"
        en "{series} observed at {observed_at}: must lie between 2000-01-01 and one day from now ({now}); set the gateway's \
            clock, then run hanqing quarantine retry once the time has come"
    }

    // What is wrong while it runs.
    broker_unreachable(since) {
        zh "消息服务器自 {since} 起连不上"
        en "the broker has been unreachable since {since}"
    }
    store_not_written(since) {
        zh "数据库自 {since} 起一直写不进去；请看日志"
        en "no write to the store has succeeded since {since}; see the log"
    }
    no_lasting_connection(since) {
        zh "自 {since} 起，与消息服务器的连接没有一次超过一分钟；请看日志"
        en "since {since} no connection to the broker has lasted a minute; see the log"
    }
    broker_shares_nothing(since) {
        zh "自 {since} 起收到网关的申报，却没有收到读数：消息服务器可能不支持共享订阅（`share`）"
        en "births of gateways have come since {since} but no readings: the broker may not share them among a group (share)"
    }
    without_births() {
        zh "消息服务器上有一条过大的保留消息：在清除它之前，不接收网关的申报和状态"
        en "the broker keeps a retained message that is too large: births and statuses are not received until it is cleared"
    }
    own_clock_behind(n) {
        zh "有 {n} 个网关的读数时间超前，可能是本机的时钟慢了：请先校准本机的时钟"
        en "gateways whose readings are ahead of time: {n}; this machine's own clock may be behind: check it first"
    }
    acks_refused(why) {
        zh "消息服务器不转发对网关的确认：{why}"
        en "the broker does not pass on acknowledgements to gateways: {why}"
    }

    // What is amiss with a gateway.
    quarantine_is_full() {
        zh "它在隔离区的位置已满，放不下的读数留在网关里，不予确认：请看 `hanqing quarantine list`"
        en "its part of the quarantine is full, and readings that should go there stay with the gateway: see hanqing quarantine list"
    }
    quarantine_holds(messages, percent) {
        zh "隔离区中有 {messages} 条消息，占其上限的 {percent}%"
        en "messages in quarantine: {messages}, {percent}% of what it may hold"
    }
    server_refuses(why) {
        zh "服务器不接收它的读数：{why}"
        en "the server does not take its readings: {why}"
    }
    readings_refused(n, why) {
        zh "启动以来有 {n} 个读数进了隔离区，最近一次的原因：{why}"
        en "since the start: readings put into quarantine: {n}; the reason of the last: {why}"
    }
    births_refused(n, why) {
        zh "启动以来有 {n} 条申报进了隔离区，最近一次的原因：{why}"
        en "since the start: births put into quarantine: {n}; the reason of the last: {why}"
    }
    messages_unreadable(n, why) {
        zh "启动以来有 {n} 条消息读不了，最近一次的原因：{why}"
        en "since the start: messages that cannot be read: {n}; the reason of the last: {why}"
    }
    messages_dropped(n) {
        zh "启动以来丢弃了 {n} 条消息：发送过快，网关会重发"
        en "since the start: messages dropped: {n}; it sends faster than they are stored, and sends them again"
    }
    revoked_since(since) {
        zh "已吊销：自 {since} 起的读数不计入"
        en "revoked: its readings from {since} on do not count"
    }
    no_gateway_named() { zh "主题中没有网关名" en "topics without a gateway" }
    flood_dropped() {
        zh "等待处理的消息过多，已丢弃"
        en "more messages than may wait; dropped"
    }
    more_gateways(n) { zh "另有 {n} 个网关" en "further gateways: {n}" }

    // What is amiss with the township's file, or worth a look.
    stations_unknown(n, stations) {
        zh "{n} 个测站有读数，却没有在 `township.toml` 中登记：{stations}"
        en "stations that have readings but are not in township.toml: {n} ({stations})"
    }
    values_replaced(n) {
        zh "启动以来有 {n} 个读数被后来的值替换，原值保留"
        en "since the start: values replaced by later ones: {n}; the old ones are kept"
    }
    copy_behind(since) {
        zh "页面和报告只包含服务器截至 {since} 的读数；请看日志"
        en "page and report show the server's readings as of {since}; see the log"
    }
}
