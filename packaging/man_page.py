#!/usr/bin/python3
"""man_page.py BINARY DESTDIR: prints kafka-gateway(8), made of what the binary says of itself.

The texts are those of --help, `access --help` and --print-schema, so that there is no second source. BINARY is in
DESTDIR, as a package installs it; DESTDIR is removed from the paths that it prints.
"""

import json
import re
import subprocess
import sys

# "  --version            print the versions"; a long term has one space after it
ITEM = re.compile(r"^ {2}(\S.*?) {2,}(\S.*)$|^ {2}(--\S+=\S+) (\S.*)$")
CONTINUED = re.compile(r"^ {8,}(\S.*)$")
BARE_ITEM = re.compile(r"^ {2}(-\S.*|[a-z-]+ [A-Z].*)$")  # its text is on the next line
TITLES = {"Exit codes": "EXIT STATUS"}


def ask(binary, destdir, *arguments):
    text = subprocess.run([binary, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
    return text.replace(destdir, "")


def escape(text):
    """Text for roff: a hyphen is a minus, which can be copied into a shell."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text[:1] in ".'" else text


def paragraph(lines):
    return [".PP", *(escape(line.strip()) for line in lines)]


def verbatim(lines):
    return [".PP", ".nf", *(escape(line) for line in lines), ".fi"]


def items(lines):
    """A list of terms and what they mean; other lines stay as they are."""
    out = []
    for line in lines:
        if match := ITEM.match(line):
            term, text = (group for group in match.groups() if group)
            out += [".TP", f"\\fB{escape(term)}\\fP", escape(text)]
        elif match := BARE_ITEM.match(line):
            out += [".TP", f"\\fB{escape(match[1])}\\fP"]
        elif out and (match := CONTINUED.match(line)):
            out.append(escape(match[1]))
        else:
            out += [".br", escape(line.strip())]
    return out


def without_repeats(lines):
    """The folders of a prefix and of the system are the same in a package."""
    return [line for i, line in enumerate(lines) if line not in lines[:i]]


def blocks(text):
    """The paragraphs of a help text, each a list of lines."""
    return [block.split("\n") for block in re.split(r"\n{2,}", text.strip("\n"))]


def of_help(text):
    """NAME to EXIT STATUS, from --help."""
    (name, *_), *rest = blocks(text)
    program, _, purpose = name.partition(": ")
    out = [".SH NAME", f"{escape(program)} \\- {escape(purpose)}"]
    for block in rest:
        head = block[0]
        if head.startswith("Usage: "):
            out += [".SH SYNOPSIS", *verbatim([line[len("Usage: "):] for line in block]), ".SH DESCRIPTION"]
        elif head.split(":")[0].split(";")[0] in ("Options", "Exit codes", "Examples", "Configuration"):
            title = head.rstrip(":").split(";")[0]
            out.append(f".SH {TITLES.get(title, title.upper())}")
            if head.startswith("Configuration"):
                sentence = head.rstrip(":").partition("; ")[2]
                out += paragraph([sentence.capitalize() + "."]) + verbatim(without_repeats(block[1:]))
            elif title == "Examples":
                out += verbatim(block[1:])
            else:
                out += items(block[1:])
        else:
            out += paragraph(block)
    return out


def of_access(text):
    """The command `access`, from its own help."""
    out = [".SH ACCESS"]
    for block in blocks(text):
        if block[0].startswith("Usage: "):
            out += verbatim([line.removeprefix("Usage: ") for line in block])
        elif block[0].startswith("Example"):
            out += verbatim(block)
        else:
            out += items(block) if block[0].startswith("  ") else paragraph(block)
    return out


def keys_of(schema, path=""):
    for name, value in schema.get("properties", {}).items():
        if name.startswith("$"):
            continue
        key = f"{path}:{name}" if path else name
        if "properties" in value:
            yield from keys_of(value, key)
        else:
            yield key, value


def of_schema(schema):
    """Every key, with its default and what it means."""
    out = [".SH KEYS", *paragraph(["Every key with its default."])]
    for key, value in keys_of(schema):
        default = escape(json.dumps(value.get("default")))
        out += [".TP", f"\\fB{escape(key)}\\fP = {default}", escape(value["description"])]
        if "enum" in value and len(value["enum"]) > 1:
            out.append(escape("One of " + ", ".join(json.dumps(v) for v in value["enum"]) + "."))
        if "minimum" in value and "maximum" in value:
            out.append(escape(f"From {value['minimum']} to {value['maximum']}."))
    return out


def main():
    binary, destdir = sys.argv[1:]
    version = ask(binary, destdir, "--version").split()[1]
    page = [f'.TH KAFKA-GATEWAY 8 "" "kafka\\-gateway {version}" "System administration"', ".nh", ".ad l",
            *of_help(ask(binary, destdir, "--help")),
            *of_access(ask(binary, destdir, "access", "--help")),
            *of_schema(json.loads(ask(binary, destdir, "--print-schema"))),
            ".SH SEE ALSO", ".PP", ".BR systemctl (1),", ".BR systemd.exec (5).",
            "Documents are in /usr/share/doc/kafka\\-gateway."]
    print("\n".join(page))


if __name__ == "__main__":
    main()
