//! The time-series store.

messages! { "store";
    // The file.
    cannot_open(path) {
        zh "打不开数据库 {path}（所在目录必须存在，并且可写）"
        en "cannot open the store {path} (its directory must exist and be writable)"
    }
    cannot_open_missing(path) {
        zh "打不开数据库 {path}（还没有这个文件；`hanqing hub` 第一次启动时会建立，所在目录必须可写）"
        en "cannot open the store {path} (there is no such file yet: hanqing hub makes it at its first start, in a directory that it may write to)"
    }
    cannot_open_damaged(path) {
        zh "数据库 {path} 打不开（请停止中心端，保留这个文件，再用 `hanqing restore` 恢复一个备份）"
        en "cannot open the store {path} (stop the hub, keep the file, and bring back a copy with hanqing restore)"
    }
    newer_layout(path, found, known) {
        zh "数据库 {path} 的结构版本是 {found}，本程序只认到 {known}；请换回写出它的版本，或停止中心端，用 `hanqing restore` 恢复更新前的备份（此后的读数，网关里还在的会重新发来）"
        en "the store {path} has layout {found}, this program knows {known}; install the version again that wrote it, or stop \
            the hub and bring back the backup of before the update with hanqing restore: gateways send again what came since, \
            as far as they still have it"
    }
    older_layout(path, found, known) {
        zh "数据库 {path} 的结构版本是 {found}，本程序用的是 {known}；请先让 `hanqing hub` 打开一次，它会升级这个文件"
        en "the store {path} has layout {found}, this program uses {known}; let hanqing hub open it once, which brings it up to date"
    }
    not_upgraded(path) {
        zh "数据库 {path} 没能升级到本版本的结构，文件仍是原样；磁盘满了就腾出空间（升级时最多另需约文件大小的一倍），再启动一次"
        en "the store {path} could not be brought into the layout of this version, and is as it was; where the disk is full, make \
            room (as much again as the file has is enough) and start again"
    }
    failed() { zh "数据库读写失败" en "the store failed" }
    unreadable(what) { zh "数据库里有读不懂的内容：{what}" en "the store holds what cannot be read: {what}" }
    damaged(path, found) {
        zh "数据库 {path} 已损坏：{found}；请停止中心端，保留这个文件，再用 `hanqing restore` 恢复一个备份"
        en "the store {path} is damaged: {found}; stop the hub, keep the file, and bring back a copy with hanqing restore"
    }
    foreign_triggers(names) {
        zh "里面有不是 `hanqing` 建的触发器或视图 {names}，会暗中改动读数"
        en "it holds triggers or views that hanqing did not make, which would change readings unseen: {names}"
    }
    copy_differs() { zh "副本的行数与原文件不同" en "the copy holds other rows than the original" }
    clock_cannot_be(now) {
        zh "本机时钟是 {now}，不可能；请校准时钟"
        en "this machine's clock says {now}, which cannot be; set it"
    }
    in_use(path) {
        zh "{path} 正在使用；请停止 `hanqing hub` 和所有在用它的命令，然后重试"
        en "{path} is in use; stop hanqing hub and every command that works on it, then repeat"
    }
    exchanged(path) {
        zh "数据库 {path}（或它旁边的 `-wal` 文件）在使用中被删除，或换成了另一个文件；刚写入的不算数，也没有确认。中心端会退出，再启动时使用那里现有的文件（没有就新建）；如果那不是要用的文件，请停止中心端，再用 `hanqing restore` 恢复一个备份。命令请重新运行"
        en "the store {path} (or the -wal file beside it) was deleted or exchanged for another file while it was in use; what \
            was written last does not count and is not acknowledged. A hub ends, and when it is started again it uses the file \
            that is there then, or a new one; where that is the wrong one, stop the hub and bring back a copy with hanqing \
            restore. A command is to be repeated"
    }
    closed() { zh "数据库已关闭" en "the store is closed" }
    being_replaced(path) {
        zh "正在用备份恢复 {path}；请等它完成"
        en "a restore is replacing {path}; wait until it is done"
    }
    used_by_hub(path) {
        zh "有 `hanqing hub` 或导入正在使用 {path}；请停止它，然后重试"
        en "a hanqing hub or import is using {path}; stop it, then repeat"
    }
    another_hub(path) {
        zh "另一个 `hanqing hub` 正在使用 {path}：一个文件只属于一个中心端；请停止那一个，或在 `store.path` 另写一个文件（有服务器时，每个中心端也各用各的文件）"
        en "another hanqing hub is running on {path}: one file has one hub; stop that one, or give this one a file of its own in store.path \
            (with a server, too, each hub has a file of its own)"
    }
    cannot_lock(path) {
        zh "无法锁定 {path}（所在目录必须存在，并且可写）"
        en "cannot lock {path} (its directory must exist and be writable)"
    }

    // What is in the file.
    zone_unknown(zone, why) { zh "时区 {zone}：{why}" en "zone {zone}: {why}" }
    zone_without_name() {
        zh "没有 IANA 名称的时区不能存"
        en "a time zone without an IANA name cannot be stored"
    }
    reading_vanished(series) { zh "序列 {series} 的一条读数不见了" en "a reading of {series} vanished" }
    bad_reading(series, ms, problem) { zh "{series} 在 {ms} 毫秒处：{problem}" en "{series} at {ms} ms: {problem}" }
    reason_unknown(reason) { zh "缺测原因 {reason}" en "reason {reason}" }
    neither_value_nor_reason() { zh "既没有值也没有缺测原因" en "neither value nor reason" }
    counter_state(why) { zh "计数器状态：{why}" en "counter state: {why}" }

    // Readings that cannot be stored.
    seq_too_large(seq, most) { zh "批号 {seq} 大于 {most}" en "seq {seq} is larger than {most}" }
    no_hour(index, at) {
        zh "`readings[{index}]`：{at} 所在的整点超出日历范围"
        en "readings[{index}]: no hour begins at or before {at}"
    }
    not_finite(value, series) {
        zh "{series} 的值 {value} 不是有限的数，不能存"
        en "{value} of {series} is not a finite number and cannot be stored"
    }
    purged(from) {
        zh "{from} 以前的原始读数已按 `store.keep_raw_months` 清除，只留小时值：这些读数来得太晚；这个时间不对时，见 \
            `hanqing retention`"
        en "raw readings before {from} have been purged (store.keep_raw_months) and only their hours are kept: these come \
            too late; where that time is wrong, see hanqing retention"
    }

    // Whose a station is.
    sent_readings(gateway) { zh "网关 {gateway} 却发来了它的读数" en "{gateway} has sent readings of it" }
    named_in_birth(gateway) { zh "网关 {gateway} 却申报了它" en "{gateway} has named it in its birth" }
    pinned_to(station, owner, since, spoke, gateway) {
        zh "测站 {station} 属于网关 {owner}（{since} 绑定），{spoke}。如果测站已移交，请运行 `hanqing gateway pin {station} {gateway}`"
        en "{station} belongs to {owner} (pinned {since}); {spoke}. If it was moved: hanqing gateway pin {station} {gateway}"
    }
    declared_for(station, owner, spoke) {
        zh "测站 {station} 属于网关 {owner}（写在乡镇文件里），{spoke}。如果测站已移交，请改乡镇文件里这个测站的 `gateway`"
        en "{station} belongs to {owner} (declared in the township's file); {spoke}. If it was moved: change the station's \
            gateway in the township's file"
    }
    too_many_stations(gateway, most, station) {
        zh "网关 {gateway} 已绑定 {most} 个测站，{station} 不再自动绑定。如果确是它的，请运行 `hanqing gateway pin {station} {gateway}`"
        en "{gateway} has {most} stations already, {station} is not pinned to it. If it is one of its own: \
            hanqing gateway pin {station} {gateway}"
    }
    and_more_stations(problem, more) {
        zh "{problem}。另有 {more} 个测站也是这样"
        en "{problem}. Further stations of which this holds: {more}"
    }
    gateway_revoked(gateway, noted, since) {
        zh "网关 {gateway} 已在 {noted} 吊销（自 {since} 起的读数不计入）。如果是误会，请运行 `hanqing gateway reinstate {gateway}`"
        en "{gateway} was revoked on {noted} (readings since {since} are rejected). If that was a mistake: hanqing gateway \
            reinstate {gateway}"
    }
    several_speak_for(station, gateways) {
        zh "测站 {station} 有几个网关申报：{gateways}；请用 `hanqing gateway pin` 定下归谁"
        en "{station} is named in the births of {gateways}; settle it with hanqing gateway pin"
    }

    too_many_gateways(most) {
        zh "已有 {most} 个网关，不再接收新的网关"
        en "there are {most} gateways already, and no more are taken"
    }
    too_many_epochs(most) {
        zh "这个网关今天已用过 {most} 个缓存周期，不再接收新的"
        en "this gateway has sent of {most} spools today, and no more are taken"
    }
    too_many_ranges(most) {
        zh "这个网关到达的批号断成了 {most} 段，不再接收使它更碎的批"
        en "the numbers that have come of this gateway are in {most} pieces; batches that make one more are not taken"
    }
    too_many_series(most) {
        zh "这个网关已带来 {most} 个序列，不再接收新的"
        en "this gateway has brought in {most} series, and no more are taken"
    }
    hour_full(most) {
        zh "这个序列在这一小时内已有 {most} 个读数，不再接收新的"
        en "this series has {most} readings in this hour, and no more are taken"
    }
    instant_full(most) {
        zh "这个时刻的值已更改过 {most} 次，不再接收新的值"
        en "the value of this instant has been replaced {most} times, and is not replaced again"
    }
    history_full(most) {
        zh "这个网关已更改过 {most} 个值，不再接收更改"
        en "this gateway has replaced {most} values, and replaces no more"
    }

    // Corrections.
    correction_note() { zh "备注" en "note" }
    correction_wrong() { zh "错误" en "wrong" }
    correction_shift(by) { zh "平移 {by}" en "shifted by {by}" }
    correction_line(id, series, from, to, kind, reason, by, at) {
        zh "{id}. {series}，{from} 至 {to}：{kind}；{reason}（{by}，{at}）"
        en "{id}. {series}, {from} to {to}: {kind}; {reason} ({by}, {at})"
    }
    correction_line_withdrawn(line, at, reason, by) {
        zh "{line}；{at} 撤回：{reason}（{by}）"
        en "{line}; withdrawn {at}: {reason} ({by})"
    }
    correction_time_wrong(option, text) {
        zh "`--{option}` {text}：应为日期如 `2026-11-02`，或时间如 `2026-11-02T08:30`"
        en "--{option} {text}: must be a day such as 2026-11-02, or a time such as 2026-11-02T08:30"
    }
    corrections_none() { zh "没有更正" en "there are no corrections" }
    correction_entered(id) {
        zh "已登记第 {id} 条更正；小时值和日值已重算"
        en "entered as correction {id}; hours and days are made anew"
    }
    correction_ended(id) {
        zh "已撤回第 {id} 条更正；小时值和日值已重算"
        en "correction {id} is withdrawn; hours and days are made anew"
    }
    correction_unreadable(id) { zh "更正 {id}" en "correction {id}" }
    correction_without_span(from, to) {
        zh "更正的时段从 {from} 到 {to}，是空的：起点必须早于终点"
        en "the span of the correction, from {from} to {to}, is empty: it must begin before it ends"
    }
    correction_too_long(days) {
        zh "一条更正最长 {days} 天；更长的时段请分几条登记"
        en "a correction is about {days} days at most; enter several for a longer span"
    }
    correction_shifts_no_gauge(what) {
        zh "{what}不能平移：只有瞬时量（如水位）可以；读数不对时标为错误，换表请在台账登记"
        en "{what} cannot be shifted, only what is measured at an instant can, such as a level; mark wrong readings as wrong, and enter a \
            replaced meter in the ledger"
    }
    correction_shift_too_far(by, most, unit) {
        zh "平移 {by} {unit} 不可能：必须在 -{most} 到 {most} {unit} 之间"
        en "a shift by {by} {unit} cannot be: it lies between -{most} and {most} {unit}"
    }
    correction_shifts_nothing() {
        zh "平移量是 0，什么也不改；只想说明情况时，请登记为备注"
        en "a shift by 0 changes nothing; to say something of the readings, enter a note"
    }
    correction_without_reason() { zh "没有写原因" en "no reason is given" }
    correction_reason_long(length, most) {
        zh "原因有 {length} 个字，最多 {most} 个"
        en "the reason has {length} characters, {most} at most"
    }
    correction_without_person(most) {
        zh "没有写是谁登记的，或超过 {most} 个字"
        en "who enters it is not given, or in more than {most} characters"
    }
    correction_of_nothing(series) {
        zh "库里没有 {series} 的读数；请核对测站和参数"
        en "the store has no readings of {series}; see whether station and parameter are right"
    }
    correction_of_purged(day) {
        zh "这个时段的原始读数已按 `store.keep_raw_months` 清除，小时值不能再改；从 {day} 起的读数还在，请把起点改到那天或以后"
        en "raw readings of this span were let go of (store.keep_raw_months), and their hours can no longer change; readings are kept from \
            {day} on: begin there or later"
    }
    correction_twice(id) {
        zh "同样的更正已经登记过（第 {id} 条），而且还有效"
        en "the same correction is in force already, as number {id}"
    }
    corrections_of_series_full(most) {
        zh "这个序列有效的更正已有 {most} 条；请撤回一些，或把相邻的时段合成一条"
        en "this series has {most} corrections in force; withdraw some, or make one of neighbouring spans"
    }
    corrections_full(most) {
        zh "有效的更正已有 {most} 条，不再接收；请撤回一些"
        en "there are {most} corrections in force, and no more are taken; withdraw some"
    }
    corrections_full_for_ever(most) {
        zh "登记过的更正已有 {most} 条，不再接收"
        en "{most} corrections were entered, and no more are taken"
    }
    notes_of_series_full(most) {
        zh "这个序列有效的备注已有 {most} 条；请撤回一些，或把几条合成一条"
        en "this series has {most} notes in force; withdraw some, or make one of several"
    }
    notes_full(most) {
        zh "有效的备注已有 {most} 条，不再接收；请撤回一些"
        en "there are {most} notes in force, and no more are taken; withdraw some"
    }
    notes_full_for_ever(most) {
        zh "登记过的备注已有 {most} 条，不再接收"
        en "{most} notes were entered, and no more are taken"
    }
    correction_unknown(id) { zh "没有第 {id} 条更正" en "there is no correction {id}" }
    correction_withdrawn_before(id) { zh "第 {id} 条更正已经撤回过" en "correction {id} was withdrawn before" }
    correction_stays(id) {
        zh "第 {id} 条更正不能再撤回：它的时段里有原始读数已按 `store.keep_raw_months` 清除，小时值是按它算的"
        en "correction {id} can no longer be withdrawn: raw readings of its span were let go of (store.keep_raw_months), and their hours were \
            made with it"
    }

    // The server.
    server(url, problem) { zh "服务器 {url}：{problem}" en "the server {url}: {problem}" }
    bad_hub_name(name) {
        zh "{name} 不能作中心端的名称：只能用字母、数字、`-`、`_` 和 `.`"
        en "{name} is not a valid name of a hub: letters, digits, '-', '_' and '.'"
    }
    refuses_records(reason) {
        zh "它不接受随读数写入的记录：{reason}"
        en "it refuses the records that go with readings: {reason}"
    }
    refuses_many(most, reason) {
        zh "它一次拒收超过 {most} 个读数，第一个的原因：{reason}"
        en "it refuses more than {most} readings at once, the first with: {reason}"
    }
    org_and_bucket() { zh "`kind = \"influx\"` 必须写 `org` 和 `bucket`" en "org and bucket are required for kind influx" }
    no_such_bucket(said) {
        zh "404，没有这个存储桶（{said}）；请新建，或改正 `bucket`"
        en "404, there is no such bucket ({said}); create it, or correct bucket"
    }
    no_such_organisation(said) {
        zh "404，没有这个组织（{said}）；请改正 `org`"
        en "404, there is no such organisation ({said}); correct org"
    }
    nothing_at_path(said) {
        zh "这个地址不接收读数（{said}）；请改正 `url` 里的路径，并核对 `kind`"
        en "nothing takes readings at this address ({said}); correct the path in url, and see whether kind is right"
    }
    not_taken_but_answered(status) {
        zh "写入的应答（{status}）是别的程序的页面，读数没有存下；请改正 `url`，并核对 `kind`"
        en "it answers a write with a page of something else ({status}), and has stored nothing; correct url, and see whether \
            kind is right"
    }
    not_like_influx(why) {
        zh "它的应答不像 InfluxDB 2（{why}）；请改正 `url`，或写 `kind = \"victoria\"`"
        en "it does not answer like InfluxDB 2 ({why}); correct url, or set kind = \"victoria\""
    }
    not_like_victoria(why) {
        zh "它的应答不像 VictoriaMetrics（{why}）；请改正 `url`、`read_url`，或写 `kind = \"influx\"`"
        en "it does not answer like VictoriaMetrics ({why}); correct url or read_url, or set kind = \"influx\""
    }
    token_refused(said) {
        zh "401，令牌不被接受：{said}；请在 `token_file` 里换上服务器发的令牌"
        en "401, the token is not accepted: {said}; put the token that the server made into token_file"
    }
    may_not_write(said) {
        zh "403，令牌无权写入存储桶：{said}；请在服务器上给它写权限，或另建令牌"
        en "403, the token must not write to the bucket: {said}; let it write, or make another one on the server"
    }
    may_not_read(said) {
        zh "无权读取（{said}）：要靠读回确认读数已经存下；请允许读取 `/api/v1/export`"
        en "it does not let this hub read ({said}), which shows what it has stored; allow /api/v1/export"
    }
    bucket_not_readable(bucket) {
        zh "令牌只能写入，不能读取存储桶 {bucket}：页面和报告要读取它；请给它读权限，或用 `hanqing hub --ingest-only`"
        en "the token may write to the bucket {bucket} and not read it, as page and report must; let it read, or run \
            hanqing hub --ingest-only"
    }
    flush_too_long(interval, most) {
        zh "它的 `-inmemoryDataFlushInterval` 是 {interval}：网关等不了这么久，最多 {most} 秒"
        en "its -inmemoryDataFlushInterval is {interval}: gateways do not wait so long, {most} s at most"
    }
    started_anew() {
        zh "服务器重新启动过：它最后几秒收到的可能没有存下，由网关重发"
        en "the server was started anew: what it took in its last seconds may be gone, and gateways send it again"
    }
    not_kept(batches) {
        zh "它收下的 {batches} 批可能没有存下；请再运行一次，已经存下的不会重复"
        en "{batches} of the batches that it took may be gone; run the command again: what it has counts once"
    }
    keeps_both(old) {
        zh "服务器上这个时刻已有另一个值 {old}，而 VictoriaMetrics 不能更改已存的值；请在服务器上删除整个序列，再重新导入"
        en "the server has another value {old} for this instant, and VictoriaMetrics changes no value; delete the series \
            there and import all of it again"
    }
    not_shown() {
        zh "服务器收下了批，读回时却没有：请核对 `read_url`，并查看服务器的日志"
        en "the server takes batches and does not show them afterwards: see whether read_url is right, and look into its \
            log"
    }
    takes_and_shows(url) {
        zh "{url} 可以写入，也可以读取"
        en "{url} takes writes and lets this hub read"
    }
    takes_only(url) {
        zh "{url} 可以写入，不能读取：够 `hanqing hub --ingest-only` 用；页面和报告还要读取"
        en "{url} takes writes and does not let this hub read: enough for hanqing hub --ingest-only, not for page and \
            report"
    }
    acknowledged_after(what, seconds) {
        zh "{what}；它先放在内存里，{seconds} 秒后才确认读数已经存下"
        en "{what}; it keeps them in memory first, and gateways are told {seconds} s later that they are stored"
    }
    status_busy(status) { zh "服务器忙或暂时不能服务（{status}）" en "{status}" }
    status_fault(status) { zh "服务器内部出错（{status}）" en "{status}" }
    status_refused(status) { zh "服务器拒收（{status}）" en "{status}" }
    status_unauthorised(status) { zh "没有权限（{status}）" en "{status}" }
    status_other(status) { zh "服务器返回 {status}" en "{status}" }
    no_answer_within(seconds) { zh "{seconds} 秒内没有应答" en "no answer within {seconds} s" }
    no_answer_in_time() { zh "没有按时应答" en "no answer in time" }
    cut_off(why) { zh "应答中断：{why}" en "the answer was cut off: {why}" }
    line_too_long(bytes) { zh "应答中有一行超过 {bytes} 字节" en "a line of its answer is longer than {bytes} bytes" }
    torn_row() { zh "应答中有一行不完整" en "a row of its answer is incomplete" }
    connection_refused() {
        zh "对方拒绝连接；请检查服务器是否在运行，`url` 里的端口是否写对"
        en "connection refused; see whether it runs, and whether url has the right port"
    }
    certificate_unknown() {
        zh "服务器证书不是受信任的机构签发的；请在 `ca_file` 里写签发机构的证书"
        en "the server's certificate is of an unknown issuer; name the issuer's certificate in ca_file"
    }
    certificate_expired() {
        zh "服务器证书已过期；请在服务器上换新的，并检查本机的时钟"
        en "the server's certificate has expired; renew it on the server, and check this machine's clock"
    }
    certificate_not_yet() {
        zh "服务器证书还没有生效；检查本机的时钟"
        en "the server's certificate is not valid yet; check this machine's clock"
    }
    certificate_unusable(why) {
        zh "服务器证书不能用（{why}）；请在服务器上换新的"
        en "the server's certificate cannot be used ({why}); install another one on the server"
    }
    connection_reset() {
        zh "连接被断开，没有应答；请检查 `url` 里的端口是否写对，那里是不是这个服务器"
        en "the connection was reset; see whether url has the right port, and whether the server answers there"
    }
    certificate_of_authority() {
        zh "服务器用颁发机构的证书作自己的证书（`openssl req -x509` 不加选项就是这样）；请在服务器上换成非颁发机构的证书（签发时加 `-addext basicConstraints=CA:FALSE`）"
        en "the server uses the certificate of an authority as its own, as openssl req -x509 makes it; install one on the server \
            that is none (add -addext basicConstraints=CA:FALSE, or have it signed by an authority)"
    }
    tls_refused(why) { zh "服务器拒绝 TLS 连接（{why}）" en "the server refuses TLS ({why})" }
    not_tls() {
        zh "它的应答不是 TLS；`url` 是不是该写 `http`？"
        en "its answer is not TLS; should the URL begin with http?"
    }
    tls_in_common() {
        zh "服务器与本机没有共同的 TLS 版本或加密方式"
        en "the server has no version of TLS or no cipher in common with this machine"
    }
    certificate_of_other_name() {
        zh "服务器证书不是发给这个主机名的；请在 `url` 里写证书上的名称"
        en "the server's certificate is for another name; put the name that it is for into url"
    }
    closed_early() {
        zh "对方没有应答就关闭了连接；请检查 `url` 里的端口是否写对"
        en "the connection was closed without an answer; see whether url has the right port"
    }
    not_http(why) {
        zh "应答不合 HTTP 规定（{why}）；`url` 是不是该写 `https`？"
        en "its answer is not HTTP ({why}); should the URL begin with https?"
    }
    https_wanted() {
        zh "它只接受加密连接；`url` 应写 `https`"
        en "it takes encrypted connections only; the URL must begin with https"
    }
    broken_http(why) { zh "应答不合 HTTP 规定：{why}" en "{why}" }
    no_certificate() { zh "里面没有 PEM 证书" en "holds no certificate in PEM form" }
    ca_file(path, why) { zh "`ca_file` {path}：{why}" en "ca_file {path}: {why}" }
    token_file(path, why) { zh "`token_file` {path}：{why}" en "token_file {path}: {why}" }
    token_form() {
        zh "应只有一行，由字母、数字和符号组成"
        en "must hold one line of letters, digits and signs"
    }

    // The server's answers.
    answer_unusable(why) { zh "它的应答不能用：{why}" en "its answer cannot be used: {why}" }
    too_many_for_an_instant() { zh "同一时刻的读数太多" en "too many readings for one instant" }
    too_many_records(most, measurement) {
        zh "一周内 {measurement} 的记录超过 {most} 条；请在 `store.server.gateways` 列出本中心端的网关"
        en "more than {most} records of {measurement} in a week; list this hub's gateways in store.server.gateways"
    }
    cells_under_columns(cells, columns) {
        zh "一行有 {cells} 个单元格，列却有 {columns} 个"
        en "a row of {cells} cells under {columns} columns"
    }
    no_time(cell) { zh "{cell} 不是时间" en "{cell} is not a valid time" }
    no_number(cell) { zh "{cell} 不是数" en "{cell} is not a valid number" }
    row_without(columns) { zh "这一行没有 `_time` 或 `_value`：{columns}" en "a row without _time or _value: {columns}" }
    unexpected_series(name) { zh "意外的序列 {name}" en "an unexpected series {name}" }
    values_and_times(name) { zh "{name}：值和时间的个数不同" en "{name}: its numbers of values and of times differ" }

    left_out(readings, stations) {
        zh "服务器上有它的 {readings} 个读数没有计入：测站 {stations} 属于别的网关，或者它已吊销"
        en "{readings} readings of it on the server are left out: {stations} is another gateway's, or it is revoked"
    }

    // Times that a server drops silently.
    before_1970(at) { zh "{at}：服务器不保存 1970 年以前的读数" en "{at}: the server keeps nothing before 1970" }
    too_far_ahead(at) {
        zh "{at}：服务器不接受超前两天以上的读数"
        en "{at}: the server accepts nothing more than two days ahead"
    }
    beyond_retention(at, days) {
        zh "{at}：服务器只保存 {days} 天的读数（`-retentionPeriod`）"
        en "{at}: the server keeps readings for {days} days (-retentionPeriod)"
    }

    // The server's URL.
    url_without_scheme() {
        zh "没写协议：应为 https://host:port 或 http://host:port"
        en "no scheme: https://host:port or http://host:port"
    }
    url_scheme(scheme) { zh "不认识协议 {scheme}：应为 `https` 或 `http`" en "scheme {scheme} is unknown: https or http" }
    url_with_user() {
        zh "URL 里不能写用户名或密码：请用 `token_file`"
        en "a user or password in the URL: use token_file"
    }
    url_with_query() {
        zh "URL 里有查询参数或空格：只写主机、端口和路径"
        en "a query or a space: only host, port and path belong here"
    }
    url_without_host() { zh "没写主机" en "no host" }
    url_port(port) { zh "端口 {port}：应在 1 到 65535 之间" en "port {port}: 1 to 65535" }
    url_plaintext() {
        zh "没有加密，又离开本机：请用 HTTPS，或写 `allow_plaintext = true`，并接受读数可能被偷看和伪造"
        en "is not encrypted and leaves this machine: use https, or set allow_plaintext = true and accept that readings \
            can be read and forged"
    }
}
