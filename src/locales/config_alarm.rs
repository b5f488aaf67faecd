//! What rings and the channels that it goes out by, in the hub's configuration.

messages! { "config_alarm";
    // What rings.
    no_kind() { zh "没有这种报警" en "is no kind of alarm" }
    hold_of_kind() {
        zh "持续多少分钟才报警；不写即按这种报警的惯例"
        en "for how many minutes it has to last before it rings; leave it out for what is usual of the kind"
    }
    no_time_of_day() {
        zh "不是一天里的时刻；从 `00:00` 到 `23:59`，如 `22:00`"
        en "is no time of day: 00:00 to 23:59, such as 22:00"
    }
    quiet_is_nothing() { zh "起止相同，等于没有静音时段" en "begins and ends at the same time, which is no time at all" }
    quiet_example() {
        zh "如 `quiet = {{ from = \"22:00\", to = \"06:00\" }}`；不要静音时段就不写"
        en "such as quiet = {{ from = \"22:00\", to = \"06:00\" }}, or leave it out"
    }
    escalate_usual() { zh "不写为 30 分钟，0 为从不升级" en "leave it out for 30, or give 0 for never" }
    fast_example() {
        zh "每小时多少米，如 `fast = {{ m_per_hour = 0.3, source = \"水利站\" }}`"
        en "metres an hour, such as fast = {{ m_per_hour = 0.3, source = \"water station\" }}"
    }
    say_who_says_so() { zh "写明这个数从哪里来" en "say where the number comes from" }

    hold_of_what_is_off(kind) {
        zh "`alarm.hold_minutes.{kind}` 不起作用：这种报警在 `alarm.off` 里；删掉其中一个"
        en "alarm.hold_minutes.{kind} has no effect, since this kind is in alarm.off: remove one of them"
    }
    hold_without_fast(kind) {
        zh "`alarm.hold_minutes.{kind}` 不起作用：没有写 `alarm.fast`，这种报警不会响；写上它，或删掉这一项"
        en "alarm.hold_minutes.{kind} has no effect, since without alarm.fast this kind does not ring: add alarm.fast, or remove this"
    }
    fast_is_off() {
        zh "`alarm.fast` 不起作用：`falling-fast` 和 `rising-fast` 都在 `alarm.off` 里；从中去掉要响的，或删掉 `alarm.fast`"
        en "alarm.fast has no effect, since falling-fast and rising-fast are both in alarm.off: take out what is to ring, or remove alarm.fast"
    }
    nothing_for_channel(channel) {
        zh "`{channel}` 除了试发什么也收不到：所有报警都关了；从 `alarm.off` 里去掉要响的"
        en "{channel} would get nothing but tests, since no kind of alarm rings: take out of alarm.off what is to ring"
    }
    nothing_urgent_for_channel(channel) {
        zh "`{channel}` 除了试发什么也收不到：它只收紧急的，而紧急的报警都关了；从 `alarm.off` 里去掉要响的，或改它的 `urgent_only`、`escalation`"
        en "{channel} would get nothing but tests: it takes only what is urgent, and no urgent kind rings; take out of alarm.off what is to \
            ring, or change its urgent_only or escalation"
    }

    // Channels.
    never_escalated() {
        zh "除了试发什么也收不到：`alarm.escalate_minutes` 为 0，报警从不升级，其余都发给别的渠道"
        en "gets nothing but tests: alarm.escalate_minutes is 0, and what is not escalated goes to the other channels"
    }
    escalate_or_not() {
        zh "删掉 `escalate_minutes`（即为 30 分钟），或删掉 `escalation`"
        en "leave out escalate_minutes for 30, or leave out escalation"
    }
    too_many(most) { zh "最多 {most} 个" en "at most {most}" }
    join_channels() { zh "把收件人合到同一个渠道里" en "join readers in one channel" }
    name_of_its_own() { zh "每个渠道各起一个名称" en "give each channel a name of its own" }
    no_name_of_channel(most) {
        zh "应为 1 到 {most} 个字，不含看不见的字符"
        en "must have 1 to {most} characters, all of which can be seen"
    }
    name_example() { zh "如 `防汛抗旱群`" en "such as \"duty officers\"" }
    required_of(kind) { zh "`kind` 为 `{kind}` 时必填" en "is required of kind {kind}" }
    no_use(kind) { zh "`kind` 为 `{kind}` 的渠道用不着" en "is of no use to a channel of kind {kind}" }
    remove_or_change_kind() { zh "删掉它，或改正 `kind`" en "remove it, or correct the kind" }
    allows_too_much() {
        zh "范围太大，等于不设防：最大到 10.0.0.0/8 或 fc00::/7 这样的内部网段"
        en "is too wide to leave much to be refused: at most /8, or /7 of IPv6, as the largest private networks are"
    }
    allow_example() {
        zh "确实要发到内部网络的，写出它的网段，如 `allow = [\"10.1.2.0/24\"]`"
        en "where a private network is meant, name it, such as allow = [\"10.1.2.0/24\"]"
    }
    url_example() { zh "如 `url = \"https://alarms.example.org/hook\"`" en "such as url = \"https://alarms.example.org/hook\"" }
    url_twice() { zh "`url` 和 `url_file` 只能写一个" en "stands beside url_file, and only one of them counts" }
    keep_url_file() { zh "保留 `url_file`" en "keep url_file" }
    url_may_hold_a_key() {
        zh "问号后面可能有密钥，不能写在这里"
        en "has a part after the question mark, which may be a key and has no place here"
    }
    url_in_file() {
        zh "把网址单独写进一个文件（`chmod 640`），再写 `url_file`"
        en "put the URL into a file of its own (chmod 640) and name that in url_file"
    }
    robot_url_is_its_key() {
        zh "机器人的网址就是它的密钥：谁有它，谁就能在群里发消息"
        en "is the robot's key: whoever has it writes into the group"
    }
    robot_url_in_file() {
        zh "把机器人的网址单独写进一个文件（`chmod 640`），再写 `url_file = \"/etc/hanqing/robot.url\"`"
        en "put the robot's URL into a file of its own (chmod 640) and name that: url_file = \"/etc/hanqing/robot.url\""
    }

    // E-mail.
    server_example() { zh "如 `server = \"smtp.example.org\"`" en "such as server = \"smtp.example.org\"" }
    port_of_mail() {
        zh "不写为 465（`tls = \"implicit\"`）或 587（`tls = \"starttls\"`）"
        en "leave it out for 465 (tls = \"implicit\") or 587 (tls = \"starttls\")"
    }
    port_of_other_tls(port, tls) {
        zh "与端口 {port} 不符，那里是 `tls = \"{tls}\"`：连不上，一封也发不出去"
        en "does not fit port {port}, where servers speak tls = \"{tls}\": no letter would arrive"
    }
    correct_tls() { zh "改正 `tls`，或不写 `port`" en "correct tls, or leave out port" }
    port_between_servers() {
        zh "是邮件服务器之间用的端口，不收要登录的邮件"
        en "is for mail between servers, and takes none from clients"
    }
    password_in_file() {
        zh "把密码或授权码单独写进一个文件（`chmod 640`）"
        en "put the password into a file of its own (chmod 640)"
    }
    user_of_mail() { zh "写登录邮箱的用户名" en "the name to sign in to the mail server with" }
    from_example() { zh "发件人，如 `from = \"office@example.org\"`" en "the sender, such as from = \"office@example.org\"" }
    to_example() { zh "收件人，如 `to = [\"duty@example.org\"]`" en "the readers, such as to = [\"duty@example.org\"]" }
    use_a_list() { zh "人多时在邮件服务器上建一个群发地址" en "for more, keep a list at the mail server" }
    name_reader_once() { zh "每个收件人只写一次" en "name each reader once" }

    // Syslog and MQTT.
    syslog_examples() {
        zh "如 `address = \"log.lan:514\"`，或本机的 `address = \"/dev/log\"`"
        en "such as address = \"log.lan:514\", or this machine's own, address = \"/dev/log\""
    }
    no_topic(most) {
        zh "不是可以发布的主题：1 到 {most} 个英文字符，不含 `+`、`#`、`$`，段不能为空"
        en "is no topic to publish on: 1 to {most} characters of ASCII without +, # and $, and no empty part"
    }
    topic_of_gateways() { zh "是网关的主题，会被当作网关发来的数据" en "is a topic of gateways, where it would be read as theirs" }
    topic_example() { zh "不写即为 `hanqing/v1/-/alarms`" en "leave it out for hanqing/v1/-/alarms" }
}
