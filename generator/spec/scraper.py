"""Who reads the metrics of a chart: a component of the platform, or others' pods in its place."""

from __future__ import annotations

from generator.kinds.api import MONITORING, StandIn
from generator.spec.model import Chart, Platform, Scrape


def stand_in(platform: Platform) -> StandIn | None:
    """Who monitors in the place of the platform's own components, if anybody does."""
    everybody = (component for chart in platform.charts for component in chart.components)
    return next((one.stand_in for one in everybody if one.stand_in is not None), None)


def scraper(platform: Platform, chart: Chart) -> Scrape | None:
    """Whose pods read the metrics of a chart: its scraper's, or those in their place."""
    scrape = chart.scrape
    if scrape is None:
        return None
    namespace = scrape.namespace or chart.namespace
    for other in platform.charts:
        for component in other.components if other.namespace == namespace else ():
            if component.name == scrape.workload and component.stand_in is not None:
                found = component.stand_in
                return Scrape(namespace=MONITORING, workload=found.workload, account=found.account)
    return scrape
