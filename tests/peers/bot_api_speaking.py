"""The Bot API's methods by which a bot speaks: messages, files, changing and deleting them."""

from __future__ import annotations

import time
from typing import Any

from bot_api_parameters import Refusal, bad_request

Json = dict[str, Any]
_LONGEST, _LONGEST_CAPTION = 4096, 1024


class Speaking:
    """A part of `World`."""

    me: Json
    messages: dict[int, dict[int, Json]]
    sent: list[Json]
    gone: list[Json]

    def chat(self, number: int | str) -> Json:
        raise NotImplementedError

    def next_message_id(self, chat: Json) -> int:
        raise NotImplementedError

    def _bot_is(self, chat: Json) -> str:
        raise NotImplementedError

    def _slow_down(self, chat: Json) -> None:
        raise NotImplementedError

    def _sendMessage(self, chat_id: int, text: str, **more: Any) -> Json:  # noqa: N802
        if not text.strip():
            raise bad_request("message text is empty")
        if len(text.encode("utf-16-le")) // 2 > _LONGEST:
            raise bad_request("message is too long")
        return self._say(chat_id, {"text": text}, more)

    def _sendPhoto(self, **given: Any) -> Json:  # noqa: N802
        return self._send_file("photo", 10, **given)

    def _sendVideo(self, **given: Any) -> Json:  # noqa: N802
        return self._send_file("video", 50, **given)

    def _sendDocument(self, **given: Any) -> Json:  # noqa: N802
        return self._send_file("document", 50, **given)

    def _send_file(
        self, field: str, most: int, chat_id: int, caption: str = "", **more: Any
    ) -> Json:
        name, content = more.pop(field)
        if len(content) > most << 20:
            raise Refusal(413, "Request Entity Too Large")
        if len(caption.encode("utf-16-le")) // 2 > _LONGEST_CAPTION:
            raise bad_request("message caption is too long")
        file = {"file_name": name, "file_size": len(content)}
        said = {"caption": caption} if caption else {}
        return self._say(chat_id, said | {field: file}, more | {"content": content})

    def _say(self, chat_id: int, said: Json, more: Json) -> Json:
        chat = self.chat(chat_id)
        if self._bot_is(chat) == "silenced":
            raise bad_request("not enough rights to send text messages to the chat")
        reply = more.get("reply_parameters", {})
        answered = self.messages[chat["id"]].get(reply.get("message_id", 0))
        if reply and answered is None and not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        self._slow_down(chat)
        number = self.next_message_id(chat)
        message = {
            "message_id": number, "from": self.me, "chat": chat, "date": int(time.time()), **said,
        }  # fmt: skip
        if answered is not None:
            message["reply_to_message"] = answered
        self.messages[chat["id"]][number] = message
        text = {"text": said.get("text", said.get("caption", ""))}
        self.sent.append({"chat_id": chat_id, **said, **text, **more, "message_id": number})
        return message

    def _own(self, chat_id: int, message_id: int, what: str) -> Json:
        message = self.messages[self.chat(chat_id)["id"]].get(message_id)
        if message is None:
            raise bad_request(f"message to {what} not found")
        if message.get("from") != self.me:
            raise bad_request(f"message can't be {'edited' if what == 'edit' else 'deleted'}")
        return message

    def _edit(self, chat_id: int, message_id: int, field: str, text: str) -> Json:
        message = self._own(chat_id, message_id, "edit")
        if field == "text" and "text" not in message:
            raise bad_request("there is no text in the message to edit")
        if message.get(field, "") == text:
            raise bad_request("message is not modified: they are exactly the same")
        message[field] = text
        message["edit_date"] = int(time.time())
        return message

    def _editMessageText(self, chat_id: int, message_id: int, text: str, **more: Any) -> Json:  # noqa: N802
        return self._edit(chat_id, message_id, "text", text)

    def _editMessageCaption(self, chat_id: int, message_id: int, caption: str = "") -> Json:  # noqa: N802
        return self._edit(chat_id, message_id, "caption", caption)

    def _editMessageReplyMarkup(self, chat_id: int, message_id: int) -> Json:  # noqa: N802
        self._own(chat_id, message_id, "edit")
        raise bad_request("message is not modified: they are exactly the same")

    def _deleteMessage(self, chat_id: int, message_id: int) -> bool:  # noqa: N802
        self.gone.append(self._own(chat_id, message_id, "delete"))
        del self.messages[self.chat(chat_id)["id"]][message_id]
        return True
