"""Asks an address, prints what it answers, and fails unless that was 200."""

import sys
from urllib.error import HTTPError
from urllib.request import urlopen

SECONDS = 10

try:
    with urlopen(sys.argv[1], timeout=SECONDS) as answer:
        print(answer.read().decode(), end="")
except HTTPError as error:
    print(error.read().decode(), end="")
    sys.exit(1)
except OSError as error:
    print(error)
    sys.exit(1)
