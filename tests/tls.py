"""The tool and the practice LMS over https, with a certificate authority of our own.

Everything that production has is real: nginx with the site that `deploy/install`
writes, certificates that are checked by the browser, by the tool and by the LMS, and
two host names that are two sites. How to use it:

    with tls_world(folder, "moodle") as world:      # set up, started, reachable
        chrome = world.trusting(browser)            # Chromium that trusts only our CA
        page = chrome.new_page(); page.goto(world.plan.lms_url)

`world.plan` is the demo's plan with https addresses; `world.accounts` its accounts.

A district that begins with nothing takes `EmptyPlan` and `serving` instead:

    plan = empty_plan(folder, authority, "canvas", database_url)   # no tool, no table
    with serving(plan, authority, folder):                         # after `db upgrade`
        ...
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from practice_lms.config import config_to_json
from preventedu.cli.demo.plan import Plan
from preventedu.cli.demo.processes import Program, running
from preventedu.cli.demo.setting_up import Accounts, set_up
from tests.journeys.programs import free_ports, is_listening, until
from tests.needs import CHROMIUM_ARGUMENTS, IN_CI, chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from playwright.sync_api import Browser

    from practice_lms import LmsConfig

DEPLOY = Path(__file__).parent.parent / "deploy"
TOOL_HOST, LMS_HOST = "127.0.0.1", "localhost"
"""Two sites to a browser, and both resolve everywhere without touching /etc/hosts."""
LIFETIME = timedelta(days=30)
NGINX = ("nginx", "/usr/sbin/nginx")


def nginx() -> str | None:
    """Return the path of nginx, which ordinary users do not have on theirs."""
    found = [path for each in NGINX if (path := shutil.which(each))]
    return found[0] if found else None


def tls_is_missing() -> str:
    """Say how to get what these tests need; empty when it is there."""
    if nginx() and shutil.which("certutil"):
        return ""
    return "nginx or certutil is missing: sudo apt install nginx libnss3-tools"


def skip_without_tls() -> None:
    """Skip a test here, never in CI."""
    if (why := tls_is_missing()) and not IN_CI:
        pytest.skip(why)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """A certificate authority that nobody trusts but who is told to."""

    folder: Path
    _key: EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self) -> None:
        """Sign itself."""
        self.folder.mkdir(parents=True, exist_ok=True)
        builder = _builder(self._name, self._name, self._key)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        builder = builder.add_extension(_usage(signs=True), critical=True)
        signed = builder.sign(self._key, hashes.SHA256())
        self.file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    @property
    def file(self) -> Path:
        """Its own certificate: what `REQUESTS_CA_BUNDLE` and browsers are given."""
        return self.folder / "ca.pem"

    @property
    def _name(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])

    def issue(self, host: str) -> Pair:
        """Certify a host name or an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        builder = _builder(subject, self._name, key)
        for extension, is_critical in (
            (x509.SubjectAlternativeName([_alternative(host)]), False),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs=False), True),
        ):
            builder = builder.add_extension(extension, critical=is_critical)
        signed = builder.sign(self._key, hashes.SHA256())
        pair = Pair(self.folder / f"{host}.pem", self.folder / f"{host}.key")
        pair.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        pair.key.touch(mode=0o600)
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return pair

    def trusting(self, browser: Browser) -> Browser:
        """Start a Chromium that trusts this authority and no other of ours.

        Args:
            browser: The session's; a second driver cannot be started beside it.
        """
        home = self.folder / "home"
        store = home / ".pki" / "nssdb"
        if not store.exists():
            store.mkdir(parents=True)
            for words in (
                ["-N", "--empty-password"],
                ["-A", "-t", "C,,", "-n", "test", "-i", str(self.file)],
            ):
                subprocess.run(  # noqa: S603 (a tool of Debian, no shell)
                    [str(shutil.which("certutil")), "-d", f"sql:{store}", *words],
                    check=True,
                    capture_output=True,
                )
        return browser.browser_type.launch(
            executable_path=chromium(),
            args=CHROMIUM_ARGUMENTS,
            env={**_environment(), "HOME": str(home)},
        )


def _environment() -> dict[str, str | float | bool]:
    return dict(os.environ)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 256; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {includes}
}}
"""
LMS_SITE = """
server {{
    listen 127.0.0.1:{port} ssl;
    server_name {host};
    ssl_certificate {pair.certificate};
    ssl_certificate_key {pair.key};
    location / {{
        proxy_pass http://127.0.0.1:{backend};
        proxy_set_header Host $host:$server_port;
    }}
}}
"""


@contextmanager
def proxy(folder: Path, sites: list[Path], port: int) -> Iterator[None]:
    """Run nginx with these site files, as Debian's nginx includes them.

    Args:
        folder: For its own files.
        sites: What would lie in sites-enabled.
        port: One that it will listen on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # As root it would give up its rights, and with them the sight of our folders.
    user = "user root;" if os.geteuid() == 0 else ""
    includes = "\n".join(f"include {site};" for site in sites)
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user=user, includes=includes))
    words = [str(nginx()), "-p", str(folder), "-c", str(main)]
    with (folder / "nginx.out").open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out)  # noqa: S603 (Debian's)
    try:
        until(lambda: process.poll() is not None or is_listening(port), "nginx listens")
        assert process.poll() is None, (folder / "nginx.out").read_text()
        yield
    finally:
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait(5)


