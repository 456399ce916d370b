"""Service messages: who joined, what was pinned, in the words and actions of an export."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from adapters.telegram.ids import message_id
from adapters.telegram.people import name_of
from adapters.telegram.values import count, dictionaries, dictionary, integer, string

_SOMEONE = "有人"
_DELETED = "已注销的账号"

Facts = dict[str, Any]


class Event(msgspec.Struct, frozen=True):
    """What a service message tells."""

    action: str
    text: str
    detail: Facts


def read_service(message: dict[str, Any], who: str | None, bot: int) -> Event | None:
    """Return what a service message tells; None for an ordinary message."""
    field = next((field for field in _ACTIONS if field in message), None)
    if field is None:
        return None
    action, template, read = _ACTIONS[field]
    facts = read(message, message[field])
    if field == "pinned_message":
        facts = _pinned(message, bot)
    said = facts.pop("template", template)
    members = facts.get("members")
    names = [name or _DELETED for name in members] if members else []
    if action in _OWN_STEP and names == [who]:
        said = f"{{who}} {_OWN_STEP[action]}了群聊"
    shown = who or (_DELETED if "from" in message else _SOMEONE)
    words = _Words({key: str(value) for key, value in facts.items() if value is not None})
    words.update(who=shown, members="、".join(names) or _SOMEONE)
    return Event(action, said.format_map(words).rstrip(), facts)


class _Words(dict[str, str]):
    """The words for the gaps of a sentence; a gap nothing is known for stays empty."""

    def __missing__(self, key: str) -> str:
        return ""


_OWN_STEP = {"invite_members": "加入", "remove_members": "退出"}


def people_in(message: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return the people a service message tells of, each with the role they have from then on."""
    joined = [(user, "member") for user in dictionaries(message.get("new_chat_members"))]
    gone = dictionary(message.get("left_chat_member"))
    return joined + ([(gone, "left")] if gone else [])


def pinned_id(message: dict[str, Any], bot: int) -> str | None:
    """Return the id of the message that a service message says was pinned."""
    pinned = dictionary(message.get("pinned_message"))
    return message_id(message.get("chat"), pinned.get("message_id"), bot)


def _pinned(message: dict[str, Any], bot: int) -> Facts:
    number = pinned_id(message, bot)
    if number is None:
        return {}
    return {"message_id": int(number) if number.isdecimal() else number}


def _nothing(message: dict[str, Any], told: Any) -> Facts:
    return {}


def _joined(message: dict[str, Any], told: Any) -> Facts:
    return {"members": [name_of(user) for user in dictionaries(told)]}


def _left(message: dict[str, Any], told: Any) -> Facts:
    return {"members": [name_of(told)]}


def _invited(message: dict[str, Any], told: Any) -> Facts:
    return _joined(message, dictionary(told).get("users"))


def _title(message: dict[str, Any], told: Any) -> Facts:
    return {"title": string(told) or ""}


def _own_title(message: dict[str, Any], told: Any) -> Facts:
    return {"title": name_of(message.get("chat")) or ""}


def _auto_delete(message: dict[str, Any], told: Any) -> Facts:
    seconds = count(dictionary(told).get("message_auto_delete_time"))
    if not seconds:
        return {"template": "{who} 关闭了自动删除"}
    return {"period": seconds, "template": f"{{who}} 设置消息 {_span(seconds)}后自动删除"}


def _call_ended(message: dict[str, Any], told: Any) -> Facts:
    seconds = count(dictionary(told).get("duration"))
    if not seconds:
        return {}
    return {"duration": seconds, "template": f"语音聊天结束，时长 {_span(seconds)}"}


def _scheduled(message: dict[str, Any], told: Any) -> Facts:
    return {"schedule_date": integer(dictionary(told).get("start_date"))}


def _topic(message: dict[str, Any], told: Any) -> Facts:
    return {"title": string(dictionary(told).get("name")) or ""}


def _topic_edit(message: dict[str, Any], told: Any) -> Facts:
    told = dictionary(told)
    facts: Facts = {}
    if name := string(told.get("name")):
        facts = {"new_title": name, "template": "{who} 将话题改名为「{new_title}」"}
    if icon := string(told.get("icon_custom_emoji_id")):
        facts["new_icon_emoji_id"] = icon
    return facts


def _payment(message: dict[str, Any], told: Any) -> Facts:
    told = dictionary(told)
    return {"amount": integer(told.get("total_amount")), "currency": string(told.get("currency"))}


def _proximity(message: dict[str, Any], told: Any) -> Facts:
    told = dictionary(told)
    return {"to": name_of(told.get("watcher")), "distance": count(told.get("distance"))}


def _boosts(message: dict[str, Any], told: Any) -> Facts:
    return {"boosts": count(dictionary(told).get("boost_count"))}


def _winners(message: dict[str, Any], told: Any) -> Facts:
    return {"winners": count(dictionary(told).get("winner_count"))}


def _new_owner(message: dict[str, Any], told: Any) -> Facts:
    return {"to": name_of(dictionary(told).get("new_owner"))}


Reader = Callable[[dict[str, Any], Any], Facts]

