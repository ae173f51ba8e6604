"""The commands. Each gathers its arguments, calls its namesake in `mimic.commands`, and shows what came back.

`mimic.commands` is imported when a command runs: `mimic --help` answers at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mimic.cli import options as o
from mimic.cli.failing import Commands
from mimic.cli.talk import Talk
from mimic.errors import ConfigError, Refused, UsageError

if TYPE_CHECKING:
    from mimic.config import Config
    from mimic.plan import TablePlan

app = typer.Typer(
    cls=Commands,
    name="mimic",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Safe, realistic copies of relational databases.

Mimic reads a database, learns what its rows look like, and fills another one with made-up rows
that fit: keys, constraints, distributions, numbers of children.

```
mimic inspect postgresql://me@prod/shop
mimic clone   postgresql://me@prod/shop postgresql://me@localhost/shop_copy
mimic compare postgresql://me@prod/shop postgresql://me@localhost/shop_copy
```

A database is a URL: `postgresql://user@host:port/db`, or `sqlite:///file.db` (four slashes for an absolute path). Passwords come from
PGPASSWORD, a password file, a service, or a variable in the URL: `'postgresql://me:${PW}@host/db'`.

Exit codes: 0 done; 1 failed, the target is as it was; 2 wrong usage; 3 refused, nothing was written;
4 done, with warnings that nobody has accepted; 130 interrupted, the target is as it was.""",
)


