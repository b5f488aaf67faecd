//! What the templates of the gateways page say.

labels! { "gateways";
    "title" { zh "网关" en "Gateways" }
    "count" { zh "网关" en "gateways" }
    "well" { zh "在线" en "online" }
    "without_answer" { zh "静默或离线" en "silent or offline" }
    "devices_without_answer" { zh "设备无应答" en "devices without an answer" }
    "none" { zh "还没有网关。网关第一次连上以后出现在这里" en "No gateways yet. A gateway appears here once it has connected" }
    "beside" { zh "其他提示" en "Also to note" }
    "station_count" { zh "所属测站 {n} 个" en "stations: {n}" }
    "declared" { zh "乡镇文件" en "township's file" }
    "pinned" { zh "绑定" en "pinned" }
    "no_stations" { zh "没有测站属于它" en "no stations belong to it" }
    "devices_of" { zh "总线 {bus} 上的设备" en "Devices on bus {bus}" }
    "no_devices" { zh "这条总线上没有设备" en "no devices on this bus" }
    "unit" { zh "站号" en "unit" }
    "profile" { zh "型号" en "profile" }
    "station" { zh "测站" en "station" }
    "state" { zh "状态" en "state" }
    "since" { zh "自" en "since" }
    "success" { zh "成功率" en "success" }
    "error" { zh "多数失败的原因" en "why most failures" }
    "losses" { zh "丢失的读数，最近 {n} 段" en "readings lost, latest spans: {n}" }
    "administer" { zh "管理" en "Administer" }
    "administer_note" {
        zh "每一步都记入操作记录，写明是谁、何时。读数不会删除，吊销可以恢复"
        en "Each step is recorded with who did it and when. No reading is deleted, and a revocation can be taken back"
    }
    "of_gateway" { zh "网关 {gateway}" en "Gateway {gateway}" }
    "pin" { zh "把测站绑定给它" en "Pin a station to it" }
    "pin_note" {
        zh "从现在起只收它发来的这个测站的读数；乡镇文件写明归属的测站不能绑定"
        en "From now on only it may send readings of the station. A station that the township's file gives away cannot be pinned"
    }
    "release" { zh "解除测站的绑定" en "Release a station" }
    "release_note" {
        zh "下一个发来它读数的网关得到它"
        en "It then belongs to the gateway that sends readings of it next"
    }
    "revoke" { zh "吊销网关" en "Revoke the gateway" }
    "revoke_note" {
        zh "失窃或被仿冒时用：它自这个时间起的读数不再计入，以后发来的进隔离区。请到消息服务器上停用它的密钥"
        en "Where it was stolen or faked: its readings since then do not count, and what it sends goes to the quarantine. Bar its \
            key at the broker too"
    }
    "reinstate" { zh "恢复网关" en "Reinstate the gateway" }
    "reinstate_note" { zh "它的读数重新计入" en "Its readings count again" }
    "revoke_since" { zh "自（当地时间）" en "since (local time)" }
    "reason" { zh "原因" en "reason" }
    "confirm_pin" { zh "我确认：这个测站现在属于它" en "I confirm that the station belongs to it now" }
    "confirm_release" { zh "我确认：解除绑定" en "I confirm the release" }
    "confirm_revoke" { zh "我确认：这个网关不再可信" en "I confirm that this gateway is not to be trusted" }
    "confirm_reinstate" { zh "我确认：这个网关又可信了" en "I confirm that this gateway is to be trusted again" }
}
