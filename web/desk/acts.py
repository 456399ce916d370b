"""Every act there is at the desk; a new family is one module and one name here."""

from __future__ import annotations

from web.desk import (
    access_acts,
    digest_acts,
    essence_acts,
    health,
    level_acts,
    questions,
    reports,
    roster,
    setting_acts,
    tag_acts,
)
from web.desk.acting import Does

_FAMILIES = (
    essence_acts, level_acts, tag_acts, questions, roster, reports, health, access_acts,
    digest_acts, setting_acts,
)  # fmt: skip

ACTS: dict[str, Does] = {name: does for family in _FAMILIES for name, does in family.ACTS.items()}
