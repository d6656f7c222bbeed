"""Generates clients from openapi/openapi.json, builds them and runs their programs, in build/clients. Fetches
packages again only if their lock file has changed."""

import json
import os
import pathlib
import shutil
import subprocess

from gateway_process import ROOT

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
DOCUMENT = ROOT / "openapi" / "openapi.json"
BUILD = ROOT / "build" / "clients"
NODE = BUILD / "node"
PYTHON = BUILD / "python"
JARS = BUILD / "jars"
GO = BUILD / "go"
JAVA = BUILD / "java"
QUICK_JVM = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


def run(*command, cwd=BUILD, stderr=subprocess.PIPE, **environment):
    """The output of the command. If the command fails, so does the test, with that output."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=stderr, text=True,
                          timeout=240, stdin=subprocess.DEVNULL, env={**os.environ, **environment})
    assert done.returncode == 0, f"{command}:\n{done.stdout[-6000:]}\n{(done.stderr or '')[-6000:]}"
    return done.stdout


def install(directory, lock_files, fetch):
    """`fetch()` fills `directory`, and does so again whenever one of `lock_files` has changed."""
    wanted = b"".join((HERE / name).read_bytes() for name in lock_files)
    installed = directory / "installed"
    if installed.exists() and installed.read_bytes() == wanted:
        return
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for name in lock_files:
        shutil.copy(HERE / name, directory)
    fetch()
    installed.write_bytes(wanted)


def install_node():
    install(NODE, ["package.json", "package-lock.json"], lambda: run(
        "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=NODE))


def install_python():
    def fetch():
        run("/usr/bin/python3", "-m", "venv", PYTHON)
        run(PYTHON / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check",
            "-r", HERE / "requirements.txt")
    install(PYTHON, ["requirements.txt"], fetch)


def install_jars():
    install(JARS, ["pom.xml"], lambda: run(
        "mvn", "-q", "-B", "-f", HERE / "pom.xml", "generate-resources",
        f"-DoutputDirectory={JARS}"))


def install_go():
    """Go's modules are in Go's own cache, and go.sum pins them."""
    install(GO, ["go.mod", "go.sum"], lambda: None)


# openapi-generator does not know this type of OpenAPI 3.1, and leaves it out: its clients get certificates with the rest
# of their TLS settings.
UNKNOWN_TO_OPENAPI_GENERATOR = "Unknown type `mutualTLS` found in the security definition"


def openapi_generator(generator, out, **properties):
    """Runs openapi-generator into `out`, and fails if it reports another error."""
    install_jars()
    shutil.rmtree(out, ignore_errors=True)
    options = ",".join(f"{name}={value}" for name, value in properties.items())
    report = run("java", *QUICK_JVM, "-jar", JARS / "generator" / "openapi-generator-cli.jar",
                 "generate", "-i", DOCUMENT, "-g", generator, "-o", out,
                 f"--additional-properties={options}", stderr=subprocess.STDOUT)
    errors = [line for line in report.splitlines() if " ERROR " in line]
    assert all(UNKNOWN_TO_OPENAPI_GENERATOR in line for line in errors), report
    return out


def openapi_generator_python(url, topic):
    install_python()
    out = openapi_generator("python", BUILD / "openapi-generator-python", packageName="gateway_client")
    return run(PYTHON / "bin" / "python", PROGRAMS / "openapi_generator_python.py", url, topic,
               PYTHONPATH=str(out))


def openapi_generator_go(url, topic):
    install_go()
    openapi_generator("go", GO / "gateway", packageName="gateway", withGoMod="false")
    shutil.rmtree(GO / "gateway" / "test", ignore_errors=True)
    shutil.copy(PROGRAMS / "main.go", GO)
    program = GO / "program"
    run("go", "build", "-o", program, ".", cwd=GO, GOMODCACHE=str(BUILD / "go-modules"),
        GOFLAGS="-mod=readonly -modcacherw", GOTOOLCHAIN="local")
    return run(program, url, topic)


def openapi_generator_java(url, topic):
    # Other libraries do not send the null of a tombstone, or do not compile a list in a oneOf; and only a
# strict client can distinguish the forms of an answer.
    out = openapi_generator("java", BUILD / "openapi-generator-java", library="jersey3",
                            failOnUnknownProperties="true", invokerPackage="gateway",
                            apiPackage="gateway.api", modelPackage="gateway.model")
    shutil.rmtree(JAVA, ignore_errors=True)
    sources = [str(path) for path in (out / "src" / "main" / "java").rglob("*.java")]
    run("javac", "-nowarn", "-proc:none", "-cp", f"{JARS / 'client'}/*", "-d", JAVA,
        *sources, PROGRAMS / "Main.java")
    return run("java", *QUICK_JVM, "-cp", f"{JAVA}:{JARS / 'client'}/*", "Main", url, topic)


def compile_typescript(program):
    """Runs tsc in its strictest mode: a member that the types lack does not compile."""
    shutil.copy(PROGRAMS / program, NODE)
    config = json.loads((HERE / "tsconfig.json").read_text(encoding="utf-8"))
    path = NODE / f"tsconfig.{program}.json"
    path.write_text(json.dumps({**config, "files": [program]}), encoding="utf-8")
    run(NODE / "node_modules" / ".bin" / "tsc", "-p", path, cwd=NODE)
    return NODE / "js" / pathlib.Path(program).with_suffix(".js")


def openapi_generator_axios(url, topic):
    install_node()
    openapi_generator("typescript-axios", NODE / "axios", importFileExtension=".js",
                      useSingleRequestParameter="true")
    return run("node", compile_typescript("openapi_generator_axios.ts"), url, topic)


def openapi_typescript(url, topic):
    install_node()
    run(NODE / "node_modules" / ".bin" / "openapi-typescript", DOCUMENT, "-o",
        NODE / "openapi_typescript_schema.ts")
    return run("node", compile_typescript("openapi_typescript.ts"), url, topic)


def openapi_python_client(url, topic):
    install_python()
    out = BUILD / "openapi-python-client"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    report = run(
        PYTHON / "bin" / "openapi-python-client", "generate", "--path", DOCUMENT,
        "--meta", "none", "--output-path", out / "gateway_openapi_python_client",
        stderr=subprocess.STDOUT, PATH=f"{PYTHON / 'bin'}:{os.environ['PATH']}")
    # This generator warns that it supports neither streams of records nor a second media type for bytes.
    unknown = [line for line in report.splitlines() if line.startswith(("Cannot", "Unsupported"))]
    assert unknown == ["Unsupported content type application/x-ndjson",
                       "Unsupported content type text/plain"], report
    return run(PYTHON / "bin" / "python", PROGRAMS / "openapi_python_client.py", url, topic,
               PYTHONPATH=str(out))


def redocly_lint():
    install_node()
    run(NODE / "node_modules" / ".bin" / "redocly", "lint", "--config", HERE / "redocly.yaml", DOCUMENT)


def postman_requests():
    """The requests that Postman would send after an import."""
    install_node()
    shutil.copy(PROGRAMS / "postman.mjs", NODE)
    return json.loads(run("node", NODE / "postman.mjs", DOCUMENT))


def version_of(command):
    """The version numbers that a tool prints, or () if it is not installed."""
    tool, *arguments = command
    if not shutil.which(tool):
        return ()
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    numbers = "".join(c if c.isdigit() else " " for c in done.stdout + done.stderr).split()
    return tuple(int(number) for number in numbers[:2])


TOO_OLD = {
    "go": (["go", "version"], (1, 23)),
    "node": (["node", "--version"], (20, 0)),
    "python": (["/usr/bin/python3", "--version"], (3, 11)),
}


def why_not(tool):
    """The reason why a client cannot be built on this machine, as a sentence, or None."""
    command, wanted = TOO_OLD.get(tool, (None, ()))
    if command and version_of(command) < wanted:
        found = ".".join(map(str, version_of(command))) or "none"
        return f"needs {tool} {'.'.join(map(str, wanted))} or newer; here is {found}"
    return None
