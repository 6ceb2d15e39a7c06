"""The same district as YAML, CSV and a workbook; and what a table can get wrong."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from preventedu.grants.importing import File, ImportRefusedError, apply, plan
from preventedu.grants.importing.csv_text import write_csv
from preventedu.grants.importing.examples import example, tables_of
from preventedu.grants.importing.sheets import MAX_ROWS
from preventedu.grants.importing.workbook import write_workbook
from preventedu.grants.models import (
    Agreement,
    Award,
    Coverage,
    ImportedFile,
    RecordedChange,
    ReportingPeriod,
    Target,
)
from preventedu.people import Lea, Organization, School

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
BY = "it@lea.example"
KINDS = ("yaml", "csv", "xlsx")
MODELS = (
    Lea,
    School,
    Organization,
    Award,
    Agreement,
    Coverage,
    Target,
    ReportingPeriod,
)


class Plain(yaml.SafeDumper):
    """Writes a value out wherever it stands."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def as_file(data: dict[str, Any], kind: str) -> File:
    name = f"district.{kind}"
    if kind == "yaml":
        text = yaml.dump(data, Dumper=Plain, allow_unicode=True)
        return File(name, text.encode())
    if kind == "csv":
        return File(name, write_csv(tables_of(data)).encode())
    return File(name, write_workbook(tables_of(data)))


def rows(session: Session) -> list[str]:
    """Return everything that an import writes, in words that no id changes."""
    changes = session.scalars(select(RecordedChange).order_by(RecordedChange.id))
    return [f"{it.action} {it.what} {it.name} {it.detail}" for it in changes]


def counts(session: Session) -> list[int]:
    return [len(session.scalars(select(model)).all()) for model in MODELS]


WORDS = st.text(
    st.characters(
        categories=("L", "N", "P", "S", "Zs"), exclude_characters="\r\n\x85\u2028\u2029"
    ),
    min_size=1,
    max_size=30,
).filter(lambda text: text.strip() not in {"", "leas", "schools"})
SIGNS = st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "0012", "3-5", "yes", "1e5"])
NAMES = st.one_of(WORDS, SIGNS)
DIGITS = st.text("0123456789", min_size=5, max_size=5)


@st.composite
def districts(draw: st.DrawFn) -> dict[str, Any]:
    """Make a whole document: an LEA, schools, a partner, an award with everything."""
    lea_id = "00" + draw(DIGITS)
    school_ids = draw(st.lists(DIGITS, min_size=1, max_size=4, unique=True))
    first = draw(st.dates(date(2026, 1, 1), date(2026, 6, 30)))
    last = draw(st.dates(date(2026, 7, 1), date(2027, 6, 30)))
    days = {"from": first, "to": last}
    school = f"{lea_id}{school_ids[0]}"
    place = draw(
        st.sampled_from(
            [
                {"scope": "lea", "lea": lea_id},
                {"scope": "state", "state": "ZZ"},
                {"scope": "school", "school": school},
            ]
        )
    )
    bands = draw(st.lists(st.sampled_from(["k-2", "3-5", "6-8"]), unique=True))
    coverage = place | days | ({"grade_bands": bands} if bands else {})
    award = days | {
        "fain": "00" + draw(DIGITS),
        "title": draw(NAMES),
        "assistance_listing": "93.320",
        "agency": draw(NAMES),
        "recipient": "home",
        "time_zone": "America/Chicago",
        "acknowledgement": {"en": draw(NAMES), "es": draw(NAMES)},
        "acknowledgement_on_learner_screens": draw(st.booleans()),
        "targets": [
            days | {"measure": "students", "value": draw(st.integers(1, 10**9))}
        ],
        "reporting_periods": [days],
        "agreements": [
            days
            | {
                "key": "001",
                "partner": "007",
                "roles": draw(
                    st.lists(
                        st.sampled_from(["funds", "presents", "advises"]),
                        min_size=1,
                        unique=True,
                    )
                ),
                "signed_on": first,
                "coverage": [coverage],
            }
        ],
    }
    return {
        "leas": [
            {
                "nces_id": lea_id,
                "name": draw(NAMES),
                "state": "ZZ",
                "schools": [
                    {"nces_id": f"{lea_id}{it}", "name": draw(NAMES)}
                    for it in school_ids
                ],
            }
        ],
        "organizations": [
            {"key": "home", "name": draw(NAMES), "kind": "lea", "lea": lea_id},
            {
                "key": "007",
                "name": draw(NAMES),
                "kind": "law-enforcement",
                "partner_kind": "local",
            },
        ],
        "awards": [award],
    }


@pytest.mark.slow
@given(data=districts())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_same_district_gives_the_same_rows_from_each_kind(
    session: Session, data: dict[str, Any]
) -> None:
    found = []
    for kind in KINDS:
        with session.begin_nested() as undo:
            assert plan(session, as_file(data, kind), now=NOW).problems == ()
            done = apply(session, as_file(data, kind), by=BY, now=NOW)
            assert done.changes
            found.append((rows(session), counts(session)))
            for other in KINDS:
                assert plan(session, as_file(data, other), now=NOW).changes == ()
            undo.rollback()

    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("kind", KINDS)
