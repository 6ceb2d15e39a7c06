"""The shape of the import file; its fields are those of `grants.models`."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from preventedu.grants.models import AgreementRole, Measure, Scope
from preventedu.grants.periods import Span
from preventedu.i18n import gettext as _
from preventedu.people import GradeBand, OrganizationKind, PartnerKind, SchoolIdScheme

UEI_LENGTH = 12
LISTING = re.compile(r"[0-9]{2}\.[0-9]{3}")
STATE = re.compile(r"[A-Z]{2}")
DAY_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Nothing else: 7/8/2026 is another day elsewhere."""
KEY = re.compile(r"[^\s+]{1,40}")
"""No plus sign: it joins the keys of partners that share."""
YEARS = range(2000, 2200)
"""A day beyond is a slip, and "for ever" has no first day after it."""
MOST = 1_000_000_000


class Strict(BaseModel):
    """A part of the file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _day(value: Any) -> Any:
    """Refuse a number, which pydantic would take for seconds since 1970."""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and not DAY_TEXT.fullmatch(value):
        raise ValueError(_("is no date: write it as 2026-07-01."))
    return value


def _sane_year(value: date) -> date:
    if value.year not in YEARS:
        raise ValueError(_("is no likely day: write the last day that is agreed."))
    return value


def _readable(value: str) -> str:
    """Refuse what no page can show and PostgreSQL cannot keep, such as NUL."""
    if any(unicodedata.category(sign) == "Cc" for sign in value.replace("\n", "")):
        raise ValueError(_("This text holds a control character. Write it anew."))
    return value


def _digits(length: int, what: str, example: str) -> AfterValidator:
    def check(value: str) -> str:
        if len(value) != length or not (value.isascii() and value.isdecimal()):
            raise ValueError(
                _(
                    'is no %(what)s: it has %(length)s digits, as "%(example)s".',
                    what=what,
                    length=length,
                    example=example,
                )
            )
        return value

    return AfterValidator(check)


def _uei(value: str) -> str:
    if len(value) != UEI_LENGTH or not (value.isascii() and value.isalnum()):
        raise ValueError(_("is no UEI: it has 12 letters and digits, from SAM.gov."))
    return value.upper()


def _listing(value: str) -> str:
    if not LISTING.fullmatch(value):
        raise ValueError(_('is no assistance listing: write it as "93.327".'))
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(_("is no time zone: write it as America/Chicago."))
    return value


def _state(value: str) -> str:
    if not STATE.fullmatch(value):
        raise ValueError(_("is no State: write its two capital letters."))
    return value


def _key(value: str) -> str:
    if not KEY.fullmatch(value):
        raise ValueError(_("is no key: use up to 40 characters, no spaces, no +."))
    return value


Readable = Annotated[str, AfterValidator(_readable)]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_readable),
]
ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40),
    AfterValidator(_readable),
]
Whole = Annotated[int, Field(strict=True, ge=1, le=MOST)]
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_sane_year)]
LeaId = Annotated[Text, _digits(7, "NCES LEA id", "0099001")]
NcesSchoolId = Annotated[Text, _digits(12, "NCES school id", "009900100001")]
Key = Annotated[Text, AfterValidator(_key)]


class SchoolEntry(Strict):
    """A school: by its NCES id, or by another scheme and id."""

    nces_id: NcesSchoolId | None = None
    scheme: SchoolIdScheme = SchoolIdScheme.NCES
    id: ShortText | None = None
    name: Text

    @model_validator(mode="after")
    def _one_id(self) -> Self:
        is_nces = self.scheme is SchoolIdScheme.NCES
        if is_nces != (self.nces_id is not None) or is_nces == (self.id is not None):
            raise ValueError(
                _(
                    "This school needs `nces_id`, or else `scheme` (bie, tribal or "
                    "private) with `id`."
                )
            )
        return self

    @property
    def school_id(self) -> str:
        """Return the id in the school's scheme."""
        return self.nces_id or self.id or ""

    @property
    def reference(self) -> str:
        """Return how coverage names this school."""
        return self.school_id