@dataclass(frozen=True)
class TlsPlan(Plan):
    """A demo whose tool and LMS are behind https; `port`s are those behind it."""

    tool_front: int = 0
    lms_front: int = 0
    ca_file: Path = Path()

    @property
    def tool_url(self) -> str:
        """The tool, as browsers and the LMS see it."""
        return f"https://{TOOL_HOST}:{self.tool_front}"

    @property
    def lms_url(self) -> str:
        """The practice LMS, as browsers and the tool see it."""
        return f"https://{LMS_HOST}:{self.lms_front}"

    def environment(self) -> dict[str, str]:
        """Let the tool's and the LMS's own requests trust our authority only."""
        return {
            **super().environment(),
            "REQUESTS_CA_BUNDLE": str(self.ca_file),
            "PREVENTEDU_TRUSTED_PROXIES": "1",
        }


@dataclass(frozen=True)
class EmptyPlan(TlsPlan):
    """Addresses of an installation that knows nothing, and of an LMS without a tool."""

    database_url: str = ""
    """Empty: SQLite in the data folder."""

    def environment(self) -> dict[str, str]:
        """Return the settings that an operator would write, and no others of ours."""
        ours = super().environment()
        ours.pop("PREVENTEDU_DATABASE_URL", None)
        named = {"PREVENTEDU_DATABASE_URL": self.database_url}
        return {**ours, **(named if self.database_url else {})}

    def lms(self) -> LmsConfig:
        """Return the practice LMS's configuration: its administrator adds the tool."""
        return replace(super().lms(), tools=())


@dataclass(frozen=True)
class TlsWorld:
    """A tool, its worker and a practice LMS that can be reached over https."""

    plan: TlsPlan
    accounts: Accounts
    authority: Authority

    def trusting(self, browser: Browser) -> Browser:
        """Start a Chromium that trusts only our authority; the caller closes it."""
        return self.authority.trusting(browser)


def new_plan(folder: Path, authority: Authority, personality: str) -> TlsPlan:
    """Choose ports and an empty data folder."""
    port, lms_port, tool_front, lms_front = free_ports(4)
    data = folder / "data"
    data.mkdir()
    return TlsPlan(
        data, port, lms_port, personality, tool_front, lms_front, authority.file
    )


def empty_plan(
    folder: Path, authority: Authority, personality: str, database_url: str = ""
) -> EmptyPlan:
    """Choose ports, and prepare the LMS alone."""
    found = new_plan(folder, authority, personality)
    plan = EmptyPlan(**found.__dict__, database_url=database_url)
    (plan.data / "practice-lms.json").write_text(config_to_json(plan.lms()))
    return plan


@contextmanager
def serving(plan: TlsPlan, authority: Authority, folder: Path) -> Iterator[None]:
    """Run the tool, its worker and the practice LMS, and nginx before them.

    The database must be up to date, and `practice-lms.json` must be in the data
    folder (`config_to_json(plan.lms())`).
    """
    sites = [tool_site(folder, authority, plan), lms_site(folder, authority, plan)]
    with ExitStack() as stack:
        programs = running(_programs(plan), plan.environment(), folder / "logs")
        stack.enter_context(programs)
        stack.enter_context(proxy(folder / "nginx", sites, plan.tool_front))
        yield


@contextmanager
def tls_world(folder: Path, personality: str = "moodle") -> Iterator[TlsWorld]:
    """Set the demo's district up and run everything behind TLS."""
    authority = Authority(folder / "tls")
    plan = new_plan(folder, authority, personality)
    accounts = set_up(plan)
    with serving(plan, authority, folder):
        yield TlsWorld(plan, accounts, authority)


def _programs(plan: TlsPlan) -> list[Program]:
    config, lms_port = str(plan.data / "practice-lms.json"), str(plan.lms_port)
    behind = f"http://127.0.0.1:{plan.port}"
    return [
        Program(
            "practice-lms",
            ["practice_lms", "--config", config, "--port", lms_port],
            f"http://127.0.0.1:{lms_port}",
        ),
        Program(
            "tool",
            ["preventedu.cli", "serve", "--port", str(plan.port), "--workers", "2"],
            f"{behind}/healthz",
        ),
        Program("worker", ["preventedu.cli", "worker", "--pause", "0.5"]),
    ]


def tool_site(folder: Path, authority: Authority, plan: TlsPlan) -> Path:
    """Fill the site that `deploy/install` writes, as it fills it."""
    pair = authority.issue(TOOL_HOST)
    (plain,) = free_ports(1)
    values = {
        "NAME": TOOL_HOST,
        "PUBLIC_URL": plan.tool_url,
        "LISTEN": "127.0.0.1:",
        "APP_PORT": plan.port,
        "HTTP_PORT": plain,
        "HTTPS_PORT": plan.tool_front,
        "CERTIFICATE": pair.certificate,
        "KEY": pair.key,
        "ACME": folder / "acme",
        "LOGS": folder,
    }
    lines = (DEPLOY / "nginx.conf.in").read_text().splitlines()
    text = "\n".join(line for line in lines if "listen [::]" not in line)
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (folder / "acme").mkdir(exist_ok=True)
    shutil.copy(DEPLOY / "maintenance.html", folder / "acme")
    site = folder / "tool.conf"
    site.write_text(text)
    return site


def lms_site(folder: Path, authority: Authority, plan: TlsPlan) -> Path:
    """Put the practice LMS behind TLS on a host name of its own."""
    site = folder / "lms.conf"
    site.write_text(
        LMS_SITE.format(
            port=plan.lms_front,
            host=LMS_HOST,
            pair=authority.issue(LMS_HOST),
            backend=plan.lms_port,
        )
    )
    return site
