"""nginx as a child process, on a port that the system chooses, with all files in one folder."""

import os
import pathlib
import shutil
import socket
import subprocess

from kafka_cluster import start_process

# Debian does not have it in the PATH of users other than root.
PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
CONFIGURATION = """\
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port};
    {server}
  }}
}}
"""


class Nginx:
    """A context manager: within it, nginx runs with `server` in its only server block; `url` is its address."""

    def __init__(self, folder, server):
        self._folder = pathlib.Path(folder)
        self._server = server

    def __enter__(self):
        # nginx takes over a listening socket, as it does from a binary that it replaces: no other
# program can take the port, and the first client need not wait until nginx is up.
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            configuration = self._folder / "nginx.conf"
            configuration.write_text(CONFIGURATION.format(port=port, server=self._server))
            self._process = start_process(
                [PROGRAM, "-e", "stderr", "-p", self._folder, "-c", configuration],
                stdin=subprocess.DEVNULL, pass_fds=[listening.fileno()],
                env={**os.environ, "NGINX": f"{listening.fileno()};"})
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(10)
