"""Pip the otter, Pip's friend, and the grown-ups who help."""

from dataclasses import dataclass

from shapes import box, circle, ellipse, line, path, place

INK = "#33241b"
BLUSH = "#f2826c"
Point = tuple[float, float]

_LIMBS: dict[str, tuple[tuple[str, Point], tuple[str, Point]]] = {
    "down": (
        ("M-72 178q-34 40-30 84", (-102, 264)),
        ("M72 178q34 40 30 84", (102, 264)),
    ),
    "hold": (
        ("M-72 178q-40 34-14 72", (-84, 252)),
        ("M72 178q40 34 14 72", (84, 252)),
    ),
    "wave": (
        ("M-72 178q-44 10-60-44", (-133, 132)),
        ("M72 178q34 40 30 84", (102, 264)),
    ),
    "cheer": (
        ("M-72 178q-44 10-60-44", (-133, 132)),
        ("M72 178q44 10 60-44", (133, 132)),
    ),
    "reach": (
        ("M-72 178q-34 40-30 84", (-102, 264)),
        ("M72 178q50 26 84 4", (158, 180)),
    ),
    "reachleft": (
        ("M-72 178q-50 26-84 4", (-158, 180)),
        ("M72 178q34 40 30 84", (102, 264)),
    ),
    "tummy": (
        ("M-72 178q-30 50 22 76", (-46, 256)),
        ("M72 178q30 50 -22 76", (46, 256)),
    ),
}
"""For each pose the left and the right arm: the line, and where the paw is."""

_MOUTHS = {
    "smile": "M-24 78q24 24 48 0",
    "flat": "M-18 86q18-8 36 0",
    "wobble": "M-22 88q11-12 22 0t22 0",
}


@dataclass(frozen=True)
class Look:
    """What stays the same about somebody: colors and clothes."""

    fur: str = "#a87450"
    dark: str = "#8a5a3b"
    belly: str = "#f0d9bd"
    scarf: str = ""
    cardigan: str = ""
    glasses: bool = False
    cap: str = ""
    badge: str = ""
    wheels: bool = False


@dataclass(frozen=True)
class Pose:
    """How somebody stands and feels."""

    eyes: str = "open"
    mouth: str = "smile"
    arms: str = "down"
    brow: int = 0


PIP = Look(scarf="#ffc93c")
BREE = Look("#c79a6b", "#a3774b", "#f8ead2", scarf="#4fb3d9")
TEACHER = Look("#8d6e5c", "#6f5444", "#f2e2cf", cardigan="#3f8f72", glasses=True)
GRAN = Look("#a8a09a", "#857c76", "#efe9e2", cardigan="#8a6bb5", glasses=True)
NURSE = Look("#6f4d3a", "#573a2b", "#e3c6a8", cardigan="#5aa9c7", badge="heart")
COACH = Look("#b98a5e", "#94693f", "#f3dfc2", cardigan="#e8694f", cap="#2f6fb0")
LIBRARIAN = Look("#5f4436", "#493227", "#e0c3a4", cardigan="#e0a83a", wheels=True)


def otter(x: float, y: float, scale: float, look: Look, pose: Pose) -> str:
    """Return one otter; (x, y) is between the eyes and the nose line, a bit above."""
    parts = [_chair(look), _body(look), _arms(look, pose), _ears(look), _face(look)]
    parts += [_eyes(pose), _brow(pose), _mouth(pose), _whiskers(look), _clothes(look)]
    if look.wheels:
        parts.append(_wheels())
    return place("".join(parts), x, y, scale)


def _body(look: Look) -> str:
    coat = look.cardigan or look.fur
    tail = "M70 300c70 20 120-10 118-66-1-22 28-26 32-4 12 74-62 128-150 104z"
    shape = (
        "M0 108c66 0 98 70 98 142 0 66-38 104-98 104s-98-38-98-104c0-72 32-142 98-142z"
    )
    feet = "".join(ellipse(x, 352, 40, 20, look.dark) for x in (-42, 42))
    # Whoever sits in a wheelchair sits on the tail.
    behind = "" if look.wheels else path(tail, look.dark)
    return behind + feet + path(shape, coat) + _front(look)