def _version(asked: bool) -> None:
    if asked:
        from mimic import __version__

        print(f"mimic {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", metavar="", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


@app.command()
def inspect(
    what: Annotated[str, typer.Argument(metavar="URL|MODEL", help="A database, or a model file.")],
    literals: Annotated[
        bool, typer.Option("--literals", metavar="", help="Of a model file: list every value of the source that it keeps, with its owners.")
    ] = False,
    schema: o.Schemas = None,
    table: o.Tables = None,
    exclude_table: o.ExcludeTables = None,
    config: o.ConfigFile = None,
    jobs: o.Jobs = 1,
    format: o.AsFormat = o.Format.TEXT,
    quiet: o.Quietly = False,
    verbose: o.Verbose = 0,
) -> None:
    """Look into a database or a model file.

    Of a database: tables, rows, keys, load order, cycles, what looks sensitive, what looks like reference data.
    Of a model file: tables, generators, why each was chosen, what is kept of the source.

    ```
    mimic inspect sqlite:///shop.db -v   # every column, and why it looks sensitive
    mimic inspect shop.mimic --literals  # every value of the source that the model keeps
    ```
    """
    from mimic import commands
    from mimic.cli import show_model, show_plan
    from mimic.planning.binding import with_environment

    what = with_environment(what)
    if literals and "://" in what:
        raise UsageError("only a model file has literals.", where="--literals", hint="Learn one first: mimic learn URL -o FILE.mimic")
    if "://" not in what and not Path(what).exists():
        raise UsageError("no such file.", where=what, hint="A database is named by a URL: postgresql://user@host/db or sqlite:///file.db.")
    with _talk(format, quiet, verbose, config) as talk:
        seen = commands.inspect(
            what,
            config=config,
            schemas=schema or (),
            tables=table or (),
            exclude_tables=exclude_table or (),
            jobs=jobs,
            progress=talk,
        )
    if isinstance(seen, commands.LearnedModel):
        show_model.show(seen.model, talk, literals=literals)
    else:
        show_plan.show(seen, talk)


@app.command()
def plan(
    source: o.OptionalSource = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; stdout without it.")] = None,
    schema: o.Schemas = None,
    table: o.Tables = None,
    exclude_table: o.ExcludeTables = None,
    config: o.ConfigFile = None,
    reference: o.Reference = None,
    seed: o.Seed = None,
    accept: o.Accept = None,
    jobs: o.Jobs = 1,
    format: o.AsFormat = o.Format.TEXT,
    quiet: o.Quietly = False,
    verbose: o.Verbose = 0,
) -> None:
    """Propose a mimic.yaml: every table with its mode, every column with its generator, and why.

    A file that is there already is completed, not overwritten: what you wrote in it, comments too, is kept.

    ```
    mimic plan postgresql://me@prod/shop -o mimic.yaml
    mimic clone postgresql://me@prod/shop postgresql://me@localhost/copy --config mimic.yaml
    ```
    """
    from mimic import commands
    from mimic.cli import show_plan, show_report
    from mimic.planning.proposal import write_config

    output = None if output == Path("-") else output
    there = output if output and output.is_file() else None
    if there and config and there.resolve() != config.resolve():
        raise UsageError("is there already, and --config names another file.", where=str(output), hint="Choose one of the two.")
    start = config or there
    with _talk(format, quiet, verbose, start) as talk:
        told = _read(start)
        made = commands.plan(
            _url(source, told, "source"),
            config=told,
            schemas=schema or (),
            tables=table or (),
            exclude_tables=exclude_table or (),
            reference=_word(reference),
            seed=seed,
            jobs=jobs,
            progress=talk,
        )
    text = write_config(made, previous=start.read_text(encoding="utf-8") if start else "")
    if output:
        output.write_text(text, encoding="utf-8")
    if talk.format == "json":
        talk.document(show_plan.tree(made))
    elif output:
        _print(f"{'completed' if there else 'written'}: {output}", talk)
    else:
        sys.stdout.write(text)
    raise typer.Exit(show_report.findings(made.findings, talk, accept or ()))


@app.command()
def learn(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The model file to write.")],
    source: o.OptionalSource = None,
    schema: o.Schemas = None,
    table: o.Tables = None,
    exclude_table: o.ExcludeTables = None,
    config: o.ConfigFile = None,
    reference: o.Reference = None,
    seed: o.Seed = None,
    unmasked: o.Unmasked = None,
    key_file: o.KeyFile = None,
    key_variable: o.KeyVariable = None,
    key_command: o.KeyCommand = None,
    accept: o.Accept = None,
    jobs: o.Jobs = 1,
    format: o.AsFormat = o.Format.TEXT,
    quiet: o.Quietly = False,
    verbose: o.Verbose = 0,
) -> None:
    """Learn a model of SOURCE: one portable file, from which rows can be made anywhere.

    ```
    mimic learn postgresql://me@prod/shop -o shop.mimic
    mimic inspect shop.mimic
    ```
    """
    from mimic import commands
    from mimic.cli import show_model, show_report

    with _talk(format, quiet, verbose, config) as talk:
        told = _read(config)
        model = commands.learn(
            _url(source, told, "source"),
            config=told,
            schemas=schema or (),
            tables=table or (),
            exclude_tables=exclude_table or (),
            reference=_word(reference),
            decide=_asker(talk),
            seed=seed,
            accept=accept or (),
            jobs=jobs,
            unmasked=unmasked,
            key_file=key_file,
            key_variable=key_variable,
            key_command=key_command,
            progress=talk,
        )
        model.save(output)
    if talk.format == "json":
        talk.document(show_model.tree(model.model))
    else:
        _print(f"{output}: {len(model.tables)} tables, {output.stat().st_size:,} bytes", talk)
    raise typer.Exit(show_report.findings(model.findings, talk))


@app.command()
def generate(
    model: o.ModelFile,
    target: o.TargetUrl,
    scale: o.Scale = None,
    rows: o.Rows = None,
    fit_domains: o.FitDomains = False,
    where: o.Where = None,
    share: o.Share = None,
    impute: o.Impute = None,
    today: o.Today = None,
    seed: o.Seed = None,
    if_exists: o.IfExists = o.IfExistsOption.FAIL,
    replace_unmarked: o.ReplaceUnmarked = None,
    accept: o.Accept = None,
    jobs: o.Jobs = 1,
    dry_run: o.DryRun = False,
    format: o.AsFormat = o.Format.TEXT,
    quiet: o.Quietly = False,
    verbose: o.Verbose = 0,
) -> None:
    """Fill TARGET with rows made from MODEL. No source database is needed or contacted.

    ```
    mimic generate shop.mimic sqlite:///copy.db --scale 0.1
    mimic generate shop.mimic postgresql://me@localhost/copy --rows orders=5000
    mimic generate shop.mimic sqlite:///copy.db --where "orders.status = 'refunded'" --share 0.3
    mimic generate shop.mimic sqlite:///copy.db --today 2027-01-01 --impute orders.note
    ```
    """
    from mimic import commands
    from mimic.cli import show_report
    from mimic.planning.binding import with_environment

    with _talk(format, quiet, verbose) as talk:
        report = commands.generate(
            model,
            with_environment(target),
            scale=scale,
            rows=o.rows(rows),
            seed=seed,
            fit_domains=fit_domains,
            if_exists=_if_exists(if_exists),
            replace_unmarked=replace_unmarked,
            accept=accept or (),
            jobs=jobs,
            scenarios=o.scenarios(where, share),
            impute=impute or (),
            today=o.day(today),
            dry_run=dry_run,
            progress=talk,
        )
    raise typer.Exit(show_report.show(report, talk))


@app.command()
def clone(
    source: o.OptionalSource = None,
    target: o.OptionalTarget = None,
    schema: o.Schemas = None,
    table: o.Tables = None,
    exclude_table: o.ExcludeTables = None,
    config: o.ConfigFile = None,
    reference: o.Reference = None,
    scale: o.Scale = None,
    rows: o.Rows = None,
    fit_domains: o.FitDomains = False,
    where: o.Where = None,
    share: o.Share = None,
    impute: o.Impute = None,
    today: o.Today = None,
    seed: o.Seed = None,
    if_exists: o.IfExists = o.IfExistsOption.FAIL,
    replace_unmarked: o.ReplaceUnmarked = None,
    unmasked: o.Unmasked = None,
    key_file: o.KeyFile = None,
    key_variable: o.KeyVariable = None,
    key_command: o.KeyCommand = None,
    accept: o.Accept = None,
    jobs: o.Jobs = 1,
    dry_run: o.DryRun = False,
    format: o.AsFormat = o.Format.TEXT,
    quiet: o.Quietly = False,
    verbose: o.Verbose = 0,
) -> None:
    """Learn from SOURCE and fill TARGET in one go. SOURCE is only read; TARGET must be empty.

    ```
    mimic clone postgresql://me@prod/shop postgresql://me@localhost/shop_copy
    mimic clone sqlite:///shop.db sqlite:///copy.db --scale 0.1 --reference copy
    ```
    """
    from mimic import commands
    from mimic.cli import show_report

    with _talk(format, quiet, verbose, config) as talk:
        told = _read(config)
        report = commands.clone(
            _url(source, told, "source"),
            _url(target, told, "target"),
            config=told,
            schemas=schema or (),
            tables=table or (),
            exclude_tables=exclude_table or (),
            reference=_word(reference),
            decide=_asker(talk),
            scale=scale,
            rows=o.rows(rows),
            seed=seed,
            fit_domains=fit_domains,
            if_exists=_if_exists(if_exists),
            replace_unmarked=replace_unmarked,
            accept=accept or (),
            jobs=jobs,
            scenarios=o.scenarios(where, share),
            impute=impute or (),
            today=o.day(today),
            dry_run=dry_run,
            unmasked=unmasked,
            key_file=key_file,
            key_variable=key_variable,
            key_command=key_command,
            progress=talk,
        )
    raise typer.Exit(show_report.show(report, talk))


@app.command()
def subset(
    source: o.OptionalSource = None,
    target: o.OptionalTarget = None,
    root: o.Roots = None,
    last: o.Last = None,
    target_size: o.TargetSize = None,
    selection: o.SavedSelection = None,
    save_selection: o.SaveSelection = None,
    schema: o.Schemas = None,
    table: o.Tables = None,
    exclude_table: o.ExcludeTables = None,
    config: o.ConfigFile = None,
    unmasked: o.Unmasked = None,
    seed: o.Seed = None,
    renumber: o.Renumber = False,
    multiply: o.Multiply = 1,
    if_exists: o.IfExistsOrAppend = o.AppendingOption.FAIL,
    conflicts: o.WhenConflicts = o.ConflictsOption.SKIP,
    replace_unmarked: o.ReplaceUnmarked = None,
    key_file: o.KeyFile = None,
    key_variable: o.KeyVariable = None,
    key_command: o.KeyCommand = None,
    accept: o.Accept = None,
    jobs: o.Jobs = 1,
    dry_run: o.DryRun = False,
    format: o.AsFormat = o.Format.TEXT,
    quiet: o.Quietly = False,
    verbose: o.Verbose = 0,
) -> None:
    """Fill TARGET with real rows of SOURCE: some rows, what hangs on them, and all that these refer to.

    Downstream goes from the roots and their descendants only; then every row that a kept row refers to is kept too. SOURCE may be a
    read-only replica: nothing but SELECT is needed. How single keys are followed is said in mimic.yaml under `subset:`.

    ```
    mimic subset postgresql://me@prod/shop --root 'customers: 5%' --dry-run
    mimic subset sqlite:///shop.db sqlite:///few.db --root 'orders: 200 rows' --key-file mask.key
    mimic subset sqlite:///shop.db sqlite:///few.db --root 'orders(42)' --unmasked 'bug 4711, deleted on Friday'
    ```
    """
    from mimic import commands
    from mimic.cli import show_report

    with _talk(format, quiet, verbose, config) as talk:
        told = _read(config)
        report = commands.subset(
            _url(source, told, "source"),
            None if dry_run and target is None and (told is None or told.target is None) else _url(target, told, "target"),
            roots=root or (),
            last=last,
            target_size=target_size,
            selection=selection,
            save_selection=save_selection,
            config=told,
            schemas=schema or (),
            tables=table or (),
            exclude_tables=exclude_table or (),
            unmasked=unmasked,
            seed=seed,
            renumber=renumber,
            multiply=multiply,
            if_exists=if_exists.value,
            conflicts=conflicts.value,
            replace_unmarked=replace_unmarked,
            accept=accept or (),
            jobs=jobs,
            dry_run=dry_run,
            key_file=key_file,
            key_variable=key_variable,
            key_command=key_command,
            progress=talk,
        )
    raise typer.Exit(show_report.show(report, talk))


@app.command()
def explain(
    source: o.OptionalSource = None,
    row: Annotated[str | None, typer.Option("--row", metavar="ROW", help="A row by its key: 'orders(42)'.")] = None,
    table: Annotated[str | None, typer.Option("--table", metavar="TABLE", help="A table: which keys took in its rows.")] = None,
    root: o.Roots = None,
    last: o.Last = None,
    selection: o.SavedSelection = None,
    schema: o.Schemas = None,
    exclude_table: o.ExcludeTables = None,
    config: o.ConfigFile = None,
    seed: o.Seed = None,
    format: o.AsFormat = o.Format.TEXT,
    quiet: o.Quietly = False,
    verbose: o.Verbose = 0,
) -> None:
    """Say why a row is in a subset of SOURCE, or where the rows of a table come from. Nothing is written.

    A row is told as a chain of keys from a root; a table as the keys that took in its rows, and how many each.

    ```
    mimic explain postgresql://me@prod/shop --config mimic.yaml --row 'orders(42)'
    mimic explain sqlite:///shop.db --root 'customers: 5%' --table audit_log
    ```
    """
    from mimic import commands
    from mimic.cli import show_report

    with _talk(format, quiet, verbose, config) as talk:
        told = _read(config)
        report = commands.explain(
            _url(source, told, "source"),
            row=row,
            table=table,
            roots=root or (),
            last=last,
            selection=selection,
            config=told,
            schemas=schema or (),
            exclude_tables=exclude_table or (),
            seed=seed,
            progress=talk,
        )
    raise typer.Exit(show_report.show_explanation(report, talk))


@app.command()
def compare(
    source: o.SourceUrl,
    target: o.CopyUrl,
    schema: o.Schemas = None,
    table: o.Tables = None,
    exclude_table: o.ExcludeTables = None,
    jobs: o.Jobs = 1,
    format: o.AsFormat = o.Format.TEXT,
    quiet: o.Quietly = False,
    verbose: o.Verbose = 0,
) -> None:
    """Compare a copy with its source: rows, orphans, shapes of columns, numbers of children, NULLs.

    The scores go from 0 to 1. They tell how alike the two look, nothing about privacy.

    ```
    mimic compare sqlite:///shop.db sqlite:///copy.db
    ```
    """
    from mimic import commands
    from mimic.cli import show_report
    from mimic.planning.binding import with_environment

    with _talk(format, quiet, verbose) as talk:
        report = commands.compare(
            with_environment(source),
            with_environment(target),
            schemas=schema or (),
            tables=table or (),
            exclude_tables=exclude_table or (),
            jobs=jobs,
            progress=talk,
        )
    raise typer.Exit(show_report.show_comparison(report, talk))


keys = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", help="The key of masking.")
app.add_typer(keys, name="key")


@keys.command("new")
def new_key(file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")]) -> None:
    """Make a key in a new file that you alone may read (mode 0600).

    Who has the key can undo format-preserving masks; who loses it can never again make the same values. Keep it apart from the copies.

    ```
    mimic key new mask.key
    mimic clone postgresql://me@prod/shop postgresql://me@localhost/copy --config mimic.yaml --key-file mask.key
    ```
    """
    from mimic import commands

    commands.new_key(file)
    print(f"{file}: a new key. Keep it apart from the copies that it masks.")


@app.command()
def reveal(
    values: Annotated[list[str] | None, typer.Argument(metavar="VALUE...", help="Masked values; without any, lines of stdin.")] = None,
    masker: Annotated[
        str, typer.Option("--masker", metavar="KIND", help="The masker of the column, as `mimic inspect` names it.")
    ] = "identifier.preserve",
    group: Annotated[str, typer.Option("--group", metavar="NAME", help="The consistency group (`masking: group:`).")] = "default",
    keep: Annotated[int, typer.Option("--keep", metavar="N", help="The masker's option of this name.")] = 0,
    log: Annotated[Path | None, typer.Option("--log", metavar="FILE", help="Where to note that values were revealed.")] = None,
    key_file: o.KeyFile = None,
    key_variable: o.KeyVariable = None,
    key_command: o.KeyCommand = None,
) -> None:
    """Undo format-preserving masks (phone numbers, identifiers, cards, IBANs, numbers), for the holder of the key.

    That it was done, by whom and for how many values goes to stderr and into the file of --log; never a value.

    ```
    mimic reveal --masker identifier.phone --key-file mask.key '+49 51 8768580'
    ```
    """
    from mimic import commands
    from mimic.cli.noting import note

    asked = values if values else [line.rstrip("\n") for line in sys.stdin]
    told = commands.reveal(asked, masker, group=group, keep=keep, key_file=key_file, key_variable=key_variable, key_command=key_command)
    note(f"revealed {len(told)} values of {masker}, group {group}", log)
    for text in told:
        print("" if text is None else text)


@app.command(name="schema")
def config_schema() -> None:
    """Print the JSON Schema of mimic.yaml, for editors that check while you type.

    ```
    mimic schema > mimic.schema.json
    ```
    """
    from mimic.planning.binding import config_schema as tree

    print(json.dumps(tree(), indent=2))


# -- arguments and answers -------------------------------------------------------------------------------------------


def _talk(format: o.Format, quiet: bool, verbose: int, config: Path | None = None) -> Talk:
    named = str(config) if config else "mimic.yaml"
    return Talk(format="json" if format is o.Format.JSON else "text", quiet=quiet, verbosity=verbose, config=named)


def _read(config: Path | None) -> Config | None:
    from mimic.planning.binding import read_config

    return read_config(config, later=True) if config else None


def _url(given: str | None, config: Config | None, which: Literal["source", "target"]) -> str:
    """A URL from the command line, with its variables put in, or the one of the configuration."""
    from mimic.planning.binding import with_environment

    if given is not None:
        return with_environment(given)
    named: str | None = getattr(config, which) if config else None
    if named is None and config is not None and config.mistakes:
        raise ConfigError(config.mistakes)
    if named is None:
        raise UsageError(f"no {which} is named.", hint=f"Give its URL as {which.upper()}, or as `{which}:` in the file of --config.")
    return named


def _word(reference: o.ReferenceOption | None) -> Literal["copy", "synthesize"] | None:
    return reference.value if reference else None


def _if_exists(option: o.IfExistsOption) -> Literal["fail", "replace"]:
    return option.value


def _print(text: str, talk: Talk) -> None:
    if not talk.quiet:
        print(text)


def _asker(talk: Talk) -> Any:
    """Asks about reference tables on a terminal; elsewhere refuses, and says which flag decides."""

    def decide(tables: Sequence[TablePlan]) -> Literal["copy", "synthesize"]:
        names = "\n".join(f"  {table.table.name}  {table.source_rows:,} rows; {table.reference}" for table in tables)
        count = "1 table looks" if len(tables) == 1 else f"{len(tables)} tables look"
        if not (sys.stdin.isatty() and sys.stderr.isatty()) or talk.format == "json":
            raise Refused(
                f"{count} like reference data, and nobody has decided about {'it' if len(tables) == 1 else 'them'}; nothing was written.\n"
                f"{names}\nPass --reference copy to keep such rows as they are, or --reference synthesize to make some up;\n"
                "or set `mode:` per table in a mimic.yaml (`mimic plan` proposes one)."
            )
        talk.close()
        print(f"{count} like reference data:\n{names}", file=sys.stderr)
        copy = typer.confirm("Keep their rows as they are (otherwise rows are made up)?", default=True, err=True)
        return "copy" if copy else "synthesize"

    return decide
