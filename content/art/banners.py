"""The wide pictures on top of the lessons for grades 6-8: a harbor and its light."""

from shapes import (
    BANNER_HIGH,
    BANNER_WIDE,
    box,
    circle,
    ellipse,
    line,
    path,
    place,
    svg,
)

Stops = tuple[tuple[float, str], ...]
NIGHT: Stops = ((0, "#232d6b"), (0.62, "#5663bd"), (1, "#f3b58a"))
DAWN: Stops = ((0, "#4a5fb5"), (0.55, "#9fb2e8"), (1, "#ffd9a8"))
MORNING: Stops = ((0, "#8cc4ec"), (0.7, "#cfeaf7"), (1, "#fff0cf"))
MOONLIT: Stops = ((0, "#1a2257"), (1, "#4a56a8"))
_STARS = [
    (60, 40, 2),
    (140, 86, 1.6),
    (230, 34, 2),
    (330, 66, 1.5),
    (420, 28, 2),
    (500, 90, 1.5),
    (590, 44, 1.8),
    (690, 24, 1.5),
    (880, 52, 2),
    (930, 104, 1.5),
]


def grooming() -> dict[str, str]:
    """Return the banners of "Spotting online grooming tactics"."""
    return {
        "lighthouse": _signals(),
        "safe-harbor": _safe_harbor(),
        "two-boats": _two_boats(),
    }


def balance() -> dict[str, str]:
    """Return the banners of "Media balance"."""
    return {
        "calm-morning": _calm_morning(),
        "quiet-night": _quiet_night(),
        "open-sail": _open_sail(),
    }


def _banner(stops: Stops, *parts: str) -> str:
    colors = "".join(f'<stop offset="{at}" stop-color="{c}"/>' for at, c in stops)
    sky = (
        '<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">'
        f"{colors}</linearGradient>"
    )
    beam = (
        '<linearGradient id="beam" x1="1" y1="0" x2="0" y2="0">'
        '<stop offset="0" stop-color="#fff3c9" stop-opacity=".85"/>'
        '<stop offset="1" stop-color="#fff3c9" stop-opacity="0"/></linearGradient>'
    )
    size = (BANNER_WIDE, BANNER_HIGH)
    clip = f'<clipPath id="r">{box((0, 0), size, 20, "#000")}</clipPath>'
    sheet = box((0, 0), size, 0, "url(#sky)") + "".join(parts)
    body = f'<g clip-path="url(#r)">{sheet}</g>'
    return svg(size, body, definitions=sky + beam + clip)


def _signals() -> str:
    return _banner(
        NIGHT,
        _stars(),
        path("M742 92L40 30v190z", "url(#beam)"),
        _far_hills("#3c4796"),
        _message(96, 96, "#6f7ce0", 150),
        _message(286, 122, "#22b79a", 132),
        _message(458, 92, "#6f7ce0", 164),
        _tower(742, 256),
        _rocks(600, "#29326f"),
        _water("#1f2860", "#18204f"),
    )


def _safe_harbor() -> str:
    lamps = [(110, 0), (250, 1), (390, 2), (530, 3)]
    return _banner(
        DAWN,
        _far_hills("#6d7fc4"),
        _tower(830, 248),
        _rocks(690, "#4d60ad"),
        _water("#3f56a8", "#32478f"),
        path("M0 236h610v22H0z", "#8a5f43") + _posts(),
        "".join(_lamp(x, number) for x, number in lamps),
        _boat(720, 262, "#22b79a", "#fff"),
    )


def _two_boats() -> str:
    return _banner(
        DAWN,
        circle(200, 214, 62, "#ffe7b0"),
        _far_hills("#7d8fd0"),
        _tower(860, 246),
        _rocks(720, "#5a6fbe"),
        _water("#4a62b5", "#3a4fa0"),
        _boat(420, 258, "#22b79a", "#fff"),
        _boat(590, 264, "#e8694f", "#fff4dc"),
        line("M468 252q36 14 74 6", "#fff", 4),
    )


def _calm_morning() -> str:
    return _banner(
        MORNING,
        circle(170, 110, 54, "#ffd861"),
        _cloud(380, 80) + _cloud(700, 110),
        _far_hills("#a9d8b8"),
        path("M0 236h960v64H0z", "#d9a86c") + path("M0 236h960v12H0z", "#c48f52"),
        _phone_asleep(300, 224),
        _mug(470, 236),
        _books(640, 236),
        _plant(810, 236),
    )


def _quiet_night() -> str:
    houses = [(140, "#39458f"), (300, "#434f9c"), (660, "#39458f"), (820, "#434f9c")]
    return _banner(
        MOONLIT,
        _stars(),
        path("M480 50a46 46 0 1 0 44 66 40 40 0 0 1-44-66z", "#fff3c9"),
        _far_hills("#2c3676"),
        "".join(_home(x, color) for x, color in houses),
        path("M0 262q240-26 480-6t480-8v52H0z", "#141b46"),
    )


def _open_sail() -> str:
    kite = path("M0-46l34 46L0 46-34 0z", "#e8694f") + path(
        "M0-46v92L-34 0z", "#f2917c"
    )
    return _banner(
        MORNING,
        circle(820, 90, 50, "#ffd861"),
        _cloud(200, 90) + _cloud(480, 84),
        _far_hills("#a9d8b8"),
        _water("#5aa9d6", "#3f8fc0"),
        _boat(330, 258, "#3a4bb8", "#fff"),
        path("M600 300q40-70 180-66t180 20v46z", "#e5cd8b"),
        line("M667 122q24 78 132 88", "#6b7690", 3),
        place(kite, 680, 80, turn=18),
        _walker(782, 236),
    )


