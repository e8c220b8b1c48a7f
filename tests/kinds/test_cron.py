from __future__ import annotations

import pytest

from tests.kinds.rendering import RESOURCES, build, container, pod_of, problems

REPORT = {
    "kind": "cron",
    "image": "shop/report:2",
    "schedule": "30 2 * * MON-FRI",
    "timeZone": "Europe/Berlin",
    "deadline": "2h",
    "retries": 1,
    "startWithin": "5m",
    "keep": {"succeeded": 1, "failed": 0},
    "resources": RESOURCES,
    "args": ["--all"],
}
SWEEP = {"kind": "cron", "image": "shop/sweep:2", "schedule": "@hourly", "resources": RESOURCES}
NAME = "nightly-report-of-all-parcel"


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def shop(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    return build(folder, {NAME: REPORT, "sweep": SWEEP}, major=request.param)


def test_runs_when_and_as_the_spec_says(shop):
    cron = shop.render().one("CronJob", NAME)
    spec = cron["spec"]
    assert spec["schedule"] == "30 2 * * MON-FRI"
    assert spec["timeZone"] == "Europe/Berlin"
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["suspend"] is False
    assert spec["startingDeadlineSeconds"] == 300
    assert (spec["successfulJobsHistoryLimit"], spec["failedJobsHistoryLimit"]) == (1, 0)
    run = spec["jobTemplate"]["spec"]
    assert (run["activeDeadlineSeconds"], run["backoffLimit"]) == (7200, 1)
    assert container(cron)["args"] == ["--all"]
    assert pod_of(cron)["restartPolicy"] == "Never"
    assert "ports" not in container(cron)


def test_time_zone_waits_for_kubernetes_1_27(shop):
    assert "timeZone" not in shop.render(kube_version="1.26").one("CronJob", "sweep")["spec"]
    assert shop.render(kube_version="1.27").one("CronJob", "sweep")["spec"]["timeZone"] == "Etc/UTC"


def test_name_leaves_room_for_what_the_controller_appends(shop):
    release = "a-release-name-of-fifty-three-characters-at-the-most"
    for name in shop.render(release=release).names:
        kind, _, own = name.partition("/")
        assert len(own) <= (52 if kind == "CronJob" else 63), name


def test_pods_carry_the_labels_that_the_policy_selects(shop):
    objects = shop.render()
    wanted = objects.one("NetworkPolicy", "sweep")["spec"]["podSelector"]["matchLabels"]
    run = objects.one("CronJob", "sweep")["spec"]["jobTemplate"]["spec"]["template"]
    assert wanted.items() <= run["metadata"]["labels"].items()
    assert pod_of(objects.one("CronJob", "sweep"))["serviceAccountName"] == "sweep"
    assert objects.one("ServiceAccount", "sweep")["automountServiceAccountToken"] is False


def test_has_no_test_and_its_readme_says_so(shop):
    assert "Pod" not in {name.partition("/")[0] for name in shop.render().names}
    readme = (shop.charts / "sweep" / "README.md").read_text()
    assert "There is no `helm test`" in readme
    assert "kubectl create job --from=cronjob/sweep sweep-by-hand --namespace shop" in readme


def test_quota_has_room_for_runs_at_once(tmp_path):
    def pods(concurrency: str) -> int:
        folder = tmp_path / concurrency
        folder.mkdir()
        shop = build(folder, {"sweep": {**SWEEP, "concurrency": concurrency}})
        return int(shop.render().one("ResourceQuota")["spec"]["hard"]["pods"])

    one = pods("Forbid")
    assert (pods("Replace"), pods("Allow")) == (one + 1, one + 2)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("* * * *", "expected 5 fields, got 4 in '* * * *'"),
        ("60 * * * *", "minute: '60' is not within 0 and 59"),
        ("* * * * 7", "day of the week: '7' is not within 0 and 6"),
        ("0 0 1 foo *", "month: 'foo' is not within 1 and 12"),
        ("30-5 * * * *", "minute: '30-5' ends before it starts"),
        ("*/0 * * * *", "minute: the step in '*/0' is 0"),
        ("TZ=UTC 0 * * * *", "expected 5 fields, got 6 in 'TZ=UTC 0 * * * *'"),
    ],
)
def test_wrong_schedule(tmp_path, schedule, message):
    assert problems(tmp_path, {"sweep": {**SWEEP, "schedule": schedule}}) == [
        f"charts.shop.components.sweep.schedule: {message}"
    ]


def test_start_too_soon(tmp_path):
    (message,) = problems(tmp_path, {"sweep": {**SWEEP, "startWithin": "5s"}})
    assert "below 10s runs may never start" in message
