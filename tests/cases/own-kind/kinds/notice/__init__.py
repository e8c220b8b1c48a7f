"""A notice: a ConfigMap that others read. Nothing runs."""

from dataclasses import dataclass

from generator.kinds.api import File, Knob

SUMMARY = "A text that others read."
SETTINGS = {
    "properties": {
        "text": {"type": "string", "default": "welcome", "description": "What it says."},
    }
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    text: str


def read(name, data):
    return Settings(text=data.get("text", "welcome"))


def problems(component, chart):
    return []


def link(component):
    return None


def secrets(component):
    return []


def workloads(component):
    return []


def knobs(component, chart):
    return [
        Knob(
            path="text",
            doc="What it says.",
            default=component.settings.text,
            schema={"type": "string"},
        )
    ]


def files(component, chart):
    return [File(template="configmap.yaml", path="templates/configmap.yaml")]
