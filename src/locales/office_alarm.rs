//! What `hanqing alarm` says.

messages! { "office_alarm";
    no_book(path) {
        zh "没有 {path}：中心端还没有用这份配置运行过，或者 `store.path` 写错了"
        en "there is no {path}: the hub has not run with this configuration, or store.path is wrong"
    }
    head_id() { zh "编号" en "id" }
    head_where() { zh "哪里" en "where" }
    head_what() { zh "报警" en "alarm" }
    head_reading() { zh "读数" en "reading" }
    head_since() { zh "发生" en "since" }
    head_until() { zh "解除" en "until" }
    head_acknowledged() { zh "谁已确认" en "acknowledged by" }
    none_open() { zh "没有未解除的报警" en "no alarm is open" }
    none_yet() { zh "还没有过报警" en "there has been no alarm yet" }
    acknowledged(id) { zh "报警 {id} 已确认" en "alarm {id} is acknowledged" }
    acknowledged_before(id, by, at) {
        zh "报警 {id} 已由 {by} 在 {at} 确认"
        en "alarm {id} was acknowledged by {by} at {at}"
    }
    not_open(id) {
        zh "没有编号为 {id} 的未解除报警；`hanqing alarm list` 列出编号"
        en "no alarm {id} is open; hanqing alarm list shows the ids"
    }
    note_wrong(most) {
        zh "`--note`：最多 {most} 个字，不含看不见的字符"
        en "--note: at most {most} characters, none that cannot be seen"
    }
    no_such_channel(name, hint) { zh "没有报警渠道 {name}；{hint}" en "there is no channel {name}; {hint}" }
    no_channels() {
        zh "配置里还没有 `[[alarm.channel]]`"
        en "the configuration has no [[alarm.channel]]"
    }
    these_channels(names) { zh "配置里有 {names}" en "the configuration has {names}" }
    by_command() { zh "命令行" en "the command line" }
    cannot_send() { zh "发不了" en "cannot send" }
    handed_to_hub(channel) {
        zh "测试消息已交给中心端，由它经消息服务器发出；是否送达，看报警页面上的 {channel}"
        en "the hub has the test and sends it over its connection to the broker; whether it arrived stands on the page of alarms: {channel}"
    }
    test_waits(channel) {
        zh "{channel} 上一次的测试消息还等着中心端发出，这次没有再发；是否送达，看报警页面"
        en "the last test of {channel} still waits for the hub to send it, and there is no other; whether it arrives stands on the page of alarms"
    }
    test_too_soon(channel, seconds) {
        zh "{channel} 刚测试过或正在测试，{seconds} 秒后再试"
        en "{channel} was tested a moment ago, or is being tested: try again in {seconds} s"
    }
    test_not_noted() { zh "测试没有记下来" en "the test is not noted" }
    rows_unread(n) {
        zh "报警文件里有 {n} 行读不出来，没有列出"
        en "{n} rows of the file of alarms cannot be read and are not listed"
    }
    arrived(channel) { zh "测试消息已送达：{channel}" en "the test has arrived: {channel}" }
    sent_out(channel) {
        zh "测试消息已发出，对方不给回执，请到那边看有没有收到：{channel}"
        en "the test has gone out; its receiver gives no receipt, so look there whether it has come: {channel}"
    }
    not_arrived(channel) { zh "测试消息没有送达 {channel}" en "the test has not arrived at {channel}" }
}
