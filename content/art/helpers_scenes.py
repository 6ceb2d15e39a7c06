"""The pictures of the K-2 module "My helpers"."""

import props
from otter import (
    BREE,
    COACH,
    GRAN,
    LIBRARIAN,
    NURSE,
    PIP,
    TEACHER,
    Look,
    Pose,
    otter,
)
from shapes import choice, circle, line, place, scene, shadow

GLAD = Pose("happy", "open")
KIND = Pose("happy", "smile")
UNEASY = Pose("down", "wobble", "hold", 6)
GREEN, BLUE, YELLOW, ROSE = "#e1f3e4", "#dcecf9", "#fff1cf", "#fde4e0"


def scenes() -> dict[str, str]:
    """Return every scene by its file name."""
    return {
        "pip-hello": _hello(),
        "pip-cake": _cake(),
        "pip-secret": _secret(),
        "helpers-home-school": _home_and_school(),
        "helpers-more-places": _more_places(),
        "pip-help-words": _help_words(),
        "helper-busy": _busy(),
        "pip-tells": _tells(),
        "pip-cheer": _cheer(),
    }


def choices() -> dict[str, str]:
    """Return every picture answer by its file name."""
    return _choices_about_telling() | _choices_about_people() | _choices_about_words()


def pair(small: Look, big: Look, color: str, extra: str = "") -> str:
    """Return a picture answer in which a small one talks to a big one."""
    return choice(
        color,
        otter(236, 62, 0.56, big, Pose("happy", "smile", "reachleft")),
        otter(92, 118, 0.42, small, Pose("open", "open", "reach")),
        extra,
    )


def _hello() -> str:
    return scene(
        props.room(YELLOW, "#fbe0a0"),
        props.window(60, 60),
        props.star(600, 120, 1.1, "#f6a5b8"),
        props.heart(566, 236, 1.6),
        props.star(640, 320, 0.7, "#8fd0e6"),
        shadow(360, 508, 190),
        otter(360, 150, 0.98, PIP, Pose("open", "open", "wave")),
    )


def _cake() -> str:
    return scene(
        props.room(),
        props.window(60, 60),
        props.confetti(),
        shadow(390, 508, 190),
        otter(390, 150, 0.98, PIP, Pose("happy", "open", "hold")),
        place(props.cake(), 390, 390, 1.05),
    )


def _secret() -> str:
    return scene(
        props.room(BLUE, "#bcd9ef"),
        props.window(490, 60),
        shadow(300, 508, 190),
        otter(300, 150, 0.98, PIP, UNEASY),
        place(props.tablet(), 300, 398, turn=-3),
        place(props.worry(), 476, 300),
    )


def _home_and_school() -> str:
    return scene(
        props.room("#d8effc", "#b7e2b6"),
        props.cloud(360, 70, 0.8),
        place(props.house(), 168, 190, 1.55),
        place(props.school(), 532, 190, 1.35),
        shadow(150, 512, 120),
        otter(150, 290, 0.6, GRAN, Pose("happy", "smile", "wave")),
        shadow(556, 512, 120),
        otter(556, 290, 0.6, TEACHER, Pose("happy", "smile", "wave")),
        shadow(356, 516, 90),
        otter(356, 358, 0.42, PIP, Pose("happy", "open", "cheer")),
    )


def _more_places() -> str:
    return scene(
        props.room(GREEN, "#bfe3c6"),
        shadow(122, 512, 110),
        otter(122, 256, 0.69, COACH, KIND),
        place(props.whistle(), 122, 384, 0.74),
        shadow(338, 512, 110),
        otter(338, 256, 0.69, NURSE, Pose("happy", "smile", "wave")),
        shadow(566, 514, 110),
        otter(566, 256, 0.69, LIBRARIAN, Pose("open", "smile", "down")),
        props.heart(232, 120, 1.6),
        props.heart(462, 112, 1.3, "#f6a5b8"),
    )


def _help_words() -> str:
    return scene(
        props.room(ROSE, "#f7c9bf"),
        shadow(220, 508, 170),
        otter(220, 176, 0.9, PIP, Pose("open", "open", "reach")),
        props.bubble(500, 170, 1.7, props.lifebuoy(1.05)),
    )


