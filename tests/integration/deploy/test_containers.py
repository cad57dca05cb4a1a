"""What docker-compose.yml configures, run as ordinary processes: three brokers, Redis' users, and the health checks."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
from tenacity import retry, retry_if_exception_type, retry_if_not_result, stop_after_delay, wait_fixed

from settings import Settings
from stack import jars
from stack.ports import HOST, any_free
from stack.valkey import server
from tests.containers import SERVICES, is_healthy, make_secrets, variables

BROKERS = ("kafka1", "kafka2", "kafka3")


def properties(broker: str, ports: dict[tuple[str, int], int], folder: Path) -> str:
    """Return the settings of a broker as a file of Kafka, with this machine in place of the containers' network."""
    lines = []
    for name, value in SERVICES[broker]["environment"].items():
        setting = name.removeprefix("KAFKA_").replace("_", ".").lower()
        for (host, port), here in ports.items():
            value = value.replace(f"{host}:{port}", f"{HOST}:{here}")
        if setting == "listeners":
            value = f"BROKER://{HOST}:{ports[broker, 9092]},CONTROLLER://{HOST}:{ports[broker, 9093]}"
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS":
            lines.append(f"{setting}={folder if setting == 'log.dirs' else value}")
    return "\n".join(lines)


@pytest.fixture
def brokers(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Run the three brokers, and return their addresses and processes."""
    jars.fetch(print)
    ports = {(broker, port): any_free() for broker in BROKERS for port in (9092, 9093)}
    running = []
    cluster = variables(make_secrets(tmp_path) / "kafka.env")["CLUSTER_ID"]
    with (tmp_path / "log").open("w") as log:
        for broker in BROKERS:
            file = tmp_path / f"{broker}.properties"
            file.write_text(properties(broker, ports, tmp_path / broker))
            arguments = ("format", f"--cluster-id={cluster}", f"--config={file}")
            subprocess.run(jars.java("kafka.tools.StorageTool", *arguments), check=True, stdout=log, stderr=log)
            command = jars.java("kafka.Kafka", file, options=jars.heap("128m", "256m"))
            running.append(subprocess.Popen(command, stdout=log, stderr=log))
        try:
            yield ",".join(f"{HOST}:{ports[broker, 9092]}" for broker in BROKERS), running
        finally:
            for process in running:
                process.kill()
                process.wait()


def test_three_brokers_lose_one_and_take_what_is_written(
    brokers: tuple[str, list[subprocess.Popen[bytes]]],
) -> None:
    addresses, processes = brokers
    asyncio.run(wait_for_all(addresses))
    program, *arguments = SERVICES["kafka-features"]["command"]
    assert Path(program).name == "kafka-features.sh"
    here = [addresses if argument == "kafka1:9092" else argument for argument in arguments]
    for _ in range(2):  # as `docker compose up` does, again and again
        done = subprocess.run(jars.java("org.apache.kafka.tools.FeatureCommand", *here), check=False)
        assert done.returncode == 0
    asyncio.run(write_with_one_broker_less(addresses, processes))


patient = retry(
    retry=retry_if_exception_type(KafkaError) | retry_if_not_result(bool),
    stop=stop_after_delay(120),
    wait=wait_fixed(0.2),
)


@patient
async def wait_for_all(addresses: str) -> bool:
    """Wait until all brokers are there."""
    client = AIOKafkaAdminClient(bootstrap_servers=addresses)
    try:
        await client.start()
        cluster = await client.describe_cluster()
    finally:
        await client.close()
    return len(cluster["brokers"]) == len(BROKERS)


async def write_with_one_broker_less(addresses: str, processes: list[subprocess.Popen[bytes]]) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=addresses)
    await client.start()
    made = await client.create_topics([NewTopic("transaction", 4, replication_factor=3)])
    assert made.topic_errors[0][1] == 0

    @patient
    async def replicas() -> list[int]:
        """Return how many replicas each partition has; none of them until the broker asked has heard of the topic."""
        (topic,) = await client.describe_topics(["transaction"])
        return [len(partition["replicas"]) for partition in topic["partitions"]]

    assert await replicas() == [3, 3, 3, 3]
    await client.close()

    processes[0].kill()
    async with AIOKafkaProducer(bootstrap_servers=addresses, acks="all", request_timeout_ms=60_000) as producer:
        sent = [await producer.send_and_wait("transaction", b"{}", partition=number) for number in range(4)]
    assert [record.offset for record in sent] == [0, 0, 0, 0]


@pytest.fixture
def users(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Run Redis with the users of the containers, and return the URL of each service that has one."""
    port, acl = any_free(), make_secrets(tmp_path) / "users.acl"
    options = ("--bind", HOST, "--port", str(port), "--aclfile", acl, "--save", "", "--dir", tmp_path)
    process = subprocess.Popen([server(), *map(str, options)], stdout=subprocess.DEVNULL)
    try:
        yield {
            file.stem: line.partition("=")[2].replace("redis-metrics:6379", f"{HOST}:{port}")
            for file in acl.parent.glob("*.env")
            for line in file.read_text().splitlines()
            if line.startswith("INSTASHOP_REDIS_URL=")
        }
    finally:
        process.kill()
        process.wait()


READERS = {"dashboard", "jupyter"}


def test_only_those_who_write_may_write(users: dict[str, str]) -> None:
    assert users.keys() == {"setup", "watch", "worker", "spark"} | READERS
    patient = retry(
        retry=retry_if_exception_type(redis.ConnectionError), stop=stop_after_delay(30), wait=wait_fixed(0.05)
    )
    for name in sorted(users.keys() - READERS):
        with redis.Redis.from_url(users[name]) as client:
            patient(client.set)("metrics:dashboard", "{}")
    for name in READERS:
        with redis.Redis.from_url(users[name]) as client:
            assert client.get("metrics:dashboard") == b"{}"
            for command in (("SET", "metrics:dashboard", "1"), ("GET", "mirror:version"), ("FLUSHALL",)):
                with pytest.raises(redis.exceptions.NoPermissionError):
                    client.execute_command(*command)
    wrong = users["worker"].replace("writer:", "writer:x")
    with redis.Redis.from_url(wrong) as nobody, pytest.raises(redis.RedisError):
        nobody.ping()


CHECKED = [
    ("kafka1", "nc", "9092", "{port}"),
    ("connect", "curl", "8083", "{port}"),
    ("redis-metrics", "redis-cli", "valkey-cli", "redis-cli -p {port}"),  # the same by its former name
    ("postgres-instashop", "pg_isready", "postgres", "port={port}"),
]
"""Services whose health the images' own programs tell, with what to write in place of what for another port."""


@pytest.mark.parametrize(("service", "program", "theirs", "ours"), CHECKED, ids=[each[0] for each in CHECKED])
def test_a_health_check_sees_what_runs(stack: Settings, service: str, program: str, theirs: str, ours: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not on this machine")
    addresses = {
        "kafka1": f"//{stack.kafka}",
        "connect": stack.connect_url,
        "redis-metrics": stack.redis_url,
        "postgres-instashop": stack.db_instashop.get_secret_value(),
    }
    for port, expected in ((urlsplit(addresses[service]).port, True), (any_free(), False)):
        here = ours.format(port=port)
        assert is_healthy(service, lambda word, here=here: word.replace(theirs, here)) == expected  # type: ignore[misc]
