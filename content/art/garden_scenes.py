"""The pictures of the K-2 module "Pip and the garden"."""

import garden
import props
from otter import BREE, PIP, Pose, otter
from shapes import choice, place, scene, shadow

GRASS, SKY_BLUE, SAND = "#e6f5dc", "#dcecf9", "#fff1cf"
HAPPY = Pose("happy", "open")


def scenes() -> dict[str, str]:
    """Return every scene by its file name."""
    return {
        "garden-hello": _hello(),
        "garden-seeds": _seeds(),
        "garden-rain-sun": _rain_and_sun(),
        "garden-sprout": _sprout(),
        "garden-two-friends": _two_friends(),
        "garden-turns": _turns(),
        "garden-flowers": _flowers(),
        "garden-harvest": _harvest(),
        "garden-done": _done(),
    }


def choices() -> dict[str, str]:
    """Return every picture answer by its file name."""
    return _choices_about_plants() | _choices_about_turns() | _choices_about_sharing()


def _hello() -> str:
    return scene(
        props.meadow(),
        props.sun(120, 110),
        props.cloud(560, 100),
        garden.flower(110, 500, 1.0),
        garden.flower(610, 500, 1.15, "#8fd0e6"),
        garden.flower(672, 510, 0.8, props.CORAL),
        shadow(360, 512, 170),
        otter(360, 166, 0.94, PIP, Pose("happy", "open", "wave")),
    )


def _seeds() -> str:
    return scene(
        props.meadow(),
        props.sun(610, 104, 0.9),
        shadow(250, 490, 160),
        otter(250, 140, 0.94, PIP, Pose("happy", "smile", "hold")),
        place(garden.seeds(), 250, 376, 1.1),
        garden.bed(540, 490, 300),
    )


def _rain_and_sun() -> str:
    return scene(
        props.meadow("#d3e9f7"),
        props.sun(560, 120),
        props.cloud(190, 130, 1.4),
        props.rain(110, 200),
        props.rain(240, 206),
        garden.bed(360, 490, 620),
        garden.sprout(200, 452, 0.9),
        garden.sprout(360, 444, 1.4),
        garden.sprout(520, 452, 0.9),
    )


def _sprout() -> str:
    return scene(
        props.meadow(),
        props.sun(120, 110),
        shadow(500, 500, 150),
        otter(500, 150, 0.92, PIP, Pose("happy", "open", "cheer")),
        garden.bed(200, 496, 320),
        garden.sprout(200, 452, 2.6),
    )


def _two_friends() -> str:
    return scene(
        props.meadow(),
        props.cloud(140, 90),
        shadow(170, 508, 120),
        shadow(550, 508, 120),
        otter(170, 204, 0.8, PIP, Pose("open", "smile", "reach")),
        otter(550, 204, 0.8, BREE, Pose("open", "smile", "reachleft")),
        place(garden.can(), 356, 420, 0.8),
    )


def _turns() -> str:
    return scene(
        props.meadow(),
        props.sun(620, 100, 0.8),
        shadow(140, 506, 110),
        otter(140, 200, 0.8, BREE, Pose("happy", "open", "reach")),
        place(garden.can(), 296, 338, 0.9),
        place(garden.drops(), 376, 330, 1.1),
        garden.bed(430, 500, 230),
        garden.sprout(430, 460, 1.6),
        shadow(608, 506, 90),
        otter(608, 262, 0.64, PIP, Pose("happy", "smile", "down")),
    )


def _flowers() -> str:
    plants = [(90, 1.3, props.PINK), (230, 1.6, "#8fd0e6"), (640, 1.3, props.PINK)]
    return scene(
        props.meadow(),
        props.sun(610, 96, 0.8),
        garden.bed(360, 504, 680),
        "".join(garden.flower(x, 476, size, color) for x, size, color in plants),
        otter(430, 180, 0.8, PIP, Pose("happy", "open", "down")),
        garden.bee(270, 90, 1.2),
        garden.bee(110, 140, 0.9),
        garden.butterfly(560, 250),
    )


