//! Numbers, days, units and names as offices write them.

messages! { "cells";
    // Numbers.
    hedged(hedge) { zh "“{hedge}”表示不是准数，台账只登记准数" en "{hedge} marks a rough number, and the ledger takes exact ones only" }
    write_what_the_paper_has() {
        zh "写凭据上的那个数；凭据上也没有准数，就删掉这一行"
        en "write the number that the paper has; where the paper has no exact number either, leave the row out"
    }
    several_numbers() { zh "一格里写了不止一个数" en "there is more than one number in the cell" }
    write_one_number() {
        zh "写凭据上的那一个数；几张凭据的数分成几行写"
        en "write the one number that the paper has; numbers of several papers go into rows of their own"
    }
    numbers_for_example() {
        zh "例如 1200、1,200 或 1.2万；查实没有就写 0，不清楚就留空"
        en "for example 1200, 1,200 or “1.2万”; write 0 where 0 was found, and leave the cell empty where nobody knows"
    }

    // Units.
    converted(value, written, converted, unit) {
        zh "{value} {written} = {converted} {unit}"
        en "{value} {written} = {converted} {unit}"
    }
    converted_by_density(value, written, converted, unit, kg) {
        zh "{value} {written} = {converted} {unit}（每升 {kg} 千克）"
        en "{value} {written} = {converted} {unit} ({kg} kg per litre)"
    }
    converted_water(value, written, converted, unit) {
        zh "{value} {written} = {converted} {unit}（每立方米水重 1 吨）"
        en "{value} {written} = {converted} {unit} (a cubic metre of water has a tonne)"
    }
    other_count(written, name, unit) {
        zh "“{written}”与“{unit}”数的不是同一回事，{name}按“{unit}”登记"
        en "{written} counts something else than {unit}, in which the ledger has {name}"
    }
    enter_other_count(name, unit) {
        zh "把这一行的项目改为“{name}”，或按“{unit}”重新核实"
        en "make it a row of {name}, or find out how many {unit} they were"
    }
    count_anew(unit) { zh "按“{unit}”重新核实" en "find out how many {unit} they were" }

    // Days.
    day_missing() { zh "没有填日期" en "the day is missing" }
    day_without_year() { zh "没有写年份" en "the year is missing" }
    name_the_year() {
        zh "把年份写上，例如 2022年8月15日；整个文件都是同一年，导入时可加 `--year 2022`"
        en "write the year, such as 2022-08-15; if the whole file is of one year, import it with --year 2022"
    }
    year_cannot_be(year, least, most) {
        zh "{year} 年不在 {least} 年到 {most} 年之间"
        en "the year {year} is not within {least} to {most}"
    }
    check_the_year() { zh "核对年份" en "check the year" }
    no_such_day() { zh "没有这一天" en "there is no such day" }
    check_the_day() { zh "核对月和日" en "check month and day" }
    day_ambiguous() { zh "这个日期不止一种读法" en "the date can be read in more than one way" }
    write_day_in_full() {
        zh "年、月、日都写全，例如 2022年8月15日；一段日子写成 2022年8月1日至8月15日"
        en "write year, month and day, such as 2022-08-15; a span is written 2022-08-01~2022-08-15"
    }
    span_backwards() { zh "止日早于起日" en "the last day is before the first" }
    swap_days() { zh "对调起止，或改正年份" en "swap the two, or correct the year" }
    not_a_day() { zh "不是日期" en "not a day" }
    days_for_example() {
        zh "写公历的日期，例如 2022-08-15、2022.8.15、2022年8月15日、2022年8月、8月1日至15日；农历换成公历，“前”“后”“左右”换成\
            确定的日子"
        en "write a day of the solar calendar, such as 2022-08-15, 2022.8.15, 2022-08, “2022年8月15日” or “8月1日至15日”; a lunar day \
            is converted first, and before, after and about give way to the day itself"
    }

    // Names of items.
    item_not_clear() { zh "可能是几个项目中的一个" en "it may be one of several codes" }
    item_is_one_of(text, codes, example) {
        zh "写明是哪一个：{codes}；或在导入时加 `--as '{text}={example}'`"
        en "say which: {codes}; or import with --as '{text}={example}'"
    }
    say_as(text) {
        zh "或在导入时加 `--as '{text}=…'`，等号后写台账的项目；不登记就写 `--as '{text}=-'`"
        en "or import with --as '{text}=…', with the code behind the sign; --as '{text}=-' leaves it out"
    }
    item_measured() {
        zh "这个数由测站和电表算出，台账只登记它们没有监测到的部分"
        en "stations and meters give this number; only what none of them has is entered"
    }
    enter_unmonitored(code, text, example) {
        zh "没有监测的部分，项目写{code}；整列都是没有监测的，导入时可加 `--as '{text}={example}'`；不登记就写 `--as '{text}=-'`"
        en "for what is not monitored write {code}; if the whole column is that, import it with --as '{text}={example}'; --as '{text}=-' leaves it out"
    }
    item_worked_out() {
        zh "这个数由其他项目算出，不用登记"
        en "this number is worked out from others and is not entered"
    }
    enter_its_parts(codes) { zh "登记它的分项：{codes}" en "enter its parts: {codes}" }
    leave_it_out(text) {
        zh "删掉它，或在导入时加 `--as '{text}=-'`"
        en "remove it, or import with --as '{text}=-'"
    }

    // Names of villages and crops.
    is_a_group() { zh "是村民小组，不是行政村" en "it is a villagers' group, not a village" }
    write_its_village() { zh "写它所在的行政村" en "write the village that it belongs to" }
    several_villages() { zh "一格里写了不止一个村" en "there is more than one village in the cell" }
    a_row_for_each() { zh "每个村写一行" en "write a row for each village" }
    each_or_all() {
        zh "不知道是每个村都这么多，还是各村一共这么多"
        en "it may be of each village, or of all together"
    }
    say_each_or_all() {
        zh "每个村写一行；各村一共的数写“全乡”（镇写“全镇”）"
        en "write a row for each village; for all together write “全乡” or “全镇”"
    }
    not_clear() { zh "不止一个符合" en "more than one fits" }
    one_of_these(names) { zh "写明是哪一个：{names}" en "say which: {names}" }
    township_has_more(names, all) {
        zh "共 {all} 个，有：{names} 等"
        en "it has {all}, such as {names}"
    }
}
