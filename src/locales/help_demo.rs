//! The help of the demo.

labels! { "help";
    "demo" {
        zh "在本机运行整套系统：一个模拟的乡镇经历 2022 年的干旱。\n\n\
            网关、消息服务器、中心端、页面和报告都是真的，在本机回环地址上运行；模拟的只有现场设备和时钟的快慢。"
        en "Run the whole system on this machine: a simulated township through the drought of 2022.\n\n\
            Gateways, broker, hub, page and report are the real ones, on loopback; only the field devices and the speed of \
            the clock are simulated."
    }
    "demo --exit" {
        zh "写完报告就退出；不加则页面一直开放，按 Ctrl-C 结束"
        en "Exit after the report; otherwise the page is served until Ctrl-C"
    }
    "demo --out" { zh "报告和数据所在的目录" en "Directory for the report and the data" }
    "demo --speed" { zh "每秒模拟几天；0 为尽量快" en "Simulated days per second; 0 for as fast as possible" }
    "demo --seed" { zh "模拟天气的随机种子" en "Seed of the simulated weather" }
    "demo --port" {
        zh "页面在 127.0.0.1 上的端口；0 为任一空闲端口"
        en "Port of the page on 127.0.0.1; 0 for any free port"
    }
    "demo --ledger" { zh "用这份台账（CSV）代替样例的台账" en "Ledger (CSV) to use instead of the example's" }
    "<DAYS>" { zh "天数" en "DAYS" }
    "<SEED>" { zh "种子" en "SEED" }
}
