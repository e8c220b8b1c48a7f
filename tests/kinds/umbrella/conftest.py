"""The platforms that several of these tests look at."""

from tests.kinds.umbrella.shop import f5, full, traefik

__all__ = ["f5", "full", "traefik"]
