//! What the page of the alarms says, and what is seen that an alarm is raised for.

messages! { "alarms";
    // What is seen of levels.
    level_and_limit(level, limit) {
        zh "水位 {level} m，限值 {limit} m"
        en "level {level} m, limit {limit} m"
    }
    fallen(change, limit) {
        zh "一小时内下降 {change} m，限值 {limit} m"
        en "fell by {change} m within an hour, limit {limit} m"
    }
    risen(change, limit) {
        zh "一小时内上升 {change} m，限值 {limit} m"
        en "rose by {change} m within an hour, limit {limit} m"
    }
    runs_dry(level, limit) {
        zh "泵在运行而没有流量；水源水位 {level} m，最低取水位 {limit} m"
        en "runs without flow; the source stands at {level} m, its lowest intake at {limit} m"
    }
    runs_without_flow() { zh "泵在运行而没有流量" en "runs without flow" }

    // What is seen of the field.
    last_value(at) { zh "最后一次有数据是 {at}" en "the last value is of {at}" }
    no_value_yet() { zh "还没有来过数据" en "no value has come yet" }
    last_heard(at) { zh "最后一次收到是 {at}" en "last heard at {at}" }
    never_heard() { zh "还没有收到过" en "never heard" }
    bus_of(gateway, bus) { zh "网关 {gateway} 的总线 {bus}" en "bus {bus} of {gateway}" }
    device_of(station, gateway, bus, unit) {
        zh "{station}（网关 {gateway} 总线 {bus} 地址 {unit}）"
        en "{station} ({gateway}, bus {bus}, unit {unit})"
    }
    answers_without_values() { zh "有应答而没有数值" en "answers without values" }
    spool_not_written() { zh "网关的存储写不进去" en "the gateway's storage cannot be written" }
    spool_gives_up(count) {
        zh "网关的存储满了，已放弃 {count} 个读数"
        en "the gateway's storage is full; {count} readings were given up"
    }

    // What is seen of the hub.
    hub() { zh "中心端" en "the hub" }
    broker_away() { zh "连不上消息服务器" en "the broker is away" }
    disk_of_the_hub() { zh "中心端的磁盘" en "the hub's disk" }
    disk_left(mb, percent) { zh "还剩 {mb} MB（{percent}%）" en "{mb} MB left ({percent} %)" }
    certificate_of_the_page() { zh "页面的证书" en "the page's certificate" }
    certificate_ends_on(date) { zh "{date} 到期" en "ends on {date}" }
    certificate_ended(date) { zh "已于 {date} 到期" en "ended on {date}" }
    not_looked(why) {
        zh "读不了数据库，报警可能不全：{why}"
        en "the store cannot be read, so that alarms may be missing: {why}"
    }
    no_answer(seconds) { zh "{seconds} 秒内没有应答" en "no answer within {seconds} s" }

    // The page.
    no_longer_watched(at) { zh "{at}（不再监测）" en "{at}, no longer watched" }
    noted(by, at) { zh "{by}，{at}" en "{by}, {at}" }
    escalated(at) { zh "{at} 仍无人确认，已升级" en "escalated at {at}, as nobody had acknowledged it" }
    of_raised() { zh "发生" en "raised" }
    of_escalated() { zh "升级" en "escalated" }
    of_over() { zh "解除" en "over" }
    sent(channel, at) { zh "{channel} {at} 已送达" en "{channel} arrived at {at}" }
    sent_out(channel, at) { zh "{channel} {at} 已发出，没有回执" en "{channel} sent out at {at}, without a receipt" }
    told(at) { zh "{at} 交付发送，结果已不在近期的通知里" en "given out at {at}; what became of it is not among the newest letters" }
    is_waiting(channel) { zh "{channel} 等待发送" en "{channel} waits to go out" }
    is_tried_again(channel) { zh "{channel} 没有送达，会再试" en "{channel} has not arrived, is tried again" }
    is_given_up(channel) { zh "{channel} 没有送达，不再试" en "{channel} has not arrived, given up" }
    channel_works() { zh "正常" en "works" }
    channel_sends() { zh "发得出，没有回执" en "sends, without a receipt" }
    channel_fails() { zh "送不到" en "does not arrive" }
    channel_untried() { zh "还没有用过" en "not used yet" }
    failing_since(at) { zh "从 {at} 起" en "since {at}" }
    urgent_only() { zh "只发紧急的" en "only what is urgent" }
    for_escalation() { zh "无人确认时通知" en "called when nobody acknowledges" }
    wecom() { zh "企业微信群机器人" en "WeCom robot" }
    dingtalk() { zh "钉钉群机器人" en "DingTalk robot" }
    feishu() { zh "飞书群机器人" en "Feishu robot" }
    email() { zh "电子邮件" en "e-mail" }
    is_acknowledged(name, kind) { zh "已确认：{name} {kind}" en "Acknowledged: {name}, {kind}" }
    test_arrived(channel) { zh "测试消息已送达：{channel}" en "The test has arrived: {channel}" }
    test_sent_out(channel) {
        zh "测试消息已发出，对方不给回执，请到那边看有没有收到：{channel}"
        en "The test has gone out; its receiver gives no receipt, so look there whether it has come: {channel}"
    }
    test_on_its_way(channel) {
        zh "{channel} 正在测试，等有了结果再试"
        en "A test of {channel} is on its way: wait for what comes of it"
    }
    test_too_soon(channel, seconds) {
        zh "{channel} 刚测试过，{seconds} 秒后再试"
        en "{channel} was tested a moment ago: try again in {seconds} s"
    }
    no_such_channel(channel) { zh "没有报警渠道 {channel}" en "there is no channel {channel}" }
    no_open_alarm(id) { zh "没有编号为 {id} 的未解除报警" en "no alarm {id} is open" }
    acknowledged_before(by) { zh "{by} 已经确认了" en "{by} has acknowledged it already" }

    // What cannot be done.
    choose_an_alarm() { zh "请选一条报警" en "Choose an alarm" }
    note_long(most) { zh "备注最多 {most} 个字" en "A note has at most {most} characters" }
    note_with_control() { zh "备注里有看不见的字符" en "The note has characters that cannot be seen" }
    check_the_choice() { zh "请核对测站编号和报警种类" en "Check the station's id and the kind of alarm" }
    no_such_choice() { zh "没有这样的报警" en "No such alarms" }
    not_done() { zh "没有办成" en "Not done" }
    back_to_alarms() { zh "返回报警页面再试" en "Go back to the alarms and try again" }
    see_the_log() { zh "中心端出了错，请看日志" en "The hub has failed; see its log" }
}
