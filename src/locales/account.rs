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
    replaced_alone(row) {
        zh "台账第{row}条换表没有同日的新表起码，未采用"
        en "ledger row {row} replaces a meter without a first reading of the new one on that day; it is not used"
    }
    replacement_refused(first_row, second_row, why) {
        zh "台账第{first_row}、{second_row}条换表未采用：{why}"
        en "the replacement of ledger rows {first_row} and {second_row} is not used: {why}"
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
    meter_wild(series, glitches, readings) {
        zh "{series}的{readings}个读数中有{glitches}个前后不符（倒走或乱跳），表计不可信"
        en "of {readings} readings of {series} {glitches} do not follow each other (it falls or jumps): the meter is not to be believed"
    }
    meter_restarts(series, restarts, days) {
        zh "{series}在{days}天内归零{restarts}次，不是累计值"
        en "{series} began anew {restarts} times in {days} days: it is no running total"
    }
    meter_behind(series, grown, hours) {
        zh "{series}只增加{grown}，而运行至少{hours}小时，表计不可信"
        en "{series} grew by {grown} only, while the pump ran for at least {hours} h: the meter is not to be believed"
    }

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
