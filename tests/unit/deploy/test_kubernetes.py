"""The Kubernetes manifests, as far as they can be proved without a cluster. Strimzi's schemas: test_strimzi.py."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest

from tests.containers import CAPTURE, KNOWN, SCRIPT, SERVICES, make_secrets, properties, variables
from tests.manifests import ALL, BASE, CONNECT, FOLDER, KAFKA, OURS, PODS, POOL, WITH_SECRETS, WORKLOADS, label, of_kind

KUBERNETES = ["1.30", "1.37"]
"""The oldest that Strimzi 1.2 takes, and the newest there is."""

NAME = "app.kubernetes.io/name"
SETTINGS = of_kind("ConfigMap")["settings"]["data"]
SECRETS = {
    secret["name"]: [Path(file).name for file in (*secret.get("envs", ()), *secret.get("files", ()))]
    for secret in WITH_SECRETS["secretGenerator"]
}
STRIMZIS_ADDRESSES = {"INSTASHOP_KAFKA", "INSTASHOP_CONNECT_URL"}
ADDRESSES = {"instashop-kafka-bootstrap", "instashop-connect-api", *of_kind("Service")}
"""The first two are what Strimzi calls the services of a Kafka and a KafkaConnect named `instashop`."""


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Return the variables of each Secret that is made of a file of them."""
    folder = make_secrets(tmp_path_factory.mktemp("kubernetes"))
    return {name: variables(folder / file) for name, [file] in SECRETS.items() if file.endswith(".env")}


def container(name: str) -> dict[str, Any]:
    """Return the one container of a workload."""
    (only,) = PODS[name]["containers"]
    found: dict[str, Any] = only
    return found


def secret_of(name: str) -> str | None:
    """Return the Secret from which a workload has its variables."""
    sources = container(name).get("envFrom", [])
    return next((source["secretRef"]["name"] for source in sources if "secretRef" in source), None)


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("manifest", OURS, ids=label)
def test_each_is_one_by_its_schema(manifest: dict[str, Any], version: str) -> None:
    assert kubernetes_validate.validate(manifest, version, strict=True) == version


