"""What pages of this room call roles, things and what happens to them."""

from __future__ import annotations

from preventedu.grants.models import AgreementRole
from preventedu.i18n import lazy_gettext as _l

ROLES = {
    AgreementRole.FUNDS: _l("funds"),
    AgreementRole.PRESENTS: _l("presents"),
    AgreementRole.PROTOCOL: _l("sets the protocol"),
    AgreementRole.ADVISES: _l("advises"),
}
"""What a partner does under an agreement."""
ACTIONS = {
    "create": _l("New"),
    "change": _l("Changed"),
    "withdraw": _l("Withdrawn"),
}
THINGS = {
    "lea": _l("LEA"),
    "school": _l("School"),
    "organization": _l("Organization"),
    "award": _l("Award"),
    "target": _l("Target"),
    "reporting period": _l("Reporting period"),
    "agreement": _l("Agreement"),
    "coverage": _l("Coverage"),
}
