"""Acts on who may come in: an invitation, a session or a token is ended."""

from __future__ import annotations

from archive.api_tokens import end_token
from archive.errors import NotFound
from archive.invites import end_invite, list_invites
from archive.sessions import end_session
from web.desk.acting import Does, Doing, Done


def invite_end(doing: Doing) -> Done:
    """End the invitation `number`; who came in by it is out. Nothing takes that back."""
    number = doing.form.number("number")
    if number not in {one.id for one in list_invites(doing.db, doing.visit.reader)}:
        raise NotFound("there is no such invitation.")
    end_invite(doing.db, number, doing.by)
    return Done("desk.invite_ended", str(number))


def session_end(doing: Doing) -> Done:
    """End the session `number`; the person comes in again by a new link."""
    doing.rules_all()
    number = doing.form.number("number")
    end_session(doing.db, number, doing.by)
    return Done("desk.session_ended", str(number))


def token_end(doing: Doing) -> Done:
    """End the token `number`; the program reads no more. Nothing takes that back."""
    doing.rules_all()
    number = doing.form.number("number")
    end_token(doing.db, number, doing.by)
    return Done("desk.token_ended", str(number))


ACTS: dict[str, Does] = {
    "invite_end": invite_end,
    "session_end": session_end,
    "token_end": token_end,
}
"""E.g. `POST /desk/act/invite_end`."""
