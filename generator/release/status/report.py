"""One release's status, put together from what was read."""

from __future__ import annotations

from datetime import datetime

from generator.release.history import Revision
from generator.release.status.around import claims, schedules
from generator.release.status.components import components
from generator.release.status.expiry import certificates
from generator.release.status.facts import Facts
from generator.release.status.model import (
    OFF,
    READY,
    Past,
    ReleaseStatus,
)


def report(facts: Facts, now: datetime) -> ReleaseStatus:
    """What is known of a release."""
    target, last = facts.target, facts.history.last
    if last is None:
        return ReleaseStatus(
            release=target.release,
            namespace=target.namespace,
            environment=target.environment,
            revision=None,
            status="not installed",
            chart_version="",
            app_version="",
            since="",
            pending=False,
            ready=False,
        )
    parts = components(last.objects, facts)
    volumes = claims(last.objects, facts)
    expiring = certificates(last.objects, facts, now)
    jobs = schedules(last.objects, facts)
    states = {one.state for group in (parts, volumes, expiring, jobs) for one in group}
    return ReleaseStatus(
        release=target.release,
        namespace=target.namespace,
        environment=target.environment,
        revision=last.number,
        status=last.status,
        chart_version=last.chart_version,
        app_version=last.app_version,
        since=last.deployed_at,
        pending=last.pending,
        ready=last.status == "deployed" and states <= {READY, OFF},
        history=tuple(_past(one) for one in reversed(facts.history.revisions)),
        components=parts,
        claims=volumes,
        certificates=expiring,
        schedules=jobs,
        unknown=facts.unknown,
    )


def _past(one: Revision) -> Past:
    return Past(
        revision=one.number,
        status=one.status,
        chart_version=one.chart_version,
        at=one.deployed_at,
        description=one.description,
    )
