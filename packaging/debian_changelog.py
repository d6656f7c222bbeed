#!/usr/bin/python3
"""debian_changelog.py VERSION SUITE MAINTAINER EPOCH: prints debian/changelog, made of CHANGELOG.md.

Each section of CHANGELOG.md is an entry. [Unreleased] is that of VERSION, such as 0.1.0-1~deb12u1; earlier ones have
the same revision. EPOCH, in seconds, is the time of the first entry; the others have their dates from CHANGELOG.md.
"""

import calendar
import email.utils
import re
import sys
import textwrap
import time

SECTION = re.compile(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?")


def sections(lines):
    """Each version with its date and its bullets, which are unwrapped."""
    for line in lines:
        if match := SECTION.match(line):
            bullets = []
            yield match[1], match[2], bullets
        elif line.startswith("- "):
            bullets.append(line[2:].strip())
        elif line.startswith("  ") and line.strip():
            bullets[-1] += " " + line.strip()


def entry(version, suite, maintainer, epoch, bullets):
    out = [f"kafka-gateway ({version}) {suite}; urgency=medium", ""]
    for bullet in bullets:
        out += textwrap.wrap(bullet, 78, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False,
                             break_long_words=False)
    out += ["", f" -- {maintainer}  {email.utils.formatdate(epoch)[:-5]}+0000", ""]
    return "\n".join(out)


def main():
    version, suite, maintainer, epoch = sys.argv[1:]
    upstream, _, revision = version.rpartition("-")
    with open("CHANGELOG.md", encoding="utf-8") as file:
        found = list(sections(file.read().splitlines()))
    for i, (name, date, bullets) in enumerate(found):
        if not bullets:
            continue
        named = upstream if name == "Unreleased" else name
        when = int(epoch) if i == 0 or not date else calendar.timegm(time.strptime(date, "%Y-%m-%d"))
        print(entry(f"{named}-{revision}", suite, maintainer, when, bullets))


if __name__ == "__main__":
    main()
