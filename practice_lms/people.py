"""The cast: who can be signed in as, and which courses they meet in. All made up."""

from dataclasses import dataclass
from enum import StrEnum

FIRST_GENERATED_NUMBER = 101
CANVAS_CLASS_SIZE = 60
"""More than one page of Canvas's roster (50), so that paging really happens."""
MOODLE_CLASS_SIZE = 8


class Role(StrEnum):
    """What a person is in a course."""

    TEACHER = "teacher"
    NONEDITING_TEACHER = "nonediting-teacher"
    STUDENT = "student"
    OBSERVER = "observer"
    ADMIN = "admin"
    TEST_STUDENT = "test-student"


STAFF = frozenset({Role.TEACHER, Role.NONEDITING_TEACHER, Role.ADMIN})
GRADABLE = frozenset({Role.STUDENT, Role.TEST_STUDENT})


@dataclass(frozen=True)
class Person:
    """Somebody with an account.

    Attributes:
        key: What POST /sign-in takes.
        number: The account's number in this LMS.
        observes: Key of the child an observer belongs to, else "".
        locale: The language this person has chosen in the LMS.
    """

    key: str
    number: int
    given_name: str
    family_name: str
    role: Role
    blurb: str = ""
    observes: str = ""
    locale: str = "en"

    @property
    def name(self) -> str:
        """Full name, given name first."""
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        """An address that no mail can reach (RFC 2606)."""
        return f"{self.key}@school.example"

    @property
    def sourced_id(self) -> str:
        """The school's own number for students and teachers, else ""."""
        if self.role in GRADABLE and self.role is not Role.TEST_STUDENT:
            return f"S-{self.number:03d}"
        return f"T-{self.number:03d}" if self.role is Role.TEACHER else ""


@dataclass(frozen=True)
class Course:
    """A course and who is in it.

    Attributes:
        account_id: Canvas's number for the school's sub-account.
        members: Keys of the people enrolled, in roster order.
    """

    number: int
    label: str
    title: str
    school: str
    account_id: int
    members: tuple[str, ...]

    @property
    def sourced_id(self) -> str:
        """The school's own id for the course."""
        return f"SIS-{self.label}"


ADMIN = Person("admin", 2, "Sana", "Malik", Role.ADMIN, "Site administrator")
RIVERA = Person("rivera", 3, "Elena", "Rivera", Role.TEACHER, "Ms. Rivera, teacher")
CHEN = Person(
    key="chen",
    number=4,
    given_name="David",
    family_name="Chen",
    role=Role.NONEDITING_TEACHER,
    blurb="Mr. Chen, non-editing teacher",
)
STUDENTS = (
    Person("amara", 5, "Amara", "Okafor", Role.STUDENT, "Student"),
    Person("ben", 6, "Ben", "Lindqvist", Role.STUDENT, "Student"),
    Person("chloe", 7, "Chloé", "Dubois", Role.STUDENT, "Student"),
    Person(
        key="diego",
        number=8,
        given_name="Diego",
        family_name="Morales",
        role=Role.STUDENT,
        blurb="Student, reads in Spanish",
        locale="es",
    ),
    Person("emi", 9, "Emi", "Tanaka", Role.STUDENT, "Student"),
    Person("finn", 10, "Finn", "O'Rourke", Role.STUDENT, "Student"),
)
OBSERVER = Person(
    "grace", 11, "Grace", "Okafor", Role.OBSERVER, "Parent of Amara", "amara"
)
TEST_STUDENT = Person(
    "test-student", 12, "Test", "Student", Role.TEST_STUDENT, "Student View"
)
GIVEN_NAMES = (
    "Gus",
    "Hana",
    "Ivo",
    "June",
    "Kofi",
    "Lena",
    "Milo",
    "Nia",
    "Otto",
    "Priya",
)
FAMILY_NAMES = ("Abara", "Bell", "Cruz", "Dahl", "Endo", "Flores")


@dataclass(frozen=True)
class Cast:
    """Everybody in one LMS, and the courses."""

    people: tuple[Person, ...]
    courses: tuple[Course, ...]

    def person(self, key: str) -> Person | None:
        """Return the person with this key, or None."""
        return next((p for p in self.people if p.key == key), None)

    def course(self, number: int) -> Course | None:
        """Return the course with this number, or None."""
        return next((c for c in self.courses if c.number == number), None)

    def members(self, course: Course) -> list[Person]:
        """Return who is enrolled in `course`, in roster order."""
        by_key = {person.key: person for person in self.people}
        return [by_key[key] for key in course.members]

    def courses_of(self, person: Person) -> list[Course]:
        """Return the courses `person` may enter; an administrator enters all."""
        if person.role is Role.ADMIN:
            return list(self.courses)
        return [c for c in self.courses if person.key in c.members]


def cast_for(personality: str) -> Cast:
    """Return the people and courses of one personality."""
    is_canvas = personality == "canvas"
    pupils = _generated(CANVAS_CLASS_SIZE if is_canvas else MOODLE_CLASS_SIZE)
    extras = (TEST_STUDENT,) if is_canvas else ()
    first = (RIVERA, CHEN, *STUDENTS, OBSERVER, *extras)
    second = (RIVERA, CHEN, *pupils, *extras)
    return Cast(
        people=(RIVERA, CHEN, ADMIN, *STUDENTS, OBSERVER, *extras, *pupils),
        courses=(
            Course(
                number=2,
                label="HEALTH7",
                title="Health & Wellness 7",
                school="Lakeside Middle School",
                account_id=201,
                members=tuple(person.key for person in first),
            ),
            Course(
                number=3,
                label="GRADE2",
                title="Grade 2, all homerooms",
                school="Cedar Hill Elementary School",
                account_id=202,
                members=tuple(person.key for person in second),
            ),
        ),
    )


def _generated(count: int) -> tuple[Person, ...]:
    return tuple(
        Person(
            key=f"pupil{index + 1}",
            number=FIRST_GENERATED_NUMBER + index,
            given_name=GIVEN_NAMES[index % len(GIVEN_NAMES)],
            family_name=FAMILY_NAMES[index // len(GIVEN_NAMES)],
            role=Role.STUDENT,
            blurb="Pupil in grade 2",
        )
        for index in range(count)
    )
