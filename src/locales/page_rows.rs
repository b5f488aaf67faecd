//! What the pages of the ledger's rows say, as far as their words are made from numbers and states.

messages! { "page_rows";
    // How things stand with a row.
    counts() { zh "计入" en "counts" }
    waits() { zh "待复核" en "waits for a review" }
    superseded() { zh "已被更正" en "superseded" }
    withdrawn() { zh "作废" en "withdrawn" }

    // What is wrong with a field.
    no_such_item(name) { zh "台账里没有“{name}”这个项目" en "The ledger has no item {name}" }
    no_value() { zh "没有填数；查实没有才填 0" en "The number is missing; write 0 only where 0 was found" }
    hedged_value(hedge) {
        zh "“{hedge}”表示不是准数；请写凭据上的那个数"
        en "{hedge} marks a rough number: write the one that the paper has"
    }
    negative_value() {
        zh "数不能是负的；要减少，请更正原来那一条"
        en "A number is not negative: to take something back, correct the row that has it"
    }
    several_values() { zh "一条只登记一个数，几张凭据分开登记" en "A row has one number: enter each paper's as a row of its own" }
    not_a_value() { zh "不是数；例如 1200、1,200 或 1.2万" en "This is no number: write 1200 or 1,200, for example" }
    two_units() {
        zh "数里写的单位和旁边选的不一致，或“万”写了两次；只写一处"
        en "The unit behind the number and the one beside it are two, or both have a multiple: write it once"
    }
    other_unit(name, unit) { zh "{name}按“{unit}”登记，请换算" en "{name} is entered in {unit}: convert the number" }
    of_another_item(name) {
        zh "这个单位数的是另一回事：请改登“{name}”，或重新核实"
        en "This unit counts something else: enter it as {name}, or find out anew"
    }
    share_or_fraction() {
        zh "不清楚是百分之几还是几成：请连“%”一起写，例如 86%"
        en "It may be a share or a fraction: write it with its %, such as 86%"
    }
    day_for_example() { zh "请填日期，例如 2022-08-15" en "Write a day, such as 2022-08-15" }
    days_reversed() { zh "止日早于起日" en "The last day is before the first" }
    reversed_left_out() {
        zh "止日早于起日，没有按日期筛选"
        en "The last day is before the first: the days were left out"
    }
    choose_village() { zh "请选一个村；全乡的数选“全乡”" en "Choose a village, or the whole township" }
    choose_crop() { zh "请选一种作物；没有分作物的选“不分作物”" en "Choose a crop, or all crops together" }
    no_work() { zh "请写明是哪一个" en "Say which one" }
    no_document() {
        zh "请写明数从哪张凭据来：票据、调查表、通知"
        en "Name the paper that the number comes from: slip, survey sheet, notice"
    }
    no_reason() { zh "请写明原因" en "Say why" }
    nothing_changed() { zh "和原来一样，没有改动" en "Nothing is changed" }
    correct_instead(name) {
        zh "台账里已有同一{name}的一条（日期、村、作物、工程、凭据都相同），再登一条只会算其中一条或算两遍：数变了，就更正那一条；不是同一件事，凭据要写出不同"
        en "The ledger has this {name} already, of the same days, village, crop, work and paper, and only one of the two rows would count, or both for one \
            thing: correct that row, or tell the papers apart"
    }
    meter_of(station, register) { zh "{station} {register}" en "{station}, {register}" }

    // What is worth a second look.
    far(old, new, unit) {
        zh "原来是 {old} {unit}，现在是 {new} {unit}，相差十倍以上：请核对小数点"
        en "It was {old} {unit} and becomes {new} {unit}, more than ten times as much or as little: check the decimal point"
    }
    same_there() {
        zh "台账里已有完全相同的一条（见下）：确实是另一张凭据才登记"
        en "The ledger has the very same row (below): enter this one only if it is of another paper"
    }
    alike_there() {
        zh "台账里有只差数值的一条（见下）：数变了，就更正那一条；是另一笔才登记"
        en "The ledger has a row that differs only in its value (below): correct that one, unless this is another amount"
    }

    // The effect on figures.
    days(from, to) { zh "{from} 至 {to}" en "{from} to {to}" }
    report_begins(from, to) {
        zh "报告从此有了统计期：{from} 至 {to}"
        en "The report gets its days: {from} to {to}"
    }
    report_ends(from, to) {
        zh "报告现在的统计期 {from} 至 {to} 随之没有了"
        en "The report loses its days, {from} to {to}"
    }
    period_changes(old, new) {
        zh "报告的统计期由 {old} 变为 {new}，全部数字随之改变"
        en "The days of the report change from {old} to {new}, and all figures with them"
    }
    of_other_days(from, to) {
        zh "日期在统计期 {from} 至 {to} 以外，报告不计"
        en "It is of other days than the report, {from} to {to}, and does not count there"
    }
    within_bounds(said, least, most) { zh "{said}，在 {least} 至 {most} 之间" en "{said}, within {least} to {most}" }
    at_least(least, said) { zh "{said}，不少于 {least}" en "{said}, at least {least}" }

    // Reviews.
    no_reviews() { zh "这里登记即计入，不用复核" en "Rows count here once they are entered: there are no reviews" }
    your_own() { zh "是你登记的，要由别人复核" en "You entered it: another person reviews it" }
    nobody_named() { zh "没有写登记人，无法确认是两个人" en "Nobody is named who entered it, so that it may be one person" }
    not_listed(text) {
        zh "登记人“{text}”不在人员名单里，无法确认是两个人；请管理员补上"
        en "{text}, who entered it, is not listed, so that it may be one person: have an administrator list her"
    }
    several_of_the_name(text) {
        zh "登记人“{text}”不止一个人，无法确认是两个人；请更正这一条，写清单位和姓名"
        en "{text}, who entered it, is the name of several persons: correct the row with office and name"
    }
    cannot_tell(row, why) { zh "第 {row} 条不能复核：{why}" en "Row {row} cannot be reviewed: {why}" }
    own_row(row, by) {
        zh "第 {row} 条是{by}登记的，要由另一个人复核；一条也没有复核"
        en "Row {row} was entered by {by} and is reviewed by another person; none was reviewed"
    }
    review_the_new_one(row, by) {
        zh "第 {row} 条刚被第 {by} 条更正：请看第 {by} 条；一条也没有复核"
        en "Row {row} has just been superseded by row {by}: look at row {by}; none was reviewed"
    }
    no_such_row(row) { zh "台账没有第 {row} 条" en "The ledger has no row {row}" }
    is_withdrawn(row) { zh "第 {row} 条本身就是作废；要恢复请更正它" en "Row {row} is a withdrawal: to undo it, correct it" }

    // What was done, and what was not.
    nothing_done() { zh "没有登记" en "Nothing was entered" }
    busy() { zh "正在算的太多，请过一会儿再试" en "Too much is being worked out; try again in a moment" }
    failed() { zh "出错了" en "It failed" }
    see_the_log() { zh "台账读写失败，什么也没有登记；原因在日志里" en "The ledger cannot be read or written, and nothing was entered; the log says why" }
    no_such_village(typed) {
        zh "没有编号为“{typed}”的村，没有按村筛选：请在“村”里选一个"
        en "There is no village {typed}, so rows of all villages are listed: choose one of the list"
    }
    no_such_page(asked, pages, shown) {
        zh "没有第 {asked} 页，一共 {pages} 页：这是第 {shown} 页"
        en "There is no page {asked} of {pages}: this is page {shown}"
    }
    person_too_long(most) {
        zh "人名太长，只按前 {most} 个字找"
        en "The name is too long: its first {most} characters are looked for"
    }
    not_a_filter(typed) { zh "不懂“{typed}”，没有按它筛选" en "{typed} is not understood and was left out" }
    no_row_chosen() { zh "没有选行" en "No row was chosen" }
    entered_as(row) { zh "登记为第 {row} 条" en "Entered as row {row}" }
    corrected_as(row) { zh "已更正，新的是第 {row} 条" en "Corrected: the new row is {row}" }
    withdrawn_as(row) { zh "已作废，作废记录是第 {row} 条" en "Withdrawn: row {row} says so" }
    reviewed(n) { zh "复核了 {n} 条" en "Rows reviewed: {n}" }

    // What items are about.
    group_event() { zh "抗旱期、响应和降雨" en "Drought event, response, rain" }
    group_crops() { zh "受旱受灾和农业损失" en "Land and crops hit, losses" }
    group_water() { zh "人畜饮水和送水" en "Drinking water, water carried" }
    group_people() { zh "受灾和需救助人口" en "Persons hit and in need" }
    group_relief() { zh "投入的人、设备和油电" en "Persons, equipment, fuel and electricity" }
    group_money() { zh "资金" en "Money" }
    group_works() { zh "饮水工程和抗旱工程" en "Drinking-water works and other works" }
    group_unmonitored() { zh "测站没有监测到的部分" en "What no station watches" }
    group_meters() { zh "换表" en "Meters replaced" }
}
