"""Each kind of difference that Alembic finds, in words: over a database that lacks and has what it should not."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from atg_adapters.sql.schema_differences import in_words


def tables(*, is_ours: bool) -> sa.MetaData:
    metadata = sa.MetaData()
    parent = sa.Table("parents", metadata, sa.Column("id", sa.Integer, primary_key=True))
    child = sa.Table(
        "children",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text if is_ours else sa.String(7), nullable=is_ours),
        sa.Column("parent_id", sa.Integer, *([sa.ForeignKey(parent.c.id, name="its_parent")] if is_ours else [])),
        sa.Column("ours" if is_ours else "theirs", sa.Integer),
    )
    if is_ours:
        sa.Index("children_by_name", child.c.name)
        sa.UniqueConstraint(child.c.name, child.c.parent_id, name="one_name")
    sa.Table("ours" if is_ours else "theirs", metadata, sa.Column("id", sa.Integer, primary_key=True))
    return metadata


def test_each_difference_is_a_sentence() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        tables(is_ours=False).create_all(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert in_words(compare_metadata(context, tables(is_ours=True))) == [
            "children: column name is VARCHAR(7), and TEXT in this version",
            "children: column name may not be empty, and may be empty in this version",
            "children: column ours is missing",
            "children: column theirs is not of this version",
            "children: constraint one_name (name, parent_id) is missing",
            "children: foreign key its_parent (parent_id) is missing",
            "children: index children_by_name (name) is missing",
            "table ours is missing",
            "table theirs is not of this version",
        ]
    engine.dispose()
