//! What the report's pages say, as far as their words are made from numbers and states.

messages! { "desk";
    // Days.
    days(from, to) { zh "{from}至{to}" en "{from} to {to}" }
    first_day() { zh "起" en "From" }
    last_day() { zh "止" en "To" }
    day_missing(name) {
        zh "“{name}”没有填：写一个日期，例如 2022-08-01"
        en "“{name}” is missing: name a day, such as 2022-08-01"
    }
    no_such_day(name, value) {
        zh "“{name}”的“{value}”不是 1970 年至 2199 年的日期；例如 2022-08-01"
        en "“{value}” in “{name}” is no day of the years 1970 to 2199; write 2022-08-01, for example"
    }
    days_wrong() { zh "统计期写错了" en "The days are wrong" }
    no_event() {
        zh "台账里还没有抗旱期，不知道报告哪些天：先登记抗旱期，或者自己选起止日期"
        en "The ledger names no drought event, so there are no days to report on: enter one, or choose days of your own"
    }
    no_event_yet(rows) {
        zh "登记的抗旱期还要由另一个人复核：{rows}；或者自己选起止日期"
        en "The drought event that is entered waits for a review by another person: {rows}; or choose days of your own"
    }

    // What is not done.
    not_done() { zh "没有办成" en "Not done" }
    failed() { zh "出错了" en "It failed" }
    see_the_log() { zh "文件读写失败，或者模板、规则有错；原因在日志里" en "A file cannot be read or written, or a template or rule is wrong; the log says why" }
    too_busy() { zh "正在算的报告太多，请过一会儿再试" en "Too many reports are being worked out; try again in a moment" }
    was_accepted() { zh "已认可" en "It is accepted" }
    was_issued() { zh "已签发" en "It is issued" }
    not_confirmed() { zh "请先看过，再打勾确认" en "Look it over and tick the box first" }

    // Findings.
    accepted(by, at, reason) { zh "{by}于{at}认可：{reason}" en "accepted by {by}, {at}: {reason}" }
    finding_gone() {
        zh "这个问题已经没有了，或者数字变了：请看现在的"
        en "This finding is gone, or its numbers have changed: look at how it stands now"
    }
    contradiction() {
        zh "自相矛盾，不能认可，只能更正台账"
        en "It is a contradiction: it cannot be accepted, only corrected in the ledger"
    }
    reason_too_long(most) { zh "理由超过 {most} 个字：写短些" en "The reason is longer than {most} letters: write a shorter one" }
    office_wording(reason, by) { zh "本单位的写法：{reason}（{by}）" en "the office's own wording: {reason} ({by})" }
    value_unit(value, unit) { zh "{value} {unit}" en "{value} {unit}" }

    // What stands against issuing.
    against_contradictions(n) {
        zh "有 {n} 处自相矛盾，只能更正台账"
        en "Contradictions, which only a correction of the ledger ends: {n}"
    }
    against_findings(n) {
        zh "有 {n} 个核查问题没有处理：更正台账，或写明理由认可"
        en "Open findings: {n}; correct the ledger, or accept them with a reason"
    }
    against_not_begun(from) {
        zh "统计期 {from} 才开始，还没有可报告的：请核对起止日期，或等它开始以后再签发"
        en "The days begin only on {from}, so there is nothing to report yet: check the days, or issue once they have begun"
    }
    against_no_sentence() {
        zh "报告里一句话也没有：先登记台账，或请管理员检查模板"
        en "The report has no sentence: enter rows in the ledger first, or have an administrator look at the template"
    }
    against_waits(row, name, now, then) {
        zh "待复核的第 {row} 条会把{name}由{now}改为{then}：先复核或更正"
        en "Row {row} waits for a review and would change the {name} from {now} to {then}: review or correct it first"
    }
    against_waiting(rows, name, now, then) {
        zh "待复核的第 {rows} 条会把{name}由{now}改为{then}：先复核或更正"
        en "Rows {rows} wait for a review and would change the {name} from {now} to {then}: review or correct them first"
    }
    against_days(from, to) {
        zh "待复核的抗旱期会把统计期改为{from}至{to}：先复核"
        en "A drought event that waits for a review would change the days to {from} to {to}: review it first"
    }
    own_work(first) {
        zh "您不能做这一步：{first}；登记、复核、认可、签发应由不同的人做"
        en "You cannot do this: {first}; entry, review, acceptance and issue are by different persons"
    }
    own_works(first, more) {
        zh "您不能做这一步：{first}，另有 {more} 处也是您做的；登记、复核、认可、签发应由不同的人做"
        en "You cannot do this: {first}, and {more} more are yours; entry, review, acceptance and issue are by different persons"
    }
    others_may(names) { zh "可以做这一步的：{names}" en "these still may: {names}" }
    nobody_may() {
        zh "名单上有复核权限的人都参与过：请管理员在名单里加一位没有参与的人"
        en "everybody of the list who may review took part: ask an administrator to list somebody who took no part"
    }
    unlisted_work(first) {
        zh "{first}，名单上没有这个人，无法确认不是您：请管理员把此人列入名单"
        en "{first}, who is not of the list, so nobody can say that it was not you: ask an administrator to list her"
    }

    // What has changed since a page was shown.
    now_of_days(from, to) { zh "统计期现在是{from}至{to}" en "The days are {from} to {to} now" }
    not_said() { zh "不写" en "nothing" }
    now_says(name, then, now) { zh "{name}：{then} → {now}" en "{name}: {then} → {now}" }
    rows_changed(rows) { zh "台账变了：第 {rows} 条" en "The ledger has changed: rows {rows}" }
    rows_came(rows) { zh "新来待复核的：第 {rows} 条" en "Now waiting for a review: rows {rows}" }
    finding_came(sentence) { zh "要核对：{sentence}" en "To check: {sentence}" }
    readings_corrected() { zh "有人更正了读数，或吊销了网关" en "Readings were corrected, or a gateway was revoked" }
    ledger_meanwhile() {
        zh "签发的同时有人登记、更正、复核或认可：没有签发，请看现在的内容再签发"
        en "Somebody entered, corrected, reviewed or accepted something at the same time, so it was not issued: look at it as it is now, and issue it \
            then"
    }
    issued_meanwhile(number) { zh "刚签发了 {number}" en "{number} was issued meanwhile" }
    something_changed() { zh "内容与看到的不同" en "It is not what was shown" }

    // Documents.
    document_word() { zh "Word 文件" en "Word" }
    document_excel() { zh "Excel 附表" en "Excel tables" }
    document_page() { zh "网页（可打印）" en "Web page, to print" }
    document_text() { zh "中文文本" en "Text in Chinese" }
    document_text_en() { zh "英文文本" en "Text in English" }
    document_figures() { zh "指标数据（JSON）" en "Figures (JSON)" }
    document_statement() { zh "全部数据（JSON）" en "All data (JSON)" }
    no_file() { zh "没有选文件" en "No file was chosen" }
    nothing_replaced() {
        zh "段落找到了，但没有一处可以换，什么都没有填"
        en "Its passages were found, but nothing in them could be replaced, so nothing was filled"
    }
    nothing_to_fill() {
        zh "没有可填的地方：既没有占位符，也没有“抗旱救灾方面，”这样的段落"
        en "There is nothing to fill: it has no placeholder and no passage that begins “抗旱救灾方面，”"
    }
    filled_gone(minutes) {
        zh "填好的文件只保留 {minutes} 分钟，而且只给填的人：请再填一次"
        en "A filled file is kept for {minutes} minutes, for whoever filled it: fill it again"
    }
    was_altered() {
        zh "存档的文件在签发后被改过或缺少：请管理员从备份恢复"
        en "The files have been changed since they were issued, or some are missing: ask an administrator to restore them from a backup"
    }
}
