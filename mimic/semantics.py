"""What a column means, and how sensitive that makes it. The guesses are made in `planning/meaning.py`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sensitivity(StrEnum):
    DIRECT = "direct"  # by itself points at, reaches or impersonates one person
    SECRET = "secret"  # lets one in
    SPECIAL = "special"  # about a person, and of a protected kind
    QUASI = "quasi"  # about a person, and narrows down who
    TEXT = "text"  # free text, in which anything may stand
    NONE = "none"


class Kind(StrEnum):
    """Semantic types. The first block carries the labels' names; the second is never sensitive by itself."""

    PERSON_NAME = "person_name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    USERNAME = "username"
    EMAIL = "email"
    PHONE = "phone"
    STREET = "street"
    POSTCODE = "postcode"
    CITY = "city"
    REGION = "region"
    COUNTRY = "country"
    COORDINATES = "coordinates"
    BIRTH_DATE = "birth_date"
    DATE_OF_DEATH = "date_of_death"
    AGE = "age"
    GENDER = "gender"
    NATIONAL_ID = "national_id"
    PASSPORT = "passport"
    TAX_ID = "tax_id"
    LICENCE_PLATE = "licence_plate"
    BANK_ACCOUNT = "bank_account"
    IBAN = "iban"
    CARD_NUMBER = "card_number"
    IP = "ip"
    MAC = "mac"
    DEVICE_ID = "device_id"
    URL_PROFILE = "url_profile"
    IMAGE = "image"
    ACCOUNT_ID = "account_id"
    PASSWORD = "password"
    TOKEN = "token"
    KEY = "key"
    SESSION = "session"
    DIAGNOSIS = "diagnosis"
    HEALTH = "health"
    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    JOB = "job"
    EMPLOYER = "employer"
    SALARY = "salary"
    LANGUAGE = "language"
    NATIONALITY = "nationality"
    MARITAL_STATUS = "marital_status"
    EDUCATION = "education"
    USER_AGENT = "user_agent"
    FREE_TEXT = "free_text"
    JSON_PERSON = "json_person"
    OTHER = "other"

    COMPANY = "company"
    TITLE = "title"  # a title of a thing: film, post, track
    NAME = "name"  # a name of a thing
    SLUG = "slug"
    URL = "url"
    DOMAIN = "domain"
    CODE = "code"  # AB-1234
    HASH = "hash"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    CURRENCY = "currency"
    LOCALE = "locale"
    TIMEZONE = "timezone"
    COUNTRY_CODE = "country_code"
    COLOUR = "colour"
    MIME = "mime"
    FILE_NAME = "file_name"
    PATH = "path"
    VERSION = "version"
    STATUS = "status"  # few distinct, identifier-like: an enumeration of the application
    MONEY = "money"
    COUNT = "count"
    POSITION = "position"
    QUANTITY = "quantity"
    PERCENT = "percent"
    YEAR = "year"
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    STARTS = "starts"
    ENDS = "ends"
    DATE = "date"
    SETTING_KEY = "setting_key"
    SETTING_VALUE = "setting_value"
    TYPE_REFERENCE = "type_reference"  # the type of a polymorphic reference
    WORDS = "words"  # a short text of unknown meaning
    NUMBER = "number"
    FLAG = "flag"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`confidence` 0 .. 1; `why` in words that a user can check.

    `plainly`: what its name reads by the rules, where only its likeness to labelled columns says more.
    """

    kind: Kind
    sensitivity: Sensitivity
    confidence: float
    why: str
    plainly: Meaning | None = None

    @property
    def by_rules(self) -> Meaning:
        """What its name reads by the rules alone."""
        return self.plainly or self

    @property
    def personal(self) -> bool:
        """Values that may single out or hurt a person: never kept as literals unless public vocabulary."""
        return self.sensitivity not in (Sensitivity.NONE, Sensitivity.TEXT)
