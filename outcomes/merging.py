"""How the rows of outcomes move when two people or two organisations become one."""

from typing import Any

from outcomes.organisations import public_organisations
from participants import merging


def one_owner(kept, moving) -> dict[str, Any]:
    return merging.blanks(kept, moving, "response") | {"is_lead": kept.is_lead or moving.is_lead}


for one in ("person", "organisation"):
    merging.points_at(
        "outcomes.ActionOwner", one, says=("action__event__title", "action__text"), alike=("action",), meet=one_owner
    )
merging.points_at("outcomes.Report", "author")
merging.PUBLIC["participants.Organisation"] = public_organisations
