"""Changing the champion, and having the new one read the drawings that nobody has worked on."""

import logging
from dataclasses import asdict

from core.errors import NotFoundError, StaleVersionError
from core.learn.gate import PromotionRule
from core.store import models, preferences
from core.store.models import ModelVersion
from core.store.runs import Run
from core.store.workspace import Workspace
from core.work.predicting import refresh_predictions
from core.work.starting import ensure_worker

log = logging.getLogger(__name__)

_RULE = "promotion rule"
_DECLINED = "declined model versions"
_AUTHOR = "Ostrakon"  # of what no person decided


def promote(workspace: Workspace, version_id: int, author: str, *, instead_of: int | None = None) -> ModelVersion:
    """Make a model version the champion; predictions follow in the background. Raises like `models.promote`."""
    version = models.promote(workspace, version_id, author, instead_of=instead_of)
    _refresh(workspace)
    return version


def roll_back(workspace: Workspace, author: str, *, instead_of: int | None = None) -> ModelVersion:
    """Go back to the champion before; predictions follow in the background. Raises like `models.roll_back`."""
    version = models.roll_back(workspace, author, instead_of=instead_of)
    _refresh(workspace)
    return version


def decline(workspace: Workspace, version_id: int) -> None:
    """Keep the champion instead of this version: nobody is asked about it again, though it can still be promoted."""
    preferences.set_to(workspace, _DECLINED, sorted({*_declined(workspace), version_id}))


def decided_against(workspace: Workspace) -> frozenset[int]:
    """The versions that people declined, and those that were in use and are not any more."""
    champion = models.champion(workspace)
    used = {move.to_version_id for move in models.alias_history(workspace)}
    return frozenset({*_declined(workspace), *used} - {champion.id if champion else None})


def _declined(workspace: Workspace) -> list[int]:
    return preferences.get(workspace, _DECLINED) or []


def promotion_rule(workspace: Workspace) -> PromotionRule:
    """The rule of this workspace; unless somebody set another, a person decides."""
    return PromotionRule(**(preferences.get(workspace, _RULE) or {}))


def set_promotion_rule(workspace: Workspace, rule: PromotionRule) -> None:
    """Change the rule for everybody; it holds for runs that are compared from now on."""
    preferences.set_to(workspace, _RULE, asdict(rule))


def follow_rule(workspace: Workspace, run: Run) -> ModelVersion | None:
    """Make a finished run's model version the champion if it passed the gate and the rule said so; else None.

    The champion must still be the one that it was compared with, so a second call changes nothing.
    """
    found = run.comparison or {}
    gate = found.get("gate", {})
    if run.model_version_id is None or not (gate.get("passes") and gate.get("is_automatic")):
        return None
    try:
        version = models.promote(
            workspace, run.model_version_id, _AUTHOR, instead_of=found["champion_id"], is_automatic=True
        )
    except (StaleVersionError, NotFoundError) as error:  # somebody chose meanwhile, and people have the last word
        log.info("run %d is not promoted: %s", run.id, error)
        return None
    log.info("model version %d was promoted by the rule", version.id)
    _refresh(workspace)
    return version


def _refresh(workspace: Workspace) -> None:
    refresh_predictions(workspace)
    ensure_worker(workspace)
