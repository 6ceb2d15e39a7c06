from __future__ import annotations

import pytest

from preventedu.courses.content.readability import (
    english_syllables,
    fernandez_huerta,
    grade_level,
    sentences_of,
    spanish_syllables,
)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        *(("idea", 3), ("over", 2), ("about", 2), ("tricked", 1), ("wanted", 2)),
        *(("someone", 2), ("safely", 2), ("video", 3), ("world", 1), ("usually", 4)),
    ],
)
def test_english_syllables(word: str, syllables: int) -> None:
    assert english_syllables(word) == syllables


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        *(("ahora", 3), ("guía", 2), ("que", 1), ("ciudad", 2), ("leer", 2)),
        *(("país", 2), ("también", 2), ("adulto", 3), ("y", 1), ("guitarra", 3)),
        *(("pingüino", 3), ("confianza", 3), ("construir", 2), ("héroe", 3)),
    ],
)
def test_spanish_syllables(word: str, syllables: int) -> None:
    assert spanish_syllables(word) == syllables


def test_the_grade_follows_the_formula() -> None:
    # 6 words, 2 sentences, 7 syllables
    text = ["The child was over there.", "Wow"]

    assert grade_level(text) == pytest.approx(0.39 * 3 + 11.8 * 7 / 6 - 15.59)


def test_the_ease_follows_the_formula() -> None:
    # 4 words, 2 sentences, 6 syllables
    text = ["Ahora tú. Ven, ¿sí?"]

    assert fernandez_huerta(text) == pytest.approx(206.84 - 60 * 6 / 4 - 1.02 * 2)


def test_a_quotation_mark_does_not_hide_the_end_of_a_sentence() -> None:
    assert sentences_of(['He said, "Stop." Then he left. 3.']) == [
        'He said, "Stop.',
        "Then he left.",
    ]
