//! Configuration files of gateway and simulator, and how any configuration is read.

messages! { "config";
    // Files and their layers.
    unreadable(why) { zh "读不了：{why}" en "cannot be read: {why}" }
    give_text_file() {
        zh "给出一个本用户可读的 UTF-8 文本文件的路径"
        en "give the path of a UTF-8 text file that this user may read"
    }
    let_parts_be_read(folder) {
        zh "里面的设置会覆盖主配置，读不了就不能运行；让运行本程序的用户能读：`chmod 755 {folder}`"
        en "its files override the configuration, so nothing runs without them; let this user read it: chmod 755 {folder}"
    }
    larger_than(bytes) { zh "超过 {bytes} 字节" en "is larger than {bytes} bytes" }
    is_it_configuration() { zh "这是配置文件吗？" en "is this a configuration?" }
    not_toml(what) { zh "TOML 语法：{what}" en "not valid TOML: {what}" }
    correct_this_line() {
        zh "先改好这一行：文件的其余部分还没有检查"
        en "correct this line first: the rest of the file has not been checked"
    }
    environment_variable(name) { zh "环境变量 {name}" en "environment variable {name}" }
    not_a_key_path() { zh "不是 `mqtt.url` 这样的设置项路径" en "is not a key path such as mqtt.url" }
    elements_by_number() {
        zh "列表里的元素按序号写，从 0 数起：`bus.0.interval_s`"
        en "an element of a list is named by its number, from 0: bus.0.interval_s"
    }
    layers_clash(why) { zh "各层配置合不到一起：{why}" en "the layers do not fit together: {why}" }
    look_at_layers() { zh "检查 `conf.d`、环境变量和 `--set`" en "look at conf.d, the environment and --set" }

    // Kinds of files.
    kind_edge() { zh "网关" en "gateway" }
    kind_hub() { zh "中心端" en "hub" }
    kind_township() { zh "乡镇" en "township" }
    kind_profile() { zh "设备型号文件" en "device profile" }
    kind_scenario() { zh "模拟情景" en "scenario" }
    kind_unknown() { zh "未知文件" en "unknown" }
    no_configuration() { zh "不是 hanqing 的配置文件" en "is not a configuration of hanqing" }
    keys_of_kinds() {
        zh "网关的有 `gateway`，中心端的有 `store`，乡镇的有 `[[village]]`，设备型号文件有 `[[point]]`"
        en "a gateway has `gateway`, a hub `store`, a township [[village]], a device profile [[point]]"
    }
    not_in_this_build(kind) {
        zh "这是{kind}的配置，本程序没有编入这一部分"
        en "configures a {kind}, and this build has no such part"
    }
    build_with_features() { zh "编译时加上 `--features edge,hub,demo`" en "build with --features edge,hub,demo" }

    // Keys.
    required() { zh "必填" en "is required" }
    add_key(key) { zh "加上 `{key}`" en "add `{key}`" }
    unknown_key() { zh "没有这个设置项" en "is not a known key" }
    unknown_key_among(key, known) {
        zh "没有 `{key}` 这个设置项；这里可用的有：{known}"
        en "`{key}` is not a known key; known here: {known}"
    }
    key_required(key) { zh "缺少 `{key}`" en "`{key}` is required" }
    name_not_among(name, known) {
        zh "没有 `{name}`；可用的有：{known}"
        en "`{name}` is not known; known: {known}"
    }
    at_line(line, column, what) {
        zh "第 {line} 行第 {column} 列：{what}"
        en "line {line}, column {column}: {what}"
    }
    known_here(keys) { zh "这里可用的有：{keys}" en "known here: {keys}" }
    leave_it_out() { zh "不用就不要写" en "leave it out" }
    leave_it_out_for(value) { zh "不写即为 {value}" en "leave it out for {value}" }

    // What a value must be.
    must_be(what) { zh "应为 {what}" en "must be {what}" }
    must_be_one_of(words) { zh "应为 {words} 之一" en "must be one of {words}" }
    must_be_whole_between(low, high) {
        zh "应为 {low} 到 {high} 的整数"
        en "must be a whole number from {low} to {high}"
    }
    must_be_whole_from_0() { zh "应为 0 或更大的整数" en "must be a whole number, 0 or more" }
    must_be_whole() { zh "应为整数" en "must be a whole number" }
    must_be_number() { zh "应为数字" en "must be a number" }
    must_be_text() { zh "应为引号里的文字" en "must be a text in quotes" }
    must_be_path() { zh "应为引号里的路径" en "must be a path in quotes" }
    must_be_name() { zh "应为引号里的名称" en "must be a name in quotes" }
    must_be_truth() { zh "应为 `true` 或 `false`" en "must be true or false" }
    must_be_list() { zh "应为列表" en "must be a list" }
    must_be_list_of(n) { zh "应为 {n} 个元素的列表" en "must be an array of length {n}" }
    must_be_shorter() { zh "元素太多" en "has too many elements" }
    must_be_table() { zh "应为表" en "must be a table" }
    must_be_words() {
        zh "应为文字，或 `{{ zh = \"…\", en = \"…\" }}`"
        en "must be a text or {{ zh = \"…\", en = \"…\" }}"
    }
    must_be_address() { zh "应为地址加端口，如 127.0.0.1:8080" en "must be an address and port such as 127.0.0.1:8080" }
    must_be_date() {
        zh "应为日期，如 2022-08-01，或时刻，如 `2022-08-01T00:00:00Z`"
        en "must be a date such as 2022-08-01, or a time such as 2022-08-01T00:00:00Z"
    }
    remove_quotes() { zh "去掉引号" en "remove the quotes" }
    put_in_quotes() { zh "加上引号" en "put it in quotes" }
    no_decimals() { zh "去掉小数部分" en "leave the decimal places out" }
    put_in_brackets() { zh "放进 `[ ]` 里" en "put it in [ ]" }
    no_names() {
        zh "不能写主机名：127.0.0.1 是本机，0.0.0.0 是本机的所有地址"
        en "names are not looked up: 127.0.0.1 is this machine, 0.0.0.0 any address of it"
    }

    // What toml says of its syntax; its own words are in `foreign_toml`.
    toml_expected(what, expected) { zh "{what}，这里应为：{expected}" en "{what}, expected {expected}" }
    toml_expected_nothing(what) { zh "{what}" en "{what}, expected nothing" }
    toml_span(what, low, high) { zh "{low} 到 {high} 的{what}" en "{what} between {low} and {high}" }

    // The broker.
    broker_examples() {
        zh "`mqtts://broker.example.org:8883`，或本机的 `mqtt://127.0.0.1:1883`"
        en "mqtts://broker.example.org:8883, or mqtt://127.0.0.1:1883 on this machine"
    }
    not_encrypted() { zh "没有加密，数据又要离开本机" en "is not encrypted and leaves this machine" }
    encrypt_or_accept() {
        zh "改用 `mqtts`，或写 `mqtt.allow_plaintext = true`，并接受读数可能被偷看和伪造"
        en "use mqtts, or set mqtt.allow_plaintext = true and accept that readings can be read and forged"
    }
    shows_no_certificate() { zh "没有加密，用不上证书" en "is not encrypted, so no certificate is shown" }
    encrypt_or_no_certificate() {
        zh "改用 `mqtts`，或不写 `cert_file` 和 `key_file`"
        en "use mqtts, or leave out cert_file and key_file"
    }
    password_needs_user() { zh "没有用户名，MQTT 不发送密码" en "MQTT sends no password without a user" }
    no_file() { zh "找不到文件，或者读不了" en "file not found or not readable" }
    correct_path() {
        zh "改正路径，或让本用户能进入这个目录"
        en "correct the path, or let this user into the directory"
    }

    open_secret(key, path, mode) {
        zh "{key}：{path} 的权限是 {mode}，本机的任何用户都能打开；请执行 `chmod 640 {path}`"
        en "{key}: {path} has mode {mode} and is open to every user of this machine; chmod 640 {path}"
    }

    // Spool, uplink, socket and metrics.
    names_no_file() { zh "不是文件的路径" en "names no file" }
    give_lasting_file() {
        zh "给出一个文件，所在的磁盘要经得起断电"
        en "give a file on a disk that survives a power cut"
    }
    nothing_is_sent() { zh "这样什么也发不出去" en "nothing could ever be sent" }
    no_limit() { zh "不写即为不限" en "leave it out for no limit" }
    give_socket_file() {
        zh "给出一个文件，不写则放在本地缓存旁边"
        en "give a file, or leave it out: it then lies beside the spool"
    }
    no_space_is_kept() {
        zh "`spool.free_min_mb = 0`：缓存会把硬盘用到几乎写满，本机的其他程序（如系统日志）就写不进去了；不写这一项，则留出 64 MiB"
        en "spool.free_min_mb = 0: the spool may fill the disk almost to its end, and nothing else of this machine, such as its logs, can be \
            written then; leave it out to keep 64 MiB free"
    }
    spool_in_memory(key, path, system) {
        zh "{key}：{path} 在内存盘（{system}）上，一断电，其中还没有送到中心端的读数就全部丢失；`OpenWrt` 的 `/var` 就是内存盘；\
            请改放到闪存、存储卡或硬盘上的目录"
        en "{key}: {path} lies on a disk in main memory ({system}): a power cut loses all readings that the hub does not have yet. \
            On OpenWrt /var is such a disk; use a directory on flash, a storage card or a disk"
    }
    file_in_memory(key, path, system) {
        zh "{key}：{path} 在内存盘（{system}）上，一断电就全部丢失；请改放到硬盘上的目录"
        en "{key}: {path} lies on a disk in main memory ({system}): a power cut loses all of it. Use a directory on a disk"
    }
    is_the_spool() { zh "就是本地缓存的文件" en "is the file of the spool" }
    other_socket_file() {
        zh "换一个文件，或给本地缓存的文件改名，名称不以 `.sock` 结尾"
        en "give another file, or rename the spool: it must not end in .sock"
    }
    socket_too_long(bytes, most) {
        zh "有 {bytes} 字节，而套接字的路径最多 {most} 字节"
        en "has {bytes} bytes; the path of a socket has at most {most}"
    }
    shorter_socket() {
        zh "把 `socket` 写成更短的路径，如 `/run/hanqing/edge.sock`"
        en "set `socket` to a shorter path, such as /run/hanqing/edge.sock"
    }
    port_range() { zh "端口应在 1 到 65535 之间" en "the port must be 1 to 65535" }
    usual_port(port) { zh "通常是 {port}" en "{port} is the usual one" }
    open_to_others() {
        zh "别的机器也能访问，而这个页面不要密码"
        en "can be reached from other machines, and the page asks for no password"
    }
    listen_here() {
        zh "改为监听 127.0.0.1；有防火墙挡住外人时，可写 `allow_remote = true`"
        en "listen on 127.0.0.1, or set allow_remote = true where a firewall keeps others out"
    }

    // Lines.
    no_line() {
        zh "没有线路：`tcp`、`serial`、`rtu_tcp`、`dtu` 中写一个"
        en "has no line: give one of tcp, serial, rtu_tcp and dtu"
    }
    line_examples() {
        zh "`tcp = \"192.168.1.10:502\"`，或 `serial = {{ port = \"/dev/serial/by-id/...\", baud = 9600 }}`"
        en "tcp = \"192.168.1.10:502\", or serial = {{ port = \"/dev/serial/by-id/...\", baud = 9600 }}"
    }
    second_line(first) {
        zh "是这条总线的第二条线路，它已经有 `{first}`"
        en "is a second line of this bus, which has {first} already"
    }
    keep_one_line() { zh "留一条，另一条单独写成一条总线" en "keep one, and make a bus of the other" }
    numbers_only_tcp() {
        zh "只有 Modbus TCP 有事务号，这条总线没有 `tcp`"
        en "is for Modbus TCP, and this bus has no tcp"
    }
    leave_out_numbers() { zh "删去这一项" en "leave it out" }
    line_is_taken(first) {
        zh "已是 `bus[{first}]` 的线路：一条线路只能由一个任务使用"
        en "is the line of bus[{first}] already: one task owns a line"
    }
    one_bus_a_line() {
        zh "同一条线路上的设备都写在一条总线下"
        en "put all devices on one line on one bus"
    }
    whole_port_path() { zh "应为串口的完整路径" en "must be the whole path of a port" }
    list_ports() {
        zh "如 `/dev/serial/by-id/usb-...`，用 `hanqing ports` 列出"
        en "/dev/serial/by-id/usb-...: `hanqing ports` lists them"
    }
    shorter_than_gap(gap) {
        zh "比 `gap_ms` 的 {gap} 短，而每次请求前都要静默这么久"
        en "is shorter than gap_ms, {gap}, which is kept before every request"
    }
    give_as_much() { zh "至少写得一样大，或不写" en "give at least as much, or leave it out" }
    terminal_dials() {
        zh "写 DTU 里设定要拨的端口，如 0.0.0.0:6000"
        en "the one that the terminal is set to dial, such as 0.0.0.0:6000"
    }
    bytes_of_terminal() {
        zh "写 DTU 发来的文字，字节写成 `hex:0102`"
        en "text as the terminal sends it, or bytes as hex:0102"
    }
    registration_taken(first) {
        zh "与 `{first}` 的相同，两者监听同一个地址"
        en "is that of {first}, which listens at the same address"
    }
    registration_begins_alike(first) {
        zh "与 `{first}` 的开头相同，两者监听同一个地址"
        en "begins like that of {first}, which listens at the same address"
    }
    registration_required(first) {
        zh "必填，否则分不清是这台 DTU 还是 `{first}` 那台：两者监听同一个地址"
        en "is required to tell the terminal from that of {first}, which listens at the same address"
    }
    own_registration() {
        zh "给每台 DTU 各写一个注册包，DTU 里也照样设好；或者让它拨另一个端口"
        en "give each terminal a registration of its own, and set it in the terminal; or let it dial another port"
    }
    peers_are_everybody() {
        zh "范围太大，等于没有限制：最大到 10.0.0.0/8 或 fc00::/7 这样的内部网段"
        en "is too wide to be a limit: at most /8, or /7 of IPv6, as the largest private networks are"
    }
    peers_examples() {
        zh "写 DTU 所在的网络，如 `10.8.0.0/16`；不限制就不写 `peers`"
        en "name the terminals' network, such as 10.8.0.0/16; leave peers out for no limit"
    }
    gap_of_standard() { zh "不写即按标准的规定" en "leave it out for what the standard asks for" }
    must_be_host_port() { zh "应为 `主机:端口`" en "must be host:port" }
    only_host_port() { zh "应为 `主机:端口`，不带别的内容" en "must be host:port and nothing else" }
    no_host() { zh "端口前面没有主机" en "has no host before the port" }

    // Buses and devices.
    gateway_needs_bus() { zh "网关至少要有一条总线" en "a gateway has at least one bus" }
    add_bus() { zh "加上 `[[bus]]`，写明名称、线路和设备" en "add [[bus]] with name, line and devices" }
    bus_name_of_its_own() { zh "每条总线的名称要不同" en "give each bus a name of its own" }
    bus_name_in_logs() { zh "日志里用它称呼这条总线" en "it names the bus in logs" }
    usual_timeout() {
        zh "现场设备一般在 20 到 150 ms 内应答；不写即为 1000"
        en "field devices answer in 20 to 150 ms; leave it out for 1000"
    }
    bus_needs_device() { zh "总线上至少要有一台设备" en "a bus has at least one device" }
    add_device() {
        zh "加上 `[[bus.device]]`，写明 `unit`、`profile` 和 `station`，或删掉这条总线"
        en "add [[bus.device]] with unit, profile and station, or remove the bus"
    }
    unit_of_its_own() {
        zh "同一条总线上每台设备的站号要不同：在设备上查看"
        en "each device on a bus has a unit id of its own: look at the device's display"
    }
    reserved_units() { zh "0 是广播，大于 247 的保留" en "0 is broadcast, and above 247 is reserved" }
    factor_of_1() { zh "不写即系数为 1" en "leave it out for a factor of 1" }
    no_offset() { zh "不写即不加" en "leave it out for none" }
    unknown_profile() { zh "没有这个设备型号文件" en "is not a known device profile" }
    observed_already(series, first) {
        zh "{series} 已由 `{first}` 观测"
        en "{series} is observed by {first} already"
    }
    one_device_a_series() {
        zh "一个序列只由一台设备观测：在 `parameters` 里写明两台各读什么"
        en "a series has one device: name in `parameters` what each of the two reads"
    }
    not_a_channel(profile) { zh "设备型号文件 {profile} 里没有这个通道" en "is not a channel of profile {profile}" }
    no_channels() {
        zh "它没有通道：只写设备的 `station`"
        en "it has none: give the device's `station` alone"
    }
    it_has(names) { zh "它有：{names}" en "it has {names}" }
    channels_required(profile) {
        zh "必填：设备型号文件 {profile} 里的测点都属于通道"
        en "is required: all points of profile {profile} belong to channels"
    }
    name_channels() {
        zh "给每个接了传感器的通道写明测站"
        en "name the station of each channel that is connected"
    }
    not_a_parameter(profile) { zh "设备型号文件 {profile} 里没有这个参数" en "is not a parameter of profile {profile}" }
    adjusts_unread() {
        zh "校正的参数没有读取：它不在 `parameters` 里"
        en "adjusts a parameter that is not read: it is not among `parameters`"
    }
    distance_is_no_level(delivers) {
        zh "{delivers}测的是到水面的距离，当作水位必须反过来；写 `adjust.level = {{ scale = -1.0, offset = 探头面高程 }}`"
        en "{delivers} measures the distance down to the water, which is no level before it is reversed; write adjust.level = {{ scale = -1.0, offset = ... }} with the elevation of the sensor's face"
    }
    delivers(profile, unit, station) {
        zh "测站 {station}（{profile}，站号 {unit}）"
        en "station {station} ({profile}, unit {unit})"
    }
    bottom_above(bottom, township) {
        zh "而 {township} 里它的底部高程是 {bottom} 米（`bottom_m`）"
        en "but its bottom lies at {bottom} m (bottom_m in {township})"
    }
    crest_below(crest, township) {
        zh "而 {township} 里它的顶部高程是 {crest} 米（`crest_m`）"
        en "but its crest lies at {crest} m (crest_m in {township})"
    }
    adjust_depth() {
        zh "在这台设备下写 `adjust.level = {{ offset = 探头高程 }}`"
        en "write adjust.level = {{ offset = ... }} under this device, with the elevation of the sensor"
    }
    adjust_distance() {
        zh "在这台设备下写 `adjust.level = {{ scale = -1.0, offset = 探头面高程 }}`"
        en "write adjust.level = {{ scale = -1.0, offset = ... }} under this device, with the elevation of the sensor's face"
    }
    level_out_of_reach(edge, device, least, most, geometry, line) {
        zh "{edge}：{device} 的水位只能在 {least} 到 {most} 米之间，{geometry}；{line}"
        en "{edge}: {device} can give levels from {least} to {most} m only, {geometry}; {line}"
    }
    add_it_there() { zh "加进去，或删掉这一项" en "add it there, or remove this" }

    // Polling.
    intervals() {
        zh "300 是五分钟一次，3600 是一小时一次，0 是不停顿"
        en "300 is every five minutes, 3600 every hour, 0 without a pause"
    }
    intervals_in_seconds() {
        zh "单位是秒：300 是五分钟一次，3600 是一小时一次，0 是不停顿"
        en "seconds: 300 is every five minutes, 3600 every hour, 0 without a pause"
    }
    longer_than_interval(interval_s) {
        zh "比 `interval_s` 的 {interval_s} 长"
        en "is longer than interval_s, {interval_s}"
    }
    drought_shortens() {
        zh "旱情时的间隔应更短：改小，或不写"
        en "a drought shortens the interval: give less, or leave it out"
    }
    below_probe_first() {
        zh "不能小于 `probe_first_s`：探测的间隔从那个值加长到这个值"
        en "must be at least probe_first_s: pauses between probes grow from that to this"
    }
    give_more() { zh "改大，或不写" en "give more, or leave it out" }
    that_of_bus() { zh "不写即用总线的" en "leave it out for that of the bus" }
    that_of_profile() { zh "不写即用设备型号文件的" en "leave it out for that of the profile" }
    before_first(first) { zh "比 `first` 的 {first} 小" en "lies before first, {first}" }
    last_of_hole() {
        zh "不可读的最后一个寄存器，按线路上的地址"
        en "the last register of the hole, as an address on the wire"
    }
    interval_of_unread() {
        zh "给没有读取的参数写了间隔"
        en "is the interval of a parameter that is not read"
    }
    remove_or_read() { zh "删掉，或读取这个参数" en "remove it, or read the parameter" }
    parts_of_values(parameters, count) {
        zh "比一个值占用的寄存器少（{parameters}：最多 {count} 个），一个值一次读不完"
        en "is less than a value takes ({parameters}: up to {count}): one request does not read the whole value"
    }
    give_registers(count) {
        zh "至少写 {count}，或不读它们；设备若可以把一个值分几次读，写 `in_parts = true`"
        en "give at least {count}, or leave them out; in_parts = true where the device lets a value be read by several requests"
    }
    hole_is_read(parameter, first, last) {
        zh "含有 {parameter} 要读的寄存器 {first} 到 {last}"
        en "holds registers of {parameter}, {first} to {last}, which is read"
    }
    hole_of_manual() {
        zh "像是说明书上带寄存器种类数字的编号，设备型号文件里没有寄存器在那里"
        en "looks like a manual's number with the digit of its table, and the profile has no register there"
    }
    hole_on_wire(address) {
        zh "写线路上的地址，从 0 数起：多半是 {address}"
        en "write the address on the wire, from 0: probably {address}"
    }
    correct_hole() {
        zh "改正这一段，或在 `parameters` 里写明其余要读的参数"
        en "correct the hole, or name in `parameters` what is read without it"
    }

    // Quality rules.
    tests_unread() { zh "检验的参数没有读取" en "tests a parameter that is not read" }
    unknown_preset() { zh "没有这个预设" en "is not a known preset" }
    preset_for(parameter) { zh "是 {parameter} 的预设" en "is a preset for {parameter}" }
    limits_instead() { zh "不用预设，直接写限值" en "give limits instead of a preset" }
    preset_interval(longest_s, interval_s) {
        zh "要求至少每 {longest_s} 秒轮询一次，这里是每 {interval_s} 秒一次"
        en "expects a poll at least every {longest_s} s; this one runs every {interval_s} s"
    }
    poll_more_often() {
        zh "轮询得勤一些，或不用预设，直接写限值"
        en "poll more often, or give limits instead of a preset"
    }
    span_of_year() {
        zh "全年数值所在的范围，用参数的单位"
        en "the span in which its value lies all year, in the parameter's unit"
    }
    limits_in_order() {
        zh "应为 `[可疑]` 或 `[可疑, 不合格]`，都大于 0，先小后大"
        en "must be [suspect] or [suspect, fail], above 0 and in this order"
    }
    meaning_of_limits() {
        zh "超过第一个值即为可疑，超过第二个值不计入"
        en "a value beyond the first is doubted, beyond the second it does not count"
    }
    gap_within_interval(interval_s) {
        zh "应比轮询的间隔 {interval_s} 秒长，否则每个读数都在间断之后"
        en "must be longer than the time between polls, {interval_s} s: each reading would come after a gap"
    }
    some_intervals() { zh "写两三个间隔那么长" en "give two or three intervals" }
    resolution() { zh "传感器的分辨力，如 0.001" en "the sensor's resolution, such as 0.001" }
    hours_such_as(hours) { zh "小时数，如 {hours}" en "hours, such as {hours}" }
    more_than(key) { zh "应大于 `{key}`" en "must be more than {key}" }
    where_never_fails() { zh "永不判为不合格时不写" en "leave it out where it never fails" }
    deviations_in_order() {
        zh "应为 `[可疑]` 或 `[可疑, 不合格]`，都大于 0，第二个更小：波动越小越差"
        en "must be [suspect] or [suspect, fail], above 0, the second the smaller: less deviation is worse"
    }
    unit_of_parameter() { zh "用参数的单位" en "in the parameter's unit" }
    remove_one_of_two() { zh "两个里删掉一个" en "remove one of the two" }
    power_on_plate() { zh "单位 kW，见水泵铭牌" en "kW, from the pump's plate" }
    beside_rated() {
        zh "与 `rated_kw` 只能写一个：两者都说明功率超过多少算水泵在运行"
        en "is given beside rated_kw: each says above which power the pump runs"
    }
    least_flow() { zh "单位 m3/h，流量计的最小流量" en "m3/h, the meter's least flow" }
    shows_no_run() {
        zh "既没有 `run_state` 也没有 `power`：没有读数能说明它在运行"
        en "has neither run_state nor power: no reading shows that it runs"
    }
    read_run_state() { zh "读取它的 `run_state` 或 `power`" en "read its run_state or its power" }
    rated_required() { zh "必填：只有功率能说明它在运行" en "is required: only its power shows that it runs" }
    add_rated() { zh "加上 `rated_kw`，见水泵铭牌" en "add rated_kw, from the pump's plate" }
    no_flow_read() { zh "本网关没有读取它的 `flow`" en "has no flow that this gateway reads" }
    name_flow_station() {
        zh "在 `flow` 里填装有流量计的测站"
        en "name in `flow` the station with the flow meter"
    }
    no_level_read() { zh "本网关没有读取它的 `level`" en "has no level that this gateway reads" }
    read_level() { zh "在本网关读取它的 `level`" en "read its level on this gateway" }
    fall_of_level() { zh "单位 m/h，要大于蒸发和渗漏" en "m/h, more than evaporates and seeps away" }
    hours_of_fall() { zh "测算水位下降的小时数" en "the hours over which the fall is measured" }
    name_pumps() {
        zh "写明从它取水的所有水泵：不然分不清水位下降是不是抽水引起的"
        en "name all pumps that draw from it: without them no fall can be told from pumping"
    }
    pump_shows_no_run() {
        zh "没有读数能说明这台水泵在运行"
        en "is a pump of which no reading shows that it runs"
    }
    read_run_state_or_rated() {
        zh "读取它的 `run_state`，或读取 `power` 并在 `[[pump]]` 里写 `rated_kw`"
        en "read its run_state, or its power and give its rated_kw in [[pump]]"
    }

    // Device profiles.
    faulty_build() { zh "本程序自身有错，请反馈给开发者" en "this build is faulty: report it" }
    shipped_profile(id) { zh "自带的设备型号文件 {id}" en "shipped profile {id}" }
    give_profiles() {
        zh "给出放设备型号文件的目录，或不写 `devices_dir`"
        en "give a directory with device profiles, or leave devices_dir out"
    }
    id_is_file_name() {
        zh "应为去掉 `.toml` 的文件名"
        en "must be the name of its file without .toml"
    }
    rename_file() { zh "给文件改名，或改正 `id`" en "rename the file or correct the id" }

    // Tables of registers.
    the_file() { zh "文件" en "file" }
    row(row) { zh "第 {row} 行" en "row {row}" }
    row_part(row, part) { zh "第 {row} 行 {part}" en "row {row}, {part}" }
    cell(row, letters) { zh "第 {row} 行 {letters} 列" en "row {row}, column {letters}" }
    cell_below(row, letters, heading) {
        zh "第 {row} 行 {letters} 列（{heading}）"
        en "row {row}, column {letters} ({heading})"
    }
    table_bytes(most) { zh "寄存器表最多 {most} 字节" en "a register table has at most {most} bytes" }
    is_it_right_file() { zh "文件选对了吗？" en "is it the right file?" }
    table_is_text() { zh "寄存器表应为 UTF-8 文本" en "a register table is UTF-8 text" }
    save_as_utf8() {
        zh "在 Excel 里另存为“CSV UTF-8（逗号分隔）”，不要存成 GBK/ANSI"
        en "save it in Excel as “CSV UTF-8 (Comma delimited)”, not as GBK/ANSI"
    }
    not_csv(why) { zh "CSV 读不了：{why}" en "cannot be read as CSV: {why}" }
    check_quotes_of_first_row() { zh "检查第一行的引号" en "check the quotes in the first row" }
    check_quotes() { zh "检查这一行的引号" en "check its quotes" }
    table_rows(most) { zh "寄存器表最多 {most} 行" en "a register table has at most {most} rows" }
    split_it() { zh "拆成几个文件" en "split it" }
    no_rows() { zh "表里没有数据行" en "the table has no rows" }
    write_rows() {
        zh "在表头下面，每个数值写一行"
        en "below the headings, write one row for each value"
    }
    not_a_column() { zh "寄存器表没有这一列" en "is not a column of a register table" }
    near_heading(near) { zh "是不是“{near}”？" en "did you mean {near}?" }
    known_headings(names) { zh "可用的有：{names}" en "known are {names}" }
    column_stands_once() { zh "同一列只能写一次" en "each column stands once" }
    column_missing(column) { zh "缺少“{column}”列" en "the column {column} is missing" }
    add_to_headings() { zh "加进表头" en "add it to the headings" }
    not_known() { zh "不认识" en "is not known" }
    not_a_number() { zh "不是数字" en "is not a number" }
    write_number() {
        zh "小数点用 `.`，不带单位，如 0.01"
        en "write it with a point and without a unit, such as 0.01"
    }
    one_of(words) { zh "可用的有：{words}" en "one of {words}" }
    such_as(words) { zh "如 {words}" en "such as {words}" }
    known_orders(orders) {
        zh "可用的有：{orders}；`hanqing probe` 能看出哪个合适"
        en "one of {orders}; `hanqing probe` shows which one fits"
    }
    write_address() { zh "写成 16、`0x10` 或 `10H`" en "write it as 16, 0x10 or 10H" }
    does_not_read() { zh "不是读取用的功能码" en "is not a function that reads" }
    functions_that_read() {
        zh "1 线圈，2 离散输入，3 保持寄存器，4 输入寄存器"
        en "1 coils, 2 discrete inputs, 3 holding or 4 input registers"
    }
    no_digit_of_table() {
        zh "开头不是表示寄存器种类的数字"
        en "does not begin with the digit of its table"
    }
    digits_of_tables() {
        zh "4 保持寄存器，3 输入寄存器，1 离散输入，0 线圈，如 40001 或 400001；或改用 `--base 0` 或 `--base 1`"
        en "4 holding, 3 input registers, 1 discrete inputs, 0 coils: 40001 or 400001; or give --base 0 or 1"
    }
    not_an_address() {
        zh "按 `--base` 的数法不是地址"
        en "is not an address, counted as --base says"
    }
    addresses_on_wire() { zh "线路上的地址是 0 到 65535" en "addresses on the wire are 0 to 65535" }
    not_only_numbers() { zh "里面有不是数字的内容" en "contains something other than numbers" }
    invalid_values() { zh "如 32767 -32768，或 `0x7FFF`" en "such as 32767 -32768, or 0x7FFF" }
    required_beside_least() { zh "写了下限时必填" en "is required where there is a least value" }
    required_beside_most() { zh "写了上限时必填" en "is required where there is a largest value" }
    what_it_measures() { zh "设备能测的范围" en "what the device can measure" }
    counter_needs_rate(parameter) { zh "必填：{parameter}是计数器" en "is required: {parameter} is a counter" }
    most_growth() {
        zh "一小时最多增加多少，用它的单位"
        en "the most that it can grow in an hour, in its unit"
    }
    words_and_value() {
        zh "寄存器写成十六进制，如 `092E`，用 `hanqing probe` 在设备上读；数值写同一时刻设备显示的，用本行的单位"
        en "the registers as hexadecimal words, such as 092E, as `hanqing probe` reads them from the device, and the value that it displayed then, in the row's unit"
    }

    // Columns of a table of registers, as the manuals name them.
    column_parameter() { zh "参数" en "parameter" }
    column_channel() { zh "通道" en "channel" }
    column_function() { zh "功能码" en "function" }
    column_address() { zh "地址" en "address" }
    column_type() { zh "类型" en "type" }
    column_order() { zh "字节序" en "order" }
    column_scale() { zh "倍率" en "scale" }
    column_offset() { zh "偏移" en "offset" }
    column_unit() { zh "单位" en "unit" }
    column_invalid() { zh "无效值" en "invalid" }
    column_least() { zh "下限" en "min" }
    column_most() { zh "上限" en "max" }
    column_modulus() { zh "回绕值" en "modulus" }
    column_rate() { zh "每小时最大增量" en "max_rate_per_hour" }
    column_words() { zh "示例寄存器" en "example_words" }
    column_value() { zh "示例值" en "example_value" }
    column_remark() { zh "备注" en "remark" }

    // The built-in example.
    device_profile(id) { zh "设备型号文件 {id}" en "device profile {id}" }
    file_of_example(name) { zh "示例里的 {name}" en "the example's {name}" }
}
