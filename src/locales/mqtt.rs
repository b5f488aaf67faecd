//! The connection to the broker.

messages! { "mqtt";
    // Why there is no connection.
    no_connection(broker, problem) {
        zh "连不上消息服务器 {broker}：{problem}"
        en "no connection to {broker}: {problem}"
    }
    oversized(broker, bytes) {
        zh "{broker} 发来 {bytes} 字节的数据包，超过能接收的大小"
        en "{broker} sent a packet of {bytes} bytes, larger than any that is accepted"
    }
    renewed(broker) {
        zh "断开与 {broker} 的连接，改用新证书"
        en "ended the connection to {broker} to use the new certificates"
    }
    too_many_wait() { zh "等消息服务器确认的太多" en "too many messages wait for the broker" }
    timed_out(seconds) {
        zh "{seconds} 秒内没有应答；检查本机网络是否通、消息服务器是否在运行、有没有防火墙拦下连接"
        en "no answer within {seconds} s; check that this machine has a network, that the broker is running, and that no \
            firewall drops the connection"
    }
    broker_ended() {
        zh "本程序里的消息服务器已停止；重新启动，有外人能连到它时改用 mosquitto"
        en "the broker in this process has ended; start again, and use mosquitto where strangers can reach it"
    }
    closed() { zh "连接已关闭" en "the connection is closed" }
    closed_by_broker() { zh "消息服务器关闭了连接" en "the broker closed the connection" }
    no_longer_answers() {
        zh "消息服务器不再应答，它或线路断了"
        en "the broker no longer answers; either it or the line is down"
    }
    connection_broke(why) { zh "连接中断：{why}" en "the connection broke: {why}" }
    sent_no_mqtt(why) {
        zh "它发来的不是 MQTT（{why}）"
        en "it sent something that is not MQTT ({why})"
    }
    unexpected(what) { zh "意外的数据包：{what}" en "unexpected {what}" }
    nothing_confirmed(seconds) {
        zh "发出的数据已有 {seconds} 秒没有得到确认"
        en "nothing that was sent has been confirmed for {seconds} s"
    }
    subscription_refused(filter) {
        zh "消息服务器拒绝订阅 `{filter}`；检查它的访问控制表"
        en "the broker refuses the subscription to {filter}; check its access list"
    }
    subscription_refused_why(filter, why) {
        zh "消息服务器拒绝订阅 `{filter}`：{why}；检查它的设置"
        en "the broker refuses the subscription to {filter}: {why}; check its settings"
    }
    subscription_code_unknown(code, version) {
        zh "消息服务器拒绝订阅，代码 `{code}` 是 `MQTT {version}` 没有的；检查它的访问控制表"
        en "the broker refuses the subscription with a code ({code}) that MQTT {version} does not know; check its access list"
    }
    code_unknown(code, version) {
        zh "消息服务器的应答代码 `{code}` 是 `MQTT {version}` 没有的；看它的日志"
        en "the broker answers with a code ({code}) that MQTT {version} does not know; see its log"
    }
    neither_user_nor_certificate() {
        zh "`mqtt.user` 或 `mqtt.cert_file`（都没有写）"
        en "mqtt.user or mqtt.cert_file (neither is given)"
    }
    may_not_read(name, filter, user) {
        zh "消息服务器不让 {name} 读 `{filter}`；检查它的访问控制表，以及 {user} 里的名称"
        en "the broker does not let {name} read {filter}; look at its access list, and at the name in {user}"
    }
    may_not_write(name, topic, user) {
        zh "消息服务器不让 {name} 写 `{topic}`；检查它的访问控制表，以及 {user} 里的名称"
        en "the broker does not let {name} write {topic}; look at its access list, and at the name in {user}"
    }
    message_refused(topic, why) {
        zh "消息服务器不收 `{topic}` 的数据：{why}；检查它的设置"
        en "the broker does not take messages on {topic}: {why}; check its settings"
    }
    message_too_large(topic, bytes, most) {
        zh "`{topic}` 的一条数据有 {bytes} 字节，消息服务器最多收 {most} 字节；把它的 `max_packet_size` 调大"
        en "a message on {topic} has {bytes} bytes and the broker takes {most}; raise its max_packet_size"
    }
    nobody_listens(topic) {
        zh "消息服务器说没有谁在收 `{topic}` 的数据：中心端连上了吗？有没有读的权限？"
        en "the broker has nobody who listens to {topic}: is the hub connected, and allowed to read it?"
    }

    // Why the broker ends a connection or refuses something (MQTT 5, 2.4).
    taken_over(client_id) {
        zh "另有客户端用编号 {client_id} 连上了消息服务器；每个网关和中心端的名称都要不同"
        en "another client has connected with the id {client_id}; each gateway and each hub needs a name of its own"
    }
    no_longer_authorised(user) {
        zh "消息服务器不再允许 {user}；检查它的访问控制表"
        en "the broker does not allow {user} any more; look at its access list"
    }
    overloaded() { zh "消息服务器太忙，断开了连接" en "the broker is too busy and closed the connection" }
    shutting_down() { zh "消息服务器正在停止" en "the broker is shutting down" }
    heard_nothing() {
        zh "消息服务器太久没有收到本机的数据，断开了连接；线路断过或太慢"
        en "the broker heard nothing from this machine for too long and closed the connection; the line was down or is too slow"
    }
    sent_too_large() {
        zh "消息服务器因为数据包太大断开了连接；把它的上限调到 256 KiB 以上（mosquitto：`max_packet_size`、`message_size_limit`）"
        en "the broker closed the connection because a packet was too large; raise its limit above 256 KiB (mosquitto: \
            max_packet_size, message_size_limit)"
    }
    too_large_for_broker(bytes) {
        zh "一个数据包有 {bytes} 字节，超过消息服务器的上限；把它的上限调到 256 KiB 以上（mosquitto：`max_packet_size`）"
        en "a packet has {bytes} bytes, more than the broker takes; raise its limit above 256 KiB (mosquitto: max_packet_size)"
    }
    ended_by_administrator() {
        zh "消息服务器的管理员断开了连接"
        en "the broker's administrator closed the connection"
    }
    cannot_retain() {
        zh "消息服务器不支持保留消息，而本系统要用；在它的设置里打开"
        en "the broker does not keep retained messages, which are needed; switch them on in its settings"
    }
    no_qos_1() {
        zh "消息服务器不支持 `QoS 1`，而本系统要用；在它的设置里打开"
        en "the broker does not support QoS 1, which is needed; allow it in its settings"
    }
    disconnected(why) { zh "消息服务器断开了连接：{why}" en "the broker closed the connection: {why}" }
    reason_unspecified() { zh "没有说明原因" en "it gives no reason" }
    reason_own_rule() { zh "它自己的规则不允许" en "a rule of its own" }
    reason_not_authorised() { zh "没有授权" en "not authorised" }
    reason_bad_filter() { zh "它不接受这样的主题" en "it does not accept such a filter" }
    reason_bad_topic() { zh "它不接受这样的主题" en "it does not accept such a topic" }
    reason_too_large() { zh "数据包太大" en "the packet is too large" }
    reason_too_fast() { zh "数据发得太快" en "messages come too fast" }
    reason_quota() { zh "超过了它的限额" en "a quota is exceeded" }
    reason_no_sharing() { zh "它不支持共享订阅" en "it does not support shared subscriptions" }
    reason_too_often() { zh "连接太频繁" en "connections come too often" }
    reason_no_wildcards() { zh "它不支持通配符" en "it does not support wildcards" }
    reason_code(code) { zh "代码 `{code}`" en "code {code}" }

    kicked(times, seconds, client_id) {
        zh "连续 {times} 次连接都在 {seconds} 秒内被断开：另有客户端用了编号 {client_id}，或者消息服务器封禁了它"
        en "{times} connections in a row ended within {seconds} s: another client uses the id {client_id}, or the broker bans it"
    }

    // The network, and who answers there.
    nothing_listens(port) {
        zh "那里的端口 {port} 没有程序在监听；启动消息服务器，或改正 `mqtt.url` 里的端口"
        en "nothing listens on port {port} there; start the broker, or correct the port in mqtt.url"
    }
    unreachable(host, why) {
        zh "到不了 {host}（{why}）；检查本机网络和 `mqtt.url` 里的主机"
        en "{host} is unreachable ({why}); check this machine's network, and the host in mqtt.url"
    }
    name_unknown(host) {
        zh "查不到主机名 {host}；改正 `mqtt.url`，或检查本机的域名服务器有没有应答"
        en "the name {host} cannot be looked up; correct mqtt.url, or check that this machine's name server answers"
    }
    perhaps_tls(port) {
        zh "它的应答不是 MQTT；端口 {port} 上可能是 TLS：那样 `mqtt.url` 要写 `mqtts`"
        en "its answer is not MQTT; perhaps it speaks TLS on port {port}: then write mqtts in mqtt.url"
    }
    answer_not_mqtt(why, host, port) {
        zh "它的应答不是 MQTT（{why}）；{host} 的端口 {port} 上是消息服务器吗？"
        en "its answer is not MQTT ({why}); is {host}:{port} a broker?"
    }
    closed_without_answer(port) {
        zh "它没有应答就关闭了连接；可能正在重启，或不接受这个客户端，也可能端口 {port} 上是 TLS：那样 `mqtt.url` 要写 `mqtts`"
        en "it closed the connection without an answer; it may be restarting, or not accept this client, or speak TLS on port {port}: \
            then write mqtts in mqtt.url"
    }
    closed_this_time() {
        zh "它没有应答就关闭了连接，而此前接受过：可能正在重启；若一直如此，请看它的日志"
        en "it closed the connection without an answer, though it has accepted one before: it may be restarting; if that lasts, see its log"
    }
    closed_wants_certificate() {
        zh "TLS 建立后它不说原因就关闭了连接；可能要求证书：写上 `mqtt.cert_file` 和 `mqtt.key_file`"
        en "it closed the connection after TLS had begun and gave no reason; perhaps it wants a certificate: give mqtt.cert_file and mqtt.key_file"
    }
    closed_rejects_certificate(file) {
        zh "TLS 建立后它不说原因就关闭了连接；可能不接受 `mqtt.cert_file` {file}：看消息服务器的日志"
        en "it closed the connection after TLS had begun and gave no reason; perhaps it does not accept mqtt.cert_file {file}: see the broker's log"
    }

    // What the broker refuses (MQTT 3.1.1, 3.2.2.3).
    client_without_user() { zh "没有写 `mqtt.user` 的客户端" en "a client without mqtt.user" }
    refuses_certificate(user) {
        zh "它拒绝 {user}；让消息服务器按证书识别客户端（mosquitto：`require_certificate true` 和 `use_identity_as_username true`），或写上 `mqtt.user` 和 `mqtt.password_file`"
        en "it refuses {user}; let the broker identify clients by certificate (mosquitto: require_certificate true and \
            use_identity_as_username true), or give mqtt.user and mqtt.password_file"
    }
    refuses_password(user) {
        zh "它拒绝 {user}：用户名或密码不对；改正 `mqtt.user` 和 `mqtt.password_file` 的内容"
        en "it refuses {user}: wrong user or password; correct mqtt.user and the content of mqtt.password_file"
    }
    not_authorised(user) {
        zh "它拒绝 {user}：没有授权；密码不对时 mosquitto 也这样说：改正 `mqtt.user` 和 `mqtt.password_file`，或在消息服务器上允许这个客户端"
        en "it refuses {user}: not authorised; mosquitto says so of a wrong password, too: correct mqtt.user and \
            mqtt.password_file, or allow this client at the broker"
    }
    refuses_client_id(client_id) {
        zh "它拒绝客户端编号 {client_id}；在消息服务器上允许它，或改网关的名称或中心端的 `client_id`"
        en "it refuses the client id {client_id}; allow it at the broker, or change the name of the gateway or the hub's client_id"
    }
    refuses_new_connections() {
        zh "它不接受新连接（服务不可用）；如果一直这样，看消息服务器的日志"
        en "it refuses new connections (server unavailable); if that lasts, see the broker's log"
    }
    no_mqtt_3_1_1() {
        zh "它不支持 MQTT 3.1.1；在消息服务器的监听设置里允许这个版本"
        en "it does not speak MQTT 3.1.1; allow that version at the broker's listener"
    }
    no_mqtt_5() {
        zh "它不支持 MQTT 5；把 `mqtt.protocol` 设为 `auto` 或 3，或在消息服务器的监听设置里允许这个版本"
        en "it does not speak MQTT 5; set mqtt.protocol to \"auto\" or 3, or allow that version at the broker's listener"
    }
    perhaps_no_mqtt_5() {
        zh "也可能它不支持 MQTT 5：那样把 `mqtt.protocol` 设为 `auto`"
        en "or it does not speak MQTT 5: then set mqtt.protocol to \"auto\""
    }
    refuses_banned(client_id) {
        zh "它封禁了客户端 {client_id}；在消息服务器上解除"
        en "it has banned the client {client_id}; lift that at the broker"
    }
    refuses_quota() {
        zh "连接太多或太频繁，它拒绝连接；检查消息服务器的限额"
        en "it refuses the connection: a quota is exceeded; check the broker's limits"
    }
    refuses_connection(why) { zh "它拒绝连接：{why}" en "it refuses the connection: {why}" }

    // TLS.
    no_certificate_for(host) {
        zh "{host} 不能有证书；`mqtt.url` 里要写主机名或地址"
        en "a certificate cannot be for {host}; write a host name or an address in mqtt.url"
    }
    closed_when_tls_began(port) {
        zh "TLS 刚开始它就关闭了连接：端口 {port} 上大概没有 TLS；改正 `mqtt.url` 里的端口（`mqtts` 一般是 8883），或在消息服务器上打开 TLS"
        en "it closed the connection when TLS began: it probably speaks none on port {port}; correct the port in mqtt.url \
            (mqtts usually has 8883), or switch TLS on at the broker"
    }
    answer_not_tls(port) {
        zh "它的应答不是 TLS；改正 `mqtt.url` 里的端口（`mqtts` 一般是 8883），或在消息服务器的端口 {port} 上打开 TLS"
        en "its answer is not TLS; correct the port in mqtt.url (mqtts usually has 8883), or switch TLS on at the broker on port {port}"
    }
    tls_too_old() {
        zh "它的 TLS 版本太旧；把消息服务器升级到支持 TLS 1.2 或 1.3 的版本"
        en "its version of TLS is too old; upgrade the broker to one with TLS 1.2 or 1.3"
    }
    tls_nothing_in_common() {
        zh "它与本机没有共同的加密方式；升级消息服务器，或改它的加密设置"
        en "it has no cipher in common with this machine; upgrade the broker, or change its ciphers"
    }
    tls_misbehaved(how) {
        zh "它没有按 TLS 的规定应答（`{how}`）"
        en "it breaks the rules of TLS ({how})"
    }
    tls_message_invalid() { zh "它发来的不是 TLS" en "it sent something that is not TLS" }
    tls_message_unexpected() { zh "它发来了这时不该有的报文" en "it sent a message that does not belong here" }
    tls_no_certificate() { zh "它没有出示证书" en "it sent no certificate" }
    tls_undecryptable() { zh "它发来的数据解不开" en "what it sent cannot be decrypted" }
    tls_oversized() { zh "它发来的报文太长" en "it sent a message that is too long" }
    tls_failed(why) { zh "TLS 失败：{why}" en "TLS failed: {why}" }
    no_tls_1_2() {
        zh "它不支持 TLS 1.2 或 1.3；升级消息服务器"
        en "it does not speak TLS 1.2 or 1.3; upgrade the broker"
    }
    name_not_answered(host) {
        zh "它不认 {host} 这个名字；`mqtt.url` 里要写消息服务器的名字"
        en "it does not answer to the name {host}; write one of the broker's names in mqtt.url"
    }
    refuses_tls(alert) {
        zh "它拒绝 TLS（{alert}）；看消息服务器的日志"
        en "it refuses TLS ({alert}); see the broker's log"
    }

    // Why it refuses TLS: in English the names of RFC 8446, 6, by which its log can be searched.
    alert_ended(name) { zh "对方中止（`{name}`）" en "{name}" }
    alert_unexpected_message() { zh "报文不在该有的时候" en "UnexpectedMessage" }
    alert_damaged(name) { zh "报文校验不符（`{name}`）" en "{name}" }
    alert_overflow() { zh "报文太长" en "RecordOverflow" }
    alert_handshake() { zh "没有共同的加密方式" en "HandshakeFailure" }
    alert_wants_certificate(name) { zh "必须出示证书（`{name}`）" en "{name}" }
    alert_bad_certificate() { zh "证书有误" en "BadCertificate" }
    alert_unsupported_certificate() { zh "不支持这种证书" en "UnsupportedCertificate" }
    alert_revoked() { zh "证书已被吊销" en "CertificateRevoked" }
    alert_expired() { zh "证书已到期" en "CertificateExpired" }
    alert_certificate_unknown() { zh "证书不被接受" en "CertificateUnknown" }
    alert_unknown_authority() { zh "不认识颁发机构" en "UnknownCA" }
    alert_denied() { zh "不准访问" en "AccessDenied" }
    alert_illegal(name) { zh "报文不合规定（`{name}`）" en "{name}" }
    alert_signature() { zh "签名核对不上" en "DecryptError" }
    alert_version() { zh "不支持这个版本的 TLS" en "ProtocolVersion" }
    alert_insecure() { zh "加密强度不够" en "InsufficientSecurity" }
    alert_internal() { zh "对方内部出错" en "InternalError" }
    alert_name() { zh "不认这个名字" en "UnrecognisedName" }
    alert_no_protocol() { zh "没有共同的应用协议" en "NoApplicationProtocol" }

    // What can be wrong with a certificate.
    cert_unreadable() { zh "内容无法解读" en "its content cannot be read" }
    cert_expired() { zh "已到期" en "it has expired" }
    cert_not_yet() { zh "还没有生效" en "it is not valid yet" }
    cert_revoked() { zh "已被吊销" en "it has been revoked" }
    cert_perhaps_revoked() { zh "查不出是否已被吊销" en "whether it has been revoked is not known" }
    cert_extension() { zh "带有不认识的关键扩展项" en "it has a critical extension that is not known here" }
    cert_of_unknown_authority() { zh "不认识它的颁发机构" en "its authority is not known" }
    cert_signature() { zh "签名不对" en "its signature is wrong" }
    cert_algorithm() { zh "不支持它的签名算法" en "its signature algorithm is not supported" }
    cert_of_another() { zh "名字不符" en "it is for another name" }
    cert_purpose() { zh "用途不符" en "it is for another purpose" }
    cert_version_1() { zh "是 X.509 版本 1" en "it is of X.509 version 1" }

    // The broker's certificate.
    unknown_authority(ca_file) {
        zh "它的证书不是由 {ca_file} 里的颁发机构签发的；从消息服务器那台机器复制颁发机构的证书；如果没有用，可能有人在截取连接"
        en "its certificate was not signed by an authority in {ca_file}; copy the authority's certificate from the broker's \
            machine; if that changes nothing, somebody may be intercepting the connection"
    }
    certificate_nameless(host) {
        zh "它的证书里没有名字（`subjectAltName`），而 `mqtt.url` 写的是 {host}；为这个名字重新签发消息服务器的证书"
        en "its certificate holds no name at all (subjectAltName), but mqtt.url asks for {host}; have the broker's certificate reissued for this name"
    }
    certificate_for_others(names, host) {
        zh "它的证书属于 {names}，而 `mqtt.url` 写的是 {host}；把 `mqtt.url` 改成证书里的一个名字，或为 {host} 重新签发消息服务器的证书"
        en "its certificate is for {names}, and mqtt.url asks for {host}; write one of its names in mqtt.url, or have the \
            broker's certificate reissued for this one"
    }
    certificate_not_for(host) {
        zh "它的证书不属于 `mqtt.url` 所写的 {host}；为这个名字重新签发消息服务器的证书"
        en "its certificate is not for {host}, which mqtt.url asks for; have the broker's certificate reissued for this name"
    }
    certificate_expired_at(end, now) {
        zh "它的证书已于 {end} 到期，本机时钟是 {now}；更换消息服务器的证书，时钟不对就先校准"
        en "its certificate expired at {end}, and this machine's clock says {now}; renew the broker's certificate, or set the clock if it is wrong"
    }
    certificate_expired() {
        zh "它的证书已到期；更换证书，本机时钟不对就先校准"
        en "its certificate has expired; renew it, or set this machine's clock if it is wrong"
    }
    certificate_from(begin, now) {
        zh "它的证书从 {begin} 起有效，本机时钟是 {now}；校准时钟，一般是时钟不对（`timedatectl` 可以查看）"
        en "its certificate is valid from {begin} on, and this machine's clock says {now}; set the clock, which is usually \
            what is wrong (timedatectl shows it)"
    }
    certificate_not_yet() {
        zh "它的证书还没有生效；校准本机时钟，一般是时钟不对"
        en "its certificate is not valid yet; set this machine's clock, which is usually what is wrong"
    }
    certificate_not_for_servers() {
        zh "它的证书不是服务器证书（`extendedKeyUsage serverAuth`）；重新签发消息服务器的证书"
        en "its certificate is not for servers (extendedKeyUsage serverAuth); have the broker's certificate reissued"
    }
    certificate_of_authority() {
        zh "它把颁发机构的证书当作自己的证书；在消息服务器上安装由颁发机构签发的证书"
        en "it uses the certificate of an authority as its own; install one on the broker that the authority has signed"
    }
    certificate_version_1() {
        zh "它的证书是 X.509 版本 1；重新签发为带扩展项的版本 3"
        en "its certificate is of X.509 version 1; have it reissued with extensions, as version 3"
    }
    certificate_unusable(why) {
        zh "它的证书不能用（{why}）；重新签发"
        en "its certificate cannot be used ({why}); have it reissued"
    }
    beyond_calendars() { zh "超出日历的时间" en "a time beyond all calendars" }

    // What the broker says of our certificate.
    wants_certificate(alert) {
        zh "它要求客户端出示证书，而这里没有配置（{alert}）；写上 `mqtt.cert_file` 和 `mqtt.key_file`"
        en "it wants a certificate of its clients, and none is configured ({alert}); give mqtt.cert_file and mqtt.key_file"
    }
    ours_expired(file) {
        zh "它说 `mqtt.cert_file` {file} 已到期；更换证书（`openssl x509 -enddate -noout -in` 可以查看到期时间），消息服务器的时钟不对就先校准"
        en "it says that mqtt.cert_file {file} has expired; have it renewed (openssl x509 -enddate -noout -in shows its \
            end), or set the broker's clock if it is wrong"
    }
    ours_of_unknown_authority(file) {
        zh "它不认识签发 `mqtt.cert_file` {file} 的颁发机构；换用消息服务器配置中 `cafile` 那个颁发机构签发的证书"
        en "it does not know the authority that signed mqtt.cert_file {file}; take a certificate from the authority that is \
            cafile in the broker's configuration"
    }
    ours_revoked(file) {
        zh "它说 `mqtt.cert_file` {file} 已被吊销；重新签发一张"
        en "it says that mqtt.cert_file {file} has been revoked; have a new one issued"
    }
    ours_refused(file, alert) {
        zh "它拒绝 `mqtt.cert_file` {file}（{alert}）：按消息服务器的时钟可能还没有生效，或者不是客户端证书；看消息服务器的日志"
        en "it refuses mqtt.cert_file {file} ({alert}), which may not be valid yet by the broker's clock, or not be for clients; see the broker's log"
    }

    // The files of TLS.
    file_empty() { zh "是空文件" en "is empty" }
    copy_it_again() {
        zh "重新复制；复制中断会留下空文件"
        en "copy it again; an interrupted copy leaves an empty file"
    }
    file_above_1_mib() { zh "大于 1 MiB" en "is larger than 1 MiB" }
    give_pem() { zh "给出 PEM 格式的证书或私钥" en "give certificates or a key in PEM form" }
    file_unreadable(why) { zh "读不了：{why}" en "cannot be read: {why}" }
    correct_the_path() {
        zh "改正路径，或把文件复制到那里"
        en "correct the path, or copy the file there"
    }
    let_it_be_read() {
        zh "让运行本程序的用户能读它：`chgrp hanqing`，`chmod 640`"
        en "let the user that runs this read it: chgrp hanqing, chmod 640"
    }
    give_readable_file() { zh "换一个读得了的文件" en "give a file that can be read" }
    required_by_mqtts() { zh "用 `mqtts` 时必填" en "is required by mqtts" }
    give_authority() {
        zh "给出签发消息服务器证书的颁发机构的证书，PEM 格式"
        en "give the certificate of the authority that signed the broker's, PEM"
    }
    required_with(other) { zh "有 `{other}` 时必填" en "is required with {other}" }
    both_or_neither() {
        zh "客户端的证书和私钥要么都有，要么都没有"
        en "a client has a certificate and its private key, or neither"
    }
    holds_bad_certificate(why) {
        zh "里面的证书不能用：{why}"
        en "holds a certificate that cannot be used: {why}"
    }
    reissue_authority() {
        zh "把颁发机构的证书重新签发为 X.509 版本 3"
        en "have the authority's certificate reissued as X.509 version 3"
    }
    reissue() { zh "重新签发为 X.509 版本 3" en "have it reissued as X.509 version 3" }
    report_it() { zh "请反馈给开发者" en "report it" }
    key_of_another(certificate) {
        zh "与 `mqtt.cert_file` {certificate} 不配对"
        en "does not belong to mqtt.cert_file {certificate}"
    }
    copy_both() {
        zh "复制同名、一起签发的证书和私钥"
        en "copy certificate and key of the same name, issued together"
    }
    key_unknown() { zh "读不出 `RSA`、`EC` 或 `Ed25519` 私钥" en "no private key of RSA, EC or Ed25519 in it" }
    key_unusable(why) { zh "不能用：{why}" en "cannot be used: {why}" }
    keys_that_work() {
        zh "换用 `EC P-256`、`EC P-384`、`Ed25519` 或 2048 位以上的 `RSA` 私钥"
        en "use a key of EC P-256, EC P-384, Ed25519, or RSA with 2048 bits or more"
    }
    no_certificate_in_file() { zh "里面没有 PEM 格式的证书" en "holds no certificate in PEM form" }
    certificate_form() {
        zh "给出含有 `BEGIN CERTIFICATE` 的文件；`openssl x509 -inform DER -in old -out new` 可把 `DER` 转成 PEM"
        en "give a file with BEGIN CERTIFICATE in it; openssl x509 -inform DER -in old -out new converts DER to PEM"
    }
    no_key_in_file() { zh "里面没有 PEM 格式的私钥" en "holds no private key in PEM form" }
    key_form() {
        zh "给出含有 `BEGIN PRIVATE KEY` 的文件；`openssl pkey -in old -out new` 可把其他格式转成 PEM"
        en "give a file with BEGIN PRIVATE KEY in it; openssl pkey -in old -out new converts other forms to PEM"
    }
    key_with_passphrase() {
        zh "私钥带口令，而这里没有人能输入"
        en "is protected by a passphrase, which nobody can type here"
    }
    remove_passphrase() {
        zh "`openssl pkey -in old -out new` 可去掉口令；新文件的权限设为 640 或 600"
        en "openssl pkey -in old -out new removes it; keep the new file at mode 640 or 600"
    }
    cut_off() { zh "不完整：有一段没有结尾" en "is cut off: a section has no end" }
    not_pem() { zh "不是 PEM 格式" en "is not PEM" }
    base64_wrong() { zh "Base64 编码有误" en "base64 that cannot be decoded" }
    not_pem_since(why) { zh "不是 PEM 格式：{why}" en "is not PEM: {why}" }

    // The settings.
    url_problem(url, problem) { zh "`mqtt.url` {url}：{problem}" en "mqtt.url {url}: {problem}" }
    leaves_unencrypted(url) {
        zh "{url} 没有加密，数据又要离开本机；用 `mqtts`，或设 `mqtt.allow_plaintext = true`"
        en "{url} leaves this machine without encryption; use mqtts, or set mqtt.allow_plaintext = true"
    }
    client_id_empty() {
        zh "`client_id` 是空的；消息服务器要靠它认出中心端"
        en "client_id is empty; the broker knows the hub by it"
    }
    no_scheme() {
        zh "没有写协议：应为 `mqtts://主机:端口` 或 `mqtt://主机:端口`"
        en "no scheme: mqtts://host:port or mqtt://host:port"
    }
    unknown_scheme(scheme) {
        zh "不认识协议 {scheme}：应为 `mqtts` 或 `mqtt`"
        en "scheme {scheme} is unknown: mqtts or mqtt"
    }
    path_in_url() {
        zh "带有路径或查询：这里只写主机和端口"
        en "a path or query: only host and port belong here"
    }
    user_in_url() {
        zh "URL 里带有用户名或密码：写在 `user` 和 `password_file` 里"
        en "a user or password in the URL: use `user` and `password_file`"
    }
    no_host() { zh "没有写主机" en "no host" }
    port_zero() { zh "端口是 0" en "port 0" }
    bracket_open() { zh "“[”没有对应的“]”" en "'[' without ']'" }
    text_after_bracket() { zh "“]”后面有多余的文字" en "text after ']'" }
    not_a_port(port) { zh "{port} 不是端口：应为 1 到 65535" en "{port} is not a port: 1 to 65535" }

    // Doubts about certificates.
    certificate_of_another(name, own) {
        zh "`mqtt.cert_file` 是 {name} 的证书，而这里是 {own}：按证书识别客户端的消息服务器只让它以 {name} 的身份收发，其余的会悄悄丢掉；\
            请装上 {own} 的证书"
        en "mqtt.cert_file is the certificate of {name}, but this is {own}: a broker that identifies clients by certificate \
            lets it publish and subscribe only as {name} and silently drops the rest; install the certificate of {own}"
    }
    certificate_of_the_authority() {
        zh "证书机构的证书（`mqtt.ca_file`）"
        en "the authority's certificate (mqtt.ca_file)"
    }
    certificate_of_our_own() {
        zh "本机的证书（`mqtt.cert_file`）"
        en "our own certificate (mqtt.cert_file)"
    }
    certificate_of_the_broker() {
        zh "消息服务器的证书（上次连接时看到的）"
        en "the broker's certificate (as of the last connection)"
    }
    certificate_of_the_server() {
        zh "数据服务器（`store.server`）的证书（上次连接时看到的）"
        en "the certificate of the server in store.server (as of the last connection)"
    }
    less_than_a_day() { zh "不到 1 天" en "less than a day" }
    one_day() { zh " 1 天" en "1 day" }
    some_days(days) { zh " {days} 天" en "{days} days" }
    certificate_ends(certificate, at, left) {
        zh "{certificate}还有{left}到期（{at}）：请在到期前换上新证书，否则连接会断"
        en "{certificate} ends in {left}, at {at}: replace it before, or there will be no connection"
    }
    certificate_has_ended(certificate, at) {
        zh "{certificate}已于 {at} 到期：请换上新证书"
        en "{certificate} ended at {at}: replace it"
    }
    new_certificates_unusable(problem) {
        zh "新证书不能用，连接仍用原来的：{problem}"
        en "the new certificates cannot be used, the connection keeps the old ones: {problem}"
    }
}
