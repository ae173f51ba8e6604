"""Tables that a trigger watches together: whose flags are held still, and which is left empty first."""

from __future__ import annotations

from mimic import schema as s
from mimic.generating.giving_way import Trial, choices
from mimic.generating.stillness import flags


def table(name: str, *parents: str, nullable: bool = False, triggers: tuple[s.Trigger, ...] = ()) -> s.Table:
    columns = (s.Column("id", s.Integer(32), False), *(s.Column(f"{parent}_id", s.Integer(32), nullable) for parent in parents))
    columns += (s.Column("is_deleted", s.Boolean(), False), s.Column("is_open", s.Boolean()), s.Column("is_one", s.Boolean()))
    here = s.TableName("", name)
    keys = tuple(s.ForeignKey(f"{name}_{parent}", here, (f"{parent}_id",), s.TableName("", parent), ("id",)) for parent in parents)
    unique = (s.Unique("one", ("is_one",)),)
    return s.Table(here, columns, foreign_keys=keys, uniques=unique, triggers=triggers)


def watching(told: str) -> s.Trigger:
    definition = f"CREATE CONSTRAINT TRIGGER watch AFTER INSERT OR UPDATE{told} ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    return s.Trigger("watch", "after", ("insert", "update"), True, "watch", definition)


def test_flags_are_the_booleans_that_a_trigger_names_or_all_but_those_of_keys():
    assert flags(table("t", triggers=(watching(' OF parent_id, "is_deleted"'),))) == ("is_deleted",)
    assert flags(table("t", triggers=(watching(""),))) == ("is_deleted", "is_open")
    assert flags(table("t")) == ("is_deleted", "is_open")  # the target may have triggers of its own


EVENT, BREAK, ENTRY, NOTE = (s.TableName("", name) for name in ("event", "break", "entry", "note"))
SCHEMA = s.Schema("postgresql", (table("event"), table("break"), table("entry", "event"), table("note", "break", nullable=True)))


def test_what_takes_the_fewest_tables_with_it_gives_way_first():
    assert choices(SCHEMA, [EVENT, BREAK, ENTRY]) == [
        (ENTRY,),
        (BREAK,),
        (EVENT,),
        (ENTRY, BREAK),
        (BREAK, EVENT),
    ]


def test_an_empty_table_is_no_suspect_and_a_trial_keeps_what_there_was():
    sizes = {EVENT: 3, BREAK: 0, ENTRY: 3, NOTE: 3}
    trial = Trial.of(SCHEMA, [EVENT, BREAK, ENTRY], "P0002", sizes, {})
    sizes[ENTRY] = 0
    assert list(trial.choices) == [(ENTRY,), (EVENT,)]
    assert trial.sizes[ENTRY] == 3
    assert trial.about([ENTRY, EVENT, BREAK], "P0002")
    assert not trial.about([ENTRY, EVENT, BREAK], "P0001")
