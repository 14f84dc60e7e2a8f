"""Make identity, catalog and learning

Revision: 0001, after None
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stations",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("short_name", sa.String(length=50), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("image", sa.String(length=1024), nullable=True),
        sa.Column("tech_map_image", sa.String(length=1024), nullable=True),
        sa.Column("power", sa.String(length=100), nullable=True),
        sa.Column("commission_date", sa.String(length=100), nullable=True),
        sa.Column(
            "courses_count", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "status", sa.String(length=20), server_default="active", nullable=False
        ),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column("type", sa.String(length=255), nullable=True),
        sa.Column("design_capacity", sa.String(length=255), nullable=True),
        sa.Column("gas_pressure", sa.String(length=255), nullable=True),
        sa.Column("distance_from_border", sa.String(length=255), nullable=True),
        sa.Column("pipeline_diameter", sa.String(length=255), nullable=True),
        sa.Column("input_pressure", sa.String(length=255), nullable=True),
        sa.Column("output_pressure", sa.String(length=255), nullable=True),
        sa.Column("parallel_lines", sa.String(length=255), nullable=True),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('active', 'maintenance')", name=op.f("ck_stations_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
        sa.UniqueConstraint("short_name", name=op.f("uq_stations_short_name")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=50), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("full_name", sa.String(length=255), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("role", sa.String(length=20), server_default="user", nullable=False),
        sa.Column(
            "is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'instructor', 'user', 'teacher', 'student')",
            name=op.f("ck_users_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(
            "uq_users_email_lower", [sa.literal_column("lower(email)")], unique=True
        )

    op.create_table(
        "course_programs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("duration", sa.String(length=100), nullable=True),
        sa.Column(
            "topics_count", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "lessons_count", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "tests_count", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "format", sa.String(length=50), server_default="Онлайн", nullable=False
        ),
        sa.Column(
            "is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("code", sa.String(length=50), nullable=True),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["stations.id"],
            name=op.f("fk_course_programs_station_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_programs")),
        sa.UniqueConstraint("code", name=op.f("uq_course_programs_code")),
    )
    with op.batch_alter_table("course_programs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_programs_station_id"), ["station_id"], unique=False
        )

    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("duration_hours", sa.Integer(), nullable=True),
        sa.Column("level", sa.String(length=50), nullable=True),
        sa.Column(
            "is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column("icon", sa.String(length=100), nullable=True),
        sa.Column("code", sa.String(length=50), nullable=True),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["stations.id"],
            name=op.f("fk_courses_station_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("code", name=op.f("uq_courses_code")),
    )
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_courses_station_id"), ["station_id"], unique=False
        )

    op.create_table(
        "station_documents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("file_url", sa.String(length=1024), nullable=False),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["stations.id"],
            name=op.f("fk_station_documents_station_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_documents")),
    )
    with op.batch_alter_table("station_documents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_station_documents_station_id"), ["station_id"], unique=False
        )

    op.create_table(
        "station_equipment",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("model", sa.String(length=255), nullable=True),
        sa.Column("manufacturer", sa.String(length=255), nullable=True),
        sa.Column(
            "quantity", sa.Integer(), server_default=sa.text("1"), nullable=False
        ),
        sa.Column("power", sa.String(length=100), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["stations.id"],
            name=op.f("fk_station_equipment_station_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_equipment")),
    )
    with op.batch_alter_table("station_equipment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_station_equipment_station_id"), ["station_id"], unique=False
        )

    op.create_table(
        "station_gas_supply_sources",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("source_name", sa.String(length=255), nullable=False),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["stations.id"],
            name=op.f("fk_station_gas_supply_sources_station_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_gas_supply_sources")),
        sa.UniqueConstraint(
            "station_id",
            "source_name",
            name=op.f("uq_station_gas_supply_sources_station_id_source_name"),
        ),
    )
    op.create_table(
        "station_photos",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=True),
        sa.Column("view", sa.String(length=20), nullable=False),
        sa.Column("image_url", sa.String(length=1024), nullable=False),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.CheckConstraint(
            "view IN ('station_image', 'tech_map_image')",
            name=op.f("ck_station_photos_view"),
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["stations.id"],
            name=op.f("fk_station_photos_station_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_photos")),
        sa.UniqueConstraint(
            "station_id", "view", name=op.f("uq_station_photos_station_id_view")
        ),
    )
    op.create_table(
        "station_safety_systems",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("manufacturer", sa.String(length=255), nullable=True),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["stations.id"],
            name=op.f("fk_station_safety_systems_station_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_safety_systems")),
    )
    with op.batch_alter_table("station_safety_systems", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_station_safety_systems_station_id"),
            ["station_id"],
            unique=False,
        )

    op.create_table(
        "station_specifications",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=255), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("unit", sa.String(length=50), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["stations.id"],
            name=op.f("fk_station_specifications_station_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_specifications")),
    )
    with op.batch_alter_table("station_specifications", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_station_specifications_station_id"),
            ["station_id"],
            unique=False,
        )

    op.create_table(
        "user_profiles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("full_name", sa.String(length=255), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("avatar_url", sa.String(length=1024), nullable=True),
        sa.Column("company", sa.String(length=255), nullable=True),
        sa.Column("position", sa.String(length=255), nullable=True),
        sa.Column("phone", sa.String(length=50), nullable=True),
        sa.Column("bio", sa.Text(), nullable=True),
        sa.Column(
            "language", sa.String(length=10), server_default="ru", nullable=False
        ),
        sa.Column(
            "email_notifications",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
        ),
        sa.Column(
            "push_notifications",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
        ),
        sa.Column(
            "weekly_report",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column("employee_id", sa.String(length=50), nullable=True),
        sa.Column("department", sa.String(length=255), nullable=True),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["id"], ["users.id"], name=op.f("fk_user_profiles_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["stations.id"],
            name=op.f("fk_user_profiles_station_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_profiles")),
        sa.UniqueConstraint("employee_id", name=op.f("uq_user_profiles_employee_id")),
    )
    with op.batch_alter_table("user_profiles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_profiles_department"), ["department"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_user_profiles_station_id"), ["station_id"], unique=False
        )

    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "expires_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=False,
        ),
        sa.Column(
            "last_activity",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=False,
        ),
        sa.Column("ip_address", sa.String(length=45), nullable=True),
        sa.Column("user_agent", sa.String(length=500), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column(
            "revoked_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=True,
        ),
        sa.Column("revoke_reason", sa.String(length=50), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_user_sessions_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
    )
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_sessions_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column(
            "issued_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=False,
        ),
        sa.Column("pdf_url", sa.String(length=1024), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("verification_code", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["courses.id"],
            name=op.f("fk_certificates_course_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_certificates_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
        sa.UniqueConstraint(
            "user_id", "course_id", name=op.f("uq_certificates_user_id_course_id")
        ),
        sa.UniqueConstraint(
            "verification_code", name=op.f("uq_certificates_verification_code")
        ),
    )
    with op.batch_alter_table("certificates", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certificates_course_id"), ["course_id"], unique=False
        )

    op.create_table(
        "course_program_learning_outcomes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("course_program_id", sa.Integer(), nullable=False),
        sa.Column("outcome_text", sa.Text(), nullable=False),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["course_program_id"],
            ["course_programs.id"],
            name=op.f("fk_course_program_learning_outcomes_course_program_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_program_learning_outcomes")),
    )
    with op.batch_alter_table(
        "course_program_learning_outcomes", schema=None
    ) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_program_learning_outcomes_course_program_id"),
            ["course_program_id"],
            unique=False,
        )

    op.create_table(
        "course_program_requirements",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("course_program_id", sa.Integer(), nullable=False),
        sa.Column("requirement_text", sa.Text(), nullable=False),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["course_program_id"],
            ["course_programs.id"],
            name=op.f("fk_course_program_requirements_course_program_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_program_requirements")),
    )
    with op.batch_alter_table("course_program_requirements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_program_requirements_course_program_id"),
            ["course_program_id"],
            unique=False,
        )

    op.create_table(
        "course_program_target_audience",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("course_program_id", sa.Integer(), nullable=False),
        sa.Column("audience_text", sa.Text(), nullable=False),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["course_program_id"],
            ["course_programs.id"],
            name=op.f("fk_course_program_target_audience_course_program_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_program_target_audience")),
    )
    with op.batch_alter_table(
        "course_program_target_audience", schema=None
    ) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_program_target_audience_course_program_id"),
            ["course_program_id"],
            unique=False,
        )

    op.create_table(
        "final_tests",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("course_program_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=50), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column(
            "questions_count", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "passing_score", sa.Integer(), server_default=sa.text("70"), nullable=False
        ),
        sa.Column("max_attempts", sa.Integer(), nullable=True),
        sa.Column(
            "time_limit_minutes",
            sa.Integer(),
            server_default=sa.text("30"),
            nullable=False,
        ),
        sa.Column(
            "time_limit_enforced",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
        ),
        sa.Column(
            "is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "passing_score BETWEEN 0 AND 100", name=op.f("ck_final_tests_passing_score")
        ),
        sa.ForeignKeyConstraint(
            ["course_program_id"],
            ["course_programs.id"],
            name=op.f("fk_final_tests_course_program_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_final_tests")),
        sa.UniqueConstraint("code", name=op.f("uq_final_tests_code")),
        sa.UniqueConstraint(
            "course_program_id", name=op.f("uq_final_tests_course_program_id")
        ),
    )
    op.create_table(
        "lessons",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("course_program_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("duration", sa.String(length=100), nullable=True),
        sa.Column(
            "topics_count", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column("code", sa.String(length=50), nullable=True),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["course_program_id"],
            ["course_programs.id"],
            name=op.f("fk_lessons_course_program_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
        sa.UniqueConstraint("code", name=op.f("uq_lessons_code")),
    )
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_lessons_course_program_id"),
            ["course_program_id"],
            unique=False,
        )

    op.create_table(
        "station_safety_system_features",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("safety_system_id", sa.Integer(), nullable=False),
        sa.Column("feature_name", sa.String(length=500), nullable=False),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["safety_system_id"],
            ["station_safety_systems.id"],
            name=op.f("fk_station_safety_system_features_safety_system_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_safety_system_features")),
    )
    with op.batch_alter_table(
        "station_safety_system_features", schema=None
    ) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_station_safety_system_features_safety_system_id"),
            ["safety_system_id"],
            unique=False,
        )

    op.create_table(
        "user_courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column(
            "progress_percent",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
        ),
        sa.Column(
            "status", sa.String(length=20), server_default="not_started", nullable=False
        ),
        sa.Column(
            "started_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=True,
        ),
        sa.Column(
            "completed_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=True,
        ),
        sa.Column(
            "hours_studied",
            sa.Numeric(precision=10, scale=2),
            server_default=sa.text("0"),
            nullable=False,
        ),
        sa.Column(
            "last_activity",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=True,
        ),
        sa.Column(
            "due_at", atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True
        ),
        sa.Column(
            "cancelled_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=True,
        ),
        sa.CheckConstraint(
            "status IN ('not_started', 'in_progress', 'completed')",
            name=op.f("ck_user_courses_status"),
        ),
        sa.CheckConstraint(
            "progress_percent BETWEEN 0 AND 100",
            name=op.f("ck_user_courses_progress_percent"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["courses.id"],
            name=op.f("fk_user_courses_course_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_user_courses_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_courses")),
        sa.UniqueConstraint(
            "user_id", "course_id", name=op.f("uq_user_courses_user_id_course_id")
        ),
    )
    with op.batch_alter_table("user_courses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_courses_course_id"), ["course_id"], unique=False
        )

    op.create_table(
        "lesson_materials",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("material_name", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_lesson_materials_lesson_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_materials")),
        sa.UniqueConstraint(
            "lesson_id",
            "material_name",
            name=op.f("uq_lesson_materials_lesson_id_material_name"),
        ),
    )
    op.create_table(
        "lesson_tests",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=50), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column(
            "questions_count", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "passing_score", sa.Integer(), server_default=sa.text("70"), nullable=False
        ),
        sa.Column("max_attempts", sa.Integer(), nullable=True),
        sa.Column(
            "time_limit_minutes",
            sa.Integer(),
            server_default=sa.text("30"),
            nullable=False,
        ),
        sa.Column(
            "time_limit_enforced",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
        ),
        sa.Column(
            "is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "passing_score BETWEEN 0 AND 100",
            name=op.f("ck_lesson_tests_passing_score"),
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_lesson_tests_lesson_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_tests")),
        sa.UniqueConstraint("code", name=op.f("uq_lesson_tests_code")),
        sa.UniqueConstraint("lesson_id", name=op.f("uq_lesson_tests_lesson_id")),
    )
    op.create_table(
        "topics",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=50), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("duration", sa.String(length=100), nullable=True),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_topics_lesson_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("lesson_id", "code", name=op.f("uq_topics_lesson_id_code")),
    )
    op.create_table(
        "test_questions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("lesson_test_id", sa.Integer(), nullable=True),
        sa.Column("final_test_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "question_type",
            sa.String(length=20),
            server_default="single",
            nullable=False,
        ),
        sa.Column("points", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "question_type IN ('single', 'multiple')",
            name=op.f("ck_test_questions_question_type"),
        ),
        sa.CheckConstraint(
            "(lesson_test_id IS NULL) <> (final_test_id IS NULL)",
            name=op.f("ck_test_questions_one_test"),
        ),
        sa.ForeignKeyConstraint(
            ["final_test_id"],
            ["final_tests.id"],
            name=op.f("fk_test_questions_final_test_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["lesson_test_id"],
            ["lesson_tests.id"],
            name=op.f("fk_test_questions_lesson_test_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_questions")),
        sa.UniqueConstraint(
            "final_test_id",
            "position",
            name=op.f("uq_test_questions_final_test_id_position"),
        ),
        sa.UniqueConstraint(
            "lesson_test_id",
            "position",
            name=op.f("uq_test_questions_lesson_test_id_position"),
        ),
    )
    op.create_table(
        "topic_files",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("file_type", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("original_name", sa.String(length=500), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("size_formatted", sa.String(length=50), nullable=True),
        sa.Column("file_url", sa.String(length=1024), nullable=True),
        sa.Column("minio_object_name", sa.String(length=1000), nullable=False),
        sa.Column("mime_type", sa.String(length=255), nullable=True),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "file_type IN ('main_pdf', 'additional_video', 'additional_document')",
            name=op.f("ck_topic_files_file_type"),
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topics.id"],
            name=op.f("fk_topic_files_topic_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_files")),
        sa.UniqueConstraint(
            "topic_id",
            "minio_object_name",
            name=op.f("uq_topic_files_topic_id_minio_object_name"),
        ),
    )
    with op.batch_alter_table("topic_files", schema=None) as batch_op:
        batch_op.create_index(
            "uq_topic_files_main_pdf",
            ["topic_id"],
            unique=True,
            postgresql_where=sa.text("file_type = 'main_pdf' AND is_active"),
            sqlite_where=sa.text("file_type = 'main_pdf' AND is_active"),
        )

    op.create_table(
        "user_test_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_test_id", sa.Integer(), nullable=True),
        sa.Column("final_test_id", sa.Integer(), nullable=True),
        sa.Column("score_percent", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("correct_answers", sa.Integer(), nullable=True),
        sa.Column("total_questions", sa.Integer(), nullable=True),
        sa.Column("time_spent", sa.Integer(), nullable=True),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(lesson_test_id IS NULL) <> (final_test_id IS NULL)",
            name=op.f("ck_user_test_results_one_test"),
        ),
        sa.CheckConstraint(
            "score_percent BETWEEN 0 AND 100",
            name=op.f("ck_user_test_results_score_percent"),
        ),
        sa.ForeignKeyConstraint(
            ["final_test_id"],
            ["final_tests.id"],
            name=op.f("fk_user_test_results_final_test_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["lesson_test_id"],
            ["lesson_tests.id"],
            name=op.f("fk_user_test_results_lesson_test_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_user_test_results_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_test_results")),
    )
    with op.batch_alter_table("user_test_results", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_test_results_final_test_id"),
            ["final_test_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_user_test_results_lesson_test_id"),
            ["lesson_test_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_user_test_results_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "user_topic_progress",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column(
            "completed", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column(
            "completed_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=True,
        ),
        sa.Column(
            "last_activity",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            nullable=True,
        ),
        sa.Column(
            "position_seconds",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            atg_adapters.sql.types.UtcDateTime(timezone=True),
            server_default=sa.text("CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topics.id"],
            name=op.f("fk_user_topic_progress_topic_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_user_topic_progress_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_topic_progress")),
        sa.UniqueConstraint(
            "user_id", "topic_id", name=op.f("uq_user_topic_progress_user_id_topic_id")
        ),
    )
    with op.batch_alter_table("user_topic_progress", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_topic_progress_topic_id"), ["topic_id"], unique=False
        )

    op.create_table(
        "test_options",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "is_correct", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column(
            "order_index", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["test_questions.id"],
            name=op.f("fk_test_options_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_options")),
    )
    with op.batch_alter_table("test_options", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_test_options_question_id"), ["question_id"], unique=False
        )



def downgrade() -> None:
    with op.batch_alter_table("test_options", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_test_options_question_id"))

    op.drop_table("test_options")
    with op.batch_alter_table("user_topic_progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_topic_progress_topic_id"))

    op.drop_table("user_topic_progress")
    with op.batch_alter_table("user_test_results", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_test_results_user_id"))
        batch_op.drop_index(batch_op.f("ix_user_test_results_lesson_test_id"))
        batch_op.drop_index(batch_op.f("ix_user_test_results_final_test_id"))

    op.drop_table("user_test_results")
    with op.batch_alter_table("topic_files", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_topic_files_main_pdf",
            postgresql_where=sa.text("file_type = 'main_pdf' AND is_active"),
            sqlite_where=sa.text("file_type = 'main_pdf' AND is_active"),
        )

    op.drop_table("topic_files")
    op.drop_table("test_questions")
    op.drop_table("topics")
    op.drop_table("lesson_tests")
    op.drop_table("lesson_materials")
    with op.batch_alter_table("user_courses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_courses_course_id"))

    op.drop_table("user_courses")
    with op.batch_alter_table(
        "station_safety_system_features", schema=None
    ) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_station_safety_system_features_safety_system_id")
        )

    op.drop_table("station_safety_system_features")
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lessons_course_program_id"))

    op.drop_table("lessons")
    op.drop_table("final_tests")
    with op.batch_alter_table(
        "course_program_target_audience", schema=None
    ) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_course_program_target_audience_course_program_id")
        )

    op.drop_table("course_program_target_audience")
    with op.batch_alter_table("course_program_requirements", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_course_program_requirements_course_program_id")
        )

    op.drop_table("course_program_requirements")
    with op.batch_alter_table(
        "course_program_learning_outcomes", schema=None
    ) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_course_program_learning_outcomes_course_program_id")
        )

    op.drop_table("course_program_learning_outcomes")
    with op.batch_alter_table("certificates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificates_course_id"))

    op.drop_table("certificates")
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_sessions_user_id"))

    op.drop_table("user_sessions")
    with op.batch_alter_table("user_profiles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_profiles_station_id"))
        batch_op.drop_index(batch_op.f("ix_user_profiles_department"))

    op.drop_table("user_profiles")
    with op.batch_alter_table("station_specifications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_station_specifications_station_id"))

    op.drop_table("station_specifications")
    with op.batch_alter_table("station_safety_systems", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_station_safety_systems_station_id"))

    op.drop_table("station_safety_systems")
    op.drop_table("station_photos")
    op.drop_table("station_gas_supply_sources")
    with op.batch_alter_table("station_equipment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_station_equipment_station_id"))

    op.drop_table("station_equipment")
    with op.batch_alter_table("station_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_station_documents_station_id"))

    op.drop_table("station_documents")
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_station_id"))

    op.drop_table("courses")
    with op.batch_alter_table("course_programs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_programs_station_id"))

    op.drop_table("course_programs")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index("uq_users_email_lower")

    op.drop_table("users")
    op.drop_table("stations")
