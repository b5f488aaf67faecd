//! Configurations that the office pushes to gateways.

messages! { "pushed";
    // What is wrong with a message.
    too_long(bytes, most) {
        zh "一项的名称有 {bytes} 字节，最多 {most} 字节"
        en "a name of {bytes} bytes is longer than the {most} allowed"
    }
    too_large(bytes, most) {
        zh "下发的配置有 {bytes} 字节，超过上限 {most} 字节"
        en "a pushed configuration of {bytes} bytes is larger than the {most} allowed"
    }
    control_characters() { zh "名称里有控制字符" en "a name has control characters" }
    not_a_setting(key) {
        zh "{key}：值应为真假、数字、文字，或它们的列表"
        en "{key}: a value is a truth value, a number, a text, or a list of such"
    }
    no_signature() { zh "签名应为 128 位十六进制数字" en "a signature has 128 hexadecimal digits" }

    // Why a gateway does not believe a message.
    unreadable(why) { zh "下发的配置无法解读：{why}" en "a pushed configuration cannot be read: {why}" }
    forged() {
        zh "下发的配置没有可信的签名：签名的密钥不在 `remote.public_key_file` 里"
        en "a pushed configuration has no signature by a key in remote.public_key_file"
    }
    for_another(gateway) {
        zh "下发的配置是给 {gateway} 的"
        en "a pushed configuration is for {gateway}"
    }
    overtaken(number, highest) {
        zh "下发的配置编号 {number} 不比已经见过的 {highest} 大：是旧的，或有人重放"
        en "a pushed configuration with the number {number} is not above {highest}, which has been seen: it is old, or replayed"
    }
    closed(why) {
        zh "{why}；不使用也不接收下发的配置"
        en "{why}; no pushed configuration is used or taken"
    }

    // Why a configuration of the office's own is refused or taken back.
    not_allowed(key) {
        zh "{key}：网关的 `remote.allow` 不允许下发这一项"
        en "{key}: remote.allow of the gateway does not let this be pushed"
    }
    no_such_place(key) {
        zh "{key}：网关的配置里没有这一项的位置；总线写名称，设备写站号"
        en "{key}: the gateway's configuration has no such place; name a bus by its name and a device by its unit"
    }
    is_a_group(key) {
        zh "{key}：这是一组设置，要写到其中一项"
        en "{key}: this is a group of settings; name one in it"
    }
    file_changed() {
        zh "网关自己的文件改过，还没有重新加载（或改错了）：先在网关上重新加载，再下发"
        en "the gateway's own file was changed and is not reloaded, or is wrong: reload it at the gateway first, then push again"
    }
    needs_disk() {
        zh "本地缓存写不进磁盘，这时不试用新配置；请稍后再下发"
        en "the spool cannot be written now, and nothing is tried meanwhile; push it again later"
    }
    needs_clock() {
        zh "网关还不知道准确时间，读数先留着不发，中心端确认不了新配置；请在校时之后再下发"
        en "the gateway does not know the time, and its readings wait for that: the hub could confirm nothing; push it again once the clock is set"
    }
    not_written(why) { zh "状态写不进磁盘：{why}" en "the state cannot be written: {why}" }
    ended_on_trial() {
        zh "试用期间网关停过或断过电，已退回原来的配置"
        en "the gateway ended or lost its power while this was on trial, and has gone back"
    }
    reloaded_on_trial() {
        zh "试用期间有人在网关上重新加载了配置，已退回"
        en "somebody has reloaded the configuration at the gateway while this was on trial"
    }
    overtaken_on_trial() {
        zh "试用期间又来了新的下发配置"
        en "another configuration was pushed while this was on trial"
    }
    not_confirmed(seconds) {
        zh "中心端没有在 {seconds} 秒内确认，已退回原来的配置"
        en "the hub has not confirmed it within {seconds} s, and the gateway has gone back"
    }
    silent_buses(buses) {
        zh "以前有读数的总线没有读数：{buses}"
        en "buses that gave values before gave none: {buses}"
    }
    hub_has_not_acknowledged() {
        zh "中心端没有确认试用期间的读数"
        en "the hub has not acknowledged readings that were made with it"
    }

    // `[remote]`.
    no_pattern() {
        zh "不是设置项的模式，例如 `bus.*.interval_s`"
        en "is no pattern of settings such as bus.*.interval_s"
    }
    pattern_too_wide() { zh "第一段要写明，不能是 `*`" en "names its first part: that is no *" }
    never_pushed() {
        zh "这一项永远不能下发：网关的身份、密钥、文件、时钟和信任谁，只能在网关上改"
        en "can never be pushed: who the gateway is, keys, files, its clock, and whom it believes are changed at the gateway only"
    }
    allows_nothing() {
        zh "网关没有这样的设置项，什么也不能由它下发"
        en "is no setting of a gateway, and allows nothing"
    }
    allows_a_group() {
        zh "这是一组设置，不是其中一项，什么也不能由它下发"
        en "is a group of settings and none of them, and allows nothing"
    }
    one_in_group(group, names) {
        zh "写到其中一项，`{group}.` 后接：{names}"
        en "name one in it, `{group}.` and one of {names}"
    }
    leave_pattern_out() { zh "删去它" en "leave it out" }
    needs_hub() {
        zh "没有中心端就没有谁来确认下发的配置"
        en "without a hub nobody confirms a pushed configuration"
    }
    hub_or_no_remote() {
        zh "设 `confirm = \"hub\"`，或删去 `[remote]`"
        en "set confirm = \"hub\", or remove [remote]"
    }
    keys_too_large(most) { zh "文件超过 {most} 字节" en "the file is larger than {most} bytes" }
    no_public_key(line) {
        zh "第 {line} 行不是公钥：每行一个，`ed25519:` 后接 64 位十六进制数字"
        en "line {line} is no public key: one a line, ed25519: and 64 hexadecimal digits"
    }
    no_keys() { zh "文件里没有公钥" en "there is no public key in the file" }
    too_many_keys(count, most) {
        zh "有 {count} 个公钥，最多 {most} 个"
        en "there are {count} public keys, at most {most}"
    }
    no_remote(why) {
        zh "`remote.public_key_file` 用不了（{why}）：网关照常运行，不接收下发的配置"
        en "remote.public_key_file cannot be used ({why}): the gateway runs, and takes no pushed configuration"
    }
    unfit(number, why) {
        zh "下发的配置 {number} 与网关自己的文件不再相合，没有使用：{why}"
        en "pushed configuration {number} does not fit the gateway's own file any more and is not used: {why}"
    }

    // The state on the disk.
    state_too_large(bytes, most) {
        zh "要写 {bytes} 字节，最多 {most} 字节"
        en "it would have {bytes} bytes, at most {most}"
    }
    file_unreadable(path, why) { zh "{path} 读写不了：{why}" en "{path} cannot be read or written: {why}" }
    file_damaged(path, problem) {
        zh "{path} 已损坏（{problem}）：用 `hanqing push drop` 重新开始"
        en "{path} is damaged ({problem}): begin anew with hanqing push drop"
    }
    file_too_large(most) { zh "超过 {most} 字节" en "it is larger than {most} bytes" }
    other_version() { zh "是别的版本写的" en "another version has written it" }

    // `hanqing status` and `hanqing push`.
    step_on_trial() { zh "试用中" en "on trial" }
    step_kept() { zh "已保留" en "kept" }
    step_rolled_back() { zh "已退回" en "rolled back" }
    step_refused() { zh "已拒绝" en "refused" }
    step_dropped() { zh "已在网关上撤下" en "dropped at the gateway" }
    in_force(number, by, at, keys) {
        zh "使用下发的配置 {number}（{by}，{at} 起）：{keys}"
        en "pushed configuration {number} by {by} is in force since {at}: {keys}"
    }
    no_keys_pushed() { zh "没有任何设置" en "no settings" }
    none_in_force() { zh "没有使用下发的配置" en "no pushed configuration is in force" }
    last(number, step, at) {
        zh "最近下发的配置 {number}：{step}（{at}）"
        en "the configuration pushed last, {number}: {step} ({at})"
    }
    unbelieved(count, why) {
        zh "启动以来有 {count} 条下发的配置不可信；最近一条：{why}"
        en "{count} pushed configurations were not believed since the start; the last one: {why}"
    }

    // The page of the gateways.
    pushed_settings() { zh "下发的配置" en "pushed settings" }
    number_in_force(number) { zh "使用编号 {number}" en "{number} is in force" }
    last_is(number, step) { zh "最近的 {number} {step}" en "the last one, {number}, is {step}" }
    not_believed() { zh "不可信的下发消息" en "pushed messages not believed since its start" }

    // `[push]`.
    login_of_its_own() {
        zh "应是消息服务器上另一个名称：与中心端同名，下发时会把中心端挤下线"
        en "must be another name at the broker than the hub's: with that, whoever pushes throws the hub out"
    }
    such_as_hanqing_push() { zh "如 `hanqing-push`" en "such as hanqing-push" }
    needs_login() {
        zh "中心端在消息服务器上有账号：给下发另设一个，写进 `hub.toml` 的 `[push]`（`name = \"hanqing-push\"`），否则会把中心端挤下线"
        en "the hub has a login at the broker: give pushing one of its own in hub.toml, [push] with name = \"hanqing-push\", or it would throw the hub out"
    }

    // `hanqing push`, at the office.
    cannot_make_key() { zh "生成不了密钥：系统没有给出随机数" en "no key could be made: the system gives no random numbers" }
    key_exists(path) {
        zh "{path} 已经存在，没有覆盖：换个文件名"
        en "{path} is there already and is not overwritten: take another name"
    }
    cannot_write(path, why) { zh "{path} 写不了：{why}" en "{path} cannot be written: {why}" }
    key_made(path, public) {
        zh "私钥在 {path}，只有当前用户能读；公钥在 {public}："
        en "The private key is in {path}, for this user only; the public key in {public}:"
    }
    key_to_gateways() {
        zh "把公钥文件拷到各网关，写进 `edge.toml` 的 `[remote] public_key_file`。私钥不要离开这台机器。"
        en "Copy the public key to the gateways and name it in edge.toml, [remote] public_key_file. Keep the private key where it is."
    }
    cannot_read_key(path, why) { zh "私钥 {path} 读不了：{why}" en "the private key {path} cannot be read: {why}" }
    no_private_key(path) {
        zh "{path} 不是 Ed25519 私钥（`PKCS #8`，PEM）：用 `hanqing push key` 生成"
        en "{path} is no private key for Ed25519 (PKCS #8 in PEM): make one with hanqing push key"
    }
    key_is_open(path) {
        zh "别的用户能读私钥 {path}：先 `chmod 600`"
        en "other users can read the private key {path}: chmod 600 first"
    }
    nothing_to_push() {
        zh "要写 `--set KEY=VALUE`；要退回网关自己的文件，写 `--none`"
        en "give --set KEY=VALUE; --none goes back to the gateway's own file"
    }
    no_value(key) {
        zh "{key}：值应为真假、数字、文字，或它们的列表"
        en "{key}: a value is a truth value, a number, a text, or a list of such"
    }
    secret_in_address(key) {
        zh "{key}：地址里有密码，会明文留在消息服务器上：密码只能放在网关的 `password_file` 里"
        en "{key}: the address has a password in it, which the broker would keep for all to read: passwords are in the gateway's password_file only"
    }
    no_key(key) {
        zh "{key} 不是设置项的路径，例如 `bus.pumps.interval_s`"
        en "{key} is not the path of a setting such as bus.pumps.interval_s"
    }
    never(key) {
        zh "{key} 永远不能下发，没有网关会接受"
        en "{key} can never be pushed, and no gateway takes it"
    }
    number_far_ahead(number) {
        zh "网关说见过编号 {number}，比现在大一年以上：先查清网关或这台机器的时钟"
        en "the gateway says that it has seen the number {number}, more than a year ahead of now: look at its clock and this machine's first"
    }
    too_much(bytes, most) {
        zh "签名后的配置有 {bytes} 字节，最多 {most} 字节：少写几项"
        en "the signed configuration has {bytes} bytes, at most {most}: push fewer settings"
    }
    sent(number, gateway) {
        zh "配置 {number} 已交给 {gateway} 的消息服务器，等待网关回答"
        en "configuration {number} for {gateway} is at the broker; waiting for the gateway"
    }
    sent_and_left(number, gateway) {
        zh "配置 {number} 已交给消息服务器；{gateway} 连上后会取"
        en "configuration {number} is at the broker; {gateway} takes it when it connects"
    }
    nobody_listens(gateway) {
        zh "{gateway} 现在没有在等下发的配置：没有连上，或没有 `[remote]`"
        en "{gateway} does not listen for configurations now: it is not connected, or has no [remote]"
    }
    refused_by_broker(topic, code) {
        zh "消息服务器拒绝写 {topic}（代码 {code}）：给中心端这个用户写的权限"
        en "the broker refuses {topic} with code {code}: let the hub's user write it"
    }
    no_answer(seconds) {
        zh "{seconds} 秒内没有回答；消息留在服务器上，网关连上后会取。用 `hanqing push list` 看结果"
        en "no answer within {seconds} s; the message stays at the broker, and the gateway takes it when it connects. See hanqing push list"
    }
    unbelieved_now(gateway, why) {
        zh "{gateway} 收到一条不可信的消息：{why}"
        en "{gateway} has got a message that it does not believe: {why}"
    }
    not_taken(number) {
        zh "网关没有采用 {number}，自己也不会再采用：请先排除它说的原因，再重新下发。如果是它不认得这个密钥：换用它认得的密钥，或把这个密钥的\
            公钥（`push key` 写的 `.pub`）加进网关的 `remote.public_key_file` 并重新加载网关"
        en "the gateway has not taken {number} and will not by itself: mend what it names and push again. If it does not know the \
            key, take one that it knows, or add the public key (the .pub that push key wrote) to remote.public_key_file at the \
            gateway and reload it"
    }
    outcome(gateway, number, step) { zh "{gateway}：{number} {step}" en "{gateway}: {number} {step}" }
    no_states() {
        zh "没有网关接收下发的配置"
        en "no gateway takes pushed configurations"
    }
    not_used(number) { zh "{number}（没有使用）" en "{number} (not used)" }
    head_gateway() { zh "网关" en "gateway" }
    head_in_force() { zh "使用中" en "in force" }
    head_keys() { zh "设置" en "settings" }
    head_last() { zh "最近" en "last" }
    head_result() { zh "结果" en "result" }
    head_said() { zh "说于" en "said" }
    head_refused() { zh "不可信" en "not believed" }

    // `hanqing push drop`, at the gateway.
    nothing_pushed(path) {
        zh "没有下发过配置：{path} 不存在"
        en "nothing was ever pushed: there is no {path}"
    }
    nothing_in_force() { zh "现在没有使用下发的配置" en "no pushed configuration is in force" }
    not_kept(number, kept) {
        zh "没有保留编号 {number}；有 {kept}"
        en "{number} is not kept; these are: {kept}"
    }
    drop_asked() {
        zh "已记下。网关在下次启动或重新加载时照办：`systemctl reload hanqing-edge`"
        en "noted. The gateway does it when it next starts or reloads: systemctl reload hanqing-edge"
    }
}
