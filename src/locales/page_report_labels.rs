//! What the templates of the report's pages say.

labels! { "report_page";
    "title" { zh "抗旱报告" en "Drought report" }
    "refused" { zh "没有办成：" en "Not done:" }
    "changed" {
        zh "没有签发：看过以后又有变化，下面是现在的样子，请再看一遍再确认。"
        en "Not issued: it has changed since you looked. Below is how it stands now; look it over and confirm again."
    }

    // The days.
    "days" { zh "统计期" en "Days" }
    "events" { zh "台账里的抗旱期" en "Drought events of the ledger" }
    "from" { zh "起" en "From" }
    "to" { zh "止" en "To" }
    "show_days" { zh "看这些天" en "Show these days" }
    "read_at" { zh "读数截至 {at}" en "Readings up to {at}" }

    // The section.
    "section" { zh "报告这样写" en "What the report says" }
    "no_wording" { zh "文字模板有错，成不了文：" en "The wording template is wrong, so there is no text:" }
    "nothing_said" { zh "还没有可以成文的数据" en "There are no data yet of which anything may be said" }
    "prose_note" {
        zh "点开一句话或一个数，可以看它从哪里来。"
        en "Each clause and each number leads to the evidence behind it."
    }
    "figures" { zh "各个指标（{n} 个）" en "The figures one by one: {n}" }
    "figure" { zh "指标" en "Figure" }
    "words" { zh "写法" en "Words" }
    "value" { zh "数值" en "Value" }
    "verdict" { zh "结论" en "Verdict" }
    "class" { zh "来源" en "Class" }
    "not_said" { zh "报告不写" en "not said" }

    // What is to be looked at.
    "findings" { zh "需要核对的地方" en "What to check" }
    "open" { zh "还有 {n} 处没有处理。" en "Open: {n}." }
    "none_open" { zh "没有要处理的问题。" en "Nothing is open." }
    "checked" { zh "共查了 {n} 次" en "{n} checks were made" }
    "look" { zh "怎么办：{what}" en "What to do: {what}" }
    "row" { zh "第 {n} 条" en "Row {n}" }
    "accept" { zh "认可" en "Accept" }
    "reason" { zh "为什么这些数仍是对的（附表会印出来）" en "Why the figures are right nevertheless (the annex prints it)" }
    "signed_as" { zh "以{person}的名义" en "as {person}" }
    "only_corrected" { zh "自相矛盾，不能认可：更正错的一条，它就没有了。" en "A contradiction cannot be accepted: it ends when the wrong row is corrected." }
    "reviewers_accept" { zh "数没有错的，可以写明理由认可的人：{names}" en "Where the figures are right, these may accept it with a reason: {names}" }
    "nobody_accepts" { zh "数没有错的，要有复核权限的人认可，名单里还没有。" en "Where the figures are right, somebody who may review accepts it; nobody of the list may yet." }

    // What waits.
    "pending" { zh "待复核 {n} 条" en "Rows that wait for a review: {n}" }
    "pending_note" { zh "复核以前，报告里没有它们。" en "Until they are reviewed, the report does not have them." }
    "to_review" { zh "去复核" en "Review them" }
    "item" { zh "项目" en "Item" }
    "of_days" { zh "日期" en "Days" }
    "entered_by" { zh "登记人" en "Entered by" }

    // Documents.
    "documents" { zh "下载" en "Documents" }
    "documents_note" { zh "现在的样子，还没有签发。" en "As it stands now, not issued." }
    "fill" { zh "填进本单位的 Word 文件" en "Fill the office's own Word file" }
    "fill_note" {
        zh "换掉“抗旱救灾方面，”“安全饮水方面，”两段和占位符，其余一个字也不动。文件不超过 30 MB，存为 .docx；原来的文件不会改。"
        en "Replaces its passages and placeholders, and no other byte. A .docx of up to 30 MB; the original stays as it is."
    }
    "file" { zh "Word 文件（.docx）" en "Word file (.docx)" }
    "numbers_only" { zh "保留原来的句子，只换里面的数" en "Keep its sentences and replace only the numbers in them" }
    "fill_button" { zh "填好" en "Fill it" }
    "filled" { zh "填过的文件：{name}" en "Filled: {name}" }
    "filled_get" { zh "下载填好的文件" en "Download the filled file" }
    "filled_wait" { zh "保留 {minutes} 分钟" en "kept for {minutes} minutes" }
    "filled_open" {
        zh "还有 {n} 处要核对，其中错误 {errors} 处，填好的文件里看不出来："
        en "Open findings: {n}, {errors} of them errors. The filled file does not show them:"
    }
    "filled_places" { zh "填了 {n} 处" en "Filled places: {n}" }
    "left_places" { zh "没有动的 {n} 处，请看一看" en "Left as they were, look at them: {n}" }
    "place" { zh "位置" en "Place" }
    "before" { zh "原文" en "Before" }
    "after" { zh "现为" en "Now" }
    "it_says" { zh "原文：{text}" en "It says: {text}" }

    // Issuing.
    "issue" { zh "签发" en "Issue" }
    "issue_note" { zh "签发后编号存档，以后可以原样重印。" en "An issued report has a number and is kept as it is, to be printed again." }
    "two_person" { zh "登记、复核、认可、签发由不同的人做。" en "Entry, review, acceptance and issue are by different persons." }
    "against" { zh "现在不能签发：" en "It cannot be issued now:" }
    "documents_in" { zh "文档用" en "Documents in" }
    "confirm" { zh "上面的文字和需要核对的地方我都看过，签发 {days} 的报告" en "I have looked over the text and what to check above; issue the report of {days}" }
    "issue_button" { zh "签发" en "Issue it" }
    "issuers" { zh "可以签发的人：{names}" en "These may issue it: {names}" }
    "nobody_issues" {
        zh "名单里没有人可以签发：要一位有复核权限、没有参与登记和复核的人。请管理员在名单里加上。"
        en "Nobody of the list may issue it: it takes somebody who may review and took no part. Ask an administrator to list one."
    }

    // Issued reports.
    "issued" { zh "已签发的报告" en "Issued reports" }
    "none_issued" { zh "还没有签发过报告" en "No report has been issued yet" }
    "unreadable" {
        zh "{numbers} 的签发记录读不出来或缺少：请管理员从备份恢复"
        en "The records of {numbers} are missing or cannot be read: ask an administrator to restore them from a backup"
    }
    "more_issued" { zh "更早的还有 {n} 份" en "Earlier ones: {n}" }
    "number" { zh "编号" en "Number" }
    "issued_at" { zh "签发时间" en "Issued" }
    "issued_by" { zh "签发人" en "By" }
    "files" { zh "文件" en "Files" }
    "digest" { zh "摘要值" en "Digest" }
    "intact" { zh "与签发时一致" en "as issued" }
    "altered" { zh "签发后被改过或缺少" en "changed or missing since" }
    "issued_one" { zh "已签发的报告 {number}" en "Issued report {number}" }
    "record" { zh "签发记录" en "Record" }
    "reprint" { zh "重印" en "Print again" }
    "reprint_note" { zh "与签发时一个字节也不差。" en "The files as they were issued, to the last byte." }
    "changes" { zh "与现在的数相比" en "Beside the figures of today" }
    "unchanged" { zh "没有变化" en "Nothing has changed" }
    "as_issued" { zh "签发时" en "As issued" }
    "as_now" { zh "现在" en "Now" }
    "input" { zh "{from}：{then} → {now}" en "{from}: {then} → {now}" }

    // Evidence.
    "back" { zh "← 报告" en "← Report" }
    "evidence" { zh "从哪里来" en "Where it comes from" }
    "details" { zh "展开 {n} 条" en "Show {n}" }
    "left_out" { zh "另有 {n} 条没有列出；Excel 附表里是全的" en "{n} more are left out; the workbook has all of them" }
}
