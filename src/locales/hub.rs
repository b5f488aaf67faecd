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
    copy_behind(since) {
        zh "页面和报告只包含服务器截至 {since} 的读数；请看日志"
        en "page and report show the server's readings as of {since}; see the log"
    }
}
