"""The definitions in words, in graph.yaml; renewed by: python -m
churn_pipeline_tests.unit.orchestration.graph"""

from pathlib import Path
from typing import Any

import yaml

GRAPH_FILE = Path(__file__).with_name("graph.yaml")


def graph() -> dict[str, Any]:
    """Assets with their group and what they are made of, checks that block, steps of the jobs, schedules and
    sensors."""
    from churn_pipeline.orchestration.definitions import build_defs

    definitions = build_defs()
    repository, assets = definitions.get_repository_def(), definitions.resolve_asset_graph()
    nodes = [assets.get(key) for key in assets.toposorted_asset_keys]
    checks = [assets.get_check_spec(key) for key in assets.asset_check_keys]
    return {
        "assets": {
            n.key.to_user_string(): f"{n.group_name} < "
            f"{' '.join(sorted(k.to_user_string() for k in n.parent_keys)) or 'files'}"
            for n in sorted(nodes, key=lambda n: (n.group_name, n.key.to_user_string()))
        },
        "blocking_checks": sorted(check.name for check in checks if check.blocking),
        "other_checks": sorted(check.name for check in checks if not check.blocking),
        "jobs": {
            job.name: sorted(node.name for node in job.graph.nodes)
            for job in repository.get_all_jobs()
            if not job.name.startswith("__")
        },
        "schedules": {s.name: f"{s.cron_schedule} {s.job_name}" for s in repository.schedule_defs},
        "sensors": {s.name: f"every {s.minimum_interval_seconds} s" for s in repository.sensor_defs},
    }


def graph_text() -> str:
    """The content of graph.yaml."""
    return yaml.safe_dump(graph(), sort_keys=False, width=130)


if __name__ == "__main__":
    GRAPH_FILE.write_text(graph_text(), encoding="utf-8")
