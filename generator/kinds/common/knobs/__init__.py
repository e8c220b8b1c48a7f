"""The values that most subcharts have: one definition of type, default and documentation each.

The same definition writes values.yaml, values.schema.json and the README's table.
"""

from generator.kinds.common.knobs.chart import (
    MONITORING,
    ingress_namespace,
    mesh_mode,
    monitoring_namespace,
    naming,
    of_pods,
)
from generator.kinds.common.knobs.container import (
    WAIT_IMAGE,
    environment,
    image,
    probe,
    probes,
    resource_map,
    resources,
    wait,
)
from generator.kinds.common.knobs.pod import network_policy, pod, scheduling, service_account
from generator.kinds.common.knobs.replicas import disruption, scale, vertical

__all__ = [
    "MONITORING",
    "WAIT_IMAGE",
    "disruption",
    "environment",
    "image",
    "ingress_namespace",
    "mesh_mode",
    "monitoring_namespace",
    "naming",
    "network_policy",
    "of_pods",
    "pod",
    "probe",
    "probes",
    "resource_map",
    "resources",
    "scale",
    "scheduling",
    "service_account",
    "vertical",
    "wait",
]
