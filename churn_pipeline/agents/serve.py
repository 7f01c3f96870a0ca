"""The process that an agent's program starts and talks to."""

import os

from churn_pipeline.agents.server import agent, agent_server
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.installation import initialise

KEY = "CHURN_KEY"
"""The environment variable that may hold a key."""


def serve_agent(settings: Settings) -> None:
    """Answers over the standard streams until they are closed. BadInput for a key that is not valid."""
    initialise(settings)
    agent_server(settings, agent(settings, os.environ.get(KEY))).run("stdio")