def test_no_file_is_forgotten() -> None:
    there = {file.name for file in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert there == {*BASE["resources"], *BASE["configurations"]}
    assert len({label(manifest) for manifest in ALL}) == len(ALL)


@pytest.mark.parametrize("name", PODS)
def test_each_pod_is_pinned_bounded_and_hardened(name: str) -> None:
    pod, only = PODS[name], container(name)
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is pod["enableServiceLinks"] is False
    assert re.search(r":\d[\w.-]*$", only["image"])
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert all(only["resources"][bound].keys() == {"cpu", "memory"} for bound in ("requests", "limits"))


@pytest.mark.parametrize(("kind", "manifest"), [("kafkaContainer", POOL), ("connectContainer", CONNECT)])
def test_what_strimzi_runs_is_hardened_too(kind: str, manifest: dict[str, Any]) -> None:
    spec, ours = manifest["spec"], PODS["faust-worker"]
    pod = spec["template"]["pod"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == ours["securityContext"]["seccompProfile"]
    assert pod["enableServiceLinks"] is False
    assert spec["template"][kind]["securityContext"] == container("faust-worker")["securityContext"]
    assert spec["resources"].keys() == {"requests", "limits"}


@pytest.mark.parametrize("name", PODS)
def test_each_does_what_its_service_of_compose_does(name: str) -> None:
    service, only = SERVICES[name], container(name)
    assert only["image"] == service["image"]
    command = only.get("command") or only["args"]
    if name == "spark":  # on its own cores, where compose has a cluster
        assert command == [*service["command"][:-1], "local[2]"]
    else:
        assert command == service["command"]


OF_A_CLUSTER = {"INSTASHOP_SPARK_HOST", "SPARK_LOCAL_DIRS"}
"""Where Spark's workers find its driver, and what all of them write in passing: the pod's /tmp is a disk."""


@pytest.mark.parametrize("name", [name for name in PODS if "envFrom" in container(name)])
def test_each_is_told_what_its_service_of_compose_is(name: str) -> None:
    service = SERVICES[name]
    own = {variable["name"]: variable["value"] for variable in container(name).get("env", [])}
    (secret,) = [Path(file).stem for file in service["env_file"]]
    assert secret_of(name) == secret
    given, wanted = SETTINGS | own, service["environment"]
    assert given.keys() == wanted.keys() - OF_A_CLUSTER <= KNOWN
    assert {variable for variable in given if given[variable] != wanted[variable]} <= STRIMZIS_ADDRESSES


def test_connect_is_told_what_the_connectors_ask_for(secrets: dict[str, dict[str, str]]) -> None:
    given = {entry["name"]: entry for entry in CONNECT["spec"]["template"]["connectContainer"]["env"]}
    assert given.keys() == CAPTURE
    for name, entry in given.items():
        if "value" in entry:
            assert entry["value"] == SERVICES["connect"]["environment"][name]
        else:
            assert entry["valueFrom"] == {"secretKeyRef": {"name": "connect", "key": name}}
            assert name in secrets["connect"]


def volumes(kind: str, field: str) -> set[str]:
    """Return the names of what the pods' volumes of a kind take."""
    return {volume[kind][field] for pod in PODS.values() for volume in pod["volumes"] if kind in volume}


def test_each_volume_and_secret_is_there() -> None:
    assert volumes("persistentVolumeClaim", "claimName") == of_kind("PersistentVolumeClaim").keys()
    used = {secret for name in PODS if (secret := secret_of(name))} | volumes("secret", "secretName")
    assert used | {"connect"} == SECRETS.keys()
    for name, pod in PODS.items():
        mounted = {mount["name"] for mount in container(name)["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_secrets_are_made_of_what_the_script_makes(tmp_path: Path) -> None:
    made = {SCRIPT.parent / "secrets" / file.name for file in make_secrets(tmp_path).iterdir()}
    for secret in WITH_SECRETS["secretGenerator"]:
        assert {FOLDER.parent / file for file in (*secret.get("envs", ()), *secret.get("files", ()))} <= made


def test_each_address_is_one(secrets: dict[str, dict[str, str]]) -> None:
    hosts = {SETTINGS["INSTASHOP_KAFKA"].partition(":")[0], CONNECT["spec"]["bootstrapServers"].partition(":")[0]}
    values = [*SETTINGS.values(), *(value for each in secrets.values() for value in each.values())]
    hosts |= {str(urlsplit(value).hostname) for value in values if "://" in value}
    assert hosts <= ADDRESSES


def test_selectors_select() -> None:
    for name, workload in WORKLOADS.items():
        labels = workload["spec"]["template"]["metadata"]["labels"]
        assert labels == {NAME: name}
        assert workload["kind"] == "Job" or workload["spec"]["selector"]["matchLabels"] == labels
    for service in of_kind("Service").values():
        assert service["spec"].get("selector", {}).get(NAME) in {*PODS, None}
    assert of_kind("PodDisruptionBudget")["faust-worker"]["spec"]["selector"]["matchLabels"] == {NAME: "faust-worker"}


def let_in(peers: list[dict[str, Any]]) -> set[str]:
    """Return the workloads that a rule lets in by name."""
    rules = [rule for peer in peers for rule in peer.get("podSelector", {}).get("matchExpressions", ())]
    return {name for rule in rules for name in rule["values"]}


def test_nobody_may_come_in_who_is_not_named(secrets: dict[str, dict[str, str]]) -> None:
    policies = of_kind("NetworkPolicy")
    nobody = policies.pop("nobody")["spec"]
    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress"]}
    for name, policy in policies.items():
        (rule,) = policy["spec"]["ingress"]
        assert let_in(rule["from"]) <= PODS.keys()
        ports = {port["containerPort"] for port in container(name)["ports"]} if name in PODS else {8083}
        assert {port["port"] for port in rule["ports"]} == ports
    (redis,) = policies["redis-metrics"]["spec"]["ingress"]
    knows = {name for name in PODS if "INSTASHOP_REDIS_URL" in secrets.get(secret_of(name) or "", {})}
    assert let_in(redis["from"]) == knows - {"setup"}  # its Secret is that of the watch
    (listener,) = KAFKA["spec"]["kafka"]["listeners"]
    assert let_in(listener["networkPolicyPeers"]) == {"setup", "connectors-watch", "faust-worker", "spark"}
    (connect,) = policies["connect"]["spec"]["ingress"]
    assert let_in(connect["from"]) == {"setup", "connectors-watch"}


STRIMZIS = {
    *("advertised.listeners", "controller.listener.names", "controller.quorum.voters", "heap.opts"),
    *(
        "inter.broker.listener.name",
        "listener.security.protocol.map",
        "listeners",
        "log.dirs",
        "node.id",
        "process.roles",
    ),
}
"""What Strimzi sets by itself, or elsewhere."""


def test_kafka_has_the_settings_of_compose() -> None:
    environment = SERVICES["kafka1"]["environment"]
    wanted = {key: value for key, value in properties(environment, "KAFKA_").items() if key not in STRIMZIS}
    assert KAFKA["spec"]["kafka"]["config"] == wanted
    assert POOL["spec"]["replicas"] == sum(re.fullmatch(r"kafka\d", name) is not None for name in SERVICES)
    heap = POOL["spec"]["jvmOptions"]
    assert environment["KAFKA_HEAP_OPTS"] == " ".join(f"{option}{size}" for option, size in heap.items())


def test_connect_has_the_settings_of_compose() -> None:
    spec, environment = CONNECT["spec"], SERVICES["connect"]["environment"]
    flush = {"offset.flush.interval.ms": environment["OFFSET_FLUSH_INTERVAL_MS"]}
    assert spec["config"] == properties(environment, "CONNECT_") | flush
    assert spec["groupId"] == environment["GROUP_ID"]
    for topic in ("config", "offset", "status"):
        assert spec[f"{topic}StorageTopic"] == environment[f"{topic.upper()}_STORAGE_TOPIC"]
    heap = spec["jvmOptions"]
    assert environment["HEAP_OPTS"] == " ".join(f"{option}{size}" for option, size in heap.items())


def test_connectors_are_left_to_the_project() -> None:
    assert "annotations" not in CONNECT["metadata"]
    assert not of_kind("KafkaConnector")


def test_versions_are_those_of_compose() -> None:
    kafka = SERVICES["kafka1"]["image"].partition(":")[2]
    assert KAFKA["spec"]["kafka"]["version"] == CONNECT["spec"]["version"] == kafka
    debezium, strimzi = re.findall(r"^FROM (\S+)", (FOLDER / "connect.Dockerfile").read_text(), re.MULTILINE)
    assert debezium == SERVICES["connect"]["image"]
    assert strimzi.endswith(f"-kafka-{kafka}")