def test_each_example_can_be_imported(session: Session, kind: str) -> None:
    file = File(f"mine.{kind}", example(kind))

    done = apply(session, file, by=BY, now=NOW)

    kept = session.scalars(select(ImportedFile)).one()
    assert counts(session) == [1, 2, 2, 1, 1, 1, 1, 2]
    assert session.scalars(select(School.school_id)).all() == ["009900100001", "T-7"]
    assert (kept.name, kept.imported_by, kept.id) == (f"mine.{kind}", BY, done.file_id)
    assert kept.content_hash == file.sha256
    assert kept.original == (file.content if kind == "xlsx" else None)
    assert "Example Middle School (invented)" in kept.content
    assert {it.file_id for it in session.scalars(select(RecordedChange))} == {kept.id}


def test_cells_of_the_example_workbook_are_text() -> None:
    book = load_workbook(io.BytesIO(example("xlsx")))

    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type == "s" or cell.value is None, cell
                assert cell.number_format == "@"
        assert sheet.column_dimensions["A"].number_format == "@"


CSV_START = 'leas\nnces_id,name,state\n"0099001",Lakeside,ZZ\n'
BAD_CSV = [
    ("nces_id,name\n1,2\n", "Line 1: The first line must name a table."),
    ("", "Line 1: The file holds no table. Known here: leas"),
    ("lea\nnces_id\n1\n", "Line 1: There is no table `lea`. Did you mean `leas`?"),
    (CSV_START + "leas\nname\nX\n", "Line 4: `leas` is here twice."),
    (CSV_START + "schools\nlea,nces_id,titel\n", "Line 5: `titel` is no column"),
    (CSV_START + "schools\nlea,nces_id,name,name\n", "or is here twice"),
    (CSV_START + "schools\nlea,nces_id,name\n99001,009900100001,H\n",
     "Line 6: `lea` `99001` is not in the table `leas` of this file. Did you mean"),
    (CSV_START + "schools\nlea,nces_id,name\n0099001,9900100001,H\n",
     "Line 6: `nces_id` `9900100001` is no NCES school id. It has 12 digits"),
    (CSV_START + "schools\nlea,nces_id\n0099001,009900100001\n",
     "Line 6: `name` is missing here."),
    (CSV_START + "schools\nlea,nces_id,name\n0099001,009900100001,H,extra\n",
     "Line 6: `extra` is in a column without a name."),
    (CSV_START + 'schools\nlea,nces_id,name\n0099001,"0099', "no CSV"),
    ("leas\nnces_id,name,state\n0099001,A\0B,ZZ\n", "no text"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), BAD_CSV)
def test_a_bad_line_of_a_csv_file_is_named(
    session: Session, text: str, words: str
) -> None:
    file = File("district.csv", text.encode())

    assert words in str(plan(session, file, now=NOW).problems[0])
    with pytest.raises(ImportRefusedError):
        apply(session, file, by=BY, now=NOW)
    assert counts(session) == [0] * len(MODELS)


def test_a_csv_file_as_other_countries_spreadsheets_write_it(session: Session) -> None:
    text = 'leas;;\r\nnces_id;name;state\r\n0099001;"Lake; side";ZZ\r\n'

    apply(session, File("D.CSV", b"\xef\xbb\xbf" + text.encode()), by=BY, now=NOW)

    assert session.scalars(select(Lea.name)).all() == ["Lake; side"]


def test_a_target_of_a_table_is_checked_like_any_other(session: Session) -> None:
    data = yaml.safe_load(example("yaml"))
    tables = dict(tables_of(data))
    tables["targets"][1] = ["EXAMPLE-26-0001", "completions", "7/1/2026",
                            "2027-06-30", "many"]  # fmt: skip
    text = write_csv(tables.items())
    line = (
        text.replace("\r\n", "\n")
        .split("\n")
        .index("EXAMPLE-26-0001,completions,7/1/2026,2027-06-30,many")
        + 1
    )

    no_number = "`value` is `many`, which is no whole number."

    problems = plan(session, File("d.csv", text.encode()), now=NOW).problems

    assert [str(problem) for problem in problems] == [
        f"Line {line}: `from` `7/1/2026` is no date. Write it as 2026-07-01.",
        f"Line {line}: {no_number} Write it in digits alone, such as 400.",
    ]


def workbook(**sheets: list[list[object]]) -> bytes:
    book = Workbook()
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


