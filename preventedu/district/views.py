"""The addresses of this room."""

from __future__ import annotations

from flask import Blueprint

from preventedu.district import (
    views_consent,
    views_mandates,
    views_places,
    views_safety,
    views_staff,
)

bp = Blueprint(
    "district", __name__, url_prefix="/district", template_folder="templates"
)

BOTH, POST = ["GET", "POST"], ["POST"]
ID = "int(max=2147483647)"
"""What fits into a key of the database; anything else is no page."""
LEA = f"/leas/<{ID}:lea_id>"
CONTACT = f"{LEA}/contacts/<{ID}:contact_id>"

bp.add_url_rule("/", view_func=views_places.home)
bp.add_url_rule("/leas/new", view_func=views_places.new_lea, methods=BOTH)
bp.add_url_rule(LEA, view_func=views_places.lea)
bp.add_url_rule(f"{LEA}/correct", view_func=views_places.correct_lea, methods=BOTH)
bp.add_url_rule(f"{LEA}/schools", view_func=views_places.schools, methods=BOTH)
bp.add_url_rule(
    f"{LEA}/schools/<{ID}:school_id>",
    view_func=views_places.correct_school,
    methods=BOTH,
)
bp.add_url_rule("/staff", view_func=views_staff.staff, methods=BOTH)
bp.add_url_rule(
    f"/staff/<{ID}:member_id>/link", view_func=views_staff.new_link, methods=POST
)
bp.add_url_rule(f"/staff/<{ID}:member_id>/end", view_func=views_staff.end, methods=POST)
bp.add_url_rule(f"{LEA}/contacts", view_func=views_safety.contacts, methods=BOTH)
bp.add_url_rule(CONTACT, view_func=views_safety.replace_contact, methods=BOTH)
bp.add_url_rule(
    f"{CONTACT}/checked", view_func=views_safety.check_contact, methods=POST
)
bp.add_url_rule(f"{CONTACT}/end", view_func=views_safety.end_contact, methods=POST)
bp.add_url_rule(f"{LEA}/protocol", view_func=views_safety.protocol, methods=BOTH)
bp.add_url_rule(f"{LEA}/breaks", view_func=views_safety.breaks, methods=BOTH)
bp.add_url_rule(
    f"{LEA}/breaks/<{ID}:break_id>/remove",
    view_func=views_safety.remove_break,
    methods=POST,
)
bp.add_url_rule(f"{LEA}/consent", view_func=views_consent.consent, methods=BOTH)
bp.add_url_rule(
    f"{LEA}/state-rules", endpoint="mandates", view_func=views_mandates.mandate_page
)
bp.add_url_rule(
    f"{LEA}/state-rules.csv",
    endpoint="mandates_csv",
    view_func=views_mandates.mandate_csv,
)
