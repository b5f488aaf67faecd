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
    task_alarms() { zh "报警" en "alarms" }
    task_verification() { zh "数据库检查" en "verification of the store" }
    task_retention() { zh "过期读数清理" en "retention" }
    task_copy() { zh "服务器数据复制" en "copy" }
    task_quarantine() { zh "隔离区检查" en "look at the quarantine" }
    task_page() { zh "页面服务" en "page" }
    task_enrolment() { zh "网关注册" en "enrolment" }
    task_ingest() { zh "数据接收" en "ingest" }
    task_watchdog() { zh "看门狗" en "watchdog" }
    service_runs() { zh "正在接收、存储和提供页面" en "taking in, storing and serving" }

    // Why a message cannot be stored.
    other_gateway(gateway, topic) {
        zh "网关 {topic} 的主题上有网关 {gateway} 的批"
        en "a batch of {gateway} on the topic of {topic}"
    }
    report_of_other_gateway(gateway, topic) {
        zh "网关 {topic} 的主题上有网关 {gateway} 的自述"
        en "a report of {gateway} on the topic of {topic}"
    }
    no_acks_from_gateways() { zh "网关不发送确认" en "a gateway sends no acknowledgements" }
    impossible_time(series, observed_at, now) {
        zh "{series} 的读数时间是 {observed_at}：应在 2000-01-01 到现在（{now}）之后一天之间；请校准发送它的网关或发布方的时钟，等到了那个\
            时间再运行 `hanqing quarantine retry --all`"
        en "{series} observed at {observed_at}: must lie between 2000-01-01 and one day from now ({now}); set the clock of the \
            gateway or publisher that sends it, then run hanqing quarantine retry --all once the time has come"
    }
    time_never_set(series, observed_at, now) {
        zh "{series} 的读数时间是 {observed_at}：应在 2000-01-01 到现在（{now}）之后一天之间；发送它的网关或发布方的时钟没有校准过，请去校准；\
            这样的读数不能入库"
        en "{series} observed at {observed_at}: must lie between 2000-01-01 and one day from now ({now}); the clock of the \
            gateway or publisher that sends it was never set: set it; such a reading cannot be stored"
    }

    // What is wrong while it runs.
    broker_unreachable(since) {
        zh "消息服务器自 {since} 起连不上"
        en "the broker has been unreachable since {since}"
    }
    no_lasting_connection(since) {
        zh "自 {since} 起，与消息服务器的连接没有一次超过一分钟"
        en "since {since} no connection to the broker has lasted a minute"
    }
    connection_unsteady(n) {
        zh "一小时内与消息服务器的连接断了 {n} 次"
        en "the connection to the broker ended {n} times within the last hour"
    }
    store_not_written(since) {
        zh "自 {since} 起读数一直存不进去，也没有确认给网关"
        en "since {since} no readings have been stored, and none are acknowledged"
    }
    write_hangs(since) {
        zh "数据库自 {since} 起一直在写，还没有写完：磁盘或服务器太慢"
        en "a write to the store has been under way since {since}: disk or server is too slow"
    }
    not_durable(since) {
        zh "自 {since} 起，服务器收下的读数没有落盘的消息，也没有确认给网关"
        en "since {since} nothing that the server has taken is known to be on its disk, and none of it is acknowledged"
    }
    no_readings(n, since) {
        zh "有 {n} 个网关在线，但自 {since} 起没有收到任何网关的读数：请检查消息服务器是否允许中心端读取 `hanqing/v1/+/readings`，以及网关的 `hanqing status`"
        en "gateways that are online: {n}, but no readings have come from any since {since}: does the broker let the hub read \
            hanqing/v1/+/readings? what does hanqing status say on a gateway?"
    }
    broker_shares_nothing(since) {
        zh "自 {since} 起收到网关的申报，却没有收到读数：消息服务器可能不支持共享订阅（`share`）"
        en "births of gateways have come since {since} but no readings: the broker may not share them among a group (share)"
    }
    without_births(minutes) {
        zh "有一条过大的消息一再中断与消息服务器的连接（服务器保留着它，或有程序反复发送）：网关的申报、状态和自述，以及其他程序发布的读数，暂不接收，每隔 \
            {minutes} 分钟再试；请清除这条保留消息，或找出发送它的程序"
        en "a message that is too large has ended the connection to the broker again and again (the broker keeps it, or a \
            program sends it repeatedly): births, statuses and reports of gateways and the readings of publishers are not \
            received; tried again every {minutes} minutes; clear the retained message, or find who sends it"
    }
    own_clock_behind(n) {
        zh "有 {n} 个网关的读数时间超前，可能是本机的时钟慢了：请先校准本机的时钟"
        en "gateways whose readings are ahead of time: {n}; this machine's own clock may be behind: check it first"
    }
    own_clock_is_behind(n, present) {
        zh "有 {n} 个网关一致表明现在是 {present}，本机的时钟慢了：它们的读数照常入库；请校准本机的时钟"
        en "gateways that agree that it is {present}: {n}; this machine's clock is behind; their readings are stored all the \
            same; set this machine's clock"
    }
    own_clock_is_disputed(n, present, others) {
        zh "有 {n} 个网关一致表明现在是 {present}，本机的时钟可能慢了；但另有 {others} 个网关与本机的时钟相符，所以前者的读数放在隔离区；请核对\
            本机的时钟：确实慢了，校准后这些读数自动入库；没有慢，则是前者的时钟快了"
        en "gateways that agree that it is {present}: {n}, so this machine's clock may be behind; but others agree with it: \
            {others}, so the readings of the former wait in the quarantine; look at this machine's clock: once it is set, they \
            are stored; where it is right, theirs are ahead"
    }
    own_clock_is_ahead(n, all, present) {
        zh "最近发来读数的 {all} 个网关中，有 {n} 个的读数只到 {present}，本机的时钟快了一天以上：在与它们一致以前，不封存、也不清除以后的\
            读数；请校准本机的时钟；确实无误时，校准网关的时钟"
        en "this machine's clock is more than a day ahead of the newest readings of most gateways that send ({n} of {all}: \
            {present}); until they agree nothing later is sealed or let go of; set this machine's clock, or, where it is right, \
            that of the gateways"
    }
    own_clock_differs(n) {
        zh "有 {n} 个网关的时钟与本机相差一小时以上，而且方向相同，可能是本机的时钟错了：请先校准本机的时钟"
        en "gateways whose clocks differ from this machine's by more than an hour, all in the same direction: {n}; this machine's own \
            clock may be wrong: check it first"
    }
    acks_refused(why) {
        zh "消息服务器不转发对网关的确认：{why}"
        en "the broker does not pass on acknowledgements to gateways: {why}"
    }
    acks_reach_nobody(n) {
        zh "确认没有送到网关：{n} 个网关都在重发已经确认的批；请检查消息服务器是否允许中心端写、网关读 `hanqing/v1/<网关>/ack`"
        en "acknowledgements reach no gateway: all that send ({n}) repeat what was acknowledged; does the broker let the hub write \
            and each gateway read hanqing/v1/GATEWAY/ack?"
    }

    log_grows(mib) {
        zh "数据库的日志（`store.db-wal`）已有 {mib} MiB：有程序一直在读数据库，日志收不回去；请结束打开着 `store.db` 的其他程序（`fuser -v store.db` 可以列出）"
        en "the store's log (store.db-wal) has {mib} MiB: some program keeps reading the store, so that it cannot be folded back; \
            end what else has store.db open (fuser -v store.db lists it)"
    }

    // What is amiss with a gateway.
    gateway_silent(since) {
        zh "在线，但自 {since} 起没有它的读数：请在网关上看 `hanqing status`"
        en "online, but no readings have come since {since}: see hanqing status on the gateway"
    }
    acks_do_not_reach(gateway, topic) {
        zh "它在重发已经确认的批，确认没有送到：请检查消息服务器是否允许 {gateway} 读、中心端写 {topic}"
        en "it repeats what was acknowledged, so acknowledgements do not reach it: may {gateway} read {topic}, and the hub write it?"
    }
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
    clock_behind(by) {
        zh "它的时钟比本机慢 {by}，而它的设置声明时钟可靠：读数标为可疑；请给网关校时，确有疑问时也核对本机的时钟"
        en "its clock is {by} behind this machine's, though its configuration says that it is right: readings are flagged as suspect; \
            set the gateway's clock, and check this machine's where in doubt"
    }
    clock_ahead(by) {
        zh "它的时钟比本机快 {by}，而它的设置声明时钟可靠：读数标为可疑；请给网关校时，确有疑问时也核对本机的时钟"
        en "its clock is {by} ahead of this machine's, though its configuration says that it is right: readings are flagged as suspect; \
            set the gateway's clock, and check this machine's where in doubt"
    }
    set_clock_behind(by) {
        zh "它的时钟由时间服务校准，却比本机慢 {by}：请先核对本机的时钟"
        en "its clock, set by a time service, is {by} behind this machine's: check this machine's clock first"
    }
    set_clock_ahead(by) {
        zh "它的时钟由时间服务校准，却比本机快 {by}：请先核对本机的时钟"
        en "its clock, set by a time service, is {by} ahead of this machine's: check this machine's clock first"
    }
    two_spools(since) {
        zh "自 {since} 起有两个本地缓存用同一个网关名轮流发数：存储卡被复制过？请给其中一台另起网关名（`gateway`）"
        en "speaks with two spools by turns since {since}: a copied storage card? give one of the two machines another name \
            (gateway)"
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
    configuration_not_taken(at, why) {
        zh "{at} 重新加载的配置没有采用，仍按原来的配置运行：{why}；改好后重新加载（`systemctl reload hanqing-hub`，或向进程发 SIGHUP）"
        en "the configuration reloaded at {at} was not taken, and the one before stays in force: {why}; mend it and reload again \
            (systemctl reload hanqing-hub, or SIGHUP to the process)"
    }
    more_problems(n) { zh "另有 {n} 处" en "{n} more" }
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
        zh "页面和报告只包含服务器截至 {since} 的读数"
        en "page and report show the server's readings as of {since}"
    }
    server_lost(at) {
        zh "服务器丢了原有的数据（{at} 记录的一批已经不在）：请恢复它的备份；各网关只会补发本地缓存里还有的"
        en "the server has lost what it had (a batch recorded {at} is gone): restore its backup; gateways send again only what \
            their spools still have"
    }
    server_lost_copy(at) {
        zh "服务器丢了原有的数据（{at} 记录的一批已经不在）：请恢复它的备份；本机的副本里还有到那时为止的读数，请不要删掉"
        en "the server has lost what it had (a batch recorded {at} is gone): restore its backup; the page's copy still has the \
            readings until then, keep it"
    }
    copy_not_begun() {
        zh "服务器上的读数还没有复制过来，页面和报告里没有数据"
        en "the server's readings have not been copied yet, and page and report show none"
    }
    copy_failing(since) {
        zh "自 {since} 起不能复制服务器上的读数"
        en "the server's readings cannot be copied since {since}"
    }
    morning_not_made(why) {
        zh "与昨日的比较没有算出来：{why}"
        en "what has changed since yesterday cannot be worked out: {why}"
    }
    reading_is_ahead(at) {
        zh "有一个 {at} 的读数，时间超前于中心端的时钟，没有采用"
        en "a reading of {at} is ahead of the hub's clock and is left out"
    }
    level_corrected() { zh "读数有更正" en "readings are corrected" }
    findings_not_made(why) {
        zh "指标核查没有完成：{why}"
        en "the figures cannot be checked: {why}"
    }
    letters_waiting() {
        zh "等着经消息服务器发出的太多"
        en "too many letters wait for the broker"
    }
    connection_ended() {
        zh "与消息服务器的连接断了，不知道是否送到"
        en "the connection to the broker has ended; whether it arrived is not known"
    }
    page_not_refreshed(since) {
        zh "页面自 {since} 起没有更新"
        en "the page has not been made anew since {since}"
    }
}
