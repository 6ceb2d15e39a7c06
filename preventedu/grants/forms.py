"""Forms of the pages about awards."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
)
from wtforms.widgets import CheckboxInput, ListWidget

from preventedu.forms import BaseForm
from preventedu.i18n import lazy_gettext as _l

ID_LENGTH = 40
LINE = Length(max=400)
LONG = Length(max=4000)
NEEDED_LINE = [DataRequired(), LINE]
MOST = 1_000_000_000
REASON_LENGTH = 500


class DecisionForm(BaseForm):
    """To which award an assignment belongs."""

    assignment = HiddenField(validators=[InputRequired(), Length(max=ID_LENGTH)])
    award = SelectField(_l("Award"), [InputRequired()], coerce=int)
    effective_from = DateField(_l("From this day on"), [InputRequired()])
    reason = StringField(
        _l("Reason, for whoever asks later"),
        [InputRequired(), Length(min=3, max=REASON_LENGTH)],
    )


class PlacementForm(BaseForm):
    """At which school a course is."""

    course = HiddenField(validators=[InputRequired(), Length(max=ID_LENGTH)])
    school = SelectField(_l("School"), [InputRequired()], coerce=int)


class ClosePeriodForm(BaseForm):
    """Closes a period for ever."""

    sure = BooleanField(
        _l("I know that a closed period stays closed"), [InputRequired()]
    )


class ReleaseForm(BaseForm):
    """Makes a release of a closed period."""

    recipient = StringField(
        _l("For whom it is made"), [InputRequired(), Length(min=2, max=200)]
    )


class HandedOverForm(BaseForm):
    """Writes down that a release was sent or given to somebody."""

    release = SelectField(_l("Release"), [InputRequired()], coerce=int)
    recipient = StringField(
        _l("Who got it: a person with where they work, or an office"),
        [InputRequired(), Length(min=2, max=200)],
    )


class DraftForm(BaseForm):
    """Switches a draft lesson on for the teachers of an LEA."""

    module = HiddenField(validators=[InputRequired(), Length(max=64)])
    reason = StringField(
        _l("Reason"), [InputRequired(), Length(min=3, max=REASON_LENGTH)]
    )


class DraftEndForm(BaseForm):
    """Switches a draft lesson off again."""

    module = HiddenField(validators=[InputRequired(), Length(max=64)])


def _trimmed(text: str | None) -> str | None:
    return text.strip() if text else text


TRIMMED = [_trimmed]
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class ChoicesField(SelectMultipleField):
    """Several of a list, as boxes to tick: a keyboard and a finger can do that."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SpanForm(BaseForm):
    """The first and the last day of something, such as a reporting period."""

    order: tuple[str, ...] = ("starts_on", "ends_on")

    starts_on = DateField(_l("First day"), [InputRequired()])
    ends_on = DateField(_l("Last day"), [InputRequired()])


class OrganizationForm(BaseForm):
    """A recipient or a partner."""

    order = ("name", "kind", "partner_kind", "lea", "uei", "key")

    name = StringField(
        _l("Name"),
        NEEDED_LINE,
        filters=TRIMMED,
        description=_l("As reports print it."),
    )
    kind = SelectField(_l("What it is"), [InputRequired()])
    partner_kind = SelectField(
        _l("Law enforcement of"),
        default="",
        description=_l("For law enforcement only; reports tell the kinds apart."),
    )
    lea = SelectField(
        _l("Which LEA it is"),
        default="",
        description=_l("For an LEA only: its staff work with the award's figures."),
    )
    uei = StringField(
        _l("UEI"),
        [Optional(), LINE],
        filters=TRIMMED,
        description=_l("12 letters and digits from SAM.gov; may be left empty."),
        render_kw=PLAIN,
    )
    key = StringField(
        _l("Short name for files"),
        [Optional(), LINE],
        filters=TRIMMED,
        description=_l("Left empty, it is made from the name. It stays as it is."),
        render_kw=PLAIN,
    )


