"""What goes beyond sending words: files, changing and deleting what was said, looking for it."""

from __future__ import annotations

from typing import Any

from telegram import InputFile

from adapters.contract import AdapterError, Doubt, Enclosed, Forbidden
from adapters.telegram.api import BotApi, Refused

_METHODS = {"photo": ("sendPhoto", "photo"), "video": ("sendVideo", "video")}
_ANY = ("sendDocument", "document")
_PHOTOS = (".jpg", ".jpeg", ".png", ".webp")
_BEYOND = 40
"""Ids after the last one known among which a message that may have been said is looked for."""
_ENDS = 5
"""Ids in a row that do not exist, after which there are no more."""


def with_file(parameters: dict[str, Any], enclosed: Enclosed) -> tuple[str, dict[str, Any]]:
    """Return the method and the parameters by which a file goes with words. Raises AdapterError."""
    method, field = _METHODS.get(enclosed.kind, _ANY)
    if field == "photo" and not enclosed.name.lower().endswith(_PHOTOS):
        method, field = _ANY
    try:
        data = enclosed.path.read_bytes()
    except OSError:
        raise AdapterError("the file to send cannot be read.") from None
    rest = {name: value for name, value in parameters.items() if name != "link_preview_options"}
    text = rest.pop("text")
    caption = {"caption": text} if text else {}
    return method, rest | caption | {field: InputFile(data, filename=enclosed.name)}


async def change(api: BotApi, chat: int, number: int | None, text: str) -> None:
    """Let a message of the bot's say something else. Raises AdapterError."""
    if number is None:
        raise Forbidden("that message is out of the bot's reach.")
    place = {"chat_id": chat, "message_id": number}
    preview = {"is_disabled": True}
    try:
        await api.ask("editMessageText", **place, text=text, link_preview_options=preview)
    except Refused as error:
        if "not modified" in error.reason:
            return
        if "no text in the message" not in error.reason:
            raise Forbidden("Telegram does not let that message be changed.") from None
        await _change_caption(api, place, text)


async def _change_caption(api: BotApi, place: dict[str, int], text: str) -> None:
    try:
        await api.ask("editMessageCaption", **place, caption=text)
    except Refused as error:
        if "not modified" not in error.reason:
            raise Forbidden("Telegram does not let that message be changed.") from None


async def delete(api: BotApi, chat: int, number: int | None) -> None:
    """Delete a message of the bot's; one that is gone is gone. Raises AdapterError."""
    if number is None:
        raise Forbidden("that message is out of the bot's reach.")
    try:
        await api.ask("deleteMessage", chat_id=chat, message_id=number)
    except Refused as error:
        if "not found" not in error.reason:
            raise Forbidden("Telegram does not let that message be deleted.") from None


async def found(api: BotApi, chat: int, after: int, doubt: Doubt, known: set[int]) -> int | None:
    """Look for a message of the bot's that it may have said after another one; None: there is none.

    The Bot API shows no messages, but it tells whether one could be changed: one of the bot's own,
    changed into what it is, is "not modified", any other cannot be edited. Raises AdapterError.
    """
    last = max(known, default=after)
    missing = 0
    for number in range(after + 1, last + _BEYOND):
        if number in known:
            missing = 0
            continue
        try:
            await api.ask("editMessageReplyMarkup", chat_id=chat, message_id=number)
        except Refused as error:
            if "not modified" in error.reason:
                return number
            missing = missing + 1 if "not found" in error.reason else 0
            if missing >= _ENDS and number > last:
                return None
        else:
            return number
    return None
