"""The Kubernetes manifests, as they stand in deploy/kubernetes."""

from typing import Any

import yaml

from settings import CHECKOUT

Manifest = dict[str, Any]

FOLDER = CHECKOUT / "deploy" / "kubernetes"
BASE: Manifest = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
WITH_SECRETS: Manifest = yaml.safe_load((FOLDER.parent / "kustomization.yaml").read_text())
ALL: list[Manifest] = [
    manifest for file in BASE["resources"] for manifest in yaml.safe_load_all((FOLDER / file).read_text())
]


def of_kind(*kinds: str) -> dict[str, Manifest]:
    """Return the manifests of these kinds, by name."""
    return {manifest["metadata"]["name"]: manifest for manifest in ALL if manifest["kind"] in kinds}


def label(manifest: Manifest) -> str:
    """Return what a manifest is called, as kubectl does: for a test's id."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}".lower()


KAFKA, POOL = of_kind("Kafka")["instashop"], of_kind("KafkaNodePool")["broker"]
CONNECT = of_kind("KafkaConnect")["instashop"]

OURS = [manifest for manifest in ALL if manifest["apiVersion"] != KAFKA["apiVersion"]]
"""What Kubernetes itself knows; the rest is Strimzi's."""

WORKLOADS = of_kind("Deployment", "Job")
PODS = {name: manifest["spec"]["template"]["spec"] for name, manifest in WORKLOADS.items()}
