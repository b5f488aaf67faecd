//! What the templates of the pages of persons say.

labels! { "people";
    "title" { zh "人员" en "People" }

    "sign-in" { zh "登录" en "Sign in" }
    "person" { zh "用户名，或单位和姓名" en "User name, or office and name" }
    "password" { zh "密码" en "Password" }
    "forgotten" {
        zh "忘记密码，或者第一次登录：请管理员给你一个链接。"
        en "Forgotten your password, or here for the first time: ask an administrator for a link."
    }

    "first-title" { zh "设置密码" en "Choose a password" }
    "user-name" { zh "用户名" en "User name" }
    "rule-length" { zh "10 至 200 个字符，一句好记的话最好" en "10 to 200 characters; a sentence you remember is best" }
    "rule-common" { zh "不能是常见的密码" en "no common password" }
    "rule-name" { zh "不能只是用户名或姓名加几个字符" en "not just your name and a few characters more" }
    "new-password" { zh "新密码" en "New password" }
    "again" { zh "再输入一次" en "Once more" }
    "save" { zh "保存并登录" en "Save and sign in" }
    "others-end" {
        zh "保存以后，用旧密码登录的地方都要重新登录。"
        en "After that, wherever you are signed in with the old password, you sign in anew."
    }

    "all" { zh "所有人员" en "All persons" }
    "name" { zh "姓名" en "Name" }
    "role" { zh "权限" en "Role" }
    "sessions" { zh "登录处数" en "Signed in on" }
    "last-seen" { zh "最近使用" en "Last seen" }
    "actions" { zh "操作" en "Actions" }
    "you" { zh "你" en "you" }
    "nobody" { zh "配置里还没有人员。" en "No person is in the configuration yet." }
    "make-link" { zh "生成链接" en "Make a link" }
    "sign-out" { zh "全部退出" en "Sign out everywhere" }
    "of-person" { zh "：{name}" en ": {name}" }
    "link-title" { zh "给{name}的链接" en "A link for {name}" }
    "link" { zh "链接" en "Link" }
    "link-note" {
        zh "只显示这一次，只能用一次。当面或打电话告诉本人，不要发到群里。"
        en "It is shown this once and works once. Give it to nobody else, and not by a group chat."
    }
    "from-config" {
        zh "添加人员、改变权限：改中心端的配置，再重新启动。"
        en "To add a person or change a role, edit the hub's configuration and start it again."
    }

    "audit" { zh "操作记录" en "Record" }
    "audit-note" { zh "谁在什么时候做了什么，最新的在前。" en "Who did what, and when; the newest first." }
    "audit-rows" { zh "操作记录，最新的在前" en "Record, the newest first" }
    "number" { zh "编号" en "No." }
    "when" { zh "时间" en "When" }
    "who" { zh "谁" en "Who" }
    "from" { zh "来自" en "From" }
    "deed" { zh "做了什么" en "What" }
    "detail" { zh "内容" en "Detail" }
    "changed" { zh "与当初写下的不一样" en "not as it was written" }
    "nothing" { zh "还没有记录。" en "Nothing yet." }
    "no-older" { zh "没有更早的记录。" en "No older rows." }
    "older" { zh "更早的" en "Older" }
    "newest" { zh "最新的" en "Newest" }
}