def _harvest() -> str:
    inside = [garden.carrot(x, 0, 0.8, turn=turn) for x, turn in _CARROTS]
    return scene(
        props.meadow("#fdeecb", "#e5cd8b"),
        shadow(160, 508, 120),
        shadow(560, 508, 120),
        otter(160, 204, 0.8, PIP, Pose("happy", "open", "reach")),
        otter(560, 204, 0.8, BREE, Pose("happy", "open", "reachleft")),
        place(garden.basket(*inside), 360, 420, 0.95),
        props.heart(360, 180, 1.9),
    )


_CARROTS = [(-56, -12), (-18, 5), (20, -6), (56, 12)]


def _done() -> str:
    return scene(
        props.meadow("#fff1cf"),
        props.confetti(),
        props.star(360, 90, 1.6),
        shadow(230, 510, 130),
        shadow(500, 510, 130),
        otter(230, 194, 0.84, PIP, Pose("happy", "open", "cheer")),
        otter(500, 210, 0.8, BREE, Pose("happy", "open", "cheer")),
    )


def _choices_about_plants() -> dict[str, str]:
    pouring = place(garden.can(), 130, 116, 1.0) + place(garden.drops(), 232, 104)
    return {
        "choice-water": choice(SKY_BLUE, pouring, garden.sprout(262, 214, 0.9)),
        "choice-hat": choice(SAND, place(garden.hat(), 180, 124, 1.1)),
        "choice-sun": choice(SKY_BLUE, props.sun(180, 122, 1.1)),
        "choice-rock": choice(SAND, place(garden.rock(), 180, 140, 1.2)),
    }


def _choices_about_turns() -> dict[str, str]:
    calm, cross = Pose("happy", "smile", "reach"), Pose("open", "flat", "reach", 2)
    return {
        "choice-turns": choice(
            GRASS,
            otter(76, 92, 0.46, PIP, calm),
            place(garden.can(), 176, 168, 0.52),
            otter(292, 92, 0.46, BREE, Pose("happy", "smile", "down")),
        ),
        "choice-pull": choice(
            SAND,
            otter(76, 92, 0.46, PIP, cross),
            otter(284, 92, 0.46, BREE, Pose("open", "flat", "reachleft", 2)),
            place(garden.can(), 180, 170, 0.5, turn=-24),
        ),
        "choice-wait": choice(
            GRASS,
            otter(236, 74, 0.52, BREE, Pose("happy", "smile", "hold")),
            place(garden.can(), 240, 204, 0.56),
            otter(86, 104, 0.42, PIP, Pose("happy", "smile", "down")),
        ),
        "choice-grab": choice(
            SAND,
            otter(110, 74, 0.52, PIP, Pose("open", "flat", "reach", 2)),
            place(garden.can(), 252, 150, 0.62, turn=-30),
        ),
    }


def _choices_about_sharing() -> dict[str, str]:
    full = garden.basket(*(garden.carrot(x, 0, 0.8, turn=t) for x, t in _CARROTS))
    return {
        "choice-share": choice(
            GRASS,
            otter(66, 92, 0.46, PIP, Pose("happy", "open", "reach")),
            otter(294, 92, 0.46, BREE, Pose("happy", "open", "reachleft")),
            place(garden.carrot(0, 0, turn=20), 180, 160, 0.8),
        ),
        "choice-keep-all": choice(
            SAND,
            otter(180, 66, 0.54, PIP, Pose("open", "flat", "hold")),
            place(full, 180, 190, 0.62),
        ),
        "choice-together": choice(
            GRASS,
            otter(78, 88, 0.48, PIP, HAPPY),
            otter(282, 88, 0.48, BREE, HAPPY),
            garden.sprout(180, 226, 0.9),
        ),
        "choice-sit": choice(
            SAND,
            otter(110, 88, 0.48, PIP, Pose("down", "flat", "tummy")),
            garden.sprout(270, 220, 1.5),
        ),
    }
