"""One file a topic: its row, what a row contributes to the measures, and the agent that counts it."""
