//! The hub's configuration and the township's file.

messages! { "config_hub";
    // The hub.
    client_id() {
        zh "不写即为 `hanqing-hub`；第二个中心端要另起一个名称"
        en "leave it out for hanqing-hub; a second hub needs another"
    }
    name_of_hub(most) {
        zh "应为 1 到 {most} 个字符：`a-z`、`A-Z`、`0-9`、`-` 和 `_`"
        en "must be 1 to {most} of a-z, A-Z, 0-9, '-' and '_'"
    }
    no_directory() { zh "不是目录" en "is not a directory" }
    built_in_wording() { zh "不写即用自带的措辞" en "leave it out for the built-in wording" }
    built_in_rules() { zh "不写即用自带的规则" en "leave it out for the built-in rules" }
    give_file_itself() {
        zh "给出文件本身，没有时会新建"
        en "give the file itself; it is created where it does not exist"
    }
    is_the_store() { zh "已是数据库的文件" en "is the store's file already" }
    files_of_their_own() {
        zh "读数和台账各用各的文件，分别备份"
        en "readings and ledger are kept, and backed up, in files of their own"
    }
    keep_for_ever() {
        zh "不写即一直保留读数；小时值和日值总是保留"
        en "leave it out to keep readings for ever; hours and days stay in any case"
    }
    word_of_share() {
        zh "一起分担的中心端写同一个词，如 `hanqing`"
        en "the same word for all hubs that share the load, such as hanqing"
    }
    share_needs_server() {
        zh "需要服务器作数据库：一个文件只属于一个中心端"
        en "needs a server as store: one file has one hub"
    }
    add_server() { zh "加上 `[store.server]`，或不写 `share`" en "add [store.server], or leave out share" }
    no_broker_built_in() { zh "本程序没有编入消息服务器" en "this build carries no broker" }
    use_other_broker() {
        zh "改用外部的消息服务器并删掉 `[broker]`，或编译时加上 `--features demo`"
        en "use an external one and remove [broker], or build with --features demo"
    }
    page_not_encrypted() {
        zh "别的机器也能访问，页面要登录，但密码和内容在网上没有加密"
        en "can be reached from other machines; the page asks for a password, but nothing that goes there is encrypted"
    }
    page_here() {
        zh "写上证书 `certificate_file` 和 `key_file`；或改为监听 127.0.0.1，由加密的代理转给别的机器；网络只有自己人能用时，可写 \
            `allow_remote = true`"
        en "give certificate_file and key_file, or listen on 127.0.0.1 behind a proxy that encrypts, or set allow_remote = true where only \
            your own people use the network"
    }
    is_store_or_ledger() { zh "已是数据库或台账的文件" en "is the file of store or ledger already" }
    users_of_their_own() {
        zh "用户单独用一个文件，如 `users.db`"
        en "users have a file of their own, such as users.db"
    }
    no_host() {
        zh "不是主机名或地址；不带 `http://`、端口和路径"
        en "is no name or address of a host; without http://, port and path"
    }
    host_examples() { zh "如 `hub.lan` 或 `192.168.1.5`" en "such as hub.lan or 192.168.1.5" }
    open_to_anybody() {
        zh "范围太大，谁都可以不登录就查看：最大到 10.0.0.0/8 或 fc00::/7 这样的内部网段"
        en "is too wide, strangers could read without signing in: at most /8, or /7 of IPv6, as the largest private networks are"
    }
    network_examples() {
        zh "写单位自己的网络，如 `192.168.1.0/24`"
        en "name the office's network, such as 192.168.1.0/24"
    }
    proxy_is_anybody() {
        zh "范围太大，谁都可以冒充别的地址：最大到 10.0.0.0/8 或 fc00::/7 这样的内部网段"
        en "is too wide, strangers could pass for others: at most /8, or /7 of IPv6, as the largest private networks are"
    }
    proxy_examples() {
        zh "写代理的地址；代理在本机上时写 127.0.0.1"
        en "give the proxy's address: 127.0.0.1 where it is on this machine"
    }
    proxies_hide_networks() {
        zh "有 `public_url` 和 `open_to` 时必填：否则经代理来的人都算作代理的地址"
        en "is required with public_url and open_to: else everybody who comes through the proxy has the proxy's address"
    }
    page_both_or_neither() {
        zh "页面的证书和私钥要么都有，要么都没有"
        en "a page has a certificate and its private key, or neither"
    }
    key_of_another(certificate) {
        zh "与 `web.certificate_file` {certificate} 不配对"
        en "does not belong to web.certificate_file {certificate}"
    }
    issued_together() { zh "写一起签发的证书和私钥" en "give the key that was issued with it" }
    no_certificate() { zh "里面没有 PEM 格式的证书" en "holds no certificate in PEM" }
    certificate_form() {
        zh "文件里是页面的证书，后面接签发它的各级证书"
        en "the file holds the page's certificate, and after it those that vouch for it"
    }
    no_key() { zh "里面没有 PEM 格式的私钥" en "holds no private key in PEM" }
    key_form() { zh "用证书的私钥，不要加密码" en "give the certificate's private key, without a password" }
    pair_unusable() { zh "这对证书和私钥不能用" en "cannot be used with this certificate" }
    no_public_url() {
        zh "应为 `https://` 加主机名，可加端口，不带路径"
        en "must be https:// and a host, with a port or none, and no path"
    }
    public_url_example() {
        zh "浏览器里的地址，如 `https://water.example.org`"
        en "what the browser shows, such as https://water.example.org"
    }
    broker_open_to_others() {
        zh "别的机器也能访问，而这个消息服务器接受任何客户端，也不加密"
        en "can be reached from other machines, and this broker takes every client and does not encrypt"
    }
    broker_here() {
        zh "改为监听 127.0.0.1；网关在别的机器上时，用 `deploy/mosquitto` 里的消息服务器；有防火墙挡住外人时，可写 `allow_remote = true`"
        en "listen on 127.0.0.1, use the broker of deploy/mosquitto for gateways on other machines, or set allow_remote = true where a \
            firewall keeps others out"
    }
    port_taken() { zh "已是页面或消息服务器的端口" en "is the port of the page or the broker already" }
    port_of_enrolment() { zh "常用 8884" en "8884 is usual" }
    host_of_every_address() {
        zh "在所有地址上监听时必填：发注册码时要告诉网关找谁"
        en "is required where `listen` is every address: whoever gets a code is told where to ask"
    }
    broker_url_example() {
        zh "写网关要用的消息服务器，如 `mqtts://mqtt.example.org:8883`"
        en "the broker that gateways are to use, such as mqtts://mqtt.example.org:8883"
    }
    no_certificates_there() {
        zh "不加密，消息服务器也就看不到证书"
        en "is not encrypted, and a broker sees no certificate there"
    }
    port_of_page() { zh "已是页面的端口" en "is the page's port already" }
    port_of_mqtt() { zh "MQTT 自己的端口是 1883" en "MQTT's own port is 1883" }
    other_broker(listen) {
        zh "不是本进程的消息服务器，本进程的监听 {listen}"
        en "is not the broker in this process, which listens on {listen}"
    }
    own_broker(url) { zh "改成 {url}，或删掉 `[broker]`" en "{url}, or remove [broker]" }

    // Persons.
    say_who_it_is() {
        zh "写编号、姓名和单位，如 `huang`、黄某、财政所"
        en "give an id, a name and an office"
    }
    one_entry_a_person() {
        zh "每个人只写一次；同一单位有同名的人时，在姓名上区分"
        en "list each person once; where two of one office share a name, tell them apart by it"
    }
    id_names_another(person) { zh "也是 `{person}` 的姓名" en "is the name of {person} too" }
    id_of_the_record() {
        zh "以 `@` 开头：这样的名称留给操作记录自己用"
        en "begins with '@', as only the record's own names do"
    }
    with_control() {
        zh "含有看不见的控制字符"
        en "has control characters that cannot be seen"
    }
    remove_control() { zh "删掉这些字符，重新输入" en "remove them, and type it anew" }
    another_id() { zh "换一个编号" en "give another id" }
    names_are_compared() {
        zh "要双人复核（`two_person`），却没有人员名单：只能按写法比较姓名，写法相近的算同一个人；在 `[[person]]` 里列出人员"
        en "two_person is set and no persons are listed: names are compared as they are written, and those alike count as one person; \
            list the persons as [[person]]"
    }
    too_few_persons(listed, least) {
        zh "要双人复核（`two_person`），名单（`[[person]]`）上只有 {listed} 人：登记、复核、签发至少要 {least} 人，认可核查问题的也不能是登记人"
        en "two_person is set and [[person]] lists only {listed}: entry, review and issue need {least} persons, and whoever accepts a \
            finding cannot be who entered its rows"
    }

    // The server that stores readings.
    server_examples() {
        zh "`https://influx.example.org:8086`，或本机的 `http://127.0.0.1:8428`"
        en "https://influx.example.org:8086, or http://127.0.0.1:8428 on this machine"
    }
    required_of_influx() { zh "`kind` 为 `influx` 时必填" en "is required of kind influx" }
    as_administrator_named() {
        zh "按服务器管理员起的名称写"
        en "as the server's administrator named it"
    }
    token_file() {
        zh "一个文件，里面的令牌可以读写这个存储桶"
        en "a file with a token that may read and write the bucket"
    }

    // The township.
    no_name(most) {
        zh "最多 {most} 个字，不能含看不见的字符（如换行、零宽字符）"
        en "must be at most {most} characters, all of which can be seen: no line breaks, none without width"
    }
    type_name_anew() { zh "重新输入名称，太长的写简称" en "type the name anew; of a long one give the short form" }
    name_of_township() { zh "报告里用它称呼本乡镇" en "the report names the township" }
    unknown_zone() { zh "没有这个时区" en "is not a known time zone" }
    give_zone() {
        zh "写标准的时区名，如 `Asia/Shanghai`，这也是默认值"
        en "an IANA zone such as Asia/Shanghai, which is the default"
    }
    hydrological_day() { zh "写 0；按水文日写 8" en "0, or 8 for the hydrological day" }
    needs_village() { zh "乡镇至少要有一个村" en "a township has at least one village" }
    add_village() { zh "加上 `[[village]]`" en "add [[village]]" }
    id_of_its_own() { zh "每个编号要不同" en "give each an id of its own" }
    report_names_it() { zh "报告里用它的名称" en "the report names it" }
    sown_area() {
        zh "写播种面积，单位亩；没有播种写 0"
        en "give the sown area in mu; 0 where nothing is sown"
    }
    litres_per_person() {
        zh "每人每天多少升，农村为 35 到 60"
        en "litres a person and day, 35 to 60 in the country"
    }
    source_of_value() { zh "写明数值从哪里来" en "say where the value comes from" }
    source_of_values() { zh "写明这些数值从哪里来" en "say where the values come from" }
    source_of_crop() { zh "写明单产和单价从哪里来" en "say where yield and price come from" }
    confidence() { zh "0.9 是正式文件，0.5 是估计" en "0.9 is an official paper, 0.5 a guess" }
    monthly_means() {
        zh "十二个月的多年平均值，单位 mm，从一月起"
        en "twelve monthly means in mm, January first"
    }
    rainless_day() {
        zh "面平均雨量低于多少 mm 算无雨日，如 3"
        en "mm of areal mean below which a day is rainless, such as 3"
    }
    canal_efficiency() {
        zh "渠系水利用系数，即到达田间的水量比例，如 0.7"
        en "the share of the water that reaches the field, such as 0.7"
    }
    water_of_pass() {
        zh "一亩灌一次的水量，单位 m3，水田为 30 到 60"
        en "m3 of one pass on a mu, 30 to 60 for paddy"
    }
    tables_name_it() { zh "表格里用它的名称" en "tables name it" }
    area_of_crop() { zh "单位亩；没有种的作物请删掉" en "in mu; remove a crop that is not grown" }
    yield_of_crop() {
        zh "每亩公斤数，不是斤，也不是每公顷"
        en "kg per mu: not “斤”, not per hectare"
    }
    price_of_crop() {
        zh "每公斤多少元，不是每斤，也不是每吨"
        en "yuan per kg: not per “斤”, not per tonne"
    }
    areas_differ(villages) {
        zh "各作物的播种面积合计与各村的 {villages} 亩不符"
        en "the crops' sown areas do not add up to the villages', {villages} mu"
    }
    area(mu) { zh "{mu} 亩" en "{mu} mu" }
    correct_area() {
        zh "改正面积，或补上缺少的作物或村"
        en "correct an area, or add the crop or village that is missing"
    }

    // Stations.
    page_names_it() { zh "页面和报告里用它的名称" en "page and report name it" }
    unknown_village() { zh "本乡镇没有这个村" en "is not a village of this township" }
    give_place() {
        zh "写十进制的度数（`WGS 84`），如 `longitude = 116.412, latitude = 27.083`；不知道就不写 `place`"
        en "give decimal degrees (WGS 84) such as longitude = 116.412, latitude = 27.083, or leave place out"
    }
    place_is_swapped() { zh "经度和纬度写反了" en "longitude and latitude are swapped" }
    swap_place(place) { zh "改为 `place = {place}`" en "write place = {place}" }
    correct_kind() { zh "删掉，或改正 `kind`" en "remove it, or correct the kind" }
    only_sources() { zh "只有水源才有" en "only a water source has it" }
    only_tanks() { zh "只有饮水池才写供水人数" en "only a drinking-water tank serves persons" }
    only_pumps() { zh "只有泵站才有" en "only a pump has it" }
    required_of_pump() { zh "泵站必填" en "is required of a pump" }
    add_pump() {
        zh "加上 `pump = {{ source, rated_power_kw, rated_flow_m3h, rated_head_m, irrigates_mu }}`"
        en "add pump = {{ source, rated_power_kw, rated_flow_m3h, rated_head_m, irrigates_mu }}"
    }
    required_of_source() { zh "水源必填" en "is required of a water source" }
    give_level() { zh "写基面以上的水位，单位 m" en "give the level in m above the datum" }
    must_lie_above(key, low) { zh "应高于 `{key}` 的 {low}" en "must lie above {key}, {low}" }
    must_not_lie_below(key, low) { zh "不能低于 `{key}` 的 {low}" en "must not lie below {key}, {low}" }
    order_of_levels() {
        zh "库底 < 死水位 <= 正常水位 <= 坝顶"
        en "bottom < dead <= normal <= crest"
    }
    span_of_levels(low, high) { zh "{low} 到 {high} m" en "{low} to {high} m" }
    curve_covers() {
        zh "应包含 `bottom_m` 到 `crest_m`"
        en "must cover bottom_m to crest_m"
    }
    add_points() {
        zh "补上点：曲线以外的蓄水量只是上限或下限"
        en "add points: outside the curve a storage is only a bound"
    }
    name_months() { zh "写明月份，1 到 12" en "name the months, 1 to 12" }
    months_are_numbers() { zh "月份写数字" en "months are numbers" }
    month_taken(table, first) {
        zh "已是 `{table}[{first}]` 的月份"
        en "is a month of {table}[{first}] already"
    }
    one_threshold_a_month() { zh "每个月只有一组阈值" en "each month has one threshold" }
    one_flood_limit_a_month() { zh "每个月只有一个汛限水位" en "each month has one flood limit" }
    order_of_flood_limits() {
        zh "旱警 < 汛限 `level_m` <= 坝顶 `crest_m`，单位 m"
        en "warn < level_m of a flood limit <= crest_m, in m"
    }
    above_crest(crest) { zh "不能高于 `crest_m` 的 {crest}" en "must not lie above crest_m, {crest}" }
    storage_needs_curve() {
        zh "按蓄水量定阈值要有该测站的曲线"
        en "a threshold in storage needs the station's curve"
    }
    add_curve() {
        zh "补上曲线，或把阈值写成水位"
        en "add the curve, or give the threshold as a level"
    }
    unit_of_threshold() { zh "单位 m，蓄水量为 m3" en "in m, or m3 of a storage" }
    order_of_thresholds() {
        zh "旱保 `guard` < 旱警 `warn` < 偏低 `low` <= 正常 `normal`"
        en "guard < warn < low <= normal"
    }
    is_dry_already(dry) {
        zh "应高于 {dry}：到那里水源已经干涸（断流），旱保永远不会报警"
        en "must lie above {dry}, where the source is dry already: below guard would never ring"
    }
    raise_guard() { zh "提高 `guard`，或改正 `bottom_m`" en "raise guard, or correct bottom_m" }
    above_normal(normal) {
        zh "不能高于正常值 {normal}"
        en "must not lie above the normal value, {normal}"
    }
    unknown_station() { zh "本乡镇没有这个测站" en "is not a station of this township" }
    declare_source() { zh "把水源写成一个测站" en "declare the water source as a station" }
    not_a_source(kind) { zh "是{kind}，不是水源" en "is a {kind}, not a water source" }
    name_source() {
        zh "写明塘堰、水库、河沟、机井或饮水池"
        en "name the pond, reservoir, channel, well or tank"
    }
    see_plate() { zh "见水泵铭牌" en "see the pump's plate" }
    irrigated_area() { zh "单位亩；不灌溉写 0" en "in mu; 0 where it does not irrigate" }
    efficiency_of_pump() {
        zh "写装置效率（从电到水）的比例，如 0.5；不写则用铭牌的数值"
        en "wire to water as a share, such as 0.5; without it the plate's values are used"
    }
    power_does_not_fit(flow, head, usual) {
        zh "与流量 {flow} m3/h、扬程 {head} m 不符，按此大约要 {usual} kW"
        en "does not fit {flow} m3/h lifted by {head} m, which take about {usual} kW"
    }
    compare_with_plate() {
        zh "把功率、流量（m3/h，不是 L/s）和扬程与铭牌对照"
        en "compare power, flow (m3/h, not L/s) and head with the plate"
    }
    billed(billed, all) {
        zh "{all} 块表中 {billed} 块 `billing = true`"
        en "{billed} of {all} with billing = true"
    }
    one_meter_is_billed() {
        zh "一个泵站只有一块结算表：电量只算一次"
        en "exactly one meter of a pump is billed: its electricity counts once"
    }
    set_billing() {
        zh "供电部门的表写 `billing = true`，其余写 `false`"
        en "set billing = true at the utility's meter and false at the others"
    }
    name_meter_once() { zh "每块表只写一次" en "name each meter once" }
    read_for_another(station) {
        zh "{station} 也用它：电量会算两次"
        en "is read for {station} too: its electricity would count twice"
    }
    one_pump_a_meter() {
        zh "一块表只归一个泵站；单独安装的表不要写成 `kind` 为 `pump` 的 `[[station]]`"
        en "give each meter to one pump; a meter of its own is not a [[station]] of kind pump"
    }
}
