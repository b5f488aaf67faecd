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

    parts_move() {
        zh "这个值要分几次读，每次读到的都在变，合不成一个值"
        en "the value is read by several requests and changed between them each time"
    }

    // What came instead of an answer.
    foreign_frame(timeout_ms, unit, function, seen) {
        zh "{timeout_ms} 毫秒内只收到站号 {unit}、功能码 {function} 的帧：{seen}"
        en "within {timeout_ms} ms only a frame of unit {unit}, function {function} came: {seen}"
    }
    only_noise(timeout_ms, seen) {
        zh "{timeout_ms} 毫秒内没有收到完整的帧，只有 {seen}"
        en "within {timeout_ms} ms no frame came, only {seen}"
    }
    two_answers(seen) {
        zh "同时收到两个不同的应答，无法判断哪个属于这次请求：{seen}"
        en "two different answers came at once, and nobody can tell which one belongs to this request: {seen}"
    }
    never_quiet(bytes) {
        zh "线路一直静不下来：收到 {bytes} 字节没有请求过的数据"
        en "the line is never quiet: {bytes} bytes that nobody asked for"
    }
    other_number(asked, got) {
        zh "应答的事务号不对：请求是 {asked}，应答是 {got}"
        en "the answer carries another transaction number: asked {asked}, got {got}"
    }
    unruly_number(asked, got) {
        zh "应答的事务号不对：请求是 {asked}，应答是 {got}；如果每次都这样，在这条总线的配置里写 \
            `numbers = \"any\"`"
        en "the answer carries another transaction number: asked {asked}, got {got}; where each answer does, set \
            numbers = \"any\" for this bus"
    }
    other_unit(got) {
        zh "应答的站号是 {got}"
        en "the answer carries unit {got}"
    }
    unit_to_ask(got) {
        zh "应答的站号是 {got}；这个地址上只有一台设备时，把站号写成 {got}"
        en "the answer carries unit {got}; where one device alone has this address, its unit is {got}"
    }
    several_answers() {
        zh "同时收到几个应答，分不清哪一个是对应的"
        en "several answers came at once, and nothing tells which is the right one"
    }
    other_protocol(protocol) {
        zh "收到的不是 Modbus TCP 报文（协议标识为 {protocol}，应为 0）"
        en "what came is not Modbus TCP (protocol {protocol} instead of 0)"
    }
    frame_too_short(length) {
        zh "设备发来的报文不完整：只有报文头（长度为 {length}），没有数据"
        en "the device sent a frame with a head only (length {length}) and no data"
    }
    frame_too_long(length) {
        zh "设备发来的报文长度为 {length}，超过 254"
        en "the device sent a frame of length {length}, above 254"
    }
    answer_not_understood() {
        zh "设备发来的应答格式不对"
        en "the answer does not have the form of one"
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

    // Which transaction numbers the answers over Modbus TCP carry.
    numbers_exact() { zh "应答的事务号与请求一致" en "answers carry the number of the request" }
    numbers_first_odd() {
        zh "每次连接后，第一个应答的事务号不对"
        en "the first answer of each connection carries a wrong number"
    }
    numbers_plus_one() {
        zh "应答的事务号比请求大 1"
        en "answers carry the number of the request plus one"
    }
    numbers_zero() { zh "应答的事务号总是 0" en "answers always carry the number 0" }
    numbers_any() {
        zh "应答的事务号没有规律，按配置不核对"
        en "answers carry any number, which is not compared as the configuration says"
    }

    // Lines and connections.
    name_without_address() { zh "这个主机名没有地址" en "the name has no address" }
    not_connected_within(ms) { zh "{ms} 毫秒内没有连上" en "no connection within {ms} ms" }
    device_closed() {
        zh "设备没有应答就关闭了连接"
        en "the device closed the connection without an answer"
    }
    closed_by_other_end() { zh "对方已关闭连接" en "the other end has closed it" }
    accepts_no_bytes() { zh "写不进数据" en "it accepts no bytes" }
    dialled_in_again() { zh "DTU 重新拨入" en "the terminal has dialled in again" }
    not_dialled_in() { zh "它的 DTU 还没有拨入" en "its terminal has not dialled in" }
    dials_the_gateway_only() {
        zh "DTU 只能拨入正在运行的网关"
        en "a terminal can only dial in to the running gateway"
    }
    port_name_not_utf8() { zh "串口名不是有效的 UTF-8 文本" en "the port's name is not valid UTF-8" }
    port_in_use() {
        zh "串口正被其他程序占用，`hanqing ports` 列出是哪个；若是网关，用 `-c edge.toml` 经它读取"
        en "another program uses the port, `hanqing ports` names it; if it is a gateway, read through it with `-c edge.toml`"
    }
    way_out_serial() {
        zh "请看转换器是否插好，用 `hanqing ports` 看串口还在不在"
        en "see that the adapter is plugged in; `hanqing ports` lists the ports that are there"
    }
    way_out_server() {
        zh "请看串口服务器的电源和网线，`ping` 它的地址，核对端口"
        en "see that the serial server has power and network, ping its address and compare the port"
    }
    way_out_terminal() {
        zh "请看 DTU 的电源、信号和它拨入的地址"
        en "see that the terminal has power and signal, and which address it dials"
    }
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
    not_asked_yet() { zh "未轮询" en "not asked yet" }
    never_seen() { zh "从未应答" en "never seen" }
    online() { zh "在线" en "online" }
    suspect() { zh "可疑" en "suspect" }
    offline() { zh "离线" en "offline" }
    unreachable() { zh "线路不通" en "unreachable" }
}
