"""Files dropped for a shop, and what the sensor and the runs that it asks for make of them."""

import os
from datetime import datetime

import dagster as dg

from churn_pipeline.orchestration.definitions import build_defs
from churn_pipeline.orchestration.partitions import DIMENSION
from churn_pipeline.orchestration.resources import ChurnSettings

NOW = datetime(2024, 6, 3, 12)
HEADER = "customer_id,date,amount\n"


def drop(settings, shop, name, text, age=60):
    """Writes the file into the shop's folder, last changed `age` seconds ago."""
    path = settings.incoming_dir / shop / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    now = path.stat().st_mtime
    os.utime(path, (now - age, now - age))
    return path


def month(number, customers=150):
    """A month of orders, each customer on four days."""
    rows = [
        f"C{c},2024-{number:02}-{day:02},{10 + c % 7}.50"
        for c in range(customers)
        for day in (1 + c % 7, 9, 16 + c % 5, 25)
    ]
    return HEADER + "\n".join(rows) + "\n"


def tick(sensor, instance, cursor=None):
    """What a tick of the sensor asks for; new shops become partitions."""
    context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"churn": ChurnSettings()})
    result = sensor(context)
    for request in result.dynamic_partitions_requests or []:
        instance.add_dynamic_partitions(DIMENSION, request.partition_keys)
    return result


def execute(instance, request):
    """The finished run that was asked for, failed or not."""
    job = build_defs().resolve_job_def(request.job_name)
    return job.execute_in_process(
        instance=instance,
        partition_key=request.partition_key,
        run_config=request.run_config,
        tags=request.tags,
        raise_on_error=False,
    )
