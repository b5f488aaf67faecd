//! Readings that other programs publish: why something of a message is not taken, and what is said of a publisher.

messages! { "publisher";
    // Why a message, or something in it, is not taken.
    too_large(bytes, most) {
        zh "消息超过 {most} 字节（至少 {bytes} 字节），没有读取"
        en "the message is larger than {most} bytes (it has {bytes} at least), and was not read"
    }
    not_json(line, column) {
        zh "第 {line} 行第 {column} 列起不是 JSON"
        en "no JSON from line {line}, column {column} on"
    }
    too_deep(line, column) {
        zh "第 {line} 行第 {column} 列：JSON 嵌套超过 128 层"
        en "line {line}, column {column}: the JSON is nested deeper than 128"
    }
    number_too_large(line, column) {
        zh "第 {line} 行第 {column} 列：数太大"
        en "line {line}, column {column}: the number is too large"
    }
    key_twice(line, column, key) {
        zh "第 {line} 行第 {column} 列：键 {key} 重复，不知道以哪个为准"
        en "line {line}, column {column}: the key {key} stands twice, and nobody knows which is meant"
    }
    json_ends_early() { zh "JSON 没有结束" en "the JSON ends too early" }
    not_utf8(byte) {
        zh "第 {byte} 字节起不是 UTF-8 文字（从 0 数起）"
        en "it is no text in UTF-8 from byte {byte} on, counted from 0"
    }
    not_telegraf() {
        zh "不是 Telegraf 的 JSON：应有 `name`、`fields` 和 `timestamp`，或者 `metrics` 列表"
        en "it is not Telegraf's JSON, which has name, fields and timestamp, or a list of metrics"
    }
    not_telegraf_metric(number) {
        zh "`metrics[{number}]` 不是 Telegraf 的指标：应有 `name`、`fields`"
        en "metrics[{number}] is no metric of Telegraf's, which has name and fields"
    }
    tag_twice(name, tag) {
        zh "{name} 的标签 {tag} 重复，不知道以哪个为准"
        en "the tag {tag} of {name} stands twice, and nobody knows which is meant"
    }
    field_twice(name, field) {
        zh "{name} 的字段 {field} 重复，不知道以哪个为准"
        en "the field {field} of {name} stands twice, and nobody knows which is meant"
    }
    bad_line(number, problem) {
        zh "第 {number} 行不合行协议（`line protocol`）：{problem}"
        en "line {number} is no line protocol: {problem}"
    }
    not_sparkplug_topic() {
        zh "主题不是 Sparkplug B 的主题（`spBv1.0/组/类型/节点[/设备]`）"
        en "the topic is none of Sparkplug B (spBv1.0/group/type/node[/device])"
    }
    not_sparkplug() {
        zh "不是 Sparkplug B 的消息"
        en "it is no message of Sparkplug B"
    }
    metric_nameless() {
        zh "有的指标既没有名称也没有别名"
        en "it has a metric with neither name nor alias"
    }
    compressed() {
        zh "是压缩的 Sparkplug 消息，读不了；请在发布端关掉压缩"
        en "it is a compressed message of Sparkplug, which is not read; switch compression off at the publisher"
    }
    no_dev_eui() { zh "消息没有 16 位十六进制的 `DevEUI`" en "the message has no DevEUI of 16 hexadecimal digits" }
    not_decoded(device) {
        zh "设备 {device} 的上行没有解码后的对象；请在网络服务器上给它配解码器"
        en "the uplink of device {device} has no decoded object; give it a payload decoder at the network server"
    }
    simulated(device) {
        zh "设备 {device} 的上行是网络服务器上模拟出来的，不是实测"
        en "the uplink of device {device} was simulated at the network server: nobody has measured it"
    }
    no_records(pointer) {
        zh "`records` 指的 `{pointer}` 处不是列表"
        en "what records points at, {pointer}, is no list"
    }
    too_many_values(most) {
        zh "一条消息超过 {most} 个数值，没有读取"
        en "the message has more than {most} values, and was not read"
    }
    time_unreadable(name, value, form) {
        zh "{name} 的时间 {value} 不是 {form} 格式"
        en "the time of {name}, {value}, is not in the form {form}"
    }
    time_beyond(name, at) {
        zh "{name} 的时间 {at} 不可能"
        en "the time of {name}, {at}, is impossible"
    }
    no_time(name) {
        zh "{name} 没有时间；发布端确实不给时间时，写 `arrival_time = true`"
        en "{name} has no time; write arrival_time = true where the publisher gives none"
    }
    retained_without_time(name) {
        zh "{name} 没有时间，又是服务器保留的旧消息：不知道是何时的"
        en "{name} has no time, and the broker had retained it: nobody knows when it was"
    }
    no_number(name, value) {
        zh "{name} 的值 {value} 不是数"
        en "the value of {name}, {value}, is no number"
    }
    no_truth(name, value, parameter) {
        zh "{name} 的值是 {value}，而参数 {parameter} 不是状态"
        en "the value of {name} is {value}, and {parameter} is no state"
    }
    no_place(place) { zh "没有第 {place} 个取值处" en "there is no place {place}" }
    sign_unknown(name, value) {
        zh "{name} 的值 {value} 没有给出数据类型，不知道正负：要等下一次 `NBIRTH`；写 `rebirth = true` 则向节点索取"
        en "the value of {name}, {value}, comes without its data type, and nobody knows its sign until the next NBIRTH; with rebirth = true the node is asked for it"
    }
    historical_without_time(name) {
        zh "{name} 是历史值，却没有自己的时间"
        en "{name} is historical and has no time of its own"
    }
    several(first, more) {
        zh "{first}（同一条消息里另有 {more} 处）"
        en "{first} (and {more} more in the same message)"
    }
    named_as_publisher(gateway) {
        zh "{gateway} 是 `hub.toml` 里 `[[publisher]]` 的名称：它的消息只从它自己的主题收"
        en "{gateway} is the name of a [[publisher]] of hub.toml: its messages are taken from its own topics only"
    }
    not_stored_again() {
        zh "不能再次入库：别的程序发布的消息，只在到来时按 `[[publisher]]` 读取"
        en "it cannot be stored again: what other programs publish is read by [[publisher]] when it comes"
    }

    // What is said of a publisher.
    kind_is(format) { zh "别的程序发布（{format}）" en "published by another program ({format})" }
    kind() { zh "来源" en "source" }
    published_without_acks(format) {
        zh "别的程序发布（{format}），无确认"
        en "published ({format}), no acknowledgement"
    }
    no_acks() {
        zh "没有端到端确认：它与中心端之间丢失了什么，无从得知。"
        en "Without acknowledgement end to end: what is lost between it and the hub is not known."
    }
    publishes() { zh "有读数" en "readings come" }
    silent() { zh "静默" en "silent" }
    is_silent() { zh "很久没有它的读数" en "no readings have come for long" }
    silent_since(since) {
        zh "自 {since} 起没有它的读数：请看发布端和消息服务器"
        en "no readings have come since {since}: look at the publisher and the broker"
    }
    quarantine_full() {
        zh "它在隔离区的位置已满，放不下的读数已丢失：请看 `hanqing quarantine list`"
        en "its part of the quarantine is full, and readings that should go there are lost: see hanqing quarantine list"
    }
    messages_lost(n) {
        zh "启动以来丢弃了它的 {n} 条消息：发送过快，其中的读数已丢失"
        en "since the start: messages of it dropped: {n}; they came faster than they are read, and their readings are lost"
    }
    not_taken() { zh "没有采用" en "not taken" }
    unmapped(count, names) {
        zh "{count} 个数值没有对应的 `[[publisher.series]]`：{names}"
        en "{count} values have no [[publisher.series]]: {names}"
    }
    subscription_refused(problem) { zh "订阅被拒绝：{problem}" en "its subscription is refused: {problem}" }
    numbers_lost(count) {
        zh "Sparkplug 序号中断 {count} 次：有消息丢失"
        en "the numbers of its Sparkplug messages broke off {count} times: messages are lost"
    }
    aliases_unknown(count) {
        zh "{count} 个 Sparkplug 数值的别名未知，没有采用：要等下一次 `NBIRTH`；写 `rebirth = true` 则向节点索取"
        en "{count} Sparkplug values with an unknown alias are not taken until the next NBIRTH; with rebirth = true the node is asked for it"
    }

    // The configuration.
    topic_wrong() {
        zh "不是 MQTT 主题筛选：1 到 200 字节，`+` 和 `#` 各占一层，`#` 在最后，不以 `$` 开头"
        en "is no topic filter of MQTT: 1 to 200 bytes, + and # are levels of their own, # is the last, and it does not begin with $"
    }
    topic_example() { zh "如 `telegraf/#`" en "such as telegraf/#" }
    such_as_topic(topic) { zh "如 `{topic}`" en "such as {topic}" }
    topic_of_hanqing() {
        zh "包含 hanqing 自己的主题"
        en "takes in topics of hanqing's own"
    }
    topic_taken(other) { zh "与 {other} 重叠" en "overlaps with {other}" }
    topics_apart() {
        zh "各发布者的主题不能重叠，一条消息只属于一个"
        en "topics of publishers must not overlap: a message belongs to one"
    }
    topic_of_uplinks() {
        zh "最后一层应是 `up`：只有上行带读数"
        en "must end in the level up: uplinks alone carry readings"
    }
    topics_count(most) { zh "应有 1 到 {most} 个主题" en "must be 1 to {most} topics" }
    series_count(most) { zh "应有 1 到 {most} 项" en "must be 1 to {most} of them" }
    gateway_own_name() { zh "每个发布者用自己的名称" en "each publisher has a name of its own" }
    interval_hint() {
        zh "每个序列至少多少秒来一次读数：两次不来即视为无声"
        en "how often readings of its series come at least: after two that do not, it is silent"
    }
    needed(format) { zh "格式 {format} 要写明" en "is needed with the format {format}" }
    not_needed(format) { zh "格式 {format} 不用" en "has no meaning with the format {format}" }
    name_long(most) {
        zh "应为 1 到 {most} 字节，不含 `NUL` 字符"
        en "must be 1 to {most} bytes, without the character NUL"
    }
    pointer_wrong(most) {
        zh "不是 JSON 指针，或者超过 {most} 字节"
        en "is no JSON pointer (RFC 6901) of at most {most} bytes"
    }
    level_wrong(most) {
        zh "应为 1 到 {most} 字节，是主题的一层：不含 `/`、`+`、`#`"
        en "must be 1 to {most} bytes, and is a level of a topic: without /, + and #"
    }
    topic_outside(topics) {
        zh "`topics`（{topics}）没有订阅到它"
        en "is not among what topics subscribes to: {topics}"
    }
    topics_of_node() {
        zh "订阅节点的全部消息，如 `spBv1.0/County/+/Edge 1/#`"
        en "subscribe to all messages of a node, such as spBv1.0/County/+/Edge 1/#"
    }
    counter_grows() {
        zh "累计量只增不减：应大于 0"
        en "a counter grows: must be above 0"
    }
    pointer_example() { zh "以 `/` 开头，如 `/data/temperature`" en "begins with /, such as /data/temperature" }
    dev_eui_wrong() { zh "应为 16 位十六进制数" en "must be 16 hexadecimal digits" }
    time_form_needed() {
        zh "有 `time` 时要写明：`rfc3339`、`s`、`ms`、`us` 或 `ns`"
        en "is needed with time: rfc3339, s, ms, us or ns"
    }
    time_form_line() {
        zh "时间是整数：`s`、`ms`、`us` 或 `ns`，同发布端的设置"
        en "its times are whole numbers: s, ms, us or ns, as set at the publisher"
    }
    time_needed() {
        zh "没有 `time` 指针就没有时间：写 `time`，或 `arrival_time = true`"
        en "without a pointer to the time there is none: give time, or arrival_time = true"
    }
    unit_wrong(parameter, unit) {
        zh "换算不成 {parameter} 的单位 {unit}"
        en "does not convert to {unit}, the unit of {parameter}"
    }
    unit_hint() {
        zh "写发布端所用的单位；别的单位用 `scale` 和 `offset` 换算"
        en "give the publisher's unit; convert others by scale and offset"
    }
    counter_needs_rate() {
        zh "累计量要写每小时最多增长多少（同 `unit`），由铭牌而来"
        en "a counter needs the most that it can grow in an hour, in unit, by its plate"
    }
    no_counter(parameter) { zh "{parameter} 不是累计量" en "{parameter} is no counter" }
    series_taken(other) { zh "该序列已在 {other}" en "is the series of {other} already" }
    station_taken(other) { zh "已是 {other} 的测站" en "is a station of {other} already" }
    station_apart() {
        zh "一个测站只属于一个网关或发布者"
        en "a station is of one gateway or publisher"
    }
    place_taken(other) {
        zh "与 {other} 可能取到同一个数值"
        en "may find the same value as {other}"
    }
    place_apart() {
        zh "一个数值只归一个序列：写明 `tags`、`name` 或 `topic` 加以区分"
        en "a value is of one series: tell them apart by tags, name or topic"
    }
}
