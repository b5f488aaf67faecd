//! The help of the technician's commands.

labels! { "help";
    "edge" {
        zh "运行网关（常驻程序）。\n\n\
            经 Modbus 读传感器，每个读数都先存进本地缓存，再向中心端发送，直到中心端确认。只要配置正确、本地缓存能写，就开始\
            运行；消息服务器和设备晚些时候连上也不要紧。"
        en "Run the gateway daemon.\n\n\
            It reads sensors over Modbus, stores every reading in its spool, and sends it until the hub confirms it. It starts \
            as soon as its configuration is valid and its spool is writable. Broker and devices may become reachable later."
    }

    "init edge" {
        zh "写一份网关的配置。\n\n\
            在终端里，缺少的逐项询问，每个回答都按配置的规则当场检查；不在终端里，缺少的选项一次全部列出，退出码为 2。\
            写成的文件带注释，并且通过 `hanqing check`；本地缓存的目录没有就建好。已有的文件不会被覆盖。\n\n\
            几台设备接在同一条线路上：`--unit` 写几次，后面的 `--profile`、`--station`、`--offset` 属于它前面的那个 `--unit`。\n\n\
            没有给出 `--broker`，或 `mqtts` 的证书还没有时，读数先留在本机，直到 `hanqing enroll` 取得地址和证书。"
        en "Write a gateway's configuration.\n\n\
            At a terminal it asks for what is missing and checks each answer at once by the rules of the configuration. Elsewhere \
            it names all options that are missing and exits with 2. The file has comments and passes hanqing check; the spool's \
            directory is made. An existing file is never overwritten.\n\n\
            For several devices on one line give --unit several times: --profile, --station and --offset belong to the --unit \
            before them.\n\n\
            Without --broker, or where the certificates for mqtts are not there yet, readings stay on this machine until hanqing \
            enroll has fetched address and certificates."
    }
    "init edge --out" { zh "要写的文件" en "The file to write" }
    "init edge --gateway" { zh "网关的名称，在本乡镇不重复" en "Name of the gateway, unique in the township" }
    "init edge --broker" {
        zh "消息服务器，如 `mqtts://mqtt.example.org:8883`；不写则由 `hanqing enroll` 取得"
        en "The broker, such as mqtts://mqtt.example.org:8883; without it hanqing enroll will set it"
    }
    "init edge --allow-plaintext" {
        zh "接受没有加密的消息服务器：读数可能被偷看和伪造"
        en "Accept a broker without encryption: readings can be read and forged"
    }
    "init edge --baud" { zh "串口的波特率" en "Speed of the serial port in bit/s" }
    "init edge --parity" {
        zh "串口的校验位：`none`（无，默认）、`even`（偶）或 `odd`（奇）"
        en "Parity of the serial port: none (the default), even or odd"
    }
    "init edge --unit" { zh "设备的站号" en "Unit of the device" }
    "init edge --profile" { zh "设备的型号，见 `hanqing profile list`" en "Device profile; hanqing profile list shows them" }
    "init edge --station" { zh "设备观测的测站，即 `township.toml` 里的编号" en "Station that the device observes, by its id in township.toml" }
    "init edge --offset" {
        zh "水位探头的高程，米：设备测的水深加上它，测到水面距离的设备从它减去，得到水位"
        en "Elevation of the sensor of a level, m: the depth that the device measures is added to it, a distance down to the water \
            is taken off it"
    }
    "<M>" { zh "米" en "M" }
    "init edge --spool" {
        zh "本地缓存的文件，要放在经得起断电的磁盘上；不写：配置是 `/etc/hanqing/edge.toml` 时放在服务的目录里，否则在配置旁边"
        en "File of the spool, on a disk that survives a power cut; left out, it is where the service keeps it for \
            /etc/hanqing/edge.toml, and beside any other file"
    }
    "init edge --trust-clock" {
        zh "一开始就相信本机的时钟，不等时间服务校时：有电池时钟或卫星授时的机器用"
        en "Trust this machine's clock from the start, without a time service: for a machine whose clock a battery or GPS keeps right"
    }
    "init edge --yes" {
        zh "什么也不问：取现成的建议，没有建议的算缺少"
        en "Ask nothing: take what would be suggested; what has no suggestion is missing"
    }
    "init edge --force" {
        zh "文件已经存在时重写，原文件改名为 `.old` 留在旁边"
        en "Write an existing file anew, and keep the old one beside it as .old"
    }

    "doctor" {
        zh "检查网关，每一项一行：配置、服务、时钟、磁盘、证书、消息服务器、每台设备、中心端的确认；有误的说明怎么办。\n\n\
            只看不改：设备各读一个测点，网关正在运行时由它代为请求；消息服务器只试连接，不发送。每一项最多 10 秒。\
            任何用户都能运行，看不到的会说明。\n\n\
            没有有误的项时退出码为 0，否则为 1；配置不能用时为 2。"
        en "Examine a gateway, a line for each thing: configuration, service, clock, disk, certificates, broker, each device, the \
            hub's answer; with the way out where something is wrong.\n\n\
            It changes nothing: one point of each device is read, through the gateway where it runs, and the broker is only \
            connected to. Nothing takes longer than 10 s. Any user may run it, and is told what he cannot see.\n\n\
            Exits with 0 if nothing is wrong, else with 1; with 2 if the configuration cannot be used."
    }

    "read" {
        zh "把每个测点读一次，列出数值、质量标记和寄存器原始值。\n\n\
            给出 `-c` 时读配置里的设备；该网关正在运行时，由它在两次轮询之间代为请求。没有配置时，给出 `--tcp`、`--rtu-tcp` 或 \
            `--serial`，再加 `--unit` 和 `--profile`。\n\n\
            每个测点都有值时退出码为 0，否则为 1；给出 `--every` 时，以最后一轮为准。"
        en "Read every point once and print a table of values, flags and raw registers.\n\n\
            With -c it reads the configured devices; if that gateway is running, it makes the requests between its own polls. \
            Without a configuration give --tcp, --rtu-tcp or --serial, with --unit and --profile.\n\n\
            Exits with 0 if every point has a value, otherwise with 1; with --every the last complete round decides."
    }
    "read --unit" { zh "只读这个站号" en "Read only this unit" }
    "read --profile" {
        zh "没有配置时，设备的型号，如 `sdm630`，或型号文件，如 `devices/own.toml`"
        en "Device profile of the unit when there is no configuration: its id, such as sdm630, or its file, such as \
            devices/own.toml"
    }
    "read --devices-dir" {
        zh "没有配置时，自备设备型号文件的目录"
        en "Directory with your own profiles when there is no configuration"
    }
    "read --every" {
        zh "每隔多少秒读一轮，按 Ctrl-C 结束"
        en "Read again after so many seconds, until Ctrl-C"
    }
    "read --times" { zh "只读多少轮" en "End after so many rounds" }

    "scan" {
        zh "查找线路上有哪些站号：每个站号读一个寄存器，先用功能码 3，再用 4。\n\n\
            返回异常码也算应答。串口会依次试遍常用的波特率和校验位，或只试 `--baud` 和 `--parity` 给出的；给出 `-c` 时先试配置的\
            线路参数，找到设备就不再试别的，除非加 `--all-speeds`。TCP 对方不应答时，还试另一种帧格式。扫描只读不写。\
            按 Ctrl-C 停止，并列出已经找到的站号。扫完退出码为 0，中断为 1。"
        en "Look for the units on a line by reading one register of each, with function 3 and then 4.\n\n\
            An exception counts as an answer. A serial port is scanned at every common speed and parity, or at those given by \
            --baud and --parity; with -c the configured ones come first, and units found there end the scan unless --all-speeds is \
            given. A silent TCP peer is tried in the other framing too. The scan only reads. Ctrl-C stops it and prints the units found so far. Exits with 0 after a \
            complete scan and with 1 if it was interrupted."
    }
    "scan --units" {
        zh "要试的站号，按给出的先后，如 `1..32`、`1-8` 或 `1,3,5`"
        en "Unit ids to try, in this order, such as 1..32, 1-8 or 1,3,5"
    }
    "scan --functions" {
        zh "用哪些功能码试，按给出的先后；后面的只在前面的没有返回寄存器时才用"
        en "Functions to try, in this order; a later one only where those before return no registers"
    }
    "scan --all-speeds" {
        zh "按配置的线路参数找到设备后，仍试遍其余的速率和校验位"
        en "Go on with the other speeds and parities after units were found at the configured ones"
    }
    "scan --most-s" { zh "最多扫描多少秒，到时停止" en "Stop after this time" }
    "<UNITS>" { zh "站号" en "UNITS" }
    "<CODES>" { zh "功能码" en "CODES" }
    "<SECONDS>" { zh "秒" en "SECONDS" }

    "probe" {
        zh "读一段寄存器，按每种类型、字节序和起数列出可能的含义。\n\n\
            说明书上的寄存器有的从 0 数起，有的从 1 数起，所以设备允许时，`--address` 的前一个寄存器也一起读。给出 \
            `--expect`（设备显示的数，带全部小数位）或 `--range` 时，把相符的解法排出名次，并写成设备型号文件里的行。"
        en "Read a block of registers and show what it may mean in every type, byte order and base.\n\n\
            Manuals count registers from 0 or from 1, so the register before --address is read too if the device allows it. \
            With --expect (the displayed value, with all its digits) or --range, the matching interpretations are ranked and \
            printed as lines for the profile."
    }
    "probe --unit" { zh "站号" en "Unit id" }
    "probe --function" {
        zh "功能码：1 线圈，2 离散输入，3 保持寄存器，4 输入寄存器；不写为 3，或由编号得出"
        en "Function code: 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers; by default 3, or that of the \
            register's number"
    }
    "probe --address" {
        zh "说明书上的地址，如 8192 或 0x2000，或带寄存器表首位的编号，如 40013、30013、400013"
        en "Address as printed in the manual, such as 8192 or 0x2000, or a number that begins with its table, such as 40013, \
            30013 or 400013"
    }
    "probe --count" {
        zh "寄存器个数，不写为 2；设备拒绝两个时只读一个"
        en "Number of registers, by default 2, or 1 where the device refuses two"
    }
    "probe --expect" {
        zh "设备显示的数，带全部小数位，如 3.21"
        en "Value on the device's display with all its digits, such as 3.21"
    }
    "probe --range" {
        zh "合理的最小值和最大值，如 0..100"
        en "Smallest and largest plausible value, such as 0..100"
    }
    "probe --parameter" {
        zh "设备型号文件里的参数，如 `flow` 或 `level`"
        en "Parameter for the profile lines, such as flow or level"
    }
    "probe --unit-of" {
        zh "设备显示的单位，如 `W`；不写则为该参数自己的单位"
        en "Unit in which the display shows the value, such as W; by default the parameter's own"
    }
    "<UNIT>" { zh "单位" en "UNIT" }
    "<ADDRESS>" { zh "地址" en "ADDRESS" }
    "<COUNT>" { zh "个数" en "COUNT" }
    "<VALUE>" { zh "值" en "VALUE" }
    "<LOW..HIGH>" { zh "下限..上限" en "LOW..HIGH" }
    "<PARAMETER>" { zh "参数" en "PARAMETER" }

    "ports" {
        zh "列出本机的串口、拔插后不变的名称，以及正在占用的程序。"
        en "List the serial ports of this machine, with names that survive unplugging and the program that holds each."
    }

    "ports --json" {
        zh "输出一个 JSON 文档，格式见 `docs/schema/commands/ports.schema.json`"
        en "Print one JSON document, as docs/schema/commands/ports.schema.json describes"
    }

    "profile" {
        zh "列出或显示设备型号文件，或由寄存器表生成一份。"
        en "List or show the device profiles, or make one from a table of registers."
    }
    "profile show" {
        zh "显示一份设备型号文件的内容，可以重定向成自备的一份"
        en "Print the text of a profile, from which your own can be made"
    }
    "profile show ID" { zh "设备型号的编号" en "Id of the profile" }
    "profile show --devices-dir" {
        zh "自备设备型号文件的目录，同 `devices_dir`"
        en "Directory with your own profiles, as in devices_dir"
    }
    "profile list" {
        zh "列出随程序的设备型号文件，以及目录里替代或补充它们的"
        en "List the shipped profiles and those of a directory that replace or extend them"
    }
    "profile list --devices-dir" {
        zh "自备设备型号文件的目录，同 `devices_dir`"
        en "Directory with your own profiles, as in devices_dir"
    }
    "profile import" {
        zh "由表格软件存成的 CSV UTF-8 寄存器表生成设备型号文件；表有问题时什么也不写"
        en "Make a profile from a table that a spreadsheet saved as CSV UTF-8; nothing is written while the table has problems"
    }
    "profile import FILE" { zh "寄存器表，UTF-8 的 CSV" en "The table, CSV in UTF-8" }
    "profile import --id" { zh "设备型号的编号，即 `profile = ` 后面写的" en "Id of the profile, as used in `profile = `" }
    "profile import --name" { zh "设备的厂家和型号" en "Maker and model of the device" }
    "profile import --source" {
        zh "寄存器表的出处：说明书及其版次"
        en "Source of the register map: the manual and its edition"
    }
    "profile import --verified-by" {
        zh "谁在真设备上核对过；不写则记为还没有人核对过"
        en "Who has verified it on a real device; without it the profile says that nobody has"
    }
    "profile import --confidence" {
        zh "寄存器表的可信度：厂家说明书 0.9，猜测 0.5"
        en "Confidence in the map: 0.9 for a maker's manual, 0.5 for a guess"
    }
    "profile import --base" {
        zh "表里的寄存器怎么数：0 与线路上一致，1 从 1 数起，40001 带寄存器表的首位数字"
        en "How the table numbers registers: 0 as on the wire, 1 from one, 40001 with the leading digit of the register table"
    }
    "profile import --out" {
        zh "要写的文件，`devices/型号.toml`；不写则打印出来"
        en "The file to write, devices/ID.toml; without it the profile is printed"
    }
    "<SOURCE>" { zh "出处" en "SOURCE" }
    "<VERIFIED_BY>" { zh "核对人" en "VERIFIED_BY" }
    "<CONFIDENCE>" { zh "可信度" en "CONFIDENCE" }
    "<BASE>" { zh "起数" en "BASE" }

    "enroll" {
        zh "用中心端给的注册码，为网关取得证书。\n\n\
            密钥在本机生成，不离开本机；中心端由注册码认出，冒充的得不到任何内容。注册码在终端里输入，或从标准输入的第一行读入；\
            它在中心端由 `hanqing gateway invite` 发出，只能用一次。写入密钥、证书、颁发机构的证书，以及配置旁边的 \
            `conf.d/edge/enrolled.toml`，它把 `mqtt.url` 等指向它们。没有连上或中途断电时，同一个注册码可以再试。"
        en "Get the gateway's certificate from the hub, with a one-time code.\n\n\
            The key is made here and never leaves this machine; the hub is known by the code, and nobody who pretends to be it \
            is told anything. The code is typed at the terminal, or is the first line of standard input; hanqing gateway invite \
            at the hub makes it, and it is good once. Written are the key, the certificate, that of the authority, and \
            conf.d/edge/enrolled.toml beside the configuration, which points mqtt.url and the rest to them. Where the line or \
            the power fails, the same code may be tried again."
    }
    "enroll --hub" {
        zh "中心端的主机名或地址，可加端口，如 `hub.example.org:8884`；不写端口即为 8884"
        en "Name or address of the hub, with a port or none, such as hub.example.org:8884; the port is 8884 where none is given"
    }
    "enroll --config" { zh "网关的配置；可以还没有" en "The gateway's configuration; it need not be there yet" }
    "enroll --gateway" {
        zh "网关的名称；不写则以配置为准，还没有配置的，以注册码为准"
        en "The gateway's name; by default that of the configuration, or where there is none, that of the code"
    }
    "enroll --dir" {
        zh "密钥和证书写到哪个目录；不写则写在配置旁边"
        en "Where key and certificates are written; by default beside the configuration"
    }
    "enroll --renew" {
        zh "换掉已有的密钥和证书；全部写好之前，原来的照常有效，之后删除"
        en "Replace a key and certificate that are there; until all is written they stay in force, then they are removed"
    }
    "<HOST>" { zh "主机" en "HOST" }

    "status" {
        zh "显示运行中的网关的状态：总线、设备，以及待发送的数据。\n\n没有网关在运行时，退出码为 1。"
        en "Show the state of the running gateway: buses, devices, and what is waiting to be sent.\n\n\
            Exits with 1 if no gateway is running."
    }
    "status --json" {
        zh "输出一份 JSON，供程序使用；格式见 `docs/schema/commands/status.schema.json`"
        en "Print one JSON document for programs, as docs/schema/commands/status.schema.json has it"
    }

    "mode" {
        zh "把运行中的网关切换到旱情时的轮询间隔，或切换回来。\n\n\
            网关重启前一直有效；配置里写 `drought = true`，启动时就是旱情模式。间隔见配置里的 `drought_interval_s` 和 \
            `drought_intervals_s`。"
        en "Switch the running gateway to its drought intervals, or back.\n\n\
            The mode holds until the gateway restarts; `drought = true` in the configuration makes it start in drought mode. \
            The intervals are drought_interval_s and drought_intervals_s of the configuration."
    }
    "mode MODE" {
        zh "`drought` 用较短的间隔，`normal` 用平时的间隔"
        en "`drought` for the shorter intervals, `normal` for the usual ones"
    }
    "<MODE>" { zh "模式" en "MODE" }

    // The line of a technician's command.
    "read --config" {
        zh "网关的配置；该网关正在运行时，由它代为请求"
        en "The gateway's configuration; if that gateway is running, the requests go through it"
    }
    "scan --config" {
        zh "网关的配置；该网关正在运行时，由它代为请求"
        en "The gateway's configuration; if that gateway is running, the requests go through it"
    }
    "probe --config" {
        zh "网关的配置；该网关正在运行时，由它代为请求"
        en "The gateway's configuration; if that gateway is running, the requests go through it"
    }
    "read --set" { zh "覆盖配置里的一个设置项" en "Override one setting of the configuration" }
    "scan --set" { zh "覆盖配置里的一个设置项" en "Override one setting of the configuration" }
    "probe --set" { zh "覆盖配置里的一个设置项" en "Override one setting of the configuration" }
    "--tcp" { zh "Modbus TCP 设备或串口服务器" en "A Modbus TCP device or serial server" }
    "--rtu-tcp" { zh "透传 RTU 帧的串口服务器" en "A serial server that passes RTU frames through" }
    "--serial" {
        zh "串口，如 `/dev/serial/by-id/usb-...`；用 `hanqing ports` 查看"
        en "A serial port, such as /dev/serial/by-id/usb-...; see `hanqing ports`"
    }
    "--bus" { zh "只用配置里的这条总线" en "Use only this bus of the configuration" }
    "--baud" {
        zh "串口的波特率，默认 9600；扫描时可给几个，如 9600,19200"
        en "Speed of the serial port in bit/s, by default 9600; a scan takes several, such as 9600,19200"
    }
    "--parity" {
        zh "串口的校验位：`none`（无，默认）、`even`（偶）或 `odd`（奇）；扫描时可给几个"
        en "Parity of the serial port: none (the default), even or odd; a scan takes several"
    }
    "--stop-bits" { zh "串口的停止位" en "Stop bits of the serial port" }
    "--timeout-ms" {
        zh "等待应答多久；默认按配置，没有配置时 1000；扫描时串口 200，其余 1000"
        en "Response timeout; by default that of the configuration, or 1000; of a scan 200 on a serial port, else 1000"
    }
    "--bytes" {
        zh "在标准错误上逐帧显示收发的字节（十六进制）"
        en "Show every frame that is sent or received, in hexadecimal, on standard error"
    }
    "read --json" {
        zh "输出一个 JSON 文档，有 `--every` 时每轮一行；格式见 `docs/schema/commands/read.schema.json`"
        en "Print one JSON document, with --every one in a line each round, as docs/schema/commands/read.schema.json describes"
    }
    "scan --json" {
        zh "输出一个 JSON 文档，格式见 `docs/schema/commands/scan.schema.json`"
        en "Print one JSON document, as docs/schema/commands/scan.schema.json describes"
    }
    "probe --json" {
        zh "输出一个 JSON 文档，格式见 `docs/schema/commands/probe.schema.json`"
        en "Print one JSON document, as docs/schema/commands/probe.schema.json describes"
    }
    "--profile <ID>" { zh "型号" en "ID" }
    "--id <ID>" { zh "型号" en "ID" }
    "--serial <PORT>" { zh "串口" en "PORT" }
    "<BITS>" { zh "波特率" en "BITS" }
    "<PARITY>" { zh "校验位" en "PARITY" }
    "<MS>" { zh "毫秒" en "MS" }
    "<HOST:PORT>" { zh "主机:端口" en "HOST:PORT" }

    // The part of `hanqing export` that reads a spool.
    "heading Gateway" { zh "网关" en "Gateway" }
    "export --spool" {
        zh "本地缓存：网关配置里的 `spool.path`；这时要写的文件取名如 `/media/usb/gw-dongmen.jsonl.gz`"
        en "The spool: spool.path of the gateway's configuration; FILE is then a name such as /media/usb/gw-dongmen.jsonl.gz"
    }
    "export --all" { zh "也导出办公室已经确认的读数" en "Include readings that the office has confirmed" }
}
