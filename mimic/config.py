"""The user's mimic.yaml as typed data. Names are checked against a schema in `planning/binding.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, WithJsonSchema, model_validator

from mimic.semantics import Kind, Sensitivity

Mode = Literal["synthesize", "subset", "mask", "copy", "empty"]
Dial = Literal["utility", "balanced", "privacy"]
Relation = Literal["copied", "counted", "computed", "determined", "joined", "ordered", "rising", "running", "same_row", "shared"]
_RELATIONS = "Kinds of exact relations that are (not) looked for and kept, such as `computed: false`"
_DIAL = "privacy: fewer values and coarser averages are kept, by more owners; utility: finer ones, by fewer"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_NAMED = {
    "anyOf": [
        {"type": "string"},
        {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": True},
        {"type": "null"},
    ]
}
Named = Annotated[str | None, WithJsonSchema(_NAMED)]


class _Generated(_Strict):
    """What names a generator: `generator: numeric.uniform`, or with its options `generator: {name: numeric.uniform, low: 1, high: 6}`."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, told: Any) -> Any:
        if not isinstance(told, dict) or not isinstance(asked := told.get("generator"), dict) or not isinstance(asked.get("name"), str):
            return told
        options = told.get("options") or {}
        more = {name: value for name, value in asked.items() if name != "name"}
        return {**told, "generator": asked["name"], "options": {**more, **options} if isinstance(options, dict) else options}


class ColumnConfig(_Generated):
    """How one column is filled."""

    generator: Named = Field(
        None,
        description="A generator's kind, such as numeric.quantiles; `mimic plan` lists what was chosen. With options: {name: ..., low: 1}.",
    )
    masker: str | None = Field(
        None, description="A masker's kind, such as person.email; keep: the column stays as it is. Where rows are real."
    )
    expression: str | None = Field(
        None, description="SQL over other columns of the row, and of its parents as customer_id.country, that computes the column."
    )
    options: dict[str, Any] = Field(default_factory=dict, description="Options of that generator or masker.")
    meaning: Kind | None = Field(None, description="What the column means, when the guess is wrong.")
    sensitivity: Sensitivity | None = Field(None, description="How sensitive it is; stands over any guess.")
    dial: Dial | None = Field(None, description=f"{_DIAL}. Stands over the table's.")
    relation: bool | None = Field(None, description="false: the column keeps to no exact relation; it is drawn as if none had been found.")
    impute: bool | None = Field(None, description="NULLs get the values that rows like theirs have, except where a CHECK wants NULL.")
    keep_literals: bool | None = Field(
        None, description="false: no value of the source is kept, not even vocabulary; true: categories are kept whole."
    )


class GroupConfig(_Generated):
    """Columns that are filled together, or all by the same family."""

    columns: Annotated[list[str], Field(min_length=2)]
    generator: Named = Field(
        None,
        description="copula.gaussian: numbers and dates together; tree.leaves: each by trees; marginal: each alone; or any generator "
        "that fills several columns.",
    )
    options: dict[str, Any] = Field(default_factory=dict, description="Options of that generator.")


class ScenarioConfig(_Strict):
    """Rare cases on demand: so large a share of a table's made-up rows satisfies a condition."""

    where: str = Field(description="A condition on the columns of one table, as in SQL: orders.status = 'refunded'.")
    share: Annotated[float, Field(ge=0, le=1)] = Field(description="Of the rows of that table: 0.3 for three in ten.")


class TableConfig(_Strict):
    """What happens to one table."""

    mode: Mode | None = Field(
        None,
        description="synthesize: learned rows; subset: a part of the source's rows; mask: all of its rows, masked; copy: all; empty: none.",
    )
    rows: Annotated[int, Field(ge=0)] | None = Field(None, description="Exactly this many rows.")
    scale: Annotated[float, Field(gt=0)] | None = Field(None, description="Rows as a multiple of the source's.")
    top_up_to: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Of mode subset: made-up rows are added to the real ones up to this many (mimic clone)."
    )
    dial: Dial | None = Field(None, description=f"{_DIAL}. Stands over the whole configuration's.")
    relations: dict[Relation, bool] = Field(default_factory=dict, description=f"{_RELATIONS}, in this table.")
    impute: bool = Field(False, description="NULLs get the values that rows like theirs have; single columns may say otherwise.")
    columns: dict[str, ColumnConfig] = Field(default_factory=dict)
    groups: list[GroupConfig] = Field(default_factory=list, description="Columns that one generator fills together.")
    margins: dict[str, dict[str, float]] = Field(
        default_factory=dict,
        description="How often values come, as shares that sum to 1: 'country: {DE: 0.5, FR: 0.3, \"*\": 0.2}'; * is every other value, "
        "0..10 numbers from 0 to below 10; 'country, kind' two columns at once.",
    )


