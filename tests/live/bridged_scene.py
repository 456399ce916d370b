"""A bridge between a group at each of the four peers, and what stands in each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from accounts import ROOM_KEY, TECH_KEY, approved, telegram, telegram_group, wechat
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, TECH
from gateway import ROOM, Gateway
from operated import until
from qq_gateway import GROUP, QqGateway
from qq_gateway import KEY as QQ_KEY
from qq_open import QQPlatform
from qq_open_events import openid

DEV_KEY = f"qqbot:{openid('dev')}"
KEYS = (TECH_KEY, QQ_KEY, ROOM_KEY, DEV_KEY)


class Four:
    """The four peers."""

    def __init__(
        self, api: FakeBotApi, qq: QqGateway, gateway: Gateway, official: QQPlatform
    ) -> None:
        self.api, self.qq, self.gateway, self.official = api, qq, gateway, official

    def config(self, mode: str = "all") -> str:
        """Return the configuration's lines."""
        official = {"platform": "qq-official", "app_id": self.official.app_id,
                    "secret": self.official.secret, "api_url": self.official.url}  # fmt: skip
        lines = "\n".join(f'{name} = "{value}"' for name, value in official.items())
        return "\n".join((
            f"[[bridge]]\ngroups = {list(KEYS)}\nmode = \"{mode}\"",
            telegram(self.api), self.qq.account(), wechat(self.gateway),
            f"[accounts.official]\n{lines}",
            approved(TECH_KEY), approved(QQ_KEY), approved(DEV_KEY),
            approved(ROOM_KEY, 'admins = ["wechat:wxid_lin"]'),
        ))  # fmt: skip

    def agree(self) -> None:
        """Let an admin of each group agree."""
        self.api.say("/桥接 开", TECH, ALICE)
        self.qq.do(lambda peer: peer.say(GROUP, 20001, "/桥接 开"))
        self.gateway.say("/桥接 开", sender="wxid_lin", room=ROOM)
        self.official.say("dev", "老板", "/桥接 开", role="owner")

    def there(self) -> dict[str, list[str]]:
        """Return what the bot said in each group, oldest first."""
        room = [one for one in self.gateway.sent() if one["conversation"] == ROOM]
        return {
            TECH_KEY: [one["text"] for one in list(self.api.sent) if one["chat_id"] == TECH["id"]],
            QQ_KEY: self.qq.do(lambda _: self.qq.answers()),
            ROOM_KEY: [one["text"] or f"file {one['file']}" for one in room],
            DEV_KEY: [one["text"] for one in list(self.official.taken)],
        }

    def line(self, group: str, text: str) -> str:
        """Return the one thing that the bot said in a group with these words."""
        (found,) = (one for one in self.there()[group] if text in one)
        return found

    def on_telegram(self, text: str) -> dict[str, Any]:
        """Return what the Bot API was given for it."""
        (found,) = (one for one in list(self.api.sent) if text in one["text"])
        return found

    def said_on_qq(self, text: str) -> Any:
        """Return the event of what the bot said on QQ."""
        log = self.qq.do(lambda peer: list(peer.world.groups[GROUP].log))
        return next(event for event in log if text in event["raw_message"])

    def gone(self, text: str) -> bool:
        """Tell whether what the bot said was taken back on each platform that has it."""
        on_telegram = [one for one in list(self.api.world.gone) if text in one["text"]]
        on_wechat = [s for s in self.gateway.sent() if text in s["text"] and s.get("recalled")]
        official = [t for t in self.official.taken if text in t["text"] and t.get("recalled")]
        return bool(on_telegram and on_wechat and official)

    def until_said(self, text: str, *groups: str, seconds: float = 20) -> None:
        """Wait until the bot has said something in each of these groups."""
        until(lambda: all(any(text in one for one in self.there()[g]) for g in groups), seconds)


@contextmanager
def four_peers() -> Iterator[Four]:
    """Serve all of them; no limits but those of the adapters."""
    with ExitStack() as held:
        api = held.enter_context(telegram_group())
        qq = held.enter_context(QqGateway())
        gateway = held.enter_context(Gateway())
        official = held.enter_context(QQPlatform())
        yield Four(api, qq, gateway, official)


def of_segments(event: Any, kind: str) -> dict[str, Any]:
    """Return the data of a segment of something said on QQ."""
    return next(part["data"] for part in event["message"] if part["type"] == kind)


__all__ = ("ALICE", "BOB", "DEV_KEY", "GROUP", "KEYS", "QQ_KEY", "ROOM", "ROOM_KEY", "TECH",
           "TECH_KEY", "Four", "four_peers")  # fmt: skip
