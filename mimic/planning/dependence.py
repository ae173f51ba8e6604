"""Which columns a generator may look at: those of its row that come before it, of its parents, and hidden ones.

A step whose generator draws a column alone becomes one that deals the same values out by what stands beside them
(`tree.leaves`). Keys, references and what the configuration names stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from mimic.config import TableConfig
from mimic.generator import Task
from mimic.generators.after import datelike
from mimic.generators.calendar import about_calendar, calendar
from mimic.generators.features import ordered
from mimic.generators.lines import AFTER as AFTER_ALL
from mimic.generators.lines import BEFORE, about_siblings
from mimic.generators.ways import said
from mimic.plan import Choice, Held, Step
from mimic.planning.arithmetic import Reckoned, is_number, reckoned
from mimic.planning.around import HOPS, Around
from mimic.planning.balancing import balanced, kept_in_balance
from mimic.planning.bounds import amounts as amounts_of
from mimic.planning.bounds import bounded, bounds_of
from mimic.planning.choosing import MARGINAL
from mimic.planning.determining import Determining, determined, in_order, reached, without_circles
from mimic.planning.exact import FOLLOWS, FOUND, following
from mimic.planning.families import families, joined_by_copula, pinned_to
from mimic.planning.lagging import Lag, lag_of, lagging
from mimic.planning.leading import leading
from mimic.planning.lines import Line, before, climbs, joined, line_of, ordered_by, rising
from mimic.planning.matching import further, hung
from mimic.planning.natural import CALENDAR, natural, stepped
from mimic.planning.panels import PANEL, panels
from mimic.planning.ranking import ranked
from mimic.planning.ratios import Multiple, multiples, multiplied
from mimic.planning.relations import Relation, repeated
from mimic.planning.running import Runs, looking_back, run_on, running, signed
from mimic.planning.seldom import kept_seldom, seldom
from mimic.planning.sharing import Shares, share_of, shares
from mimic.planning.siblings import families_of, in_a_row, siblings_of
from mimic.planning.since import Since, counted_from, dated, floors
from mimic.planning.summaries import about_nobody, described, latent, told_apart
from mimic.planning.switching import switched
from mimic.profile import TableEvidence
from mimic.schema import HIDDEN, Column, Float, ForeignKey, Table
from mimic.semantics import Kind, Meaning, Sensitivity

LEAVES, AFTER = "tree.leaves", "temporal.after"
JOINED, RISING, BOUNDED = "sequence.joined", "sequence.rising", "relation.bounded"
COMPUTED, COPULA, DETERMINED, CLOUDS = "relation.computed", "copula.gaussian", "relation.determined", "hidden.clouds"
FEWEST = 80  # rows from which anything can be learned of how columns hang together
ABOVE = 12  # numbers of parents that are tried as terms
MOST = 80  # columns that one column may ask about
ENOUGH = 1_500  # parents whose children are summed up together
SELDOM = 0.01  # of the rows that have no date, if it is to come first


def hidden_steps(table: Table, found: TableEvidence, children: Iterable[ForeignKey], k: int) -> list[Step]:
    """A step for each hidden number that tells what the children of a row are like."""
    out = []
    for key in children:
        i = 0
        while (name := latent(key, i)) in found.hidden:
            meaning = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "what the children of a row are like")
            task = Task(table, (Column(name, Float()),), meanings=(meaning,), k=k)
            out.append(Step(task, Choice("numeric.quantiles", f"what the rows of {key.table} are like that hang on a row")))
            i += 1
    return out


def listed(steps: Sequence[Step], table: Table, found: TableEvidence) -> list[Step]:
    """The same steps, those of hidden columns as one: each row keeps together what hangs on it."""
    hidden = [step for step in steps if step.task.fills[0] in found.hidden]
    counts = [step.task.fills[0] for step in hidden if step.task.fills[0].startswith("#")]
    keys = [(name, *(other for step in hidden if (other := step.task.fills[0]).startswith(f"~{name[1:]}:"))) for name in counts]
    names = [name for key in keys for name in key]
    if not names:
        return list(steps)
    meaning = Meaning(Kind.COUNT, Sensitivity.NONE, 1.0, "children of a row")
    columns = tuple(Column(name, Float()) for name in names)
    options: dict[str, Any] = {"keys": keys} | ({"ordered": True} if natural(found) else {})
    task = Task(table, columns, meanings=(meaning,) * len(names), options=options, k=hidden[0].task.k)
    made = Step(task, Choice("hidden.profiles", "how many rows hang on each row, and what they are like"))
    return [*(step for step in steps if step not in hidden), made]


def together(steps: Sequence[Step], found: TableEvidence) -> list[Step]:
    """The same steps, those of what children are like as one, behind those of their numbers: all of it hangs together."""
    hidden = [step for step in steps if step.task.fills[0].startswith("~") and step.task.fills[0] in found.hidden]
    if len(hidden) < 2 or found.sampled < ENOUGH:
        return list(steps)
    columns, meanings = tuple(step.task.column for step in hidden), tuple(step.task.meaning for step in hidden)
    made = Step(replace(hidden[0].task, columns=columns, meanings=meanings), Choice(CLOUDS, "what hangs on a row, all of it together"))
    rest = [step for step in steps if step not in hidden]
    last = max((i for i, step in enumerate(rest) if step.task.fills[0].startswith(HIDDEN)), default=-1)
    return [*rest[: last + 1], made, *rest[last + 1 :]]


def with_dependence(steps: Sequence[Step], table: Table, around: Around, config: TableConfig) -> tuple[Step, ...]:
    """The same steps, hidden columns first, each drawing on what is filled before it."""
    found = around.evidence.of(table.name)
    mine = {n for n, asked in config.columns.items() if asked.generator not in (*FOUND, CALENDAR) or asked.options or asked.expression}
    steps = stepped(steps, found, mine, around.evidence.k)
    if about_nobody(around.evidence, found) and found.complete:
        steps = listed(steps, table, found)
    steps = together(steps, found)
    if found.sampled < FEWEST:
        return tuple(steps)
    own = set(described(found, around.evidence.k))
    keys = {name: key for key in table.foreign_keys for name in key.columns}
    steps, exact, late = following(steps, table, found, around, config)
    known = [(f"{key.label}.{need}", category) for key in around.parents(table) for need, category in around.above(key, HOPS)]
    pinned, computed = families(config), {name for name, asked in config.columns.items() if asked.expression is not None}
    steps = joined_by_copula(steps, config)
    mine = {name for name, asked in config.columns.items() if asked.generator not in FOUND or asked.expression or asked.relation is False}
    mine |= {name for step in (*exact, *late) for name in step.task.fills}
    if table.primary_key is not None and not around.straight(table):
        mine |= {*table.primary_key.columns}
    growing = around.evidence.readings.get(table.name, {}) if switched("rising", config, []) else None
    steps, numbered = (steps, "") if growing is None else ranked(steps, table, found, growing, mine)
    steps = panels(steps, table, found, config, {step.task.fills[0] for step in steps if _wrapped(step, config)}, around.evidence.k)
    stepping = {step.task.fills[0]: tuple(step.task.options["within"]) for step in steps if step.choice.kind == PANEL}
    siblings = siblings_of(table, found, around)
    line = line_of(table, found, in_a_row(table, found, around) or siblings or families_of(table, found, around), stepping)
    line = tuple(name for name in line if name != numbered)  # which is told by the date of a row: siblings stand as they are made
    sample = ordered_by(line, table, found, around.evidence)
    steps = [
        further(step, table, found, around, config, line, sample) if step.choice.kind == "reference.assign" else step for step in steps
    ]
    steps = [made for step in steps for made in (hung(step, table, found, around) if step.choice.kind == "reference.assign" else [step])]
    above = tuple(known)
    held = {name for step in steps for name in step.task.options.get("held", ())}  # parents are chosen to fit these: they come first
    first = [
        _apart(step, above, line, found, around, config)
        if step.choice.kind == "key.within" and step.task.fills[0] not in held
        else _told_places(step, above)
        for step in steps
        if not _free(step, keys)
    ]
    settled = {name for step in first for name in step.task.fills}
    apart = list[Step]()
    for step in first:  # a key within a group is filled after the group, and so is seen only where that is settled first
        if _within(step) <= settled:
            known += [(name, told_apart(table.column(name))) for name in step.task.fills if name in own]
        else:
            apart.append(step)
    free = sorted((step for step in steps if _free(step, keys)), key=lambda step: not step.task.fills[0].startswith(HIDDEN))
    out: list[Step] = list(exact)
    single = [
        name
        for step in (*exact, *late, *free)
        if len(step.task.fills) == 1 and table.has(name := step.task.fills[0]) and name in found.profiles
    ]
    single = [*({natural(found)} - {"", *single}), *single]
    numbers_above = _above(found, around, known)
    amounts = reckoned(found, [name for name in single if name not in computed], numbers_above)
    open_ = {step.task.fills[0] for step in free if _wrapped(step, config)} - pinned.keys()
    amounts = {name: amount for name, amount in amounts.items() if name in open_ and switched("computed", config, [name])}
    lately = _following(amounts, {name for step in late for name in step.task.fills})
    for name in (name for name in amounts if name in lately):  # terms before what follows from them
        waiting = [around.late.get((table.name, term), frozenset()) for term in amounts[name].terms]
        around.wait(table.name, {name: frozenset().union(*waiting)})
    order: dict[str, Sequence[str]] = {name: amount.terms for name, amount in amounts.items()}
    alone = [name for name in single if name in open_ and name not in amounts]
    runs = running(found, around, line, [name for name in alone if switched("running", config, [name])], around.evidence.k)
    runs = without_circles(runs, order)
    alone = [name for name in alone if name not in runs and switched("shared", config, [name])]
    divided = without_circles(shares(found, alone, numbers_above, line, sample), order | _afters(runs))
    around.rely(found, (term for amount in amounts.values() for term in amount.terms))
    around.rely(found, (one.whole for one in divided.values()))
    there = {need for need, _ in known}
    more = [(f"{key.label}.{need}", category) for key in around.parents(table) for need, category in around.above(key, HOPS)]
    known += [(need, category) for need, category in more if need not in there]
    fixed = {*amounts, *runs, *divided, *pinned, *computed}
    fixed |= {name for name, asked in config.columns.items() if asked.generator not in FOUND}
    alone = [name for name in alone if name not in divided and switched("copied", config, [name])]
    same = without_circles(repeated(found, alone, [*stepping]), order | _afters(runs) | _afters(divided))
    ahead = {*stepping, *same}
    told = determined(found, [step for step in free if _wrapped(step, config)], fixed | same.keys(), around.evidence.k, ahead)
    told = {name: one for name, one in told.items() if switched("determined", config, [name])}
    told = without_circles(told, order | _afters(runs) | _afters(divided) | _afters(same))
    alone = [name for name in single if name in open_ and name not in (*amounts, *runs, *divided, *told, *same)]
    lags = lagging(found, [*alone, *told], line, sample)
    followed = {name: (one.by,) for name, one in told.items()}
    lags = {name: one for name, one in lags.items() if name in alone and switched("running", config, [name])}
    lags = without_circles(lags, order | _afters(runs) | _afters(divided) | _afters(same) | followed)
    alone = [name for name in alone if name not in lags and name in own and name not in line]
    asked = [*known, *((name, told_apart(table.column(name))) for name in own if table.has(name))][-MOST:]
    near = without_circles(
        multiples(found, alone, numbers_above, asked, around),
        order | _afters(runs) | _afters(divided) | _afters(same) | _afters(lags) | {name: (one.by,) for name, one in told.items()},
    )
    # What goes on along a line says when: others hang on it.
    climbing = climbs([step.task.fills[0] for step in free if len(step.task.fills) == 1], line, found, sample)
    lead = leading(
        found, [name for step in free if _wrapped(step, config) and (name := step.task.fills[0]) in found.profiles and name not in amounts]
    )
    climbing = {
        name: up for name, up in climbing.items() if name not in runs and name not in same and not set(lead.get(name, ())) - climbing.keys()
    }
    firm: dict[str, Sequence[str]] = {name: (one.by,) for name, one in told.items()}
    firm |= {name: amount.terms for name, amount in amounts.items()}
    firm |= _afters(runs) | _afters(divided) | _afters(same) | _afters(lags) | _afters(near)
    after: dict[str, Sequence[str]] = {**lead, **firm}
    for term, sign in signed(runs.values(), [name for name in alone if name not in firm]):
        ways = reached((sign,), firm)  # whether money comes or goes is settled before how much, which looks at what is there
        if term not in ways:
            after |= {name: tuple(each for each in after[name] if each != term) for name in ways if name in after}
            after[term] = (*(each for each in after.get(term, ()) if term not in reached((each,), after)), sign)
    few = seldom([name for name in alone if name not in line and switched("counted", config, [name])], found, around)
    level = balanced([name for name in alone if name not in firm and switched("shared", config, [name])], found, around)
    grouping = _grouping(line, steps)
    if grouping:  # a title before all that stands in the order of days that are distinct within it
        needed = reached(grouping, after)
        names = [step.task.fills[0] for step in free if len(step.task.fills) == 1 and not step.task.fills[0].startswith(HIDDEN)]
        after |= {name: (*after.get(name, ()), *grouping) for name in names if name not in needed}
    ready = {name for name, one in told.items() if one.by in stepping}  # what a day says is known with it, and others may ask
    free = in_order(sorted(free, key=lambda step: _turn(step, line, climbing, found, ready)), after)
    known += [(name, told_apart(table.column(name))) for step in exact for name in step.task.fills if name in own]
    plain = not any(about_calendar(column.name) for column in table.columns)
    dates = {name: needs for name in own if plain and table.has(name) and (needs := calendar(name, found.column(name)))}
    for step in (step for step in free if step.task.fills[0] not in lately):
        name = step.task.fills[0]
        learnable = name in found.hidden or name in found.profiles
        if step.choice.kind == CLOUDS:
            out.append(_with_features(step, known[-MOST:]))
        elif step.choice.kind == COPULA and len(step.task.fills) > 1:
            out.append(_with_features(step, known[-MOST:], siblings))
        elif name in amounts:
            out.append(_reckoned(step, amounts[name]))
        elif name in runs:
            out.append(run_on(step, runs[name]))
        elif learnable and known and _wrapped(step, config):
            since = _since(around, found, table, name, known) if name not in pinned else None
            if since is not None and not switched("ordered", config, [name]):
                since = replace(since, floors=(), caps=())
            category = name in own and told_apart(table.column(name))
            beside = before(line, [need for need, _ in known], name, own, found, sample) if name in own else []
            if beside and any(one.of == name for one in lags.values()) and f"<{name}" not in {need for need, _ in beside}:
                beside.append((f"<{name}", category))
            days = [(need, False) for other, _ in known[-MOST:] for need in dates.get(other, ())]
            far = [(since.need, False)] if since is not None and since.need not in {need for need, _ in known[-MOST:]} else []
            looking = _looking(
                step, [*far, *days, *known[-MOST:], *beside], siblings, category, since, _ready(line, name, steps) if beside else ()
            )
            periods = name in own and name not in line and name not in pinned
            looking = pinned_to(looking_back(looking, runs.values(), line, [need for need, _ in known]), pinned.get(name))
            if name in told:
                looking = _follows_from(looking, told[name])
                periods = False
            if name in divided:
                looking, periods = share_of(looking, divided[name]), False
            if name in lags:
                looking, periods = lag_of(looking, lags[name]), False
            if name in same:
                looking, periods = _repeating(looking, same[name]), False
            if periods and switched("joined", config, [name]):
                looking = joined(looking, line, [need for need, _ in known], found, sample)
            bounds = None
            if periods and looking.choice.kind == LEAVES and switched("ordered", config, [name]):
                bounds = bounds_of(found, name, amounts_of(found, [need for need, _ in known]))
            climbs_ = periods and name in climbing and looking.choice.kind != JOINED and switched("rising", config, [name])
            if climbs_ and sample is not None and not (bounds is not None and set(bounds.needs) & climbing.keys()):
                looking = rising(looking, line, found, sample, climbing[name], since.need if since is not None else "")
            elif periods and name in near and looking.choice.kind == LEAVES and (bounds is None or set(bounds.needs) <= {near[name].by}):
                looking = multiplied(looking, near[name])
            elif bounds is not None:  # what is counted from a column that rises need not be made to rise
                looking = bounded(looking, bounds)
            elif name in few and looking.choice.kind == LEAVES:
                looking = kept_seldom(looking, few[name])
            elif name in level and looking.choice.kind == LEAVES and "so_far" not in looking.task.options:
                looking = kept_in_balance(looking, level[name])
            out.append(looking)
        else:
            out.append(step)
        if name in found.hidden:
            known += [(hidden, False) for hidden in step.task.fills]
        elif len(step.task.fills) == 1 and name in own and name not in computed:
            known.append((name, told_apart(table.column(name))))
        elif len(step.task.fills) == 1 and name not in computed and name in found.profiles and 0.0 < found.profiles[name].null_share < 1.0:
            known.append((name, False))
        settled |= {*step.task.fills}
        for key in [key for key in apart if _within(key) <= settled and not set(grouping) - settled]:
            apart.remove(key)
            known += [(each, told_apart(table.column(each))) for each in key.task.fills if each in own]
    late = [_with_features(step, known[-MOST:]) if step.task.options["holes"] else step for step in late]
    return (*first, *out, *late, *(_reckoned(step, amounts[name]) for step in free if (name := step.task.fills[0]) in lately))


def _turn(step: Step, line: Line, climbing: Collection[str], found: TableEvidence, ready: Collection[str]) -> int:
    """Hidden columns come first, then what makes a line and what follows from a calendar (`ready`), then what rises along it, then dates:
    what happens hangs on when.

    A date that may be missing is itself something that happens: a day of shipment hangs on the status.
    """
    name = step.task.fills[0]
    if name.startswith(HIDDEN) or set(step.task.fills) & {*line, *ready}:
        return 0 if name.startswith(HIDDEN) else 1
    dated_ = len(step.task.fills) == 1 and datelike(step.task.column.type) and name in found.profiles
    when = dated_ and found.profiles[name].null_share <= SELDOM
    return 2 if name in climbing else 3 if when else 4


def _above(found: TableEvidence, around: Around, known: Iterable[tuple[str, bool]]) -> dict[str, pa.Array]:
    """Numbers and dates of parents that numbers of a row may be reckoned from: the price of the article, the day of birth."""
    needs = [need for need, category in known if not category and not any(part.startswith(HIDDEN) for part in need.split("."))]
    kinds = {need: around.type(found, need) for need in needs}
    few = [need for need, kind in kinds.items() if is_number(kind)][:ABOVE]
    few += [need for need, kind in kinds.items() if ordered(kind) and pa.types.is_temporal(kind)][:ABOVE]
    few += [need for need in around.amounts_to_come(found) if need not in kinds and is_number(around.type(found, need))][:ABOVE]
    return {need: around.evidence.along(found, need) for need in few}


def _following(amounts: Mapping[str, Reckoned], late: Collection[str]) -> set[str]:
    """The columns that cannot be reckoned before others are there that wait for the children. Terms stand before what follows from them."""
    out: set[str] = set()
    for name, amount in amounts.items():
        if not {*late, *out}.isdisjoint(amount.terms):
            out.add(name)
    return out


def _repeating(step: Step, relation: Relation) -> Step:
    """The step of a column that holds what another one does, or NULL."""
    options = {name: value for name, value in step.task.options.items() if name not in ("counted_from", "floors", "caps")}
    options |= {"follows": relation.follows, "reached": "", "holes": relation.holes}
    rows = round(relation.share * relation.rows)
    held = Held("copied", relation.column, f"equals {relation.follows}", rows, relation.rows - rows)
    lost = ((step.choice.kind, 0.0), *step.choice.lost)
    return replace(step, task=replace(step.task, options=options), choice=Choice(FOLLOWS, relation.said, lost, relations=(held,)))


def _afters(found: Mapping[str, Runs | Shares | Relation | Lag | Multiple]) -> dict[str, Sequence[str]]:
    return {name: one.after for name, one in found.items()}


def _follows_from(step: Step, one: Determining) -> Step:
    """The step of a column that another one determines; what trees would say is left for rows in which that is NULL."""
    options = {name: value for name, value in step.task.options.items() if name not in ("counted_from", "floors", "caps")}
    lost = ((LEAVES, 0.0), *(pair for pair in step.choice.lost if pair[0] != LEAVES))
    choice = Choice(DETERMINED, f"{one.by} determines it", lost, relations=(one.held,))
    return replace(step, task=replace(step.task, options={**options, "determined_by": one.by}), choice=choice)


def _apart(step: Step, known: Sequence[tuple[str, bool]], line: Line, found: TableEvidence, around: Around, config: TableConfig) -> Step:
    """A key column that orders siblings, with what it may ask about: the parents, and the sibling before."""
    name = step.task.fills[0]
    if name not in line[1:] or not line[0].startswith("@") or step.task.column.nullable:
        return step
    label = line[0][1:]
    near = [(need, category) for need, category in known if need.startswith(f"{label}.") and not about_siblings(need)][-MOST:]
    asked = [*near, (BEFORE, False), (AFTER_ALL, False), (f"<{name}", False)]
    dates = {need: around.evidence.along(found, need) for need, category in near if not category}
    told: dict[str, Any] = {
        "features": [need for need, _ in asked],
        "categories": [need for need, category in asked if category],
        "line": line[:1],
        "siblings": line[0],
        "labels": [label],
        "floors": floors(found.column(name), dates) if switched("ordered", config, [name]) else [],
    }
    held = tuple(Held("ordered", name, f"never before {need}", found.sampled, 0) for need in told["floors"])
    choice = replace(step.choice, relations=(*step.choice.relations, *held))
    return replace(step, task=replace(step.task, options={**step.task.options, **told}), choice=choice)


def _reckoned(step: Step, amount: Reckoned) -> Step:
    told = {**step.task.options, "way": amount.way, "terms": amount.terms, "places": amount.places, "factor": amount.factor}
    held = Held("computed", step.task.fills[0], said(amount.way, amount.terms, amount.factor), amount.holds, amount.rows - amount.holds)
    lost = ((LEAVES, 0.0), (step.choice.kind, 0.0), *step.choice.lost)
    choice = Choice(COMPUTED, amount.said, lost, relations=(held,))
    return replace(step, task=replace(step.task, options=told), choice=choice)


def _ready(line: Line, name: str, steps: Sequence[Step]) -> Line:
    """The line without columns that are filled after one, or are that one: until then rows stand as they are made."""
    waiting = {
        fills
        for step in steps
        for fills in step.task.fills
        if name in (*step.task.options.get("within", ()), *step.task.options.get("group", ()))
    }
    return (*line[:1], *(each for each in line[1:] if each != name and each not in waiting))


def _grouping(line: Line, steps: Sequence[Step]) -> tuple[str, ...]:
    """The columns that the order of siblings waits for: those within which a column of the line is distinct."""
    names = (name for step in steps if set(step.task.fills) & set(line[1:]) for name in _within(step))
    keys = {fills for step in steps if not _wrapped_column(step) for fills in step.task.fills}
    return tuple(sorted({name for name in names if name not in keys}))


def _within(step: Step) -> set[str]:
    """The columns within which those of a step are distinct."""
    return {*step.task.options.get("within", ()), *step.task.options.get("group", ())}


def _wrapped_column(step: Step) -> bool:
    """Whether a step fills one column that is no key."""
    return len(step.task.fills) == 1 and not step.choice.kind.startswith(("key.", "reference."))


def _with_features(step: Step, known: Sequence[tuple[str, bool]], siblings: str = "") -> Step:
    told: dict[str, Any] = {"features": [need for need, _ in known], "categories": [need for need, category in known if category]}
    told |= {"siblings": siblings} if siblings else {}
    return replace(step, task=replace(step.task, options={**step.task.options, **told}))


def _told_places(step: Step, above: Sequence[tuple[str, bool]]) -> Step:
    """The step of a panel: what else a row hangs on may tell which step of its group is its own."""
    if step.choice.kind != PANEL:
        return step
    group, labels = set(step.task.options["within"]), dict.fromkeys(need.split(".")[0] for need, _ in above)
    others = [label for label in labels if not set(label.split(",")) <= group]
    made = _with_features(step, [(need, told) for need, told in above if need.split(".")[0] in others][-MOST:])
    return replace(made, task=replace(made.task, options={**made.task.options, "labels": others}))


def _free(step: Step, keys: Mapping[str, ForeignKey]) -> bool:
    return not any(name in keys for name in step.task.fills) and not step.choice.kind.startswith("key.")


def _wrapped(step: Step, config: TableConfig) -> bool:
    """Whether a step fills one column that need not be unique, by a generator that nobody asked for and that needs nothing."""
    task, kind = step.task, step.choice.kind
    if len(task.fills) != 1 or task.unique or task.needs or kind.startswith(("key.", "reference.", "null", "constant")):
        return False
    if kind == "fan_out.histogram" and task.options.get("keys"):
        return False
    asked = config.columns.get(task.fills[0])
    free = asked is None or (asked.generator in (*FOUND, LEAVES, COPULA) and asked.expression is None)
    return free and families(config).get(task.fills[0]) != MARGINAL


def _looking(step: Step, known: Sequence[tuple[str, bool]], siblings: str, category: bool, since: Since | None, line: Line) -> Step:
    name, options = step.task.fills[0], dict(step.task.options)
    apart = [need for need, told in known if told]
    options |= {
        "drawn_by": step.choice.kind,
        "features": [need for need, _ in known],
        "categories": [*apart, *([name] if category else [])],
    }
    if siblings and not name.startswith(HIDDEN):
        options["siblings"] = siblings
    if line:
        options["line"] = line
    if since is not None:
        options |= {"counted_from": since.need, "floors": since.floors, "caps": since.caps}
        limits = [f"never before {need}" for need in since.floors] + [f"never after {need}" for need in since.caps]
        held = tuple(Held("ordered", name, said, since.rows, 0) for said in limits)
        lost = ((LEAVES, 0.0), (step.choice.kind, 0.0), *step.choice.lost)
        choice = Choice(AFTER, f"counted from {since.need}", lost, relations=held)
        return replace(step, task=replace(step.task, options=options), choice=choice)
    choice = Choice(LEAVES, step.choice.reason, ((step.choice.kind, 0.0), *step.choice.lost))
    return replace(step, task=replace(step.task, options=options), choice=choice)


def _since(around: Around, found: TableEvidence, table: Table, name: str, known: Sequence[tuple[str, bool]]) -> Since | None:
    """The date that a date is counted from, where one tells much."""
    if not table.has(name) or not datelike(table.column(name).type) or not ordered(found.column(name).type):
        return None
    needs = [need for need, category in known if not category and dated(around.type(found, need))]
    return counted_from(found.column(name), {need: around.evidence.along(found, need) for need in needs}) if needs else None


__all__ = ["LEAVES", "hidden_steps", "with_dependence"]
