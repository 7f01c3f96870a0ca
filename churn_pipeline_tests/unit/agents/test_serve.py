"""`churn mcp` as an agent's program starts it."""

import asyncio
import os
import sys
from pathlib import Path

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client


def test_the_command_answers_over_its_standard_streams(tmp_path: Path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CHURN_", "DAGSTER_", "MLFLOW_"))}
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "churn_pipeline.cli", "mcp"],
        env=environment | {"CHURN_HOME": str(tmp_path)},
    )

    async def asked() -> str:
        async with Client(stdio_client(command)) as client:
            (content,) = (await client.call_tool("list_shops", {})).content
        return str(getattr(content, "text", ""))

    assert asyncio.run(asked()) == "[]"
