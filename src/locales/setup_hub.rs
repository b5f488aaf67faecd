//! The first configuration of an office (`hanqing init hub`): questions, comments in the files, what comes next.

messages! { "setup_hub";
    // What is wrong with an answer before it stands in a file.
    give_id_and_name() {
        zh "应为 `编号=姓名`，如 `huang=黄某`；编号用小写字母、数字和短横"
        en "must be ID=NAME, such as huang=黄某; the id has lower-case letters, digits and hyphens"
    }
    give_village() {
        zh "应为村的名称、人口、村民小组数、播种面积（亩），用逗号隔开，如 `东门村,1840,16,1186.4`；名称前可以写编号：`dongmen=东门村`"
        en "must be the name with inhabitants, groups and sown area in mu behind it and commas between them, such as 东门村,1840,16,1186.4; the name may be ID=NAME"
    }
    give_levels() {
        zh "应为四个高程，米，用逗号隔开：底、死水位、正常水位、顶，如 `217.00,217.10,220.40,221.00`"
        en "must be four elevations in m with commas between them, bottom, dead, normal and crest level, such as 217.00,217.10,220.40,221.00"
    }
    give_plate() {
        zh "应为四个数，用逗号隔开：功率 kW、流量 m3/h、扬程 m、灌溉面积亩，如 `7.5,98,14,75`"
        en "must be four numbers with commas between them, power kW, flow m3/h, head m and irrigated area in mu, such as 7.5,98,14,75"
    }
    not_both_files_are_there(file) {
        zh "{file} 已经存在，没有改动；要重写请加 `--force`，原文件改名为 `.old` 留在旁边，或用 `--out` 换一个目录"
        en "{file} is there already and stays as it is; --force writes it anew and keeps this one beside it as .old, or give a file in another directory with --out"
    }

    // The questions.
    ask_township() { zh "乡镇的名称，如 `清源乡`" en "Name of the township, such as 清源乡" }
    ask_village() {
        zh "村的名称、人口、村民小组数、播种面积（亩），用逗号隔开，如 `东门村,1840,16,1186.4`"
        en "A village: name, inhabitants, groups and sown area in mu, with commas between them, such as 东门村,1840,16,1186.4"
    }
    ask_another_village() { zh "还有村吗？没有就直接回车" en "Another village? Enter for none" }
    ask_station() {
        zh "测站的编号，网关按它写，如 `pond-dongmen-1`；还没有就直接回车"
        en "Id of a station, as the gateway will name it, such as pond-dongmen-1; Enter for none"
    }
    ask_another_station() { zh "还有测站吗？编号；没有就直接回车" en "Another station? Its id, or Enter for none" }
    ask_station_name() { zh "测站的名称，如 `大塘`" en "Name of the station, such as 大塘" }
    ask_kind() {
        zh "种类：`pond` 塘、`reservoir` 水库、`channel` 河沟、`well` 井、`tank` 水池、`pump` 泵、`rain_gauge` 雨量、`soil` 墒情"
        en "Kind: pond, reservoir, channel, well, tank, pump, rain_gauge or soil"
    }
    ask_station_village() { zh "它在哪个村，写编号" en "Its village, by id" }
    ask_levels() {
        zh "底、死水位、正常水位、顶的高程，米，用逗号隔开；还没有测量就直接回车"
        en "Elevations of bottom, dead, normal and crest level, m, with commas between them; Enter if not surveyed yet"
    }
    ask_plate() {
        zh "铭牌和灌溉面积：功率 kW、流量 m3/h、扬程 m、面积亩，用逗号隔开；还不知道就直接回车"
        en "Plate and irrigated area: power kW, flow m3/h, head m, area in mu, with commas between them; Enter if not known yet"
    }
    ask_source() { zh "它从哪个测站抽水，写编号" en "Station of the water that it draws, by id" }
    ask_admin() {
        zh "管理页面的人，`编号=姓名`，如 `huang=黄某`"
        en "Whoever looks after the page, ID=NAME, such as huang=黄某"
    }

    // What follows.
    left_out(stations) {
        zh "测站 {stations} 还缺数据，先写成注释；补上后去掉 `#`，在那以前页面上没有它，它的读数照样入库。"
        en "Not everything is known of {stations}, which stands there as a comment: fill it in and remove the #. Until then the page does not have it; its readings are stored all the same."
    }
    prints_link(name) {
        zh "  启动时打印一个一次性链接：{name} 在 24 小时内打开，设密码，页面就能用了"
        en "  at its start it prints a one-time link: {name} opens it within 24 hours, chooses a password, and has the page"
    }
    link_in_journal() {
        zh "  链接在日志里：journalctl -u hanqing-hub | grep /first/"
        en "  the link is in the journal: journalctl -u hanqing-hub | grep /first/"
    }
    edge_follows() { zh "再写网关的配置，测站照这里的编号：" en "Then the gateway's configuration, with this station's id:" }
    edge_command(url, plain, station) {
        zh "  hanqing init edge --broker {url}{plain}{station}（在网关上运行）"
        en "  hanqing init edge --broker {url}{plain}{station}   (on the gateway)"
    }
    broker_is_here() {
        zh "自带的消息服务器只供本机的网关用；网关在别处时，要用加密的消息服务器，见 `docs/install`。"
        en "The hub's own broker is for a gateway on this machine; gateways elsewhere need one that encrypts: docs/install."
    }
    broker_is_needed(url) {
        zh "本程序不带消息服务器：先装一个（如 mosquitto），监听 {url}。"
        en "This build has no broker of its own: install one, such as mosquitto, at {url}."
    }

    // Comments in hub.toml.
    file_head(township, file, other) {
        zh "{township}的中心端配置，由 `hanqing init hub` 写成，可以随意修改。每一项的说明见 `config/hub.toml`。\n\n  `hanqing check {file} {other}`    一次列出所有问题\n  `hanqing hub -c {file}`    运行"
        en "The hub of {township}. Written by hanqing init hub; change it as you need. config/hub.toml explains every setting.\n\n  hanqing check {file} {other}    names every problem at once\n  hanqing hub -c {file}    runs it"
    }
    file_township() { zh "村、测站、水泵和作物。" en "Villages, stations, pumps and crops." }
    file_broker() { zh "网关发往的消息服务器。" en "The broker that the gateways send to." }
    file_certificates() {
        zh "`mqtts` 要用这几个文件；办公室的证书由 `deploy/mosquitto/make-certificates` 制作。"
        en "mqtts needs these files; deploy/mosquitto/make-certificates makes them for an office."
    }
    file_own_broker() {
        zh "本程序自带的消息服务器：不加密、不问密码，所以只供本机的网关用。改了它要重新启动中心端。"
        en "A broker inside the hub: without encryption or passwords, so for gateways on this machine only. A change of it needs a\nrestart of the hub."
    }
    file_store() { zh "全部读数，和它们的小时值、日值。请备份：`hanqing backup`。" en "All readings, and their hourly and daily values. Back it up: hanqing backup." }
    file_ledger() { zh "人填的数：面积、资金、油料、工程。" en "What people enter: areas, money, fuel, works." }
    file_person() {
        zh "谁能登录：`viewer` 查看、`recorder` 录入、`reviewer` 复核、`administrator` 管理。每人一段；`office` 是她的单位。\n加人以后 `systemctl reload hanqing-hub` 或 `kill -HUP`。"
        en "Who may sign in: viewer, recorder, reviewer or administrator. One section each; office is where she works.\nAfter a change: systemctl reload hanqing-hub, or kill -HUP."
    }
    file_web() {
        zh "页面的地址。别的电脑要看，先加密：见 `docs/manual/administrator`。"
        en "Where the page is. Other machines need encryption first: docs/manual/administrator."
    }

    // Comments in township.toml.
    township_head(township, file) {
        zh "{township}的村和测站，由 `hanqing init hub` 写成，可以随意修改。作物、需水、降水、灌溉照 `config/township.toml` 添加。\n\n  `hanqing check {file}`    一次列出所有问题\n\n单位：水位米，蓄水 m3，面积亩，功率 kW，流量 m3/h。"
        en "Villages and stations of {township}. Written by hanqing init hub; change it as you need. Crops, demand, climate and\nirrigation are added as in config/township.toml.\n\n  hanqing check {file}    names every problem at once\n\nUnits: levels m, storage m3, areas mu, power kW, flow m3/h."
    }
    file_village() {
        zh "每个村一段：人口、村民小组数、播种面积。"
        en "One section each: inhabitants, groups and sown area."
    }
    file_stations() {
        zh "每个测站一段；编号与网关 `edge.toml` 里的 `station` 一致。水源要有底、死水位、正常水位、顶的高程，水泵要有铭牌。"
        en "One section each; the id is the station in the gateway's edge.toml. A source has the elevations of bottom, dead, normal and\ncrest level, a pump its plate."
    }
    file_no_station() { zh "还没有测站。照这样写，去掉 `#`：" en "There is none yet. Like this, without the #:" }
    file_left_out() { zh "还缺数据：补上后去掉 `#`。" en "Not everything is known yet: fill it in and remove the #." }
    file_curve() {
        zh "水位和蓄水量的对照，两列都递增，如 `curve = [[217.0, 0], [220.4, 62000]]`。没有它就不算蓄水量。"
        en "Level and storage, both rising: curve = [[217.0, 0], [220.4, 62000]]. Without it no storage is worked out."
    }
    file_thresholds() {
        zh "旱警、旱保水位由主管部门定，没有定的不要编。写上出处（`source`）和把握（`confidence`，0 到 1），去掉 `#`："
        en "Drought-limit levels are set by whoever is in charge: none are better than invented ones. With their source, and confidence\nfrom 0 to 1, without the #:"
    }
}
