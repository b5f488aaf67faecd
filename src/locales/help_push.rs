//! The help of `hanqing push`.

labels! { "help";
    "push" {
        zh "给网关下发设置：在办公室签名，网关试用，中心端确认后保留。\n\n\
            网关默认不接收，要先在 `edge.toml` 里写 `[remote]`。试用期间网关连不上或读不到数，会自己退回原来的配置。"
        en "Push settings to gateways: signed at the office, tried by the gateway, kept when the hub confirms.\n\n\
            A gateway takes none unless its edge.toml has [remote]. What cuts it off or leaves it without readings is rolled back by \
            the gateway itself."
    }
    "push key" { zh "生成办公室的签名密钥" en "Make the office's key for signing" }
    "push key --out" {
        zh "私钥文件；公钥写到同名的 `.pub`"
        en "File of the private key; the public one gets the same name and .pub"
    }
    "push send" {
        zh "签名并下发，等网关回答。\n\n这里写的设置代替以前下发的全部设置；没写的回到网关自己的文件。"
        en "Sign settings, push them, and wait for the gateway.\n\nThey take the place of all that was pushed before: what is not named \
            is again as the gateway's own file has it."
    }
    "push send --gateway" { zh "网关" en "The gateway" }
    "push send --key" { zh "私钥文件" en "File of the private key" }
    "push send --set" {
        zh "下发一个设置项，如 `bus.pumps.interval_s=60`；总线写名称，设备写站号"
        en "Push one setting, such as bus.pumps.interval_s=60; a bus has its name, a device its unit"
    }
    "push send --none" {
        zh "不下发任何设置：回到网关自己的文件"
        en "Push no settings: back to the gateway's own file"
    }
    "push send --by" { zh "谁下发的；默认是中心端的名称" en "Who pushes; by default the hub's name" }
    "push send --wait" {
        zh "等网关回答多少秒；0 为不等"
        en "Seconds to wait for the gateway; 0 for not at all"
    }
    "push list" {
        zh "列出各网关使用的下发配置"
        en "List what gateways have of what was pushed"
    }
    "push list --json" { zh "每行输出一个 JSON 对象，每个网关一个" en "Print one JSON object per gateway and line" }
    "push drop" {
        zh "在网关上：不再使用下发的配置"
        en "At the gateway: use what was pushed no longer"
    }
    "push drop --to" {
        zh "改用保留的另一个编号（最近五个）"
        en "Use another of the last five that were kept, by its number"
    }
}
