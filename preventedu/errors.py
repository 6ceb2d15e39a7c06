"""Errors raised on purpose. `preventedu.app` maps each kind to one page.

PreventEduError
+-- NotFoundError    404  the thing asked for does not exist
+-- NotAllowedError  403  it exists, but not for this person or not now
+-- RefusedError     400  what was sent cannot be taken; nothing was written
+-- PlatformError    502  the LTI platform answered badly or not at all
+-- SetupError        --  the operator has something to do; shown by the command line
"""

from __future__ import annotations


class PreventEduError(Exception):
    """Base of every error this application raises on purpose.

    The message is one plain sentence for the person who meets it. It never holds
    a name, an e-mail address, a subject, a token or an address with a session key.
    """


class NotFoundError(PreventEduError):
    """The thing asked for does not exist."""


class NotAllowedError(PreventEduError):
    """The person may not do this, or may not do it now."""


class RefusedError(PreventEduError):
    """What was sent cannot be taken; nothing was written."""


class PlatformError(PreventEduError):
    """The LTI platform answered badly or not at all."""


class SetupError(PreventEduError):
    """The operator has something to do first; the message says what."""
