//! What the guard of all pages and the pages of persons say, as far as their words are made from numbers and states.

messages! { "people";
    // Who may not come in.
    no_such_host() {
        zh "421：本机不叫这个名字；用中心端自己的地址打开，或把这个名字写进 `web.hosts`"
        en "421: this hub has no such name; open it by its own address, or write the name in web.hosts"
    }
    from_another_site() {
        zh "403：这个请求来自别的网站，已拒绝；请直接打开本页面再操作"
        en "403: this request comes from another site and was refused; open the page itself and try again"
    }
    operators_only() {
        zh "401：从本机、从 `web.open_to` 里的网络，或登录后才能看"
        en "401: from this machine, from a network of web.open_to, or after signing in"
    }
    not_signed_in() { zh "请先登录" en "Sign in first" }
    sign_in_first() {
        zh "还没有登录，或者登录已经过期；登录后再试一次"
        en "Nobody is signed in, or the session has ended; sign in and try again"
    }
    not_allowed() { zh "没有权限" en "Not allowed" }
    role_needed(role) { zh "这需要“{role}”的权限" en "This needs the role “{role}”" }
    ask_an_administrator() { zh "请找管理员" en "Ask an administrator" }
    who_may(names) { zh "可以做的人：{names}" en "Those who may: {names}" }
    too_many_documents() {
        zh "503：正在生成的文档太多，请过几秒再试"
        en "503: too many documents are being made; try again in a few seconds"
    }

    // Forms that are not taken.
    form_not_taken() { zh "没有保存" en "Nothing was saved" }
    no_form() {
        zh "收到的不是本页面的表单"
        en "What arrived is no form of this page"
    }
    form_too_long(kib) { zh "内容超过 {kib} KiB" en "It is longer than {kib} KiB" }
    form_too_slow(seconds) {
        zh "{seconds} 秒内没有收完，请再试一次"
        en "It did not arrive within {seconds} s; try again"
    }
    form_outdated() {
        zh "这个页面是在登录之前或另一次登录时打开的"
        en "The page was opened before you signed in, or in another session"
    }
    open_the_page_again() { zh "请重新打开页面再试" en "Open the page again and try once more" }
    fields_unreadable() {
        zh "表单读不懂：有一项发了两次，或者不是它该有的内容"
        en "The form cannot be read: a field of it was sent twice, or is not what the page asks for"
    }

    // Signing in.
    wrong() { zh "用户名或密码不对" en "Name or password is wrong" }
    too_often(minutes) {
        zh "输错次数太多，请过 {minutes} 分钟再试"
        en "Too many wrong passwords; try again in {minutes} min"
    }
    busy() { zh "现在登录的人太多，请过几秒再试" en "Too many are signing in; try again in a few seconds" }
    it_failed() { zh "出错了" en "It failed" }
    users_failed() {
        zh "人员文件读写失败，原因在日志里"
        en "The file of persons cannot be read or written; the log says why"
    }

    // The first password.
    not_the_same() { zh "两次输入的密码不一样" en "The two passwords are not the same" }
    no_such_link() { zh "链接无效" en "The link does not work" }
    link_does_not_work() {
        zh "这个链接已经用过、已经过期，或者没有复制完整"
        en "It has been used, it has expired, or it was not copied whole"
    }
    ask_for_another_link() {
        zh "请管理员在“人员”页面再生成一个"
        en "Ask an administrator to make another one on the page “People”"
    }

    // All persons.
    has_password() { zh "已设密码" en "has a password" }
    no_password() { zh "还没有密码" en "no password yet" }
    link_until(when) { zh "链接有效期至 {when}" en "link works until {when}" }
    locked_until(when) {
        zh "输错次数太多，{when} 之前不能登录"
        en "too many wrong passwords; cannot sign in before {when}"
    }
    no_such_person() { zh "没有这个人" en "No such person" }
    persons_are_configured() {
        zh "人员写在中心端的配置里，改完要重新启动"
        en "Persons are in the hub's configuration; it is read when the hub starts"
    }

    // The record.
    no_such_rows() { zh "没有这些记录" en "No such rows" }
    before_is_a_number() {
        zh "`before` 应为一条记录的编号"
        en "before has to be the number of a row"
    }
    record_broken(number) {
        zh "第 {number} 条与当初写下的不一样，或者它前面的记录被改过、删过"
        en "Row {number} is not as it was written, or rows before it were changed or deleted"
    }

    // The certificate of the page.
    key_of_another(certificate) {
        zh "与 `web.certificate_file` {certificate} 不配对"
        en "does not belong to web.certificate_file {certificate}"
    }
}
