"""The values that most subcharts have: one definition of type, default and documentation each.

The same definition writes values.yaml, values.schema.json and the README's table.
"""

from generator.kinds.common.knobs.chart import naming, shared
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
    "WAIT_IMAGE",
    "disruption",
    "environment",
    "image",
    "naming",
    "network_policy",
    "pod",
    "probe",
    "probes",
    "resource_map",
    "resources",
    "scale",
    "scheduling",
    "service_account",
    "shared",
    "vertical",
    "wait",
]
