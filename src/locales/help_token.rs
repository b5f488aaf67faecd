//! The help of `hanqing token`.

labels! { "help";
    "token" {
        zh "生成、列出和吊销令牌，供别的系统通过接口读取数据。\n\n\
            中心端可以照常运行，一秒内生效。令牌只能读取，不能登录页面，也不能改动任何内容。"
        en "Make, list and revoke tokens, with which other systems read by the interface for programs.\n\n\
            The hub may be running, and sees it within a second. A token only reads: it neither signs in to the page nor changes \
            anything."
    }
    "token make" {
        zh "生成一个令牌，只显示这一次"
        en "Make a token, and show it this once"
    }
    "token make NAME" { zh "名称，写明给谁用，如 `xian-pingtai`" en "A name that says who uses it, such as county" }
    "token make --scope" { zh "令牌可以读什么" en "What it may read" }
    "token make --scope read" {
        zh "测站、读数、报警、网关、文件"
        en "Stations, readings, alarms, gateways and files"
    }
    "token make --scope report" { zh "另加统计指标和台账" en "The same, and figures and the ledger" }
    "token make --scope operate" { zh "只有 `/metrics` 和 `/health`" en "Only /metrics and /health" }
    "token make --until" { zh "最后一天；不写则一年" en "The last day; without it, a year" }
    "token list" { zh "列出全部令牌，没有密文" en "List all tokens, without their secrets" }
    "token list --json" { zh "每行输出一个 JSON 对象，每个令牌一个" en "Print one JSON object per token and line" }
    "token revoke" { zh "吊销一个令牌，立即生效" en "Revoke a token: it opens nothing any more" }
    "token revoke NAME" { zh "令牌的名称" en "The token's name" }
    "<SCOPE>" { zh "范围" en "SCOPE" }
}
