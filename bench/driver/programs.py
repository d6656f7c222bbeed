"""Functions that run the programs of the benchmark: the load generator, the floors, the gateway."""

import collections
import json
import os
import pathlib
import subprocess
import threading
import time

from kafka_cluster import kill_process, start_process

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build" / "bench" / "bench"


class ProgramFailed(RuntimeError):
    """A measuring program ended without a result."""


def run_json(program, **flags):
    """Runs one of the measuring programs. A flag with the value True has no argument; None and False omit it."""
    command = [str(PROGRAMS / program)]
    for name, value in flags.items():
        if value is True:
            command.append(f"--{name}")
        elif value is not None and value is not False:
            command += [f"--{name}", str(value)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise ProgramFailed(f"{' '.join([program, *command[1:]])}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def load(url, **flags):
    """Runs the load generator against `url`."""
    return run_json("load", url=url, **flags)


class EpollFloor:
    """A bare epoll loop that answers every request with one fixed text."""

    def __init__(self):
        self.process = start_process([str(PROGRAMS / "epoll_floor")], stdout=subprocess.PIPE)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        self.pid = self.process.pid

    def stop(self):
        kill_process(self.process)


class Gateway:
    """A gateway with its default configuration, except for the port and the bootstrap servers. `start_ms`: the
    time from its exec to the log line `listening`."""

    def __init__(self, binary, bootstrap_servers, settings=None):
        settings = {"Http:Port": 0, "Kafka:BootstrapServers": bootstrap_servers, **(settings or {})}
        variables = {name: value for name, value in os.environ.items() if "__" not in name}
        self.lines = collections.deque(maxlen=50)
        self.url = None
        self._listens = threading.Event()
        started = time.monotonic()
        self.process = start_process(
            [str(binary), *(f"--{key}={value}" for key, value in settings.items())],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=variables, cwd="/")
        self.pid = self.process.pid
        # Always read the log, or a gateway that logs much would wait for this process.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._listens.wait(20)
        self.start_ms = (time.monotonic() - started) * 1000
        if self.url is None:
            kill_process(self.process)
            raise ProgramFailed("the gateway does not listen:\n" +
                                b"".join(self.lines).decode(errors="replace"))

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if self.url is None and line.startswith(b"{") and b'"listening"' in line:
                self.url = json.loads(line)["url"]
                self._listens.set()
        self._listens.set()

    def stop(self):
        """Sends SIGTERM and returns the exit code. Kills the process if it does not end."""
        self.process.terminate()
        try:
            self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            kill_process(self.process)
        return self.process.returncode


def rss_mb(pid, peak=False):
    """The current or the highest resident memory of a process."""
    wanted = "VmHWM:" if peak else "VmRSS:"
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(wanted):
            return int(line.split()[1]) / 1024
    raise ProgramFailed(f"no {wanted} of {pid}")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
