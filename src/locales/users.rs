//! Persons who sign in: passwords, sessions, links, and the record of what was done.

messages! { "users";
    // The file.
    cannot_open(path) { zh "打不开用户文件 {path}" en "cannot open the users' file {path}" }
    newer(path, found, known) {
        zh "用户文件 {path} 的结构版本是 {found}，本程序只认识到 {known}；请换回写出它的版本，或停止中心端，用 `hanqing restore` 恢复更新前的备份；没有备份就移走它：会新建一个，各人凭一次性链接重设密码"
        en "the users' file {path} has layout {found}, this program knows {known}; install the version again that wrote it, or stop \
            the hub and bring back the backup of before the update (hanqing restore); without one, move the file away: a new one \
            begins, and everybody chooses a password anew by a link"
    }
    foreign_triggers(path, names) {
        zh "用户文件 {path} 里有不是 `hanqing` 建的触发器或视图 {names}，会暗中改动内容；请保留这个文件，查明是谁改的，再换上备份"
        en "the users' file {path} holds triggers or views that hanqing did not make, which would change it unseen: {names}; keep the file, \
            find out who did it, and bring back a copy"
    }
    failed() { zh "用户文件读写失败" en "the users' file failed" }
    no_thread() { zh "无法启动读写用户文件的线程" en "the thread of the users' file cannot be started" }
    no_random_numbers() { zh "系统没有给出随机数" en "the system has given no random numbers" }
    no_hash() { zh "密码无法校验" en "the password could not be worked on" }

    // Passwords.
    password_length(least, most) {
        zh "密码要有 {least} 到 {most} 个字符；几个词连成一句就行，不要求大小写、数字和符号"
        en "a password has {least} to {most} characters; a few words in a row will do, and no kind of character is asked for"
    }
    password_common() { zh "这个密码太常见，请换一个" en "this password is too common: take another" }
    password_name(least) {
        zh "除了自己的编号和姓名，密码还要有至少 {least} 个字符"
        en "a password has at least {least} characters beside your own id and name"
    }

    // Deeds.
    signed_in() { zh "登录" en "signed in" }
    sign_in_failed() { zh "登录失败" en "failed to sign in" }
    signed_out() { zh "退出" en "signed out" }
    password_chosen() { zh "设置密码" en "chose a password" }
    link_made() { zh "生成一次性链接" en "made a one-time link" }
    sessions_ended() { zh "结束全部登录" en "ended all sessions" }
    note_made() { zh "写备注" en "made a note" }
    corrected() { zh "更正读数" en "corrected readings" }
    correction_withdrawn() { zh "撤回更正" en "withdrew a correction" }
    ledger_imported() { zh "导入台账" en "imported into the ledger" }
    station_pinned() { zh "绑定测站" en "pinned a station" }
    station_released() { zh "解除绑定测站" en "released a station" }
    gateway_revoked() { zh "吊销网关" en "revoked a gateway" }
    gateway_reinstated() { zh "恢复网关" en "reinstated a gateway" }
    gateway_invited() { zh "给网关发注册码" en "made an enrolment code" }
    gateway_enrolled() { zh "给网关签发证书" en "signed a gateway's certificate" }
    alarm_acknowledged() { zh "接警" en "acknowledged an alarm" }
    alarm_tested() { zh "试发报警" en "sent a test alarm" }
    row_entered() { zh "登记台账" en "entered a row" }
    row_corrected() { zh "更正台账" en "corrected a row" }
    rows_reviewed() { zh "复核台账" en "reviewed rows" }
    finding_accepted() { zh "说明问题" en "accepted a finding" }
    report_issued() { zh "签发简报" en "issued the report" }
    token_made() { zh "生成接口令牌" en "made a token" }
    token_revoked() { zh "吊销接口令牌" en "revoked a token" }
    deed_unknown() { zh "未知操作" en "unknown" }

    // Rows of the record.
    at_the_console() { zh "命令行" en "command line" }
    more_failures(n) { zh "另有 {n} 次，没有逐次记下" en "{n} more, not recorded one by one" }
}
