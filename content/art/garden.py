"""What grows in Pip's garden, and the tools to look after it."""

from props import CORAL, LEAF, PINK, SKY, SUN
from shapes import box, circle, ellipse, line, path, place

_SOIL = "#9a6b48"


def bed(x: float, y: float, wide: float) -> str:
    """Return a garden bed: a low hill of soil whose middle is at (x, y)."""
    half = wide / 2
    quarter = half / 2
    top = f"q10-56 {quarter} -52h{half}q{quarter - 10}-4 {quarter} 52z"
    d = f"M{x - half} {y + 30}{top}"
    return path(d, _SOIL) + line(
        f"M{x - half * 0.5} {y + 6}h12M{x} {y + 14}h12M{x + half * 0.45} {y + 4}h12",
        "#7d5336",
        6,
    )


def sprout(x: float, y: float, scale: float = 1) -> str:
    """Return a young plant with two leaves; (x, y) is where it leaves the soil."""
    leaves = path("M0-44q-44-4-48-40 44-4 48 40zM0-36q44-4 48-40-44-4-48 40z", LEAF)
    return place(line("M0 0v-44", "#4b9a63", 9) + leaves, x, y, scale)


def flower(x: float, y: float, scale: float = 1, color: str = PINK) -> str:
    """Return a flower in bloom; (x, y) is where it leaves the soil."""
    stem = line("M0 0v-92M0-30q-26-4-34-26M0-40q26-4 34-26", "#4b9a63", 8)
    spots = [(0, -126), (26, -108), (17, -78), (-17, -78), (-26, -108)]
    petals = "".join(circle(px, py, 20, color) for px, py in spots)
    return place(stem + petals + circle(0, -100, 17, SUN), x, y, scale)


def carrot(x: float, y: float, scale: float = 1, *, turn: float = 0) -> str:
    """Return a carrot with its green."""
    green = line("M0-40v-40M-4-40q-22-12-24-32M4-40q22-12 24-32", "#4b9a63", 9)
    root = path("M-26-34q26-18 52 0 4 60-26 104-30-44-26-104z", "#f2994a")
    rings = line("M-18-8h16M4 18h12", "#d67c2c", 5)
    return place(green + root + rings, x, y, scale, turn=turn)


def can() -> str:
    """Return a watering can that pours to the right."""
    handle = line("M-50-20q-44 0-40 46 2 26 36 28", "#2f86ab", 13)
    spout = line("M48 26L96-36", SKY, 17) + ellipse(98, -38, 24, 10, "#2f86ab")
    return (
        handle
        + spout
        + path("M-56-34h106l8 92q-60 14-120 0z", SKY)
        + ellipse(-3, -34, 53, 13, "#2f86ab")
    )


def drops() -> str:
    """Return the water that comes out of the can."""
    return line("M0 0l6 22M22-8l8 24M44 0l8 22M12 36l4 16M36 34l6 18", SKY, 7)


def seeds() -> str:
    """Return a paper bag of seeds."""
    bag = path(
        "M-42-50l10-10 10 10 11-10 11 10 11-10 11 10 11-10 11 10v104h-86z", "#fff4d6"
    )
    label = box((-28, -18), (56, 52), 10, "#cfeed2")
    return bag + label + place(sprout(0, 26, 0.5), 1, 0)


def bee(x: float, y: float, scale: float = 1) -> str:
    """Return a friendly bee."""
    wings = "".join(ellipse(wx, -22, 15, 20, "#e8f6fd") for wx in (-8, 14))
    body = ellipse(0, 0, 32, 22, SUN) + line("M-8-18v36M10-18v36", "#33241b", 7)
    face = circle(-22, -4, 4, "#33241b") + line("M-26 6q5 5 10 1", "#33241b", 3)
    return place(wings + body + face, x, y, scale)


def basket(*inside: str) -> str:
    """Return a basket with things that look out of it."""
    weave = line("M-84 34h168M-76 58h152", "#a9743c", 7)
    return (
        "".join(inside)
        + path("M-96 10h192l-18 76q-78 16-156 0z", "#d19a58")
        + weave
        + line("M-96 10h192", "#b98246", 14)
    )


def butterfly(x: float, y: float, color: str = CORAL) -> str:
    """Return a small butterfly."""
    wings = ellipse(-13, -8, 13, 17, color) + ellipse(13, -8, 13, 17, color)
    low = ellipse(-10, 13, 9, 11, color) + ellipse(10, 13, 9, 11, color)
    return place(wings + low + line("M0-18v36", "#33241b", 5), x, y)


def hat() -> str:
    """Return a straw hat."""
    brim = ellipse(0, 34, 104, 24, "#e5bd6c")
    return (
        brim
        + path("M-56 34c0-70 22-84 56-84s56 14 56 84q-56 20-112 0z", "#f2d28b")
        + line("M-56 24q56 20 112 0", CORAL, 13)
    )


def rock() -> str:
    """Return a gray rock."""
    stone = path("M-84 50q-14-50 32-70 28-34 66-12 60 4 72 48 4 26-14 34z", "#b5bfc9")
    return stone + line("M-30 0q12-14 28-12M26 14q14 0 22 10", "#97a3af", 6)
