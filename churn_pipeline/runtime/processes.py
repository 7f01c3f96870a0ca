"""Which process executes a run, and whether it still lives: also after a restart of the machine, and when its
number was given away."""

import logging
import multiprocessing
import os
import socket
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import psutil

logger = logging.getLogger("churn.processes")
HIDDEN = ".dagster/churn_"
"""Dagster's user interface does not show tags that begin so."""
PID_TAG, BOOT_TAG, HOST_TAG = f"{HIDDEN}pid", f"{HIDDEN}boot", f"{HIDDEN}host"
NAMESPACE_TAG = f"{HIDDEN}pid_namespace"
RUN_TAG = f"{HIDDEN}process_of_run"
"""Which run the process tags speak of."""
THREADS_TAG = f"{HIDDEN}threads_of_step"
"""How many threads each step of a run has whose steps are processes of their own."""


def process_tags() -> dict[str, str]:
    """Tags that identify this process: number and start time, boot of the machine, PID namespace (container)
    and host name."""
    return tags_of_process(os.getpid())


def tags_of_process(pid: int) -> dict[str, str]:
    """The same of another process of this machine."""
    return {PID_TAG: f"{pid}:{_started(pid)}", **_machine()}


def process_lives(tags: Mapping[str, str]) -> bool | None:
    """Whether the process that the tags name still runs; None when that cannot be seen from here (another
    container or machine)."""
    here = _machine()
    if PID_TAG not in tags:
        return None
    if all(tags.get(name) == value for name, value in here.items()):
        pid, _, started = tags[PID_TAG].partition(":")
        return started != "" and _started(int(pid)) == started
    restarted = tags.get(HOST_TAG) == here[HOST_TAG] and tags.get(BOOT_TAG) != here[BOOT_TAG]
    return False if restarted else None


def give_way(pid: int, niceness: int) -> None:
    """Lets a process and all that it will start stand back for those that answer people. niceness: 0 (as it
    is) to 19; one that stands back as far already stays as it is.

    On Linux niceness counts among the processes of one session alone where the kernel groups them
    (sched_autogroup), so a process that leads a session has its group's weight lowered too."""
    try:
        if not niceness or psutil.Process(pid).nice() >= niceness:
            return
        psutil.Process(pid).nice(niceness)
        group = Path(f"/proc/{pid}/autogroup")
        if group.exists() and os.getsid(pid) == pid:
            group.write_text(str(niceness))
    except (OSError, psutil.Error) as error:  # it is gone already, or the system does not let us: it works on
        logger.info("process %d keeps its priority: %s", pid, error)


def begin_step(tags: Mapping[str, str]) -> None:
    """In a process that one step of a run has to itself: gives it its share of the threads, and ends it when
    the process of its run is gone, so that nothing writes beside the next run. Does nothing in any other
    process. tags: the run's.

    Has to run before numpy is imported, which reads its number of threads once.
    """
    parent = multiprocessing.parent_process()
    if parent is None or tags.get(PID_TAG, "").partition(":")[0] != str(parent.pid):
        return
    if THREADS_TAG in tags:
        os.environ.update({"OMP_NUM_THREADS": tags[THREADS_TAG], "CHURN_THREADS": tags[THREADS_TAG]})

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _started(pid: int) -> str:
    """Start time of a living process, "" where there is none: in clock ticks since boot on Linux, which
    setting the clock does not move."""
    try:
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            fields = stat.read_text().rpartition(")")[2].split()
            return "" if fields[0] in "ZX" else fields[19]
        return f"{psutil.Process(pid).create_time():.2f}"
    except (OSError, psutil.NoSuchProcess):
        return ""


@cache
def _machine() -> dict[str, str]:
    boot, namespace = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    return {
        BOOT_TAG: boot.read_text().strip() if boot.exists() else f"{psutil.boot_time():.0f}",
        NAMESPACE_TAG: str(namespace.readlink()) if namespace.is_symlink() else "",
        HOST_TAG: socket.gethostname(),
    }
