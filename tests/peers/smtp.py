"""A small strict SMTP server: one mail a connection, kept as it came."""

from __future__ import annotations

import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class Smtp:
    """Listens on a free port; `refuses` answers every recipient with this code."""

    def __init__(self, refuses: int = 0) -> None:
        self.refuses = refuses
        self.mails: list[tuple[str, EmailMessage]] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as talk:
                self._talk(talk)

    def _talk(self, talk: object) -> None:
        def say(line: str) -> None:
            talk.write(f"{line}\r\n".encode())  # type: ignore[attr-defined]
            talk.flush()  # type: ignore[attr-defined]

        say("220 peer.example ESMTP")
        to = ""
        while line := talk.readline():  # type: ignore[attr-defined]
            verb, _, rest = line.decode("ascii").strip().partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    say("250 peer.example")
                case "MAIL":
                    say("250 ok" if rest.upper().startswith("FROM:<") else "501 no sender")
                case "RCPT":
                    to = rest[len("TO:<") :].partition(">")[0]
                    say(f"{self.refuses} no" if self.refuses else "250 ok")
                case "DATA":
                    say("354 go on")
                    body = b""
                    while (part := talk.readline()) != b".\r\n":  # type: ignore[attr-defined]
                        body += part.removeprefix(b".") if part.startswith(b"..") else part
                    mail = message_from_bytes(body, policy=policy.default)
                    assert isinstance(mail, EmailMessage)
                    self.mails.append((to, mail))
                    say("250 taken")
                case "RSET" | "NOOP":
                    say("250 ok")
                case "QUIT":
                    say("221 bye")
                    return
                case _:
                    say("502 not known")
