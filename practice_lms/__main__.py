"""Starts a practice LMS: `python -m practice_lms --config lms.json --port 8080`."""

import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

from practice_lms.config import ConfigError, config_from_json
from practice_lms.server import serve


def main() -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="practice_lms", description="A small LMS to practise LTI 1.3 with."
    )
    parser.add_argument("--config", type=Path, required=True, help="a JSON file")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, help="default: the port of base_url")
    arguments = parser.parse_args()
    try:
        config = config_from_json(arguments.config)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    port = arguments.port or urlsplit(config.base_url).port or 80
    try:
        serve(config, arguments.host, port)
    except OSError as error:
        sys.stderr.write(f"cannot listen on {arguments.host}:{port}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
