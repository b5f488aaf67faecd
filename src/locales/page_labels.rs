//! What the frame of every page says.

labels! { "page";
    "skip" { zh "跳到正文" en "Skip to content" }
    "home" { zh "首页" en "Home" }
    "simulated" { zh "模拟时间" en "simulated time" }
    "sections" { zh "栏目" en "Pages" }
    "pumps" { zh "泵站" en "Pumps" }
    "gateways" { zh "网关" en "Gateways" }
    "ledger" { zh "台账" en "Ledger" }
    "report_section" { zh "报告" en "Report" }
    "people" { zh "人员" en "People" }
    "audit" { zh "操作记录" en "Record" }
    "sign_in" { zh "登录" en "Sign in" }
    "sign_out" { zh "退出" en "Sign out" }
    "back" { zh "回到首页" en "Back to the first page" }
    "connection_lost" {
        zh "与中心端失去连接，以下是断开前的数据"
        en "The connection to the hub is lost; these are the last data"
    }

    // Documents.
    "report" {
        zh "抗旱救灾报告（按台账的抗旱期现算）："
        en "Drought relief report of the ledger's drought event, worked out now:"
    }
    "report_tables" { zh "Excel 附表和报表" en "Excel annex and tables" }
    "report_web" { zh "网页" en "web page" }
}
