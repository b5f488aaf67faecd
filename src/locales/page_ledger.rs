//! What the page where a file is handed in says, as far as its words are made from numbers and states.

messages! { "upload";
    // Forms that are not taken.
    not_taken() { zh "文件没有收下" en "The file was not taken" }
    file_too_large(mb) {
        zh "文件超过 {mb} MB，收不下"
        en "The file is larger than {mb} MB, which is not taken"
    }
    take_less() {
        zh "看看是不是选错了文件；删去图片和用不着的工作表，或分成几个文件"
        en "Look whether it is the right one; remove pictures and sheets that are not needed, or hand it in in parts"
    }
    cut_short() { zh "文件没有传完整" en "The file did not arrive whole" }
    one_file() { zh "一次只能交一个文件" en "One file can be handed in at a time" }
    busy() {
        zh "正在看的文件太多，或者你的另一个文件还没有传完；请过一会儿再试"
        en "Too many files are being looked at, or another one of yours is still arriving; try again in a moment"
    }
    failed() { zh "出错了" en "It failed" }
    see_the_log() {
        zh "台账读写失败，什么也没有登记；原因在日志里"
        en "The ledger cannot be read or written, and nothing was entered; the log says why"
    }

    // What is wrong with an answer.
    year_for_example(typed) {
        zh "“{typed}”不是 1949 至 2100 的年份；例如 2022"
        en "{typed} is no year from 1949 to 2100; write 2022, for example"
    }
    days_for_example(typed) {
        zh "“{typed}”不是起止日期；例如 2022-08-01..2022-08-31，或一天 2022-08-01"
        en "{typed} is no span of days; write 2022-08-01..2022-08-31, or one day, for example"
    }
    meaning_for_example(typed) {
        zh "“{typed}”没有写明含义；例如 投入设备=未装表抗旱设备，不要的列写 备注=-"
        en "{typed} does not say what it means; write fuel=gasoline, for example, or WORD=- to leave a column out"
    }

    // How a sheet is laid out.
    as_list() { zh "一行一条" en "one entry a row" }
    as_matrix() { zh "各村一行，各项目一列" en "a row for each village, a column for each item" }
    as_matrix_of_items() { zh "各项目一行，各村一列" en "a row for each item, a column for each village" }
    at_row(row, said) { zh "第 {row} 行：{said}" en "row {row}: {said}" }

    // Whom a file names.
    somebody_else(person) {
        zh "不是交文件的{person}；要求两人经手的台账，登记人必须本人交"
        en "is not {person}, who hands the file in; a ledger with two persons takes rows from the one who enters them"
    }
    hand_in_herself() {
        zh "请这位登记人自己登录来交；数是你登记的，就不读登记人这一列：在“词的含义”里写“表头=-”"
        en "let the person named here sign in and hand it in; where you enter the rows, leave that column out: write HEAD=- among the words"
    }
}
