//! The demo.

messages! { "demo";
    // How far it is.
    page_is_at(address) { zh "水源页面：{address}" en "water sources: {address}" }
    who_signs_in() {
        zh "看不用登录；要标注或管理，以这些人登录（口令只在本次演示中有效）："
        en "reading needs no sign-in; to mark readings or administer, sign in as (passwords of this run only):"
    }
    signs_in(id, password, role, name) { zh "  {id}  {password}  {role}  {name}" en "  {id}  {password}  {role}  {name}" }
    bar_days() { zh "天" en "d" }
    progress(day, polled, waiting, committed, dry, kwh) {
        zh "{day}  轮询 {polled}  本地缓存 {waiting}  已入库 {committed}  干涸 {dry}  {kwh} kWh"
        en "{day}  polled {polled}  in spool {waiting}  stored {committed}  dry {dry}  {kwh} kWh"
    }

    rings(time, title) { zh "  {time}  {title}" en "  {time}  {title}" }
    rings_with(time, title, said) { zh "  {time}  {title}（{said}）" en "  {time}  {title} ({said})" }
    letters_sent(letters, left_out) {
        zh "报警消息 {letters} 条，其中 {left_out} 条这里没有列出；全部在页面的“报警”里"
        en "{letters} messages of alarms, {left_out} of them not listed here; all are on the page, under Alarms"
    }

    // What keeps it from its end.
    directory_not_ready(path) { zh "无法准备目录 {path}" en "cannot make {path} ready" }
    broker_not_started() { zh "启动不了消息服务器" en "cannot start the broker" }
    hub() { zh "中心端" en "hub" }
    gateway(id) { zh "网关 {id}" en "gateway {id}" }
    hub_without_page() { zh "中心端没有页面" en "the hub has no page" }
    stopped_early() { zh "演示没有运行到底就停了" en "the chain stopped before its end" }
    last_readings_missing() { zh "最后的读数没有存入数据库" en "the last readings do not reach the store" }
    no_free_port() { zh "没有空闲的端口" en "no free port" }
    ledger_wrong(problems) { zh "台账有错：\n{problems}" en "the ledger is wrong:\n{problems}" }
    ledger_refused(why) { zh "台账有错：{why}" en "the ledger is wrong: {why}" }

    // The simulation.
    scenario_unreadable(why) { zh "情景文件读不了：{why}" en "the scenario cannot be read: {why}" }
    wrong_station(path, station, rule) {
        zh "{path} 指定了 {station}：{rule}"
        en "{path} names {station}, which {rule}"
    }
    the_township() { zh "乡镇文件" en "the township" }
    flow_and_head_above_zero() {
        zh "额定流量和扬程都要大于 0"
        en "needs a rated flow and head above zero"
    }
    levels_missing() {
        zh "它的底高程、死水位、正常水位和坝顶高程没有写全"
        en "lacks one of bottom, dead, normal and crest level"
    }
    levels_out_of_order() {
        zh "它的底高程、死水位、正常水位和坝顶高程大小颠倒"
        en "has bottom, dead, normal and crest level out of order"
    }
    no_source_table() { zh "情景文件里没有它的 `[[source]]`" en "has no [[source]] in the scenario" }
    needs_in_source(key) { zh "它的 `[[source]]` 里缺少 `{key}`" en "needs {key} in its [[source]]" }
    needs_curve() { zh "它没有库容曲线" en "needs a storage curve" }
    not_a_source() { zh "它不是本乡镇的水源" en "is not a water source of the township" }
    not_a_station() { zh "它不是本乡镇的测站" en "is not a station of the township" }
    wrong_device(bus, unit, problem) {
        zh "总线 {bus} 站号 {unit}：{problem}"
        en "bus {bus}, unit {unit}: {problem}"
    }
    no_profile(profile) { zh "没有设备型号文件 {profile}" en "there is no profile {profile}" }
    zero_scale(parameter) { zh "`adjust.{parameter}` 的 `scale` 是 0" en "adjust.{parameter} has a scale of zero" }
    unit_twice() { zh "有两个设备用这个站号" en "two devices have this unit id" }
    no_port_on_loopback() { zh "在 127.0.0.1 上打不开端口" en "no port could be opened on 127.0.0.1" }
    event_after_physics() {
        zh "抗旱期应在 `physics_from` 之后开始，结束不早于开始"
        en "the event must begin after the physics, and end no earlier than it begins"
    }
    least_then_most() { zh "应先写最小值，再写最大值" en "must be the least and the most, in this order" }
    one_climate_each_month() {
        zh "1 到 12 月每月的气候应各写一次"
        en "each month from 1 to 12 must have its climate once"
    }
    month_times(month, times) { zh "{month} 月 {times} 次" en "{month} {times} times" }
    below_start_mm() {
        zh "必须小于 `start_mm`：田里要先浇够，再开始下一轮"
        en "must be below start_mm: a field has enough before watering begins again"
    }
    two_hours_of_a_day() {
        zh "应为一天中的一个钟点和较晚的一个钟点，最大 24"
        en "must be an hour of the day and a later one, at most 24"
    }
}
