"""What breaks off in the middle of a deployment: the next one goes on from there.

The tests that end programs of a control plane have one of their own.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import needs
from tests.cluster import plane as planes
from tests.cluster.reach import Cluster, until
from tests.cluster.shops import IMAGE, NOSUCH, Shop, kill


@pytest.mark.parametrize(("fresh", "layer"), [(4, 1), (3, 1), (3, 2)], indirect=["fresh"], ids=str)
def test_a_killed_installation_goes_on_where_it_stands(fresh: Shop, layer: int) -> None:
    fresh.write(cache={"tls": {"enabled": False}, "image": {"tag": "nosuch"}})
    begun = fresh.begin("deploy", "--skip-preflight", "--timeout=60")
    pending = "pending-install" if layer == 1 else "pending-upgrade"
    until(lambda: fresh.status == pending, within=60, what=f"{pending}: {fresh.history()}")
    kill(begun)
    said = fresh.deploy(code=1)
    assert f"is {pending}" in said
    assert "--recover" in said
    fresh.write()
    said = fresh.deploy("--recover")
    assert "layer 4 of 4: network" in said
    assert fresh.status == "deployed"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_an_interruption_leaves_no_pending_release_and_says_what_it_left(
    shop: Shop, number: signal.Signals
) -> None:
    shop.write(**NOSUCH)
    begun = shop.begin("deploy", "--skip-preflight", "--timeout=120")
    shop.until_status("pending-upgrade")
    time.sleep(2)
    begun.send_signal(number)
    said, _ = begun.communicate(timeout=90)
    assert begun.returncode == 130, said
    assert "interrupted after" in said
    assert "state: rolled back" in said
    assert shop.status == "deployed"


def upgrading(shop: Shop, after: int) -> int:
    """The revision of an upgrade that began after another; it may have ended meanwhile."""

    def found() -> int:
        number, status, text = shop.history()[-1]
        seen = status == "pending-upgrade" or text == "Upgrade complete"
        return number if number > after and seen else 0

    return int(until(found, within=90))


def test_a_deployment_killed_at_any_of_ten_points_is_completed_by_the_next(shop: Shop) -> None:
    """Each one first frees what the one before left, gets further, and is killed as well."""
    claim = shop.cluster.get("pvc", "data-cache-0", shop.namespace)["metadata"]["uid"]
    words = ("deploy", "--skip-preflight", "--recover", "--timeout=60")
    shop.write(api={"image": {"tag": "1.9"}})
    number, start = shop.history()[-1][0], time.monotonic()
    quiet = shop.begin(*words)
    number = upgrading(shop, number)
    before, start = time.monotonic() - start, time.monotonic()
    quiet.communicate(timeout=120)
    during = time.monotonic() - start
    left = []
    for point in range(10):
        shop.write(api={"image": {"tag": f"2.{point}"}})
        process = shop.begin(*words)
        if point < 2:  # Helm has not begun
            time.sleep(before * (point + 1) / 4)
        else:
            number = upgrading(shop, number)
            time.sleep(during * (point - 2) / 8)
        kill(process)
        left.append(shop.history()[-1])
    assert "pending-upgrade" in {status for _, status, _ in left}, left
    shop.deploy("--recover")
    assert (shop.status, shop.image()) == ("deployed", "registry.example/api:2.9")
    numbers = [number for number, _, _ in shop.history()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))  # none was deleted
    assert shop.cluster.get("pvc", "data-cache-0", shop.namespace)["metadata"]["uid"] == claim


def test_an_expired_token_is_told(shop: Shop) -> None:
    gone = shop.cluster.as_user("gone", lasts=0.1).kubeconfig
    time.sleep(1)
    said = shop.run("deploy", code=1, kubeconfig=gone)
    assert "log in to the cluster again" in said


def test_a_token_that_expires_in_the_middle_leaves_what_the_next_frees(shop: Shop) -> None:
    where = ("-n", shop.namespace)
    shop.cluster.kubectl("create", "serviceaccount", "robot", *where)
    words = ("--clusterrole=cluster-admin", f"--serviceaccount={shop.namespace}:robot")
    shop.cluster.kubectl("create", "rolebinding", "robot", *words, *where)
    robot = shop.cluster.as_account(shop.namespace, "robot")
    shop.write(**NOSUCH)
    begun = shop.begin("deploy", "--skip-preflight", "--timeout=25", kubeconfig=robot.kubeconfig)
    shop.until_status("pending-upgrade")
    shop.cluster.kubectl("delete", "serviceaccount", "robot", *where)  # and with it its token
    said, _ = begun.communicate(timeout=200)
    assert begun.returncode == 1, said
    assert "left  the cluster no longer accepts the token or certificate" in said
    assert "state: unknown, for the cluster no longer accepts the token" in said
    assert "hint: log in to the cluster again" in said
    shop.write()
    assert "--recover" in shop.deploy(code=1)
    shop.deploy("--recover")
    assert (shop.status, shop.image()) == ("deployed", IMAGE)


@pytest.fixture(scope="module")
def own(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop on a control plane of its own: the others of the suite go on with theirs."""
    if cluster.plane is None:
        needs.missing("a cluster whose programs may be ended", "unset TEST_KUBECONFIG")
    folder = tmp_path_factory.mktemp("own")
    plane = planes.up(folder / "plane", cluster.definitions.parent / "bin")
    try:
        mine = Cluster(
            kubeconfig=plane.admin,
            folder=plane.folder,
            definitions=cluster.definitions,
            plane=plane,
        )
        shop = Shop(cluster=mine, folder=folder, namespace=mine.create_namespace("shop"))
        shop.provide()
        yield shop
        shop.end()
    finally:
        planes.down(plane.folder)