def _front(look: Look) -> str:
    if not look.cardigan:
        return ellipse(0, 262, 60, 78, look.belly)
    shirt = (
        "M0 120c34 20 46 80 46 132 0 54-14 92-46 92s-46-38-46-92c0-52 12-112 46-132z"
    )
    buttons = "".join(circle(58, y, 5, "#fff", opacity=".8") for y in (250, 284))
    return path(shirt, look.belly) + buttons


def _arms(look: Look, pose: Pose) -> str:
    return "".join(
        line(d, look.cardigan or look.fur, 38) + circle(*paw, 19, look.dark)
        for d, paw in _LIMBS[pose.arms]
    )


def _ears(look: Look) -> str:
    outer = "".join(circle(x, -12, 26, look.dark) for x in (-84, 84))
    return outer + "".join(circle(x, -10, 13, look.belly) for x in (-84, 84))


def _face(look: Look) -> str:
    head = (
        "M0-66c72 0 112 42 112 96 0 56-46 92-112 92s-112-36-112-92c0-54 40-96 112-96z"
    )
    muzzle = "M0 26c44 0 72 22 72 52 0 28-30 42-72 42s-72-14-72-42c0-30 28-52 72-52z"
    cheeks = "".join(circle(x, 58, 15, BLUSH, opacity=".45") for x in (-78, 78))
    nose = path("M-17 44q17-12 34 0c2 10-8 18-17 18s-19-8-17-18z", INK)
    return path(head, look.fur) + path(muzzle, look.belly) + cheeks + nose


def _eyes(pose: Pose) -> str:
    if pose.eyes == "happy":
        return line("M-58 18q14-18 28 0M30 18q14-18 28 0", INK, 7)
    # Looking down moves the whole eye and the light in it.
    low = pose.eyes == "down"
    eye_y, light = (18, (3, 22)) if low else (14, (4, 9))
    return "".join(
        ellipse(x, eye_y, 11, 13, INK) + circle(x + light[0], light[1], 4, "#fff")
        for x in (-44, 44)
    )


def _brow(pose: Pose) -> str:
    if not pose.brow:
        return ""
    end = 2 + pose.brow
    return line(f"M-60-10q14-10 28-{end}M60-10q-14-10-28-{end}", INK, 6)


def _mouth(pose: Pose) -> str:
    if pose.mouth != "open":
        return line(_MOUTHS[pose.mouth], INK, 6)
    tongue = path("M-12 98q12-12 24 0-5 8-12 8t-12-8z", BLUSH)
    return path("M-24 76h48q0 30-24 30t-24-30z", INK) + tongue


def _whiskers(look: Look) -> str:
    d = "M-60 72l-44-8M-60 86l-44 6M60 72l44-8M60 86l44 6"
    return line(d, look.dark, 3.5, opacity=".7")


def _clothes(look: Look) -> str:
    parts = []
    if look.glasses:
        rims = "".join(
            circle(x, 14, 27, "none", stroke="#2d4739", stroke_width=6)
            for x in (-44, 44)
        )
        parts.append(rims + line("M-17 12q17-10 34 0", "#2d4739", 6))
    if look.scarf:
        parts.append(path("M-82 104q82 44 164 0l6 26q-88 48-176 0z", look.scarf))
        parts.append(path("M46 132l34 62-34 10-22-62z", look.scarf))
        parts.append(path("M46 132l34 62-8 2-34-60z", "#000", opacity=".08"))
    if look.cap:
        parts.append(path("M-92-22c4-58 60-68 92-68s88 10 92 68z", look.cap))
        parts.append(
            path("M-96-30q96-30 192 0 10 16-6 18-90-24-180 0-16-2-6-18z", "#235687")
        )
    if look.badge:
        heart = "M0 14C-22-2-14-20 0-10 14-20 22-2 0 14z"
        parts.append(circle(-62, 200, 21, "#fff"))
        parts.append(place(path(heart, "#ef6f5e"), -62, 200))
    return "".join(parts)


def _chair(look: Look) -> str:
    return box((-96, 150), (192, 170), 30, "#41506b") if look.wheels else ""


def _wheels() -> str:
    wheel = circle(0, 0, 66, "none", stroke="#33415c", stroke_width=14)
    hub = circle(0, 0, 10, "#33415c")
    spokes = line("M0-56v112M-56 0h112", "#8a97b1", 4)
    return "".join(place(spokes + wheel + hub, x, 306) for x in (-112, 112))
