#!/usr/bin/python3
"""sbom.py DEB EPOCH: prints the components of a package as CycloneDX 1.5 (JSON).

They are the packages that it depends on, directly or not, as installed on this machine, and Swagger UI,
from its lock file. EPOCH, in seconds, is the time in the document, so that two runs are alike.
"""

import hashlib
import json
import re
import subprocess
import sys
import time
import uuid
from urllib.parse import quote

LOCK = "openapi/swagger-ui/package-lock.json"
FIELDS = ["binary:Package", "Version", "Architecture", "Depends", "Pre-Depends", "Provides", "db:Status-Status"]


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def names(relations):
    """The names in a field such as Depends, each alternative."""
    return [re.match(r"[a-z0-9.+-]+", part.strip())[0] for part in re.split(r"[,|]", relations) if part.strip()]


def installed():
    """The packages of this machine by name, also by the names that they provide."""
    found, provided = {}, {}
    for row in output("dpkg-query", "-W", "-f", "\x1f".join(f"${{{field}}}" for field in FIELDS) + "\n").splitlines():
        name, version, architecture, depends, pre_depends, provides, status = row.split("\x1f")
        if status != "installed":
            continue
        name = name.partition(":")[0]
        found[name] = {"name": name, "version": version, "architecture": architecture,
                       "depends": names(depends) + names(pre_depends)}
        provided |= {alias: found[name] for alias in names(provides)}
    return provided | found


def distribution():
    with open("/etc/os-release", encoding="utf-8") as file:
        fields = dict(line.strip().split("=", 1) for line in file if "=" in line)
    return f"{fields['ID']}-{fields['VERSION_ID']}".replace('"', "")


def component(kind, path, version, qualifiers=""):
    purl = f"pkg:{kind}/{quote(path, safe='/')}@{quote(version, safe='')}{qualifiers}"
    return {"type": "library", "bom-ref": purl, "name": path.rpartition("debian/")[2], "version": version, "purl": purl}


def of_debian(package):
    return component("deb", "debian/" + package["name"], package["version"],
                     f"?arch={package['architecture']}&distro={distribution()}")


def of_npm():
    """The package whose files openapi/swagger-ui/build.sh copies; not what npm installs with it."""
    with open(LOCK, encoding="utf-8") as file:
        packages = json.load(file)["packages"]
    for name in packages[""]["dependencies"]:
        package = packages[f"node_modules/{name}"]
        yield component("npm", name, package["version"]) | {"licenses": [{"license": {"id": package["license"]}}]}


def closure(roots, packages):
    """What `roots` need, in the order of their names. Alternatives that are not installed do not count."""
    needed, waiting = {}, list(roots)
    while waiting:
        package = packages.get(waiting.pop())
        if package and package["name"] not in needed:
            needed[package["name"]] = package
            waiting += package["depends"]
    return [needed[name] for name in sorted(needed)]


def main():
    deb, epoch = sys.argv[1:]
    fields = dict(line.split(": ", 1) for line in output("dpkg-deb", "-f", deb, "Package", "Version", "Architecture",
                                                         "Depends").splitlines())
    packages = installed()
    roots = names(fields["Depends"])
    needed = closure(roots, packages)
    refs = {package["name"]: of_debian(package) for package in needed}
    npm = list(of_npm())
    main_component = of_debian({"name": fields["Package"], "version": fields["Version"],
                                "architecture": fields["Architecture"]}) | {"type": "application"}
    with open(deb, "rb") as file:
        main_component["hashes"] = [{"alg": "SHA-256", "content": hashlib.sha256(file.read()).hexdigest()}]

    def refs_of(dependencies):
        return sorted({refs[packages[name]["name"]]["bom-ref"] for name in dependencies if name in packages})

    document = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(main_component))}",
        "metadata": {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(epoch))),
                     "component": main_component},
        "components": list(refs.values()) + npm,
        "dependencies": [
            {"ref": main_component["bom-ref"], "dependsOn": refs_of(roots) + [part["bom-ref"] for part in npm]},
            *({"ref": refs[package["name"]]["bom-ref"], "dependsOn": refs_of(package["depends"])} for package in needed)],
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