def _busy() -> str:
    return scene(
        props.room(BLUE, "#bcd9ef"),
        props.window(60, 50),
        shadow(470, 512, 170),
        otter(470, 140, 1.02, TEACHER, Pose("down", "smile", "hold")),
        place(props.papers(), 470, 384),
        shadow(176, 508, 110),
        otter(176, 266, 0.66, PIP, Pose("open", "flat", "reach")),
    )


def _tells() -> str:
    return scene(
        props.room(GREEN, "#bfe3c6"),
        shadow(190, 508, 120),
        shadow(470, 512, 170),
        otter(462, 122, 1.06, COACH, Pose("happy", "smile", "reachleft")),
        otter(184, 236, 0.74, PIP, Pose("open", "open", "reach")),
        props.heart(302, 176, 1.9),
        props.heart(264, 128, 1.2, "#f6a5b8"),
        props.heart(322, 112, 1.1, "#f6a5b8"),
    )


def _cheer() -> str:
    return scene(
        props.room(YELLOW, "#fbe0a0"),
        props.confetti(),
        props.star(120, 160, 1.4),
        props.star(360, 50, 1.0),
        props.star(600, 160, 1.4),
        shadow(360, 516, 190),
        otter(360, 164, 0.96, PIP, Pose("happy", "open", "cheer")),
    )


def _choices_about_telling() -> dict[str, str]:
    alone = Pose("down", "flat", "tummy", 6)
    lock = props.thought(286, 74, place(props.padlock(), 0, 4, 1.15))
    walking = otter(70, 122, 0.4, PIP, Pose("open", "open", "reach"))
    return {
        "choice-keep": choice(BLUE, otter(168, 62, 0.58, PIP, alone), lock),
        "choice-tell": pair(PIP, TEACHER, GREEN, props.heart(150, 70, 1.3)),
        "choice-stop": choice(BLUE, otter(180, 62, 0.58, PIP, Pose("down", "flat"))),
        "choice-next": choice(
            GREEN,
            otter(264, 74, 0.52, NURSE, Pose("happy", "smile", "reachleft")),
            walking,
            line("M134 60h44m-16-15l17 15-17 15", "#3f8f72", 9),
        ),
    }


def _choices_about_people() -> dict[str, str]:
    toy = place(props.teddy(), 180, 118, 1.0)
    toy_ball = place(props.ball(), 180, 124, 1.1)
    trio = [(66, COACH), (180, TEACHER), (294, GRAN)]
    three = "".join(otter(x, 92, 0.4, look, KIND) for x, look in trio)
    return {
        "choice-teacher": choice(
            GREEN,
            props.board(18, 30),
            otter(250, 66, 0.54, TEACHER, Pose("happy", "open", "down")),
        ),
        "choice-teddy": choice(YELLOW, toy),
        "choice-nurse": pair(BREE, NURSE, GREEN),
        "choice-ball": choice(YELLOW, toy_ball),
        "choice-three": choice(GREEN, three),
        "choice-one": choice(BLUE, otter(180, 92, 0.4, GRAN, KIND)),
        "choice-listens": pair(PIP, GRAN, ROSE, props.heart(152, 66, 1.3)),
        "choice-away": choice(
            BLUE,
            otter(92, 118, 0.42, PIP, Pose("open", "flat", "reach")),
            otter(250, 62, 0.56, TEACHER, Pose("down", "flat", "hold")),
            place(props.papers(), 250, 200, 0.56),
        ),
    }


def _choices_about_words() -> dict[str, str]:
    dots = "".join(circle(x, -2, 9, "#b5c3d3") for x in (-34, 0, 34))
    hide = props.cloud(206, 262, 1.7, "#7fc490") + props.cloud(300, 256, 1.3, "#6bb57d")
    return {
        "choice-say": choice(
            ROSE,
            otter(110, 74, 0.54, PIP, Pose("open", "open", "reach")),
            props.bubble(270, 78, 0.8, props.lifebuoy(0.95)),
        ),
        "choice-quiet": choice(
            BLUE,
            otter(110, 74, 0.54, PIP, Pose("down", "flat", "down")),
            props.bubble(270, 78, 0.8, dots),
        ),
        "choice-ask": pair(BREE, TEACHER, GREEN, _small_buoy()),
        "choice-hide": choice(
            BLUE, otter(180, 74, 0.54, BREE, Pose("down", "flat", "down", 4)), hide
        ),
    }


def _small_buoy() -> str:
    return props.bubble(66, 40, 0.5, props.lifebuoy(0.95), left=False)
