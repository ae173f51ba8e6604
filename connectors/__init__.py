"""Databases that Mimic speaks to, one folder each; found by the entry points `mimic.connectors`."""
