//! Accounts of sources and pumps: methods, notes, units.

messages! { "account";
    // How a value was made.
    by_counter_difference() { zh "表计差值" en "register difference" }
    by_run_state() { zh "运行状态的小时数" en "hours of the run state" }
    by_power_above_share() { zh "功率高于额定20%的小时数" en "hours with power above 20 % of rated" }
    by_energy_by_rated() { zh "电量按额定功率折算" en "from energy and rated power" }
    by_flow_integral() { zh "流量积分" en "flow integrated over time" }
    by_frequency_of_drive() { zh "额定流量按频率折算" en "rated flow scaled by frequency" }
    by_energy_and_head() { zh "电量按扬程折算" en "from energy and head" }
    by_ran() { zh "期间运行" en "ran in the period" }
    by_dry_for_a_day() { zh "连续24小时干涸" en "dry for 24 h on end" }
    by_storage_curve() { zh "水位库容曲线" en "storage curve" }
    by_status() { zh "旱限水位" en "drought-limit level" }
    by_evidence() { zh "数据佐证" en "checked against data" }
    by_entered() { zh "台账填报" en "entered" }
    by_township_file() { zh "乡镇配置" en "township's file" }
    by_figure() { zh "引用指标" en "other figure" }
    by_rescued_by_crop() { zh "分作物受灾减绝收" en "affected less failed, by crop" }
    by_worth_of_rescue() { zh "面积×亩产×单价×减损率" en "area × yield × price × loss rate averted" }
    by_no_data() { zh "无数据" en "no data" }

    // How rows of the ledger count.
    counts_running() { zh "逐笔累计" en "each row added up" }
    counts_survey() { zh "以最后一次调查为准" en "the latest survey" }
    counts_greatest() { zh "各村取最大数" en "the greatest of each village" }
    counts_state() { zh "取实时值" en "what holds on the day" }
    counts_named() { zh "逐件计数" en "each named once" }
    counts_given() { zh "按所填的数用，不相加" en "used as given, never added up" }

    // Units of ledger rows that count something.
    unit_events() { zh "次" en "events" }
    unit_inspections() { zh "次" en "inspections" }
    unit_villages() { zh "个" en "villages" }
    unit_works() { zh "个" en "works" }
    unit_works_repaired() { zh "处" en "works" }
    unit_reservoirs() { zh "座" en "reservoirs" }
    unit_groups() { zh "个" en "groups" }
    unit_register() { zh "示数" en "on the register" }

    // What happened to a series.
    no_data() { zh "没有数据" en "no data" }
    gap_not_counted(hours) {
        zh "{hours}小时无数据，未计，见上限"
        en "{hours} h without data, not counted; see the upper bound"
    }
    gap_at_end(hours) {
        zh "{hours}小时无数据，在期首或期末，未计部分见上限"
        en "{hours} h without data at the start or the end of the period; see the upper bound for what was not counted"
    }
    gap_bridged(hours) {
        zh "{hours}小时无数据，读数差已接续"
        en "{hours} h without data, bridged by the difference of the readings"
    }
    gap(hours) { zh "{hours}小时无数据" en "{hours} h without data" }
    rollovers(n) { zh "{n}次回绕，已接续" en "roll-overs: {n}, allowed for" }
    resets(n) {
        zh "{n}次清零或换表，少计部分见上限"
        en "resets or replaced meters: {n}; see the upper bound for what was lost"
    }
    glitches(n) { zh "{n}个跳变读数，已剔除" en "wild readings: {n}, left out" }
    rollovers_in_period(n) { zh "{n}次回绕已接续" en "roll-overs: {n}, allowed for" }
    glitches_in_period(n) { zh "{n}个跳变读数已剔除" en "wild readings: {n}, left out" }

    // Meters that the ledger says were replaced.
    replaced(day, old, new, first_row, second_row) {
        zh "{day}换表，旧表止码{old}、新表起码{new}（台账第{first_row}、{second_row}条），已接续"
        en "meter replaced on {day}: last reading of the old {old}, first of the new {new} (ledger rows {first_row} and {second_row}), allowed for"
    }
    replacement_refused(rows, why) {
        zh "台账第{rows}条换表未采用：{why}"
        en "what ledger rows {rows} say of a replaced meter is not used: {why}"
    }
    old_alone() {
        zh "没有同日的新表起码"
        en "there is no first reading of the new meter on that day"
    }
    new_alone() {
        zh "没有同日的旧表止码"
        en "there is no last reading of the old meter on that day"
    }
    nothing_before() { zh "期内换表前没有读数" en "no reading in the period before it" }
    no_reading_around() { zh "换表前后没有读数" en "no reading before or after it" }
    two_resets_that_day() { zh "同日不止一次清零" en "more than one reset on that day" }
    readings_contradict() { zh "与读数不符" en "the readings contradict it" }

    // Registers that are not to be believed.
    beyond_plate(amount) {
        zh "增量{amount}超出铭牌所能，未计"
        en "growth of {amount} is more than the plate allows and is left out"
    }
    meter_wild(register, glitches, readings) {
        zh "{register}的{readings}个读数中有{glitches}个前后不符（倒走或乱跳），表计不可信"
        en "of {readings} readings of {register} {glitches} do not follow each other (it falls or jumps): the meter is not to be believed"
    }
    meter_restarts(register, restarts, days) {
        zh "{register}在{days}天内归零{restarts}次，不是累计值"
        en "{register} began anew {restarts} times in {days} days: it is no running total"
    }
    meter_behind(register, grown, hours) {
        zh "{register}只增加{grown}，而运行至少{hours}小时，表计不可信"
        en "{register} grew by {grown} only, while the pump ran for at least {hours} h: the meter is not to be believed"
    }

    // Whether a pump ran, and by what.
    ran_by_load() { zh "运行过：用电达到水泵运行的水平" en "it ran: it drew as much as a running pump" }
    ran_by_energy() { zh "运行过：用电超过电表自身耗电" en "it ran: it drew more than the meter and its box do" }
    ran_by_hours() { zh "运行过：计时表有增量" en "it ran: its register of running hours grew" }
    ran_by_sight() { zh "运行过：运行状态或功率表明在运行" en "it ran: its run state or its power shows it" }
    stood_by_energy() {
        zh "没有运行：用电未超过电表自身耗电"
        en "it did not run: it drew no more than the meter and its box do"
    }
    stood_by_hours() {
        zh "没有运行：计时表全期没有增量"
        en "it did not run: its register of running hours did not grow over the whole period"
    }
    stood_by_sight() {
        zh "没有运行：每几分钟读一次的运行状态或功率从未表明在运行"
        en "it did not run: its run state or its power, read each few minutes, never shows it"
    }
    run_without_data() { zh "未定：没有运行数据" en "open: there are no data on its running" }
    run_with_wild_meter() {
        zh "未定：电表示数不连续，不可信"
        en "open: its electricity meter does not count through"
    }
    run_with_open_ends() {
        zh "未定：电表在期首或期末缺数"
        en "open: its electricity meter has no data at the start or the end of the period"
    }
    run_or_idling() {
        zh "未定：用电不多，可能是短时运行，也可能是电表等自身耗电"
        en "open: what it drew may be a short run, or what the meter and its box draw"
    }
    run_between_polls() {
        zh "未定：定时读的运行状态或功率没有见到运行，两次读数之间可能运行过"
        en "open: its run state or its power never shows it running when read, and it may have run in between"
    }
    run_unseen() {
        zh "未定：用电超过电表自身耗电，而定时读的运行状态或功率没有见到运行"
        en "open: it drew more than the meter and its box do, and its run state or its power never shows it running when read"
    }
    run_not_metered() {
        zh "未定：见过运行，而电表没有相应的用电"
        en "open: it was seen to run, and its meter shows no electricity for that"
    }
    meter_ahead(register, grown, hours) {
        zh "{register}增加{grown}，而运行至多{hours}小时，用不了这么多，表计不可信"
        en "{register} grew by {grown}, more than the pump takes in the {hours} h that it ran at most: the meter is not to be believed"
    }
    run_contradicted() {
        zh "未定：用电达到水泵运行的水平，而计时表没有增量"
        en "open: it drew as much as a running pump, and its register of running hours did not grow"
    }

    // Why a register may have grown by more than was counted.
    open_by_reset() { zh "清零或换表" en "resets or replaced meters" }
    open_by_rollover() { zh "示数回绕" en "roll-overs of the register" }
    open_by_glitch() { zh "跳变读数已剔除" en "wild readings that were left out" }
    open_by_unused() { zh "台账的换表记录未采用" en "replaced meters in the ledger that are not used" }
    open_by_gap() { zh "期中缺数" en "no data in the middle of the period" }
    open_by_ends() { zh "期首期末缺数" en "no data at the ends of the period" }
    open_by_boundary() {
        zh "期首期末没有正点读数"
        en "no reading exactly at the ends of the period"
    }
    open_by_plate() { zh "超出铭牌的增量未计" en "growth beyond the plate that is left out" }
    open_by_contradiction() { zh "表计不可信" en "meters that are not to be believed" }
    open_by_step() { zh "示数取整" en "the steps of the register" }
    open_by_silence() { zh "有泵站没有电表数据" en "pump stations without meter data" }

    // Days of supply.
    supply_days(days, how) { zh "{days}天（{how}）" en "days of supply: {days} ({how})" }
    supply_without_end(how) { zh "天数推算不出，蓄水未见减少（{how}）" en "storage is not falling ({how})" }
    supply_unknown(why) { zh "未知：{why}" en "unknown: {why}" }
    no_usable_water() { zh "没有库容曲线或死水位" en "no storage curve or no dead level" }
    no_demand() { zh "没有供水人口或人均用水（`demand`）" en "no persons served or no water per person (demand)" }
    without_refill(m3) { zh "不补水时每天{m3} m3" en "{m3} m3 a day if not refilled" }
    week_incomplete() { zh "近7日数据不全" en "data of the last 7 days are incomplete" }
    by_fall_of_week() { zh "按近7日蓄水变化" en "by the change of storage in the last 7 days" }

    // What a drought cannot be graded by.
    takes_no_part(index, rules, why) {
        zh "{index}（规则 {rules}）不参加评定：{why}"
        en "{index} (rules: {rules}) takes no part: {why}"
    }
    no_climate() { zh "`township.toml` 没有 `climate`" en "township.toml has no climate" }
    no_gauge() { zh "`township.toml` 没有雨量站（`rain_gauge`）" en "township.toml has no rain_gauge" }
    no_field_capacity() {
        zh "`township.toml` 没有写明田间持水量（`field_capacity_percent`）的墒情站"
        en "township.toml has no soil station with a field capacity (field_capacity_percent)"
    }
    no_reservoir() { zh "`township.toml` 没有水库（`reservoir`）" en "township.toml has no reservoir" }
    without_useful_capacity(names) {
        zh "`township.toml` 中{names}缺 `curve`、`dead_m` 或 `normal_m`，算不出兴利库容"
        en "in township.toml {names} lack curve, dead_m or normal_m, from which the useful capacity follows"
    }
    no_water_per_person() { zh "`township.toml` 没有人均用水（`demand`）" en "township.toml has no demand" }
    no_serving_source() {
        zh "`township.toml` 中除饮水池外，没有写供水人口（`serves_persons`）的水源"
        en "in township.toml no source other than tanks has serves_persons"
    }
    without_dead_storage(names) {
        zh "`township.toml` 中{names}缺 `curve` 或 `dead_m`，算不出可用水量"
        en "in township.toml {names} lack curve or dead_m, from which the usable water follows"
    }
    no_rain_data() { zh "没有雨量数据" en "there are no rain data" }
    no_soil_data() { zh "没有墒情数据" en "there are no soil data" }
}
