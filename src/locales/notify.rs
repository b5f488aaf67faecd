//! The channels that alarms go out by: what is wrong with one, and why a letter did not go out.

messages! { "notify";
    open_page() { zh "打开报警页面" en "Open the page of alarms" }

    // Addresses.
    address_is_closed(address, what) {
        zh "{address} {what}，报警不往那里发；确实要发的，把它的网段写进 `allow`"
        en "{address} {what}, where no alarm is sent; name its network in allow if that is meant"
    }
    metadata_is_closed(address) {
        zh "{address} 是云主机发放凭据的地址，报警不往那里发；确实要发的，把这个地址单独写进 `allow`，写它的网段不算"
        en "{address} is where a cloud hands out its machines' credentials, and no alarm is sent there; if that is meant, name the address \
            itself in allow: its network does not do"
    }
    of_this_machine() { zh "是本机" en "is this machine itself" }
    of_a_private_network() { zh "在内部网络里" en "is of a private network" }
    of_many_machines() { zh "是组播地址" en "is the address of a group of machines" }
    of_no_machine() { zh "是保留地址，不属于任何机器" en "is reserved and no machine's address" }
    no_url() {
        zh "不是网址；应像 `https://alarms.example.org/hook`"
        en "is not a URL such as https://alarms.example.org/hook"
    }
    url_is_plain() {
        zh "应以 `https://` 开头；只有 `allow` 里的网段可以用 `http://`"
        en "must begin with https://; http:// is only for networks that allow names"
    }
    url_with_password() { zh "网址里不能有用户名和密码" en "must not have a user or a password in it" }
    url_too_long(most) { zh "网址超过 {most} 字节" en "is longer than {most} bytes" }
    no_syslog_address() {
        zh "应为 `主机:端口`，如 `log.lan:514`，或本机套接字的路径，如 `/dev/log`"
        en "must be host:port such as log.lan:514, or the path of a socket such as /dev/log"
    }
    no_mail_address() {
        zh "不是邮箱地址；应像 `office@example.org`，`@` 前后只用英文字母、数字和符号"
        en "is not an address of e-mail such as office@example.org, in ASCII on both sides of the @"
    }
    no_mail_server() { zh "没有写邮件服务器" en "there is no mail server" }
    over_the_hubs_connection() {
        zh "这个渠道用中心端自己与消息服务器的连接"
        en "this channel goes over the hub's own connection to its broker"
    }

    // Files.
    file_unreadable(path, why) { zh "读不了 {path}：{why}" en "{path}: cannot be read: {why}" }
    no_secret(path, most) {
        zh "{path}：应只有一行，1 到 {most} 个字母、数字和符号"
        en "{path}: must hold one line of 1 to {most} letters, digits and signs"
    }
    in_file(path, rule) { zh "{path} 里的网址：{rule}" en "the URL in {path} {rule}" }
    no_certificate(path) { zh "{path} 里没有 PEM 证书" en "{path} holds no certificate in PEM form" }
    no_tls(why) { zh "不能用 TLS：{why}" en "TLS cannot be used: {why}" }

    // Why a letter did not go out.
    at_host(host, why) { zh "{host}：{why}" en "{host}: {why}" }
    no_answer_in_time() { zh "没有按时应答" en "no answer in time" }
    answer_too_long(kib) { zh "应答超过 {kib} KiB" en "the answer is longer than {kib} KiB" }
    answer_unreadable() { zh "应答看不懂，不知道收到没有" en "the answer does not say whether the letter was taken" }
    certificate_refused(why) { zh "对方的证书不能信任：{why}" en "its certificate is not trusted: {why}" }
    broken_http(why) { zh "应答不合规定：{why}" en "its answer is not HTTP: {why}" }
    no_http() { zh "请求发不出去" en "the request cannot be sent" }
    sent_elsewhere(status, host) {
        zh "应答 {status}，要求改发到 {host}；不跟着走，请把网址改对"
        en "answers {status} and names {host} instead, which is not followed; correct the URL"
    }
    sent_elsewhere_unsaid(status) {
        zh "应答 {status}，要求改发到别处；不跟着走，请把网址改对"
        en "answers {status} and names another place, which is not followed; correct the URL"
    }
    status_forbidden(status) { zh "应答 {status}，不让发；检查密钥" en "answers {status}: not allowed; check the secret" }
    status_not_there(status) { zh "应答 {status}，那里没有接收的程序；检查网址" en "answers {status}: nothing takes letters there; check the URL" }
    status_busy(status) { zh "应答 {status}，现在太忙" en "answers {status}: too busy just now" }
    status_fault(status) { zh "应答 {status}，对方出了故障" en "answers {status}: a fault on its side" }
    status_refused(status) { zh "应答 {status}，没有收下" en "answers {status}: not taken" }

    // Robots.
    robot_too_often(code) { zh "机器人应答 {code}：发得太多，过一会儿再发" en "the robot answers {code}: too many messages; later again" }
    robot_busy(code) { zh "机器人应答 {code}：系统忙" en "the robot answers {code}: busy" }
    robot_security(code) {
        zh "机器人应答 {code}：不合它的安全设置；检查 `secret_file`、`keyword`、它允许的 IP，以及本机的时钟"
        en "the robot answers {code}: against its security settings; check secret_file, keyword, the addresses that it allows, and \
            this machine's clock"
    }
    robot_gone(code) {
        zh "机器人应答 {code}：没有这个机器人，或者已停用；到群里看一看，把 `url_file` 里的网址改对"
        en "the robot answers {code}: there is no such robot, or it is stopped; look into the group and correct the URL in url_file"
    }
    robot_message(code) { zh "机器人应答 {code}：这条消息它不收" en "the robot answers {code}: it does not take this message" }
    robot_code(code) { zh "机器人应答 {code}；含义见它的文档" en "the robot answers {code}; see its documents" }

    // E-mail.
    login_refused(code) {
        zh "应答 {code}，登录不了；检查 `user` 和 `password_file`（许多邮箱要用单独的授权码）"
        en "answers {code}: login refused; check user and password_file (many services want a password for programs)"
    }
    login_failed() { zh "没有能登录，也没有应答代码" en "login failed without a code" }
    no_starttls() {
        zh "不提供 `STARTTLS`，没有加密就不发；试一试 `tls = \"implicit\"`"
        en "offers no STARTTLS, and nothing goes out unencrypted; try tls = \"implicit\""
    }
    not_tls() {
        zh "应答不是 TLS；检查端口，或试一试 `tls = \"starttls\"`"
        en "its answer is not TLS; check the port, or try tls = \"starttls\""
    }
    mail_refused(code, why) { zh "应答 {code}，不收：{why}" en "answers {code}, refused: {why}" }
    mail_later(code, why) { zh "应答 {code}，暂时不收：{why}" en "answers {code}, not now: {why}" }
}
