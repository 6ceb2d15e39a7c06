"""`preventedu serve`: the production web server."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from preventedu.cli.workbench import data_option, open_workbench

if TYPE_CHECKING:
    from pathlib import Path

RESPAWN_SECONDS = 1.0


@click.command()
@data_option
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on."
)
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Web processes.")
@click.option(
    "--threads", default=4, show_default=True, help="Requests at once, per process."
)
def serve(data: Path | None, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages to browsers and platforms.

    Put a reverse proxy with TLS in front of it and name the public address in
    PREVENTEDU_PUBLIC_URL. `preventedu worker` must run beside it: it sends grades.
    """
    with open_workbench(data) as bench:
        os.environ["PREVENTEDU_DATA"] = str(bench.settings.data_dir)
    with TemporaryDirectory(prefix="preventedu-metrics-") as folder:
        # The web processes count together there: see `preventedu.health.metrics`.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        _serve(host, port, workers, threads)


def _serve(host: str, port: int, workers: int, threads: int) -> None:
    Granian(
        "preventedu.cli.web:make_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=threads,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
    ).serve()
