"""The rows of what is found, kept as essence, saved and gathered."""

from __future__ import annotations

from every_command import (
    BY_CODE,
    NOT_ADMIN,
    NOT_ALONE,
    NOT_AUTHOR,
    UNMET,
    Row,
    of_group,
    of_messages,
)

ADMINS, AUTHOR, SAME = ("admin", "admin2"), ("author", "author"), ("member", "member")

FOUND = (
    Row(
        command="help",
        typed=("/help", "/帮助"),
        told=(r"Find: /search WORDS · ", r"找：.*/搜 词 · "),
    ),
    Row(
        command="start",
        typed=("/start", "/新人"),
        told=(r"What is worth keeping in “", r"里值得留下的话沉淀在这里"),
    ),
    Row(
        command="search",
        typed=("/search deploy", "/搜 部署"),
        told=(r"“deploy”, 1 hit:\n.*: deploy failed: read the logs · \w{6}",
              r"“部署”有 1 条：\n.*：部署失败先看日志 · \w{6}"),
        said=("deploy failed: read the logs", "部署失败先看日志"),
        refused=UNMET,
    ),
    Row(
        command="link",
        typed=("/link", "/出处"),
        told=(r": deploy failed: read the logs · \w{6}", r"：部署失败先看日志 · \w{6}"),
        of="search",
        refused=BY_CODE,
    ),
    Row(
        command="catchup",
        typed=("/catchup 24h", "/我错过了什么 24h"),
        told=(r"Since .*: \d+ messages, \d people:", r"以来 \d+ 条，\d 人："),
        alone=True,
        refused=UNMET,
    ),
)  # fmt: skip

KEPT = (
    Row(
        command="essence",
        typed=("/essence #howto well put", "/精华 #教程 讲得清楚"),
        told=(r"Kept as essence: “volumes keep data” #howto · (\w{6})\nThank you, 写者\.\n.* \1",
              r"收进精华：“数据放在卷里” #教程 · (\w{6})\n谢谢 写者。\n.* \1"),
        by=ADMINS,
        said=("volumes keep data", "数据放在卷里"),
        about=True,
        refused=BY_CODE,
        kept=of_group("essence", "reason IN ('well put', '讲得清楚')"),
        holds=(1, 2),
    ),
    Row(
        command="best",
        typed=("/best", "/看精华 7d"),
        told=(r"Essence, 2:\n数据放在卷里.*\nvolumes keep data",
              r"精华 2 条：\n数据放在卷里.*\nvolumes keep data"),
        refused=UNMET,
    ),
    Row(
        command="unessence",
        typed=("/unessence", "/取消精华"),
        told=(r"No longer essence: “volumes keep data”", r"不再是精华：“数据放在卷里”"),
        by=ADMINS,
        of="essence",
        refused=NOT_ADMIN,
        kept=of_group("essence"),
        holds=(1, 0),
    ),
    Row(
        command="tag",
        typed=("/tag #docker", "/标签 #容器"),
        told=(r"Its tags now: #docker · \w{6}", r"现在的标签：#容器 · \w{6}"),
        by=AUTHOR,
        said=("images are layers", "镜像是一层层的"),
        about=True,
        refused=NOT_AUTHOR,
        kept=of_messages("message_tags JOIN tags ON id = tag_id", "name IN ('docker', '容器')"),
        holds=(1, 2),
    ),
)  # fmt: skip

SHELVED = (
    Row(
        command="save",
        typed=("/save", "/收藏"),
        told=(r"Saved: “worth reading twice” · \w{6}; only you see it",
              r"收藏了：“值得再读一遍” · \w{6}，只有你看得到"),
        by=SAME,
        said=("worth reading twice", "值得再读一遍"),
        about=True,
        alone=True,
        refused=BY_CODE,
        kept=of_messages("saved"),
        holds=(1, 2),
    ),
    Row(
        command="saved",
        typed=("/saved", "/我的收藏"),
        told=(r"What you saved, newest first:\n.*值得再读一遍.*\n.*worth reading twice",
              r"你的收藏，最近的在前：\n.*值得再读一遍.*\n.*worth reading twice"),
        by=SAME,
        alone=True,
        refused=UNMET,
    ),
    Row(
        command="file",
        typed=("/file manual", "/文件 手册"),
        told=(r"the newest:\n.*manual\.pdf.* · \w{6}", r"最近的：\n.*手册\.pdf.* · \w{6}"),
        said=("manual.pdf", "手册.pdf"),
        files=True,
        refused=UNMET,
    ),
    Row(
        command="links",
        typed=("/links howto", "/链接 jiaocheng"),
        told=(r"the newest:\n.*https://example\.org/howto · \w{6}",
              r"最近的：\n.*https://example\.org/jiaocheng · \w{6}"),
        said=("see https://example.org/howto", "看 https://example.org/jiaocheng"),
        refused=UNMET,
    ),
    Row(
        command="tags",
        typed=("/tags", "/标签列表"),
        told=(r"#volumes 1\n.*/search tag:", r"#volumes 1 · #卷 1\n.*/搜 标签:"),
        said=("volumes are folders #volumes", "卷就是文件夹 #卷"),
        refused=UNMET,
    ),
)  # fmt: skip

GATHERED = (
    Row(
        command="thread",
        typed=("/thread Moving house", "/归拢 搬家记"),
        told=(r"Gathered: “Moving house”, \d messages?, .* · (\w{6})\n.*/thread \1 -",
              r"归拢成帖：“搬家记”，\d 条，.* · (\w{6})\n.*/归拢 \1 -"),
        by=ADMINS,
        said=("first the database moves", "先搬数据库"),
        about=True,
        refused=NOT_ADMIN,
        kept=of_group("threads"),
        holds=(1, 2),
    ),
    Row(
        command="column",
        typed=("/column basics", "/专栏 新手必读"),
        told=(r"“read this first” is now in the column “basics”, which has 1 · \w{6}",
              r"“先读这一篇”收进专栏「新手必读」，共 1 篇 · \w{6}"),
        by=ADMINS,
        said=("read this first", "先读这一篇"),
        about=True,
        refused=NOT_ADMIN,
        kept=of_messages("column_messages"),
        holds=(1, 2),
    ),
    Row(
        command="intro",
        typed=("/intro I run kubernetes clusters", "/自我介绍 做增长的，在杭州"),
        told=(r"Done; only this group sees it", r"写好了，只有这个群的人看得到"),
        refused=NOT_ALONE,
        kept=of_group("introductions"),
        holds=(1, 2),
    ),
    Row(
        command="who",
        typed=("/who kubernetes", "/找人 增长"),
        told=(r"Who knows about “kubernetes”:\n群友甲, on themselves: “I run kubernetes clusters”",
              r"说过“增长”的人：\n群友乙：自我介绍“做增长的，在杭州”"),
        refused=UNMET,
    ),
)  # fmt: skip

SHELVES = (FOUND, KEPT, SHELVED, GATHERED)