_SUGGESTED = ("process_suggested_post", "{who} 处理了投稿", _nothing)
_ACTIONS: dict[str, tuple[str, str, Reader]] = {
    "new_chat_members": ("invite_members", "{who} 邀请 {members} 加入了群聊", _joined),
    "left_chat_member": ("remove_members", "{who} 将 {members} 移出了群聊", _left),
    "new_chat_title": ("edit_group_title", "群名改为「{title}」", _title),
    "new_chat_photo": ("edit_group_photo", "{who} 更换了群头像", _nothing),
    "delete_chat_photo": ("delete_group_photo", "{who} 删除了群头像", _nothing),
    "group_chat_created": ("create_group", "{who} 创建了群聊「{title}」", _own_title),
    "supergroup_chat_created": ("create_channel", "{who} 创建了「{title}」", _own_title),
    "channel_chat_created": ("create_channel", "{who} 创建了「{title}」", _own_title),
    "message_auto_delete_timer_changed": ("set_messages_ttl", "", _auto_delete),
    "migrate_to_chat_id": ("migrate_to_supergroup", "群聊升级为超级群", _nothing),
    "migrate_from_chat_id": ("migrate_from_group", "由群聊「{title}」升级而来", _own_title),
    "pinned_message": ("pin_message", "{who} 置顶了一条消息", _nothing),
    "successful_payment": ("send_payment", "{who} 付款 {amount} {currency}", _payment),
    "refunded_payment": ("refunded_payment", "{who} 退款 {amount} {currency}", _payment),
    "users_shared": ("requested_peer", "{who} 选择了分享对象", _nothing),
    "chat_shared": ("requested_peer", "{who} 选择了分享对象", _nothing),
    "write_access_allowed": ("allow_sending_messages", "{who} 允许机器人发送消息", _nothing),
    "passport_data": ("send_passport_values", "{who} 提交了身份资料", _nothing),
    "proximity_alert_triggered": (
        "proximity_reached", "{who} 距 {to} 只有 {distance} 米", _proximity,
    ),
    "boost_added": ("boost_apply", "{who} 助力了 {boosts} 次", _boosts),
    "chat_background_set": ("set_chat_wallpaper", "{who} 更换了聊天壁纸", _nothing),
    "forum_topic_created": ("topic_created", "{who} 创建了话题「{title}」", _topic),
    "forum_topic_edited": ("topic_edit", "{who} 更换了话题图标", _topic_edit),
    "forum_topic_closed": ("topic_edit", "{who} 关闭了话题", _nothing),
    "forum_topic_reopened": ("topic_edit", "{who} 重新开启了话题", _nothing),
    "general_forum_topic_hidden": ("topic_edit", "{who} 隐藏了「General」话题", _nothing),
    "general_forum_topic_unhidden": ("topic_edit", "{who} 重新显示了「General」话题", _nothing),
    "video_chat_scheduled": ("group_call_scheduled", "{who} 预约了语音聊天", _scheduled),
    "video_chat_started": ("group_call", "{who} 发起了语音聊天", _nothing),
    "video_chat_ended": ("group_call", "{who} 发起了语音聊天", _call_ended),
    "video_chat_participants_invited": (
        "invite_to_group_call", "{who} 邀请 {members} 加入语音聊天", _invited,
    ),
    "web_app_data": ("send_webview_data", "{who} 向机器人发送了数据", _nothing),
    "gift": ("send_star_gift", "{who} 送出了一份礼物", _nothing),
    "unique_gift": ("send_star_gift", "{who} 送出了一份礼物", _nothing),
    "gift_upgrade_sent": ("send_star_gift", "{who} 送出了一份礼物", _nothing),
    "giveaway_created": ("giveaway_launch", "抽奖开始了", _nothing),
    "giveaway_completed": ("giveaway_results", "抽奖结果公布，{winners} 人中奖", _winners),
    "paid_message_price_changed": (
        "paid_messages_price_change", "{who} 更改了付费消息的价格", _nothing,
    ),
    "direct_message_price_changed": (
        "paid_messages_price_change", "{who} 更改了付费消息的价格", _nothing,
    ),
    "suggested_post_approved": _SUGGESTED,
    "suggested_post_approval_failed": _SUGGESTED,
    "suggested_post_declined": _SUGGESTED,
    "suggested_post_paid": _SUGGESTED,
    "suggested_post_refunded": _SUGGESTED,
    "checklist_tasks_done": ("todo_completions", "{who} 更新了待办清单", _nothing),
    "checklist_tasks_added": ("todo_append_tasks", "{who} 添加了待办事项", _nothing),
    "poll_option_added": ("poll_append_answer", "{who} 添加了投票选项", _nothing),
    "poll_option_deleted": ("poll_delete_answer", "{who} 删除了投票选项", _nothing),
    "chat_owner_changed": ("chat_owner_changed", "群主变更为 {to}", _new_owner),
    "chat_owner_left": ("chat_owner_left", "群主退出了群聊", _nothing),
}  # fmt: skip
"""Field of the Bot API: action, sentence, and what of it is kept beside the sentence."""

_SPANS = ((86400, "天"), (3600, "小时"), (60, "分钟"))


def _span(seconds: int) -> str:
    for size, word in _SPANS:
        if seconds >= size:
            return f"{seconds // size} {word}"
    return f"{seconds} 秒"


FIELDS = frozenset(_ACTIONS)
"""Every field that makes a message a service message."""
