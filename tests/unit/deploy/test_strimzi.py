"""Strimzi's resources are what Strimzi takes: by the schemas that its own generator makes of its classes."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from stack import jars
from tests.manifests import ALL, CONNECT, FOLDER, KAFKA, OURS, POOL, label

VERSION = "1.2.0"
JARS = {
    "api": "566961ae5e5646a001ae91312beda5cba3a5d467e740e205e1b761754335fe4e",
    "crd-generator": "76bb2430e702a1e6a24c071d26c865d5e9572cbc630d176d3b912033ae23ed00",
}
"""What is fetched, with its SHA-256."""
OLDEST_JAVA = 21

CLASSES = {"Kafka": "kafka.Kafka", "KafkaNodePool": "nodepool.KafkaNodePool", "KafkaConnect": "connect.KafkaConnect"}
STRIMZIS = [manifest for manifest in ALL if manifest not in OURS]

Schema = dict[str, Any]


def java() -> str:
    """Return a Java that runs the generator. The project itself needs none so new."""
    homes = [Path(os.environ.get("JAVA_HOME", "/none")), *Path("/usr/lib/jvm").glob("*")]
    programs = [shutil.which("java"), *(str(home / "bin" / "java") for home in homes)]
    for program in filter(None, programs):
        if Path(program).exists():
            said = subprocess.run([program, "-version"], check=True, capture_output=True, text=True).stderr
            if (version := re.search(r'version "(\d+)', said)) and int(version[1]) >= OLDEST_JAVA:
                return program
    pytest.skip(f"Strimzi's generator needs Java {OLDEST_JAVA} or newer")


def fetch(artifact: str, folder: Path) -> Path:
    """Fetch one of Strimzi's jars with Maven, and return where it is."""
    (plugin,) = re.findall(r"maven-dependency-plugin</artifactId>\s*<version>(.*?)<", jars.POM.read_text())
    goal = f"org.apache.maven.plugins:maven-dependency-plugin:{plugin}:copy"
    options = [f"-Dartifact=io.strimzi:{artifact}:{VERSION}", f"-DoutputDirectory={folder}"]
    subprocess.run([jars.program("mvn", "maven"), "-B", "-q", goal, *options], check=True, cwd=folder)
    jar = folder / f"{artifact}-{VERSION}.jar"
    assert hashlib.sha256(jar.read_bytes()).hexdigest() == JARS[artifact]
    return jar


def closed(schema: Schema) -> Schema:
    """Return a schema that takes no field which it does not name: Kubernetes would drop it, and say so at best."""
    closing = {key: closed(value) if isinstance(value, dict) else value for key, value in schema.items()}
    keeps_all = {"additionalProperties", "x-kubernetes-preserve-unknown-fields"} & schema.keys()
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not keeps_all:
        closing["additionalProperties"] = False
    return closing


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Schema]:
    """Return the schema of each kind, by its name."""
    program, folder = java(), tmp_path_factory.mktemp("strimzi")
    path = os.pathsep.join(str(fetch(artifact, folder)) for artifact in JARS)
    files = {kind: folder / f"{kind}.yaml" for kind in CLASSES}
    made = [f"io.strimzi.api.kafka.model.{CLASSES[kind]}={file}" for kind, file in files.items()]
    version = ["--crd-api-version", "v1", "--api-versions", "v1", "--storage-version", "v1", "--target-kube", "1.16+"]
    generator = "io.strimzi.crdgenerator.CrdGenerator"
    subprocess.run([program, "-cp", path, generator, *version, "--yaml", *made], check=True, capture_output=True)
    read = {kind: yaml.safe_load(file.read_text())["spec"]["versions"] for kind, file in files.items()}
    return {kind: closed(only["schema"]["openAPIV3Schema"]) for kind, [only] in read.items()}


@pytest.mark.parametrize("manifest", STRIMZIS, ids=label)
def test_each_is_one_by_its_schema(manifest: dict[str, Any], schemas: dict[str, Schema]) -> None:
    errors = Draft202012Validator(schemas[manifest["kind"]]).iter_errors(manifest)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_the_schemas_would_find_a_slip(schemas: dict[str, Schema]) -> None:
    for manifest, slip in (
        (KAFKA, {"kafkas": {}}),
        (POOL, {"replicas": "3"}),
        (CONNECT, {"externalConfiguration": {}}),
    ):
        wrong = {**manifest, "spec": manifest["spec"] | slip}
        assert not Draft202012Validator(schemas[manifest["kind"]]).is_valid(wrong)


def test_the_image_of_connect_is_of_the_same_version() -> None:
    assert f"FROM quay.io/strimzi/kafka:{VERSION}-" in (FOLDER / "connect.Dockerfile").read_text()
