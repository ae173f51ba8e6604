"""The language and country of a database, from what most of its persons' rows say.

Countries, telephone prefixes and names of public lists each give votes; columns of persons count, whatever their table. A
database of a whole world, or of nobody, is `en_US`.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.pools import FALLBACK, names_of, provider
from mimic.profile import Evidence
from mimic.semantics import Kind

# The locale that speaks for a country; where a country has several languages, that of the most people.
OF_COUNTRY = {
    "US": "en_US", "GB": "en_GB", "CA": "en_CA", "AU": "en_AU", "NZ": "en_NZ", "IE": "en_IE", "IN": "en_IN", "ZA": "en_US", "DE": "de_DE", "AT": "de_AT",
    "CH": "de_CH", "LI": "de_CH", "LU": "fr_FR", "FR": "fr_FR", "BE": "fr_BE", "ES": "es_ES", "MX": "es_MX", "AR": "es_AR", "CO": "es_CO", "CL": "es_CL",
    "PE": "es_ES", "VE": "es_ES", "UY": "es_AR", "EC": "es_ES", "IT": "it_IT", "NL": "nl_NL", "PT": "pt_PT", "BR": "pt_BR", "PL": "pl_PL",
    "SE": "sv_SE", "NO": "no_NO", "DK": "da_DK", "FI": "fi_FI", "CZ": "cs_CZ", "SK": "sk_SK", "HU": "hu_HU", "RO": "ro_RO", "BG": "bg_BG",
    "GR": "el_GR", "TR": "tr_TR", "RU": "ru_RU", "UA": "uk_UA", "JP": "ja_JP", "CN": "zh_CN", "TW": "zh_TW", "KR": "ko_KR", "HR": "hr_HR",
    "SI": "sl_SI", "EE": "et_EE", "LT": "lt_LT", "LV": "lv_LV", "IL": "he_IL", "IR": "fa_IR", "TH": "th_TH", "VN": "vi_VN", "ID": "id_ID",
    "PH": "en_PH", "NP": "ne_NP", "GE": "ka_GE", "AM": "hy_AM", "AZ": "az_AZ",
}  # fmt: skip
# Scripts other than Latin.
SCRIPTS = {"ru_RU": "Cyrillic", "uk_UA": "Cyrillic", "bg_BG": "Cyrillic", "el_GR": "Greek", "he_IL": "Hebrew", "fa_IR": "Arabic", "th_TH": "Thai",
           "ja_JP": "Japanese", "zh_CN": "Chinese", "zh_TW": "Chinese", "ko_KR": "Korean", "ka_GE": "Georgian", "hy_AM": "Armenian",
           "ne_NP": "Devanagari"}  # fmt: skip
_PREFIXES = {
    "44": "GB", "49": "DE", "43": "AT", "41": "CH", "33": "FR", "32": "BE", "34": "ES", "39": "IT", "31": "NL", "351": "PT", "55": "BR", "48": "PL", "46": "SE",
    "47": "NO", "45": "DK", "358": "FI", "420": "CZ", "36": "HU", "30": "GR", "90": "TR", "7": "RU", "380": "UA", "81": "JP", "86": "CN", "82": "KR", "91": "IN",
    "61": "AU", "52": "MX", "54": "AR", "56": "CL", "57": "CO", "1": "US",
}  # fmt: skip
_ALSO = {"USA": "US", "UNITED STATES": "US", "UNITED STATES OF AMERICA": "US", "UK": "GB", "UNITED KINGDOM": "GB", "ENGLAND": "GB", "DEUTSCHLAND": "DE",
         "ESPAÑA": "ES", "ITALIA": "IT", "SCHWEIZ": "CH", "SUISSE": "CH", "ÖSTERREICH": "AT", "BRASIL": "BR", "NEDERLAND": "NL", "POLSKA": "PL", "SVERIGE": "SE"}  # fmt: skip
_ALPHABETS = {"Ѐ-ӿ": "ru_RU", "぀-ヿ": "ja_JP", "가-힯": "ko_KR", "Ͱ-Ͽ": "el_GR", "֐-׿": "he_IL", "؀-ۿ": "fa_IR", "฀-๿": "th_TH"}


@lru_cache(maxsize=1)
def country_codes() -> dict[str, str]:
    """English names, two- and three-letter codes of countries, upper case, to two-letter codes."""
    out: dict[str, str] = {}
    for country in provider(FALLBACK, "date_time").countries:
        code = str(country.alpha_2_code)
        out |= {code: code, str(country.alpha_3_code): code, str(country.name).upper(): code}
    return out | _ALSO


def locale_of(country: str) -> str:
    """The locale of a country's name or code; "" when none is known."""
    return OF_COUNTRY.get(country_codes().get(country.strip().upper(), ""), "")


