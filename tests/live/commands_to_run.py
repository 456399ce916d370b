"""The rows of what is asked, of one's own words, and of what runs a group."""

from __future__ import annotations

from every_command import (
    BY_CODE,
    NOT_ADMIN,
    NOT_ADMIN_THERE,
    NOT_ALONE,
    NOT_AUTHOR,
    UNMET,
    Refused,
    Row,
    of_group,
    of_messages,
)

ADMINS, AUTHOR = ("admin", "admin2"), ("author", "author")

ROSTER = "姓名,账号,角色,到期,备注\n阿禾,,会员,{soon},\n老周,,嘉宾,,\n"

ASKED = (
    Row(
        command="ask",
        typed=("/ask how do I read docker logs", "/问 容器怎么重启"),
        told=(r"The question is open · (\w{6});.*/solved \1",
              r"问题记下了 · (\w{6})，.*/解决了 \1"),
        refused=NOT_ALONE,
        kept=of_messages("questions"),
        holds=(1, 2),
    ),
    Row(
        command="open",
        typed=("/open", "/待回答"),
        told=(r"Not answered yet:\nhow do I read docker logs.* · \w{6}\n容器怎么重启",
              r"等回答的问题：\nhow do I read docker logs.* · \w{6}\n容器怎么重启"),
        refused=UNMET,
    ),
    Row(
        command="answer",
        typed=("/answer {ask}", "/答 {ask}"),
        told=(r"Noted as an answer to “how do I read docker.*” · (\w{6})\n.*/solved \1",
              r"算作“容器怎么重启”的回答 · (\w{6})\n.*/采纳 \1"),
        said=("the name goes behind it", "加上名字就行"),
        about=True,
        refused=BY_CODE,
        kept=of_messages("answers"),
        holds=(1, 2),
    ),
    Row(
        command="solved",
        typed=("/solved", "/采纳"),
        told=(r"is solved: the name goes behind it · \w{6}\nThank you, 写者",
              r"“容器怎么重启”解决了：加上名字就行 · \w{6}\n谢谢 写者"),
        of="answer",
        refused=Refused("author", "group", ("Only who asked", "这要问的人自己")),
        kept=of_messages("answers", "accepted"),
        holds=(1, 2),
    ),
)  # fmt: skip

OWN = (
    Row(
        command="privacy",
        typed=("/privacy", "/隐私"),
        told=(r"This group is being archived\..*\n.*\n.*/optout",
              r"这个群正在存档，.*\n.*\n.*/不要存我"),
    ),
    Row(
        command="login",
        typed=("/login", "/登录"),
        # its site has no address of its own here; tests/live/test_login_run.py has one
        told=("This archive has no address", "这个存档没有设网址"),
        refused=UNMET,
    ),
    Row(
        command="mydata",
        typed=("/mydata", "/我的数据"),
        told=(r"\d messages of yours are kept", r"存着你说的 \d 条"),
        alone=True,
    ),
    Row(
        command="alias",
        typed=("/alias Captain", "/化名 船长"),
        told=(r"you are “Captain” from now on", r"从现在起叫“船长”"),
        refused=NOT_ALONE,
        kept=of_group("shown_names", "name IN ('Captain', '船长')"),
        holds=(1, 2),
    ),
    Row(
        command="publish",
        typed=("/publish", "/可以公开"),
        told=(r"may be shown to everybody, with your name\.\n.*/publish -",
              r"收进精华后可以署名公开。\n.*/可以公开 -"),
        kept="SELECT count(*) FROM publish_consents",
        holds=(1, 2),
    ),
    Row(
        command="report",
        typed=("/report an advert", "/举报 广告"),
        told=(r"(admins are told|It is noted).* · (\w{6}), not by whom\.\n.*/report \2 -",
              r"(告诉群主和管理员|记下了).* · (\w{6})，不会说是谁举报的。\n.*/举报 \2 -"),
        said=("buy now, half the price", "半价，快来买"),
        about=True,
        alone=True,
        also=(r"\AA member reports a message", r"\A有群友举报"),
        refused=BY_CODE,
        kept=of_messages("reports"),
        holds=(1, 2),
    ),
)  # fmt: skip

