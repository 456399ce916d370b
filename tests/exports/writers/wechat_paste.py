"""Writes what a merged copy from WeChat for computers pastes: names and texts, no times."""

from __future__ import annotations

from pathlib import Path

from writers.conversation import Conversation

VARIANTS = ("zh-CN", "zh-TW")
_WORDS = {
    "zh-CN": {"photo": "[图片]", "voice": "[语音]", "video": "[视频]", "sticker": "[动画表情]",
              "file": "[文件]"},
    "zh-TW": {"photo": "[圖片]", "voice": "[語音]", "video": "[影片]", "sticker": "[動態貼圖]",
              "file": "[檔案]"},
}  # fmt: skip


def write(conversation: Conversation, folder: Path, variant: str = "zh-CN") -> Path:
    """Write one text; what nobody said is not copied."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{conversation.name}.txt"
    words = _WORDS[variant]
    path.write_text(
        "".join(
            f"{said.sender.name}:\n{words[said.file.kind] if said.file else said.text}\n\n"
            for said in conversation.said
            if said.sender
        ),
        "utf-8",
    )
    return path
