//! What the check of a configuration says of encodings, places of files, lines, and files that belong together.

messages! { "check";
    // Encodings and full-width characters.
    no_utf8_but(encoding) {
        zh "从这里起不是 UTF-8 文字，文件像是 {encoding} 编码"
        en "is no UTF-8 text from here on; the file seems to be {encoding}"
    }
    is_in(encoding) { zh "文件是 {encoding} 编码，应为 UTF-8" en "the file is {encoding}, and should be UTF-8" }
    save_as_utf8() {
        zh "用编辑器另存为 UTF-8（记事本：另存为，编码选 `UTF-8`）"
        en "save it as UTF-8 (Notepad: Save as, encoding UTF-8)"
    }
    full_width(found) { zh "`{found}` 是全角字符" en "{found} is a full-width character" }
    type_half(half) {
        zh "换成半角的 `{half}`；文件的其余部分还没有检查"
        en "type {half} instead; the rest of the file has not been checked"
    }
    and_in_lines(hint, lines) {
        zh "{hint}；还有全角字符的行：{lines}"
        en "{hint}; other lines with full-width characters: {lines}"
    }
    wide_space() { zh "这里有一个全角空格" en "there is a full-width space here" }
    type_space() {
        zh "换成半角空格；文件的其余部分还没有检查"
        en "type an ordinary space instead; the rest of the file has not been checked"
    }

    // Slips of typing.
    unseen(code) {
        zh "这里有一个看不见的字符（`U+{code}`）"
        en "there is a character here that cannot be seen (U+{code})"
    }
    retype() {
        zh "删掉它，或重新打一遍这一行；文件的其余部分还没有检查"
        en "delete it, or type this line anew; the rest of the file has not been checked"
    }
    comma_for_point() { zh "小数点写成了逗号" en "has a comma for its decimal point" }
    write_point(number) {
        zh "写成 `{number}`；文件的其余部分还没有检查"
        en "write {number}; the rest of the file has not been checked"
    }
    comma_in_number() { zh "数里不能有逗号" en "has a comma in a number" }
    write_either(whole, point) {
        zh "写成 `{whole}`；逗号是小数点就写 `{point}`；文件的其余部分还没有检查"
        en "write {whole}, or {point} where the comma is its decimal point; the rest of the file has not been checked"
    }
    unit_behind(found) { zh "数的后面有 `{found}`" en "has {found} behind a number" }
    number_alone() {
        zh "只写数，单位按设置项的；文件的其余部分还没有检查"
        en "write the number without it, in the unit of the setting; the rest of the file has not been checked"
    }
    hexadecimal_begins() { zh "十六进制数要用 `0x` 开头" en "is a hexadecimal number without 0x" }
    no_truth(found) { zh "{found} 不是真假值" en "{found} is no truth value" }
    true_or_false(word) {
        zh "写 `{word}`；文件的其余部分还没有检查"
        en "write {word}; the rest of the file has not been checked"
    }
    stands_already(key, line) {
        zh "{key} 在第 {line} 行已经有了"
        en "{key} stands in line {line} already"
    }
    twice_in_line(key) { zh "{key} 在这一行里写了两次" en "{key} stands twice in this line" }
    keep_one() {
        zh "删掉一个；文件的其余部分还没有检查"
        en "remove one of the two; the rest of the file has not been checked"
    }
    put_together(table) {
        zh "两段合成一段 `{table}`；文件的其余部分还没有检查"
        en "put both below one {table}; the rest of the file has not been checked"
    }
    behind_its_part(part, line) {
        zh "它的 {part} 已经在第 {line} 行，写在它前面了"
        en "comes behind {part}, its part, in line {line}"
    }
    whole_before_part(whole, line) {
        zh "把 {whole} 移到第 {line} 行之前；文件的其余部分还没有检查"
        en "move {whole} above line {line}; the rest of the file has not been checked"
    }
    one_bracket_before(line) {
        zh "第 {line} 行只写了一层方括号"
        en "line {line} has it with one bracket"
    }
    two_brackets(table) {
        zh "两处都写 `{table}`；文件的其余部分还没有检查"
        en "write {table} in both places; the rest of the file has not been checked"
    }
    foreign_comment() { zh "注释不是用 `//` 开头" en "a comment does not begin with //" }
    comment_sign() {
        zh "用 `#` 开头；文件的其余部分还没有检查"
        en "begin it with #; the rest of the file has not been checked"
    }
    semicolon() { zh "多了一个 `;`" en "there is a ; too many" }
    remove_it_here() {
        zh "删掉；文件的其余部分还没有检查"
        en "remove it; the rest of the file has not been checked"
    }
    no_value_here() { zh "等号后面没有值" en "has no value after the =" }
    lone_return() {
        zh "行尾只有回车符（旧 `Mac` 的格式），整个文件成了一行"
        en "its lines end with a carriage return alone (old Mac), so that the file is one line"
    }
    save_with_newlines() {
        zh "用编辑器另存，换行符选 `LF`"
        en "save it with LF as the end of line"
    }
    too_many_digits() {
        zh "数太大，存不下"
        en "is larger than any number that can be kept"
    }
    fewer_digits() {
        zh "改正；文件的其余部分还没有检查"
        en "correct it; the rest of the file has not been checked"
    }

    // How tables and lists are written.
    write_double(list) {
        zh "写成两层方括号：`[[{list}]]`"
        en "write it with two brackets: [[{list}]]"
    }
    write_so(form) { zh "写成 `{form}`" en "write {form}" }
    add_so(form) { zh "在文件开头加上 `{form}`" en "add {form} at the top of the file" }
    add_table(table, line) {
        zh "加上 `[{table}]`，下面写 `{line}`"
        en "add [{table}] and below it {line}"
    }
    a_device_each() {
        zh "一台设备一个站号：每台写一段 `[[bus.device]]`"
        en "each device has a unit of its own: write a [[bus.device]] for each"
    }
    device_of_bus() {
        zh "写成 `[[bus.device]]`，放在它那条总线的 `[[bus]]` 下面"
        en "write [[bus.device]], below the [[bus]] that it is on"
    }
    belongs_at_top() {
        zh "它写在文件的最上面，第一个 [ ] 之前"
        en "it stands at the top of the file, above the first [table]"
    }
    belongs_to_device() {
        zh "写在设备下面：`[[bus.device]]` 里"
        en "it belongs to a device: write it below [[bus.device]]"
    }
    no_parameters() {
        zh "空的列表什么也不读"
        en "is empty: nothing would be read"
    }
    leave_out_for_all() {
        zh "要读全部参数就删掉这一行，否则写明要读的"
        en "leave the line out to read all, or name what is to be read"
    }
    tilde() { zh "`~` 不会换成用户的主目录" en "~ does not stand for a home directory here" }
    whole_path() { zh "写完整的路径，如 `/home/pi/…`" en "write the whole path, such as /home/pi/..." }
    id_not_file(id) {
        zh "这里写型号 `{id}`，不写文件名；自己的型号文件所在的目录写在 `devices_dir`"
        en "write the id, `{id}`, and not a file; the directory of own profiles is given as `devices_dir`"
    }
    list_profiles() {
        zh "用 `hanqing profile list` 列出"
        en "`hanqing profile list` lists them"
    }

    // Settings from outside the files.
    sets_nothing(name, meant) {
        zh "环境变量 {name} 不起作用：应写成 {meant}，两个下划线"
        en "environment variable {name} sets nothing; {meant}, with two underscores, does"
    }
    no_such_element(list, count) {
        zh "`{list}` 里没有这一个：共 {count} 个，从 0 数起"
        en "{list} has no such element; it has {count}, counted from 0"
    }
    is_a_list(list) { zh "`{list}` 是列表" en "{list} is a list" }
    say_which(list, rest) {
        zh "写明是第几个，从 0 数起：`{list}.0.{rest}`"
        en "say which element, counted from 0: {list}.0.{rest}"
    }
    is_a_value(key) { zh "`{key}` 是单个值，里面没有设置项" en "{key} is a value and has no keys" }
    set_needs_layers() {
        zh "`--set` 只用于网关和中心端的配置，给出的文件里没有"
        en "--set is for the file of a gateway or a hub, and none is given"
    }

    // Lines.
    not_a_speed() { zh "不是串口的标准速率" en "is no standard speed of a serial line" }
    same_line(first, other) {
        zh "与 `bus[{first}]` 的 {other} 是同一条线路：一条线路只能由一个任务使用"
        en "is the same line as {other} of bus[{first}]: one task owns a line"
    }

    no_port() { zh "不是串口设备" en "is no serial port" }
    beats_as_registration() {
        zh "与注册包相同或开头相同：别的 DTU 发来的心跳会被当成这台的注册包"
        en "is the registration, or begins alike: the heartbeat of another terminal would be taken for the registration of this one"
    }
    other_heartbeat() {
        zh "在 DTU 里把两者设成不同的内容"
        en "set the two differently in the terminal"
    }
    listen_overlaps(other, first) {
        zh "与 `{first}` 的 {other} 重叠：同一端口只能有一个监听"
        en "overlaps {other} of {first}: a port is listened at once"
    }
    listen_alike() {
        zh "两处写成一样的地址，或换一个端口"
        en "write the same address in both places, or take another port"
    }
    listen_elsewhere() { zh "换一个端口" en "take another port" }

    // Where files lie.
    folder_missing(folder) { zh "目录 {folder} 不存在" en "its directory {folder} does not exist" }
    make_folder(folder) { zh "先建好：`mkdir -p {folder}`" en "make it: mkdir -p {folder}" }
    no_folder(folder) { zh "{folder} 不是目录" en "{folder} is no directory" }
    folder_not_writable(folder) {
        zh "本用户不能在目录 {folder} 里写文件"
        en "this user cannot write to its directory {folder}"
    }
    let_user_write() {
        zh "换一个目录，或用 `chown` 把它交给运行本程序的用户"
        en "give another directory, or let the user that runs this write there (chown)"
    }
    no_disk(folder) {
        zh "{folder} 属于系统内核，存不了文件"
        en "{folder} belongs to the kernel and keeps no files"
    }
    no_socket() {
        zh "已有这个文件，但不是套接字"
        en "is there already, and is no socket"
    }
    is_a_folder() { zh "是目录，不是文件" en "is a directory, not a file" }
    file_not_writable() { zh "本用户不能读写这个文件" en "this user cannot read and write this file" }
    as_its_owner() {
        zh "用文件的属主运行，或用 `chown` 改属主"
        en "run as the owner of the file, or change its owner (chown)"
    }
    folder_of_service(key, folder) {
        zh "{key}：目录 {folder} 不存在，或本用户不能写。安装包的服务启动时会建好；手工运行要先执行 `install -d -o 用户 {folder}`，否则起不来"
        en "{key}: the directory {folder} is not there, or this user cannot write to it. The packaged service makes it when it starts; by hand \
            nothing runs before `install -d -o USER {folder}`"
    }
    more_than_disk(whole) {
        zh "比整个磁盘还大：磁盘共 {whole} MiB，读数会全部丢弃"
        en "is more than the whole disk, which has {whole} MiB: all readings would be dropped"
    }
    less_than_disk(free) {
        zh "写得小一些，现在空闲 {free} MiB；不写即为 64"
        en "give less, {free} MiB are free now; leave it out for 64"
    }
    less_free(least, free) {
        zh "`spool.free_min_mb = {least}`：磁盘现在只空闲 {free} MiB，本地缓存一开始就不能增大，读数会抽稀、丢弃；\
            请腾出空间，或写得小一些"
        en "spool.free_min_mb = {least}: only {free} MiB are free on its disk now, so the spool does not grow and readings are \
            thinned and dropped; make room, or give less"
    }
    spool_beyond_disk(most, whole) {
        zh "`spool.size_max_mb = {most}`：磁盘共只有 {whole} MiB，放不下这么多"
        en "spool.size_max_mb = {most}: its disk has {whole} MiB and cannot hold that"
    }
    township_missing(path) {
        zh "`township`：没有 {path} 这个文件，`hanqing hub` 起不来（只接收读数的 `--ingest-only` 用不到它）"
        en "township: there is no file {path}, so `hanqing hub` does not start (with --ingest-only it does without it)"
    }
    file_of_root(key, path, folder) {
        zh "{key}：{path} 属于 `root`，而目录 {folder} 不是，服务写不了这个文件；请执行 `chown --reference={folder} {path}*`"
        en "{key}: {path} belongs to root and its directory {folder} does not, so the service cannot write it; \
            chown --reference={folder} {path}*"
    }

    // Certificates.
    certificate_of_another(name, gateway) {
        zh "是 {name} 的证书，而本网关是 {gateway}：消息服务器会丢弃它发的数据"
        en "is the certificate of {name}, and this gateway is {gateway}: the broker drops what it sends"
    }
    user_of_another(user, gateway) {
        zh "`mqtt.user = {user}` 与网关名称 {gateway} 不同：消息服务器若按用户名限定主题，会丢弃它发的数据"
        en "mqtt.user = {user} is not the gateway, {gateway}: a broker that lets each user write to its own topics drops what \
            it sends"
    }
    password_in_file() {
        zh "密码写进一个文件，这里写 `password_file = \"mqtt.password\"`"
        en "write the password into a file, and here password_file = \"mqtt.password\""
    }
    own_certificate() {
        zh "换成本网关的证书，或改正 `gateway`"
        en "use the certificate of this gateway, or correct `gateway`"
    }

    // Device profiles.
    profile_not_used(problem) {
        zh "{problem}（没有设备用这个型号文件，网关照常运行）"
        en "{problem} (no device uses this profile, so the gateway runs all the same)"
    }

    // Gateways and a township together.
    unknown_station(township) { zh "{township} 里没有这个测站" en "is no station of {township}" }
    correct_or_add(township) {
        zh "改正，或在 {township} 里加上这个测站"
        en "correct it, or add the station to {township}"
    }
    of_other_gateway(gateway, township) {
        zh "{township} 规定由网关 {gateway} 采集它，别的网关发来的中心端不收"
        en "is read by gateway {gateway} in {township}: the hub takes it from no other"
    }
    correct_station_or_gateway(township) {
        zh "改正 `station`，或改 {township} 里这个测站的 `gateway`"
        en "correct the station, or its gateway in {township}"
    }
    fed_by_both(series, place, file) {
        zh "{series} 已由 {file} 的 `{place}` 观测：两台网关的读数会混在一起"
        en "{series} is observed by {place} of {file} already: the readings of two gateways would mix"
    }
    one_gateway_a_series() {
        zh "一个序列只由一台网关采集：改正 `station`，或在 `parameters` 里写明各读什么"
        en "a series has one gateway: correct the station, or name in `parameters` what each reads"
    }
    gateway_taken(file) { zh "与 {file} 的 `gateway` 相同" en "is the gateway of {file} already" }
    gateway_of_its_own() { zh "每台网关的名称要不同" en "give each gateway a name of its own" }
    odd_parameter(edge, device, parameter, kind) {
        zh "{edge}：{device}读取{parameter}，而这个测站登记为{kind}，这项读数没有用处；请核对 `station`"
        en "{edge}: {device} reads {parameter}, but the township has it as a {kind}, where this is of no use; is the station right?"
    }

    // The command.
    output_lost(why) { zh "结果写不出去：{why}" en "the output could not be written: {why}" }
}