LEAVING = (
    Row(
        command="digest",
        typed=("/digest", "/周报"),
        told=(r"No such digest was sent yet", r"还没有发过这样的日报、周报"),
        refused=Refused(
            "author", "group",
            (r"Only the group's owner and admins see, edit and send drafts", r"草稿要群主或管理员"),
            ("/digest draft", "/周报 草稿"),
        ),
    ),
    Row(
        command="forget",
        typed=("/forget", "/删掉"),
        told=(r"Erased 1 message from the archive", r"从存档里删掉了 1 条"),
        by=AUTHOR,
        said=("this was not meant for here", "发错群了"),
        about=True,
        refused=NOT_AUTHOR,
        kept=of_group("messages", "text IN ('this was not meant for here', '发错群了')"),
        holds=(0, 1, 0),
    ),
    Row(
        command="anon",
        typed=("/anon how do I get a refund", "/匿名问 怎么开发票"),
        told=(r"It goes to “.+” without your name", r"会发到「.+」，不写你的名字"),
        where="alone",
        also=(r"\AAnonymous question: how do I get a refund\n", r"\A匿名提问：怎么开发票\n"),
        refused=UNMET,
        kept="SELECT count(*) FROM anonymous_questions WHERE group_key = ?1",
        holds=(1, 2),
        wechat=("/ask", "/问"),
    ),
    Row(
        command="optout",
        typed=("/optout", "/不要存我"),
        told=(r"From now on nothing you say is kept", r"从现在起不存你说的"),
        kept="SELECT count(*) FROM opt_outs",
        holds=(1, 2),
    ),
    Row(
        command="optin",
        typed=("/optin", "/恢复存档"),
        told=(r"From now on your words are kept again", r"从现在起又会存你"),
        kept="SELECT count(*) FROM opt_outs",
        holds=(1, 0),
    ),
)  # fmt: skip

RUN = (
    Row(
        command="invite",
        typed=("/invite Write to Ann", "/邀请 找阿珍"),
        told=(r"Noted; /invite shows it", r"邀请语记下了，发 /邀请 就能看到"),
        by=ADMINS,
        refused=NOT_ADMIN,
        kept=of_group("group_texts").replace("count(*)", "max(text)"),
        holds=("Write to Ann", "找阿珍"),
    ),
    Row(
        command="archive",
        typed=("/archive on", "/关闭存档"),
        told=(r"Archiving begins\. Who: 阿珍", r"停了：从现在起这个群说的话不再存"),
        by=ADMINS,
        where="new",
        refused=NOT_ADMIN_THERE,
        kept="SELECT count(*) FROM consents WHERE started_by != 'configuration' AND until IS NULL",
        holds=(1, 0),
    ),
    Row(
        command="bridge",
        typed=("/bridge", "/桥接 开"),
        told=(r"No bridge is configured for this group", r"没有为本群配置桥接"),
        by=ADMINS,
        refused=NOT_ADMIN,
    ),
    Row(
        command="import",
        typed=("/import", "/导入"),
        said=("there is no file in this", "这里面没有文件"),
        about=True,
        told=(r"There is nothing to import", r"这条里没有能导入的"),
        by=ADMINS,
        refused=NOT_ADMIN,
    ),
    Row(
        command="roster",
        typed=("/roster", "/名册 阿禾"),
        told=(r"The roster, 2: guest 1, member 1\nWithin 14 days 1 end; 0 have ended",
              r"\A阿禾 · 成员 · 到 \d"),
        by=ADMINS,
        alone=True,
        refused=NOT_ADMIN,
    ),
    Row(
        command="expiring",
        typed=("/expiring", "/快到期 30"),
        told=(r"Within 14 days 1 end:\n阿禾 · member · until \d",
              r"30 天内到期 1 人：\n阿禾 · 成员 · 到 \d"),
        by=ADMINS,
        alone=True,
        refused=NOT_ADMIN,
    ),
    Row(
        command="pause",
        typed=("/pause 1h", "/暂停存档 2小时"),
        told=(r"Archiving is paused for 1 hour, until", r"暂停存档 2 小时，到"),
        by=ADMINS,
        refused=NOT_ADMIN,
        kept="SELECT max(until - since) / 3600 FROM pauses WHERE group_key = ?1",
        holds=(1, 2),
    ),
)  # fmt: skip

SHELVES = (ASKED, OWN, LEAVING, RUN)
