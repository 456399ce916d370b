"""What the bot does by itself: sends, pins, asks for roles, offers its commands, fetches files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from adapters.contract import (
    AdapterError,
    Doubt,
    Forbidden,
    MenuLine,
    NotReachable,
    Outgoing,
    Sent,
    Unavailable,
)
from adapters.telegram import bringing
from adapters.telegram.api import BotApi, Moved, NoAnswer, Refused
from adapters.telegram.ids import is_supergroup, message_id, number_of
from adapters.telegram.media import TOO_LARGE
from adapters.telegram.options import Options
from adapters.telegram.people import number_of as peer_number
from adapters.telegram.people import role_in
from adapters.telegram.values import count, dictionary, string

_LONGEST_DESCRIPTION = 256
_NO_MEMBER = ("user not found", "participant_id_invalid", "user_id_invalid", "member not found")


class Speaking:
    """One bot's own doing."""

    def __init__(self, api: BotApi, options: Options) -> None:
        self._api = api
        self._options = options
        self._moved: dict[int, int] = {}
        """Groups that have become supergroups, as far as Telegram said so."""

    async def send(self, message: Outgoing) -> Sent:
        """Send words without a link preview, or a file with them; or change or delete what was said
        before. Raises AdapterError."""
        key = message.group_key or message.member_key
        chat = peer_number(key) if key else None
        if chat is None or (message.group_key is None and chat < 0):
            raise Forbidden("the message is for nobody on Telegram.")
        try:
            told = await self._where_it_is(chat, lambda place: self._do(place, message))
        except NoAnswer as error:
            # a second one would be worse than none
            raise AdapterError(
                "Telegram did not say whether it took a message.", "look into the chat"
            ) from error
        if message.takes_back is not None or message.edits is not None:
            return Sent()
        told = dictionary(told)
        return Sent(message_id(told.get("chat"), told.get("message_id"), self._options.bot))

    async def _do(self, chat: int, message: Outgoing) -> Any:
        if message.takes_back is not None:
            return await bringing.delete(self._api, chat, self._number(message.takes_back, chat))
        if message.edits is not None:
            number = self._number(message.edits, chat)
            return await bringing.change(self._api, chat, number, message.text)
        if message.doubt is not None and (there := await self._look(chat, message.doubt)):
            return {"chat": {"id": chat, "type": _type_of(chat)}, "message_id": there}
        method, parameters = "sendMessage", self._message(chat, message)
        if message.enclosed is not None:
            enclosed = message.enclosed
            method, parameters = await asyncio.to_thread(bringing.with_file, parameters, enclosed)
        return await self._api.ask(method, **parameters)

    async def _look(self, chat: int, doubt: Doubt) -> int | None:
        after = self._number(doubt.after or "", chat)
        if after is None:
            raise AdapterError(
                "Telegram does not show whether a message was said.", "look into the chat"
            )
        numbers = (self._number(name, chat) for name in doubt.others)
        known = {number for number in numbers if number is not None}
        return await bringing.found(self._api, chat, after, doubt, known)

    def _message(self, chat: int, message: Outgoing) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "chat_id": chat,
            "text": message.text,
            "link_preview_options": {"is_disabled": True},
        }
        number = self._number(message.reply_to or "", chat)
        if number is not None:
            parameters["reply_parameters"] = {
                "message_id": number,
                "allow_sending_without_reply": True,
            }
        return parameters

    async def mark(self, group_key: str, message_id: str, marked: bool) -> None:
        """Pin or unpin a message in silence. Raises AdapterError."""
        chat = peer_number(group_key)
        if chat is None:
            raise Forbidden("the group is not on Telegram.")
        try:
            await self._where_it_is(chat, lambda place: self._pin(place, message_id, marked))
        except Refused as error:
            # nothing to take down
            if marked or "not found" not in error.reason:
                raise

    async def _pin(self, chat: int, message_id: str, marked: bool) -> None:
        number = self._number(message_id, chat)
        if number is None:
            raise Forbidden("that message is out of the bot's reach.")
        place = {"chat_id": chat, "message_id": number}
        if marked:
            await self._api.ask("pinChatMessage", **place, disable_notification=True)
        else:
            await self._api.ask("unpinChatMessage", **place)

    def _number(self, kept: str, chat: int) -> int | None:
        return number_of(kept, chat, self._options.bot)

    async def _where_it_is(self, chat: int, ask: Callable[[int], Awaitable[Any]]) -> Any:
        """Ask something of a chat, and once more of what the chat has become."""
        chat = self._moved.get(chat, chat)
        try:
            return await ask(chat)
        except Moved as moved:
            self._moved[chat] = there = moved.chat
        return await ask(there)

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        """Ask for someone's role at this moment; None for who is not in the group."""
        chat, member = peer_number(group_key), peer_number(member_key)
        if chat is None or member is None:
            return None
        if group_key == member_key:
            # only admins can speak as the group
            return "admin"
        if member < 0:
            return None
        try:
            told = await self._where_it_is(
                chat,
                lambda place: self._api.ask("getChatMember", chat_id=place, user_id=member),
            )
        except Refused as error:
            if any(words in error.reason.lower() for words in _NO_MEMBER):
                return None
            raise
        role = role_in(dictionary(told))
        return None if role == "left" else role

    async def offer_menu(self, lines: Sequence[MenuLine]) -> None:
        """Register the commands, in Chinese for who uses Telegram in Chinese, else in English."""
        await self._api.ask(
            "setMyCommands", commands=[_command(line.name, line.english) for line in lines]
        )
        await self._api.ask(
            "setMyCommands",
            commands=[_command(line.name, line.chinese) for line in lines],
            language_code="zh",
        )

    async def fetch(self, source: str) -> AsyncIterator[bytes]:
        """Stream a file by its file_id. Raises Unavailable, and NotReachable if it is cut off."""
        try:
            told = dictionary(await self._api.ask("getFile", file_id=source))
        except Refused as error:
            large = "too big" in error.reason
            raise Unavailable(TOO_LARGE if large else "unavailable") from None
        path, size = string(told.get("file_path")), count(told.get("file_size"))
        if path is None or (size or 0) > self._options.largest_file:
            raise Unavailable(TOO_LARGE if path else "unavailable")
        received = 0
        async for piece in self._api.download(path):
            received += len(piece)
            if received > self._options.largest_file:
                raise Unavailable(TOO_LARGE)
            yield piece
        if size is not None and received != size:
            raise NotReachable("a file came with a length other than announced.")


def _type_of(chat: int) -> str:
    return "supergroup" if is_supergroup(chat) else "group"


def _command(name: str, description: str) -> dict[str, str]:
    return {"command": name.lower(), "description": description[:_LONGEST_DESCRIPTION]}
