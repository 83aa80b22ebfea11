"""What the kernel counts of a process: /proc/PID. Linux only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Work:
    """What a process has done since it started, all its threads together.

    `cpu_s` is user and system time, as the scheduler counts it (nanoseconds, where utime and stime
    count ticks of 10 ms). `waits` are voluntary context switches: each is a wake-up. `reads` and
    `writes` are calls, also those that moved nothing.
    """

    cpu_s: float
    waits: int
    preemptions: int
    reads: int
    writes: int
    page_faults: int

    @classmethod
    def of(cls, pid: int) -> Work:
        """Up to now."""
        home = Path(f"/proc/{pid}")
        tasks = list((home / "task").iterdir())
        switches = [_fields(task / "status") for task in tasks]
        io = _fields(home / "io")
        # After the name, which may hold anything: state is field 3, minflt and majflt 10 and 12.
        stat = (home / "stat").read_text().rpartition(")")[2].split()
        return cls(
            cpu_s=sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9,
            waits=sum(int(each["voluntary_ctxt_switches"]) for each in switches),
            preemptions=sum(int(each["nonvoluntary_ctxt_switches"]) for each in switches),
            reads=int(io["syscr"]),
            writes=int(io["syscw"]),
            page_faults=int(stat[7]) + int(stat[9]),
        )

    def since(self, before: Work) -> Work:
        """What was done from `before` to here."""
        return Work(
            self.cpu_s - before.cpu_s,
            self.waits - before.waits,
            self.preemptions - before.preemptions,
            self.reads - before.reads,
            self.writes - before.writes,
            self.page_faults - before.page_faults,
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in KiB: with shared pages in full (RSS), and by share (PSS)."""

    rss_kib: int
    pss_kib: int

    @classmethod
    def of(cls, pid: int) -> Memory:
        """Now."""
        home = Path(f"/proc/{pid}")
        return cls(
            rss_kib=int(_fields(home / "status")["VmRSS"].split()[0]),
            pss_kib=int(_fields(home / "smaps_rollup")["Pss"].split()[0]),
        )


def _fields(path: Path) -> dict[str, str]:
    lines = (line.partition(":") for line in path.read_text().splitlines())
    return {name: value.strip() for name, _, value in lines}
