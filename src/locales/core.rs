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
    correct_it() { zh "请改正" en "correct it" }
    remove_it() { zh "删掉" en "remove it" }
    remove_one() { zh "删掉一个" en "remove one" }
    repeats(first) { zh "与 `{first}` 重复" en "repeats {first}" }
    taken_already(key, first) { zh "已是 `{first}` 的 `{key}`" en "is the {key} of {first} already" }

    // Networks.
    no_network() {
        zh "应为网段或地址，如 192.168.1.0/24、fd00::/8 或 127.0.0.1"
        en "must be a network or an address, such as 192.168.1.0/24, fd00::/8 or 127.0.0.1"
    }
    address_in_network(network) {
        zh "是网段里的一个地址，网段写作 {network}"
        en "is an address inside a network, which is written {network}"
    }

    // Roles.
    role_viewer() { zh "查看" en "viewer" }
    role_recorder() { zh "录入" en "recorder" }
    role_reviewer() { zh "复核" en "reviewer" }
    role_administrator() { zh "管理" en "administrator" }

    // Errors of files and of the system.
    cannot_read(path) { zh "读不了 {path}" en "cannot read {path}" }
    cannot_write(path) { zh "写不了 {path}" en "cannot write {path}" }
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
    io_not_utf8() { zh "不是 UTF-8 文本" en "it is not UTF-8 text" }
    io_end() { zh "数据提前结束" en "the data ended early" }
    io_invalid_data() { zh "数据无效" en "the data are invalid" }
    io_invalid_input() { zh "参数无效" en "an invalid argument" }
    io_name_unknown(name) { zh "查不到主机名 {name}" en "the name {name} is not known" }
    io_other(number) { zh "系统错误 {number}" en "system error {number}" }
    io_device_gone() { zh "没有这个设备" en "no such device" }
    io_device_error() { zh "设备读写出错" en "an input or output error of the device" }
    io_too_many_files() { zh "打开的文件太多" en "too many open files" }
    sqlite_damaged() { zh "数据库文件已损坏" en "the database file is damaged" }
    sqlite_no_database() { zh "这个文件不是 SQLite 数据库" en "the file is not an SQLite database" }
    sqlite_busy() { zh "数据库正被另一个程序占用" en "another program has the database locked" }
    sqlite_read_only() { zh "文件或文件系统是只读的" en "the file or its file system is read-only" }
    sqlite_cannot_open() { zh "数据库文件打不开" en "the database file cannot be opened" }
    sqlite_disk_fails() { zh "磁盘读写出错" en "reading or writing the disk failed" }
    foreign_words(said) { zh "系统原文：“{said}”" en "{said}" }
    csv_cells(found, wanted) {
        zh "这一行有 {found} 格，前面各行是 {wanted} 格"
        en "the row has {found} cells, those before it have {wanted}"
    }
    sqlite_other(said) { zh "SQLite 报错，原文：“{said}”" en "SQLite says: {said}" }
    longer_than(bytes) { zh "超过 {bytes} 字节" en "longer than {bytes} bytes" }
    not_utf8(byte) { zh "第 {byte} 个字节起不是 UTF-8 文本" en "no UTF-8 text from byte {byte} on" }

    // Quality flags.
    flag_good() { zh "正常" en "good" }
    flag_not_evaluated() { zh "未检验" en "not tested" }
    flag_suspect() { zh "可疑" en "suspect" }
    flag_fail() { zh "不合格" en "failed" }
    flag_missing() { zh "缺测" en "missing" }

    // Why a reading is missing or not good.
    reason_timeout() { zh "设备无应答" en "no answer" }
    reason_unreachable() { zh "线路不通" en "line down" }
    reason_transport() { zh "通信错误" en "communication error" }
    reason_exception() { zh "设备报异常" en "device exception" }
    reason_length() { zh "应答长度不符" en "answer of a wrong length" }
    reason_crc() { zh "应答校验错误" en "damaged answer" }
    reason_cut() { zh "应答不完整" en "answer cut short" }
    reason_foreign() { zh "应答不对应" en "answer to another request" }
    reason_noise() { zh "线路有杂波" en "noise on the line" }
    reason_sentinel() { zh "传感器无效值" en "sensor gives no value" }
    reason_undecodable() { zh "数据无法解析" en "cannot be decoded" }
    reason_invalid() { zh "设备判为无效" en "marked invalid by the device" }
    reason_out_of_range() { zh "超出量程" en "outside the measuring range" }
    reason_unexpected() { zh "超出常见范围" en "outside the usual range" }
    reason_spike() { zh "数值突跳" en "spike" }
    reason_rate() { zh "变化过快" en "changes too fast" }
    reason_flat() { zh "长时间不变" en "unchanged for too long" }
    reason_attenuated() { zh "波动过小" en "varies too little" }
    reason_gap() { zh "中断后首值" en "first after a gap" }
    reason_clock() { zh "时钟未校准" en "clock not set" }
    reason_no_flow() { zh "开泵无流量" en "no flow while pumping" }
    reason_idle_fall() { zh "停泵水位下降" en "level falls while pumps stand" }
    reason_revoked() { zh "网关已吊销" en "its gateway is revoked" }

    // Ids and numbers of the vocabulary.
    not_an_id(text, most) {
        zh "{text} 不能作编号：应以小写字母开头，由 1 到 {most} 个 `a-z`、`0-9` 和 `-` 组成"
        en "{text} is not a valid id: 1 to {most} of a-z, 0-9 and '-', beginning with a letter"
    }
    not_a_series(text) {
        zh "{text} 不是序列，应写成 `测站/参数`"
        en "{text} is not a series: station/parameter"
    }
    not_a_parameter(text) { zh "没有 {text} 这个参数" en "{text} is not a parameter of the catalogue" }
    not_a_flag(code) {
        zh "{code} 不是 QARTOD 质量标记，应为 1、2、3、4 或 9"
        en "{code} is not a QARTOD flag: 1, 2, 3, 4 or 9"
    }

    // The language itself.
    unknown_language(place, name, lang) {
        zh "{place} = {name}：没有这种语言，可用 `zh` 或 `en`；现在用 {lang}"
        en "{place} = {name}: no such language, there are `zh` and `en`; {lang} is used"
    }
    wording_unreadable(path, why) {
        zh "{path} 读不了：{why}；这个文件里的用语一条也没有采用"
        en "{path} cannot be read: {why}; none of its wording is used"
    }
    wording_wrong(path, line, problem) {
        zh "{path} 第 {line} 行：{problem}；这一条沿用程序自带的用语"
        en "{path}, line {line}: {problem}; the built-in wording stays"
    }
    wording_more_wrong(path, n) {
        zh "{path}：另有 {n} 行不对，也沿用程序自带的用语"
        en "{path}: more wrong lines: {n}; the built-in wording stays there, too"
    }
    wording_without_folder(variable, folder) {
        zh "{variable} = {folder}：没有这个目录，用程序自带的用语"
        en "{variable} = {folder}: there is no such folder; the built-in wording is used"
    }
    wording_has_no_placeholders(name) {
        zh "没有占位符 `{name}`；这一条用语不带占位符"
        en "there is no placeholder `{name}`; this message has none"
    }
    no_regular_file() { zh "不是普通文件" en "it is no regular file" }
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

    // Names and addresses of machines.
    full_width_inside(found, half) {
        zh "`{found}` 是全角字符，应为半角的 `{half}`"
        en "{found} is a full-width character; type {half}"
    }
    other_dash(found) {
        zh "`{found}` 不是短横，应为 `-`"
        en "{found} is another dash; type -"
    }
    space_inside() { zh "里面有一个全角空格" en "has a full-width space in it" }
    host_character(c) { zh "主机名里不能有 `{c}`" en "a host name cannot have {c} in it" }
    no_ipv4() {
        zh "不是有效的 IPv4 地址：四个 0 到 255 的数，用点隔开，前面不补 0"
        en "is no IPv4 address: four numbers from 0 to 255 with points between them, and no zeros before them"
    }
    no_ipv6() { zh "`[ ]` 里不是有效的 IPv6 地址" en "has no valid IPv6 address between [ ]" }
    no_host_name() { zh "不是主机名" en "is no host name" }
    of_no_machine() {
        zh "不是某一台设备的地址"
        en "is the address of no single machine"
    }

    // Durations and sizes.
    seconds(n) { zh "{n} 秒" en "{n} s" }
    minutes_seconds(minutes, seconds) { zh "{minutes} 分 {seconds} 秒" en "{minutes} min {seconds} s" }
    hours_minutes(hours, minutes) { zh "{hours} 小时 {minutes} 分" en "{hours} h {minutes} min" }
    days_hours(days, hours) { zh "{days} 天 {hours} 小时" en "{days} d {hours} h" }
}
