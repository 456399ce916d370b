"""The Bot API's methods over a small world of chats, members, messages and files."""

from __future__ import annotations

import time
from collections import Counter, defaultdict, deque
from typing import Any

from bot_api_parameters import Refusal, bad_request
from bot_api_speaking import Speaking

LARGEST_FILE = 20 * 1024 * 1024
_GROUP_A_MINUTE = 20
_ALL_A_SECOND = 30

Json = dict[str, Any]


class World(Speaking):
    """What the server knows; methods are called one at a time."""

    def __init__(self, me: Json) -> None:
        self.me = me
        self.chats: dict[int, Json] = {}
        self.users: dict[int, Json] = {me["id"]: me}
        self.members: dict[int, dict[int, str]] = defaultdict(dict)
        self.messages: dict[int, dict[int, Json]] = defaultdict(dict)
        self.moved: dict[int, int] = {}
        self.files: dict[str, tuple[str, bytes, int]] = {}
        """file_id: path, bytes, size as announced."""
        self.pinned: dict[int, list[int]] = defaultdict(list)
        self.menus: dict[str, list[Json]] = {}
        """Language code: commands; "" for everybody else."""
        self.limits = True
        self.sent: list[Json] = []
        """What sendMessage, and the others that send, were given, with the id it got."""
        self.gone: list[Json] = []
        """What deleteMessage took away."""
        self.calls: list[tuple[str, Json]] = []
        self._last_ids: Counter[int] = Counter()
        self._sent_at: dict[int, deque[float]] = defaultdict(deque)

    def meet(self, chat: Json, *people: Json) -> None:
        """Let a chat, and people in it, be known to the bot."""
        self.chats[chat["id"]] = chat
        self.members[chat["id"]].setdefault(self.me["id"], "administrator")
        for person in people:
            self.users[person["id"]] = person
            self.members[chat["id"]].setdefault(person["id"], "member")

    def next_message_id(self, chat: Json) -> int:
        """Return a new id: counted in a supergroup or channel, else for the account."""
        place = chat["id"] if chat["type"] in ("supergroup", "channel") else 0
        self._last_ids[place] += 1
        return self._last_ids[place]

    def call(self, method: str, given: Json) -> Any:
        """Return a method's result. Raises Refusal."""
        return getattr(self, f"_{method}")(**given)

    def chat(self, number: int | str) -> Json:
        if number in self.moved:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved[int(number)],
            )
        chat = self.chats.get(int(number)) if type(number) is int else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def _bot_is(self, chat: Json) -> str:
        status = self.members[chat["id"]].get(self.me["id"], "left")
        if status in ("left", "kicked"):
            place = chat["type"] if chat["type"] != "private" else "user"
            words = "blocked by the user" if place == "user" else f"kicked from the {place} chat"
            raise Refusal(403, f"Forbidden: bot was {words}")
        return status

    def _getMe(self) -> Json:  # noqa: N802
        return self.me

    def _getFile(self, file_id: str) -> Json:  # noqa: N802
        if file_id not in self.files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        path, _, size = self.files[file_id]
        if size > LARGEST_FILE:
            raise bad_request("file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": size,
            "file_path": path,
        }

    def _getChat(self, chat_id: int) -> Json:  # noqa: N802
        return self.chat(chat_id) | {"accent_color_id": 0, "max_reaction_count": 11}

    def _getChatMember(self, chat_id: int, user_id: int) -> Json:  # noqa: N802
        chat = self.chat(chat_id)
        self._bot_is(chat)
        if user_id not in self.users:
            raise bad_request("PARTICIPANT_ID_INVALID")
        return self._member(chat["id"], user_id)

    def _member(self, chat_id: int, user_id: int) -> Json:
        status = self.members[chat_id].get(user_id, "left")
        return chat_member(self.users[user_id], status)

    def _getChatAdministrators(self, chat_id: int, return_bots: bool = False) -> list[Json]:  # noqa: N802
        chat = self.chat(chat_id)
        self._bot_is(chat)
        return [
            self._member(chat["id"], user)
            for user, status in self.members[chat["id"]].items()
            if status in ("creator", "administrator")
            and (return_bots or not self.users[user]["is_bot"])
        ]

    def _getChatMemberCount(self, chat_id: int) -> int:  # noqa: N802
        return len(self.members[self.chat(chat_id)["id"]])

    def _leaveChat(self, chat_id: int) -> bool:  # noqa: N802
        self.members[self.chat(chat_id)["id"]][self.me["id"]] = "left"
        return True

    def _slow_down(self, chat: Json) -> None:
        """Refuse what a bot may not say so fast: 30 messages a second, 20 a minute in a group."""
        now = time.monotonic()
        places = [(0, 1.0, _ALL_A_SECOND)]
        if chat["type"] != "private":
            places.append((chat["id"], 60.0, _GROUP_A_MINUTE))
        for place, span, most in places if self.limits else ():
            past = self._sent_at[place]
            while past and past[0] <= now - span:
                past.popleft()
            if len(past) >= most:
                wait = max(1, round(past[0] + span - now))
                raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        for place, _, _ in places:
            self._sent_at[place].append(now)

    def _pinChatMessage(  # noqa: N802
        self, chat_id: int, message_id: int, disable_notification: bool = False
    ) -> bool:
        chat = self._may_pin(chat_id)
        if message_id not in self.messages[chat["id"]]:
            raise bad_request("message to pin not found")
        if message_id not in self.pinned[chat["id"]]:
            self.pinned[chat["id"]].append(message_id)
        return True

    def _unpinChatMessage(self, chat_id: int, message_id: int | None = None) -> bool:  # noqa: N802
        pinned = self.pinned[self._may_pin(chat_id)["id"]]
        if not pinned or message_id not in (None, *pinned):
            raise bad_request("message to unpin not found")
        pinned.remove(pinned[-1] if message_id is None else message_id)
        return True

    def _may_pin(self, chat_id: int) -> Json:
        chat = self.chat(chat_id)
        if self._bot_is(chat) not in ("administrator", "creator"):
            raise bad_request("not enough rights to manage pinned messages in the chat")
        return chat

    def _setMyCommands(  # noqa: N802
        self, commands: list[Json], scope: Json | None = None, language_code: str = ""
    ) -> bool:
        for command in commands:
            name = command["command"]
            if not (name.isascii() and name.replace("_", "a").isalnum() and name == name.lower()):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(name) <= 32 or not 1 <= len(command["description"]) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        self.menus[language_code] = commands
        return True

    def _getMyCommands(self, scope: Json | None = None, language_code: str = "") -> list[Json]:  # noqa: N802
        return self.menus.get(language_code, [])

    def _deleteMyCommands(self, scope: Json | None = None, language_code: str = "") -> bool:  # noqa: N802
        self.menus.pop(language_code, None)
        return True


_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_pin_messages", "can_manage_topics",
)  # fmt: skip
_PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
    "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
    "can_send_other_messages", "can_add_web_page_previews", "can_change_info", "can_invite_users",
    "can_pin_messages", "can_manage_topics", "can_edit_tag", "can_react_to_messages",
)  # fmt: skip


def chat_member(user: Json, status: str) -> Json:
    """Return a ChatMember as the server writes it; `gone` is restricted and no longer there."""
    told: Json = {"user": user, "status": status, "is_anonymous": False}
    if status == "administrator":
        return told | {"can_be_edited": False} | dict.fromkeys(_RIGHTS, True)
    if status == "creator":
        return told
    del told["is_anonymous"]
    if status in ("restricted", "gone", "silenced"):
        told |= {"status": "restricted", "is_member": status != "gone", "until_date": 0}
        return told | dict.fromkeys(_PERMISSIONS, False)
    return told | {"until_date": 0} if status == "kicked" else told
