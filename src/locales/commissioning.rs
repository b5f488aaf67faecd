//! What a technician is told in front of a device.

messages! { "commissioning";
    // The line.
    bytes_unseen() {
        zh "线路由运行中的网关使用，收发的字节看不到；要看字节，先停下网关"
        en "The running gateway uses the line, so its bytes cannot be shown; stop the gateway to see them"
    }
    answers_rtu_tcp(endpoint) {
        zh "{endpoint} 按透传的 RTU 帧应答：把 `--tcp` 换成 `--rtu-tcp`（配置里 `tcp` 换成 `rtu_tcp`）"
        en "{endpoint} answers as RTU over TCP: use --rtu-tcp instead of --tcp (rtu_tcp instead of tcp in a configuration)"
    }
    answers_tcp(endpoint) {
        zh "{endpoint} 按 Modbus TCP 应答：把 `--rtu-tcp` 换成 `--tcp`（配置里 `rtu_tcp` 换成 `tcp`）"
        en "{endpoint} answers as Modbus TCP: use --tcp instead of --rtu-tcp (tcp instead of rtu_tcp in a configuration)"
    }

    // Read.
    unknown_profile_in(folder, profile, known) {
        zh "{folder} 里没有 `{profile}.toml`，随程序的也没有 `{profile}`；随程序的有：{known}"
        en "{folder} has no {profile}.toml, and \"{profile}\" is not a shipped profile; shipped: {known}"
    }
    profile_meant(profile, meant) {
        zh "没有设备型号文件 `{profile}`；是不是 `{meant}`？"
        en "\"{profile}\" is not a known device profile; did you mean {meant}?"
    }
    round(at, values, all) {
        zh "{at}　{all} 个测点，{values} 个有值"
        en "{at}  points: {all}, with a value: {values}"
    }

    // Probe.
    head_reference() { zh "编号" en "number" }
    address_forms() {
        zh "应为线路上的地址 0 到 65535（或 0x0000 到 0xFFFF），或带寄存器表首位的编号，如 40001、30001、400001"
        en "an address on the wire, 0 to 65535 or 0x0000 to 0xFFFF, or a number that begins with its table, such as 40001, \
            30001 or 400001"
    }
    understood_reference(number, table, address, function, hex) {
        zh "{number} 是{table}，线路上的地址为 {address}（功能码 {function}）；如果本来就是线路上的地址，写 {hex}"
        en "{number} is {table} {address} on the wire (function {function}); if it is an address on the wire, give {hex}"
    }
    understood_number(number, table, address, function) {
        zh "{number} 是{table}，线路上的地址为 {address}（功能码 {function}）"
        en "{number} is {table} {address} on the wire (function {function})"
    }
    unknown_unit() {
        zh "应为型号文件里的单位，例如 W、kWh、L/s、cm"
        en "a unit as profiles have it, such as W, kWh, L/s or cm"
    }
    reference_contradicts(number, table, address, own, function, hex) {
        zh "{number} 按编号是{table}，线路上的地址为 {address}，要用功能码 {own}，与 `--function {function}` 矛盾：去掉 \
            `--function`；如果 {number} 是线路上的地址，写 {hex}"
        en "{number} is {table} {address}, which takes function {own}, not {function}: leave out --function; if {number} is \
            an address on the wire, give {hex}"
    }
    table_coils() { zh "线圈" en "coil" }
    table_discrete_inputs() { zh "离散输入" en "discrete input" }
    table_holding() { zh "保持寄存器" en "holding register" }
    table_input() { zh "输入寄存器" en "input register" }
    read_one_only() {
        zh "（设备拒绝从这里读两个寄存器，只读了一个）"
        en "(the device refuses two registers from here, so one was read)"
    }
    refused_here(other) {
        zh "设备拒绝这个地址：试 `--function {other}`；说明书从 1 数起的，地址减 1；编号如 40013 的，照写编号"
        en "The device refuses this address: try --function {other}; one less where the manual counts from 1; or the number \
            itself where it has one such as 40013"
    }
    unit_of_other_kind(unit, parameter, canonical) {
        zh "`--unit-of {unit}` 不能换算成 {parameter} 的单位 {canonical}"
        en "--unit-of {unit} cannot be converted to {canonical}, the unit of {parameter}"
    }
    unit_assumed(unit) {
        zh "# 按设备显示的是 {unit} 写的；显示的是别的单位，加 `--unit-of`"
        en "# the display is taken to show {unit}; if it shows another unit, give --unit-of"
    }
    none_agrees() {
        zh "没有一种解法与给出的各位数字都相符，所以不写型号文件的行：读数可能变了，看一眼显示屏马上再试，\
            或只给不变的那几位，如 36"
        en "No interpretation has all the digits that were given, so no lines for a profile are printed: the value may have \
            moved. Read the display and try again at once, or give only the digits that hold still, such as 36"
    }
    head_of_profile() {
        zh "# 型号文件的开头还要写：`id`（文件名，不带 `.toml`）、`name`（厂家和型号）、`source`（说明书的名称和版本）、\n\
            # `verified_by`（谁、哪天、与哪台设备的显示核对过；没有就写没有核对）、`confidence`（0 到 1：只按说明书写 0.5，\n\
            # 各项都与显示核对过写 0.9）"
        en "# The profile begins with id (the name of its file without .toml), name (maker and model), source (title and\n\
            # version of the manual), verified_by (who compared it with which display, and when; or nobody) and confidence\n\
            # (0 to 1: 0.5 by the manual alone, 0.9 where every value was compared with the display)."
    }
    second_value() {
        zh "# 同一设备的第二个值：`[example]`、`source` 和 `[example.expect]` 只写一次；新的 `[[point]]` 和 `[[example.block]]` \
            照抄，值写在已有的 `[example.expect]` 下面，另起一行"
        en "# For a second value of the device, [example], source and [example.expect] stand once: copy its [[point]] and \
            [[example.block]], and put its value on a line of its own below the [example.expect] that is there"
    }
    counter_rate() {
        zh "# 一小时最多增加多少：这里是常见的上限，按现场改小"
        en "# the most that it can grow in an hour: a usual limit, to be lowered to what this installation can do"
    }
    example_source(unit, day) {
        zh "hanqing probe，站号 {unit}，{day}"
        en "hanqing probe, unit {unit}, {day}"
    }
    example_display(value) { zh "# 设备显示 {value}" en "# the display showed {value}" }

    // What a device says of itself.
    device_says(unit, name, value) {
        zh "站号 {unit} 的设备自报：{name} = {value}"
        en "unit {unit}: the device says: {name} = {value}"
    }
    device_does_not_say(unit, name, why) {
        zh "站号 {unit}：设备自报的 {name} 读不出（{why}）"
        en "unit {unit}: what the device says of its {name} could not be read ({why})"
    }
    another_device(unit, name, value, profile, begins) {
        zh "站号 {unit}：设备自报 {name} = {value}，`{profile}` 的设备应以 {begins} 开头：这多半是另一种设备，先核对型号再用这些数值"
        en "unit {unit}: the device says {name} = {value}, one of {profile} begins with {begins}: this is probably another device; check its \
            type before you use these values"
    }

    // Blocks that a device answers wrongly.
    blocks_wrong(unit, function, address) {
        zh "站号 {unit}：功能码 {function} 地址 {address} 处，整段读与逐个读的结果不同，整段读不可信：在它的 \
            `[[bus.device]]` 或型号文件里写 `registers_max = 1` 和 `in_parts = true`"
        en "unit {unit}: around address {address}, function {function}, a block reads otherwise than its registers one by one: \
            blocks cannot be trusted; give registers_max = 1 and in_parts = true in its [[bus.device]] or in its profile"
    }
    read_alone() {
        zh "所以这里的值是逐个寄存器读的"
        en "so the registers were read one by one here"
    }
    read_alone_only(address, count) {
        zh "所以这里是逐个寄存器读的：从地址 {address} 起 {count} 个，其余的单独读不出"
        en "so the registers were read one by one here: {count} from address {address} on; the others could not be read alone"
    }
    not_read_alone(address) {
        zh "地址 {address} 单独读不出：下面的数是整段读的，不可信"
        en "the register at address {address} could not be read alone: what follows is of the block and not to be trusted"
    }

    // Scan.
    unit_list_form() {
        zh "站号应在 1 到 247 之间，例如 1..32、1-8 或 1,3,5"
        en "units from 1 to 247, such as 1..32, 1-8 or 1,3,5"
    }
    function_list_form() { zh "功能码可写 1、2、3、4，例如 3,4" en "functions 1, 2, 3 or 4, such as 3,4" }
    found_at_configured_line(mode) {
        zh "按配置的线路参数 {mode} 找到了设备，其余的速率没有试；要试，加 `--all-speeds`"
        en "Units answer at the configured {mode}, so the other speeds were not tried; --all-speeds tries them"
    }

    // Ports.
    port_holder(port, users) {
        zh "{port} 正由 {users} 使用：是网关的，用 `-c 网关配置` 代替 `--serial`，由它代为请求；否则先停下那个程序"
        en "{port} is in use by {users}: if that is a gateway, give -c with its configuration instead of --serial, and it makes \
            the requests; otherwise stop that program first"
    }

    speed_of_configuration() {
        zh "用 `-c` 时，波特率和校验以配置为准；去掉 `--baud` 和 `--parity`，或用 `--serial` 直接给出串口"
        en "with -c the line is as the configuration says; leave out --baud and --parity, or give the port with --serial"
    }
    ports_lists_them() {
        zh "用 `hanqing ports` 列出串口"
        en "`hanqing ports` lists the ports that there are"
    }
    connection_perhaps_held() {
        zh "有的设备只接受一个连接：如果网关正在运行，连接可能被它占用，请用 `-c 网关配置` 由它代为请求"
        en "Some devices take one connection only: a gateway that runs may hold it. Give -c with its configuration, and it makes \
            the requests"
    }

    // Profiles.
    no_such_profile(id) {
        zh "没有设备型号文件 `{id}`；用 `hanqing profile list` 查看"
        en "there is no device profile \"{id}\"; hanqing profile list shows them"
    }
}
