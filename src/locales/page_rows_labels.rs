//! What the templates of the ledger's rows say.

labels! { "rows";
    "title" { zh "台账" en "Ledger" }
    "enter" { zh "登记一条" en "Enter a row" }
    "enter-item" { zh "登记{item}" en "Enter: {item}" }
    "import" { zh "导入表格" en "Import a table" }
    "review" { zh "复核" en "Review" }

    "number" { zh "编号" en "Row" }
    "number-is" { zh "第 {n} 条" en "Row {n}" }
    "item" { zh "项目" en "Item" }
    "value" { zh "数量" en "Value" }
    "unit" { zh "单位" en "Unit" }
    "days" { zh "日期" en "Days" }
    "of" { zh "村、作物、工程" en "Village, crop, work" }
    "document" { zh "依据" en "Document" }
    "entered-by" { zh "登记人" en "Entered by" }
    "state" { zh "状态" en "State" }
    "in-place-of" { zh "取代" en "In place of" }
    "reason" { zh "原因" en "Reason" }
    "withdrawal-of" { zh "作废：" en "withdrawn:" }
    "reviewed-by" { zh "{person}复核" en "reviewed by {person}" }
    "entered-at" { zh "{at} 登记" en "entered {at}" }
    "counts-until" { zh "第 {n} 条复核后由它取代" en "to be superseded by row {n} once that is reviewed" }
    "superseded-by" { zh "被第 {n} 条取代" en "superseded by row {n}" }

    "filter" { zh "筛选" en "Filter" }
    "any" { zh "全部" en "all" }
    "current" { zh "现行的（计入和待复核）" en "current: those that count or wait" }
    "village" { zh "村" en "Village" }
    "from" { zh "起" en "First day" }
    "to" { zh "止" en "Last day" }
    "person" { zh "登记人或复核人" en "Entered or reviewed by" }
    "show" { zh "筛选" en "Show" }
    "all" { zh "不筛选" en "No filter" }
    "found" { zh "共 {n} 条，新的在前" en "Rows: {n}, the newest first" }
    "none" { zh "没有这样的记录" en "There are no such rows" }
    "pages" { zh "翻页" en "Pages of rows" }
    "newer" { zh "上一页（新的）" en "Newer" }
    "older" { zh "下一页（旧的）" en "Older" }
    "page-of" { zh "第 {page} 页，共 {pages} 页" en "Page {page} of {pages}" }
    "waiting" { zh "{n} 条待复核" en "Rows that wait for a review: {n}" }

    "row-title" { zh "台账第 {n} 条" en "Row {n} of the ledger" }
    "correct" { zh "更正第 {n} 条" en "Correct row {n}" }
    "withdraw" { zh "作废第 {n} 条" en "Withdraw row {n}" }
    "restore" { zh "恢复（更正这条作废）" en "Restore: correct the withdrawal" }
    "history" { zh "全部经过" en "The whole history" }
    "history-of" { zh "第 {n} 条的经过" en "History of row {n}" }
    "counted-in" { zh "计入哪些数字" en "Figures that it counts in" }
    "does-not-count" { zh "现在不计入。" en "It does not count now." }
    "in-no-figure" { zh "报告里没有用到它的数字。" en "No figure of the report is made from it." }

    "what" { zh "登记什么" en "What is to be entered" }
    "go-on" { zh "下一步" en "Go on" }
    "near" { zh "是不是这些？" en "Did you mean one of these?" }
    "or-choose" { zh "或从这里选" en "Or choose here" }
    "another-item" { zh "换一个项目" en "Another item" }
    "counting" { zh "怎样计：{counting}" en "How rows count: {counting}" }
    "choose" { zh "请选择" en "choose" }
    "whole" { zh "全乡" en "whole township" }
    "crop" { zh "作物" en "Crop" }
    "all-crops" { zh "不分作物" en "all crops together" }
    "work" { zh "工程" en "Work" }
    "meter" { zh "哪块表" en "Which meter" }
    "to-or-same" { zh "止（只有一天就不填）" en "Last day (empty for a single day)" }
    "document-long" { zh "依据（票据、调查表、通知）" en "Document: slip, survey sheet, notice" }
    "correct-reason" { zh "为什么更正" en "Why it is corrected" }
    "withdraw-reason" { zh "为什么作废" en "Why it is withdrawn" }
    "withdraw-note" {
        zh "作废以后这一条不再计入，也不等于登记为 0；它和作废的经过都留在台账里。查实的数是 0，请更正。"
        en "A row that is withdrawn no longer counts, which is not the same as a value of 0; it stays in the ledger with who withdrew it. Where 0 was found, correct it."
    }
    "form-wrong" { zh "还有不对的地方，没有登记：" en "Something is wrong, and nothing was entered:" }
    "as-it-is" { zh "现在的" en "As it is" }
    "check" { zh "看看会怎样" en "See what it changes" }
    "signed-as" { zh "登记人：{person}" en "Signed: {person}" }

    "check-title" { zh "登记前看一遍" en "Before it is entered" }
    "check-correct" { zh "更正第 {n} 条以前看一遍" en "Before row {n} is corrected" }
    "check-withdraw" { zh "作废第 {n} 条以前看一遍" en "Before row {n} is withdrawn" }
    "changed" {
        zh "刚才没有登记：台账在这期间变了。请看一遍现在的结果再按。"
        en "Nothing was entered: the ledger has changed meanwhile. Look at what it comes to now, and press again."
    }
    "understood" { zh "这一条" en "The row" }
    "was" { zh "原来：{value} {unit}，{from} 至 {to}，{document}" en "It was {value} {unit}, {from} to {to}, {document}" }
    "alike" { zh "台账里相近的" en "Rows of the ledger that are alike" }
    "effect" { zh "对报告的影响" en "What it changes in the report" }
    "counts-once-reviewed" { zh "它要等另一个人复核以后才计入。" en "It counts once another person has reviewed it." }
    "figures-change" { zh "会变的数字" en "Figures that change" }
    "figure" { zh "数字" en "Figure" }
    "before" { zh "现在" en "Now" }
    "after-entry" { zh "登记后" en "Once it is entered" }
    "after-review" { zh "复核后" en "Once it is reviewed" }
    "no-figure-changes" { zh "报告的数字都不变。" en "No figure of the report changes." }
    "raised" { zh "会出现的问题" en "Findings that it raises" }
    "ended" { zh "会消除的问题" en "Findings that it ends" }
    "save" { zh "登记" en "Enter it" }
    "save-correct" { zh "更正" en "Correct it" }
    "save-withdraw" { zh "作废" en "Withdraw it" }
    "edit" { zh "再改改" en "Change it" }

    "own-title" { zh "你已经登记过了" en "You have entered it already" }
    "own-corrected" {
        zh "第 {n} 条你已在 {at} 更正为第 {new} 条；这一次没有再登记。还要改就更正最新的一条。"
        en "You have corrected row {n} already, {at}: it is row {new} now, and nothing was entered this time. Correct the newest one if it is still wrong."
    }
    "own-withdrawn" {
        zh "第 {n} 条你已在 {at} 作废（第 {new} 条）；这一次没有再登记。"
        en "You have withdrawn row {n} already, {at} (row {new}), and nothing was entered this time."
    }
    "overtaken-title" { zh "别人先改了" en "Somebody was first" }
    "overtaken" {
        zh "第 {n} 条已由{person}在 {at} 更正为第 {new} 条；你的没有登记。请先看新的这一条，还要改就更正最新的一条。"
        en "{person} has corrected row {n} already, {at}: it is row {new} now, and yours was not entered. Look at it, and correct the newest one if it is still wrong."
    }
    "overtaken-withdrawn" {
        zh "第 {n} 条已由{person}在 {at} 作废（第 {new} 条）；你的没有登记。"
        en "{person} has withdrawn row {n} already, {at} (row {new}), and yours was not entered."
    }

    "no-reviews" { zh "这里登记即计入，不用复核。" en "Rows count here once they are entered: there are no reviews." }
    "nothing-waits" { zh "没有待复核的" en "Nothing waits for a review" }
    "oldest-first" { zh "共 {n} 条待复核，只列一部分，你能复核的在前" en "Rows that wait: {n}; some are shown, yours to review first" }
    "who-reviews" { zh "可以复核的人：{names}" en "Those who may review: {names}" }
    "nobody-reviews" { zh "还没有人有复核的权限，请找管理员。" en "Nobody may review yet: ask an administrator." }
    "effect-below" { zh "它的影响算在下面的合计里。" en "What it changes is in the sum below." }
    "effect-of-all" { zh "能复核的全部复核后" en "Once all that can be reviewed are" }
    "tick" { zh "复核第 {n} 条" en "Review row {n}" }
    "review-ticked" { zh "复核勾选的" en "Review those that are ticked" }
}
