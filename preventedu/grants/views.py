"""The addresses of this room."""

from __future__ import annotations

from flask import Blueprint

from preventedu.grants import (
    views_awards,
    views_drafts,
    views_releases,
    views_worklist,
)

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
