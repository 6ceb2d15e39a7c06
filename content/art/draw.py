"""Draws every picture of the lessons anew.

All art is original and, like the rest of `content/`, licensed CC BY 4.0.

    python content/art/draw.py
"""

from pathlib import Path

import banners
import garden_scenes
import helpers_scenes

MODULES = Path(__file__).resolve().parent.parent / "modules"


def main() -> None:
    """Write the pictures of the five modules into their `images` folders."""
    write("my-helpers", helpers_scenes.scenes() | helpers_scenes.choices())
    write("pip-and-the-garden", garden_scenes.scenes() | garden_scenes.choices())
    write("spotting-online-grooming", banners.grooming())
    write("media-balance-6-8", banners.balance())
    write("recognize-and-respond", banners.grooming())


def write(module: str, pictures: dict[str, str]) -> None:
    """Write one module's pictures, each under its name with `.svg`."""
    folder = MODULES / module / "images"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pictures.items():
        (folder / f"{name}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
