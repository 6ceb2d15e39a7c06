"""What a well-shaped file can still get wrong: names, dates and places."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.grants.importing.explaining import did_you_mean
from preventedu.grants.importing.problems import in_order
from preventedu.grants.models import Agreement, Award, ReportingPeriod, Scope
from preventedu.grants.periods import Span
from preventedu.i18n import gettext as _
from preventedu.people import Lea, Organization, School

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

    from preventedu.grants.importing.problems import Lines, Path, Problem
    from preventedu.grants.importing.schema import (
        AgreementEntry,
        AwardEntry,
        CoverageEntry,
        Dated,
        Document,
    )


def check(
    session: Session, document: Document, lines: Lines, modules: Collection[str]
) -> tuple[Problem, ...]:
    """Return every problem of a document, in the order of the lines.

    Args:
        session: To look up what is known already.
        document: The file.
        lines: Where things stand in it.
        modules: Slugs that coverage may name.
    """
    checker = _Checker(session, document, lines, modules)
    checker.check_all()
    return in_order(checker.problems)


class _Checker:
    """Collects problems, so that one run names them all."""

    def __init__(
        self,
        session: Session,
        document: Document,
        lines: Lines,
        modules: Collection[str],
    ) -> None:
        self.problems: list[Problem] = []
        self._session = session
        self._document = document
        self._lines = lines
        self._modules = modules
        self._leas = {lea.nces_id for lea in document.leas}
        self._leas |= set(session.scalars(select(Lea.nces_id)))
        schools = {(s.scheme, s.school_id) for a in document.leas for s in a.schools}
        rows = session.execute(select(School.scheme, School.school_id))
        schools |= {(scheme, school_id) for scheme, school_id in rows}
        self._schools = Counter(school_id for _scheme, school_id in schools)
        self._schools.update(f"{scheme}:{school_id}" for scheme, school_id in schools)
        self._organizations = {entry.key for entry in document.organizations}
        self._organizations |= set(session.scalars(select(Organization.key)))

    def check_all(self) -> None:
        self._places()
        self._parties()
        awards = self._document.awards
        self._once(
            (("awards", n, "fain"), award.fain) for n, award in enumerate(awards)
        )
        self._once(
            (("awards", n, "agreements", m, "key"), agreement.key)
            for n, award in enumerate(awards)
            for m, agreement in enumerate(award.agreements)
        )
        for position, award in enumerate(awards):
            self._award(("awards", position), award)

    def _places(self) -> None:
        leas = self._document.leas
        self._once((("leas", n, "nces_id"), lea.nces_id) for n, lea in enumerate(leas))
        # A school is of one LEA: in a second one it would be moved without a word.
        self._once(
            (("leas", n, "schools", m, "nces_id"), (school.scheme, school.school_id))
            for n, lea in enumerate(leas)
            for m, school in enumerate(lea.schools)
        )

    def _parties(self) -> None:
        parties = list(enumerate(self._document.organizations))
        self._once((("organizations", n, "key"), it.key) for n, it in parties)
        self._once((("organizations", n, "uei"), it.uei) for n, it in parties if it.uei)
        for position, party in parties:
            path = ("organizations", position)
            if party.lea is not None:
                self._known((*path, "lea"), party.lea, self._leas)
            owner = self._owner_of(party.uei) if party.uei else None
            if owner not in (None, party.key):
                message = _("This `uei` is that of `%(key)s` already.", key=owner)
                self._add((*path, "uei"), message, _("Look it up again in SAM.gov."))

    def _owner_of(self, uei: str) -> str | None:
        query = select(Organization.key).where(Organization.uei == uei)
        return self._session.scalar(query)

    def _award(self, path: Path, award: AwardEntry) -> None:
        self._known((*path, "recipient"), award.recipient, self._organizations)
        periods = (*path, "reporting_periods")
        for part, entries in (
            ((*path, "targets"), award.targets),
            (periods, award.reporting_periods),
        ):
            for position, entry in enumerate(entries):
                self._within((*part, position), entry, award.span, _("the award"))
        self._apart(periods, [period.span for period in award.reporting_periods])
        self._closed_periods_stay(periods, award)
        self._once(
            ((*path, "targets", n, "measure"), (it.measure, it.span))
            for n, it in enumerate(award.targets)
        )
        for position, agreement in enumerate(award.agreements):
            self._agreement((*path, "agreements", position), agreement, award)

    def _agreement(
        self, path: Path, agreement: AgreementEntry, award: AwardEntry
    ) -> None:
        self._known((*path, "partner"), agreement.partner, self._organizations)
        if not agreement.span.overlaps(award.span):
            message = _("This agreement has no day in common with the award.")
            self._add(path, message, _("Check `from` and `to` of both."))
        elsewhere = self._session.scalar(
            select(Award.fain)
            .join(Agreement)
            .where(Agreement.key == agreement.key, Award.fain != award.fain)
        )
        if elsewhere:
            message = _(
                "`%(key)s` is an agreement of award %(fain)s already.",
                key=agreement.key,
                fain=elsewhere,
            )
            self._add((*path, "key"), message, _("Give this one another key."))
        for position, coverage in enumerate(agreement.coverage):
            here = (*path, "coverage", position)
            if coverage in agreement.coverage[:position]:
                message = _("This coverage is there already.")
                self._add(here, message, _("Keep one of the two."))
            self._within(here, coverage, award.span, _("the award"))
            self._within(here, coverage, agreement.span, _("its agreement"))
            self._coverage(here, coverage)

    def _coverage(self, path: Path, coverage: CoverageEntry) -> None:
        if coverage.scope is Scope.SCHOOL:
            self._known((*path, "school"), coverage.school or "", self._schools)
            if self._schools[coverage.school or ""] > 1:
                message = _(
                    "Several schemes have a school `%(id)s`.", id=coverage.school
                )
                hint = _("Write the scheme before the id, such as `tribal:7`.")
                self._add((*path, "school"), message, hint)
        elif coverage.scope is Scope.LEA:
            self._known((*path, "lea"), coverage.lea or "", self._leas)
        for position, slug in enumerate(coverage.modules):
            self._known((*path, "modules", position), slug, self._modules)

    def _closed_periods_stay(self, path: Path, award: AwardEntry) -> None:
        closed = self._session.scalars(
            select(ReportingPeriod)
            .join(Award)
            .where(Award.fain == award.fain, ReportingPeriod.closed_at.is_not(None))
        )
        entries = [period.span for period in award.reporting_periods]
        for period in closed:
            if period.award.time_zone != award.time_zone:
                message = _(
                    "A period is closed, and its days are of another time zone."
                )
                zone = _("Write `%(zone)s` again.", zone=period.award.time_zone)
                self._add((*path[:-1], "time_zone"), message, zone)
            span = Span(period.starts_on, period.ends_on)
            if span not in entries:
                message = _(
                    "The period %(first)s to %(last)s is closed and must stay as it "
                    "is.",
                    first=span.starts_on,
                    last=span.ends_on,
                )
                hint = _("Write it as it was; closed is for ever.")
                self._add(path, message, hint)

    def _within(self, path: Path, entry: Dated, outer: Span, what: str) -> None:
        if not outer.holds(entry.span):
            self._add(
                (*path, "from") if entry.starts_on not in outer else (*path, "to"),
                _(
                    "%(first)s to %(last)s is not within %(what)s: %(outer)s.",
                    first=entry.starts_on,
                    last=entry.ends_on,
                    what=what,
                    outer=_(
                        "%(first)s to %(last)s",
                        first=outer.starts_on,
                        last=outer.ends_on,
                    ),
                ),
                _("Change the days here, or those of %(what)s.", what=what),
            )

    def _apart(self, path: Path, spans: Sequence[Span]) -> None:
        for position, span in enumerate(spans):
            if any(span.overlaps(other) for other in spans[:position]):
                message = _("This period has days in common with another.")
                hint = _("Each day may be reported once.")
                self._add((*path, position), message, hint)

    def _known(self, path: Path, name: str, known: Collection[str]) -> None:
        if name not in known:
            hint = did_you_mean(name, list(known))
            self._add(path, _("`%(name)s` is not known.", name=name), hint)

    def _once(self, entries: Iterable[tuple[Path, object]]) -> None:
        seen: set[object] = set()
        for path, key in entries:
            if key in seen:
                message = _("This `%(name)s` is here twice.", name=path[-1])
                self._add(path, message, _("Keep one of them."))
            seen.add(key)

    def _add(self, path: Path, message: str, suggestion: str) -> None:
        self.problems.append(self._lines.problem(path, message, suggestion))
