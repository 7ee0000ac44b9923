from __future__ import annotations

import configparser
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

import sangbong

ROOMS = Path(sangbong.__file__).parent


@pytest.mark.django_db
def test_every_table_has_its_migration() -> None:
    call_command("makemigrations", "sangbong", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_the_migrations_build_the_same_tables_as_the_models() -> None:
    from django.apps import apps

    executor = MigrationExecutor(connection)
    state = executor.loader.project_state([("sangbong", "0001_initial")])
    migrated = {
        m._meta.db_table for m in state.apps.get_models() if m._meta.app_label == "sangbong"
    }
    assert migrated == {m._meta.db_table for m in apps.get_app_config("sangbong").get_models()}


def test_every_room_with_tables_keeps_them_private() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOMS.parents[1] / ".importlinter")
    private = {
        contracts[name]["protected_modules"].strip()
        for name in contracts.sections()
        if name.startswith("importlinter:contract:private-")
    }
    rooms = {path.parent.name for path in ROOMS.glob("*/models.py")}
    rooms |= {path.parent.parent.name for path in ROOMS.glob("*/models/__init__.py")}
    assert private == {f"sangbong.{room}.models" for room in rooms}
