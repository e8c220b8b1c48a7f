"""A generated platform of so many components."""

from __future__ import annotations

from pathlib import Path

ENVIRONMENTS = ("dev", "staging", "production")


def write_platform(home: Path, size: int) -> None:
    """A platform of web components, each connected to the one before, some routed.

    Every environment says something else of each fifth component.
    """
    lines = ["name: bench", 'kubernetes: ">=1.28"', "environments: [dev, staging, production]"]
    lines += [
        "charts:",
        "  bench:",
        "    version: 1.0.0",
        "    namespace: bench",
        "    components:",
    ]
    for number in range(size):
        lines += [
            f"      service-{number}:",
            "        kind: web",
            f"        image: example/service-{number}:1.{number}.0",
            "        port: 8080",
            "        env: {MODE: production, REGION: eu}",
            "        resources: {cpu: [250m, 1], memory: [256Mi, 1Gi]}",
            "        scale: {min: 2, max: 10}",
            "        probes: {live: /live, ready: /ready}",
            "        metrics: {port: 9100}",
        ]
        if number % 10:
            lines.append(f"        connects: [service-{number - 1}]")
    lines += ["    routes: {bench.example.com: service-0}"]
    home.mkdir(parents=True)
    (home / "platform.yaml").write_text("\n".join(lines) + "\n")
    for most, environment in enumerate(ENVIRONMENTS, start=5):
        overlay = home / "values" / environment / "bench.yaml"
        overlay.parent.mkdir(parents=True)
        overlay.write_text(
            "".join(
                f"service-{number}:\n  autoscaling:\n    maxReplicas: {most}\n"
                for number in range(0, size, 5)
            )
        )
