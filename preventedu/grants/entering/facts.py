"""What the forms carry: one frozen class for each, and its entry in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from preventedu.grants.periods import Span

Entry = dict[str, Any]
"""A part of a document, in the words of `importing.schema`."""


@dataclass(frozen=True)
class OrganizationFacts:
    """A recipient or a partner."""

    key: str
    name: str
    kind: str
    partner_kind: str
    """Empty unless it is law enforcement."""
    uei: str
    lea: str
    """NCES id of the LEA that it is; else empty."""

    def entry(self) -> Entry:
        """Return it as a file has it."""
        return _given(
            key=self.key,
            name=self.name,
            kind=self.kind,
            partner_kind=self.partner_kind,
            uei=self.uei,
            lea=self.lea,
        )


@dataclass(frozen=True)
class AwardFacts:
    """An award without what belongs to it."""

    fain: str
    title: str
    assistance_listing: str
    agency: str
    recipient: str
    """Key of the organization."""
    performance: Span
    time_zone: str
    acknowledgement_en: str
    acknowledgement_es: str
    acknowledgement_on_learner_screens: bool

    def entry(self) -> Entry:
        """Return it as a file has it."""
        words = _given(en=self.acknowledgement_en, es=self.acknowledgement_es)
        return {
            "fain": self.fain,
            "title": self.title,
            "assistance_listing": self.assistance_listing,
            "agency": self.agency,
            "recipient": self.recipient,
            **_days(self.performance),
            "time_zone": self.time_zone,
            "acknowledgement": words,
            "acknowledgement_on_learner_screens": (
                self.acknowledgement_on_learner_screens
            ),
        }


@dataclass(frozen=True)
class AgreementFacts:
    """An agreement without its coverage."""

    key: str
    partner: str
    """Key of the organization."""
    roles: tuple[str, ...]
    span: Span
    signed_on: date

    def entry(self) -> Entry:
        """Return it as a file has it."""
        return {
            "key": self.key,
            "partner": self.partner,
            "roles": list(self.roles),
            **_days(self.span),
            "signed_on": self.signed_on,
        }


@dataclass(frozen=True)
class CoverageFacts:
    """What an agreement stands behind."""

    place: str
    """`state:ZZ`, `lea:0099001` or `school:nces:009900100001`."""
    grade_bands: tuple[str, ...]
    """Empty: all."""
    modules: tuple[str, ...]
    """Slugs; empty: all."""
    span: Span
    priority: int | None
    priority_signed_on: date | None

    def entry(self) -> Entry:
        """Return it as a file has it."""
        scope, _colon, name = self.place.partition(":")
        entry = {"scope": scope, scope: name, **_days(self.span)}
        entry["grade_bands"] = list(self.grade_bands)
        entry["modules"] = list(self.modules)
        if self.priority is not None:
            entry["priority"] = self.priority
        if self.priority_signed_on is not None:
            entry["priority_signed_on"] = self.priority_signed_on
        return entry


@dataclass(frozen=True)
class TargetFacts:
    """What the award promised to reach."""

    measure: str
    span: Span
    value: int

    def entry(self) -> Entry:
        """Return it as a file has it."""
        return {"measure": self.measure, **_days(self.span), "value": self.value}


def period_entry(span: Span) -> Entry:
    """Return a reporting period as a file has it."""
    return _days(span)


def _days(span: Span) -> Entry:
    return {"from": span.starts_on, "to": span.ends_on}


def _given(**texts: str) -> Entry:
    """Leave out what is empty."""
    return {name: text for name, text in texts.items() if text}
