"""What the bot says: answers within QQ's time and number, the rest unasked; and who is what.

https://bot.q.qq.com/wiki/develop/api-v2/autogen/api/v2_groups_group_openid_messages.post.html and
https://bot.q.qq.com/wiki/develop/api-v2/autogen/api/v2_users_user_openid_messages.post.html
"""

from __future__ import annotations

import re
from typing import Any

from adapters.contract import (
    AdapterError,
    Forbidden,
    NotReachable,
    Outgoing,
    Sent,
    TooFast,
    TooLate,
)
from adapters.qq_official import keys
from adapters.qq_official.api import Api, NoAnswer, Refused
from adapters.qq_official.event import dictionary, words
from adapters.qq_official.uploading import upload

_WORDS, _FILE = 0, 7
_LATE = (304103, 304026, 304027, 304028, 40034005, 40034024, 40034128)
_TWICE = 40054005
_TOO_FAST = (22009, 40034100, 1100100, 1100308)
_AGAIN = (40034004, 40054006, 40093001, 50055001, 50055002, 850027)
_CLOSED = {
    40034101: "the bot is not in that group.",
    40034102: "the group or person lets the bot answer only.",
    40034105: "the group or person lets the bot answer only.",
    40054002: "the bot may not speak in that group now.",
    40054003: "the bot is not in that group.",
    40054004: "that person has not added the bot.",
    40054013: "that person wants no messages from the bot.",
}
_LINK = (304003, 40054010)
_SLOW_DOWN = 60.0
_ROLES = ("owner", "admin", "member")
_dotted = re.compile(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z])")


class Speaking:
    """One bot's voice."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def send(self, message: Outgoing) -> Sent:
        """Send words, or take back what was said. Raises AdapterError; TooLate where it can only be
        said unasked."""
        group, person = keys.bare(message.group_key), keys.bare(message.member_key)
        if message.group_key is not None and group is not None:
            place = f"/v2/groups/{group}"
        elif message.group_key is None and person is not None:
            place = f"/v2/users/{person}"
        else:
            raise Forbidden("the message is for nobody that the bot knows.")
        path, file = f"{place}/messages", None
        if message.takes_back is not None:
            return await self._take_back(f"{path}/{message.takes_back}")
        try:
            if message.enclosed is not None:
                file = await upload(self._api, place, message.enclosed)
            return await self._say(path, message, message.text, file)
        except Refused as error:
            if error.code not in _LINK:
                raise _understood(error, message) from None
        # what looks like an address to QQ: the name of a file, of a language
        try:
            return await self._say(path, message, _dotted.sub("．", message.text), file)
        except Refused as error:
            raise _understood(error, message) from None

    async def _take_back(self, path: str) -> Sent:
        try:
            await self._api.ask("DELETE", path)
        except Refused:
            raise Forbidden("QQ does not take that back any more.") from None
        return Sent()

    async def _say(self, path: str, message: Outgoing, text: str, file: str | None) -> Sent:
        body: dict[str, Any] = {"msg_type": _WORDS, "content": text}
        if file is not None:
            # a message with a file must have words, if only a blank
            body |= {"msg_type": _FILE, "content": text or " ", "media": {"file_info": file}}
        if message.reply_to is not None:
            body["msg_id"] = message.reply_to
            body["msg_seq"] = message.number or 1
        try:
            told = await self._api.ask("POST", path, body)
        except Refused as error:
            if error.code == _TWICE and message.number:
                return Sent()  # it arrived when it was tried before
            raise
        except NoAnswer as error:
            if message.reply_to is not None and message.number:
                raise  # QQ knows an answer with the same number when it comes again
            raise AdapterError(
                "QQ did not say whether it took a message.", "look into the group"
            ) from error
        told = dictionary(told)
        index = keys.message_id(dictionary(told.get("ext_info")).get("ref_idx"))
        return Sent(keys.message_id(told.get("id")), (index,) if index else ())

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        """Return what somebody is in a group now. Raises AdapterError."""
        group, person = keys.bare(group_key), keys.bare(member_key)
        if group is None or person is None:
            return None
        told = dictionary(await self._api.ask("GET", f"/v2/groups/{group}/members/{person}"))
        role = words(told.get("member_role"))
        return role if role in _ROLES else None


def _understood(error: Refused, message: Outgoing) -> AdapterError:
    if error.code in _LATE and message.reply_to is not None:
        return TooLate("QQ takes no more answers to that message.")
    if error.code in _TOO_FAST:
        return TooFast("QQ finds the bot too fast.", _SLOW_DOWN)
    if error.code in _AGAIN:
        return NotReachable("QQ could not take the message just now.")
    if error.code in _CLOSED:
        hint = "an admin opens the bot's page in QQ and lets it speak unasked"
        return Forbidden(_CLOSED[error.code], hint if "answer only" in _CLOSED[error.code] else "")
    if error.code in _LINK:
        return AdapterError(
            "QQ refuses an address in the message.",
            "register the site's domain on q.qq.com and name it in domains",
        )
    return error
