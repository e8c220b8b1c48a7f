"""How large the Secret is that Helm stores a release in: Kubernetes takes one of 1 MiB at most."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from generator.check.chartfiles import ChartFiles
from generator.findings import ERROR, NOTE, Finding

RULE = "release-size"
LIMIT = 1024 * 1024
_TELL, _REFUSE = 0.70, 0.95

#: Stored in another form, or not at all: subcharts are not, and what .helmignore usually names.
_NOT_AS_FILES = frozenset(
    {
        ".git",
        ".helmignore",
        ".source-map.json",
        "Chart.yaml",
        "charts",
        "values.schema.json",
        "values.yaml",
    }
)


def release_bytes(chart: ChartFiles, manifest: str) -> int:
    """The size of the Secret's data, as Helm makes it: JSON, packed by gzip, in base64.

    The JSON holds the manifest, and of the chart's own files (not those of its subcharts) all in
    base64. Helm packs with its own library; ours comes within a few percent.
    """
    import deflate

    own = [
        {"name": path.name, "data": base64.b64encode(path.read_bytes()).decode()}
        for path in sorted(chart.folder.rglob("*"))
        if path.is_file() and path.relative_to(chart.folder).parts[0] not in _NOT_AS_FILES
    ]
    schema = base64.b64encode(chart.schema_bytes).decode()
    release = {
        "chart": {
            "metadata": chart.chart.data,
            "values": chart.values.data,
            "schema": schema,
            "files": own,
        },
        "manifest": manifest,
    }
    packed = deflate.gzip_compress(json.dumps(release).encode(), 6)
    return len(packed) * 4 // 3


def check_size(shown: str, size: int) -> Iterator[Finding]:
    """A note when a release comes near to the limit, an error when it would not fit."""
    share = size / LIMIT
    if share >= _TELL:
        yield Finding(
            path=shown,
            rule=RULE,
            severity=ERROR if share >= _REFUSE else NOTE,
            message=f"the release takes about {size / 1024:.0f} KiB,"
            f" {share:.0%} of what Helm can store",
            hint="move components into a chart of their own",
        )
