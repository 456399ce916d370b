"""What a OneBot peer simulator answers to API calls, in the manner of the gateway it plays."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any

from onebot_world import Event, PeerGroup, World, place_of, public


class Failure(Exception):
    """The call fails with these words."""

    def __init__(self, words: str, retcode: int = 200) -> None:
        super().__init__(words)
        self.retcode = retcode


class Actions:
    """Answers calls against a world; what is sent or changed is told through `tell`."""

    def __init__(self, world: World, tell: Callable[[Event], None]) -> None:
        self.world = world
        self.tell = tell
        self.sent: list[tuple[str, dict[str, Any]]] = []
        """Every send_group_msg and send_private_msg, with its parameters."""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.gone: list[Event] = []
        """What delete_msg took back."""
        self.reports_own = True
        self.muted_in: set[int] = set()
        self.essence_most: int | None = None
        """A gateway that lists only so many marks, the newest."""
        self.hidden: set[int] = set()
        """Places that history does not give (recalled, or never fetched by the client)."""
        self.files: dict[str, dict[str, Any]] = {}
        """File name or id → answer of get_file, get_image, get_record, get_group_file_url."""

    def answer(self, action: str, told: dict[str, Any]) -> Any:
        """Return the data of a call. Raises Failure."""
        self.calls.append((action, told))
        method = getattr(self, f"_{action}", None)
        if method is None:
            raise Failure(f"不支持的API {action}", 1404)
        return method(told)

    def _group(self, told: dict[str, Any]) -> PeerGroup:
        try:
            return self.world.groups[int(told.get("group_id", 0))]
        except (KeyError, ValueError):
            raise Failure(f"群{told.get('group_id')}不存在") from None

    def _get_login_info(self, told: dict[str, Any]) -> Any:
        return {"user_id": self.world.self_id, "nickname": "沉淀"}

    def _get_version_info(self, told: dict[str, Any]) -> Any:
        name = self.world.manner.app_name
        return {"app_name": name, "app_version": "4.18.13", "protocol_version": "v11"}

    def _get_status(self, told: dict[str, Any]) -> Any:
        return {"online": True, "good": True, "stat": {}}

    def _get_group_list(self, told: dict[str, Any]) -> Any:
        return [
            {"group_id": g.id, "group_name": g.name, "member_count": len(g.members)}
            for g in self.world.groups.values()
        ]

    def _get_group_info(self, told: dict[str, Any]) -> Any:
        group = self._group(told)
        return {"group_id": group.id, "group_name": group.name, "member_count": len(group.members)}

    def _get_group_member_list(self, told: dict[str, Any]) -> Any:
        return list(self._group(told).members.values())

    def _get_group_member_info(self, told: dict[str, Any]) -> Any:
        group = self._group(told)
        person = group.members.get(int(told["user_id"]))
        if person is None:
            raise Failure(f"群({group.id})成员{told['user_id']}不存在")
        return person

    def _get_msg(self, told: dict[str, Any]) -> Any:
        found = self.world.by_short(told.get("message_id"))
        if found is None:
            raise Failure("消息不存在")
        likes = self.world.groups[found["group_id"]].likes.get(found["_place"], {})
        listed = [
            {"emoji_id": emoji, "emoji_type": "1", "likes_cnt": str(len(who))}
            for emoji, who in likes.items()
            if who
        ]
        return {**self._told(found), "emoji_likes_list": listed}

    def _get_forward_msg(self, told: dict[str, Any]) -> Any:
        nodes = self.world.forwards.get(str(told.get("id") or told.get("message_id")))
        if nodes is None:
            raise Failure("找不到相关的聊天记录")
        if self.world.manner.history == "lagrange":
            return {"message": nodes}
        return {"messages": nodes}

    def _get_group_msg_history(self, told: dict[str, Any]) -> Any:
        group, count = self._group(told), int(told.get("count", 20))
        log = group.log
        if self.hidden:
            log = [m for m in log if m["_place"] not in self.hidden]
        page = getattr(self, f"_{self.world.manner.history}_page")(group, log, told, count)
        return {"messages": [self._told(m) for m in page]}

    def _napcat_page(
        self, group: PeerGroup, log: list[Event], told: dict[str, Any], count: int
    ) -> list[Event]:
        anchor = told.get("message_seq")
        if anchor in (None, "", 0, "0"):
            if not log:
                raise Failure("消息undefined不存在")
            return log[-count:]
        known = self.world.by_short(anchor)
        at = bisect_left(log, place_of(known), key=place_of) if known is not None else len(log)
        if at == len(log) or log[at] is not known:
            raise Failure(f"消息{anchor}不存在")
        if told.get("reverse_order") or told.get("reverseOrder"):
            return log[max(0, at + 1 - count) : at + 1]
        return log[at : at + count]

    def _llonebot_page(
        self, group: PeerGroup, log: list[Event], told: dict[str, Any], count: int
    ) -> list[Event]:
        last = int(told.get("message_seq") or 0) or group.last_place
        end = bisect_right(log, last, key=place_of)
        page = log[max(0, end - count) : end]
        return page[::-1] if told.get("reverseOrder") else page

    def _lagrange_page(
        self, group: PeerGroup, log: list[Event], told: dict[str, Any], count: int
    ) -> list[Event]:
        anchor = int(told.get("message_id") or 0)
        found = self.world.by_short(anchor) if anchor else (log[-1] if log else None)
        if found is None:
            raise Failure("failed", 1400)
        last = found["_place"]
        start = bisect_left(log, last - count, key=place_of)
        return log[start : bisect_right(log, last, key=place_of)]

    def _told(self, event: Event) -> Event:
        """Write a message as history does, and remember its short id."""
        self.world.told(event["group_id"], event["_place"], event["message_id"])
        return public(event)

    def _get_essence_msg_list(self, told: dict[str, Any]) -> Any:
        listed = list(reversed(self._group(told).essence.values()))
        return listed[: self.essence_most] if self.essence_most is not None else listed

    def _set_essence_msg(self, told: dict[str, Any]) -> Any:
        found = self.world.by_short(told.get("message_id"))
        if found is None:
            raise Failure("消息不存在")
        self.mark(found, self.world.self_id)
        return {}

    def _delete_essence_msg(self, told: dict[str, Any]) -> Any:
        found = self.world.by_short(told.get("message_id"))
        if found is None:
            raise Failure("消息不存在")
        self.unmark(found, self.world.self_id)
        return {}

    def mark(self, event: Event, by: int, operator_told: bool = True) -> None:
        """Mark a message as essence; a notice tells of it."""
        entry = {
            "sender_id": event["user_id"], "sender_nick": event["sender"]["nickname"],
            "operator_id": by, "operator_nick": "管理员", "operator_time": int(time.time()),
            "message_id": event["message_id"], "content": event["message"],
        }  # fmt: skip
        if self.world.manner.history == "napcat":
            entry |= {"msg_seq": event["_place"], "msg_random": 7}
        self.world.groups[event["group_id"]].essence[event["_place"]] = entry
        self._tell_essence(event, by if operator_told else 0, "add")

    def unmark(self, event: Event, by: int) -> None:
        """Take a mark away; only some gateways tell."""
        self.world.groups[event["group_id"]].essence.pop(event["_place"], None)
        if self.world.manner.tells_unmarking:
            self._tell_essence(event, by, "delete")

    def _tell_essence(self, event: Event, by: int, what: str) -> None:
        self.tell(
            self.world.notice(
                "essence", event["group_id"], event["user_id"], sub_type=what,
                sender_id=event["user_id"], operator_id=by, message_id=event["message_id"],
            )
        )  # fmt: skip

    def _send_group_msg(self, told: dict[str, Any]) -> Any:
        group = self._group(told)
        self.sent.append(("send_group_msg", told))
        if group.id in self.muted_in:
            raise Failure('EventChecker Failed: {"result": 120, "errMsg": "你已被禁言"}')
        event = self.world.message(group.id, self.world.self_id, told["message"])
        if self.reports_own:
            self.tell(event)
        return {"message_id": event["message_id"]}

    def _delete_msg(self, told: dict[str, Any]) -> Any:
        found = self.world.by_short(told.get("message_id"))
        if found is None:
            raise Failure("消息不存在")
        if time.time() - found["time"] > 120:
            raise Failure("撤回消息失败")
        self.world.groups[found["group_id"]].log.remove(found)
        self.gone.append(found)
        return {}

    def _send_private_msg(self, told: dict[str, Any]) -> Any:
        self.sent.append(("send_private_msg", told))
        people = (g.members for g in self.world.groups.values())
        if not any(int(told["user_id"]) in members for members in people):
            raise Failure("发送失败，不是好友")
        return {"message_id": 1_000_000 + len(self.sent)}

    def _file(self, told: dict[str, Any]) -> Any:
        for name in (told.get("file_id"), told.get("file")):
            if str(name) in self.files:
                return self.files[str(name)]
        raise Failure("文件不存在")

    _get_file = _get_image = _get_record = _get_group_file_url = _file
