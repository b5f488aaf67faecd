//! The technician's commands.

pub(crate) use super::core::{cannot_read, cannot_write};

messages! { "gateway";
    // Several commands.
    normal_mode() { zh "平时模式" en "normal mode" }
    drought_mode() { zh "旱情模式" en "drought mode" }
    no_gateway_runs(config, socket) {
        zh "{config} 的网关没有在运行：{socket} 没有应答"
        en "no gateway runs on {config}: {socket} does not answer"
    }
    unexpected_answer(answer) {
        zh "运行中的网关给出了意外的回答：{answer}"
        en "the running gateway gave an unexpected answer: {answer}"
    }
    cannot_create(path, why) {
        zh "无法新建 {path}：{why}；请换一个名称，或换一个可写的目录"
        en "cannot create {path}: {why}; give another name, or a writable directory"
    }
    cannot_create_existing(path) {
        zh "无法新建 {path}（已有的文件不会被覆盖）"
        en "cannot create {path} (an existing file is never overwritten)"
    }

    // Heads of tables.
    head_bus() { zh "总线" en "bus" }
    head_line() { zh "线路" en "line" }
    head_line_mode() { zh "线路参数" en "line settings" }
    head_state() { zh "状态" en "state" }
    head_polls() { zh "轮询" en "polls" }
    head_missed() { zh "错过" en "missed" }
    head_busy() { zh "占用" en "busy" }
    head_unit() { zh "站号" en "unit" }
    head_station() { zh "测站" en "station" }
    head_profile() { zh "型号" en "profile" }
    head_since_in(offset) { zh "始于（{offset}）" en "since ({offset})" }
    head_success() { zh "成功率" en "success" }
    head_answer_ms() { zh "应答毫秒" en "answer ms" }
    head_failures() { zh "失败" en "failures" }
    head_parameter() { zh "参数" en "parameter" }
    head_parameters() { zh "参数" en "parameters" }
    head_value() { zh "数值" en "value" }
    head_measure() { zh "单位" en "in" }
    head_quality() { zh "质量" en "quality" }
    head_remark() { zh "说明" en "remark" }
    head_raw() { zh "原始值" en "raw" }
    head_function() { zh "功能码" en "function" }
    head_address() { zh "地址" en "address" }
    head_first() { zh "首址" en "first" }
    head_last() { zh "末址" en "last" }
    head_registers() { zh "寄存器" en "registers" }
    head_points() { zh "点数" en "points" }
    head_ms() { zh "毫秒" en "ms" }
    head_every_s() { zh "间隔秒" en "every s" }
    head_result() { zh "结果" en "result" }
    head_port() { zh "串口" en "port" }
    head_fixed_name() { zh "固定名称" en "fixed name" }
    head_product() { zh "产品" en "product" }
    head_driver() { zh "驱动" en "driver" }
    head_in_use_by() { zh "占用" en "in use by" }
    head_rank() { zh "名次" en "rank" }
    head_base() { zh "起数" en "base" }
    head_type() { zh "类型" en "type" }
    head_order() { zh "字节序" en "order" }
    head_scale() { zh "倍率" en "scale" }
    head_name() { zh "名称" en "name" }
    head_confidence() { zh "可信度" en "confidence" }
    head_from() { zh "来自" en "from" }

    // The line.
    endpoint_example(rule) { zh "{rule}，例如 192.168.1.10:502" en "{rule}, such as 192.168.1.10:502" }
    parities() { zh "可写 `none`、`even` 或 `odd`" en "none, even or odd" }
    one_speed_only() {
        zh "`--baud` 和 `--parity` 各只能给一个；只有扫描会逐个尝试"
        en "give only one --baud and one --parity; only a scan tries several"
    }
    no_such_bus(bus, file, known) {
        zh "{file} 里没有总线 `{bus}`；可用的有：{known}"
        en "no bus \"{bus}\" in {file}; it has {known}"
    }
    several_buses(names) {
        zh "配置里有多条总线；用 `--bus` 指定其中一条：{names}"
        en "the configuration has several buses; give --bus with one of {names}"
    }
    through_gateway(bus, gateway, socket) {
        zh "{bus}：经由运行中的网关 {gateway}（{socket}）"
        en "{bus}: through the running gateway {gateway} ({socket})"
    }
    terminal_needs_gateway(line) {
        zh "{line}：DTU 只能拨入正在运行的网关；请启动网关后再试"
        en "{line}: a terminal dials in to the running gateway only; start the gateway and try again"
    }

    // Mode.
    mode_stays(gateway, now) { zh "网关 {gateway} 本来就是{now}" en "Gateway {gateway} is in {now} already" }
    mode_switched(gateway, now, before) {
        zh "网关 {gateway} 已切换到{now}（原为{before}）"
        en "Gateway {gateway} has switched to {now} (before: {before})"
    }

    // The plan.
    every_pause_none() { zh "连续" en "no pause" }
    plan_busy(bus, load) { zh "总线 {bus}：占用 {load}" en "Bus {bus}: busy {load}" }
    plan_busy_drought(bus, load) {
        zh "总线 {bus}，旱情模式：占用 {load}"
        en "Bus {bus}, drought mode: busy {load}"
    }
    plan_silent(units, before, after) {
        zh "{units} 台不应答：判为离线前占用 {before}，此后最多 {after}"
        en "{units} silent: busy {before} until counted as offline, then at most {after}"
    }
    plan_overloaded() {
        zh "警告：占用超过 100 %，会错过轮询时刻。请加长 `interval_s`、少读几个参数，或分到两条总线上。"
        en "Warning: busy for more than 100 %, so polls are missed. Lengthen interval_s, read fewer parameters, or use two buses."
    }
    plan_overloaded_at_first() {
        zh "注意：判为离线前占用可能超过 100 %，这期间会错过轮询时刻。可缩短 `timeout_ms` 或减少 `retries`。"
        en "Note: until silent devices count as offline, the bus may be busy for more than 100 % and miss polls. \
            Shorten timeout_ms or lower retries."
    }
    plan_round(share, ms) {
        zh "{share}，其余时间连续轮询，一轮 {ms} 毫秒"
        en "{share}, the rest polling without a pause, {ms} ms a round"
    }
    plan_no_round(share) {
        zh "{share}，连续轮询排不上"
        en "{share}, no time left for polling without a pause"
    }

    // Ports.
    no_ports() {
        zh "这台机器上没有串口。USB 转 RS485 插好了吗？用 `lsusb` 和 `dmesg` 看系统认没认到；虚拟机和容器要先把设备接进来。"
        en "This machine has no serial port. Is the USB to RS485 adapter plugged in? lsusb and dmesg show whether the \
            system knows it; a virtual machine or a container has to be given the device first."
    }
    about_ports() {
        zh "配置里用“固定名称”，拔插后不变。占用一栏为空：没有程序在用，或要用 root 才看得到。"
        en "Write the fixed name into the configuration: it survives unplugging. Where \"in use by\" is empty, no program \
            uses the port, or only root can see it."
    }

    // Probe.
    function_codes() { zh "可写 1、2、3 或 4" en "1, 2, 3 or 4" }
    range_form() {
        zh "应写最小值和最大值，例如 0..100"
        en "the smallest and the largest value, such as 0..100"
    }
    address_too_far(address, count) {
        zh "`--address {address}` 加上 `--count {count}` 超出最后一个地址 65535"
        en "--address {address} plus --count {count} goes past the last address, 65535"
    }
    no_register_to_read() { zh "没有可读的寄存器" en "there is no register to read" }
    probed(unit, function, address, count, ms) {
        zh "站号 {unit}，功能码 {function}，地址 {address} 起 {count} 个，{ms} 毫秒"
        en "unit {unit}, function {function}, registers from address {address}: {count}, {ms} ms"
    }
    raw_values(words) { zh "原始值 {words}" en "raw {words}" }
    register_before_refused(address) {
        zh "（前一个寄存器 {address} 设备不给读，只看从 0 数起的地址）"
        en "(the device refuses register {address} before it; only addresses counted from 0 are shown)"
    }
    last_register_refused() {
        zh "（末一个寄存器设备不给读，只看从 1 数起的地址）"
        en "(the device refuses the last register; only addresses counted from 1 are shown)"
    }
    say_what_is_sought() {
        zh "加 `--expect` 和表头显示的数（带全部小数位），或加 `--range 下限..上限`，可排出最像的解法。"
        en "With --expect, the number on the display with all its decimals, or --range LOW..HIGH, the likeliest \
            interpretations are ranked."
    }
    nothing_fits() {
        zh "没有一种解法相符：核对站号、功能码和地址，或加大 `--count` 往后再读几个。"
        en "No interpretation fits: check unit, function and address, or read further with a larger --count."
    }
    likeliest() {
        zh "最像的解法（上表带 * 的；越靠前越像）："
        en "The likeliest interpretations (those with * above; the best first):"
    }
    candidate_for_profile(place) { zh "# 第 {place} 名，抄进设备型号文件：" en "# Rank {place}, for the profile:" }
    signed_type(kind) {
        zh "# 可能为负的量，类型改用 {kind}"
        en "# For a quantity that may be negative the type is {kind}"
    }
    fill_in_question_marks() {
        zh "问号处按说明书填参数和单位（加 `--parameter` 自动填）；见 `config/devices/` 里的样例。"
        en "Put parameter and unit of the manual where the question marks are (--parameter does it); config/devices/ has \
            examples."
    }

    // Profiles.
    profile_shipped() { zh "随程序" en "shipped" }
    profile_own() { zh "自备" en "own" }
    profile_replaces() { zh "自备，替代随程序的" en "own, replaces the shipped one" }
    file_named_after_profile(id) {
        zh "文件名要与型号相同：用 `--out …/{id}.toml`"
        en "the file must be named after the profile: give --out …/{id}.toml"
    }
    profile_written(path) {
        zh "{path} 已写入；用 `hanqing check {path}` 检查，用 `hanqing read` 与设备显示对照"
        en "{path} is written; check it with hanqing check {path}, and compare hanqing read with the device's display"
    }

    // Read.
    no_unit(unit) { zh "选中的总线上没有站号 {unit}" en "no selected bus has a unit {unit}" }
    no_profile(profile) { zh "没有设备型号文件 `{profile}`" en "there is no device profile \"{profile}\"" }
    unit_and_profile_needed() {
        zh "没有配置时，要给出 `--unit` 和 `--profile`"
        en "without a configuration, give --unit and --profile"
    }
    unknown_profile(profile, known) {
        zh "没有设备型号文件 `{profile}`；可用的有：{known}"
        en "\"{profile}\" is not a known device profile; known: {known}"
    }
    unit_failed(unit, why) { zh "站号 {unit}：{why}" en "unit {unit}: {why}" }
    with_code(reason, code) { zh "{reason} {code}" en "{reason} {code}" }
    with_detail(reason, detail) { zh "{reason}（{detail}）" en "{reason} ({detail})" }

    // Scan.
    no_serial_port(line) {
        zh "{line} 不是串口；去掉 `--baud` 和 `--parity`"
        en "{line} is not a serial port; leave out --baud and --parity"
    }
    answers() { zh "有应答" en "answers" }
    answers_exception(code) { zh "有应答（异常 {code}）" en "answers (exception {code})" }
    answers_garbled(reason) {
        zh "{reason}：站号重复或线路参数不对"
        en "{reason}: two devices with this unit, or wrong line settings"
    }
    found_nothing() { zh "没有找到设备。" en "No device was found." }
    scan_interrupted() { zh "（中断：后面的没有扫）" en "(interrupted: the rest was not scanned)" }
    scan_out_of_time() { zh "（时间到：后面的没有扫）" en "(out of time: the rest was not scanned)" }
    scanning(mode, unit, now, all, found) {
        zh "扫描 {mode}站号 {unit}（{now}/{all}），找到 {found}，Ctrl-C 结束"
        en "scanning {mode}unit {unit} ({now}/{all}), found {found}, Ctrl-C ends it"
    }
    scanning_left(mode, unit, now, all, found, left) {
        zh "扫描 {mode}站号 {unit}（{now}/{all}），找到 {found}，约剩 {left}，Ctrl-C 结束"
        en "scanning {mode}unit {unit} ({now}/{all}), found {found}, about {left} left, Ctrl-C ends it"
    }

    // Export of a spool.
    spool_exported(gateway, batches, readings, out) {
        zh "网关 {gateway}：{batches} 批 {readings} 个读数已写入 {out}"
        en "Gateway {gateway}: written to {out}: batches {batches}, readings {readings}"
    }
    batches_held(held) {
        zh "另有 {held} 批等待校时，未导出"
        en "Batches that wait for the time and are left out: {held}"
    }
    unreadable_batches(spool, count, numbers, why) {
        zh "{spool} 已损坏，下列编号的批读不出来（{count} 个编号）：{numbers}；原因：{why}。其前其后能读的都已导出"
        en "{spool} is damaged: batches of these numbers cannot be read ({count} numbers): {numbers}; the reason: {why}. All that can be read before and behind them is exported"
    }
    no_batch_there() { zh "内容不是一批读数" en "what is there is no batch" }

    // Status.
    about_gateway(gateway, version, mode, up, since) {
        zh "网关 {gateway}，程序 {version}，{mode}，已运行 {up}（自 {since}）"
        en "Gateway {gateway}, program {version}, {mode}, up for {up} (since {since})"
    }
    reload_refused(at) {
        zh "{at} 重新加载的配置没有采用，仍按原来的配置运行："
        en "The configuration reloaded on {at} was not taken; the one before stays in force:"
    }
    readings_made(readings, missing) {
        zh "读数 {readings} 个，缺测 {missing} 个"
        en "Readings: {readings}, missing: {missing}"
    }
    backlog(batches, readings, last, epoch, used, most) {
        zh "待办公室确认 {batches} 批 {readings} 个读数（最新批号 {last}，缓存周期 {epoch}）；本地缓存 {used} / {most}"
        en "Waiting for the office: batches {batches}, readings {readings} (last batch {last}, epoch {epoch}); spool {used} of {most}"
    }
    given_up(thinned, dropped) {
        zh "本地缓存满后抽稀 {thinned} 个、丢弃 {dropped} 个读数（随读数一起报告办公室）"
        en "Given up because the spool was full: thinned {thinned}, dropped {dropped} readings (the office is told with the readings)"
    }
    spool_trouble(trouble, unwritten) {
        zh "本地缓存写不进去：{trouble}；{unwritten} 个读数暂存内存，断电即失"
        en "The spool cannot be written: {trouble}; readings in memory, which a power cut loses: {unwritten}"
    }
    spool_lost(lost) {
        zh "本地缓存写不进去，内存也已满，丢失 {lost} 个读数（恢复后向办公室报告）"
        en "Readings lost because the spool could not be written and memory was full: {lost} (the office will be told)"
    }
    spool_renewed(at) {
        zh "本地缓存是另一份的副本，或由较早的备份恢复而来：{at} 已另起缓存周期，未确认的都重发；如有另一台机器用同一个网关名，请给其中一台另起名"
        en "The spool is a copy of another or was restored from an older image: new epoch since {at}; what waited is sent \
            again. If another machine has this gateway's name, give one of the two another"
    }
    spool_carried(at) {
        zh "本地缓存文件在运行中被删除，{at} 已另建，数据全部转入，没有丢失；请查明是谁删的"
        en "The spool's file was deleted while in use; everything is in a new one since {at}, and nothing is lost. Find out who \
            deletes it"
    }
    spool_damaged(at) {
        zh "本地缓存文件曾损坏，{at} 另建了新的；原文件改名留在旁边（`.damaged-…`），可用 `hanqing export --spool` 抢救"
        en "The spool's file was damaged; a new one was begun on {at}. The old one lies beside it (.damaged-…): \
            hanqing export --spool reads what is left"
    }
    connected(since, protocol) {
        zh "已连接（自 {since}，MQTT {protocol}）"
        en "Connected (since {since}, MQTT {protocol})"
    }
    not_connected(why) { zh "未连接：{why}" en "Not connected: {why}" }
    outside_windows(next) { zh "未到连接时段，下次 {next}" en "Outside the hours of connection, next on {next}" }
    connecting() { zh "正在连接" en "Connecting" }
    connection_doubted(why) { zh "连接有疑：{why}" en "The connection is doubtful: {why}" }
    broker_refuses(since, count, why) {
        zh "消息服务器自 {since} 起拒收读数，连续 {count} 次：{why}"
        en "The broker refuses readings since {since}, {count} times in a row: {why}"
    }
    hub_silent(since, gateway, topic) {
        zh "消息服务器收下了各批，但办公室自 {since} 起一批也没有确认：中心端在运行吗？{gateway} 可以读 `{topic}` 吗？\
            中心端可以写它吗？"
        en "The broker takes the batches, the hub has acknowledged none since {since}: is the hub running; may {gateway} \
            read {topic} and may the hub write it?"
    }
    batch_too_large(seq, bytes, most, batches) {
        zh "第 {seq} 批有 {bytes} 字节，过不了消息服务器：它的 `message_size_limit` 比这小，请调到 {most}；\
            这样的批共 {batches} 个，留在本地缓存里，其余照常发送"
        en "Batch {seq} of {bytes} bytes does not pass the broker: its message size limit is below that; raise it to {most}. \
            Such batches stay in the spool, the others go on: {batches}"
    }
    batch_unanswered(seq, bytes, batches) {
        zh "第 {seq} 批（{bytes} 字节）办公室一直没有确认，虽然它有回应：看中心端的日志和隔离区；这样的批共 {batches} 个"
        en "The hub does not acknowledge batch {seq} ({bytes} bytes), though it answers: see its log and quarantine. Such batches: {batches}"
    }
    last_lost(at, why) { zh "最近一次断开 {at}：{why}" en "Last failure of the connection on {at}: {why}" }
    last_acknowledged(at) { zh "办公室最近一次确认 {at}" en "The office last confirmed something on {at}" }
    month_traffic(month, used) { zh "{month} 流量约 {used}" en "Data used in {month}: about {used}" }
    month_budget_spent(month, used) {
        zh "{month} 流量约 {used}；本月流量已用完，停止发送"
        en "Data used in {month}: about {used}; the month's budget is spent, nothing is sent"
    }
    month_backlog_waits(month, used) {
        zh "{month} 流量约 {used}；当日的份额已用完，补传暂缓"
        en "Data used in {month}: about {used}; the backlog waits for the share of the next day"
    }
    clock_unknown(since, now, held) {
        zh "自 {since} 启动以来时钟未校准（现在显示 {now}），{held} 批读数等待校时"
        en "The clock has not been known to be right since the start on {since} (it shows {now}); batches that wait for it: {held}"
    }
    clock_good() { zh "时钟已校准" en "The clock is known to be right" }
    clock_without_service() {
        zh "还没有时间服务给本机校时：检查网络和时间服务（`systemd-timesyncd` 或 `chrony`）；本机有电池时钟或卫星授时的，设 \
            `clock.trust = \"always\"`"
        en "No time service has set this machine's clock yet: check the network and the service (systemd-timesyncd or chrony); where a \
            battery or GPS keeps the clock right, set clock.trust = \"always\""
    }
    clock_waited_for(minutes) {
        zh "读数等待校时，最多等连接满 {minutes} 分钟（`clock.hold_min`），此后标为可疑发送"
        en "Readings wait for the time for {minutes} min of connection at most (clock.hold_min), and are then sent as suspect"
    }
    clock_ahead_of_hub(by) {
        zh "本机的时钟比中心端快 {by}：请核对本机的时钟，再核对中心端的"
        en "This machine's clock is {by} ahead of the hub's: check this one, then the hub's"
    }
    clock_behind_hub(by) {
        zh "本机的时钟比中心端慢 {by}：请核对本机的时钟，再核对中心端的"
        en "This machine's clock is {by} behind the hub's: check this one, then the hub's"
    }
    clock_doubted() {
        zh "等待校时已超过 `clock.hold_min`：读数标为可疑后发送"
        en "The time was waited for longer than clock.hold_min: readings are sent as suspect"
    }
    clock_refused(why) { zh "不采信系统时间：{why}" en "The machine's time is not trusted: {why}" }
    disk_written(written) { zh "写盘 {written}" en "Written to disk: {written}" }
    disk_written_a_day(written, day, year) {
        zh "写盘 {written}，每日约 {day}，每年约 {year}"
        en "Written to disk: {written}, about {day} a day, {year} a year"
    }
    memory(resident) { zh "占用内存 {resident}" en "Memory: {resident}" }
    power_cut() {
        zh "断电最多丢失最近一次轮询的读数"
        en "A power cut loses the readings of the last poll at most"
    }
    power_cut_with_unwritten(unwritten) {
        zh "断电将丢失暂存内存的 {unwritten} 个读数和最近一次轮询的读数"
        en "A power cut loses the readings in memory ({unwritten}) and those of the last poll"
    }
    unit_on_bus(bus, unit) { zh "{bus} 站号 {unit}" en "{bus} unit {unit}" }
    line_problem(bus, problem) { zh "总线 {bus}：{problem}" en "bus {bus}: {problem}" }
    terminal_claimed(bus, peer, replaced, refused, other) {
        zh "总线 {bus}：DTU 现从 {peer} 拨入；换地址 {replaced} 次，DTU 有应答时没有接入的同名连接 {refused} 个；最近一个同名连接的地址是 {other}"
        en "bus {bus}: its terminal dials from {peer}; it has changed its address {replaced} times, and {refused} connections were turned away or made to wait while it answered; the last of the others came from {other}"
    }
    gives_no_values() { zh "有应答，无数据" en "answers, gives no values" }
    no_values_why(whose) {
        zh "{whose}：启动以来一个数据也没有读到；核对设备型号（`profile`）、寄存器地址和站号"
        en "{whose}: it answers, but has given no value since the start; check its profile, the register addresses and the unit"
    }
    last_error(whose, error) { zh "{whose}：最后一次错误：{error}" en "{whose}: last error: {error}" }
    gap_needed(whose, gap_ms) {
        zh "{whose}：每次请求前需要静默 {gap_ms} 毫秒（自动测得，可写进配置 `gap_ms`）"
        en "{whose}: needs a silence of {gap_ms} ms before each request (measured; gap_ms in the configuration can say it)"
    }
    refused_alone(whose, runs) {
        zh "{whose}：设备不给读的寄存器 {runs}"
        en "{whose}: registers that the device refuses: {runs}"
    }
    refused_together(whose, runs) {
        zh "{whose}：不能合在一次读的寄存器 {runs}"
        en "{whose}: registers that it refuses in one request: {runs}"
    }
    zeros_together(whose, runs) {
        zh "{whose}：成块读时应答零或别的数、单独读才对的寄存器 {runs}；每个值都已改为单独读"
        en "{whose}: registers that it answers wrongly or with zeros in one request and rightly alone: {runs}; each value is read \
            alone"
    }
    register(function, address) {
        zh "功能码 {function} 地址 {address}"
        en "function {function} address {address}"
    }
    register_run(function, first, last) {
        zh "功能码 {function} 地址 {first}–{last}"
        en "function {function} addresses {first}–{last}"
    }
}
