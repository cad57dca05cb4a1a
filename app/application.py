"""The app object, and how it is set."""

import gc
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import faust
from faust.app.base import BootStrategy
from faust.types import ProducerT
from redis.asyncio import Redis

import logs
from app import monitor, reachable
from app.ages import Ages
from app.batch import BatchStream
from app.keys import owner_of
from app.mirror import Mirror
from app.others import Others
from app.pulse import Pulse
from app.starts import Starts
from app.table import PartialsTable
from app.transport import BatchTransport
from databases.command import one_clear_line
from kafka_client import faust_options
from settings import DATA, redis_service, settings

VERSION = 1
"""Raised when what the tables hold changes its meaning: all topics are then counted anew, from their beginning."""


class WithoutWeb(BootStrategy):
    """Starts no web server: Faust's would listen on every address, and a second worker would find its port taken."""

    enable_web = False


class Worker(faust.Worker):
    """Logs as the settings say, and not as Faust's options: one switch is for all processes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The level is for the banner alone, which shows it.
        ours = {"loglevel": settings().log_level.value, "logfile": None, "override_logging": False}
        super().__init__(*args, **kwargs | ours)
        self.spinner = None  # it would be drawn between the lines
        logs.set_up()


class InstaShop(faust.App):
    """Faust's app with the batch transport; it waits for a broker that is not there yet."""

    BootStrategy = WithoutWeb

    cluster: str
    """The id of the Kafka cluster."""
    answers_at: str
    """The URL below which it answers ``/metrics``, ``/live`` and ``/ready``."""
    pulse: Pulse | None = None
    """How it is; none until its tables are read."""
    others: Others = Others()
    """How the parts beside the workers are."""
    starts: Starts | None = None
    """Tells that it is alive; none: nobody is told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.after_rebalance: list[Callable[[], Awaitable[None]]] = []
        self.written: set[str] = set()
        """Topics that it writes to, and that are made before it starts."""

    async def on_first_start(self) -> None:
        """Wait for Kafka and the topics before Faust's own clients try them, which give up at once; then make haste."""
        if self.starts:
            await self.starts.tell()
            self.add_future(self.starts.tell_for_ever())
        host, port = settings().monitor_host, settings().monitor_port
        self.answers_at = monitor.serve(lambda: self.pulse, lambda: self.others, host, port)
        topics = {topic for agent in self.agents.values() for topic in agent.channel.topics} | self.written
        try:
            self.cluster = await reachable.kafka(topics, self.conf.topic_partitions)
        except reachable.Misfit as error:
            self.starts = None  # to end so is not to end in good order
            sys.exit(str(error))
        self._tune_the_interpreter()

    async def on_stop(self) -> None:
        """Say that it ends in good order, unless it crashes."""
        await super().on_stop()
        if self.starts and not self.crashed:
            await self.starts.end()

    @staticmethod
    def _tune_the_interpreter() -> None:
        # What is loaded now stays. Were it looked at in each full collection, that would hold up all agents for 50 ms.
        gc.freeze()
        # Kafka's client runs in a thread of its own, and needs the interpreter again after each read of a socket. While
        # an agent counts, that is after 5 ms by default: a fetch would take so long that the agent waits for it then.
        sys.setswitchinterval(0.0005)

    def _create_directories(self) -> None:
        """Make none: the tables are in memory, and their changelogs in Kafka."""

    def on_rebalance_end(self) -> None:
        """Call `after_rebalance`, once records flow again and Faust drops none of them."""
        super().on_rebalance_end()
        for callback in self.after_rebalance:
            self.add_future(callback())

    def _new_producer(self) -> ProducerT:
        producer = super()._new_producer()
        # Faust takes a hundred waiting records for trouble and logs it. A write has one for each partial that was
        # touched, and `Writer` waits for them.
        producer.buffer.max_messages = 100_000
        return producer


with one_clear_line("app"):
    settings()

app = InstaShop(
    "instashop",
    version=VERSION,
    **faust_options(),
    autodiscover=["agents"],
    store="memory://",
    datadir=str(DATA / "faust"),
    Worker=Worker,
    Stream=BatchStream,
    Table=PartialsTable,
    topic_partitions=settings().partitions,
    topic_replication_factor=settings().replication,
    # Batches waiting for an agent, each up to a fetch of one partition: this and that bound the worker's memory.
    stream_buffer_maxsize=2,
    # A changelog is little and soon read. With standbys every worker would read others' as well; and Faust 0.15.3
    # crashes where a second rebalance comes while it looks up where to begin with them.
    table_standby_replicas=0,
    # Before a partition is given away, what is counted of it is written down and acknowledged.
    stream_wait_empty=True,
    consumer_max_fetch_size=4 * 2**20,
    consumer_auto_offset_reset="earliest",
    broker_commit_interval=1.0,
    broker_session_timeout=10.0,
    broker_heartbeat_interval=3.0,
    broker_rebalance_timeout=30.0,
    broker_request_timeout=30.0,
    producer_request_timeout=30.0,
    producer_compression_type=None,
    # What is written at once fits into one batch: aiokafka would wait for room in it, and while Kafka is away give up.
    producer_max_batch_size=2**20,
    # A dead letter is as long as the longest record that Kafka takes, and says where it comes from besides.
    producer_max_request_size=2 * 2**20,
)
app.transport = BatchTransport(app.conf.broker_consumer, app)
app.producer_transport = BatchTransport(app.conf.broker_producer, app)

redis = Redis.from_url(settings().redis_url, socket_timeout=5)
ages = Ages()
mirror = Mirror(redis, redis_service(), ages.as_of)
app.starts = Starts(redis)


@app.task  # type: ignore[untyped-decorator]
async def mirror_totals() -> None:
    """Keep Redis up with the tables."""
    await mirror.run(owner_of(app.cluster, app.conf.id))
