from __future__ import annotations

from generator.check.occasions import Occasion, merged
from generator.findings import Finding


def finding(message: str, rule: str = "r") -> Finding:
    return Finding(path="p", rule=rule, message=message)


def test_once_and_with_the_occasions_where_that_is_not_all():
    always, dev, old, both = (finding(name) for name in ("always", "dev", "old", "both"))
    version = finding("on 1.25", "kubernetes-version")
    found = {
        Occasion(environment=env, kube_version=kube): [
            always,
            always,
            *([dev] if env == "dev" else []),
            *([old, version] if kube == "1.25" else []),
            *([both] if (env, kube) == ("dev", "1.25") else []),
        ]
        for env in ("dev", "staging", "production")
        for kube in ("1.25", "1.31")
    }
    assert [each.message for each in merged(found)] == [
        "always",
        "dev (in dev)",
        "old (on Kubernetes 1.25)",
        "on 1.25",
        "both (in dev on Kubernetes 1.25)",
    ]
