"""A posted id_token: PyLTI1p3's message launch with our own checks in our own order."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, NoReturn, cast

import jwt
from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract

from preventedu.lti.adapters.words import registration
from preventedu.lti.errors import LaunchError, framed_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from pylti1p3.launch_data_storage.base import LaunchDataStorage
    from pylti1p3.registration import Registration

    from preventedu.lti.registration import Registered

    FindPlatform = Callable[[str, Sequence[str], str | None], Registered]
    """(issuer, audience, azp) -> the platform, or LaunchError."""
    FindKey = Callable[[Registered, str], RSAPublicKey]
    """(platform, key id) -> its key, or LaunchError."""

ALGORITHM = "RS256"
MAX_TOKEN = 64 * 1024
"""Characters of an id_token; real ones stay under 8,000."""
MAX_KID = 200
PARTS = 3
NUL = b"\\u0000"
"""As JSON writes it. No database keeps it, nor half a surrogate pair."""


def verify(
    id_token: str, find_platform: FindPlatform, find_key: FindKey
) -> tuple[Registered, Mapping[str, object]]:
    """Return who signed a token and its claims; times are for `claims.check_times`.

    Raises:
        LaunchError: The token is malformed, from nobody we know, or not signed by
            them. Once the platform is known, the error says who may frame its page.
    """
    launch = SignedLaunch(id_token, find_platform, find_key)
    launch.validate()
    return launch.platform, cast("Mapping[str, object]", launch.get_launch_data())


class _Tool(ToolConfAbstract[Request]):
    """Registrations from our own tables; every issuer may have many clients."""

    def __init__(self, find_platform: FindPlatform) -> None:
        self._find_platform = find_platform
        self.platform: Registered | None = None

    def check_iss_has_one_client(self, iss: str) -> bool:
        """Say no: the library keeps this in a table shared by all instances."""
        del iss
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        """Say yes, always."""
        del iss
        return True

    def find_registration_by_issuer(
        self, iss: str, *args: object, **kwargs: object
    ) -> NoReturn:
        """Refuse: an issuer alone names nobody."""
        del iss, args, kwargs
        raise LaunchError("client_ambiguous")

    def find_registration_by_params(
        self, iss: str, client_id: str, *args: object, **kwargs: object
    ) -> Registration:
        """Find the platform by issuer and the token's whole audience."""
        del client_id, args
        body = cast("Mapping[str, Any]", kwargs["jwt_body"])
        self.platform = self._find_platform(iss, _audience(body), body.get("azp"))
        return registration(self.platform)

    def find_deployment(self, iss: str, deployment_id: str) -> NoReturn:
        """Refuse: see `find_registration_by_issuer`."""
        del iss, deployment_id
        raise LaunchError("client_ambiguous")

    def find_deployment_by_params(
        self,
        iss: str,
        deployment_id: str,
        client_id: str,
        *args: object,
        **kwargs: object,
    ) -> Deployment:
        """Name the deployment; whether it is let in is decided after the handshake."""
        del iss, client_id, args, kwargs
        return Deployment().set_deployment_id(deployment_id)


