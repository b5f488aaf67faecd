//! What figures are made of, and findings on it: meters, levels, prices, rain, and what the ledger says of drinking
//! water.

messages! { "evidence";
    // Values that stand in for the office's own.
    guessed_crops(names) {
        zh "作物表的亩产或单价不是本单位的数据，或可信度低于 0.7：{names}"
        en "yields or prices of the crop table are not the office's own, or below a confidence of 0.7: {names}"
    }
    guessed_thresholds(names) {
        zh "旱警、旱保水位不是本单位的数据，或可信度低于 0.7：{names}"
        en "drought-limit levels are not the office's own, or below a confidence of 0.7: {names}"
    }
    guessed_demand() {
        zh "人均用水量不是本单位的数据，或可信度低于 0.7"
        en "the demand per person is not the office's own, or below a confidence of 0.7"
    }
    guessed_irrigation() {
        zh "灌溉水利用系数或每次灌水量不是本单位的数据，或可信度低于 0.7"
        en "the canal efficiency or the water of a pass is not the office's own, or below a confidence of 0.7"
    }
    guessed_climate() {
        zh "常年降水量不是本单位的数据，或可信度低于 0.7"
        en "the usual rain is not the office's own, or below a confidence of 0.7"
    }
    guess_is_printed(guess, figures) {
        zh "{guess}；报告正文的{figures}由此算出"
        en "{guess}; the section prints what is worked out from it: {figures}"
    }
    and_more(names, more) { zh "{names}，另有 {more} 个" en "{names} and {more} more" }
    look_at_values() {
        zh "在 `township.toml` 换成本单位的数值，写明出处（`source`）和可信度（`confidence`）"
        en "put the office's own values into township.toml, with where they come from (source) and how sure they are (confidence)"
    }
    source_township() { zh "`township.toml` 所写的出处" en "what township.toml says of itself" }

    // Meters.
    meter_wild(what, readings, glitches) {
        zh "{what}的示数不连续：{readings} 个读数之外有 {glitches} 个倒退或跳变，没有计入；这个表算不出可信的数"
        en "the {what} does not run on: {glitches} readings fall back or jump and do not count, {readings} do; no figure of it \
            can be relied on"
    }
    meter_restarts(what, days, resets) {
        zh "{what}的示数在 {days} 天里从头计数 {resets} 次，像是只记本次运行的寄存器；清零前后的量可能没有计入"
        en "the {what} begins anew {resets} times in {days} days, as one that counts a session does; what lies around a reset may \
            be missing"
    }
    meter_glitches(what, readings, glitches) {
        zh "{what}的读数有 {glitches} 个跳变已剔除，计入的有 {readings} 个"
        en "{glitches} readings of {what} jump and were left out, {readings} count"
    }
    meter_reset(what, days) {
        zh "{what}在 {days} 清零或换表，台账没有这个表那时的换表记录；清零前后的量可能没有计入，数字只是下限"
        en "the {what} was reset or replaced on {days}, and the ledger has no row of it; what lies around the reset may be missing, \
            the figure is the least"
    }
    meter_reset_unused(what, days, why) {
        zh "{what}在 {days} 清零或换表，{why}；清零前后的量可能没有计入，数字只是下限"
        en "the {what} was reset or replaced on {days}; {why}; what lies around the \
            reset may be missing, the figure is the least"
    }
    replacement_unused(what, why) {
        zh "{what}：{why}；前后几天的量因此没有定数"
        en "{what}: {why}; what the days around it came to stays open because of it"
    }
    replacement_misnamed(rows) {
        zh "台账的换表记录没有写明是哪个表，未采用：{rows}"
        en "rows of replaced meters in the ledger name no meter of any pump and are not used: {rows}"
    }
    row_named(row, name) { zh "第 {row} 条（{name}）" en "row {row} ({name})" }
    row_without_name(row) { zh "第 {row} 条（工程一栏是空的）" en "row {row} (names nothing)" }
    look_at_rows_of_replacement() {
        zh "核对换表的日期、旧表止码和新表起码，两条要登记在同一天；登错的更正"
        en "check the day, the last reading of the old and the first of the new meter: both rows belong to the same day; correct the \
            wrong ones"
    }
    look_at_name() {
        zh "更正这几条，工程一栏写“测站/参数”"
        en "correct these rows: their work is the series, station/parameter"
    }
    look_at_name_like(series) {
        zh "更正这几条，工程一栏写“测站/参数”，如 {series}"
        en "correct these rows: their work is the series, station/parameter, such as {series}"
    }
    look_at_register() {
        zh "核对配置的是不是累计寄存器、倍率和字节序；选别的寄存器，或换表"
        en "check that the profile names a register that counts through, its factor and its order of bytes; take another register or meter"
    }
    look_at_line() {
        zh "核对接线和通信质量、字节序和倍率"
        en "check the wiring, the quality of the line, the order of bytes and the factor"
    }
    look_at_replacement() {
        zh "换过表就在台账登记换表旧表止码和换表新表起码；没有换过，检查倍率和供电"
        en "if the meter was replaced, enter its last and first readings in the ledger; if not, check its factor \
            and its supply"
    }
    source_meters() { zh "电表、水表的读数" en "the readings of the meters" }

    // Levels.
    levels_doubted(hours, from, to, why, worst) {
        zh "{from} 至 {to} 有 {hours} 小时的水位不可信，没有计入：{why}（最远为 {worst} 米）"
        en "levels of {hours} h from {from} to {to} are not believed and do not count: {why} (the furthest is {worst} m)"
    }
    look_at_datum() {
        zh "核对水位计的基面和换算（`adjust`）、测站的底高程和顶高程"
        en "check the datum and the conversion (adjust) of the gauge, and bottom and crest of the station"
    }
    source_geometry() { zh "`township.toml` 的测站高程" en "the levels of the station in township.toml" }

    // Corrections.
    readings_wrong(what, from, to, reason, by) {
        zh "{from} 至 {to} 的{what}读数已标为错误，没有计入：{reason}（{by}）"
        en "readings of {what} from {from} to {to} are marked as wrong and do not count: {reason} ({by})"
    }
    readings_shifted(what, from, to, shift, reason, by) {
        zh "{from} 至 {to} 的{what}读数按 {shift} 平移后计入：{reason}（{by}）"
        en "readings of {what} from {from} to {to} count with {shift} added: {reason} ({by})"
    }
    readings_noted(what, from, to, reason, by) {
        zh "{from} 至 {to} 的{what}读数有备注：{reason}（{by}）"
        en "a note on the readings of {what} from {from} to {to}: {reason} ({by})"
    }
    look_at_correction() {
        zh "核对这条更正；不对时在测站页面撤回"
        en "see whether the correction is right; where it is not, withdraw it on the station's page"
    }
    source_corrections() { zh "库里的更正" en "the corrections in the store" }

    // Drinking water.
    drinking_contradicted(zeros, others) {
        zh "台账自相矛盾：{zeros}说没有人因旱饮水困难，{others}说有"
        en "the ledger contradicts itself: {zeros} say that nobody was short of drinking water, {others} say otherwise"
    }
    row_of(row, code, value, unit) { zh "第 {row} 条（{code}{value}{unit}）" en "row {row} ({code} {value} {unit})" }
    look_at_drinking() {
        zh "核对这几条，在台账里更正错的"
        en "check these rows and correct the wrong ones in the ledger"
    }
    source_ledger() { zh "台账" en "the ledger" }

    // Rain.
    rainless_until(day, limit_mm) {
        zh "最长一段到{day}，以面平均日雨量小于{limit_mm} mm为无雨"
        en "the longest run is that up to {day}; a day with an areal mean below {limit_mm} mm is rainless"
    }
    entered_and_not_taken(row, value) {
        zh "台账第{row}条填报{value}，以雨量站为准"
        en "ledger row {row} has {value}; the gauges prevail"
    }
    run_within_period(row, value, days) {
        zh "台账第{row}条填报{value}天，其中在统计期内的至多{days}天"
        en "ledger row {row} has {value} days, of which at most {days} lie in the period"
    }
    rain_not_measured() { zh "没有雨量站数据" en "there are no data of rain gauges" }
    no_rainless_limit() {
        zh "乡镇配置没有无雨日的雨量界限"
        en "the township's file has no limit of a rainless day (climate.rainless_mm)"
    }
    rain_days_without(n) {
        zh "有{n}天雨量站数据不足"
        en "days on which too few gauges have data: {n}"
    }
    rain_entered_too(mm) {
        zh "台账填报的降雨量为{mm} mm，以雨量站为准"
        en "the rain that is entered is {mm} mm; the gauges prevail"
    }
    row_beyond_not_counted(row) {
        zh "台账第{row}条所述日期超出统计期，未计入"
        en "the days of ledger row {row} reach beyond the period; it is not counted"
    }
    rain_rows_lack_days() {
        zh "填报的降雨量没有覆盖统计期的每一天"
        en "the rain that is entered does not cover each day of the period"
    }
    no_rain_total() { zh "没有降雨量" en "the rain is not known" }
    no_usual_rain() { zh "没有多年同期降雨量" en "the usual rain of these days is not known" }
    against_usual_rain(mm) { zh "与填报的多年同期降雨量{mm} mm比较" en "against the usual rain that is entered, {mm} mm" }
    against_climate(mm, source) {
        zh "与乡镇配置的常年降雨量{mm} mm比较；{source}"
        en "against the usual rain of the township's file, {mm} mm; {source}"
    }
    rain_of_earlier(years, mm) {
        zh "与{years}年同日的均值{mm} mm比较"
        en "against the mean of these days in earlier years, {mm} mm (years: {years})"
    }
}
