"""Whatever a platform signs is let in or refused: never a fault of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lti.double import LTI, sign
from tests.lti.make import error_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lti.make import Browser

FOLDER = Path(__file__).parent.parent / "fixtures" / "moodle-4.5" / "launch"
CAPTURED = [path.read_text() for path in sorted(FOLDER.glob("*.json"))]
ODD_TEXTS = (
    "", "\x00", "a\x00b", "\ud800", "\n", "x" * 300, "x" * 3000, "$Var", "null",
    "http://[", "https://[::1", "https://a b", "//evil", "javascript:alert(1)",
    "http://127.0.0.1:99999/x", "Learner", "Instructor",
)  # fmt: skip
odd_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(ODD_TEXTS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


def places(claim: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each list or object with each of its indexes or names."""
    inner = claim.items() if isinstance(claim, dict) else enumerate(claim)
    for name, value in inner:
        yield claim, name
        if isinstance(value, dict | list):
            yield from places(value)


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """Take a captured launch and change or leave out some of what it says."""
    text = draw(st.sampled_from(CAPTURED))
    said: dict[str, Any] = json.loads(text)["decoded"]["payload"]
    said |= {
        LTI + "target_link_uri": "https://tool.test/lti/launch",
        LTI + "deployment_id": "dep-1",
    }
    for _ in range(draw(st.integers(1, 3))):
        holder, name = draw(st.sampled_from(list(places(said))))
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[name]
        else:
            holder[name] = draw(odd_values)
    return said


def test_any_launch_is_let_in_or_refused(chrome: Browser) -> None:
    outcomes: set[int] = set()

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(spoiled())
    def check(said: dict[str, Any]) -> None:
        chrome.begin()
        honest = chrome.claims()
        text = json.dumps(said).replace("http://localhost:8800", chrome.double.url)
        said = cast("dict[str, Any]", json.loads(text))
        # What a change in the claims shall reach behind: a good signature and login.
        said |= {name: honest[name] for name in ("iss", "aud", "nonce", "iat", "exp")}

        answer = chrome.post(sign(said))

        outcomes.add(answer.status_code)
        if answer.status_code == 303:
            assert chrome.client.get(answer.location).status_code == 200
        else:
            assert 400 <= answer.status_code < 500
            assert error_code(answer)

    check()

    assert {303, 400} <= outcomes
