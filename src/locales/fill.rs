//! An office's own Word file, and what is filled into it.

messages! { "fill";
    no_archive(why) {
        zh "不是 .docx 文件，或者文件已损坏（{why}）：用 Word 打开后另存为 .docx"
        en "not a .docx file, or a damaged one ({why}): open it in Word and save it again as .docx"
    }
    outside(name) {
        zh "里面有指向文件以外的内容“{name}”，不是 Word 存的，不填：请在 Word 里打开，另存后再交"
        en "it has a part that leads out of it, {name}, which Word does not write, so it is not filled: open it in Word, save it as a new file, and \
            fill that one"
    }
    old_word() {
        zh "这是 .doc 文件，或带密码的 .docx：请另存为不带密码的 .docx"
        en "this is a .doc, or a .docx with a password: save it as .docx without a password"
    }
    no_document() {
        zh "不是 Word 文件：压缩包里没有 `word/document.xml`"
        en "not a Word file: the archive has no word/document.xml"
    }
    too_large(what, most) {
        zh "{what}超过一份报告的上限 {most}：请确认文件没有选错"
        en "{what} is larger than {most}, the limit for a report: check that it is the right file"
    }
    the_file() { zh "文件" en "the file" }
    the_text() { zh "解压后的文字部分（字节）" en "the unpacked text, in bytes," }
    the_elements() { zh "段落和文字片段的个数" en "the number of paragraphs and runs" }
    the_paragraph() { zh "一个段落的字数" en "the number of characters in one paragraph" }
    the_characters() { zh "全文字数" en "the number of characters" }
    the_places() { zh "可以填的地方（花括号、内容控件、段落）的个数" en "the number of places to fill (braces, content controls, passages)" }
    the_archive() { zh "压缩包里文件的个数" en "the number of entries of the archive" }
    xml_wrong(part, at, what) {
        zh "{part} 第 {at} 个字节：{what}；用 Word 打开后重新保存"
        en "{part}, byte {at}: {what}; open the file in Word and save it again"
    }
    xml_not_utf8() { zh "不是 UTF-8 文本" en "not UTF-8" }
    xml_too_deep(most) { zh "嵌套超过 {most} 层" en "nested more than {most} deep" }
    xml_document_type() { zh "带有文档类型声明" en "has a document type" }
    xml_unclosed() { zh "最后一个元素没有结束" en "ends before its last element is closed" }
    xml_syntax() { zh "XML 语法错误" en "a syntax error of XML" }
    xml_wrong_end(expected, found) {
        zh "应以 `</{expected}>` 结束，却是 `</{found}>`"
        en "expected `</{expected}>`, but `</{found}>` was found"
    }
    xml_extra_end(found) { zh "多了结束标记 `</{found}>`" en "`</{found}>` closes nothing" }
    xml_ill_formed() { zh "XML 结构不对" en "ill-formed XML" }
    xml_entity() { zh "有不认识的实体或字符引用" en "an unknown entity or character reference" }
    zip_invalid() { zh "压缩包结构不对" en "invalid Zip archive" }
    zip_unsupported() { zh "压缩方式不支持" en "unsupported Zip archive" }
    zip_password() { zh "压缩包带密码" en "the archive has a password" }
    empty_control() {
        zh "内容控件是空的：先在里面输入一个空格"
        en "the content control is empty: type a space into it"
    }
    left_says(why, text) { zh "{why}；原文：{text}" en "{why}; it says: {text}" }
    section_empty() { zh "没有可以成文的数据" en "there are no data that may be said" }
    passage_without_data() {
        zh "本报告没有这一段（没有可以成文的数据），旧话还在：删去，或者按实际改写"
        en "this report has no such passage (there are no data that may be said), and the old text still stands: take it out or rewrite it"
    }
    passage_twice(n) {
        zh "文件里有 {n} 处这样的段落，看不出该填哪一处，都没有动：只留一处，或者改用占位符 `{{{{section}}}}`"
        en "the file has {n} such passages, and which one is meant cannot be told, so none was touched: keep one, or write {{{{section}}}}"
    }
    passage_of_plan(heading) {
        zh "写的是以后的打算（“{heading}”），不是本期的情况，没有动"
        en "it is part of a plan for later (\"{heading}\") and was not touched"
    }
    passage_without_text() {
        zh "标题下面没有找到可以替换的正文：在标题下写一段以句号结尾的文字"
        en "below this line there is no text to replace: write a sentence there"
    }
    passage_beside() {
        zh "标题在表格的一格里，正文不在同一格，没有动：请自己改正文那一格，或者在那一格里写占位符 `{{{{section}}}}`"
        en "the title stands in a cell of a table and its text in another, which was not touched: write it there yourself, or write {{{{section}}}} there"
    }
    passage_missed() {
        zh "文件里没有写本期的这一段，报告里的这些话没有填进去：加上以它开头的一段，或者改用占位符 `{{{{section}}}}`"
        en "the file has no such passage of this period, so this text of the report is not in it: add a passage that begins so, or write {{{{section}}}}"
    }
    passage_not_at_beginning() {
        zh "不在一段话的开头，看不出是不是这一段，没有动：请看一看说的是不是往年的事"
        en "it does not stand at the beginning of a passage, so it was not touched: look whether it speaks of an earlier year"
    }
    passage_split() {
        zh "标题中间夹着换行、图片或修订，没有动：把标题连起来写"
        en "a break, a picture or a tracked change divides the words, so it was not touched: write them without a gap"
    }
    clause_kept() {
        zh "没有数字，没有动：请看一看今年是不是这样"
        en "it has no number and was not touched: look whether it holds this year"
    }
    number_unknown() {
        zh "看不出是哪个指标，没有动：请自己核对"
        en "which figure it states cannot be told, so it was not touched: check it"
    }
    number_unlike(name) {
        zh "像是{name}，但这句话还说了别的，没有动：请自己核对"
        en "it looks like the {name}, but its words say something else too, so it was not touched: check it"
    }
    number_written() {
        zh "是用汉字或全角写的数，没有动：请自己核对"
        en "it is not written in plain digits, so it was not touched: check it"
    }
    number_range() {
        zh "是一个范围的一端，没有动：请自己核对"
        en "it is one end of a range, so it was not touched: check it"
    }
    number_of_part(word) {
        zh "这句话或者前面的话里有“{word}”，说的可能不是全乡本期的合计，没有动：请自己核对"
        en "its sentence or what stands before says \"{word}\", so it may be no total of the township in this period and was not touched: check it"
    }
    picture_kept() {
        zh "段落的文字换了，里面的图没有动：请看一看还合不合用"
        en "the text of the passage is new, and the picture in it was not touched: look whether it still fits"
    }
    placeholder_doubled() {
        zh "占位符的字和旁边的字重复或不合：去掉旁边的约数词或单位"
        en "the text of the placeholder and the words beside it say the same twice, or do not fit: take out the hedge or unit beside it"
    }
    speaks_of_same() {
        zh "说的是抗旱或饮水，不在认得出的段落里，没有动：请看一看是不是往年的话"
        en "it speaks of drought relief or drinking water outside the passages that are recognised, and was not touched: look whether it still holds"
    }
    number_twice(name) {
        zh "这一段里有几个数像是{name}，没有动：请自己核对"
        en "several numbers of the passage look like the {name}, so none was touched: check it"
    }
    number_zero() {
        zh "今年没有，确实为零；旧话请删去"
        en "it is nought this year; take the old words out"
    }
    number_kept(name, why) {
        zh "{name}没有可以成文的数：{why}"
        en "nothing can be said of the {name}: {why}"
    }
    still_says() {
        zh "紧跟在换好的段落后面，说的是同样的事，没有动：请看一看是不是往年的话"
        en "it stands behind the new passage and speaks of the same things, and was not touched: look whether it still says what holds"
    }
    tracked_changes() {
        zh "里面有修订：先在 Word 里接受或拒绝修订，再填"
        en "it has tracked changes in it: accept or reject them in Word, then fill again"
    }
    locked_control() {
        zh "内容控件是锁定的：先在控件的属性里取消锁定"
        en "the content control is locked: unlock it in its properties"
    }
    full_width_braces() {
        zh "花括号是全角的：改成半角 `{{{{名称}}}}`"
        en "its braces are of the full width: write `{{{{name}}}}`"
    }
    brace_missing() {
        zh "花括号不成对：前后各写两个，如 `{{{{名称}}}}`"
        en "a brace is missing: write two before and two behind, `{{{{name}}}}`"
    }
    too_many_braces() {
        zh "花括号多了：前后各写两个，如 `{{{{名称}}}}`"
        en "it has too many braces: write two before and two behind, `{{{{name}}}}`"
    }
    stray_braces() {
        zh "花括号没有填：里面不是指标名，或者另一半在别处；写在一段里，前后各两个，中间不留空格，如 `{{{{名称}}}}`"
        en "its braces were not filled: they hold no name, or their other half is elsewhere; write `{{{{name}}}}` in one paragraph and without spaces"
    }
    split_placeholder() {
        zh "中间夹着换行、制表符或图片：写在一行里，不要断开"
        en "a break, a tab or a picture divides it: write it without a gap"
    }
    value_uncertain(least, most) {
        zh "只知道在{least}至{most}之间，不能写成一个数；改用不带 `.value` 的占位符"
        en "it is known only to lie between {least} and {most}, which is no single number; use the placeholder without .value"
    }
    left_unproved(why) {
        zh "没有证实，不能成文：{why}"
        en "it is not proved, so it is not said: {why}"
    }
    left_no_data(why) { zh "无数据：{why}" en "no data: {why}" }
    left_near(near) { zh "没有这个名称的指标；是不是 `{near}`？" en "no figure has this name; did you mean {near}?" }
    left_unknown() {
        zh "没有这个名称的指标；请写报告页面“各个指标”或附表里的名称，例如“农作物受灾面积”"
        en "no figure has this name; write a name that the page of the report or its Excel tables list"
    }
}
