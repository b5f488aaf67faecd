//! First minutes: the first configuration of a gateway (`hanqing init edge`), what that of an office has in common with
//! it, and the gateway's examination (`hanqing doctor`).

messages! { "setup";
    // init: what is given and what is not.
    is_there_already(file) {
        zh "{file} 已经存在，没有改动；要重写请加 `--force`，原文件改名为 `.old` 留在旁边，或用 `--out` 换一个文件"
        en "{file} is there already and stays as it is; --force writes it anew and keeps this one beside it as .old, or give another file with --out"
    }
    option_is_wrong(option, value, why) { zh "{option} 不能是 `{value}`：{why}" en "{option} cannot be `{value}`: {why}" }
    no_level_to_correct(profile) {
        zh "设备型号 {profile} 不测水位，不用写高程"
        en "profile {profile} has no level that it would be added to: leave it out"
    }
    options_missing(options) {
        zh "这里不能提问，缺少：{options}；请给出这些选项，或在终端里运行"
        en "nobody can be asked here, and these are missing: {options}; give them, or run this at a terminal"
    }
    one_of_the_lines() { zh "`--serial`、`--tcp` 或 `--rtu-tcp`" en "one of --serial, --tcp and --rtu-tcp" }
    would_not_pass(file) {
        zh "没有写入 {file}：连同 `conf.d` 和环境变量，它通不过检查："
        en "{file} is not written: with conf.d and the environment it would not pass the check:"
    }
    cannot_be_placed(file) {
        zh "写不了 {file}；请用 root 运行，或用 `--out` 换一个可写的目录"
        en "cannot write {file}; run this as root, or give a file in a writable directory with --out"
    }
    cannot_be_written(file) {
        zh "写不了 {file}；也可以用 `--out` 换一个地方"
        en "cannot write {file}; --out puts it elsewhere"
    }
    folder_made(folder) { zh "已建目录 {folder}" en "the directory {folder} is made" }
    folder_cannot_be_made(folder) { zh "建不了目录 {folder}" en "cannot make the directory {folder}" }
    written(file) { zh "已写入 {file}" en "{file} is written" }
    kept(file) { zh "原文件保留为 {file}" en "the file before is kept as {file}" }
    nothing_written() { zh "什么也没有写入" en "nothing is written" }

    // init: the questions.
    asks() {
        zh "每个回答都当场检查；按 Ctrl-C 放弃，什么也不写。"
        en "Each answer is checked at once; Ctrl-C gives up, and nothing is written."
    }
    asked_in_vain() { zh "输入已结束，还有问题没有回答；什么也没有写入" en "the input has ended before the last question; nothing is written" }
    ask_gateway() { zh "网关的名称，在本乡镇不重复，如 `gw-dongmen`" en "Name of this gateway, unique in the township, such as gw-dongmen" }
    ask_broker() {
        zh "消息服务器，如 `mqtts://mqtt.example.org:8883`；由 `hanqing enroll` 取得就直接回车"
        en "Broker, such as mqtts://mqtt.example.org:8883; Enter if hanqing enroll will set it"
    }
    ports_found() { zh "本机的串口：" en "Serial ports of this machine:" }
    no_ports_found() { zh "本机没有串口。" en "This machine has no serial port." }
    used_by(programs) { zh "（{programs} 正在用）" en "(in use by {programs})" }
    ask_line() {
        zh "设备接在哪里：上面的序号，串口的路径，Modbus TCP 的主机和端口，如 `192.168.1.10:502`，透传 RTU 帧的串口服务器前面加 `rtu:`"
        en "Where the devices are: a number from above, the path of a serial port, host:port for Modbus TCP, or rtu:host:port for a serial server that passes RTU frames through"
    }
    not_in_list(number) {
        zh "上面没有序号 {number}；请给出列出的序号、串口的路径或主机和端口"
        en "no port above has the number {number}; give one that is listed, the path of a serial port, or host:port"
    }
    ask_baud() { zh "串口的波特率" en "Speed of the serial line, bit/s" }
    ask_unit() { zh "设备的站号，1 到 247" en "Unit of the device, 1 to 247" }
    ask_another_unit() { zh "这条总线上还有设备吗？站号；没有就直接回车" en "Another device on this bus? Its unit, or Enter for none" }
    ask_profile() { zh "设备的型号；输入名称的一部分查找，`?` 列出全部" en "Profile of the device; a part of its name looks for it, ? lists all" }
    ask_station() {
        zh "它观测的测站，与办公室 `township.toml` 里的编号一致，如 `pond-dongmen-1`"
        en "Station that it observes, by its id in the office's township.toml, such as pond-dongmen-1"
    }
    ask_offset() {
        zh "探头的测量高程，米；还不知道就直接回车，以后写进文件"
        en "Surveyed elevation of its sensor, m; Enter if it is not known yet, and write it into the file later"
    }
    ask_offset_above() {
        zh "探头面的高程，米；还不知道就直接回车，以后写进文件"
        en "Elevation of the face of its sensor, m; Enter if it is not known yet, and write it into the file later"
    }
    plaintext_option() {
        zh "在这里接受：用 `--allow-plaintext` 重新运行"
        en "to accept it here, run this again with --allow-plaintext"
    }
    ask_write(file) { zh "写入 {file} 吗？`[Y/n]`" en "Write {file}? [Y/n]" }

    yes() { zh "是" en "yes" }

    // init: what follows.
    no_broker_yet() {
        zh "还没有消息服务器：读数在本地缓存里等着，直到 `hanqing enroll` 取得地址和证书。"
        en "There is no broker yet: readings wait in the spool until hanqing enroll has fetched its address and the certificates."
    }
    broker_waits(url) {
        zh "{url} 要用证书，而配置旁边还没有证书，所以这个地址先写成注释：`hanqing enroll` 会取得地址和证书；自己复制证书的，复制后去掉 `#`。"
        en "{url} needs certificates, and none lie beside the configuration, so its address stands there as a comment: hanqing enroll fetches address and certificates; whoever copies them by hand removes the # afterwards."
    }
    enroll_command(config) { zh "hanqing enroll --hub 中心端的地址{config}" en "hanqing enroll --hub HUB{config}" }
    next() { zh "接下来：" en "Next:" }

    trust_clock_option() {
        zh "本机有电池时钟或卫星授时的，`--trust-clock` 写上 `clock.trust = \"always\"`，读数不再等校时。"
        en "Where a battery or GPS keeps this machine's clock right, --trust-clock writes clock.trust = \"always\", and readings do not wait."
    }

    // init: comments in the file.
    file_head(gateway, file) {
        zh "网关 {gateway} 的配置，由 `hanqing init edge` 写成，可以随意修改。\n\n  `hanqing check {file}`        一次列出所有问题\n  `hanqing doctor -c {file}`    检查时钟、磁盘、消息服务器、证书和每台设备"
        en "Gateway {gateway}. Written by hanqing init edge; change it as you need.\n\n  hanqing check {file}        names every problem at once\n  hanqing doctor -c {file}    examines clock, disk, broker, certificates and each device"
    }
    file_gateway() { zh "网关的名称，在本乡镇不重复。" en "The name of this gateway, unique in the township." }
    file_lang() {
        zh "状态和提示的语言，`zh` 或 `en`；`--lang` 和 `HANQING_LANG` 优先。"
        en "The language of messages and status, \"zh\" or \"en\", where neither --lang nor HANQING_LANG says it."
    }
    file_broker() {
        zh "办公室的消息服务器。用 `mqtts` 时总是核对它的证书；证书换新后 15 秒内自动采用。"
        en "The office's broker. With mqtts its certificate is always verified; replaced files are loaded within 15 s."
    }
    file_plaintext() {
        zh "没有加密：线路上的任何人都能偷看和伪造读数。"
        en "Nothing is encrypted: whoever taps the line can read and forge readings."
    }
    file_no_broker_yet() {
        zh "还没有消息服务器。`hanqing enroll` 取得地址和证书，写进旁边的 `conf.d`，优先于这里。\n在那以前读数不出本机，在本地缓存里等着。"
        en "There is no broker yet. hanqing enroll fetches its address and the certificates into conf.d beside this file, which\ncounts before what stands here. Until then nothing leaves this machine, and readings wait in the spool."
    }
    file_enrolled() {
        zh "`hanqing enroll` 已把消息服务器的地址和证书写进旁边的 `conf.d`，优先于这里。"
        en "hanqing enroll has set the broker's address and the certificates in conf.d beside this file, which counts before\nwhat stands here."
    }
    file_broker_by_hand() {
        zh "自己复制证书时，用下面四行代替上面的 `url`："
        en "Whoever copies the certificates by hand uses these four lines in place of the url above:"
    }
    file_spool() {
        zh "读数在这里等到办公室确认。要放在经得起断电的磁盘上。"
        en "Readings wait here until the office has them. Put it on a disk that survives a power cut."
    }
    file_clock() {
        zh "`kernel`：时间服务（`systemd-timesyncd`、`chrony`、`ntpd`）校时以后才相信本机的时钟，此前的读数等校时后改正时间。\n`always`：本机有电池时钟或卫星授时，一开机就准。"
        en "\"kernel\": the clock is right once a time service (systemd-timesyncd, chrony, ntpd) has set it; earlier readings get\ntheir true times then. \"always\": a battery or GPS keeps it right from the start."
    }
    file_bus() {
        zh "每条线路或每个地址一个 `[[bus]]`，它后面的每台设备一个 `[[bus.device]]`。线路写其中一种：\n  `serial = {{ port = \"/dev/serial/by-id/usb-...\", baud = 9600, parity = \"none\" }}`   串口，由 `hanqing ports` 列出\n  `tcp = \"192.168.1.10:502\"`       Modbus TCP 设备或串口服务器\n  `rtu_tcp = \"192.168.1.12:26\"`    透传 RTU 帧的串口服务器"
        en "One [[bus]] for each line or endpoint, one [[bus.device]] for each unit behind it. The line is one of these:\n  serial = {{ port = \"/dev/serial/by-id/usb-...\", baud = 9600, parity = \"none\" }}   a port, as hanqing ports lists it\n  tcp = \"192.168.1.10:502\"         a Modbus TCP device or serial server\n  rtu_tcp = \"192.168.1.12:26\"      a serial server that passes RTU frames through"
    }
    file_interval() { zh "每隔多少秒轮询一次。" en "Time between polls, s." }
    file_parameters() { zh "只读其中几个参数时写：" en "To read only some of its parameters:" }
    file_channels() { zh "这种设备采集几个测站，每个通道写上接在哪个测站：" en "It gathers for several stations: the station at each channel that is connected:" }
    file_level() {
        zh "压力式水位计测的是探头以上的水深；`offset` 是探头的测量高程，米："
        en "A submersible sensor measures the water above itself; offset is the surveyed elevation of the sensor, m:"
    }
    file_distance() {
        zh "雷达或超声水位计测的是到水面的距离；`scale` 取 -1，`offset` 是探头面的高程，米："
        en "It measures the distance down to the water; scale -1 reverses it, offset is the elevation of its face, m:"
    }

    // doctor: marks and subjects.
    right() { zh "正常" en "ok" }
    doubtful() { zh "存疑" en "doubtful" }
    wrong() { zh "有误" en "wrong" }
    configuration() { zh "配置" en "configuration" }
    service() { zh "服务" en "service" }
    clock() { zh "时钟" en "clock" }
    disk() { zh "磁盘" en "disk" }
    certificate() { zh "证书" en "certificate" }
    broker() { zh "消息服务器" en "broker" }
    hub() { zh "中心端的确认" en "hub's answer" }
    bus(name) { zh "总线 {name}" en "bus {name}" }
    view(name) { zh "视图 {name}" en "view {name}" }
    pushed() { zh "下发的配置" en "pushed settings" }
    device(bus, unit, station) { zh "总线 {bus} 站号 {unit}（{station}）" en "bus {bus}, unit {unit} ({station})" }
    nothing_is_wrong() { zh "没有发现问题。" en "Nothing is wrong." }
    sum(wrong, doubtful) { zh "有误 {wrong} 项，存疑 {doubtful} 项。" en "Wrong: {wrong}; doubtful: {doubtful}." }

    // doctor: beside the way to the hub.
    view_unconfirmed(readings, since) {
        zh "自 {since} 起连着，消息服务器却没有确认，{readings} 个读数在等：请检查它是否允许网关发布这个视图的主题"
        en "connected since {since}, but its broker confirms nothing, and {readings} readings wait: does it let the gateway publish the topics of this view?"
    }

    // doctor: the configuration.
    ask_as_root() { zh "本用户看不到，请用 root 运行" en "this user may not see it; run this as root" }
    make_one(file) { zh "用 `hanqing init edge --out {file}` 写一份，或用 `-c` 指出在哪里" en "hanqing init edge --out {file} writes one; or say with -c where it is" }
    rest_needs_it() { zh "先改好配置：其余各项要按它检查" en "correct this first: the rest is examined by it" }
    file_closed_to_service(file, user) {
        zh "服务以用户 {user} 运行，读不了 {file}；请执行 `chown root:{user} {file} && chmod 640 {file}`"
        en "the service runs as {user}, who may not read {file}; chown root:{user} {file} && chmod 640 {file}"
    }
    parts_closed_to_service(folder, user) {
        zh "服务以用户 {user} 运行，看不了配置的目录 {folder}；请执行 `chown root:{user} {folder} && chmod 750 {folder}`"
        en "the service runs as {user}, who may not look into {folder}, a part of the configuration; chown root:{user} {folder} && chmod 750 {folder}"
    }
    folder_closed_to_service(file, folder, user) {
        zh "服务以用户 {user} 运行，读不了 {file}：进不了目录 {folder}；请执行 `chmod o+x {folder}`"
        en "the service runs as {user}, who may not read {file}, since {folder} is closed; chmod o+x {folder}"
    }

    // doctor: service and clock.
    runs(gateway, since, version) { zh "网关 {gateway} 自 {since} 起运行，程序 {version}" en "gateway {gateway} runs since {since}, program {version}" }
    runs_as_another(runs, written) {
        zh "运行中的网关是 {runs}，配置里写的是 {written}；请重新启动服务"
        en "the gateway that runs is {runs}, and the configuration says {written}; restart the service"
    }
    runs_on_earlier(at) {
        zh "{at} 重新加载时没有采用新配置，仍按原来的运行；配置现在已能通过检查，请重新加载服务"
        en "the configuration reloaded on {at} was not taken, and the one before is in force; it passes the check now: reload the service"
    }
    runs_other_version(runs, own) {
        zh "运行中的程序是 {runs}，装好的是 {own}；请重新启动服务"
        en "the program that runs is {runs}, and {own} is installed; restart the service"
    }
    runs_unasked() {
        zh "网关正在运行，本用户不能问它；请用 root 运行"
        en "the gateway runs, and this user may not ask it; run this as root"
    }
    starts() {
        zh "进程在，但不应答，正在启动或停止：磁盘写满或只读时，要等到能写才启动完；日志说明原因；过一会再检查一次"
        en "its process is there and does not answer: it is starting or ending; on a disk that is full or read-only the start waits until it can write; the log says why; examine again in a while"
    }
    stopped(command) { zh "没有运行；启动：`{command}`" en "it does not run; start it: {command}" }
    stopped_though_enabled(command) {
        zh "没有运行，虽然设为开机启动；日志说明原因；启动：`{command}`"
        en "it does not run, though it is to start with the machine; the log says why; start it: {command}"
    }
    stopped_and_not_enabled(command) {
        zh "没有运行，也没有设为开机启动；两样一起：`{command}`"
        en "it does not run, nor will it start with the machine; both: {command}"
    }
    not_set(minutes) {
        zh "没有时间服务给它校时，读数等待校时，最多等连接满 {minutes} 分钟，此后标为可疑发送；请检查网络和时间服务（`systemd-timesyncd` 或 \
            `chrony`，OpenWrt 上是 `sysntpd`）；本机有电池时钟或卫星授时的，设 `clock.trust = \"always\"`"
        en "no time service has set it, and readings wait for that, for {minutes} min of connection at most, and are then sent as suspect: \
            check the network and the service (systemd-timesyncd or chrony; sysntpd on OpenWrt), or set clock.trust = \"always\" where a \
            battery or GPS keeps it right"
    }
    known_right() { zh "已校准" en "it is known to be right" }
    set_by_service() { zh "时间服务已校时" en "a time service has set it" }
    trusted_by_setting() {
        zh "没有时间服务校时；按 `clock.trust = \"always\"` 相信本机的时钟"
        en "no time service has set it; it is trusted by clock.trust = \"always\""
    }

    // doctor: disk.
    space_left(path, free) { zh "{path} 所在的磁盘还剩 {free}" en "{path}: {free} free on its disk" }
    too_little_space(path, free, least) {
        zh "{path} 所在的磁盘只剩 {free}，少于 `spool.free_min_mb = {least}`：本地缓存不再增大，旧读数会抽稀；请腾出空间"
        en "{path}: only {free} free on its disk, less than spool.free_min_mb = {least}: the spool does not grow, and old readings are thinned; make room"
    }
    cannot_look(folder, why) { zh "看不了 {folder}：{why}" en "cannot look at {folder}: {why}" }
    no_folder(folder, why, owner) {
        zh "本地缓存的目录 {folder}：{why}；请执行 `install -d -m 750 -o {owner} -g {owner} {folder}`"
        en "the spool's directory {folder}: {why}; install -d -m 750 -o {owner} -g {owner} {folder}"
    }
    not_a_folder(folder, path) {
        zh "`spool.path` 是 {path}，而 {folder} 不是目录；请改正路径"
        en "spool.path is {path}, and {folder} is no directory; correct the path"
    }
    read_only(folder) {
        zh "{folder} 所在的磁盘是只读的；请用 `dmesg` 看原因，再以可写方式挂载"
        en "the disk of {folder} is read-only; dmesg shows why; mount it writable"
    }
    not_the_services(path, user, folder) {
        zh "服务以用户 {user} 运行，写不了 {path}；请执行 `chown -R {user}:{user} {folder}`"
        en "the service runs as {user}, who may not write {path}; chown -R {user}:{user} {folder}"
    }
    not_writable(path, why) {
        zh "本用户写不了 {path}：{why}；由本用户运行网关的，请改权限，否则用 root 检查"
        en "this user may not write {path}: {why}; change its owner if this user runs the gateway, else examine as root"
    }

    // doctor: certificates and broker.
    no_certificate_needed() { zh "用不着：消息服务器在本机" en "none is needed: the broker is on this machine" }
    nothing_is_encrypted() {
        zh "到消息服务器没有加密（`mqtt.allow_plaintext`）：读数可能被偷看和伪造；`hanqing enroll` 可取得证书"
        en "nothing is encrypted on the way to the broker (mqtt.allow_plaintext): readings can be read and forged; hanqing enroll fetches a certificate"
    }
    files_hidden() {
        zh "本用户读不了证书、私钥或密码文件，没有试；请用 root 运行"
        en "not tried: this user may not read the certificate, key or password file; run this as root"
    }
    shows_nothing() {
        zh "本机既没有证书（`mqtt.cert_file`）也没有用户名：消息服务器认不出它；`hanqing enroll` 可取得证书"
        en "this gateway has neither a certificate (mqtt.cert_file) nor a user, so that the broker cannot tell who it is; hanqing enroll fetches a certificate"
    }
    ends_in(certificate, days, at) { zh "{certificate}还有 {days} 天到期（{at}）" en "{certificate} ends in {days} days, on {at}" }
    enroll_again() { zh "`hanqing enroll --renew` 可换新" en "hanqing enroll --renew fetches a new one" }
    ask_the_office() { zh "由办公室换新" en "the office has to replace it" }
    not_enrolled_yet() {
        zh "用办公室的消息服务器的，请先执行 `hanqing enroll`"
        en "where the office's broker is meant, run hanqing enroll first"
    }
    broker_unasked() {
        zh "没有试：网关正在运行，再连一次可能把它挤下线，而本用户不能问它；请用 root 运行"
        en "not tried: the gateway runs, a second connection may put it off the broker, and this user may not ask it; run this as root"
    }
    broker_too_slow(url, seconds) {
        zh "{url} 在 {seconds} 秒内没有应答：检查网络、防火墙和 `mqtt.url`"
        en "{url} has not answered within {seconds} s: check the network, firewalls and mqtt.url"
    }

    // doctor: the field.
    line_unasked() {
        zh "没有读：网关正在运行，占着线路，而本用户不能问它；请用 root 运行"
        en "not read: the gateway runs and holds the line, and this user may not ask it; run this as root"
    }
    devices_not_asked(count) { zh "线路不通，其余 {count} 台没有读" en "the line is not there; devices not read: {count}" }
    value(parameter, value, unit) { zh "{parameter} {value} {unit}" en "{parameter} {value} {unit}" }
    read_in(value, ms) { zh "{value}，{ms} 毫秒" en "{value}, {ms} ms" }
    reads_nothing() {
        zh "没有要读的测点；请看配置里的 `parameters` 和 `channels`"
        en "there is no point to read; see parameters and channels in the configuration"
    }
    answers_without_value(parameter, reason) {
        zh "有应答，但{parameter}没有数值：{reason}；检查探头和接线，或型号是否写对"
        en "it answers, but {parameter} has no value: {reason}; check the sensor and its wires, and whether the profile is right"
    }
    no_turn(seconds) {
        zh "{seconds} 秒内没有读成；总线太忙或 `timeout_ms` 太长"
        en "no answer came within {seconds} s; the bus is too busy, or timeout_ms is too long"
    }
    check_endpoint() {
        zh "检查设备的电源、网线、地址和端口，以及本机的网络"
        en "check the device's power, cable, address and port, and this machine's network"
    }
    check_profile(file, unit, profile) {
        zh "设备在，但没有这个寄存器：型号 `{profile}` 对吗？`hanqing read -c {file} --unit {unit}` 逐点试读"
        en "it is there, but does not have this register: is {profile} its profile? hanqing read -c {file} --unit {unit} tries each point"
    }
    check_unit(file, bus) {
        zh "检查站号和设备的电源；`hanqing scan -c {file} --bus {bus}` 查找应答的站号"
        en "check the unit and the device's power; hanqing scan -c {file} --bus {bus} looks for units that answer"
    }
    check_wires(file, bus) {
        zh "检查电源、A 和 B 是否接反、站号、波特率、校验位和终端电阻；`hanqing scan -c {file} --bus {bus}` 查找应答的站号"
        en "check power, A and B, unit, speed, parity and termination; hanqing scan -c {file} --bus {bus} looks for units that answer"
    }
    other_ports(ports) { zh "没有这个串口；本机有：{ports}" en "there is no such port; this machine has: {ports}" }
    join_group(group) {
        zh "本用户不能打开，它属于组 {group}：用 `usermod -aG {group} 用户名` 加入后重新登录，或用 root 运行"
        en "this user may not open it; it belongs to the group {group}: usermod -aG {group} USER and log in again, or run this as root"
    }
    stop_other_program() {
        zh "停掉占用它的程序；用 root 运行 `hanqing ports` 可以看到是哪一个"
        en "stop the program that uses it; hanqing ports, run as root, shows which one"
    }
    stop_programs(programs) { zh "停掉占用它的程序：{programs}" en "stop the program that uses it: {programs}" }
    port_closed_to_service(port, user, group) {
        zh "服务以用户 {user} 运行，不能打开 {port}，它属于组 {group}；请执行 `usermod -aG {group} {user}` 后重新启动服务"
        en "the service runs as {user}, who may not open {port} of the group {group}; usermod -aG {group} {user} and restart the service"
    }

    // doctor: the hub.
    hub_unseen() { zh "要问运行中的网关，请用 root 运行" en "only the running gateway knows; run this as root" }
    hub_seen_when_running() {
        zh "要网关运行起来才看得到：启动后再检查一次"
        en "it can be seen only while the gateway runs: start it and examine again"
    }
    batches_wait(batches, held) {
        zh "等待确认 {batches} 批，其中 {held} 批等待校时"
        en "batches that wait: {batches}, of these for the clock: {held}"
    }
    no_answer_yet() {
        zh "启动以来还没有收到确认；过一会再看，仍没有就看中心端是否在运行"
        en "none has come since the start; look again in a while, and then whether the hub runs"
    }
    broker_confirms() {
        zh "不用中心端确认：`confirm = \"broker\"`"
        en "none is waited for: confirm = \"broker\""
    }
}
