"""The addresses of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from preventedu.grants import (
    views_agreements,
    views_awards,
    views_drafts,
    views_entering,
    views_import,
    views_organizations,
    views_releases,
    views_terms,
    views_worklist,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

bp = Blueprint("grants", __name__, url_prefix="/grants", template_folder="templates")

BOTH = ["GET", "POST"]
ID = "int(max=2147483647)"
"""What fits into a key of the database; anything else is no page."""

bp.add_url_rule("/", view_func=views_awards.awards)
bp.add_url_rule(f"/awards/<{ID}:award_id>", view_func=views_awards.award)
bp.add_url_rule(
    f"/awards/<{ID}:award_id>/decisions",
    view_func=views_worklist.decisions,
    methods=BOTH,
)
bp.add_url_rule("/placements", view_func=views_worklist.placements, methods=BOTH)
bp.add_url_rule(f"/periods/<{ID}:period_id>", view_func=views_releases.period)
bp.add_url_rule(
    f"/periods/<{ID}:period_id>/close", view_func=views_releases.close, methods=["POST"]
)
bp.add_url_rule(
    f"/periods/<{ID}:period_id>/release",
    view_func=views_releases.make_release,
    methods=["POST"],
)
bp.add_url_rule(f"/releases/<{ID}:release_id>", view_func=views_releases.release)
bp.add_url_rule(
    f"/releases/<{ID}:release_id>.csv", view_func=views_releases.release_csv
)
bp.add_url_rule(
    f"/releases/<{ID}:release_id>.json", view_func=views_releases.release_json
)
bp.add_url_rule(
    f"/awards/<{ID}:award_id>/disclosures",
    view_func=views_releases.disclosures,
    methods=BOTH,
)
bp.add_url_rule(
    f"/awards/<{ID}:award_id>/disclosures.csv",
    view_func=views_releases.disclosures_csv,
)
bp.add_url_rule("/drafts", view_func=views_drafts.drafts)
bp.add_url_rule("/drafts/on", view_func=views_drafts.permit_draft, methods=["POST"])
bp.add_url_rule("/drafts/off", view_func=views_drafts.end_draft, methods=["POST"])

FORMS: dict[str, Callable[..., ResponseReturnValue]] = {
    "/set-up/awards/new": views_entering.new_award,
    f"/awards/<{ID}:award_id>/set-up/award": views_entering.change_award,
    f"/awards/<{ID}:award_id>/set-up/agreement": views_agreements.new_agreement,
    f"/awards/<{ID}:award_id>/set-up/target": views_terms.new_target,
    f"/awards/<{ID}:award_id>/set-up/period": views_terms.new_period,
    f"/agreements/<{ID}:agreement_id>/change": views_agreements.change_agreement,
    f"/agreements/<{ID}:agreement_id>/coverage": views_agreements.cover,
    f"/coverage/<{ID}:coverage_id>/withdraw": views_agreements.withdraw_coverage,
    f"/targets/<{ID}:target_id>/change": views_terms.change_target,
    f"/targets/<{ID}:target_id>/remove": views_terms.remove_target,
    f"/periods/<{ID}:period_id>/change": views_terms.change_period,
    f"/periods/<{ID}:period_id>/remove": views_terms.remove_period,
    "/organizations/new": views_organizations.new_organization,
    f"/organizations/<{ID}:organization_id>": views_organizations.organization,
    "/import": views_import.import_page,
}
"""Pages that show a form and take it."""
for address, view in FORMS.items():
    bp.add_url_rule(address, view_func=view, methods=BOTH)
bp.add_url_rule("/set-up", view_func=views_entering.set_up)
bp.add_url_rule(
    f"/awards/<{ID}:award_id>/set-up", view_func=views_entering.award_set_up
)
bp.add_url_rule("/organizations", view_func=views_organizations.organizations)
bp.add_url_rule(
    "/import/confirm", view_func=views_import.confirm_import, methods=["POST"]
)
bp.add_url_rule(f"/import/files/<{ID}:file_id>", view_func=views_import.imported)
bp.add_url_rule("/import/example.<kind>", view_func=views_import.import_example)
