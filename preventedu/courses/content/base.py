"""The small types that every content schema is made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Band = Literal["k-2", "3-5", "6-8", "9-12", "educator", "family"]
Audience = Literal["student", "educator", "family"]
Kind = Literal["lesson", "alternative"]
Status = Literal["draft", "in-review", "reviewed", "published", "retired"]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
BlockId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
ObjectiveId = Annotated[str, Field(pattern=r"^O\d+$")]
Words = Annotated[str, Field(min_length=1)]
Text = dict[Locale, Words]

SOURCE_LANGUAGE = "en"
"""Modules are written in English first; the other languages are translations."""


class Strict(BaseModel):
    """A record that refuses fields it does not know and never changes."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, validate_default=True
    )
