"""Interactions: what customers did, by its type."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Row, Tallies, measure
from cdc.values import InteractionType


class Interaction(Row):
    """A row of ``interaction``."""

    type: InteractionType


def contributions(interaction: Interaction) -> Tallies:
    """Return what an interaction adds while it exists."""
    return {
        measure("interactions", "count"): 1,
        measure("interactions", "by_type", interaction.type): 1,
    }


interactions = Totals("interaction", Interaction, contributions)


@app.agent(interactions.topic)
async def interaction(batches: StreamT[Batch]) -> None:
    """Count interactions."""
    async for batch in batches:
        await interactions.count(batch)
