"""The two spreadsheets that an office reads, column by column, as the guide lists them.

A file has exactly these columns, in any order, under the Korean or the English headings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Layout(StrEnum):
    """Which spreadsheet it is."""

    APPLICATIONS = "applications"
    """One row for each person sought."""
    REGISTER = "register"
    """One row for each person of an office's own population."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its English heading, which is also its key, and its Korean heading."""

    key: str
    korean: str


APPLICATION_COLUMNS: tuple[Column, ...] = (
    Column("application_no", "신청번호"),
    Column("applicant_name", "신청인 성명"),
    Column("applicant_hanja", "신청인 한자"),
    Column("applicant_roman", "신청인 로마자"),
    Column("applicant_house_name", "신청인 아명"),
    Column("applicant_sex", "신청인 성별"),
    Column("applicant_birth", "신청인 생년월일"),
    Column("applicant_calendar", "신청인 음양"),
    Column("applicant_birthplace", "신청인 출생지"),
    Column("applicant_residence", "신청인 현주소"),
    Column("applicant_father", "신청인 아버지"),
    Column("applicant_mother", "신청인 어머니"),
    Column("lodged_on", "신청일"),
    Column("living_as_of", "생존 확인일"),
    Column("consents", "동의"),
    Column("succeeds", "앞선 신청번호"),
    Column("sought_no", "찾는 가족 번호"),
    Column("relation", "관계"),
    Column("sought_name", "찾는 가족 성명"),
    Column("sought_house_name", "찾는 가족 아명"),
    Column("sought_sex", "찾는 가족 성별"),
    Column("sought_birth", "찾는 가족 생년월일"),
    Column("sought_calendar", "찾는 가족 음양"),
    Column("address_at_separation", "헤어질 당시 주소"),
    Column("sought_father", "찾는 가족 아버지"),
    Column("sought_mother", "찾는 가족 어머니"),
    Column("note", "비고"),
)

APPLICANT_COLUMNS = 16
"""The first columns say who applies and how; they are the same in every row of an application."""

REGISTER_COLUMNS: tuple[Column, ...] = (
    Column("record_no", "등록번호"),
    Column("name", "성명"),
    Column("house_name", "아명"),
    Column("former_name", "옛 이름"),
    Column("roman", "로마자"),
    Column("sex", "성별"),
    Column("birth", "생년월일"),
    Column("calendar", "음양"),
    Column("birthplace", "출생지"),
    Column("residence", "현거주지"),
    Column("father", "아버지"),
    Column("mother", "어머니"),
    Column("household_no", "세대번호"),
    Column("life_status", "생사"),
    Column("death_date", "사망날자"),
    Column("shielded", "보호"),
)

COLUMNS = {Layout.APPLICATIONS: APPLICATION_COLUMNS, Layout.REGISTER: REGISTER_COLUMNS}
