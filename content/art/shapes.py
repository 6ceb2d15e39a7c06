"""The few SVG shapes every drawing is made of, as small functions that return text."""

WIDE, HIGH = 720, 560
"""Size of a K-2 scene, in SVG units."""
CHOICE_WIDE, CHOICE_HIGH = 360, 240
"""Size of a K-2 picture answer."""
BANNER_WIDE, BANNER_HIGH = 960, 300
"""Size of a banner for grades 6-8."""


def element(name: str, **attributes: object) -> str:
    """Return one empty element; `stroke_width=3` is written `stroke-width="3"`."""
    pairs = (f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<{name}{''.join(pairs)}/>"


def circle(x: float, y: float, r: float, fill: str, **more: object) -> str:
    """Return a filled circle around (x, y)."""
    return element("circle", cx=x, cy=y, r=r, fill=fill, **more)


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, **more: object) -> str:
    """Return a filled ellipse around (x, y)."""
    return element("ellipse", cx=x, cy=y, rx=rx, ry=ry, fill=fill, **more)


def box(
    at: tuple[float, float], size: tuple[float, float], rx: float, fill: str
) -> str:
    """Return a filled rectangle with round corners; `at` is its top left corner."""
    (x, y), (w, h) = at, size
    return element("rect", x=x, y=y, width=w, height=h, rx=rx, fill=fill)


def path(d: str, fill: str, **more: object) -> str:
    """Return a filled path."""
    return element("path", d=d, fill=fill, **more)


def line(d: str, color: str, width: float, **more: object) -> str:
    """Return a drawn line with round ends."""
    return element(
        "path",
        d=d,
        fill="none",
        stroke=color,
        stroke_width=width,
        stroke_linecap="round",
        stroke_linejoin="round",
        **more,
    )


def place(
    drawing: str, x: float, y: float, scale: float = 1, *, turn: float = 0
) -> str:
    """Return the drawing moved to (x, y), then scaled, then turned by degrees."""
    moves = [f"translate({x} {y})"]
    if scale != 1:
        moves.append(f"scale({scale})")
    if turn:
        moves.append(f"rotate({turn})")
    return f'<g transform="{" ".join(moves)}">{drawing}</g>'


def shadow(x: float, y: float, rx: float) -> str:
    """Return the soft shadow under somebody who stands at (x, y)."""
    return ellipse(x, y, rx, rx * 0.12, "#000", opacity=".07")


def svg(size: tuple[int, int], *parts: str, definitions: str = "") -> str:
    """Return a whole SVG file. Its meaning is in the lesson's alt text, not here."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}"'
        ' role="presentation">'
    )
    defs = f"<defs>{definitions}</defs>" if definitions else ""
    return f"{head}{defs}{''.join(parts)}</svg>\n"


def scene(*parts: str) -> str:
    """Return a K-2 scene."""
    return svg((WIDE, HIGH), *parts)


def choice(color: str, *parts: str) -> str:
    """Return a picture answer: a round card that cuts off what sticks out."""
    size = (CHOICE_WIDE, CHOICE_HIGH)
    clip = f'<clipPath id="c">{box((0, 0), size, 24, "#000")}</clipPath>'
    card = box((0, 0), size, 24, color)
    return svg(
        size, f'<g clip-path="url(#c)">{card}{"".join(parts)}</g>', definitions=clip
    )
