"""Notices of a group as records: recalls, essence, files, who came and went, reactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.contract import AdapterError
from adapters.frames import decode
from adapters.qq_onebot import keys
from adapters.qq_onebot.cards import text_of
from adapters.qq_onebot.envelope import is_own, notice_id, upload_of
from adapters.qq_onebot.faces import reaction_emoji
from adapters.qq_onebot.files import uploaded
from adapters.qq_onebot.raw import Read
from archive.records import (
    AnyRecord,
    EssenceMark,
    Group,
    Member,
    Message,
    Reacted,
    Reaction,
    Recall,
)

_SOMEONE = "有人"
_HONOURS = {
    "talkative": "获得了龙王标识", "performer": "获得了群聊之火标识",
    "legend": "获得了群聊炽焰标识", "emotion": "获得了快乐源泉标识",
    "strong_newbie": "获得了冒尖小春笋标识",
}  # fmt: skip


def notice_records(told: Read, group: str) -> list[AnyRecord]:
    """Project a notice; one nobody knows becomes a message of kind `unknown` with all it said."""
    event = told.event
    notice, what = text_of(event.get("notice_type")), text_of(event.get("sub_type"))
    name = what if notice == "notify" else notice
    reader = _READERS.get(name)
    made = reader(told, group) if reader is not None else None
    if made is None:
        made = [_unknown(told, group, name or text_of(event.get("post_type")))]
    return made


def _recall(told: Read, group: str) -> list[AnyRecord] | None:
    event = told.event
    name = keys.short_name(event.get("message_id"))
    if name is None:
        return None
    return [Recall(group, name, _at(told), keys.member_key(event.get("operator_id")))]


def _essence(told: Read, group: str) -> list[AnyRecord] | None:
    event = told.event
    name = keys.short_name(event.get("message_id"))
    if name is None or event.get("sub_type") not in ("add", "delete"):
        return None
    by = keys.member_key(event.get("operator_id"))
    return [EssenceMark(group, name, by, _at(told), event["sub_type"] == "delete")]


def _upload(told: Read, group: str) -> list[AnyRecord] | None:
    event = told.event
    file = event.get("file")
    if not isinstance(file, dict):
        return None
    who = keys.member_key(event.get("user_id"))
    # this id is one of the other ids of the message about the same file: they become one row
    return [
        Message(
            group,
            upload_of(told),
            _at(told),
            who,
            _shown(told, event.get("user_id")),
            "file",
            attachments=(uploaded(file, keys.platform_id(group)),),
            quality=2,
        )
    ]


def _came(told: Read, group: str) -> list[AnyRecord] | None:
    event = told.event
    by = _other(told, "operator_id")
    invited = event.get("sub_type") == "invite" and by
    text = f"由 {by} 邀请加入了群聊" if invited else "加入了群聊"
    return _with_member(told, group, "member", "invite" if invited else "join", text)


def _left(told: Read, group: str) -> list[AnyRecord] | None:
    event = told.event
    if event.get("sub_type") == "disband":
        return [_service(told, group, "disband", "群聊已解散", event.get("operator_id"))]
    kicked = event.get("sub_type") in ("kick", "kick_me")
    text = f"被 {_other(told, 'operator_id') or '管理员'} 移出了群聊" if kicked else "退出了群聊"
    return _with_member(told, group, "left", "remove" if kicked else "leave", text)


def _admin(told: Read, group: str) -> list[AnyRecord] | None:
    named = told.event.get("sub_type") == "set"
    text = "成为了管理员" if named else "不再是管理员"
    return _with_member(told, group, "admin" if named else "member", "admin", text)


def _ban(told: Read, group: str) -> list[AnyRecord] | None:
    event = told.event
    ends = event.get("sub_type") == "lift_ban"
    if keys.word(event.get("user_id")) is None:
        text = "关闭了全员禁言" if ends else "开启了全员禁言"
        return [_service(told, group, "mute", text, event.get("operator_id"))]
    by = _other(told, "operator_id") or "管理员"
    length = keys.number(event.get("duration")) or 0
    text = f"被 {by} 解除了禁言" if ends else f"被 {by} 禁言{_span(length)}"
    return _with_member(told, group, None, "mute", text)


def _card(told: Read, group: str) -> list[AnyRecord] | None:
    key = keys.member_key(told.event.get("user_id"))
    card = text_of(told.event.get("card_new")).strip() or None
    return [Member(key, group_key=group, group_name=card, at=_at(told))] if key else None


def _badge(told: Read, group: str) -> list[AnyRecord] | None:
    title = text_of(told.event.get("title"))
    text = f"获得了头衔「{title}」" if title else "的头衔被取消了"
    return _with_member(told, group, None, "badge", text)


def _group_name(told: Read, group: str) -> list[AnyRecord] | None:
    event = told.event
    title = text_of(event.get("name_new")) or text_of(event.get("name"))
    if not title:
        return None
    who = event.get("user_id") or event.get("operator_id")
    return [
        Group(group, title, at=_at(told)),
        _service(told, group, "title", f"群名改为「{title}」", who),
    ]


def _likes(told: Read, group: str) -> list[AnyRecord] | None:
    event = told.event
    name = keys.short_name(event.get("message_id"))
    likes = event.get("likes")
    if not isinstance(likes, list):
        likes = [{"emoji_id": event.get("code"), "count": event.get("count")}]
    if name is None:
        return []  # old NapCat does not say of which message
    everything = told.known.get("likes")
    if isinstance(everything, list):
        found = (_reaction(like) for like in everything if isinstance(like, dict))
        return [Reacted(group, name, None, tuple(r for r in found if r.count > 0), _at(told))]
    who = keys.member_key(event.get("user_id")) or keys.member_key(event.get("operator_id"))
    taken_back = event.get("is_add") is False or event.get("sub_type") == "remove"
    given = tuple(
        Reaction(_reaction(like).emoji, 1, (who,) if who else ())
        for like in likes
        if isinstance(like, dict)
    )
    return [Reacted(group, name, who, () if taken_back else given, _at(told))]


def _reaction(like: dict[str, Any]) -> Reaction:
    count = keys.number(like.get("count", like.get("likes_cnt")))
    return Reaction(reaction_emoji(like.get("emoji_id")), 1 if count is None else count)


def _poke(told: Read, group: str) -> list[AnyRecord] | None:
    event = told.event
    act, ending = text_of(event.get("action")), text_of(event.get("suffix"))
    info = event.get("raw_info")
    if not act and isinstance(info, list):
        words = [text_of(part.get("txt")) for part in info if isinstance(part, dict)]
        words = [word for word in words if word]
        act, ending = words[0] if words else "", words[1] if len(words) > 1 else ending
    text = f"{act or '戳了戳'} {_other(told, 'target_id') or _SOMEONE} {ending}".strip()
    return [_service(told, group, "poke", text, event.get("user_id"))]


def _lucky(told: Read, group: str) -> list[AnyRecord] | None:
    return [_service(told, group, "red_packet", "是红包的运气王", told.event.get("target_id"))]


def _honour(told: Read, group: str) -> list[AnyRecord] | None:
    text = _HONOURS.get(text_of(told.event.get("honor_type")))
    return [_service(told, group, "honor", text, told.event.get("user_id"))] if text else None


def _gray_tip(told: Read, group: str) -> list[AnyRecord] | None:
    try:
        content = decode(text_of(told.event.get("content")).encode("utf-8", "surrogatepass"))
    except AdapterError:
        return None
    items = content.get("items") if isinstance(content, dict) else None
    parts = items if isinstance(items, list) else []
    words = [text_of(p.get("txt")) or text_of(p.get("nm")) for p in parts if isinstance(p, dict)]
    text = "".join(words).strip()
    # such a line can be forged by a member; it is shown as said by them
    return [_service(told, group, "system", text, told.event.get("user_id"))] if text else None


def _with_member(
    told: Read, group: str, role: str | None, service: str, text: str
) -> list[AnyRecord] | None:
    who = told.event.get("user_id")
    key = keys.member_key(who)
    if key is None:
        return None
    made: list[AnyRecord] = []
    if role:
        bot = is_own(told.event) or keys.is_robot(who)
        made = [Member(key, group_key=group, role=role, is_bot=bot, at=_at(told))]
    return [*made, _service(told, group, service, text, who)]


def _service(told: Read, group: str, service: str, text: str, who: Any) -> Message:
    event = told.event
    return Message(
        group,
        notice_id(event),
        _at(told),
        keys.member_key(who),
        _shown(told, who),
        "service",
        text,
        service=service,
        quality=2,
    )


def _at(told: Read) -> int | None:
    return keys.seconds(told.event.get("time"))


def _unknown(told: Read, group: str, name: str) -> Message:
    event = told.event
    return Message(
        group,
        notice_id(event),
        _at(told),
        keys.member_key(event.get("user_id")),
        _shown(told, event.get("user_id")),
        "unknown",
        detail={"type": name[:60] or "notice", "raw": event},
        quality=2,
    )


def _shown(told: Read, who: Any) -> str | None:
    return text_of(told.part("names").get(text_of(who))) or None


def _other(told: Read, field: str) -> str:
    """Return the name of another person in a notice; nobody's number is shown for a name."""
    who = told.event.get(field)
    if keys.member_key(who) is None or who == told.event.get("user_id"):
        return ""
    return _shown(told, who) or _SOMEONE


def _span(seconds: int) -> str:
    for size, word in ((86400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f" {seconds // size} {word}"
    return f" {seconds} 秒" if seconds > 0 else ""


_READERS: dict[str, Callable[[Read, str], list[AnyRecord] | None]] = {
    "group_recall": _recall, "essence": _essence, "group_upload": _upload,
    "group_increase": _came, "group_decrease": _left, "group_admin": _admin, "group_ban": _ban,
    "group_card": _card, "title": _badge, "group_name": _group_name,
    "group_name_change": _group_name, "group_msg_emoji_like": _likes, "reaction": _likes,
    "poke": _poke, "lucky_king": _lucky, "honor": _honour, "gray_tip": _gray_tip,
}  # fmt: skip
"""`notice_type`, of `notify` the `sub_type` → what projects it; None from it means unknown."""
