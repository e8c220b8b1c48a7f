"""deploy and rollback on a real API server, as it goes well; test_faults.py has the rest."""

from __future__ import annotations

import pytest

from tests.cluster.reach import until
from tests.cluster.shops import IMAGE, NOSUCH, Shop


@pytest.mark.parametrize("fresh", [4, 3], indirect=True, ids=["helm4", "helm3"])
def test_a_first_installation_goes_layer_by_layer_and_later_ones_in_one_step(fresh: Shop) -> None:
    said = fresh.run("deploy", "--timeout=90")
    assert [text for _, _, text in fresh.history()] == [
        "layer 1 of 4: infra",
        "layer 2 of 4: data",
        "layer 3 of 4: app",
        "layer 4 of 4: network",
    ]
    assert "waits by" in said
    labels = fresh.cluster.get("namespace", fresh.namespace, fresh.namespace)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    fresh.deploy()
    assert [status for _, status, _ in fresh.history()] == ["superseded"] * 4 + ["deployed"]


def test_an_image_that_somebody_set_stops_the_upgrade_and_can_be_kept(shop: Shop) -> None:
    words = ["set", "image", "deployment/api", "api=registry.example/api:1.1"]
    shop.cluster.kubectl(*words, "-n", shop.namespace)
    said = shop.run("deploy", code=3)
    assert "`kubectl set` wrote" in said
    assert "--take-image" in said
    shop.run("deploy", "--take-image", "--timeout=60")
    assert shop.image() == "registry.example/api:1.1"
    words[-1] = "api=elsewhere.example/api:1.2"
    shop.cluster.kubectl(*words, "-n", shop.namespace)
    assert "which is no tag of registry.example/api" in shop.run("deploy", "--take-image", code=3)
    shop.deploy("--force-conflicts")
    assert shop.image() == IMAGE


def test_a_dry_run_tells_and_changes_nothing(shop: Shop) -> None:
    before = shop.history()
    shop.write(api={"image": {"tag": "1.3"}})
    said = shop.run("deploy", "--dry-run")
    assert "registry.example/api:1.0 -> registry.example/api:1.3" in said
    assert "policies:" in said
    assert shop.history() == before
    assert shop.image() == IMAGE


def test_a_saved_plan_is_deployed_until_anything_has_moved(shop: Shop) -> None:
    shop.write(api={"image": {"tag": "1.3"}})
    plan = shop.folder / "release.plan"
    shop.run("plan", f"--out={plan}")
    shop.run("deploy", f"--plan={plan}", "--timeout=60")
    assert shop.image() == "registry.example/api:1.3"
    said = shop.run("deploy", f"--plan={plan}", code=2)
    assert "does not hold any more" in said
    assert f"--out {plan}" in said


def test_stale_charts_are_refused(shop: Shop) -> None:
    shop.spec.write_text(shop.spec.read_text().replace("scale: 1", "scale: 2"))
    assert "charts/ is not what platform.yaml says" in shop.run("deploy", code=2)


def test_a_rollback_goes_to_the_last_one_that_was_another(shop: Shop) -> None:
    shop.write(api={"image": {"tag": "1.3"}})
    shop.deploy()
    shop.deploy()
    said = shop.run("rollback", "--chart=shop", "--dry-run")
    assert "registry.example/api:1.3 -> registry.example/api:1.0" in said
    assert shop.image() == "registry.example/api:1.3"
    shop.run("rollback", "--chart=shop", "--timeout=60")
    assert shop.image() == IMAGE
    assert "there is no revision 99" in shop.run("rollback", "--chart=shop", "99", code=1)


def test_code_that_does_not_run_on_the_schema_does_not_come_back(fresh: Shop) -> None:
    fresh.write(migrate=', needs: "0038"')
    fresh.deploy()
    fresh.write(version="1.1.0", migrate=', needs: "0039"', **NOSUCH)
    said = fresh.deploy(code=1, timeout=12)
    assert "no rollback if it fails: Deployment/api of revision 4 needs schema 0038" in said
    assert "revision 5 failed, and its objects are there; 4 ran before" in said
    said = fresh.run("rollback", "--chart=shop", code=3)
    assert "needs schema 0038; the database is at 0039" in said
    assert "go forward" in said
    fresh.write(migrate=', needs: "0038"')
    assert "the database is at 0039" in fresh.deploy(code=3)
    fresh.write(version="1.1.1", migrate=', needs: "0039", serves: ["0038"]')
    fresh.deploy()
    fresh.run("rollback", "--chart=shop", "4", "--timeout=60")
    assert fresh.status == "deployed"


def test_the_status_is_watched_until_all_is_ready(shop: Shop) -> None:
    def image(tag: str) -> None:
        words = ("set", "image", "deployment/api", f"api=registry.example/api:{tag}")
        shop.cluster.kubectl(*words, "-n", shop.namespace)

    image("nosuch")
    until(lambda: "can't be pulled" in shop.run("status", code=2))
    watching = shop.begin("status", "--watch", "--timeout=120")
    assert watching.stdout is not None
    line = next(line for line in watching.stdout if "can't be pulled" in line)
    assert "registry.example/api:nosuch" in line
    image("1.0")
    said, _ = watching.communicate(timeout=180)
    assert watching.returncode == 0, said
    assert f"✓ shop in {shop.namespace}: deployed" in said
    assert "can't be pulled" not in said.rpartition("✓ shop in")[2]
    shop.run("status", "--watch", "--timeout=30")  # all is ready: it ends at once
    # Who writes the same value shares it: another one takes the field back.
    shop.write(api={"image": {"tag": "1.2"}})
    shop.deploy("--force-conflicts")
