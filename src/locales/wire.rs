//! Messages between gateway and hub.

messages! { "wire";
    // Why a message is refused.
    too_large(bytes, most) {
        zh "消息有 {bytes} 字节，超过上限 {most} 字节"
        en "a message of {bytes} bytes is larger than the {most} allowed"
    }
    not_of_this_kind(path, problem) {
        zh "消息的 `{path}` 处不合格式：{problem}"
        en "not a message of this kind at `{path}`: {problem}"
    }
    whole_not_of_this_kind(problem) {
        zh "整条消息不合格式：{problem}"
        en "not a message of this kind (the message as a whole): {problem}"
    }
    not_json(line, column) {
        zh "第 {line} 行第 {column} 列起不是 JSON"
        en "no JSON from line {line}, column {column} on"
    }
    json_ends_early() { zh "JSON 没有结束" en "the JSON ends too early" }
    field_missing(name) { zh "缺少 `{name}`" en "missing field `{name}`" }
    must_be(what) { zh "应为{what}" en "must be {what}" }
    a_whole_number() { zh "整数" en "a whole number" }
    a_number() { zh "数字" en "a number" }
    a_text() { zh "文字" en "a text" }
    an_object() { zh "对象" en "an object" }
    an_array() { zh "数组" en "an array" }
    word_unknown(word) { zh "不认识 {word}" en "{word} is unknown" }
    too_many(list, count, most) {
        zh "`{list}` 有 {count} 项，最多 {most} 项"
        en "{count} {list}, at most {most} are allowed"
    }
    unknown_parameters(series) {
        zh "本程序不认识这些参数，已略过其读数：{series}；消息保留在隔离区，升级后请运行 `hanqing quarantine retry --all`"
        en "parameters that this version does not know are left out: {series}; the message is kept: upgrade, then run \
            hanqing quarantine retry --all"
    }
    a_row() { zh "一行读数" en "the row of a reading" }
    format_unknown(format, known) {
        zh "不认识消息格式 {format}，本程序只认识格式 {known}"
        en "message format {format} is unknown, this program knows {known}"
    }
    not_decompressed(why) { zh "不能解压：{why}" en "does not decompress: {why}" }
    no_batches() { zh "数组里一批也没有" en "an array of no batches" }
    batches_of_two(first, other) {
        zh "一条消息里既有 {first} 的批，又有 {other} 的批"
        en "batches of {first} and of {other}"
    }
    foreign_topic(topic) {
        zh "{topic} 不是本系统的主题，应为 `hanqing/v1/{{gateway}}/{{readings|birth|status|report|ack}}`"
        en "{topic} is not a hanqing topic: hanqing/v1/{{gateway}}/{{readings|birth|status|report|ack}}"
    }
    not_an_epoch(text, digits) {
        zh "{text} 不是缓存周期，应为 {digits} 位十六进制数字"
        en "{text} is not an epoch: {digits} hexadecimal digits"
    }
    not_a_boot_id(text, digits) {
        zh "{text} 不是开机编号，应为 {digits} 位十六进制数字"
        en "{text} is not a boot id: {digits} hexadecimal digits"
    }

    // What a batch or an acknowledgement contradicts itself in.
    seq_zero() { zh "`seq` 是 0：批号从 1 起" en "seq 0: batches are counted from 1" }
    range_backwards(first, last) {
        zh "范围 [{first}, {last}] 首尾颠倒"
        en "range [{first}, {last}] runs backwards"
    }
    loss_no_range(first, last) {
        zh "`remains`：{first} 到 {last} 不是一个范围"
        en "remains: {first} to {last} is not a range"
    }
    loss_times_backwards(from, to) { zh "`remains`：{from} 晚于 {to}" en "remains: {from} is after {to}" }
    series_not_listed(number, count) {
        zh "序列 {number} 不在所列的 {count} 个之中"
        en "series {number} is not in the list of {count}"
    }
    no_time(at, after) { zh "{at} 加 {after} 毫秒不是一个时间" en "{at} + {after} ms is not a time" }
    value_flagged_missing(value) { zh "有值 {value}，却标为缺测" en "value {value} flagged missing" }
    missing_without_reason() { zh "缺测而没有原因" en "missing without a reason" }
    no_value_yet_flagged(flag) {
        zh "没有值，质量标记却是 {flag}"
        en "no value, yet flagged {flag}"
    }

    // What a birth may not say.
    series_twice(series) { zh "{series} 出现了两次" en "{series} is listed twice" }
    unit_does_not_convert(unit, series, right) {
        zh "{series} 的单位 {unit} 不能换算成 {right}"
        en "unit {unit} of {series} does not convert to {right}"
    }
    not_above_zero(field) { zh "`{field}` 必须是大于 0 的有限数" en "{field} must be finite and above 0" }
    interval_wrong(seconds, most) {
        zh "`interval_s` 是 {seconds}，应在 1 到 {most} 之间"
        en "interval_s is {seconds}, must be 1 to {most}"
    }
    too_long(field, most) { zh "`{field}` 超过 {most} 个字符" en "{field} is longer than {most} characters" }

    // What a report may not say.
    report_too_large(bytes, most) {
        zh "网关自述有 {bytes} 字节，超过上限 {most} 字节"
        en "a report of {bytes} bytes is larger than the {most} allowed"
    }
    not_a_share(field) { zh "`{field}` 应在 0 到 1 之间" en "{field} must be 0 to 1" }

    // Why readings are lost.
    lost_thinned() { zh "本地缓存已满，抽稀为每小时一个" en "thinned to one an hour, since the spool was full" }
    lost_full() { zh "本地缓存已满，丢弃" en "dropped, since the spool was full" }
    lost_unwritten() { zh "写盘失败" en "the disk could not be written" }
    lost_damaged() { zh "本地缓存文件损坏" en "the spool's file was damaged" }
}
