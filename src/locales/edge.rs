//! The gateway daemon and its control socket.

messages! { "edge";
    // Why the gateway does not start, or ends.
    bus_wrong(bus, why) { zh "总线 {bus}：{why}" en "bus {bus}: {why}" }
    no_spool_thread() { zh "本地缓存的线程启动不了" en "cannot start the thread of the spool" }

    // The tasks of the daemon.
    task_metrics() { zh "监控接口" en "metrics" }
    task_control() { zh "控制接口" en "control" }
    task_delivery() { zh "发送" en "delivery" }
    task_reports() { zh "自述" en "reports" }
    task_watchdog() { zh "看门狗" en "watchdog" }
    task_clock() { zh "时钟" en "clock" }
    task_terminals(address) { zh "DTU 监听 {address}" en "terminals at {address}" }
    task_bus(bus) { zh "总线 {bus}" en "bus {bus}" }
    service_runs() { zh "正在轮询和发送" en "polling and delivering" }

    // Health.
    spool_waits(trouble, unwritten) {
        zh "本地缓存写不进去（{trouble}）；{unwritten} 个读数暂存内存"
        en "the spool cannot be written ({trouble}); {unwritten} readings wait in memory"
    }
    bus_silent(bus, silent_s, limit_s) {
        zh "总线 {bus} 已有 {silent_s} 秒没有完成轮询；上限是 {limit_s} 秒"
        en "bus {bus} has not polled for {silent_s} s; its limit is {limit_s} s"
    }

    // The control socket.
    socket_taken(path) {
        zh "另一个 `hanqing edge` 正按这份配置运行，占着 {path}：先把它停掉，或给这一个另设本地缓存"
        en "another hanqing edge runs on this configuration and holds {path}: stop it first, or give this one a spool of its own"
    }
    not_a_socket(path) {
        zh "{path} 已存在，但不是套接字：把 `socket` 设成别的路径，或删掉这个文件"
        en "{path} exists and is not a socket: set `socket` to another path, or remove the file"
    }
    cannot_listen(path, why) { zh "无法监听 {path}：{why}" en "cannot listen at {path}: {why}" }

    // What a command says of the running gateway.
    forbidden(path) {
        zh "{path} 属于运行中的网关，当前用户无权使用：请以 root 或服务的用户运行这个命令"
        en "{path} belongs to a running gateway that this user may not use: run the command as root or as the service's user"
    }
    broken(path, why) {
        zh "与运行中的网关（{path}）的连接失败：{why}"
        en "the connection to the running gateway at {path} failed: {why}"
    }
    refused(why) { zh "运行中的网关拒绝：{why}" en "the running gateway refuses: {why}" }
    unexpected_answer(answer) { zh "意外的回答 {answer}" en "unexpected answer {answer}" }
    unreadable_answer(why) { zh "回答无法解读：{why}" en "the answer cannot be read: {why}" }
    closed_by_gateway() { zh "网关关闭了连接" en "closed by the gateway" }
    no_answer_within(seconds) { zh "{seconds} 秒内没有回答" en "no answer within {seconds} s" }

    // Why the gateway refuses a request.
    unit_span(unit) { zh "站号 {unit}：应在 1 到 247 之间" en "unit {unit}: must be 1 to 247" }
    count_span(count, most) { zh "个数 {count}：应在 1 到 {most} 之间" en "count {count}: must be 1 to {most}" }
    address_too_far(address, count) {
        zh "地址 {address} 加个数 {count}：不能超出最后一个地址 65535"
        en "address {address} and count {count}: must not exceed the last address, 65535"
    }
    timeout_most(ms) { zh "`timeout_ms`：不能大于 {ms}" en "timeout_ms: must be at most {ms}" }
    invalid_request(why) { zh "请求无效：{why}" en "not a valid request: {why}" }
    invalid_line(why, example) {
        zh "请求无效：{why}；请求应是这样的一行：{example}"
        en "not a valid request: {why}; a request is a line such as {example}"
    }
    other_version(found, known) {
        zh "不支持版本 {found}，只支持 {known}：请用与服务相同的 hanqing 程序"
        en "version {found} is not supported, only {known}: use the hanqing program that runs as the service"
    }
    line_too_long(most) {
        zh "请求最多 {most} 字节，并以换行结束"
        en "a request must end with a new line after at most {most} bytes"
    }
    too_many_commands(most) {
        zh "已有 {most} 个命令在用：请等其中一个结束"
        en "{most} commands are being served already: wait for one to end"
    }
    no_bus(bus, names) {
        zh "运行中的网关没有总线 `{bus}`，只有 {names}：如果总线是后来加的，请重启网关"
        en "the running gateway has no bus \"{bus}\", only {names}: if the bus was added later, restart the gateway"
    }
    bus_without_port(bus, line) {
        zh "总线 {bus}（{line}）没有可改波特率的串口"
        en "bus {bus} ({line}) has no serial port whose speed could be changed"
    }
    bus_stops(bus) { zh "总线 {bus} 正随网关停止" en "bus {bus} is stopping with the gateway" }
    bus_busy(bus, seconds) {
        zh "总线 {bus} 忙于自己的轮询已有 {seconds} 秒：请再试，或停掉网关"
        en "bus {bus} was busy with its own polls for {seconds} s: try again, or stop the gateway"
    }

    // Windows of connection.
    not_a_window(window, rule) {
        zh "`{window}` 不是连接时段：{rule}；例如 `06:00+20` 或 `*:30+5`"
        en "\"{window}\" is not a window: {rule}; for example \"06:00+20\" or \"*:30+5\""
    }
    window_form() { zh "应写成 `起点+分钟数`" en "begin + minutes is expected" }
    window_begin() { zh "起点应写成 `时:分`" en "it begins with hour:minute" }
    window_hour() { zh "小时应在 0 到 23 之间，或写 `*`" en "an hour is 0 to 23, or *" }
    window_minute() { zh "分钟应在 0 到 59 之间" en "a minute is 0 to 59" }
    window_length(most) { zh "时长应在 1 到 {most} 分钟之间" en "it is open 1 to {most} minutes" }
}
