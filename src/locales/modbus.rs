//! Buses, devices and what they refuse.

messages! { "modbus";
    // Why a read brought no registers.
    cannot_connect(endpoint, why) { zh "连不上 {endpoint}：{why}" en "cannot connect to {endpoint}: {why}" }
    no_answer(unit, timeout_ms) {
        zh "站号 {unit} 在 {timeout_ms} 毫秒内没有应答"
        en "unit {unit} did not answer within {timeout_ms} ms"
    }
    line_failed(unit, why) { zh "与站号 {unit} 的通信中断：{why}" en "the line to unit {unit} failed: {why}" }
    exception(unit, code, meaning) {
        zh "站号 {unit} 应答异常码 {code}（{meaning}）"
        en "unit {unit} answered with exception {code} ({meaning})"
    }
    wrong_length(unit, got, asked) {
        zh "站号 {unit} 应答了 {got} 个寄存器，请求的是 {asked} 个"
        en "unit {unit} answered with {got} registers instead of {asked}"
    }
    damaged(unit, seen) {
        zh "站号 {unit} 的应答损坏（CRC 校验不符）：{seen}"
        en "the answer of unit {unit} is damaged (CRC mismatch): {seen}"
    }
    cut(unit, got, want) {
        zh "站号 {unit} 的应答不完整：应有 {want} 字节，只收到 {got} 字节"
        en "the answer of unit {unit} stopped after {got} of {want} bytes"
    }
    nothing_for_us(unit, what) { zh "站号 {unit} 没有应答：{what}" en "no answer from unit {unit}: {what}" }

    // What came instead of an answer.
    foreign_frame(timeout_ms, unit, function, seen) {
        zh "{timeout_ms} 毫秒内只收到站号 {unit}、功能码 {function} 的帧：{seen}"
        en "within {timeout_ms} ms only a frame of unit {unit}, function {function} came: {seen}"
    }
    only_noise(timeout_ms, seen) {
        zh "{timeout_ms} 毫秒内没有收到完整的帧，只有 {seen}"
        en "within {timeout_ms} ms no frame came, only {seen}"
    }
    never_quiet(bytes) {
        zh "线路一直静不下来：收到 {bytes} 字节没有请求过的数据"
        en "the line is never quiet: {bytes} bytes that nobody asked for"
    }
    other_transaction() {
        zh "应答的事务号或站号与请求不符"
        en "the answer carries another transaction or unit than the request"
    }
    other_function(asked, got) {
        zh "请求的是功能码 {asked}，应答的是功能码 {got}"
        en "function {asked} was requested and function {got} came"
    }

    // Exception codes (Modbus application protocol V1.1b3, 7).
    exception_1() { zh "不支持这个功能码" en "illegal function" }
    exception_2() { zh "寄存器地址无效" en "illegal data address" }
    exception_3() { zh "数据值无效" en "illegal data value" }
    exception_4() { zh "设备故障" en "device failure" }
    exception_5() { zh "已收到，尚未完成" en "acknowledged, not done yet" }
    exception_6() { zh "设备忙" en "device busy" }
    exception_8() { zh "存储器校验错误" en "memory parity error" }
    exception_10() { zh "转换网关没有通往它的路径" en "gateway has no path to it" }
    exception_11() { zh "转换网关收不到它的应答" en "gateway gets no answer from it" }
    exception_other() { zh "含义不明" en "unknown" }

    // Lines and connections.
    name_without_address() { zh "这个主机名没有地址" en "the name has no address" }
    not_connected_within(ms) { zh "{ms} 毫秒内没有连上" en "no connection within {ms} ms" }
    device_closed() { zh "设备关闭了连接" en "the device closed the connection" }
    closed_by_other_end() { zh "对方已关闭连接" en "the other end has closed it" }
    accepts_no_bytes() { zh "写不进数据" en "it accepts no bytes" }
    dialled_in_again() { zh "DTU 重新拨入" en "the terminal has dialled in again" }
    not_dialled_in() { zh "它的 DTU 还没有拨入" en "its terminal has not dialled in" }
    dials_the_gateway_only() {
        zh "DTU 只能拨入正在运行的网关"
        en "a terminal can only dial in to the running gateway"
    }
    port_name_not_utf8() { zh "串口名不是有效的 UTF-8 文本" en "the port's name is not valid UTF-8" }
    port_in_use() { zh "串口正被其他程序占用" en "another program uses the port" }
    port_is_no_serial_port() { zh "这不是串口" en "it is no serial port" }
    port_refuses_settings() {
        zh "串口不接受这样的波特率、校验位和停止位"
        en "the port does not take this speed, parity and stop bits"
    }

    // The file of what devices refuse.
    quirk_file_head() {
        zh "设备不给读的寄存器，由网关查出。网关停止时可以删除这个文件。"
        en "Registers that devices refuse, found by the gateway. You may delete this file while it is stopped."
    }
    quirk_format(found, known) { zh "格式是 {found}，应为 {known}" en "format {found}, expected {known}" }
    quirks_of_other_gateway(found, own) {
        zh "属于网关 {found}，不是 {own}"
        en "belongs to gateway {found}, not {own}"
    }
    quirk_backwards(entry) { zh "有一项首尾颠倒：{entry}" en "an entry ends before it begins: {entry}" }
    file_renamed(path) { zh "已改名为 {path}" en "renamed to {path}" }
    file_not_renamed(why) { zh "文件改不了名：{why}" en "cannot rename the file: {why}" }

    // Terminals and buses of the configuration.
    not_hex() { zh "含有不是十六进制数字的字符" en "has a character that is not a hex digit" }
    half_a_byte() { zh "多出半个字节：两个十六进制数字为一个字节" en "has half a byte: two hex digits make one" }
    bytes_above(most) { zh "超过 {most} 字节" en "has more than {most} bytes" }
    profile_missing(unit, profile) {
        zh "站号 {unit}：没有设备型号文件 `{profile}`"
        en "unit {unit}: no profile \"{profile}\""
    }

    // Whether a device or a line answers.
    online() { zh "在线" en "online" }
    suspect() { zh "可疑" en "suspect" }
    offline() { zh "离线" en "offline" }
}
