"""`python -m preventedu.courses.content content/` prints what is wrong there."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from preventedu.courses.content.loader import check_tree, load_tree
from preventedu.courses.content.problems import ContentError, errors_in


def check_main(arguments: list[str]) -> int:
    """Print every problem below a content root; return 1 if one is an error."""
    root = Path(arguments[0] if arguments else "content")
    try:
        tree = load_tree(root)
    except ContentError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    problems = check_tree(tree, datetime.now(UTC).date())
    errors = len(errors_in(problems))
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write(
        f"{len(tree.modules)} modules, {errors} errors,"
        f" {len(problems) - errors} warnings\n"
    )
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(check_main(sys.argv[1:]))
