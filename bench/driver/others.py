"""Measures how much CPU other processes and other guests of the host use: with only two cores, a compiler that
runs at the same time explains most of a bad figure."""

import os
import resource
import time

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """CPU time of a process with all its threads; 0 if it is gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid computes it from a pid
    except OSError:
        return 0.0


class Others:
    """Watches the machine from construction until `cores` is called; `pids` are the processes of the measurement."""

    def __init__(self, pids):
        self._pids = list(pids)
        self._start = self._read()

    def _read(self):
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, irq, softirq, steal = (
                int(field) / _TICK for field in file.readline().split()[1:9])
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        ours = (time.process_time() + children.ru_utime + children.ru_stime
                + sum(cpu_seconds(pid) for pid in self._pids))
        return time.monotonic(), user + nice + system + irq + softirq + steal - ours

    def cores(self):
        """The number of cores that other processes used, on average."""
        (began, before), (now, after) = self._start, self._read()
        return max(0.0, (after - before) / (now - began))
