//! What is said everywhere: rules of values, units of time, errors of files, the language itself.

messages! { "core";
    // Rules that a value breaks.
    is_empty() { zh "不能为空" en "must not be empty" }
    between(low, high) { zh "应在 {low} 到 {high} 之间" en "must be {low} to {high}" }
    at_least(low) { zh "不能小于 {low}" en "must be {low} or more" }
    above(low) { zh "必须大于 {low}" en "must be above {low}" }
    at_most(high) { zh "不能大于 {high}" en "must be at most {high}" }
    below(high) { zh "必须小于 {high}" en "must be below {high}" }
    above_at_most(low, high) { zh "必须大于 {low}，且不大于 {high}" en "must be above {low} and at most {high}" }
    at_least_below(low, high) { zh "不能小于 {low}，且必须小于 {high}" en "must be {low} or more and below {high}" }
    above_below(low, high) { zh "必须大于 {low}，且小于 {high}" en "must be above {low} and below {high}" }
    finite() { zh "必须是有限的数" en "must be finite" }
    finite_factor() { zh "必须是有限的数，且不为 0" en "must be finite and not 0" }
    smallest_then_largest() {
        zh "应先写最小值，再写最大值"
        en "must be the smallest and the largest value, in this order"
    }
    known_words(words) { zh "可用的有：{words}" en "known: {words}" }
    did_you_mean(word) { zh "是不是 `{word}`？" en "did you mean `{word}`?" }
    repeats(first) { zh "与 {first} 重复" en "repeats {first}" }
    taken_already(key, first) { zh "已是 {first} 的 {key}" en "is the {key} of {first} already" }

    // Errors of files and of the system.
    io_not_found() { zh "没有这个文件或目录" en "no such file or directory" }
    io_forbidden() { zh "没有权限" en "permission denied" }
    io_exists() { zh "已经存在" en "it exists already" }
    io_refused() { zh "对方拒绝连接" en "connection refused" }
    io_reset() { zh "连接被对方中断" en "the connection was reset" }
    io_aborted() { zh "连接已中止" en "the connection was aborted" }
    io_not_connected() { zh "没有连接" en "not connected" }
    io_in_use() { zh "地址已被占用" en "the address is in use" }
    io_not_available() { zh "本机没有这个地址" en "this machine does not have that address" }
    io_unreachable_host() { zh "主机不可达" en "the host cannot be reached" }
    io_unreachable_network() { zh "网络不可达" en "the network cannot be reached" }
    io_network_down() { zh "网络已断开" en "the network is down" }
    io_broken_pipe() { zh "管道已断开" en "the other side has closed the pipe" }
    io_timed_out() { zh "超时" en "timed out" }
    io_directory() { zh "这是一个目录" en "it is a directory" }
    io_no_directory() { zh "这不是目录" en "it is not a directory" }
    io_not_empty() { zh "目录不是空的" en "the directory is not empty" }
    io_read_only() { zh "文件系统是只读的" en "the file system is read-only" }
    io_full() { zh "磁盘已满" en "the disk is full" }
    io_quota() { zh "超出磁盘配额" en "the disk quota is used up" }
    io_too_large() { zh "文件太大" en "the file is too large" }
    io_busy() { zh "设备或文件正被占用" en "it is in use" }
    io_interrupted() { zh "被信号打断" en "interrupted by a signal" }
    io_no_memory() { zh "内存不足" en "out of memory" }
    io_end() { zh "数据提前结束" en "the data ended early" }
    io_invalid_data() { zh "数据无效" en "the data are invalid" }
    io_invalid_input() { zh "参数无效" en "an invalid argument" }
    io_name_unknown(name) { zh "查不到主机名 {name}" en "the name {name} is not known" }
    io_other(number) { zh "系统错误 {number}" en "system error {number}" }
    io_device_gone() { zh "没有这个设备" en "no such device" }
    io_device_error() { zh "设备读写出错" en "an input or output error of the device" }
    io_too_many_files() { zh "打开的文件太多" en "too many open files" }
    longer_than(bytes) { zh "超过 {bytes} 字节" en "longer than {bytes} bytes" }
    not_utf8(byte) { zh "第 {byte} 个字节起不是 UTF-8 文本" en "no UTF-8 text from byte {byte} on" }

    // The language itself.
    unknown_language(place, name, lang) {
        zh "{place} = {name}：没有这种语言，可用 zh 或 en；现在用 {lang}"
        en "{place} = {name}: no such language, there are zh and en; {lang} is used"
    }
    wording_unreadable(path, why) {
        zh "{path} 读不了：{why}；这个文件里的用语一条也没有采用"
        en "{path} cannot be read: {why}; none of its wording is used"
    }
    wording_wrong(path, line, problem) {
        zh "{path} 第 {line} 行：{problem}；这一条沿用程序自带的用语"
        en "{path}, line {line}: {problem}; the built-in wording stays"
    }
    wording_has_no_equals() { zh "缺少等号；应写成 `名称 = 用语`" en "has no =; write `name = words`" }
    wording_unknown(name) { zh "没有名为 `{name}` 的用语" en "there is no message `{name}`" }
    wording_empty(name) { zh "`{name}` 后面没有用语" en "`{name}` has no words" }
    wording_unknown_placeholder(name, known) {
        zh "没有占位符 `{name}`；这一条可用的有：{known}"
        en "there is no placeholder `{name}`; this message has: {known}"
    }
    wording_without_placeholder(name) {
        zh "少了占位符 `{name}`，写成大括号里的 {name}"
        en "the placeholder `{name}` is missing: write {name} in braces"
    }

    // Durations and sizes.
    seconds(n) { zh "{n} 秒" en "{n} s" }
    minutes_seconds(minutes, seconds) { zh "{minutes} 分 {seconds} 秒" en "{minutes} min {seconds} s" }
    hours_minutes(hours, minutes) { zh "{hours} 小时 {minutes} 分" en "{hours} h {minutes} min" }
    days_hours(days, hours) { zh "{days} 天 {hours} 小时" en "{days} d {hours} h" }
}
