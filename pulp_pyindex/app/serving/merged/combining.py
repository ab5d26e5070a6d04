"""Puts together what several members offer of one project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pulp_pyindex.app.serving.snapshot import Index
from pulp_pyindex.app.serving.sources import Action, Member, Offer, Withheld
from pulp_pyindex.app.serving.traffic import worst
from pulp_pyindex.index.merging import Decision, Place
from pulp_pyindex.index.uniting import spelling, unite


def combined(
    index: Index, places: Sequence[Place], decision: Decision, offers: Mapping[int, Offer]
) -> Offer | None:
    """What an index offers by a final decision; None where nobody owns the name."""
    if decision.owner is None:
        return None
    if not decision.contributing:
        return offers[decision.owner]
    if len(decision.contributing) == 1:
        return offers[decision.contributing[0]]
    union = unite(
        {position: offers[position].page for position in decision.contributing},
        {position: _withheld_names(offers[position]) for position in decision.contributing},
    )
    withheld: list[Withheld] = []
    origins: dict[str, Member] = {}
    taken: set[str] = set()
    for position in decision.contributing:
        offer = offers[position]
        for one in offer.withheld:
            has_gone = spelling(one.file.filename) in taken
            withheld.append(_given_way(one, index) if has_gone else one)
            if not has_gone:
                origins.setdefault(one.file.filename, offer.origins[one.file.filename])
        taken |= {spelling(name) for name in offer.origins}
    for filename, position in union.origins.items():
        origins[filename] = offers[position].origins[filename]
    for position, file, winner in union.dropped:
        nearer, farther = places[winner].name, places[position].name
        text = f"{nearer} has a file of this name and is nearer than {farther}"
        withheld.append(
            Withheld(file=file, action=Action.DROP, by="merge", text=text, at=index.base_path)
        )
    told = [offers[position] for position in decision.contributing]
    shown = [
        (offers[position], {name for name, at in union.origins.items() if at == position})
        for position in decision.contributing
    ]
    expiring = [each.expires for each in told]
    return Offer(
        page=union.page,
        key=("union", *(offers[position].key for position in decision.contributing)),
        expires=min((each for each in expiring if each is not None), default=None),
        withheld=tuple(withheld),
        reported=tuple(
            one for offer, names in shown for one in offer.reported if one.file.filename in names
        ),
        allowed=tuple(
            one for offer, names in shown for one in offer.allowed if one.file.filename in names
        ),
        origins=origins,
        # Of a part that is older than it should be it is told, whichever part it is.
        headers=next((each.headers for each in told if each.headers), {}),
        cache=worst([each.cache for each in told]),
    )


def _withheld_names(offer: Offer) -> list[str]:
    """Of files that a page does not show, although nothing that is nearer has their place."""
    return [one.file.filename for one in offer.withheld if one.action is not Action.DROP]


def _given_way(one: Withheld, index: Index) -> Withheld:
    text = "another file of this name is nearer"
    return replace(one, action=Action.DROP, by="merge", text=text, at=index.base_path)
