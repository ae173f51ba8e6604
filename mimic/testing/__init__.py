"""For third parties: what a connector must pass, and random schemas for property tests."""

from mimic.testing.strategies import schemas
from mimic.testing.suite import ConnectorSuite

__all__ = ["ConnectorSuite", "schemas"]
