//! Figures of what is stored: by size of the works, against plan and usual.

messages! { "storage";
    no_storage() {
        zh "没有塘堰或水库的水位与库容曲线"
        en "no pond or reservoir has both levels and a storage curve"
    }
    no_storage_total() { zh "没有蓄水总量" en "the water stored is not known" }
    no_earlier_storage() { zh "没有往年同日的蓄水量" en "the water stored on that day of earlier years is not known" }
    no_level_or_curve(source) { zh "{source}：没有水位或库容曲线" en "{source}: no level or no storage curve" }
    level_at(source, at, level_m) { zh "{source}：{at} 水位{level_m} m" en "{source}: level {level_m} m at {at}" }
    level_outside_curve() { zh "水位超出库容曲线，存疑" en "the level lies outside the storage curve: suspect" }
    level_stale() { zh "距统计期末超过一天" en "more than a day before the end of the period" }
    not_counted(names) { zh "未计入：{names}" en "not counted: {names}" }
    plan_of_other_water() {
        zh "比较的数是全部塘库的，而蓄水量没有覆盖全乡镇未监测的塘库（没有的，“未监测塘库蓄水量”填0），不知道是不是同一批塘库"
        en "what it is compared with is that of all ponds and reservoirs, and the water stored does not cover all that are not monitored \
            (where there are none, enter 0 as water stored, not monitored)"
    }
    compared_of_villages(rows) {
        zh "台账第{rows}条只是部分村的，与全乡镇的蓄水量不能比较"
        en "ledger rows of some villages only, which are not compared with the water of the township: {rows}"
    }
    large_reservoirs() { zh "大型水库" en "large reservoirs" }
    medium_reservoirs() { zh "中型水库" en "medium reservoirs" }
    small_reservoirs() { zh "小型水库" en "small reservoirs" }
    ponds() { zh "塘堰" en "ponds" }
    none_watched(class) { zh "没有监测的{class}" en "there are no {class} that are monitored" }
    in_no_class(names) {
        zh "没有库容曲线，不知属于哪一类，未计入：{names}"
        en "without a storage curve, so of no known size and not counted: {names}"
    }
    against_usual(m3) { zh "与填报的多年同期蓄水量{m3} m3比较" en "against the usual storage that is entered, {m3} m3" }
    other_parts_then(year) {
        zh "{year}的蓄水量与今年相比，一个计入了填报的未监测部分，一个没有，不能比较"
        en "{year}: of its storage and this year's, only one counts what is entered and not monitored; they are not compared"
    }
    of_planned(m3, plan) { zh "{m3} m3 ÷ 计划{plan} m3" en "{m3} m3 / {plan} m3 planned" }
    nothing_planned() { zh "填报的计划蓄水量为0" en "the storage that was planned is entered as 0" }
    against_earlier(years, m3) {
        zh "与{years}年同日的均值{m3} m3比较"
        en "against the mean of that day in earlier years, {m3} m3 (years: {years})"
    }
}
