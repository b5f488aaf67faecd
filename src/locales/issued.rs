//! Issued reports, and the period of a report.

pub(crate) use super::report::{no_data, number_unit};

messages! { "issued";
    // The period of a report.
    no_period() {
        zh "没有统计期：用 `--from` 和 `--to` 指定，或在台账里登记抗旱期（`drought_event`）"
        en "no period: give --from and --to, or enter the drought event (drought_event) in the ledger"
    }
    no_period_yet(rows) {
        zh "没有统计期：登记的抗旱期还要由另一个人复核（`hanqing ledger review`）：{rows}；或用 `--from` 和 `--to` 指定"
        en "no period: the drought event that is entered waits for a review by another person (hanqing ledger review): {rows}; or give \
            --from and --to"
    }
    waiting_event(row, from, to, by) {
        zh "第 {row} 条（{from} 至 {to}，{by}登记）"
        en "row {row} ({from} to {to}, entered by {by})"
    }

    // Issue, list, comparison and reprint.
    issue_unknown(number, dir) {
        zh "{dir} 里没有编号为 {number} 的已签发报告：用 `hanqing report list` 查看已有的"
        en "there is no issued report {number} in {dir}: hanqing report list shows the existing ones"
    }
    issue_altered(path) {
        zh "{path} 在签发后被改过，摘要对不上；请从备份恢复"
        en "{path} has been changed since it was issued: its digest differs; restore it from a backup"
    }
    issue_unparsable(path) { zh "{path} 的内容读不懂" en "cannot parse {path}" }
    issue_full(year, most) { zh "{year} 年已签发 {most} 份报告，编号用完了" en "{year} has {most} issued reports already" }
    issued_phrase(value, phrase) { zh "{value}（{phrase}）" en "{value} ({phrase})" }
    changed_figure(name, id, then, now) { zh "{name}（{id}）：{then} → {now}" en "{name} ({id}): {then} → {now}" }
    origin_row(row) { zh "台账第 {row} 条" en "row {row} of the ledger" }
    origin_crop(name) { zh "{name}的记录" en "rows of {name}" }
    origin_no_crop() { zh "没写作物的记录" en "rows that name no crop" }
    origin_figure(name) { zh "指标“{name}”" en "the figure {name}" }
    origin_figure_at(name, end) { zh "指标“{name}”（到 {end}）" en "the figure {name} (up to {end})" }
    origin_series(station, parameter) { zh "{station}的{parameter}" en "{parameter} of {station}" }
    changed_input(from, then, now) { zh "{from}：{then} → {now}" en "{from}: {then} → {now}" }
    unchanged(number) { zh "{number}：与签发时一致" en "{number}: the same as when it was issued" }
    head_number() { zh "编号" en "number" }
    head_from() { zh "起" en "from" }
    head_to() { zh "止" en "to" }
    head_issued_at() { zh "签发时间" en "issued" }
    head_issued_by() { zh "签发人" en "by" }
    head_digest() { zh "摘要值" en "digest" }
    head_files() { zh "文件" en "files" }
    files_intact() { zh "与签发时一致" en "as issued" }
    files_altered() { zh "签发后被改过或缺少" en "changed or missing since" }
    unreadable(numbers, path) {
        zh "{numbers} 的签发记录读不出来或缺少；请从备份恢复 {path}"
        en "the records of {numbers} are missing or cannot be read; restore {path} from a backup"
    }
    none_issued(path) { zh "还没有签发过报告（{path}）" en "no report has been issued yet ({path})" }
    issued(number, digest) { zh "{number} 已签发，摘要值 {digest}" en "{number} is issued, digest {digest}" }
    reprinted(number, digest) {
        zh "{number} 已原样重印，摘要值 {digest}"
        en "{number} is printed as it was issued, digest {digest}"
    }
    frozen_in(path) { zh "存档在 {path}" en "kept in {path}" }
    open_finding(severity, sentence, look) { zh "{severity}：{sentence}；{look}" en "{severity}: {sentence}; {look}" }
    open_findings(n) {
        zh "有 {n} 个核查问题没有处理：更正台账，或用 `hanqing ledger accept` 认可并写明理由，或加上 `--despite-findings`"
        en "{n} findings are open: correct the ledger, accept them with a reason (hanqing ledger accept), or give --despite-findings"
    }
    contradictions(n) {
        zh "有 {n} 处自相矛盾：不能认可，也不能略过，只能更正台账后再签发"
        en "contradictions that only a correction of the ledger ends: {n}; they cannot be accepted or passed over"
    }
    pending_changes(name, now, then, rows) {
        zh "{name}：待复核的第 {rows} 条会把{now}改为{then}"
        en "{name}: rows {rows} wait for a review and would change {now} into {then}"
    }
    pending_period(from, to) {
        zh "待复核的抗旱期会把统计期改为{from}至{to}"
        en "a drought event that waits for a review would change the period into {from} to {to}"
    }
    pending_rows(n) {
        zh "有 {n} 条待复核，其中有的会改变报告的数字：先由另一个人复核（`hanqing ledger review`）或更正，再签发"
        en "{n} rows wait for a review, and some would change what the report prints: have them reviewed by another person \
            (hanqing ledger review), or correct them, before it is issued"
    }
    not_begun(from) {
        zh "统计期 {from} 才开始，还没有可报告的：请核对 `--from` 和 `--to`，或等它开始以后再签发"
        en "the days begin only on {from}, so there is nothing to report yet: check --from and --to, or issue once they have begun"
    }
    too_many_days(days, most) {
        zh "统计期有 {days} 天，签发的报告最多 {most} 天：请核对 `--from` 和 `--to` 的年份"
        en "the period has {days} days, and a report that is issued at most {most}: check the years of --from and --to"
    }
    no_sentence() {
        zh "报告里一句话也没有：先登记台账，或用 `hanqing report --check-template` 检查模板"
        en "the report has no sentence: enter rows in the ledger first, or check the template (hanqing report --check-template)"
    }
    ledger_meanwhile() {
        zh "签发的同时有人登记、更正、复核或认可：没有签发，请再签发一次"
        en "somebody entered, corrected, reviewed or accepted something at the same time, so it was not issued: issue it again"
    }
    readings_meanwhile() {
        zh "签发的同时有人更正了读数或吊销了网关：没有签发，请再签发一次"
        en "readings were corrected or a gateway revoked at the same time, so it was not issued: issue it again"
    }
}
