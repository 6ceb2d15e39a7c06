"""Things and places that stand around the otters."""

from shapes import HIGH, WIDE, box, circle, ellipse, line, path, place

_HEART = "M0 14C-22-2-14-20 0-10 14-20 22-2 0 14z"
_STAR = "M0-30l9 19 21 3-15 15 4 21-19-10-19 10 4-21-15-15 21-3z"
CORAL, SKY, LEAF, SUN, PINK = "#ef6f5e", "#4fb3d9", "#5fb878", "#ffc93c", "#f6a5b8"


def heart(x: float, y: float, scale: float = 1, color: str = CORAL) -> str:
    """Return a heart."""
    return place(path(_HEART, color), x, y, scale)


def star(x: float, y: float, scale: float, color: str = SUN) -> str:
    """Return a star with soft points."""
    shape = path(_STAR, color, stroke=color, stroke_width=8, stroke_linejoin="round")
    return place(shape, x, y, scale)


def confetti() -> str:
    """Return a few bits of confetti for a whole scene."""
    bits = [
        (70, 250, CORAL, 20),
        (120, 330, SKY, 50),
        (640, 150, LEAF, 15),
        (600, 270, CORAL, 40),
        (660, 330, SUN, 70),
        (510, 60, PINK, 30),
        (300, 52, SKY, 10),
    ]
    return "".join(
        place(box((-7, -7), (14, 14), 4, color), x + 7, y + 7, turn=turn)
        for x, y, color, turn in bits
    )


def room(wall: str = "#fdeecb", floor: str = "#f7d999") -> str:
    """Return an empty room."""
    base = HIGH - 110
    ground = f"M0 {base}h{WIDE}v74a36 36 0 0 1-36 36H36a36 36 0 0 1-36-36z"
    return box((0, 0), (WIDE, HIGH), 36, wall) + path(ground, floor)


def meadow(sky: str = "#d8effc", grass: str = "#a9dba0") -> str:
    """Return the garden: sky, a far hill, grass."""
    hill = path("M0 380q180-90 380-40t340-50v160H0z", "#cfeed2")
    return room(sky, grass) + hill + path("M0 450v-20q190-26 360-6t360-8v40z", grass)


def window(x: float, y: float) -> str:
    """Return a window with a sunny day behind it."""
    hills = "M12 112q40-44 76-10t70-8v34a10 10 0 0 1-10 10H22a10 10 0 0 1-10-10z"
    glass = box((0, 0), (170, 150), 18, "#fff") + box(
        (12, 12), (146, 126), 10, "#bfe6f5"
    )
    view = circle(112, 50, 24, "#ffd861") + path(hills, "#8fcf9a")
    return place(glass + view + line("M85 12v126M12 75h146", "#fff", 8), x, y)


def sun(x: float, y: float, scale: float = 1) -> str:
    """Return the sun with its rays."""
    straight = "M0-64v-20M0 64v20M-64 0h-20M64 0h20"
    slanted = "M45-45l14-14M-45-45l-14-14M45 45l14 14M-45 45l-14 14"
    rays = straight + slanted
    return place(line(rays, SUN, 10) + circle(0, 0, 48, "#ffd861"), x, y, scale)


def cloud(x: float, y: float, scale: float = 1, color: str = "#fff") -> str:
    """Return a cloud."""
    d = "M-70 30a36 36 0 0 1 6-66 48 48 0 0 1 90-14 40 40 0 0 1 60 34 26 26 0 0 1-4 46z"
    return place(path(d, color), x, y, scale)


def rain(x: float, y: float) -> str:
    """Return rain drops."""
    drops = "M0 0l-8 26M44 10l-8 26M88 0l-8 26M22 52l-8 26M66 60l-8 26M110 50l-8 26"
    return place(line(drops, SKY, 8), x, y)


def bubble(x: float, y: float, scale: float, inside: str, *, left: bool = True) -> str:
    """Return a speech bubble; its tail points down and to the left or right."""
    tail = "M-50 50l-26 40 62-34z" if left else "M50 50l26 40-62-34z"
    shape = box((-92, -64), (184, 124), 44, "#fff") + path(tail, "#fff")
    return place(shape + inside, x, y, scale)


def thought(x: float, y: float, inside: str) -> str:
    """Return a thought bubble with two small bubbles to its left."""
    dots = circle(-46, 42, 8, "#fff") + circle(-60, 60, 5, "#fff")
    return place(circle(0, 0, 44, "#fff") + dots + inside, x, y)


def lifebuoy(scale: float = 1) -> str:
    """Return the ring that means help on every page of the lessons."""
    ring = circle(0, 0, 30, "none", stroke=CORAL, stroke_width=18)
    bands = "M0-39v18M0 21v18M-39 0h18M21 0h18"
    white = line(bands, "#fff", 12).replace('"round"', '"butt"', 1)
    return place(ring + white, 0, 0, scale)


def padlock(color: str = "#7c9fc0", dark: str = "#5b7fa3") -> str:
    """Return a padlock: something kept in."""
    return box((-18, -6), (36, 28), 7, color) + line(
        "M-11-6v-8a11 11 0 0 1 22 0v8", dark, 6
    )


