"""`/bridge`: what a group shares with others, and whether it agrees to."""

from __future__ import annotations

import sqlite3

from archive.bridge_consents import ALL_OF, Agreed, agree, agreed, pause, resume, withdraw
from archive.bridged import drop_waiting
from archive.consent import group_keys
from bot.bridge.links import title_of
from bot.commands.command import Answer, Asked, Command, Setting
from bot.commands.lines import one_line
from bot.config import BridgeConfig

_ON = ("on", "开", "开启", "同意", "agree")
_OFF = ("off", "关", "关闭", "退出", "leave")
_PAUSE = ("pause", "暂停")
_RESUME = ("resume", "恢复", "继续")
_MODES = {
    "all": ("每条消息", "every message"),
    "essence": ("精华", "essence"),
    "digest": ("周报和日报", "digests"),
}
_TITLE = 24
_LISTED = 4


def _bridge(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer | None:
    assert asked.group_key is not None
    here = group_keys(db, asked.group_key)
    bridges = [one for one in setting.bridges if not set(here).isdisjoint(one.groups)]
    if not bridges:
        return Answer(
            asked.say(
                "没有为本群配置桥接。由运营者在配置里写 [[bridge]]。",
                "No bridge is configured for this group. The operator adds [[bridge]].",
            )
        )
    words = asked.words.strip().lower()
    if words in _ON:
        return _agree(db, asked, bridges, here)
    if words in _OFF:
        return _withdraw(db, asked)
    if words in _PAUSE:
        return _pause(db, asked)
    if words in _RESUME:
        resume(db, asked.group_key, asked.by)
        return Answer(
            asked.say(
                "桥接恢复了，从现在说的开始。要停：/桥接 暂停",
                "The bridge goes on with what is said from now on. To stop it: /bridge pause",
            )
        )
    return Answer(_told(db, asked, bridges, here))


def _agree(
    db: sqlite3.Connection, asked: Asked, bridges: list[BridgeConfig], here: list[str]
) -> Answer:
    assert asked.group_key is not None
    for bridge in bridges:
        others = [key for key in bridge.groups if key not in here]
        agree(db, asked.group_key, others, bridge.mode, asked.by)
    head = asked.say(
        "本群同意了。两边都同意才开始；说的人会带上名字和平台。",
        "This group agrees. It begins once both sides do; names and platforms are shown.",
    )
    undo = asked.say("要退出：/桥接 关", "To leave: /bridge off")
    return Answer(f"{head}\n{_told(db, asked, bridges, here, brief=True)}\n{undo}")


def _withdraw(db: sqlite3.Connection, asked: Asked) -> Answer:
    assert asked.group_key is not None
    ended = withdraw(db, asked.group_key, asked.by)
    drop_waiting(db, asked.group_key)
    if not ended:
        return Answer(asked.say("本群没有同意过桥接。", "This group had not agreed to a bridge."))
    return Answer(
        asked.say(
            "桥接关了，不再有东西过去或过来；已经过去的还在。要再开：/桥接 开",
            "The bridge is closed: nothing crosses any more; what has crossed stays."
            " To open it again: /bridge on",
        )
    )


def _pause(db: sqlite3.Connection, asked: Asked) -> Answer:
    assert asked.group_key is not None
    pause(db, asked.group_key, asked.by)
    drop_waiting(db, asked.group_key)
    return Answer(
        asked.say(
            "桥接暂停了，这段时间说的不会补。要恢复：/桥接 恢复",
            "The bridge pauses; what is said meanwhile does not cross later."
            " To go on: /bridge resume",
        )
    )


def _told(
    db: sqlite3.Connection, asked: Asked, bridges: list[BridgeConfig], here: list[str],
    brief: bool = False,
) -> str:  # fmt: skip
    held = agreed(db)
    lines = []
    for bridge in bridges[:_LISTED]:
        what = asked.say(*_MODES[bridge.mode])
        others = [_state(db, asked, held, bridge, key) for key in bridge.groups if key not in here]
        joined = asked.say("、", ", ").join(others)
        lines.append(asked.say(f"{what} ↔ {joined}", f"{what} ↔ {joined}"))
    if not brief:
        mine = any(held.agrees(key, other, one.mode) for one in bridges for other in one.groups
                   for key in here)  # fmt: skip
        if not held.paused.isdisjoint(here):
            lines.append(asked.say("本群暂停中。恢复：/桥接 恢复", "Paused here: /bridge resume"))
        elif mine:
            lines.append(
                asked.say("本群已同意。退出：/桥接 关", "Agreed here. To leave: /bridge off")
            )
        else:
            lines.append(
                asked.say("本群还没同意。同意：/桥接 开", "Not agreed here yet. Agree: /bridge on")
            )
    return "\n".join(lines)


def _state(
    db: sqlite3.Connection, asked: Asked, held: Agreed, bridge: BridgeConfig, key: str
) -> str:
    """Return a group and whether it agrees."""
    platform = key.partition(":")[0]
    title = one_line(title_of(db, key) or key, _TITLE)
    agrees = any(k[0] == key and k[2] == bridge.mode for k in held.since)
    state = asked.say("已同意" if agrees else "未同意", "agreed" if agrees else "not yet")
    if not held.paused.isdisjoint((key, f"{ALL_OF}{bridge.name}")):
        state = asked.say("暂停中", "paused")
    return asked.say(f"{title}（{platform}，{state}）", f"{title} ({platform}, {state})")


COMMANDS = (
    Command(
        names=("bridge", "桥接"),
        who="admin",
        run=_bridge,
        takes=("[开/关/暂停/恢复]", "[on/off/pause/resume]"),
        chinese="看本群和哪些群互通，同意或退出",
        english="see with which groups this one shares, agree to it or leave",
        shelf="run",
        writes=True,
        in_group=True,
    ),
)
