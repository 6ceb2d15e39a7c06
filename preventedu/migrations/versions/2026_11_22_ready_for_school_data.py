"""Tell each course its LEA: that of the school it was placed at, or its deployment's."""

from alembic import op

revision = "2026_11_22_ready_for_school_data"
down_revision = "2026_11_22_ready_for_school"


def upgrade() -> None:
    op.execute(
        "UPDATE course SET lea_id = (SELECT deployment.lea_id FROM context"
        " JOIN deployment ON deployment.id = context.deployment_id"
        " WHERE context.course_id = course.id)"
    )
    op.execute(
        "UPDATE course SET lea_id = (SELECT school.lea_id FROM course_placement"
        " JOIN school ON school.id = course_placement.school_id"
        " WHERE course_placement.course_id = course.id"
        " ORDER BY course_placement.recorded_at DESC, course_placement.id DESC LIMIT 1)"
        " WHERE id IN (SELECT course_id FROM course_placement)"
    )


def downgrade() -> None:
    """Nothing to undo: the column goes with the schema."""