LEAS: list[list[object]] = [["nces_id", "name", "state"], ["0099001", "Lake", "ZZ"]]
SCHOOL_COLUMNS: list[object] = ["lea", "nces_id", "name"]
BAD_CELLS: list[tuple[list[object], str]] = [
    (["0099001", 9900100001, "H"],
     "Sheet schools, row 2: `nces_id`: This cell holds a number"),
    ([99001, "009900100001", "H"], "`lea`: This cell holds a number"),
    (["0099001", "009900100001", "=A1&B1"], "`name`: This cell holds a formula"),
    (["0099001", "009900100001", datetime(2026, 3, 5, tzinfo=UTC).replace(tzinfo=None)],
     "`name`: The spreadsheet has made a date of this cell."),
    (["0099001", "009900100001", True], "`name`: This cell holds a number"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "words"), BAD_CELLS)
def test_a_bad_cell_of_a_workbook_is_named(
    session: Session, cells: list[object], words: str
) -> None:
    content = workbook(leas=LEAS, schools=[SCHOOL_COLUMNS, cells])

    problems = plan(session, File("d.xlsx", content), now=NOW).problems

    assert words in str(problems[0])
    assert problems[0].suggestion


def test_numbers_and_dates_of_a_workbook_are_taken_where_they_belong(
    session: Session,
) -> None:
    tables = dict(tables_of(yaml.safe_load(example("yaml"))))
    sheets: dict[str, list[list[object]]] = {
        name: [list(row) for row in table] for name, table in tables.items()
    }
    sheets["targets"][1][2:] = [datetime(2026, 7, 1), date(2027, 6, 30), 400.0]  # noqa: DTZ001 (a cell has no zone)
    sheets["awards"][1][-1] = True

    apply(session, File("d.xlsx", workbook(**sheets)), by=BY, now=NOW)

    target = session.scalars(select(Target)).one()
    assert (target.starts_on, target.ends_on, target.value) == (
        date(2026, 7, 1), date(2027, 6, 30), 400,
    )  # fmt: skip
    assert session.scalars(select(Award)).one().acknowledgement_on_learner_screens


def test_grade_bands_that_a_spreadsheet_made_dates_of_are_named(
    session: Session,
) -> None:
    tables = dict(tables_of(yaml.safe_load(example("yaml"))))
    sheets: dict[str, list[list[object]]] = {
        name: [list(row) for row in table] for name, table in tables.items()
    }
    sheets["coverage"][1][5] = date(2026, 3, 5)

    (problem,) = plan(session, File("d.xlsx", workbook(**sheets)), now=NOW).problems

    assert str(problem).startswith(
        "Sheet coverage, row 2: `grade_bands`: The spreadsheet has made a date"
    )


def bombs() -> Iterator[tuple[str, bytes, str]]:
    """Make files that would cost far more than they weigh, or are no workbooks."""
    big = io.BytesIO()
    with zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    yield "d.xlsx", big.getvalue(), "too large when unpacked"
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(300):
            archive.writestr(str(number), b"")
    yield "d.xlsx", many.getvalue(), "too large when unpacked"
    for code in ("utf-8", "utf-16"):
        laughs = io.BytesIO()
        with zipfile.ZipFile(laughs, "w") as archive:
            text = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
            archive.writestr("xl/workbook.xml", text.encode(code))
        yield "d.xlsx", laughs.getvalue(), "declares entities"
    yield "d.xlsx", b"PK\x03\x04 and no more", "no XLSX workbook"
    yield "d.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "no XLSX workbook"
    yield "d.xlsx", b"", "no XLSX workbook"
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("mimetype", b"nothing")
    yield "d.xlsx", empty.getvalue(), "no XLSX workbook"
    yield "d.yaml", b"#" * (2 * 1024 * 1024 + 1), "larger than 2 MB"
    yield "d.csv", b"leas\nname\n" + b"x\n" * MAX_ROWS, "more than 5000 rows"
    name: list[object] = ["x"]
    rows = [name] * (MAX_ROWS + 1)
    yield "d.xlsx", workbook(leas=rows), "more than 5000 rows"
    yield "d.csv", "leas\nname\nñ".encode("latin-1"), "no text"
    yield "d.pdf", b"%PDF", "ends in .yaml, .csv or .xlsx"
    yield "district", b"leas: []", "ends in .yaml, .csv or .xlsx"


@pytest.mark.parametrize(("name", "content", "words"), list(bombs()))
def test_a_file_that_is_none_or_too_large_is_refused(
    session: Session, name: str, content: bytes, words: str
) -> None:
    (problem,) = plan(session, File(name, content), now=NOW).problems

    assert words in str(problem)


def test_a_workbook_that_hides_rows_behind_a_wrong_size_is_read_whole(
    session: Session,
) -> None:
    content = workbook(leas=LEAS)
    lying = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(lying, "w") as new,
    ):
        for part in old.infolist():
            text = old.read(part)
            if b"<dimension" in text:
                text = text.replace(b'ref="A1:C2"', b'ref="A1:A1"')
            new.writestr(part, text)

    apply(session, File("d.xlsx", lying.getvalue()), by=BY, now=NOW)

    assert session.scalars(select(Lea.nces_id)).all() == ["0099001"]
