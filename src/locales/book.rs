//! Files that an office sends: workbooks and tables of text.

messages! { "book";
    // Places.
    place_file() { zh "文件" en "file" }
    place_row(row) { zh "第 {row} 行" en "row {row}" }

    // Kinds of files that are not read.
    empty_file() { zh "文件是空的" en "the file is empty" }
    web_page() { zh "是网页或 XML 文件，只是叫 .xls" en "a web page or XML file, only named .xls" }
    binary_workbook() { zh "是 .xlsb 工作簿" en "an .xlsb workbook" }
    before_1997() { zh "是 Excel 97 以前的 .xls 工作簿" en "an .xls workbook from before Excel 97" }
    pdf() { zh "是 PDF 文件" en "a PDF file" }
    picture() { zh "是图片" en "a picture" }
    word_file() { zh "是文字文件（Word 或 WPS 文字）" en "a text document of Word or WPS" }
    slides() { zh "是演示文稿" en "a presentation" }
    rich_text() { zh "是 `.rtf` 文字文件" en "an RTF document" }
    other_archive() { zh "是压缩包或其他文件，里面没有工作簿" en "an archive or other file without a workbook in it" }
    other_ole() { zh "是微软办公软件的文件，但里面没有工作簿" en "an Office file without a workbook in it" }
    no_text() { zh "不是工作簿，也不是文本" en "neither a workbook nor text" }
    odd_encoding() {
        zh "文本编码认不出来：不是 UTF-8、GB18030（GBK）或 UTF-16"
        en "text of an unknown encoding: not UTF-8, GB18030 (GBK) or UTF-16"
    }
    has_password() { zh "设了密码" en "it has a password" }

    // Ways out.
    save_as_workbook() {
        zh "用 Excel 或 WPS 表格打开，再另存为 .xlsx"
        en "open it in Excel or WPS and save it as .xlsx"
    }
    copy_table() {
        zh "把里面的表格复制到 Excel 或 WPS 表格里，存成 .xlsx"
        en "copy its table into Excel or WPS and save that as .xlsx"
    }
    type_table() {
        zh "把数字录入 Excel 或 WPS 表格，存成 .xlsx"
        en "type its numbers into Excel or WPS and save that as .xlsx"
    }
    unpack_first() {
        zh "先解压，再导入里面的工作簿；或检查是否选错了文件"
        en "unpack it and import the workbook inside, or check that it is the right file"
    }
    save_without_password() {
        zh "打开后去掉密码，再另存为 .xlsx"
        en "open it, remove the password and save it as .xlsx"
    }
    save_again() {
        zh "用 Excel 或 WPS 表格打开，再另存为 .xlsx"
        en "open it in Excel or WPS and save it again as .xlsx"
    }
    split_or_check() {
        zh "分成几个文件，或检查是否选错了文件"
        en "split it, or check that it is the right file"
    }
    check_file() { zh "检查是否选错了文件" en "check that it is the right file" }
    check_quotes() { zh "检查这一行的双引号是否成对" en "check that the double quotes of this row are in pairs" }

    // Limits.
    too_many_bytes(most) { zh "文件不能超过 {most} 字节" en "a file has at most {most} bytes" }
    too_many_rows(most) { zh "文件不能超过 {most} 行" en "a file has at most {most} rows" }
    too_many_columns(most) {
        zh "只读前 {most} 列，这一格在后面"
        en "only the first {most} columns are read, and this cell lies behind them"
    }
    columns_to_the_left() {
        zh "把要登记的列移到前面，其余的删掉"
        en "move the columns to be entered to the left, and delete the others"
    }
    too_many_cells(most) {
        zh "所有工作表加起来不能超过 {most} 格"
        en "all sheets together have at most {most} cells"
    }
    too_much_text() { zh "文件里的格子和文字太多" en "the file holds too many cells and too much text" }
    too_many_sheets(most) { zh "工作簿不能超过 {most} 个工作表" en "a workbook has at most {most} sheets" }
    too_many_merged(most) {
        zh "合并单元格不能超过 {most} 处"
        en "a file has at most {most} merged cells"
    }
    too_many_hidden(most) {
        zh "隐藏列的设置不能超过 {most} 处"
        en "a file hides columns in at most {most} places"
    }
    too_many_events() { zh "里面的 XML 标签太多" en "its XML has too many tags" }
    too_many_parts(most) { zh "压缩包里的部件超过 {most} 个" en "its archive has more than {most} parts" }
    unpacks_to_too_much() { zh "解压后太大" en "it unpacks to too much" }
    cell_too_long() { zh "有的单元格文字太长" en "the text of a cell is too long" }

    // Damage.
    damaged(why) { zh "工作簿已损坏：{why}" en "the workbook is damaged: {why}" }
    archive_damaged() { zh "压缩包已损坏或不完整" en "its archive is damaged or cut off" }
    archive_unsupported() { zh "压缩方式不支持" en "its archive is of an unsupported kind" }
    part_missing(part) { zh "缺少 {part}" en "it has no part {part}" }
    xml_damaged() { zh "里面的 XML 已损坏" en "its XML is damaged" }
    cell_damaged(address) { zh "单元格 {address} 读不懂" en "the cell {address} cannot be read" }
    records_damaged() { zh "里面的记录已损坏或不完整" en "its records are damaged or cut off" }
    merged_overlap() { zh "合并单元格互相重叠" en "merged cells overlap" }
    text_unreadable(why) { zh "这一行读不了：{why}" en "the row cannot be read: {why}" }
    quote_left_open() {
        zh "从这一行起有一个双引号没有配对，后面的内容都会落进同一格"
        en "a double quote that begins here is never closed, so that all that follows would be one cell"
    }
}
