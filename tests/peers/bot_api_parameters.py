"""What the Bot API's methods may be given; anything else is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


def _whole(value: Any) -> bool:
    return type(value) is int


def _text(value: Any) -> bool:
    return type(value) is str


def _switch(value: Any) -> bool:
    return type(value) is bool


def _chat(value: Any) -> bool:
    return type(value) is int or (type(value) is str and value.startswith("@"))


def _file(value: Any) -> bool:
    return type(value) is tuple


def _list_of(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: type(value) is list and all(map(check, value))


def _object(required: dict[str, Any], optional: dict[str, Any]) -> Callable[[Any], bool]:
    known = required | optional

    def check(value: Any) -> bool:
        return (
            type(value) is dict
            and required.keys() <= value.keys() <= known.keys()
            and all(known[name](part) for name, part in value.items())
        )

    return check


_entities = _list_of(
    lambda value: type(value) is dict and {"type", "offset", "length"} <= set(value)
)
_reply = _object(
    {"message_id": _whole},
    {"chat_id": _chat, "allow_sending_without_reply": _switch, "quote": _text,
     "quote_parse_mode": _text, "quote_entities": _entities, "quote_position": _whole,
     "checklist_task_id": _whole, "poll_option_id": _text},
)  # fmt: skip
_preview = _object(
    {},
    {"is_disabled": _switch, "url": _text, "prefer_small_media": _switch,
     "prefer_large_media": _switch, "show_above_text": _switch},
)  # fmt: skip
_command = _object({"command": _text, "description": _text}, {})


def _scope(value: Any) -> bool:
    return type(value) is dict and type(value.get("type")) is str


METHODS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "getMe": ({}, {}),
    "getUpdates": (
        {},
        {"offset": _whole, "limit": _whole, "timeout": _whole, "allowed_updates": _list_of(_text)},
    ),
    "setWebhook": (
        {"url": _text},
        {"ip_address": _text, "max_connections": _whole, "allowed_updates": _list_of(_text),
         "drop_pending_updates": _switch, "secret_token": _text},
    ),
    "deleteWebhook": ({}, {"drop_pending_updates": _switch}),
    "getWebhookInfo": ({}, {}),
    "getFile": ({"file_id": _text}, {}),
    "getChat": ({"chat_id": _chat}, {}),
    "getChatMember": ({"chat_id": _chat, "user_id": _whole}, {}),
    "getChatAdministrators": ({"chat_id": _chat}, {"return_bots": _switch}),
    "getChatMemberCount": ({"chat_id": _chat}, {}),
    "leaveChat": ({"chat_id": _chat}, {}),
    "sendMessage": (
        {"chat_id": _chat, "text": _text},
        {"business_connection_id": _text, "message_thread_id": _whole,
         "direct_messages_topic_id": _whole, "parse_mode": _text, "entities": _entities,
         "link_preview_options": _preview, "disable_notification": _switch,
         "protect_content": _switch, "allow_paid_broadcast": _switch, "message_effect_id": _text,
         "reply_parameters": _reply, "reply_markup": lambda value: type(value) is dict},
    ),
    **{
        f"send{field.capitalize()}": (
            {"chat_id": _chat, field: _file},
            {"caption": _text, "disable_notification": _switch, "reply_parameters": _reply},
        )
        for field in ("photo", "video", "document")
    },
    "editMessageText": (
        {"chat_id": _chat, "message_id": _whole, "text": _text},
        {"entities": _entities, "parse_mode": _text, "link_preview_options": _preview},
    ),
    "editMessageCaption": (
        {"chat_id": _chat, "message_id": _whole}, {"caption": _text, "parse_mode": _text},
    ),
    "editMessageReplyMarkup": ({"chat_id": _chat, "message_id": _whole}, {}),
    "deleteMessage": ({"chat_id": _chat, "message_id": _whole}, {}),
    "pinChatMessage": (
        {"chat_id": _chat, "message_id": _whole},
        {"business_connection_id": _text, "disable_notification": _switch},
    ),
    "unpinChatMessage": (
        {"chat_id": _chat}, {"business_connection_id": _text, "message_id": _whole},
    ),
    "setMyCommands": (
        {"commands": _list_of(_command)}, {"scope": _scope, "language_code": _text},
    ),
    "getMyCommands": ({}, {"scope": _scope, "language_code": _text}),
    "deleteMyCommands": ({}, {"scope": _scope, "language_code": _text}),
}  # fmt: skip
"""Method: what must be given, and what may be; each with the check of its type."""
_NAMES = {name.lower(): name for name in METHODS}


def method_named(name: str) -> str:
    """Return a method's name as documented; case does not matter. Raises Refusal."""
    found = _NAMES.get(name.lower())
    if found is None:
        raise Refusal(404, "Not Found: method not found")
    return found


def read_form(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the fields of a form with files; a file is its name and its bytes."""
    boundary = b"--" + content_type.partition("boundary=")[2].strip('"').encode()
    fields: dict[str, Any] = {}
    for part in body.split(boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        names = {key: value.decode() for key, value in re.findall(rb'(\w+)="([^"]*)"', head)}
        file = names.get(b"filename")
        fields[names[b"name"]] = content.decode() if file is None else (file, content)
    # what carries a file is named by a reference to its part
    return {
        name: fields.get(value.removeprefix("attach://"), value) if type(value) is str else value
        for name, value in fields.items()
    }


def read_parameters(method: str, query: str, content_type: str, body: bytes) -> dict[str, Any]:
    """Return the parameters of a request, from query, form or JSON. Raises Refusal."""
    kind = content_type.partition(";")[0]
    given: dict[str, Any] = _typed(method, dict(parse_qsl(query, keep_blank_values=True)))
    if kind == "application/json" and body:
        try:
            sent = json.loads(body)
        except ValueError:
            raise bad_request("can't parse the request body") from None
        if type(sent) is not dict:
            raise bad_request("the request body is no object")
        given |= sent
    elif kind == "application/x-www-form-urlencoded":
        form = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))
        given |= _typed(method, dict(form))
    elif kind == "multipart/form-data":
        given |= _typed(method, read_form(content_type, body))
    elif body:
        raise bad_request(f"unsupported content type {kind}")
    _check(method, given)
    return given


def _typed(method: str, form: dict[str, str]) -> dict[str, Any]:
    """Turn the strings of a form into what the method wants them to be."""
    required, optional = METHODS[method]
    known = required | optional
    return {name: _value(known.get(name), text) for name, text in form.items()}


def _value(check: Callable[[Any], bool] | None, text: str) -> Any:
    if check in (None, _text) or type(text) is not str:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _check(method: str, given: dict[str, Any]) -> None:
    required, optional = METHODS[method]
    known = required | optional
    for name in given.keys() - known.keys():
        raise bad_request(f"{method} has no parameter {name}")
    for name in required.keys() - given.keys():
        raise bad_request(f"{method} needs the parameter {name}")
    for name, value in given.items():
        if not known[name](value):
            raise bad_request(f"{name} of {method} is of the wrong type")
