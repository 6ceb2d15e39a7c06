"""The addresses of this room, and the words all its templates share."""

from __future__ import annotations

from flask import Blueprint

from preventedu.courses.events import MAX_ROW_ID
from preventedu.teaching import (
    views_class,
    views_consent,
    views_family,
    views_front,
    views_ready,
    views_records,
    views_review,
    views_sessions,
    views_taking,
    views_tell,
    words,
)

bp = Blueprint("teaching", __name__, template_folder="templates")

bp.add_url_rule("/s/<seat_id>/class", view_func=views_class.class_page)
bp.add_url_rule(
    "/s/<seat_id>/class/send-again", view_func=views_class.send_again, methods=["POST"]
)
bp.add_url_rule(
    "/s/<seat_id>/opt-out", view_func=views_consent.ask_opt_out, methods=["POST"]
)
bp.add_url_rule(
    "/s/<seat_id>/opt-out/record", view_func=views_consent.opt_out, methods=["POST"]
)
bp.add_url_rule(
    "/s/<seat_id>/opt-out/withdraw", view_func=views_consent.opt_in, methods=["POST"]
)
bp.add_url_rule(
    "/s/<seat_id>/consent/record",
    view_func=views_consent.record_consents,
    methods=["POST"],
)
bp.add_url_rule(
    "/s/<seat_id>/consent", view_func=views_consent.ask_withdrawal, methods=["POST"]
)
bp.add_url_rule(
    "/s/<seat_id>/consent/withdraw",
    view_func=views_consent.withdraw_consent,
    methods=["POST"],
)
bp.add_url_rule("/s/<seat_id>/records", "records", view_func=views_records.ask)
bp.add_url_rule(
    "/s/<seat_id>/records/code",
    "make_record_code",
    view_func=views_records.make_code,
    methods=["POST"],
)
bp.add_url_rule("/s/<seat_id>/guide", view_func=views_class.guide)
bp.add_url_rule("/s/<seat_id>/letter", view_func=views_family.letter)
bp.add_url_rule("/s/<seat_id>/family", view_func=views_family.family)
bp.add_url_rule("/s/<seat_id>/sheet", view_func=views_ready.sheet)
bp.add_url_rule("/s/<seat_id>/front", view_func=views_front.front)
bp.add_url_rule("/s/<seat_id>/front/show", view_func=views_front.show)
bp.add_url_rule("/s/<seat_id>/front/present", view_func=views_front.present)
bp.add_url_rule(
    "/s/<seat_id>/front/present", view_func=views_front.keep, methods=["POST"]
)
bp.add_url_rule("/s/<seat_id>/sessions", "sessions", view_func=views_sessions.listing)
bp.add_url_rule(
    "/s/<seat_id>/sessions",
    "record_session",
    view_func=views_sessions.record,
    methods=["POST"],
)
bp.add_url_rule(
    f"/s/<seat_id>/sessions/<int(max={MAX_ROW_ID}):session_id>",
    "session",
    view_func=views_sessions.one,
)
bp.add_url_rule(
    f"/s/<seat_id>/sessions/<int(max={MAX_ROW_ID}):session_id>",
    "correct_session",
    view_func=views_sessions.correct,
    methods=["POST"],
)
bp.add_url_rule(
    f"/s/<seat_id>/sessions/<int(max={MAX_ROW_ID}):session_id>/take-back",
    "take_session_back",
    view_func=views_sessions.take_back,
    methods=["POST"],
)
bp.add_url_rule("/s/<seat_id>/tell", view_func=views_tell.tell)
bp.add_url_rule(
    "/s/<seat_id>/take", "take", view_func=views_taking.take, methods=["POST"]
)
bp.add_url_rule("/about/<slug>", view_func=views_family.about)
bp.add_url_rule("/review/<slug>", view_func=views_review.review)


@bp.context_processor
def _shared_words() -> dict[str, object]:
    return {
        "bands": words.BANDS,
        "own_lesson": views_taking.own_lesson,
        "sensitivity": words.SENSITIVITY,
        "reviewer_roles": words.REVIEWERS,
        "in_language": words.in_language,
        "missing_reviewers": words.missing_reviewers,
        "is_draft": words.is_draft,
        "unchecked_help": words.unchecked_help,
        "and_list": words.and_list,
        "prepared_class": views_ready.prepared_class,
    }
