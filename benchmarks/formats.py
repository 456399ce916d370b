"""Whole imports of every form of export that another hand writes for the tests."""

from __future__ import annotations

import json
import random
import shutil
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import msgspec

from benchmarks.processes import Failed, run

_WRITERS = Path(__file__).parents[1] / "tests" / "exports"
MESSAGES = 30_000
"""Of each form at most: some writers take the square of it."""
_BEGAN = 1_500_000_000
_EVERY = 137
"""Seconds between two messages."""
_PEOPLE = 200
_WORDS = (
    "部署", "失败", "怎么办", "今天", "服务器", "日志", "容器", "方案", "可以",
    "试试", "docker", "nginx", "python", "报错", "重启", "内存", "谢谢",
)  # fmt: skip
_PLATFORMS = {"qce": "qq", "qq_mht": "qq", "whatsapp": "whatsapp", "discord": "discord",
              "slack": "slack", "line": "line", "tg_archive": "telegram"}  # fmt: skip
"""Of a writer; any other writes WeChat's."""


class Format(msgspec.Struct, frozen=True):
    """What the import of a form took, its start included; bytes of all processes."""

    name: str
    messages: int
    seconds: float
    cpu_seconds: float
    memory: int


def measure_formats(folder: Path, size: int, seed: int) -> list[Format]:
    """Write and import each form into an archive of its own."""
    if str(_WRITERS) not in sys.path:
        sys.path.append(str(_WRITERS))
    found = []
    for path in sorted((_WRITERS / "writers").glob("*.py")):
        if path.stem in ("__init__", "conversation"):
            continue
        writer = import_module(f"writers.{path.stem}")
        for variant in writer.VARIANTS:
            found.append(_measured(folder, writer, path.stem, variant, min(size, MESSAGES), seed))
    return found


def _measured(
    folder: Path, writer: ModuleType, name: str, variant: str, size: int, seed: int
) -> Format:
    shutil.rmtree(folder, ignore_errors=True)
    writer.write(_talk(_PLATFORMS.get(name, "wechat"), size, seed), folder / "export", variant)
    ran = run("import", folder / "export", "--data", folder / "data", "--json")
    told = json.loads(ran.printed)["messages"]
    shutil.rmtree(folder, ignore_errors=True)
    if told["new"] != size or told["rejected"]:
        raise Failed(f"{name} {variant}: {size} were written, and this was read: {told}")
    return Format(f"{name} {variant}", size, ran.seconds, ran.cpu_seconds, ran.memory)


def _talk(platform: str, size: int, seed: int) -> object:
    conversation = import_module("writers.conversation")
    draw = random.Random(f"{seed} formats")
    names = {"wechat": ("12345678@chatroom", "wxid_u{}"), "slack": ("C024BE91L", "U{}")}
    group, person = names.get(platform, ("600123456", "{}"))
    people = [conversation.Person(person.format(100_000 + n), f"用户{n}") for n in range(_PEOPLE)]
    said = tuple(
        conversation.Said(
            str(7_000_000 + n), draw.choice(people), _BEGAN + n * _EVERY,
            "".join(draw.choices(_WORDS, k=draw.randrange(2, 14))) + f" {n}",
        )
        for n in range(size)
    )  # fmt: skip
    zone = "UTC" if platform == "telegram" else "Asia/Shanghai"
    return conversation.Conversation(group, "技术交流群", platform, said, zone)
