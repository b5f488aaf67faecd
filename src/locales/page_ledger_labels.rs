//! What the template of the page where a file is handed in says.

labels! { "upload";
    "title" { zh "台账导入" en "Import into the ledger" }

    "hand-in" { zh "交文件" en "Hand in a file" }
    "again" { zh "回答问题，或换一个文件" en "Answer what is open, or take another file" }
    "file" { zh "文件" en "File" }
    "kinds" {
        zh "Excel、WPS、LibreOffice 的表或 CSV，不超过 30 MB，照原样交就行。"
        en "A table of Excel, WPS or LibreOffice, or CSV, up to 30 MB, as it is."
    }
    "file-kept" {
        zh "文件还在，不用再选；改过文件就重新选一次。"
        en "The file is still here: choose one only where you have changed it."
    }
    "template" { zh "下载空白台账" en "Download an empty ledger" }
    "questions" { zh "文件里没有写明的" en "What the file does not say" }
    "only-if-asked" {
        zh "一般都空着；看过文件以后，上面的提示要求写的才写。括号里是提示用的名称。"
        en "Leave it empty, unless a problem above asks for it. In brackets: the name that problems have for a field."
    }
    "field-sheets" { zh "读哪些工作表，一行一个（--sheet）" en "Sheets to read, one a line (--sheet)" }
    "field-meanings" { zh "词的含义，一行一个，如 投入设备=未装表抗旱设备（--as）" en "Words and what they mean, one a line (--as)" }
    "field-year" { zh "没有写年份的日期是哪一年（--year）" en "The year of days without one (--year)" }
    "field-days" { zh "起止日期，如 2022-08-01..2022-08-31（--days）" en "Days, such as 2022-08-01..2022-08-31 (--days)" }
    "field-document" { zh "数从哪张凭据来（--document）" en "The paper that the numbers come from (--document)" }
    "field-equal" { zh "完全相同的行（--equal-rows）" en "Rows that are equal in everything (--equal-rows)" }
    "equal-ask" { zh "有的话问我" en "ask me where there are any" }
    "equal-one" { zh "同一张单写了两遍：算一条" en "one slip written twice: one row" }
    "equal-each" { zh "是两张单：各算一条" en "two slips: a row each" }
    "look" { zh "看看怎样理解" en "See what is understood" }
    "signed-as" { zh "登记人：{person}；现在不登记。" en "Entered by {person}; nothing is entered yet." }

    "no-file" { zh "没有选文件" en "No file was chosen" }
    "answers-wrong" { zh "有几项填写得不对，文件没有看；改好后请再选一次文件：" en "Some answers are wrong, and the file was not looked at. Correct them and choose the file again:" }
    "gone" {
        zh "没有等着确认的文件：可能已经登记了，过了 {minutes} 分钟，或在另一个页面交了别的文件。再交一次就看得到；已经登记的行不会登记两遍。"
        en "No file waits to be confirmed: it may be entered already, {minutes} min may have passed, or you have handed in another file. Hand it in again to see; rows that the ledger has are not entered twice."
    }
    "changed" {
        zh "刚才没有登记：台账在这期间变了。请看一遍现在的结果再确认。"
        en "Nothing was entered: the ledger has changed meanwhile. Look at what is understood now, and confirm again."
    }

    "understood" { zh "对“{file}”的理解" en "What was understood of {file}" }
    "problems" { zh "有 {n} 个问题，不能登记" en "Problems: {n}. Nothing can be entered." }
    "way-out" {
        zh "改好文件再交一次，或在下面回答；一个问题没有解决，一条也不登记。"
        en "Correct the file and hand it in again, or answer below. While one problem is left, no row is entered."
    }
    "counts" { zh "新的 {new} 条；台账里已有 {there} 条" en "New rows: {new}; rows that the ledger has: {there}" }
    "others" {
        zh "有 {n} 条写的登记人是{names}；将登记在交文件的{person}名下。"
        en "Rows of which the file says that {names} entered them: {n}. {person}, who hands it in, will have entered them."
    }
    "enter-one" { zh "登记这 1 条" en "Enter this row" }
    "enter" { zh "登记这 {n} 条" en "Enter these {n} rows" }
    "nothing-yet" { zh "按下以前什么也不登记；文件保留 {minutes} 分钟。" en "Nothing is entered before you press it; the file is kept for {minutes} min." }
    "nothing-new" { zh "没有新的行要登记。" en "There is no new row to enter." }
    "more" { zh "还有 {n} 条没有列出" en "{n} more, not listed" }

    "sums" { zh "新的各行合计" en "Sums of the new rows" }
    "item" { zh "项目" en "Item" }
    "rows" { zh "条数" en "Rows" }
    "sum" { zh "合计" en "Sum" }

    "sheet" { zh "工作表“{name}”" en "Sheet {name}" }
    "text-file" { zh "文本文件" en "Text file" }
    "head-rows" { zh "表头在第 {rows} 行" en "heads in row {rows}" }
    "columns" { zh "各列的含义（{n} 列）" en "What columns mean ({n})" }
    "column" { zh "列" en "Column" }
    "head" { zh "表头" en "Head" }
    "meaning" { zh "理解为" en "Taken for" }
    "left" { zh "不读" en "left out" }
    "gathered" { zh "从表外的文字得到" en "From the lines around the table" }
    "rows-taken" { zh "读到的行（{n} 条）" en "Rows taken ({n})" }
    "place" { zh "文件中的行" en "Row of the file" }
    "value" { zh "数量" en "Value" }
    "days" { zh "日期" en "Days" }
    "of" { zh "村、作物、工程" en "Village, crop, work" }
    "document" { zh "依据" en "Document" }
    "outcome" { zh "结果" en "Outcome" }
    "is-there" { zh "已有，第 {row} 号" en "there: row {row}" }
    "is-new" { zh "新的" en "new" }
    "left-out" { zh "没有登记的行（{n} 行）" en "Rows left out ({n})" }
    "row" { zh "第 {n} 行" en "Row {n}" }
    "otherwise" { zh "与写法不同的理解（{n} 处）" en "Read otherwise than written ({n})" }
    "not-read" { zh "没有读的工作表" en "Sheets that were not read" }

    "entered" { zh "登记了 {n} 条" en "Rows entered: {n}" }
    "numbers" { zh "编号 {first} 至 {last}" en "numbers {first} to {last}" }
    "were-there" { zh "另有 {n} 条台账里已有，没有再登记。" en "{n} more are in the ledger already and were not entered again." }
    "wait-for-review" { zh "它们要等另一个人复核以后才计入。" en "They count once another person has reviewed them." }
}
