"""What SQL databases share: our own `Schema` as SQL of an engine's dialect.

`ddl` writes the statements, `types` spells the types, `expressions` carries SQL text from one dialect to another, `names`
finds names for engines with other rules.
"""
