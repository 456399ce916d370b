"""What people do in the groups of a OneBot peer simulator, and the events that tell of it."""

from __future__ import annotations

import time
from typing import Any

from onebot_actions import Actions
from onebot_world import Event, World


class Tells:
    """Doings of people and admins; each is told to whoever is connected."""

    world: World
    actions: Actions
    whispered = 76
    """The last id of what was said to the bot alone."""

    def tell(self, event: Event) -> None:
        """Tell an event."""
        raise NotImplementedError

    @property
    def sent(self) -> list[tuple[str, dict[str, Any]]]:
        """Every send_group_msg and send_private_msg with its parameters."""
        return self.actions.sent

    def say(
        self,
        group_id: int,
        user_id: int,
        said: str | list[Any],
        *,
        reply: Event | None = None,
        at: int | None = None,
        told: bool = True,
    ) -> Event:
        """Say a text or segments; `told=False` says it only in history, as if it got lost."""
        if reply is not None:
            segments = [{"type": "text", "data": {"text": said}}] if isinstance(said, str) else said
            answer = {"type": "reply", "data": {"id": str(reply["message_id"])}}
            said = [answer, *segments]
        event = self.world.message(group_id, user_id, said, at)
        if told:
            self.tell(event)
        return event

    def whisper(self, user_id: int, text: str) -> Event:
        """Say something to the bot alone."""
        self.whispered += 1
        event: Event = {
            "self_id": self.world.self_id, "user_id": user_id, "time": int(time.time()),
            "message_id": self.whispered, "message_type": "private", "sub_type": "friend",
            "sender": {"user_id": user_id, "nickname": "群友", "card": ""},
            "message": [{"type": "text", "data": {"text": text}}], "raw_message": text,
            "message_format": "array", "font": 14, "post_type": "message",
        }  # fmt: skip
        self.tell(event)
        return event

    def say_record(self, group_id: int, user_id: int, nodes: list[Event], name: str) -> Event:
        """Forward a merged record; gateways that do not put it in are asked for it by its name."""
        self.world.forwards[name] = nodes
        data: dict[str, Any] = {"id": name}
        if self.world.manner.inline_records:
            data["content"] = nodes
        return self.say(group_id, user_id, [{"type": "forward", "data": data}])

    def node(self, user_id: int, said: str | list[Any], at: int = 1_760_000_000) -> Event:
        """Make one message of a merged record, as the gateway writes it."""
        segments = [{"type": "text", "data": {"text": said}}] if isinstance(said, str) else said
        name = f"群友{user_id}"
        if self.world.manner.history == "lagrange":
            who = {"user_id": str(user_id), "nickname": name}
            return {"type": "node", "data": {**who, "content": segments}}
        return {
            "self_id": self.world.self_id, "user_id": user_id, "time": at, "message_id": 5,
            "sender": {"user_id": user_id, "nickname": name, "card": ""}, "message": segments,
            "message_type": "group", "post_type": "message", "group_id": 284840486,
        }  # fmt: skip

    def recall(self, event: Event, by: int | None = None) -> None:
        """Take a message back."""
        self.world.groups[event["group_id"]].log.remove(event)
        self.tell(
            self.world.notice(
                "group_recall", event["group_id"], event["user_id"],
                operator_id=by or event["user_id"], message_id=event["message_id"],
            )
        )  # fmt: skip

    def upload(
        self, group_id: int, user_id: int, name: str, size: int, *, lag: int = 0, first: bool = True
    ) -> Event:
        """Upload a file: it is told twice, by a notice (`first` or last) and by a message."""
        notice = self.world.notice(
            "group_upload", group_id, user_id,
            file={"id": f"/{name}-notice", "name": name, "size": size, "busid": 102},
        )  # fmt: skip
        notice["time"] += lag
        if first:
            self.tell(notice)
        data = {"file": name, "file_id": f"/{name}-message", "file_size": str(size)}
        event = self.say(group_id, user_id, [{"type": "file", "data": data}])
        if not first:
            self.tell(notice)
        return event

    def essence(self, event: Event, by: int = 20001, *, operator_told: bool = True) -> None:
        """Mark a message as essence."""
        self.actions.mark(event, by, operator_told)

    def unessence(self, event: Event, by: int = 20001) -> None:
        """Take the mark away."""
        self.actions.unmark(event, by)

    def react(self, event: Event, user_id: int, emoji_id: str, on: bool = True) -> None:
        """React with an emoji, or take that back."""
        group = self.world.groups[event["group_id"]]
        who = group.likes.setdefault(event["_place"], {}).setdefault(emoji_id, set())
        who.add(user_id) if on else who.discard(user_id)
        self.tell(
            self.world.notice(
                "group_msg_emoji_like", group.id, user_id, message_id=event["message_id"],
                likes=[{"emoji_id": emoji_id, "count": len(who)}], is_add=on,
            )
        )  # fmt: skip

    def join(self, group_id: int, user_id: int, by: int | None = None) -> None:
        """Let somebody in, invited by another."""
        self.world.group(group_id).add(user_id, f"群友{user_id}")
        how = "invite" if by else "approve"
        self.tell(
            self.world.notice(
                "group_increase", group_id, user_id, sub_type=how, operator_id=by or 0
            )
        )

    def leave(self, group_id: int, user_id: int, kicked_by: int | None = None) -> None:
        """Let somebody go, or throw them out."""
        self.world.group(group_id).members.pop(user_id, None)
        how = "kick" if kicked_by else "leave"
        if kicked_by and user_id == self.world.self_id:
            how = "kick_me"
        by = kicked_by or user_id
        self.tell(
            self.world.notice("group_decrease", group_id, user_id, sub_type=how, operator_id=by)
        )

    def promote(self, group_id: int, user_id: int, role: str) -> None:
        """Make somebody an admin, or a plain member again."""
        self.world.group(group_id).members[user_id]["role"] = role
        what = "set" if role == "admin" else "unset"
        self.tell(self.world.notice("group_admin", group_id, user_id, sub_type=what))

    def rename(self, group_id: int, name: str, by: int = 20001) -> None:
        """Give the group another name."""
        self.world.group(group_id).name = name
        self.tell(self.world.notice("notify", group_id, by, sub_type="group_name", name_new=name))

    def poke(self, group_id: int, user_id: int, target_id: int) -> None:
        """Poke somebody."""
        self.tell(
            self.world.notice("notify", group_id, user_id, sub_type="poke", target_id=target_id)
        )
