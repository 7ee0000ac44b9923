"""Tables of this install."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from sangbong.office.core.roles import Role


class Office(models.Model):
    """This install's own identity: one row."""

    code = models.CharField(max_length=6, unique=True)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    programme = models.CharField(max_length=50)
    time_zone = models.CharField(max_length=50)
    languages = models.JSONField()
    drill = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        app_label = "sangbong"
        db_table = "office_office"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="office_is_one")
        ]


class Staff(AbstractBaseUser):
    """A person who works here and signs in."""

    username = models.CharField(max_length=50, unique=True)
    display_name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    language = models.CharField(max_length=2, default="ko")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    objects = BaseUserManager()

    class Meta:
        app_label = "sangbong"
        db_table = "office_staff"


class SignInLink(models.Model):
    """A link that signs one member of staff in once; only the token's hash is kept."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    token_sha256 = models.CharField(max_length=64, unique=True)
    until_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "sangbong"
        db_table = "office_sign_in_link"


class Counterpart(models.Model):
    """The office across, as its latest key statement told, and who compared the fingerprint when.

    `serial` and `digest` are of `statement`; `knows_serial` is our own statement that it said it has;
    `epochs_done` is what it said of our epochs, `epochs_said` what we said of its. Without a line
    (`has_line`) its papers go by stick, on paper or through a third office.
    """

    code = models.CharField(max_length=6, unique=True)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    statement = models.BinaryField()
    link_url = models.CharField(max_length=200, blank=True)
    has_line = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=50, blank=True)
    serial = models.IntegerField(default=1)
    digest = models.CharField(max_length=64, default="")
    stated_at = models.DateTimeField(null=True)
    knows_serial = models.IntegerField(default=0)
    epochs_done = models.IntegerField(default=0)
    epochs_said = models.IntegerField(default=0)

    class Meta:
        app_label = "sangbong"
        db_table = "office_counterpart"


class AuditEntry(models.Model):
    """One link of the hash-chained trail; never changed, never deleted."""

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=27)
    staff = models.CharField(max_length=80)
    why = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    subjects = models.JSONField()
    facts = models.JSONField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        app_label = "sangbong"
        db_table = "office_audit_entry"
