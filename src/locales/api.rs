//! What the interface for programs says where it cannot do what it is asked.

messages! { "api";
    // Kinds of problems.
    title_unknown_parameter() { zh "没有这个参数" en "unknown parameter" }
    title_invalid_value() { zh "参数值不对" en "invalid value" }
    title_missing_parameter() { zh "缺少参数" en "missing parameter" }
    title_unauthorized() { zh "需要令牌" en "a token is needed" }
    title_invalid_token() { zh "令牌无效" en "invalid token" }
    title_insufficient_scope() { zh "令牌权限不够" en "the token does not cover this" }
    title_not_found() { zh "没有找到" en "not found" }
    title_method_not_allowed() { zh "只能读取" en "method not allowed" }
    title_not_acceptable() { zh "没有这种格式" en "not acceptable" }
    title_misdirected() { zh "不是本机的名字" en "not a name of this hub" }
    title_too_many_requests() { zh "请求太多" en "too many requests" }
    title_no_period() { zh "没有统计期" en "no period" }
    title_busy() { zh "正忙" en "busy" }
    title_failed() { zh "出错了" en "it failed" }

    // Tokens.
    token_wrong() {
        zh "令牌不对，或者已经过期、吊销"
        en "the token is wrong, has ended, or was revoked"
    }
    token_make() {
        zh "令牌由管理员在中心端机器上生成：`hanqing token make 名称 --scope read`；请求时写 `Authorization: Bearer hq_…`"
        en "an administrator makes one on the hub's machine: hanqing token make NAME --scope read; send it as Authorization: Bearer hq_…"
    }
    tokens_too_often(seconds) {
        zh "无效令牌太多，{seconds} 秒内不再检查"
        en "too many wrong tokens: none is looked at for {seconds} s"
    }
    token_needed() { zh "请求没有带令牌" en "the request carries no token" }
    scope_too_small(name, has, needed) {
        zh "令牌 {name} 的范围是 {has}，这里需要 {needed}"
        en "the token {name} has the scope {has}; this takes {needed}"
    }
    scope_make(needed) {
        zh "请管理员生成范围为 {needed} 的令牌"
        en "ask an administrator for a token of the scope {needed}"
    }
    no_such_host() { zh "本机不叫这个名字" en "this hub has no such name" }
    ask_by_own_name() {
        zh "用中心端自己的地址，或把这个名字写进 `web.hosts`"
        en "ask by its own address, or write the name in web.hosts"
    }
    only_read() { zh "接口只提供读取，用 `GET` 或 `HEAD`" en "this interface is for reading: use GET or HEAD" }

    // Values.
    value_breaks(place, value, rule) { zh "{place} 的值 {value}：{rule}" en "{place} {value}: {rule}" }
    no_such_parameter(name) { zh "没有参数 {name}" en "there is no parameter {name}" }
    parameters_are(names) { zh "可用的参数：{names}" en "the parameters are {names}" }
    did_you_mean(name) { zh "是不是 {name}？" en "did you mean {name}?" }
    try_again_in(seconds) { zh "请过 {seconds} 秒再试" en "try again in {seconds} s" }

    // Rules of values.
    rule_encoding() { zh "百分号编码要正确，内容是 UTF-8" en "escapes are % and two hexadecimal digits, of UTF-8" }
    rule_once() { zh "每个参数只能写一次" en "each parameter stands once" }
    rule_format() { zh "`json` 或 `csv`" en "json or csv" }
    rule_lang() { zh "`zh` 或 `en`" en "zh or en" }
    rule_flag() { zh "`true` 或 `false`" en "true or false" }
    rule_limit(most) { zh "1 到 {most} 的整数" en "a whole number from 1 to {most}" }
    rule_time() {
        zh "带时区的时间，如 `2022-08-01T00:00:00+08:00`"
        en "a time with its offset, such as 2022-08-01T00:00:00+08:00"
    }
    rule_time_range(most) { zh "不晚于 {most} 的时间" en "a time not after {most}" }
    rule_day() { zh "日期，如 `2022-08-01`" en "a day, such as 2022-08-01" }
    rule_period(days) { zh "1970 到 2199 年的日期，一次最多 {days} 天" en "days from 1970 to 2199, and at most {days} of them at once" }
    rule_order() { zh "要晚于 `from`；`to` 本身不含在内" en "later than from, and not itself included" }
    rule_cursor() {
        zh "上一页 `next` 里的游标，只能接着查同样的内容"
        en "of next of the page before, and good for the same question only"
    }
    begin_anew() { zh "去掉 `cursor`，从第一页开始" en "leave cursor out and begin with the first page" }
    rule_station() { zh "测站编号，如 `pond-dongmen-1`" en "the id of a station, such as pond-dongmen-1" }
    rule_parameter() { zh "要素编号，如 `level`" en "the id of a parameter, such as level" }
    rule_series() { zh "“测站/要素”，如 `pond-dongmen-1/level`" en "station and parameter, such as pond-dongmen-1/level" }
    parameter_missing(name) { zh "必须写参数 {name}" en "the parameter {name} has to be there" }
    not_acceptable() {
        zh "这里有 `application/json` 和 `text/csv`"
        en "there is application/json and text/csv"
    }

    // What there is not.
    no_station() { zh "没有这个测站" en "there is no such station" }
    no_series() { zh "没有这个测站要素的读数" en "there are no readings of such a series" }
    no_figure() { zh "没有这个统计指标" en "there is no such figure" }
    see_the_list() { zh "编号见上一级列表" en "the list one level above names all" }
    no_such_address() { zh "接口没有这个地址" en "the interface has no such address" }
    see_the_description(path) { zh "全部地址见 {path}" en "{path} names all addresses" }

    // What is not done now.
    busy() { zh "正在处理的请求太多" en "too much is being worked on" }
    too_long() { zh "查询太慢，已停止" en "the question took too long and was given up" }
    ask_for_less() { zh "缩短时间范围，或减小 `limit`" en "ask for a shorter span, or a smaller limit" }
    give_period() {
        zh "写 `from` 和 `to`，或者先登记抗旱期"
        en "give from and to, or have the drought entered in the ledger"
    }
    failed() { zh "出错了，原因在中心端的日志里" en "it failed; the log of the hub says why" }

    // The description of the interface.
    description() {
        zh "乡镇旱情数据接口：测站、读数、报警、统计指标和台账，只读。"
        en "What a township's drought office has: stations, readings, alarms, figures and the ledger. For reading only. Times are RFC 3339; \
            spans begin with their first instant and end before their last; a value that is not there is null, never 0."
    }
    lang_parameter() { zh "提示用的语言" en "The language of problems." }
    unchanged() { zh "没有变化" en "It is what the asker has." }
    header_etag() { zh "内容标签" en "What tells this content from any other; sent back as If-None-Match." }
    header_link() { zh "下一页" en "The next page, where there is one (RFC 8288)." }
    header_cache() { zh "缓存" en "It may be kept, and has to be asked for again." }
    header_disposition() { zh "文件名" en "The name of the file." }
    header_language() { zh "语言" en "The language of the words." }
    header_challenge() { zh "令牌要求" en "Which token is asked for (RFC 6750)." }
    header_allow() { zh "可用的方法" en "The methods that there are." }
    header_retry() { zh "等待秒数" en "Seconds after which to ask again." }
}
