"""The words for roles, contacts, consent modes and places on this room's pages."""

from __future__ import annotations

from preventedu.courses.consent_models import ConsentMode
from preventedu.district.staffing import Standing
from preventedu.district.states import Basis, Frequency, Status, Unknown
from preventedu.i18n import lazy_gettext as _l
from preventedu.people import ContactKind, SchoolIdScheme, StaffRole

ROLES = {
    StaffRole.ADMINISTRATOR: _l("Administrator"),
    StaffRole.LEA_OFFICIAL: _l("LEA official"),
    StaffRole.GRANT_MANAGER: _l("Grant manager"),
    StaffRole.COUNSELOR: _l("Counselor"),
}
ROLE_MEANINGS = {
    StaffRole.ADMINISTRATOR: _l(
        "School IT: sets LEAs, staff and platforms up. Sees no figures."
    ),
    StaffRole.LEA_OFFICIAL: _l(
        "Enters contacts, steps, breaks and consent modes. Sees the LEA's figures."
    ),
    StaffRole.GRANT_MANAGER: _l(
        "Looks after awards. In an LEA sees its figures, elsewhere releases only."
    ),
    StaffRole.COUNSELOR: _l(
        "Knows beforehand which class does what on which day. Sees no figures."
    ),
}
STANDINGS = {
    Standing.SIGNED_UP: _l("Can sign in"),
    Standing.INVITED: _l("Invited"),
    Standing.EXPIRED: _l("Link expired"),
    Standing.ENDED: _l("Access ended"),
}
KINDS = {
    ContactKind.SCHOOL_CONTACT: _l("School contact"),
    ContactKind.CHILD_ABUSE_LINE: _l("Child-abuse line of the State"),
}
SCHEMES = {
    SchoolIdScheme.NCES: _l("NCES (public schools)"),
    SchoolIdScheme.BIE: _l("Bureau of Indian Education"),
    SchoolIdScheme.TRIBAL: _l("Tribal"),
    SchoolIdScheme.PRIVATE: _l("Private"),
}
MODES = {
    ConsentMode.NOTICE: _l("Notice"),
    ConsentMode.OPT_OUT: _l("Opt-out"),
    ConsentMode.OPT_IN: _l("Opt-in"),
}
MODE_MEANINGS = {
    ConsentMode.NOTICE: _l("Guardians are told."),
    ConsentMode.OPT_OUT: _l("Guardians are told and may say no."),
    ConsentMode.OPT_IN: _l("A guardian says yes before the child takes part."),
}
STATUSES = {
    Status.IN_FORCE: _l("In force when looked up"),
    Status.BILL_NOT_CONFIRMED: _l("A bill: whether it became law is not confirmed"),
}
FREQUENCIES = {
    Frequency.EVERY_YEAR: _l("every year"),
    Frequency.ONCE_PER_LEVEL: _l(
        "once in middle or junior high school, and once in high school"
    ),
}
UNKNOWNS = {
    Unknown.PARENTS: _l("what guardians may decide"),
    Unknown.CONSENT: _l("whether a guardian's written consent comes first"),
    Unknown.DATES: _l("whether a plan or report is due, and when"),
    Unknown.NUMBER: _l("under which number the rule stands today"),
    Unknown.PASSAGE: _l("whether the bill became law"),
}
BASES = {
    Basis.LOOKED_UP: _l("looked up"),
    Basis.PRECAUTION: _l("the careful way, until your counsel says otherwise"),
}
TIME_ZONES = {
    "America/New_York": _l("Eastern"),
    "America/Detroit": _l("Eastern (Michigan)"),
    "America/Indiana/Indianapolis": _l("Eastern (Indiana)"),
    "America/Chicago": _l("Central"),
    "America/Denver": _l("Mountain"),
    "America/Boise": _l("Mountain (southern Idaho)"),
    "America/Phoenix": _l("Mountain without daylight saving (Arizona)"),
    "America/Los_Angeles": _l("Pacific"),
    "America/Anchorage": _l("Alaska"),
    "America/Adak": _l("Aleutian Islands"),
    "Pacific/Honolulu": _l("Hawaii"),
    "America/Puerto_Rico": _l("Puerto Rico"),
    "America/St_Thomas": _l("U.S. Virgin Islands"),
    "Pacific/Guam": _l("Guam"),
    "Pacific/Saipan": _l("Northern Mariana Islands"),
    "Pacific/Pago_Pago": _l("American Samoa"),
    "UTC": _l("UTC (not chosen yet)"),
}
STATES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
    "AS": "American Samoa",
    "GU": "Guam",
    "MP": "Northern Mariana Islands",
    "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
}
"""Names as they are; they are not translated."""


def state_name(code: str) -> str:
    """Return a State's name, or its letters."""
    return STATES.get(code, code)
