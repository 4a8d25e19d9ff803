"""The index by which people and companies are found by any part of what they are known by.

PostgreSQL: built CONCURRENTLY, so that a busy portal goes on reading and writing meanwhile
(measured with 1,000,000 leads: see portal/docs/search.md). SQLite gets its full-text table after every
migration, from ``leads.search.store.install``.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, migrations

INDEXES = {
    "leads_lead_search": (
        "leads_lead",
        "(lower(full_name) || ' ' || name_key || ' ' || email_key || ' ' || phone_key || ' ' || lower(external_id))",
    ),
    "leads_company_search": (
        "leads_company",
        "(lower(name) || ' ' || name_key || ' ' || lower(domain) || ' ' || lower(external_id))",
    ),
}
SAMPLES = 500
NO_EXTENSION = (
    "The search needs PostgreSQL's extension pg_trgm, and this user may not create it in the database "
    "{name}. Ask whoever runs PostgreSQL to execute “CREATE EXTENSION pg_trgm;” there once (the "
    "extension comes with PostgreSQL's contrib package), then run the migrations again. Nothing was changed."
)


def build(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        _extension(cursor, connection)
        for name, (table, text) in INDEXES.items():
            # What a build that was broken off left behind is not valid and would stay so.
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name]
            )
            known = cursor.fetchone()
            if known and not known[0]:
                cursor.execute(f"DROP INDEX CONCURRENTLY {name}")
            cursor.execute(
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} USING gin ({text} gin_trgm_ops)"
            )
            # Which words are common decides between the plans; the usual hundred samples miss most.
            cursor.execute(f"ALTER INDEX {name} ALTER COLUMN 1 SET STATISTICS {SAMPLES}")
            cursor.execute(f"ANALYZE {table}")


def _extension(cursor, connection):
    cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
    if cursor.fetchone():
        return
    try:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except ProgrammingError as error:
        raise ImproperlyConfigured(
            NO_EXTENSION.format(name=connection.settings_dict["NAME"])
        ) from error


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for name in INDEXES:
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


class Migration(migrations.Migration):
    atomic = False

    replaces = [("leads", "0009_search")]
    dependencies = [("leads", "0002_attribute_index")]

    operations = [migrations.RunPython(build, drop)]
