"""Mail: digests as plain text through the operator's SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from bot.config import MailConfig

_PATIENCE = 30.0
"""Seconds."""


class MailError(Exception):
    """A mail was not taken; `why` holds no text and no password, `for_good` if it never will be."""

    def __init__(self, why: str, for_good: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.for_good = for_good


def send_mail(config: MailConfig, to: str, subject: str, text: str) -> None:
    """Send one mail and return once the server has taken it. Raises MailError."""
    message = EmailMessage()
    try:
        message["From"] = config.sender or config.user
        message["To"] = to
        message["Subject"] = " ".join(subject.split())
    except ValueError:
        raise MailError("an address is wrong", for_good=True) from None
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="chendian.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        _hand_over(config, message)
    except smtplib.SMTPAuthenticationError:
        raise MailError("the server does not know user and password") from None
    except smtplib.SMTPResponseException as error:
        raise MailError(f"the server answered {error.smtp_code}", error.smtp_code >= 500) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise MailError(f"the server answered {codes[0]}", codes[0] >= 500) from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"the server is not reachable ({type(error).__name__})") from None


def _hand_over(config: MailConfig, message: EmailMessage) -> None:
    with smtplib.SMTP(config.host, config.port, timeout=_PATIENCE) as server:
        if config.starttls:
            server.starttls(context=ssl.create_default_context())
        if config.user:
            server.login(config.user, config.password)
        server.send_message(message)
