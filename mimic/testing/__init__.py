"""For third parties: what a connector must pass, and random schemas for property tests."""

from mimic.testing.strategies import schemas
from mimic.testing.suite import ConnectorSuite
from mimic.testing.wild import Script, postgresql_databases

__all__ = ["ConnectorSuite", "Script", "postgresql_databases", "schemas"]
