"""What is asked of the gateway on somebody's behalf: speak, mark as 群精华, tell a role."""

from __future__ import annotations

from typing import Any

from adapters.contract import AdapterError, Forbidden, NotReachable, Outgoing, Sent
from adapters.frames import decode
from adapters.qq_onebot import bringing, keys
from adapters.qq_onebot.history import Look
from adapters.qq_onebot.link import Link, Refused, meant
from adapters.qq_onebot.memory import Memory

_ROLES = ("owner", "admin", "member")
_NOT_THERE = ("不存在", "不在", "not exist", "not found", "no such", "无法获取", "获取失败")
_NO_FRIEND = ("好友", "friend", "临时", "无法获取用户信息", "timeout: ntevent")
"""How gateways say that someone is no friend of the account; the last, by silence."""
_SEARCHED = 2000
"""Messages of history gone through for one whose short id is not remembered."""


async def say(link: Link, memory: Memory, message: Outgoing) -> Sent:
    """Send one message, as an answer where it answers one. Raises AdapterError."""
    if message.takes_back is not None:
        return await bringing.take_back(link, message)
    if message.doubt is not None and (there := await bringing.found(link, message, message.doubt)):
        return there
    if message.group_key is None:
        if message.member_key is None:
            raise NotReachable("nobody is named to send to.")
        answer = await _said(
            link,
            "send_private_msg",
            user_id=keys.api_id(message.member_key),
            message=[_text(message.text)],
        )
    else:
        segments = _addressed(message, memory, link)
        if message.text:
            segments.append(_text(message.text))
        if message.enclosed is not None:
            segments.append(await bringing.segment_of(message.enclosed))
        answer = await _said(
            link, "send_group_msg", group_id=keys.api_id(message.group_key), message=segments
        )
    short = answer.get("message_id") if isinstance(answer, dict) else None
    if message.group_key is None:
        return Sent(keys.short_name(short))
    return await bringing.ids_of(memory, message.group_key, short)


async def _said(link: Link, action: str, **parameters: Any) -> Any:
    try:
        return await link.call(action, **parameters)
    except Refused as refused:
        understood = meant(refused)
        if isinstance(understood, NotReachable) and action == "send_private_msg":
            understood = _privately(refused) or understood
        raise understood from None
    except NotReachable as error:
        # it was on its way: nobody can tell whether it arrived
        raise AdapterError(error.what, "look in the group whether it was said") from None


def _privately(refused: Refused) -> Forbidden | None:
    said = refused.said.lower()
    if not any(word in said for word in _NO_FRIEND):
        return None
    return Forbidden("that person is no friend of the account.", "they add it and write to it")


def _addressed(message: Outgoing, memory: Memory, link: Link) -> list[dict[str, Any]]:
    """Return the segments that say whom a message in a group is for."""
    assert message.group_key is not None
    if message.reply_to is not None:
        group = keys.platform_id(message.group_key)
        short = memory.short_id(group, message.reply_to)
        data: dict[str, Any] = {} if short is None else {"id": str(short)}
        if message.reply_to.isdecimal() and "napcat" in link.app.lower():
            data["seq"] = int(message.reply_to)
        if data:
            return [{"type": "reply", "data": data}]
    if message.member_key is not None:
        at = {"type": "at", "data": {"qq": keys.platform_id(message.member_key)}}
        return [at, _text(" ")]
    return []


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "data": {"text": text}}


async def mark(link: Link, memory: Memory, group_key: str, own_id: str, marked: bool) -> None:
    """Set or take away 群精华. Raises AdapterError."""
    short = await _short_id(link, memory, group_key, own_id)
    action = "set_essence_msg" if marked else "delete_essence_msg"
    try:
        await _called(link, action, message_id=short)
    except AdapterError:
        # the gateway may only have forgotten its short ids: a page of history renews them
        if not await _renewed(link, memory, group_key, own_id):
            raise
        await _called(link, action, message_id=short)


async def _short_id(link: Link, memory: Memory, group_key: str, own_id: str) -> int | str:
    group = keys.platform_id(group_key)
    short = memory.short_id(group, own_id)
    if short is None and await _renewed(link, memory, group_key, own_id):
        short = memory.short_id(group, own_id)
    if short is None:
        raise Forbidden(
            "the gateway no longer has that message.", "mark it in QQ itself; it is followed here"
        )
    return short


async def _renewed(link: Link, memory: Memory, group_key: str, own_id: str) -> bool:
    """Go through recent history until a message is met; tell whether it was."""
    group = keys.platform_id(group_key)
    found = await Look(link, group_key, back_to=0, most=_SEARCHED).back()
    for message in found.messages:
        memory.learn(decode(message.raw))
    wanted = memory.short_id(group, own_id)
    return any(m.own_id == own_id or m.short == wanted for m in found.messages)


async def role(link: Link, group_key: str, member_key: str) -> str | None:
    """Return what somebody is in a group at this moment; None for who is not in it."""
    try:
        found = await link.call(
            "get_group_member_info",
            group_id=keys.api_id(group_key),
            user_id=keys.api_id(member_key),
            no_cache=True,
        )
    except Refused as refused:
        if any(words in refused.said for words in _NOT_THERE):
            return None
        raise meant(refused) from None
    told = found.get("role") if isinstance(found, dict) else None
    return told if told in _ROLES else None


async def _called(link: Link, action: str, **parameters: Any) -> Any:
    try:
        return await link.call(action, **parameters)
    except Refused as refused:
        raise meant(refused) from None
