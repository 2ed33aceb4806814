"""In which way a base grows its variety (`land_rules.Way`): as its variety and its mode tell."""

from __future__ import annotations

from herbgis.foundation.units import fold
from herbgis.terms.land_rules import ways_of_growing
from herbgis.terms.policy import Policy

OPEN_GROUND, UNDER_FOREST, TREE_CROP, SHED = "open_ground", "under_forest", "tree_crop", "shed"
#: Ways in which a plant of a form may be grown where its mode does not tell, by the form.
_OF_FORM = {
    OPEN_GROUND: (OPEN_GROUND, UNDER_FOREST),
    TREE_CROP: (TREE_CROP,),
    SHED: (OPEN_GROUND, UNDER_FOREST, SHED),
    None: (OPEN_GROUND, UNDER_FOREST, TREE_CROP, SHED),
}


def ways_of(variety: str | None, mode: str | None, policy: Policy) -> tuple[str, ...]:
    """The ways in which a variety may be grown under a mode.

    Parameters
    ----------
    variety : str or None
        Its canonical name.
    mode : str or None
        种植模式, as written.
    policy : Policy
        Whose catalogue knows the variety.

    Returns
    -------
    tuple of str
        One name of `ways_of_growing` where both tell; several where they do not, of which the one
        that it is has to be asked for.
    """
    form = _form_of(variety, policy)
    said = _modes_in(mode)
    if form == TREE_CROP:
        return (TREE_CROP, *(way for way in said if way != OPEN_GROUND))
    if not said:
        return _OF_FORM[form]
    ways = [each for way in said for each in _under_mode(way, form)]
    return tuple(dict.fromkeys(ways))


def _under_mode(way: str, form: str | None) -> tuple[str, ...]:
    """Ways that a mode's word leaves open: a herb in a shed, or a fungus on a field, is either."""
    if way == UNDER_FOREST:
        return (way,)
    if way == SHED:
        return (SHED,) if form == SHED else (SHED, OPEN_GROUND)
    return {OPEN_GROUND: (way,), SHED: (way, SHED)}.get(form or "", (way, TREE_CROP))


def _modes_in(mode: str | None) -> list[str]:
    """Ways of which a mode has a word."""
    if mode is None:
        return []
    text = fold(mode)
    return [
        way.name
        for way in ways_of_growing().values()
        if any(fold(word) in text for word in way.modes)
    ]


def _form_of(variety: str | None, policy: Policy) -> str | None:
    """The way that a variety's form tells: `SHED` for a fungus; None where it is not known."""
    if variety is None:
        return None
    if policy.group_of(variety) == "fungus":
        return SHED
    known = policy.varieties.get(variety)
    form = known.growth_form if known else ""
    told = [
        way.name
        for way in ways_of_growing().values()
        if variety in way.varieties or any(word in form for word in way.forms)
    ]
    return told[0] if len(told) == 1 else None