def written_as(locale: str, home: str) -> str:
    """The locale in which a database of `home` writes what lies in the country of `locale`: one of its own script."""
    return locale if SCRIPTS.get(locale, "Latin") == SCRIPTS.get(home, "Latin") else home


def guess_locale(evidence: Evidence) -> str:
    """The locale of made-up names and addresses for a whole database."""
    votes: Counter[str] = Counter()
    for (table, column), meaning in sorted(evidence.meanings.items(), key=lambda item: (str(item[0][0]), item[0][1])):
        found = evidence.tables.get(table)
        if found is None or not found.sampled or meaning.kind not in _READ or column not in found.sample.column_names:
            continue
        values = found.column(column)
        if not pa.types.is_string(values.type):
            continue
        votes += _READ[meaning.kind](values)
    if not votes:
        return FALLBACK
    best, most = max(sorted(votes.items()), key=lambda pair: pair[1])
    return best if most >= 0.4 * sum(votes.values()) else FALLBACK


def _by_country(values: pa.Array) -> Counter[str]:
    votes: Counter[str] = Counter()
    counts = pc.value_counts(values.drop_null())
    total = max(len(values) - values.null_count, 1)
    for pair in counts.to_pylist()[:2_000]:
        if found := locale_of(pair["values"]):
            votes[found] += 3 * pair["counts"] / total
    return votes


def _by_prefix(values: pa.Array) -> Counter[str]:
    votes: Counter[str] = Counter()
    texts = [text for text in values.drop_null()[:2_000].to_pylist() if text.startswith("+")]
    for text in texts:
        digits = "".join(c for c in text[1:6] if c.isdigit())
        code = next((_PREFIXES[digits[:n]] for n in (3, 2, 1) if digits[:n] in _PREFIXES), "")
        if code:
            votes[OF_COUNTRY[code]] += 1 / len(texts)  # type: ignore[assignment]
    return votes


def _by_names(values: pa.Array) -> Counter[str]:
    texts = sorted({text.strip().lower() for text in values.drop_null()[:5_000].to_pylist()})[:1_000]
    votes: Counter[str] = Counter()
    if len(texts) < 10:
        return votes
    for letters, locale in _ALPHABETS.items():
        if pc.mean(pc.match_substring_regex(pa.array(texts), f"[{letters}]").cast(pa.float64())).as_py() > 0.5:
            votes[locale] += 1
            return votes
    shares: dict[str, float] = {}
    for locale in ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "sv_SE", "cs_CZ", "tr_TR"):
        known = {name.lower() for part in names_of(locale) for name in part}
        shares[locale] = sum(text in known for text in texts) / len(texts)
    best = max(shares, key=lambda name: shares[name])
    if shares[best] > 0.25 and shares[best] > 1.3 * shares["en_US"]:
        votes[best] += 1
    elif shares["en_US"] > 0.2:
        votes["en_US"] += 1
    return votes


_READ = {
    Kind.COUNTRY: _by_country, Kind.COUNTRY_CODE: _by_country, Kind.NATIONALITY: _by_country, Kind.PHONE: _by_prefix,
    Kind.FIRST_NAME: _by_names, Kind.LAST_NAME: _by_names,
}  # fmt: skip

__all__ = ["OF_COUNTRY", "country_codes", "guess_locale", "locale_of", "written_as"]
