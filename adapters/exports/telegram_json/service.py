"""Service rows in words: who joined, what was pinned, how the group was called from then on."""

from __future__ import annotations

from typing import Any

from adapters.exports.telegram_json.text import joined
from adapters.exports.telegram_json.values import count, string

_SOMEONE = "有人"
_DELETED = "已注销的账号"

_SENTENCES = {
    "create_group": "{who} 创建了群聊「{title}」",
    "create_channel": "{who} 创建了「{title}」",
    "edit_group_title": "群名改为「{title}」",
    "edit_group_photo": "{who} 更换了群头像",
    "delete_group_photo": "{who} 删除了群头像",
    "invite_members": "{who} 邀请 {members} 加入了群聊",
    "remove_members": "{who} 将 {members} 移出了群聊",
    "join_group_by_link": "{who} 通过邀请链接加入了群聊",
    "join_group_by_request": "{who} 经批准加入了群聊",
    "migrate_to_supergroup": "群聊升级为超级群",
    "migrate_from_group": "由群聊「{title}」升级而来",
    "pin_message": "{who} 置顶了一条消息",
    "clear_history": "{who} 清空了聊天记录",
    "topic_created": "{who} 创建了话题「{title}」",
    "score_in_game": "{who} 在游戏中得了 {score} 分",
    "send_payment": "{who} 付款 {amount} {currency}",
    "refunded_payment": "{who} 退款 {amount} {currency}",
    "take_screenshot": "{who} 截屏了",
    "attach_menu_bot_allowed": "{who} 允许机器人加入附件菜单",
    "allow_sending_messages": "{who} 允许机器人发送消息",
    "web_app_bot_allowed": "{who} 允许小程序机器人发送消息",
    "send_passport_values": "{who} 提交了身份资料",
    "joined_telegram": "{who} 加入了 Telegram",
    "proximity_reached": "{who} 距 {to} 只有 {distance} 米",
    "requested_phone_number": "{who} 请求获取电话号码",
    "invite_to_group_call": "{who} 邀请 {members} 加入语音聊天",
    "group_call_scheduled": "{who} 预约了语音聊天",
    "conference_call": "{who} 发起了多人通话",
    "edit_chat_theme": "{who} 更换了聊天主题 {emoticon}",
    "set_chat_wallpaper": "{who} 更换了聊天壁纸",
    "set_same_chat_wallpaper": "{who} 使用了同款聊天壁纸",
    "send_webview_data": "{who} 向机器人发送了数据",
    "send_premium_gift": "{who} 赠送了 Telegram Premium",
    "gift_code_prize": "{who} 送出了礼品码",
    "send_stars_gift": "{who} 赠送了 {stars} 颗星星",
    "send_star_gift": "{who} 送出了一份礼物",
    "send_ton_gift": "{who} 赠送了 TON",
    "stars_prize": "{who} 送出了 {stars} 颗星星的奖品",
    "suggest_profile_photo": "{who} 建议更换头像",
    "suggest_birthday": "{who} 建议填写生日",
    "requested_peer": "{who} 选择了分享对象",
    "giveaway_launch": "抽奖开始了",
    "giveaway_results": "抽奖结果公布，{winners} 人中奖",
    "boost_apply": "{who} 助力了 {boosts} 次",
    "paid_messages_refund": "{who} 退还了付费消息的星星",
    "paid_messages_price_change": "{who} 更改了付费消息的价格",
    "todo_completions": "{who} 更新了待办清单",
    "todo_append_tasks": "{who} 添加了待办事项",
    "process_suggested_post": "{who} 处理了投稿",
    "poll_append_answer": "{who} 添加了投票选项",
    "poll_delete_answer": "{who} 删除了投票选项",
}
_CALLS = {"missed": "未接通话", "busy": "对方忙线"}


def sentence(action: str, row: dict[str, Any]) -> str:
    """Say in Chinese what happened; an unknown action is named as it is: `[action]`."""
    who = string(row.get("actor")) or string(row.get("from"))
    members = row.get("members")
    names = [string(name) or _DELETED for name in members] if type(members) is list else []
    if action in ("invite_members", "remove_members") and names == [who]:
        return f"{who} {'加入' if action == 'invite_members' else '退出'}了群聊"
    who = who or (_DELETED if "actor" in row or "from" in row else _SOMEONE)
    if special := _special(action, row, who):
        return special
    template = _SENTENCES.get(action)
    if template is None:
        return joined(row.get("information_text")) or f"[{action}]"
    words = _Words({key: joined(value) for key, value in row.items()})
    words.update(who=who, members="、".join(names) or _SOMEONE)
    return template.format_map(words).rstrip()


class _Words(dict[str, str]):
    """The words for the gaps of a sentence; a gap nothing is known for stays empty."""

    def __missing__(self, key: str) -> str:
        return ""


def is_known(action: str) -> bool:
    """Tell whether `sentence` has words of its own for this action."""
    return action in _SENTENCES or action in _SPECIAL


def _phone_call(row: dict[str, Any], who: str) -> str:
    reason = row.get("discard_reason")
    seconds = count(row.get("duration_seconds"))
    if seconds:
        return f"{who} 发起通话，时长 {_span(seconds)}"
    return f"{who} 发起通话，{_CALLS.get(reason, '未接通') if type(reason) is str else '未接通'}"


def _group_call(row: dict[str, Any], who: str) -> str:
    seconds = count(row.get("duration"))
    return f"语音聊天结束，时长 {_span(seconds)}" if seconds else f"{who} 发起了语音聊天"


def _time_to_live(row: dict[str, Any], who: str) -> str:
    seconds = count(row.get("period"))
    return f"{who} 设置消息 {_span(seconds)}后自动删除" if seconds else f"{who} 关闭了自动删除"


def _topic_edit(row: dict[str, Any], who: str) -> str:
    title = string(row.get("new_title"))
    return f"{who} 将话题改名为「{title}」" if title else f"{who} 更换了话题图标"


_SPECIAL = {
    "phone_call": _phone_call,
    "group_call": _group_call,
    "set_messages_ttl": _time_to_live,
    "topic_edit": _topic_edit,
}


def _special(action: str, row: dict[str, Any], who: str) -> str:
    say = _SPECIAL.get(action)
    return say(row, who) if say else ""


def _span(seconds: int) -> str:
    for size, word in ((86400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{seconds // size} {word}"
    return f"{seconds} 秒"