class LeaEntry(Strict):
    """An LEA with its schools."""

    nces_id: LeaId
    name: Text
    state: Annotated[Text, AfterValidator(_state)]
    contact: Readable = ""
    schools: tuple[SchoolEntry, ...] = ()


class OrganizationEntry(Strict):
    """A recipient or a partner."""

    key: Key
    name: Text
    kind: OrganizationKind
    partner_kind: PartnerKind | None = None
    uei: Annotated[Text, AfterValidator(_uei)] | None = None
    lea: LeaId | None = None

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        is_police = self.kind is OrganizationKind.LAW_ENFORCEMENT
        if is_police != (self.partner_kind is not None):
            raise ValueError(
                _(
                    "`partner_kind` (state, local, tribal or federal-task-force) goes "
                    "with `kind: law-enforcement`, and only with it."
                )
            )
        if self.lea is not None and self.kind is not OrganizationKind.LEA:
            raise ValueError(_("`lea` goes only with `kind: lea`."))
        return self


class Dated(Strict):
    """Something with a first and a last day."""

    starts_on: Day = Field(alias="from")
    ends_on: Day = Field(alias="to")

    @property
    def span(self) -> Span:
        """Return the days."""
        return Span(self.starts_on, self.ends_on)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day, `to`, is before the first, `from`."))
        return self


class CoverageEntry(Dated):
    """What an agreement stands behind."""

    scope: Scope
    school: Text | None = None
    lea: LeaId | None = None
    state: Annotated[Text, AfterValidator(_state)] | None = None
    grade_bands: tuple[GradeBand, ...] = ()
    modules: tuple[Text, ...] = ()
    priority: Whole | None = None
    priority_signed_on: Day | None = None

    @model_validator(mode="after")
    def _place_fits(self) -> Self:
        places = {"school": self.school, "lea": self.lea, "state": self.state}
        given = [name for name, place in places.items() if place is not None]
        if given != [self.scope.value]:
            raise ValueError(
                _(
                    "`scope: %(scope)s` needs `%(scope)s`, and none of the other "
                    "places.",
                    scope=self.scope.value,
                )
            )
        if (self.priority is None) != (self.priority_signed_on is None):
            raise ValueError(
                _(
                    "`priority` and `priority_signed_on` go together: a priority "
                    "counts only after it was signed."
                )
            )
        return self


class AgreementEntry(Dated):
    """An agreement with a partner."""

    key: Key
    partner: Key
    roles: Annotated[tuple[AgreementRole, ...], Field(min_length=1)]
    signed_on: Day
    coverage: tuple[CoverageEntry, ...] = ()


class TargetEntry(Dated):
    """What the award promised."""

    measure: Measure
    value: Whole


class PeriodEntry(Dated):
    """A reporting period."""


class AcknowledgementEntry(Strict):
    """The words of the award's terms."""

    en: Text
    es: Text | None = None


class AwardEntry(Dated):
    """An award; `from` and `to` are its period of performance."""

    fain: ShortText
    title: Text
    assistance_listing: Annotated[Text, AfterValidator(_listing)]
    agency: Text
    recipient: Key
    time_zone: Annotated[Text, AfterValidator(_zone)]
    acknowledgement: AcknowledgementEntry
    acknowledgement_on_learner_screens: bool = False
    targets: tuple[TargetEntry, ...] = ()
    reporting_periods: tuple[PeriodEntry, ...] = ()
    agreements: tuple[AgreementEntry, ...] = ()


class Document(Strict):
    """The whole file."""

    leas: tuple[LeaEntry, ...] = ()
    organizations: tuple[OrganizationEntry, ...] = ()
    awards: tuple[AwardEntry, ...] = ()
