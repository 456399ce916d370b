"""Tells what a service row is about from its words in Chinese or English."""

from __future__ import annotations

import re

_ACTIONS = (
    ("recall", r"撤回了?(?:一条|一條|成员|群成员)?.{0,12}消息|recalled a message"),
    ("invite", r"邀请.{1,200}(?:加入|进入|进群)|invited .{1,200} to the group"),
    ("remove", r"(?:移出|踢出|移除)了?.{0,60}群|removed .{1,60} from the group"),
    ("join", r"(?:加入|进入)了?(?:本群|群聊|该群|群)|扫描.{0,80}二维码|joined the group"),
    ("leave", r"(?:退出|离开)了?(?:本群|群聊|该群|群)|left the group"),
    ("title", r"修改(?:了?群|了?本群|群聊)?名称?为|changed the group name"),
    ("pat", r"拍了拍|戳了戳|tickled"),
    ("mute", r"禁言"),
    ("admin", r"(?:成为|设为|设置为|任命).{0,20}管理员|管理员权限|新群主|群主转让"),
    ("essence", r"精华消息|设为精华"),
    ("notice", r"群公告"),
    ("red_packet", r"红包"),
    ("call", r"(?:语音|视频)通话|语音聊天"),
)
_patterns = tuple((action, re.compile(pattern, re.DOTALL)) for action, pattern in _ACTIONS)


def action_of(text: str) -> str:
    """Return recall, join, invite, leave, remove, title … or `system` for anything else."""
    text = text[:400]
    for action, pattern in _patterns:
        if pattern.search(text):
            return action
    return "system"