class SignedLaunch(MessageLaunch[Request, _Tool, SessionService, CookieService]):
    """A posted id_token. State, nonce and times are checked by `handshake`."""

    def __init__(
        self, id_token: str, find_platform: FindPlatform, find_key: FindKey
    ) -> None:
        posted = _Posted(id_token)
        super().__init__(posted, _Tool(find_platform), _NoSession(posted), _NoCookies())
        self.set_auto_validation(enable=False)
        self._find_key = find_key

    @property
    def platform(self) -> Registered:
        """Who signed it; known once the registration is validated."""
        platform = self._tool_config.platform
        if platform is None:
            raise LaunchError("issuer_unknown")
        return platform

    def validate(self) -> SignedLaunch:
        """Check size and shapes, then who sent it, then the signature."""
        self.validate_jwt_format()
        self.validate_registration()
        with framed_by(self.platform.frame_origins, self.platform.id):
            self.validate_jwt_signature()
        self._validated = True
        return self

    def validate_jwt_format(self) -> SignedLaunch:
        """Take the token apart; refuse whatever is not of the right shape."""
        id_token = self._get_request_param("id_token")
        if len(id_token) > MAX_TOKEN:
            raise LaunchError("too_large")
        parts = id_token.split(".")
        if len(parts) != PARTS:
            raise LaunchError("token_malformed")
        header, body = _json_object(parts[0]), _json_object(parts[1])
        _check_header(header)
        if not isinstance(body.get("iss"), str) or not _audience(body):
            raise LaunchError("claim_missing", "iss, aud")
        if not isinstance(body.get("azp", ""), str):
            raise LaunchError("claim_malformed", "azp")
        self.set_jwt(cast("Any", {"header": header, "body": body}))
        return self

    def get_client_id(self) -> str:
        """Return the client that was found, not simply the first in `aud`."""
        found = self._tool_config.platform
        return found.client_id if found else ""

    def validate_registration(self) -> SignedLaunch:
        """Find the platform by `iss`, `aud` and `azp`."""
        body = self._jwt["body"]
        self._registration = self._tool_config.find_registration_by_params(
            body["iss"], "", jwt_body=body
        )
        return self

    def validate_jwt_signature(self) -> SignedLaunch:
        """Check the signature: RS256 only, with a key from the registration's set."""
        key = self._find_key(self.platform, str(self._jwt["header"]["kid"]))
        try:
            jwt.api_jws.decode(
                self._get_request_param("id_token"), key, algorithms=[ALGORITHM]
            )
        except jwt.InvalidTokenError:
            raise LaunchError("signature_wrong") from None
        return self

    def _get_request_param(self, key: str) -> str:
        return self._request.get_param(key)


def _check_header(header: Mapping[str, Any]) -> None:
    if header.get("alg") != ALGORITHM:
        # Before the key id: a token without an algorithm is nobody's signature.
        raise LaunchError("algorithm_refused" if "alg" in header else "token_malformed")
    kid = header.get("kid")
    if kid in (None, ""):
        raise LaunchError("kid_missing")
    if not isinstance(kid, str) or len(kid) > MAX_KID:
        raise LaunchError("kid_unknown")
    if "crit" in header:
        raise LaunchError("algorithm_refused")


def _audience(body: Mapping[str, Any]) -> list[str]:
    audience = body.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    texts = [each for each in listed if isinstance(each, str) and each]
    return texts if len(texts) == len(listed) else []


def _json_object(part: str) -> dict[str, Any]:
    try:
        raw = base64.b64decode(
            part + "=" * (-len(part) % 4), altchars=b"-_", validate=True
        )
        value = json.loads(raw, parse_constant=_no_constant)
        if NUL in json.dumps(value, ensure_ascii=False).encode():
            raise LaunchError("token_malformed")
    except (ValueError, RecursionError, binascii.Error):
        raise LaunchError("token_malformed") from None
    if not isinstance(value, dict):
        raise LaunchError("token_malformed")
    return value


def _no_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(name)


class _Posted(Request):
    """The one form field that the library may ask for."""

    def __init__(self, id_token: str) -> None:
        self._form = {"id_token": id_token}

    @property
    def session(self) -> dict[str, object]:
        """Return nothing that lasts."""
        return {}

    def is_secure(self) -> bool:
        """Say yes: where we are is known from the settings."""
        return True

    def get_param(self, key: str) -> str:
        """Return a form field; a missing one is empty."""
        return self._form.get(key, "")


class _NoSession(SessionService):
    """Keeps nothing: state and nonce live in one row and are used up once."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.data_storage = cast("LaunchDataStorage[Any]", None)

    def check_nonce(self, nonce: str) -> bool:
        """Say no: only `handshake` knows."""
        del nonce
        return False

    def check_state_is_valid(self, state: str, id_token_hash: str) -> bool:
        """Say no: the library would take the same state a second time."""
        del state, id_token_hash
        return False


class _NoCookies(CookieService):
    """Sets none: the library's cookies know no Partitioned."""

    def get_cookie(self, name: str) -> None:
        """Return nothing."""
        del name

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        """Set nothing."""
        del name, value, exp
