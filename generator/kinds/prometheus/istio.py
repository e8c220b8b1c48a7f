"""What a Prometheus reads of Istio where its chart has a mesh: which names, of whose traffic."""

from __future__ import annotations

from generator.kinds.prometheus import metrics

#: Modes of the mesh in which there is something to read.
MODES = ("ambient", "sidecar")

#: Where Istio itself runs.
NAMESPACE = "istio-system"

#: What is kept of each job: what is known, and so what rules and dashboards may ask for.
KEPT = {
    "istiod": "|".join(metrics.ISTIOD),
    "ztunnel": "|".join(metrics.ZTUNNEL),
    "istio-proxy": "|".join(metrics.PROXY),
}