class MaskingConfig(_Strict):
    """How real rows are masked."""

    group: str = Field("default", description="Databases of one group and key get the same values for the same values.")
    key_file: str | None = Field(None, description="A file with the key, readable by its owner alone; `mimic key new` makes one.")
    key_variable: str | None = Field(None, description="The name of an environment variable that holds the key.")
    key_command: str | None = Field(None, description="A command that prints the key.")


class KeyConfig(_Strict):
    """A foreign key that the database does not declare."""

    table: str
    columns: list[str]
    parent: str
    referred: list[str]


class ReferenceConfig(_Strict):
    """A polymorphic reference: one column names the table, another holds the key of a row there. Subsets follow it."""

    table: str
    type: str = Field(description="The column whose values say which table is meant.")
    id: str = Field(description="The column with the primary key of a row of that table.")
    parents: dict[str, str] = Field(description="A value of the type column -> a table.")


class FollowConfig(_Strict):
    """How a subset follows one foreign key."""

    down: bool = Field(True, description="false: children of kept parents are not taken in by this key.")
    max_children: Annotated[int, Field(ge=1)] | None = Field(None, description="At most this many children of each parent.")
    newest: str | None = Field(None, description="Of more children than that, the newest by this column; without it they are drawn.")
    where: str | None = Field(None, description="Only children for which this SQL expression over their columns is true.")
    follow_nullable: bool | None = Field(None, description="false: where a parent is not kept, the key becomes NULL.")


class SubsetConfig(_Strict):
    """Which real rows are kept; see `mimic subset --help`."""

    roots: list[str] = Field(default_factory=list, description="Rows to start from: 'customers: 5%', 'orders: 200 rows', 'orders(42)'.")
    max_children: Annotated[int, Field(ge=1)] | None = Field(None, description="At most this many children of a parent, for every key.")
    follow_nullable: bool = Field(True, description="false: keys that may be NULL become NULL where their parent is not kept.")
    keys: dict[str, FollowConfig] = Field(default_factory=dict, description="How single keys are followed, each written table(column,...).")


class Config(_Strict):
    """mimic.yaml."""

    version: Literal[1] = 1
    source: str | None = Field(None, description="URL of the database to read; write its password as ${VARIABLE}.")
    target: str | None = Field(None, description="URL of the database to fill; write its password as ${VARIABLE}.")
    seed: int = Field(0, description="The same model, seed and version give the same rows.")
    k: Annotated[int, Field(ge=1)] = Field(10, description="A value is kept only when at least this many distinct owners hold it.")
    relations: dict[Relation, bool] = Field(default_factory=dict, description=f"{_RELATIONS}; `mimic inspect` shows what was found.")
    dial: Dial = Field("balanced", description=f"{_DIAL}; tables and columns can have their own.")
    scale: Annotated[float, Field(gt=0)] = Field(
        1.0, description="Rows of every table that is not reference data, as a multiple of the source's."
    )
    reference: Literal["ask", "copy", "synthesize"] = Field("ask", description="Tables that look like reference data.")
    locale: str | None = Field(None, description="Locale of made-up names and addresses, such as de_DE; guessed when absent.")
    sample_rows: Annotated[int, Field(ge=1)] = Field(200_000, description="Rows that are learned from, per table.")
    privacy_unit: list[str] | None = Field(None, description="Tables whose rows are the owners that `k` counts; guessed when absent.")
    accept: list[str] = Field(default_factory=list, description="Findings that are fine: an id, or id:place.")
    extra_fks: list[KeyConfig] = Field(default_factory=list)
    references: list[ReferenceConfig] = Field(default_factory=list, description="References to one of several tables.")
    subset: SubsetConfig | None = Field(None, description="Which rows are kept of tables of mode subset.")
    ignore_fks: list[str] = Field(default_factory=list, description="Foreign keys to leave out of the graph, written table(column,...).")
    masking: MaskingConfig = Field(default_factory=lambda: MaskingConfig.model_validate({}))
    pins: dict[str, list[dict[str, Any]]] = Field(
        default_factory=dict, description="Literal rows per table, which are there in every copy and keep their keys."
    )
    scenarios: list[ScenarioConfig] = Field(default_factory=list, description="Conditions that a given share of rows satisfies.")
    today: date | None = Field(None, description="Dates are moved so that the newest is this day; all keep their distances.")
    tables: dict[str, TableConfig] = Field(default_factory=dict)
    _mistakes: tuple[tuple[str, str], ...] = PrivateAttr(())

    @property
    def mistakes(self) -> tuple[tuple[str, str], ...]:
        """What was wrong in the file and left out, each a (path, sentence): told together with the names that a source does not have."""
        return self._mistakes

    def with_mistakes(self, mistakes: Sequence[tuple[str, str]]) -> Config:
        made = self.model_copy()
        made._mistakes = tuple(mistakes)
        return made