def cake() -> str:
    """Return a birthday cake on a plate."""
    low_ice = (
        "M-70 10q17 26 35 0t35 0 35 0 35 0v-4a12 12 0 0 0-12-12H-58a12 12 0 0 0-12 12z"
    )
    top_ice = "M-44-36q15 20 29 0t30 0 29 0v-6a10 10 0 0 0-10-10h-68a10 10 0 0 0-10 10z"
    plate = ellipse(0, 62, 98, 14, "#fff") + ellipse(0, 58, 98, 13, "#e7eef0")
    low = box((-70, -6), (140, 64), 14, PINK) + path(low_ice, "#fff4ee")
    top = box((-44, -52), (88, 48), 12, "#8fd0e6") + path(top_ice, "#fff4ee")
    candle = box((-4, -82), (8, 30), 4, CORAL) + path(
        "M0-104q12 12 0 22-12-10 0-22z", SUN
    )
    return plate + low + top + candle


def tablet() -> str:
    """Return a tablet with a message that is locked away."""
    case = box((-96, -66), (192, 132), 18, "#2d4739")
    glass = box((-84, -54), (168, 108), 9, "#eaf7fb")
    message = box((-66, -36), (104, 32), 16, "#fff") + line("M-52-20h58", "#9cb3b0", 8)
    return case + glass + message + place(padlock(SUN, "#d99e00"), 34, 26)


def worry() -> str:
    """Return the wavy lines of an uneasy feeling."""
    return line("M0 20q22-20 44 0t44 0M14 60q18-16 36 0t36 0", "#7c9fc0", 9)


def papers() -> str:
    """Return a tall pile of papers that somebody carries."""
    colors = ["#fff", "#e7eef0", "#fff", "#dfe9f5", "#fff"]
    return "".join(
        box((-86 + (i % 2) * 8, 40 - i * 22), (168, 20), 5, color)
        for i, color in enumerate(colors)
    )


def board(x: float, y: float) -> str:
    """Return a class board with a drawing of a flower."""
    frame = box((0, 0), (230, 160), 14, "#c58f55") + box(
        (12, 12), (206, 136), 8, "#3d6b5a"
    )
    chalk = line("M115 128v-46M115 112q-24-4-30-22M115 106q24-4 30-22", "#e9f4ee", 6)
    bloom = "".join(circle(115 + dx, 62 + dy, 13, "#f9d7df") for dx, dy in _PETALS)
    return place(frame + chalk + bloom + circle(115, 62, 10, SUN), x, y)


_PETALS = [(0, -18), (17, -6), (11, 15), (-11, 15), (-17, -6)]


def house(color: str = "#f6b26b", roof: str = "#c9573f") -> str:
    """Return a small home."""
    walls = box((-70, -20), (140, 110), 10, color)
    top = path("M-92-12L0-92l92 80q6 10-8 10H-84q-14 0-8-10z", roof)
    door = box((-20, 30), (40, 60), 8, "#7d4a2f") + circle(10, 62, 4, SUN)
    glass = box((-58, 4), (30, 30), 6, "#cdeefa") + box((28, 4), (30, 30), 6, "#cdeefa")
    return top + walls + door + glass


def school() -> str:
    """Return a school with a clock and a flag."""
    walls = box((-110, -20), (220, 110), 10, "#f3d28c")
    middle = box((-44, -60), (88, 150), 8, "#f9e2ae") + path(
        "M-56-56L0-98l56 42z", "#c9573f"
    )
    clock = circle(0, -30, 18, "#fff") + line("M0-42v12h9", "#33415c", 5)
    panes = "".join(box((x, 10), (32, 34), 6, "#bfe6f5") for x in (-96, 64))
    flag = line("M0-98v-34", "#6b7690", 5) + path("M2-132h40l-10 12 10 12H2z", SKY)
    return (
        flag + walls + middle + clock + panes + box((-18, 44), (36, 46), 8, "#7d4a2f")
    )


def clinic() -> str:
    """Return a clinic with a heart over its door."""
    walls = box((-86, -50), (172, 140), 12, "#e9f5fb")
    sign = circle(0, -14, 28, "#fff") + heart(0, -12, 1.3)
    panes = "".join(box((x, -24), (28, 30), 6, "#a9d9ec") for x in (-72, 44))
    top = box((-96, -66), (192, 24), 10, "#5aa9c7")
    return walls + top + sign + panes + box((-22, 34), (44, 56), 8, "#5aa9c7")


def teddy() -> str:
    """Return a toy bear."""
    fur, light = "#d9a066", "#f5dcb8"
    limbs = "".join(ellipse(x, y, 24, 20, fur) for x, y in _BEAR_LIMBS)
    head = circle(0, -42, 48, fur) + "".join(circle(x, -82, 20, fur) for x in (-36, 36))
    eyes = "".join(circle(x, -50, 5, "#33241b") for x in (-16, 16))
    snout = ellipse(0, -28, 22, 17, light) + ellipse(0, -34, 8, 6, "#33241b")
    return (
        ellipse(0, 42, 50, 54, fur)
        + limbs
        + ellipse(0, 46, 28, 32, light)
        + head
        + eyes
        + snout
    )


_BEAR_LIMBS = [(-52, 20), (52, 20), (-36, 90), (36, 90)]


def ball() -> str:
    """Return a striped ball."""
    stripe = path("M-58-22q58 34 116 0 8 22 0 44-58 34-116 0-8-22 0-44z", "#fff")
    return circle(0, 0, 62, SKY) + stripe + circle(0, 0, 16, CORAL)


def whistle() -> str:
    """Return a coach's whistle on its string."""
    cord = line("M-44-70q36 46 50 62M56-70q-30 40-44 62", "#33415c", 5)
    return cord + circle(6, 8, 16, "#b8c4d6") + box((6, -6), (34, 13), 5, "#b8c4d6")