def _stars() -> str:
    return "".join(circle(x, y, r, "#fff", opacity=".7") for x, y, r in _STARS)


def _far_hills(color: str) -> str:
    return path("M0 232q90-34 190-14t200-12 210 8 360-22v110H0z", color)


def _water(far: str, near: str) -> str:
    back = "M0 262q60-16 120 0t120 0 120 0 120 0 120 0 120 0 120 0 120 0v60H0z"
    front = "M0 280q60-12 120 0t120 0 120 0 120 0 120 0 120 0 120 0 120 0v40H0z"
    return path(back, far) + path(front, near)


def _rocks(x: int, color: str) -> str:
    return path(f"M{x} 276q80-42 150-32t110-4 100 20v60H{x}z", color)


def _message(x: int, y: int, color: str, wide: int) -> str:
    words = "".join(
        _writing(x + 20, y + 20 + row * 19, (wide - 54) * (1 - row * 0.38))
        for row in (0, 1)
    )
    return (
        box((x, y), (wide, 62), 22, color)
        + path(f"M{x + 20} {y + 60}l8 22 14-22z", color)
        + words
    )


def _writing(x: float, y: float, wide: float) -> str:
    return line(f"M{x + 4} {y + 4}h{round(wide)}", "#fff", 8, opacity=".75")


def _tower(x: int, foot: int) -> str:
    walls = path("M-26 0l12-138h28L26 0z", "#fffaf0")
    bands = path(
        "M-19-78l2.600-30h33.200l2.600 30zM-23-30l2-24h42.800l2 24z", "#e8694f"
    )
    room = box((-24, -148), (48, 12), 4, "#1b2353") + box(
        (-14, -176), (28, 28), 4, "#ffe9a6"
    )
    top = path("M-20-174q20-26 40 0z", "#1b2353")
    glow = circle(0, -164, 20, "#fff3c9", opacity=".45")
    return place(walls + bands + room + top + glow, x, foot)


def _boat(x: int, y: int, hull: str, sail: str) -> str:
    mast = line("M0 0v-112", "#6b4a35", 5)
    sails = path("M8-108q58 40 58 94H8z", sail) + path("M-8-92q-40 36-42 78h42z", sail)
    return place(mast + sails + path("M-66-6H66L48 24h-96z", hull), x, y)


def _posts() -> str:
    return "".join(box((x, 250), (14, 60), 4, "#6f4a33") for x in range(40, 600, 140))


def _lamp(x: int, number: int) -> str:
    color = ("#e8694f", "#ffc93c", "#22b79a", "#3a4bb8")[number]
    glow = circle(0, -96, 36, "#fff", opacity=".3")
    head = circle(0, -96, 20, color) + circle(0, -96, 9, "#fff")
    return place(glow + line("M0 0v-80", "#33415c", 7) + head, x, 238)


def _cloud(x: int, y: int) -> str:
    d = "M-60 22a28 28 0 0 1 6-54 40 40 0 0 1 74-10 32 32 0 0 1 48 26 20 20 0 0 1-4 38z"
    return place(path(d, "#fff", opacity=".9"), x, y)


def _phone_asleep(x: int, y: int) -> str:
    case = box((-70, -4), (140, 16), 8, "#33415c")
    z = "M0 0h18l-18 22h18M34-30h13l-13 16h13"
    return place(case + place(line(z, "#5663bd", 5), 30, -44), x, y)


def _mug(x: int, y: int) -> str:
    cup = path("M-34-64h68v52q0 12-12 12h-44q-12 0-12-12z", "#e8694f")
    steam = line("M-12-78q-8-12 0-22M12-78q-8-12 0-22", "#fff", 5)
    return place(line("M34-50q26 0 24 18-2 18-26 16", "#e8694f", 9) + cup + steam, x, y)


def _books(x: int, y: int) -> str:
    colors = ("#3a4bb8", "#22b79a", "#f2b84b")
    return "".join(
        box((x - 74 + i * 12, y - 24 - i * 24), (140 - i * 18, 22), 5, color)
        for i, color in enumerate(colors)
    )


def _plant(x: int, y: int) -> str:
    leaves = path(
        "M0-56q-60-6-62-62 56 4 62 62zM0-56q60-6 62-62-56 4-62 62z", "#4fa56f"
    )
    pot = path("M-36-56h72l-8 56h-56z", "#c9573f")
    return place(line("M0-56v-22", "#3f8a5a", 7) + leaves + pot, x, y)


def _home(x: int, color: str) -> str:
    walls = box((-52, -70), (104, 100), 4, color) + path(
        "M-66-66L0-116l66 50z", "#20296a"
    )
    return place(walls + box((-14, -44), (28, 28), 4, "#8e99d6"), x, 240)


def _walker(x: int, y: int) -> str:
    head = circle(0, -66, 14, "#7d4a2f") + ellipse(0, -76, 14, 8, "#33241b")
    arms = line("M-2-38q-6 2-8 -4l-6 10M2-38l18 12", "#3a4bb8", 8)
    return place(
        box((-13, -52), (26, 34), 10, "#3a4bb8")
        + line("M-6-18v22M6-18v22", "#33415c", 9)
        + head
        + arms,
        x,
        y,
    )
