#!/usr/bin/python3
"""oci_image.py TREE ARCHIVE VERSION REVISION EPOCH: writes the files of TREE as an image, an OCI archive
(image-spec 1.0), and prints the digest of its manifest.

The archive depends on nothing but its arguments: names are sorted, files are root's, and every time is EPOCH. TREE
needs no owner or mode of its own: folders and programs become 0755, other files 0644.
"""

import gzip
import hashlib
import io
import json
import os
import pathlib
import platform
import sys
import tarfile
import time

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
USER = "65532:65532"  # a number, so that Kubernetes can see that it is not root


def entry(name, epoch, size=0):
    info = tarfile.TarInfo(name)
    info.mtime = epoch
    info.size = size
    info.mode = 0o644
    return info


def layer_of(tree, epoch):
    """The files as one tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(tree.rglob("*")):
            info = entry(str(path.relative_to(tree)), epoch)
            if path.is_symlink():
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, os.readlink(path), 0o777
                tar.addfile(info)
            elif path.is_dir():
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(info)
            else:
                info.size = path.stat().st_size
                info.mode = 0o755 if os.access(path, os.X_OK) else 0o644
                with open(path, "rb") as file:
                    tar.addfile(info, file)
    return out.getvalue()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Archive:
    """An OCI layout as a tar; `add` returns the descriptor of a blob."""

    def __init__(self, path, epoch):
        self._tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)
        self._epoch = epoch

    def file(self, name, data):
        self._tar.addfile(entry(name, self._epoch, len(data)), io.BytesIO(data))

    def add(self, kind, data):
        if not isinstance(data, bytes):
            data = json.dumps(data, separators=(",", ":"), sort_keys=True).encode()
        self.file(f"blobs/sha256/{digest(data).partition(':')[2]}", data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest(data), "size": len(data)}

    def close(self):
        self._tar.close()


def config_of(layer, version, revision, epoch):
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
    return {
        "created": created, "os": "linux", "architecture": ARCHITECTURES[platform.machine()],
        "config": {
            "User": USER, "Entrypoint": ["/usr/bin/kafka-gateway"], "StopSignal": "SIGTERM",
            "ExposedPorts": {"8080/tcp": {}},
            # A container that listens on 127.0.0.1 answers nobody.
            "Env": ["PATH=/usr/bin", "GATEWAY_ENVIRONMENT=Production", "Http__Address=0.0.0.0"],
            "Labels": {"org.opencontainers.image.title": "kafka-gateway",
                       "org.opencontainers.image.version": version,
                       "org.opencontainers.image.revision": revision,
                       "org.opencontainers.image.licenses": "Apache-2.0"}},
        "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
        "history": [{"created": created, "created_by": "packaging/oci_image.py"}],
    }


def main():
    tree, path, version, revision, epoch = sys.argv[1:]
    epoch = int(epoch)
    layer = layer_of(pathlib.Path(tree), epoch)
    archive = Archive(path, epoch)
    manifest = archive.add("manifest.v1+json", {
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": archive.add("config.v1+json", config_of(layer, version, revision, epoch)),
        "layers": [archive.add("layer.v1.tar+gzip", gzip.compress(layer, 9, mtime=0))]})
    manifest["annotations"] = {"org.opencontainers.image.ref.name": version}
    archive.file("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    archive.file("index.json", json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode())
    archive.close()
    print(manifest["digest"])


if __name__ == "__main__":
    main()
