"""Registration links: who may connect an LMS without an account here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.db import Base
from preventedu.lti.models import Platform
from preventedu.people import Lea, School


class RegistrationInvite(Base):
    """A link with which an LMS's administrator connects that LMS, once."""

    __tablename__ = "registration_invite"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the link's token: a stolen database connects nothing."""
    family: Mapped[str] = mapped_column(String(40))
    """Key of `lti.platforms.CHOICES` that its maker expects; it only words the help."""
    lea_id: Mapped[int | None] = mapped_column(ForeignKey(Lea.id), index=True)
    """Whose the deployment will be, where the LMS names one in its answer."""
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    """The one school that uses the LMS, if it is only one."""
    is_test: Mapped[bool]
    """The platform is a trial copy: nothing from it counts or is graded."""
    created_by: Mapped[str]
    """A staff member's e-mail."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """Set before the LMS is asked, so that two cannot use the link at once."""
    withdrawn_at: Mapped[datetime | None]
    platform_id: Mapped[int | None] = mapped_column(ForeignKey(Platform.id))
    """What came of it."""

    lea: Mapped[Lea | None] = relationship()
    school: Mapped[School | None] = relationship()
    platform: Mapped[Platform | None] = relationship()
