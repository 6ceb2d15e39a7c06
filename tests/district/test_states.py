"""The file of State rules says where and when each thing was read, and no more."""

from __future__ import annotations

from datetime import date

import pytest
import yaml
from pydantic import ValidationError

from preventedu.courses.consent_models import ConsentMode
from preventedu.district import states
from preventedu.district.states import Basis, StateRule, Status, Unknown

RULES = states.known_states().rules
WORDS = {"en": "a", "es": "b"}
TEXT = states.FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_every_rule_says_where_and_when_it_was_read(rule: StateRule) -> None:
    assert rule.citation
    assert date(2026, 1, 1) <= rule.reviewed_on <= date(2100, 1, 1)
    for source in rule.sources:
        assert source.startswith(("https://", "http://"))


def test_what_was_not_looked_up_is_not_there() -> None:
    """Only from memory or uncertain in the reference: no State, date or mode of it."""
    by_state = {rule.state: rule for rule in RULES}

    assert set(by_state) == {"CA", "FL", "OH", "OK", "TN", "TX"}
    for state in ("CA", "FL"):
        assert by_state[state].parents is None
        assert Unknown.PARENTS in by_state[state].unknown
    assert all(rule.parents.notice_days is None for rule in RULES if rule.parents)
    assert Unknown.NUMBER in by_state["FL"].unknown


def test_texas_is_a_precaution_and_says_so() -> None:
    texas = states.rules_of("TX")[0]

    assert texas.parents is not None
    assert texas.parents.mode is ConsentMode.OPT_IN
    assert texas.parents.basis is Basis.PRECAUTION
    assert Unknown.CONSENT in texas.unknown


def test_bills_are_told_apart_from_law() -> None:
    bills = {r.state for r in RULES if r.status is Status.BILL_NOT_CONFIRMED}

    assert bills == {"OK", "TN"}


def test_florida_has_its_two_dates() -> None:
    florida = states.rules_of("FL")[0]

    assert (florida.plan_due, florida.report_due) == ("12-01", "07-01")


def _changed(**changes: object) -> str:
    data = yaml.safe_load(TEXT)
    data["rules"][-1].update(changes)
    return yaml.safe_dump(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"citation": ""},
        {"sources": []},
        {"reviewed_on": None},
        {"status": "in-force"},
        {"unknown": []},
        {"plan_due": "13-01"},
        {"opinion": "fine"},
        {"requires": [{"topics": ["magic"], "grades": WORDS, "bands": ["6-8"]}]},
        {"parents": {"mode": "notice", "basis": "looked-up", "text": WORDS}},
    ],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_a_careless_rule_does_not_load(changes: dict[str, object]) -> None:
    states.read(_changed())

    with pytest.raises(ValidationError):
        states.read(_changed(**changes))


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 12, 2), date(2027, 12, 1)),
    ],
)
def test_the_next_day_due_is_found(today: date, due: date) -> None:
    assert states.next_due("12-01", today) == due
