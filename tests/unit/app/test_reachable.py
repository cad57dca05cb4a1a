"""What Kafka refuses for a moment is sent again, and nothing else."""

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, NotLeaderForPartitionError
from faust.exceptions import ProducerSendError

from app.reachable import may_pass


def by_faust(cause: Exception) -> ProducerSendError:
    """Return what Faust's producer makes of an error."""
    error = ProducerSendError("Error while sending")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("error", [KafkaTimeoutError(), NotLeaderForPartitionError()])
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    assert may_pass(error)
    assert may_pass(by_faust(error))


@pytest.mark.parametrize("error", [MessageSizeTooLargeError(), by_faust(MessageSizeTooLargeError()), ValueError()])
def test_what_does_not_is_not(error: Exception) -> None:
    assert not may_pass(error)
