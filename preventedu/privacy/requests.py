"""A guardian's request, from the teacher who knows the name to the official.

The teacher picks the student from the LMS's live class list and gets a code; the
official enters it and sees, saves or erases the record. Neither learns what the
other knows, and no name is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from preventedu.errors import NotFoundError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.privacy.models import RecordRequest

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

LIFETIME = timedelta(days=14)
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without signs that look like another one on paper."""
LENGTH = 12
"""59 bits: nobody finds a living code by trying."""
GROUP = 4


def make_code(
    session: Session, learner_id: str, lea_id: int | None, *, now: datetime
) -> str:
    """Return a code for a learner's record; an earlier one stops working.

    Raises:
        RefusedError: Nobody has said yet whose class this is, so no official
            could use the code.
    """
    if lea_id is None:
        raise RefusedError(
            _("This class belongs to no LEA yet. Ask your school IT to say which one.")
        )
    session.execute(delete(RecordRequest).where(RecordRequest.learner_id == learner_id))
    code = "".join(secrets.choice(ALPHABET) for _n in range(LENGTH))
    session.add(
        RecordRequest(
            code_hash=_hash(code),
            learner_id=learner_id,
            lea_id=lea_id,
            made_at=now,
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    return "-".join(code[n : n + GROUP] for n in range(0, LENGTH, GROUP))


def learner_of(
    session: Session, code: str, lea_id: int | None, *, now: datetime
) -> str:
    """Return the id of the learner that a code stands for.

    Args:
        session: Reads only.
        code: As typed; case, spaces and hyphens do not matter.
        lea_id: Of the official who asks; None: an operator, who may use any code.
        now: The present.

    Raises:
        NotFoundError: There is no such living code for this LEA.
    """
    query = select(RecordRequest).where(
        RecordRequest.code_hash == _hash(code), RecordRequest.expires_at > now
    )
    found = session.scalar(query)
    if found is None or lea_id not in (None, found.lea_id):
        raise NotFoundError(
            _("This code is not known here, or is over. Ask the teacher for a new one.")
        )
    return found.learner_id


def _hash(code: str) -> str:
    plain = "".join(each for each in code.upper() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
