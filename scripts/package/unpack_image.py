#!/usr/bin/python3
"""unpack_image.py ARCHIVE TREE: unpacks an image (OCI archive) as an engine does, checks every digest, and prints its
user, its variables and its command, one a line."""

import gzip
import hashlib
import io
import json
import sys
import tarfile


def main():
    archive, tree = sys.argv[1:]
    with tarfile.open(archive) as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}

    def blob(descriptor):
        data = files["blobs/sha256/" + descriptor["digest"].removeprefix("sha256:")]
        check(data, descriptor["digest"])
        assert len(data) == descriptor["size"], descriptor
        return data

    (manifest,) = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(blob(manifest))
    image = json.loads(blob(manifest["config"]))
    for layer, diff in zip(manifest["layers"], image["rootfs"]["diff_ids"], strict=True):
        data = gzip.decompress(blob(layer))
        check(data, diff)
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            tar.extractall(tree)
    print(image["config"]["User"], *image["config"]["Env"], *image["config"]["Entrypoint"], sep="\n")


def check(data, digest):
    assert "sha256:" + hashlib.sha256(data).hexdigest() == digest, digest


if __name__ == "__main__":
    main()
