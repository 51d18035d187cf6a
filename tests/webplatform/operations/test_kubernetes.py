"""The manifests of deploy/kubernetes, read as they are: by the schemas of Kubernetes, and for what they say of us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.urls import resolve

from tests.webplatform.operations.test_containers import documented, manage
from webplatform.settings import ROOT

DEPLOY = ROOT / "deploy"
FOLDER = DEPLOY / "kubernetes"
KUSTOMIZATION = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text(encoding="utf-8"))
FOUND = [
    (path.name, one)
    for path in sorted(FOLDER.glob("*.yaml"))
    for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
VERSIONS = ("1.30", "1.37")  # the oldest and the newest that we have tried
OURS = {"web", "worker", "housekeeper", "trainer", "beat"}


@pytest.fixture(scope="module")
def validation() -> Any:
    """The package that knows Kubernetes's schemas; importing it takes two seconds, in each process that collects."""
    import kubernetes_validate

    return kubernetes_validate


def named(kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for _, one in FOUND if one["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """What describes a pod, by the name of what starts it."""
    return {name: one["spec"]["template"] for name, one in chain(named("Deployment").items(), named("Job").items())}


def containers(name: str) -> Iterator[dict[str, Any]]:
    spec = pods()[name]["spec"]
    yield from chain(spec.get("initContainers", []), spec["containers"])


def mebibytes(text: str) -> int:
    return int(text[:-2]) * {"Mi": 1, "Gi": 1024}[text[-2:]]


CONFIG = named("ConfigMap")["raut-config"]["data"]
SECRETS = set(re.findall(r"^(\w+)=", (FOLDER / "secret.example.env").read_text(encoding="utf-8"), re.MULTILINE))
WEB = named("Deployment")["raut-web"]["spec"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("one", [one for _, one in FOUND], ids=[f"{file}-{one['kind']}" for file, one in FOUND])
def test_a_manifest_is_what_kubernetes_takes(one: dict[str, Any], version: str, validation: Any):
    validation.validate(one, version, strict=True)


def test_a_manifest_with_a_slip_is_refused(validation: Any):
    with pytest.raises(validation.ValidationError):
        validation.validate({**named("Job")["raut-prepare"], "specs": {}}, VERSIONS[-1], strict=True)


def test_everything_is_applied_and_nothing_that_is_not_there():
    assert sorted(KUSTOMIZATION["resources"]) == [f"kubernetes/{path.name}" for path in sorted(FOLDER.glob("*.yaml"))]
    files = [file for made in KUSTOMIZATION["configMapGenerator"] for file in made["files"]]
    assert [file for file in files if not (DEPLOY / file).exists()] == []
    (secret,) = KUSTOMIZATION["secretGenerator"]
    assert secret["envs"] == ["kubernetes/secret.env"]
    assert "deploy/kubernetes/secret.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_every_part_of_the_platform_runs_by_a_real_command():
    assert set(named("Deployment")) == {f"raut-{name}" for name in OURS} | {"raut-proxy", "raut-redis"}
    for name in OURS:
        (container,) = named("Deployment")[f"raut-{name}"]["spec"]["template"]["spec"]["containers"]
        manage([*container["command"]])
        assert container["command"][3] == name
    (prepare,) = containers("raut-prepare")
    manage(prepare["command"])


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_pod_of_ours_waits_for_its_database_and_has_settings_files_and_keys(name: str):
    wait, container = containers(f"raut-{name}")
    assert "manage.py migrate --check" in wait["command"][-1]
    for one in (wait, container):
        assert one["envFrom"] == [{"configMapRef": {"name": "raut-config"}}, {"secretRef": {"name": "raut-secret"}}]
        assert {mount["name"]: mount["mountPath"] for mount in one["volumeMounts"]} == {
            "data": CONFIG["RAUT_DATA_DIR"],
            "keys": CONFIG["RAUT_KEYS_DIR"],
        }
    claims = {volume["name"]: volume["persistentVolumeClaim"]["claimName"] for volume in volumes(name)}
    assert claims == {"data": "raut-data", "keys": "raut-keys"}
    assert set(claims.values()) == set(named("PersistentVolumeClaim"))


def volumes(name: str) -> list[dict[str, Any]]:
    return pods()[f"raut-{name}"]["spec"]["volumes"]


@pytest.mark.parametrize("name", sorted(OURS - {"web"}))
def test_a_pod_is_asked_for_its_own_sign_of_life(name: str):
    *_, container = containers(f"raut-{name}")
    command = container["livenessProbe"]["exec"]["command"]
    manage(command)
    assert command[-1] == name


def test_web_pods_are_asked_at_addresses_that_answer_by_a_name_that_is_allowed():
    *_, container = containers("raut-web")
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        assert resolve(asked["path"])
        assert asked["httpHeaders"][0]["value"] in CONFIG["ALLOWED_HOSTS"].split(",")
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_a_web_pod_that_ends_has_time_to_send_its_cameras_on_and_another_one_is_there():
    *_, container = containers("raut-web")
    before_s = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    grace_s = WEB["template"]["spec"]["terminationGracePeriodSeconds"]
    assert grace_s >= before_s + int(CONFIG["RAUT_WEB_GRACE_SECONDS"]) + 10
    assert WEB["replicas"] >= 2
    assert WEB["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_there_is_one_beat_also_while_a_new_one_starts():
    beat = named("Deployment")["raut-beat"]["spec"]
    assert (beat["replicas"], beat["strategy"]["type"]) == (1, "Recreate")


def test_settings_are_real_ones_and_none_that_production_needs_is_missing():
    assert set(CONFIG) <= documented() | {"FORWARDED_ALLOW_IPS"}  # uvicorn's own
    assert SECRETS - {"REDIS_PASSWORD"} <= documented()
    needed = {"SECRET_KEY", "RAUT_MEDIA_KEYS", "ALLOWED_HOSTS", "PUBLIC_URL", "DATABASE_URL", "REDIS_URL"}
    assert needed <= set(CONFIG) | SECRETS
    assert {"SECRET_KEY", "RAUT_MEDIA_KEYS", "DATABASE_URL", "REDIS_URL"} <= SECRETS - set(CONFIG)


def test_every_container_asks_for_memory_and_has_a_bound():
    for name in pods():
        for container in containers(name):
            memory = container["resources"]["requests"]["memory"], container["resources"]["limits"]["memory"]
            assert mebibytes(memory[0]) < mebibytes(memory[1]), name


def test_a_worker_may_hold_what_the_settings_let_it_take():
    *_, container = containers("raut-worker")
    own_mb = 220  # its main process (docs/operations.md, "What was run, and when")
    most_mb = settings.CELERY_WORKER_MAX_MEMORY_PER_CHILD // 1024 + settings.RAUT_DECODE_MEMORY_MB + own_mb
    assert mebibytes(container["resources"]["limits"]["memory"]) >= most_mb


def test_no_container_of_ours_may_do_what_it_need_not():
    for name, pod in pods().items():
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["automountServiceAccountToken"] is False
        for container in containers(name):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            }


def test_services_budgets_and_policies_name_pods_that_exist():
    labels = {pod["metadata"]["labels"]["app"] for pod in pods().values()}
    for name, one in named("Deployment").items():
        assert one["spec"]["selector"]["matchLabels"] == {"app": name}
    chosen = {one["spec"]["selector"]["app"] for one in named("Service").values()}
    chosen |= {one["spec"]["selector"]["matchLabels"]["app"] for one in named("PodDisruptionBudget").values()}
    chosen |= {one["spec"]["podSelector"]["matchLabels"]["app"] for one in named("NetworkPolicy").values()}
    assert chosen <= labels
    assert {"raut-web", "raut-worker", "raut-proxy"} == set(named("PodDisruptionBudget"))


def test_nobody_but_nginx_and_prometheus_reaches_the_pods_that_believe_the_proxy():
    assert CONFIG["FORWARDED_ALLOW_IPS"] == "*"
    (rule,) = named("NetworkPolicy")["raut-web"]["spec"]["ingress"]
    own, foreign = rule["from"]
    assert own == {"podSelector": {"matchLabels": {"app": "raut-proxy"}}}
    assert foreign["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}


def test_nginx_runs_the_shipped_configuration_with_the_pods_as_its_processes():
    made = {made["name"]: made["files"] for made in KUSTOMIZATION["configMapGenerator"]}
    assert made["raut-nginx"] == ["nginx/raut.conf"]
    here = (FOLDER / "nginx" / "upstreams.conf").read_text(encoding="utf-8")
    host = f"raut-web.{KUSTOMIZATION['namespace']}.svc.cluster.local:8000 resolve"
    assert "raut-web" in named("Service")
    assert directives(here.replace(host, "127.0.0.1:8000")) == directives(
        (DEPLOY / "nginx" / "raut" / "upstreams.conf").read_text(encoding="utf-8")
    )


def directives(text: str) -> list[str]:
    lines = (re.sub(r"#.*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("resolver ")]


def test_pods_with_a_gpu_are_workers_and_trainers_with_tensorflow():
    component = yaml.safe_load((FOLDER / "gpu" / "kustomization.yaml").read_text(encoding="utf-8"))
    (patch,) = component["patches"]
    assert re.findall(r"\w+", patch["target"]["name"]) == ["raut", "worker", "trainer"]
    changes = {change["path"].rsplit("/", 1)[1]: change["value"] for change in yaml.safe_load(patch["patch"])}
    assert changes["env"] == [{"name": "RAUT_BACKEND", "value": "tensorflow"}]
    assert changes["nvidia.com~1gpu"] == "1"