@pytest.fixture
def running(own: Shop) -> tuple[Shop, planes.Plane]:
    """It runs as it was written first, and the control plane below it."""
    assert own.cluster.plane is not None
    own.write()
    own.deploy("--recover")
    return own, own.cluster.plane


def test_an_api_server_that_dies_in_the_middle_loses_nothing(
    running: tuple[Shop, planes.Plane],
) -> None:
    shop, plane = running
    shop.write(**NOSUCH)
    begun = shop.begin("deploy", "--skip-preflight", "--timeout=15")
    shop.until_status("pending-upgrade")
    plane.stop("kube-apiserver", signal.SIGKILL)
    said, _ = begun.communicate(timeout=200)
    plane.start("kube-apiserver")
    plane.wait_ready()
    assert begun.returncode == 1, said
    assert "the cluster does not answer" in said
    assert "state: unknown, for the cluster does not answer" in said
    shop.write()
    assert "--recover" in shop.deploy(code=1)
    shop.deploy("--recover")
    assert (shop.status, shop.image()) == ("deployed", IMAGE)


def test_an_api_server_that_dies_and_is_back_is_only_told(
    running: tuple[Shop, planes.Plane],
) -> None:
    shop, plane = running
    shop.write(api={"nodeSelector": {"for": "the-shop"}})
    begun = shop.begin("deploy", "--skip-preflight", "--timeout=90")
    # Helm has sent everything, and waits.
    until(lambda: "nodeSelector" in str(shop.cluster.get("deployment", "api", shop.namespace)))
    time.sleep(3)
    plane.stop("kube-apiserver", signal.SIGKILL)
    time.sleep(5)
    plane.start("kube-apiserver")
    plane.wait_ready()
    shop.cluster.kubectl("label", "node", "node-0", "for=the-shop")
    said, _ = begun.communicate(timeout=200)
    assert begun.returncode == 0, said
    assert "the cluster does not answer; Helm goes on trying" in said
    assert shop.status == "deployed"


@contextmanager
def slow(plane: planes.Plane, *, stands: float, works: float) -> Iterator[None]:
    """etcd stands still for so many seconds, then works for so many, again and again."""
    pid = plane.pid("etcd")
    assert pid is not None
    over = threading.Event()

    def hinder() -> None:
        while not over.is_set():
            os.kill(pid, signal.SIGSTOP)
            over.wait(stands)
            os.kill(pid, signal.SIGCONT)
            over.wait(works)

    thread = threading.Thread(target=hinder)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_slow_etcd_makes_a_deployment_slow_and_nothing_else(
    running: tuple[Shop, planes.Plane],
) -> None:
    shop, plane = running
    shop.write(api={"image": {"tag": "1.5"}})
    with slow(plane, stands=0.4, works=0.1):
        shop.deploy(timeout=120)
    assert (shop.status, shop.image()) == ("deployed", "registry.example/api:1.5")


def test_an_etcd_that_stands_still_for_a_while_is_told_and_nothing_is_lost(
    running: tuple[Shop, planes.Plane],
) -> None:
    """Longer than the deployment has time: Helm fails, and notes it when it can."""
    shop, plane = running
    shop.write(**NOSUCH)
    begun = shop.begin("deploy", "--skip-preflight", "--timeout=10")
    shop.until_status("pending-upgrade")
    with slow(plane, stands=20, works=600):
        said, _ = begun.communicate(timeout=200)
    assert begun.returncode == 1, said
    assert "hint: " in said
    shop.write()
    shop.deploy("--recover")
    assert (shop.status, shop.image()) == ("deployed", IMAGE)
