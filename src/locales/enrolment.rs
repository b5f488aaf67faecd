//! A gateway gets its certificate with a one-time code: at the hub and at the gateway.

messages! { "enrolment";
    // The code.
    no_letter(typed) {
        zh "注册码里没有 {typed}：只有数字和除 `I`、`L`、`O`、`U` 以外的字母"
        en "a code has no {typed}: only digits, and letters other than I, L, O and U"
    }
    code_too_short(count, right) {
        zh "注册码有 {right} 个字符，只输入了 {count} 个"
        en "a code has {right} characters; given: {count}"
    }
    code_too_long(right) { zh "注册码只有 {right} 个字符，输入的更多" en "a code has {right} characters; more were given" }
    code_mistyped() {
        zh "注册码输错了：请逐组核对，再输一次；还没有发送任何内容"
        en "the code is mistyped: compare each group and type it again; nothing was sent"
    }
    no_secret() { zh "应为注册码的前 16 个字符" en "must be the first 16 characters of a code" }
    field_too_long(field, bytes, most) {
        zh "`{field}` 有 {bytes} 字节，最多 {most} 字节"
        en "{field} has {bytes} bytes, at most {most} are allowed"
    }

    // The office's authority.
    no_certificate() { zh "里面没有 PEM 格式的证书" en "holds no certificate in PEM" }
    authority_form() {
        zh "用 `make-certificates` 建的 `ca.pem`"
        en "give the ca.pem that make-certificates has made"
    }
    no_authority() {
        zh "不是颁发机构的证书，不能签发别的证书"
        en "is no certificate of an authority: it may not sign others"
    }
    no_private_key() { zh "里面没有 PEM 格式的私钥" en "holds no private key in PEM" }
    key_unusable() { zh "这个私钥不能用来签发" en "cannot be used to sign" }
    key_form(path) {
        zh "用 `make-certificates` 建的 `ca.key`；别的格式先转换：`openssl pkcs8 -topk8 -nocrypt -in {path} -out ca.key`"
        en "give the ca.key that make-certificates has made; another form is converted by openssl pkcs8 -topk8 -nocrypt -in {path} \
            -out ca.key"
    }
    key_of_another(certificate) {
        zh "与 `enroll.authority_file` {certificate} 不配对"
        en "does not belong to enroll.authority_file {certificate}"
    }
    authority_unfit(why) {
        zh "它签发的证书不会被接受：{why}"
        en "nobody takes what it signs: {why}"
    }
    authority_plainly() {
        zh "名称里每种成分只写一个，重新建一个颁发机构：`make-certificates` 建的可以用"
        en "make one whose name has each of its parts once, as make-certificates does"
    }
    authority_begins(at, now) {
        zh "颁发机构的证书从 {at} 起有效，而本机的时钟是 {now}：请先校准本机的时钟"
        en "the authority's certificate begins at {at}, and this machine's clock says {now}: set the clock first"
    }
    made_together() { zh "写一起建的 `ca.pem` 和 `ca.key`" en "give the ca.pem and ca.key that were made together" }
    file_unreadable(why) { zh "读不出来：{why}" en "cannot be read: {why}" }
    let_hub_read(path) {
        zh "让中心端能读：`chown root:hanqing {path}`，`chmod 640 {path}`"
        en "let the hub read it: chown root:hanqing {path} and chmod 640 {path}"
    }
    file_too_large(most) { zh "大于 {most} KiB" en "is larger than {most} KiB" }
    authority_ended(at) { zh "颁发机构的证书已在 {at} 到期" en "the authority's certificate has ended at {at}" }
    new_authority() {
        zh "先核对本机的时钟；确已到期的，要新建颁发机构，并给所有机器重发证书"
        en "check this machine's clock; if it has ended, make a new authority, and new certificates for all machines"
    }
    cannot_sign(why) { zh "不能签发：{why}" en "cannot sign: {why}" }
    no_tls() { zh "不能建立 TLS" en "TLS cannot be set up" }
    enrolment_address(listen, why) {
        zh "不能在 {listen} 上受理网关注册：{why}；请把 `enroll.listen` 改成别的地址"
        en "cannot take enrolments at {listen}: {why}; set enroll.listen to another address"
    }

    // Invitations.
    not_set_up(file) {
        zh "{file} 里没有 `[enroll]`，中心端不签发证书；请照 `config/hub.toml` 里的样例写上，再重启中心端"
        en "{file} has no [enroll], so the hub signs no certificates; add it as config/hub.toml shows, and restart the hub"
    }
    is_revoked(gateway, since) {
        zh "网关 {gateway} 已吊销（自 {since} 起）：换一台机器请用新名称；确实还是它，先 `hanqing gateway reinstate {gateway}`，\
            或加 `--revoked`"
        en "{gateway} is revoked (since {since}): another machine gets another name; if it is the same one, hanqing gateway reinstate \
            {gateway} first, or give --revoked"
    }
    reserved_name(gateway) {
        zh "{gateway} 是办公室自己的名称（中心端、消息服务器或颁发机构），网关不能用；请用别的名称"
        en "{gateway} is a name of the office itself (hub, broker or authority), and none for a gateway; give another"
    }
    invited(gateway, until) {
        zh "网关 {gateway} 的注册码，只能用一次，{until} 前有效："
        en "Code for {gateway}, good once and until {until}:"
    }
    replaced_code(gateway) {
        zh "网关 {gateway} 以前的注册码从现在起无效"
        en "an older code for {gateway} is no longer good"
    }
    to_do_there() { zh "在网关上运行下面的命令，再输入注册码：" en "On the gateway run this, and type the code there:" }
    hub_not_listening(listen) {
        zh "注意：中心端没有在 {listen} 上受理注册；请启动它，或在写上 `[enroll]` 之后重启"
        en "the hub does not answer at {listen}: start it, or restart it if [enroll] is new"
    }
    hub_has_another_authority(listen) {
        zh "注意：在 {listen} 上受理注册的用的是另一个颁发机构，这个注册码在那里用不了；请让中心端重新读取配置：`systemctl reload hanqing-hub`"
        en "whoever takes enrolments at {listen} has another authority, and the code is no good there; let the hub read its files anew: \
            systemctl reload hanqing-hub"
    }
    head_invited() { zh "注册码" en "code" }
    head_from() { zh "来自" en "from" }
    open_until(until) { zh "{until} 前有效" en "open until {until}" }
    enrolled_at(at) { zh "{at} 已用" en "used {at}" }
    out_of_date() { zh "已过期" en "too old" }

    // At the gateway.
    type_the_code(gateway) { zh "输入中心端给网关 {gateway} 的注册码：" en "Code that the hub has given for {gateway}: " }
    type_a_code() { zh "输入中心端给的注册码：" en "Code that the hub has given: " }
    no_code() {
        zh "没有注册码：在终端里输入，或从标准输入的第一行读入；在中心端用 `hanqing gateway invite` 取得"
        en "there is no code: type it at the terminal, or give it as the first line of standard input; hanqing gateway invite \
            at the hub makes one"
    }
    no_address() {
        zh "应为主机名或地址，可加端口，如 `hub.example.org` 或 `192.168.1.5:8884`"
        en "must be a name or an address, with a port or none, such as hub.example.org or 192.168.1.5:8884"
    }
    two_names(config, in_config, given) {
        zh "`--gateway` 是 {given}，而 {config} 里是 {in_config}：不写 `--gateway`，或先改配置"
        en "--gateway is {given}, but {config} says {in_config}: leave it out, or change the file first"
    }
    no_gateway_in(config) {
        zh "{config} 里没有读得出的 `gateway`：请先改好（`hanqing check {config}`），或用 `--gateway` 给出名称"
        en "{config} has no gateway that can be read: correct it first (hanqing check {config}), or give the name as --gateway"
    }
    there_already(path) {
        zh "{path} 已经有了，什么也没有改；要换新证书，加 `--renew`"
        en "{path} is there already, and nothing was changed; to replace it, give --renew"
    }
    file_failed(path, why) {
        zh "{path} 读写失败：{why}；纠正之后用同一个注册码再试，会接着做完"
        en "{path} failed: {why}; once that is put right, the same code goes on from here"
    }
    key_of_others(path) {
        zh "{path} 不是当前用户建的，或者别人也能读：里面的密钥不能用；请删除它，再运行一次"
        en "{path} was made by another user, or others may read it: no key is taken from it; remove it, and run the command again"
    }
    no_key_made(why) { zh "不能生成密钥：{why}" en "no key can be made: {why}" }
    no_connection(hub, why) {
        zh "与中心端 {hub} 没有连上：{why}；注册码还能用。请核对地址、端口和网络，以及中心端是否写了 `[enroll]`"
        en "no connection to the hub at {hub}: {why}; the code is still good. Check the address, the port and the network, and \
            whether the hub has [enroll]"
    }
    not_answered(hub, why) {
        zh "已经问了中心端 {hub}，但没有收到完整的应答：{why}；请再运行一次同样的命令，用同一个注册码，会接着做完"
        en "the hub at {hub} was asked, and its answer did not arrive: {why}; run the same command again with the same code, it goes on \
            from here"
    }
    too_slow(seconds) { zh "{seconds} 秒内没有完成" en "it took longer than {seconds} s" }
    unexpected_status(status) { zh "应答是 HTTP {status}，不是中心端的回答" en "the answer is HTTP {status}, and none of a hub" }
    no_hub() { zh "应答不是中心端的回答" en "what it says is no answer of a hub" }
    ended_early() { zh "应答还没有完，连接就断了" en "the connection ended before the answer" }
    not_the_hub(hub) {
        zh "{hub} 不是发这个注册码的中心端，没有向它发送注册码；请核对 `--hub` 和注册码。都对的话，网络上有人冒充中心端"
        en "{hub} is not the hub that the code is from, and was not told the code; check --hub and the code. If both are right, \
            somebody in the network pretends to be the hub"
    }
    clock_wrong(now, bound) {
        zh "本机的时钟是 {now}，中心端证书的期限是 {bound}：本机和中心端的时钟不一致，先看哪一个不对，再校准它（`timedatectl set-ntp true`，\
            或 `date -s`），然后用同一个注册码；没有发送任何内容"
        en "this machine's clock says {now}, and the hub's certificate is bounded by {bound}: the clocks of this machine and of the hub \
            differ. See which is wrong and set it (timedatectl set-ntp true, or date -s), then use the same code; nothing was sent"
    }
    refused_unknown() {
        zh "中心端没有这个注册码：同一网关又发了新的，或不是这个中心端发的；请在中心端重新发一个：`hanqing gateway invite`"
        en "the hub has no such code: a newer one was made for the gateway, or it is of another hub; make one there: \
            hanqing gateway invite"
    }
    refused_expired() {
        zh "注册码已过期；请在中心端重新发一个：`hanqing gateway invite`"
        en "the code is too old; make one at the hub: hanqing gateway invite"
    }
    refused_used() {
        zh "另一把密钥已经用过这个注册码。如果不是您换了密钥，就有人抢先冒用：在中心端用 `hanqing gateway list` 看是谁用的，再重新发一个"
        en "another key has used the code. If you have not made another key, somebody was quicker: hanqing gateway list at the hub says \
            from where; then make another code"
    }
    refused_other_gateway(gateway) {
        zh "注册码是给网关 {gateway} 的，不是给这一台的；请用这一台自己的注册码，或者先改这一台的名称；这个注册码还能用"
        en "the code is for {gateway}, and not for this gateway: use the code of this one, or correct its name first; the code is \
            still good"
    }
    refused_revoked() {
        zh "这个网关在发注册码之后被吊销了；请问中心端的管理人"
        en "the gateway was revoked after the code was made; ask who looks after the hub"
    }
    refused_reserved() {
        zh "这个名称是办公室自己的，网关不能用；请在中心端用别的名称重新发一个：`hanqing gateway invite`"
        en "the name is one of the office itself; make a code for another name at the hub: hanqing gateway invite"
    }
    refused_request() {
        zh "中心端不接受这个请求：网关和中心端的程序版本可能不合，请更新旧的一方"
        en "the hub does not take the request: the programs of gateway and hub may not fit; update the older one"
    }
    refused_too_often(seconds) {
        zh "从这个地址试错太多次，或者同时来问的太多，{seconds} 秒后再试"
        en "too many codes from this address were wrong, or too many ask at once; try again in {seconds} s"
    }
    refused_unable() {
        zh "中心端现在不能签发，原因在它的日志里；注册码还能用"
        en "the hub cannot sign now, and its log says why; the code is still good"
    }
    refused_other() {
        zh "中心端拒绝了，原因本程序不认识；请更新本机的程序"
        en "the hub refuses, for a reason that this program does not know; update the program here"
    }
    no_answer(hub, why) { zh "{hub} 的应答读不懂：{why}" en "the answer of {hub} cannot be read: {why}" }
    answer_unusable(why) {
        zh "中心端给的不能用，什么也没有改：{why}"
        en "what the hub has given cannot be used, and nothing was changed: {why}"
    }
    certificate_of_another(name) { zh "证书是给 {name} 的" en "the certificate is for {name}" }
    certificate_of_nobody() { zh "证书里没有名称" en "the certificate has no name" }
    certificate_unfit(why) {
        zh "证书不是这个颁发机构签发给网关的，或现在无效：{why}"
        en "the certificate is not one of the authority's for a gateway, or is not valid now: {why}"
    }
    certificate_of_another_key() {
        zh "证书与本机的密钥不配对"
        en "the certificate does not belong to the key of this machine"
    }
    authority_of_another() { zh "颁发机构不是注册码里的那一个" en "the authority is not that of the code" }
    no_such_broker(url) {
        zh "消息服务器 {url} 不是 `mqtts://` 地址；请改中心端的 `enroll.broker_url`"
        en "the broker {url} is no mqtts:// address; correct enroll.broker_url at the hub"
    }
    about_overlay(config) {
        zh "由 `hanqing enroll` 写入，覆盖 `{config}` 里的同名设置"
        en "written by hanqing enroll; it overrides the same settings of {config}"
    }
    enrolled(gateway, broker) {
        zh "网关 {gateway} 已有证书，消息服务器 {broker}"
        en "{gateway} has its certificate; its broker is {broker}"
    }
    written(path) { zh "已写入 {path}" en "wrote {path}" }
    changed(path) { zh "已改写 {path}" en "changed {path}" }
    kept(path) { zh "{path} 已经有了，没有改" en "left {path} as it was" }
    removed(path) { zh "已删除原来的 {path}" en "removed the old {path}" }
    key_is_yours(path) {
        zh "{path} 只有当前用户能读：守护进程用别的用户运行时，请 `chgrp` 并 `chmod 640`"
        en "only you can read {path}: where the daemon runs as another user, chgrp it and chmod 640"
    }
    start_or_reload() {
        zh "让网关换用：`systemctl reload-or-restart hanqing-edge`；没有运行的由此启动，运行中的不丢读数"
        en "Let the gateway take it up: systemctl reload-or-restart hanqing-edge. That starts one that does not run, and a running \
            one loses no reading"
    }
    make_configuration(gateway, config) {
        zh "还没有配置，接着建立：`hanqing init edge --gateway {gateway} --out {config}`"
        en "There is no configuration yet; make it next: hanqing init edge --gateway {gateway} --out {config}"
    }
}