class AwardForm(SpanForm):
    """An award; its days are the period of performance."""

    order = (
        "title",
        "fain",
        "assistance_listing",
        "agency",
        "recipient",
        "starts_on",
        "ends_on",
        "time_zone",
        "acknowledgement_en",
        "acknowledgement_es",
        "acknowledgement_on_learner_screens",
    )

    fain = StringField(
        _l("FAIN"),
        NEEDED_LINE,
        filters=TRIMMED,
        description=_l("Federal Award Identification Number, from the award notice."),
        render_kw=PLAIN,
    )
    title = StringField(_l("Title"), NEEDED_LINE, filters=TRIMMED)
    assistance_listing = StringField(
        _l("Assistance listing"),
        NEEDED_LINE,
        filters=TRIMMED,
        description=_l("The number of the federal program, such as 93.327."),
        render_kw=PLAIN,
    )
    agency = StringField(
        _l("Agency that makes the award"), NEEDED_LINE, filters=TRIMMED
    )
    recipient = SelectField(_l("Recipient"), [InputRequired()])
    time_zone = StringField(
        _l("Time zone"),
        NEEDED_LINE,
        filters=TRIMMED,
        description=_l("Its days begin at midnight there. Such as America/Chicago."),
        render_kw=PLAIN | {"list": "zones"},
    )
    acknowledgement_en = TextAreaField(
        _l("Acknowledgement in English"),
        [DataRequired(), LONG],
        filters=TRIMMED,
        description=_l("Word for word as the award's terms give it."),
    )
    acknowledgement_es = TextAreaField(
        _l("Acknowledgement in Spanish"),
        [Optional(), LONG],
        filters=TRIMMED,
        description=_l("Where it is empty, Spanish pages show the English text."),
    )
    acknowledgement_on_learner_screens = BooleanField(
        _l("Show the acknowledgement on a child's screen too"),
        description=_l(
            "Only if the award's terms require it there. The name of law enforcement "
            "can keep a frightened child from asking for help."
        ),
    )


class AgreementForm(SpanForm):
    """What a partner has agreed to do under an award."""

    order = ("partner", "roles", "starts_on", "ends_on", "signed_on", "key")

    partner = SelectField(_l("Partner"), [InputRequired()])
    roles = ChoicesField(_l("What the partner does"), [InputRequired()])
    signed_on = DateField(_l("Signed on"), [InputRequired()])
    key = StringField(
        _l("Short name for files"),
        [Optional(), LINE],
        filters=TRIMMED,
        description=_l("Left empty, it is made from partner and year."),
        render_kw=PLAIN,
    )


class CoverageForm(SpanForm):
    """Where, for whom and when an agreement stands behind lessons."""

    order = (
        "place",
        "starts_on",
        "ends_on",
        "grade_bands",
        "modules",
        "priority",
        "priority_signed_on",
    )

    place = SelectField(
        _l("Where"),
        [InputRequired()],
        description=_l("A school goes before its LEA, and an LEA before its State."),
    )
    grade_bands = ChoicesField(
        _l("Grade bands"), description=_l("Tick none for all of them.")
    )
    modules = ChoicesField(_l("Modules"), description=_l("Tick none for all of them."))
    priority = IntegerField(
        _l("Priority"),
        [Optional(), NumberRange(1, MOST)],
        description=_l("Only if awards agreed who goes first where both cover."),
    )
    priority_signed_on = DateField(
        _l("Priority signed on"),
        [Optional()],
        description=_l("It counts only from reporting periods that begin later."),
    )


class TargetForm(SpanForm):
    """What the award promised to reach."""

    order = ("measure", "value", "starts_on", "ends_on")

    measure = SelectField(_l("What is counted"), [InputRequired()])
    value = IntegerField(_l("Target"), [InputRequired(), NumberRange(1, MOST)])


class SureForm(BaseForm):
    """Only the proof that our own page sent it."""


class UploadForm(BaseForm):
    """A file to import."""

    file = FileField(
        _l("File"), render_kw={"accept": ".yaml,.yml,.csv,.xlsx", "required": True}
    )


class ConfirmForm(BaseForm):
    """A file that was shown, and what it would change."""

    name = HiddenField(validators=[InputRequired(), LINE])
    content = HiddenField(validators=[InputRequired()])  # in base64
    file_hash = HiddenField(validators=[InputRequired(), LINE])
    plan_hash = HiddenField(validators=[InputRequired(), LINE])
