#!/usr/bin/env python3
"""check_guards.py FOLDER...: finds shared state that clang's thread-safety analysis does not see.

In the C++ files of each folder:
 1. No standard mutex, lock or condition variable: clang knows those of service/types/mutex.h.
 2. In a class with a Mutex, each data member says what guards it (GUARDED_BY). It need not if it
    cannot be written (const, a reference), if it synchronises itself (std::atomic, Mutex, CondVar)
    or is a std::thread, or if a comment on its line or the line above says "unguarded: " and why.

Prints "file:line: message" for each finding; the exit code is 1 if there are any. It reads classes as
clang-format leaves them and knows no macros but the annotations; tests/lint holds it to that.
"""

import pathlib
import re
import sys

STANDARD = re.compile(
    r"\bstd::(?:(?:recursive_|timed_|recursive_timed_|shared_|shared_timed_)?mutex"
    r"|condition_variable(?:_any)?|lock_guard|unique_lock|scoped_lock|shared_lock)\b")
CLASS = re.compile(r"^(?:template <.*> )?(?:class|struct)\b(?!.*[()=])")
LOCK = re.compile(r"^(?:mutable )?Mutex \w+")
SYNCHRONISED = re.compile(r"^(?:mutable )?(?:std::atomic|std::thread|Mutex|CondVar)\b")
NO_DATA = re.compile(
    r"^(?:using|typedef|friend|static|constexpr|enum|template|class|struct|explicit|virtual|~)\b|^$")
ANNOTATION = re.compile(r"\b(?:PT_)?GUARDED_BY\([^()]*(?:\([^()]*\))?[^()]*\)")
UNGUARDED = re.compile(r"//.*\bunguarded: \w")


def blank(match):
    return "\n" * match.group().count("\n") or " "


def without_comments_and_texts(source):
    source = re.sub(r'R"(\w*)\(.*?\)\1"', blank, source, flags=re.S)
    source = re.sub(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'', '""', source)
    source = re.sub(r"//[^\n]*|/\*.*?\*/", blank, source, flags=re.S)
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", blank, source, flags=re.M)


def classes(source):
    """The statements directly in each class, as lists of (line, text), without the contents of braces."""
    found, open_braces, text, begin, line = [], [], "", 1, 1
    for c in source:
        line += c == "\n"
        in_class = bool(open_braces) and open_braces[-1][2] is not None
        in_parentheses = text.count("(") > text.count(")")
        if c == "{":
            is_class = CLASS.match(" ".join(text.split())) is not None
            open_braces.append((text, begin, [] if is_class else None))
            text = ""
        elif c == "}" and open_braces:
            text, begin, statements = open_braces.pop()
            if statements is not None:
                found.append(statements)
                text = "struct"
            elif text.count("(") > text.count(")") or not is_function(text):
                text += "{}"  # an initialiser: the statement continues
            else:
                text = ""  # the body of a function, which no semicolon follows
        elif c == ";" and not in_parentheses:
            if in_class:
                open_braces[-1][2].append((begin, " ".join(text.split())))
            text = ""
        elif c == ":" and re.fullmatch(r"\s*(?:public|private|protected)", text):
            text = ""
        else:
            if not text.strip():
                begin = line
            text += c
    return found


def declared_part(text):
    """Without annotations, template arguments and the initialiser."""
    text = re.sub(r"[={].*", "", ANNOTATION.sub("", " ".join(text.split())))
    longer = None
    while text != longer:
        longer, text = text, re.sub(r"<[^<>]*>", "", text)
    return text.strip()


def is_function(text):
    declared = declared_part(text)
    return "(" in declared or not declared


def may_be_written(text):
    declared = declared_part(text)
    return not ((declared.startswith("const ") and not re.search(r"\*(?! ?const)", declared)) or
                "* const " in declared or re.search(r"& ?\w+$", declared))


def unguarded_members(source):
    lines = source.splitlines()
    for statements in classes(without_comments_and_texts(source)):
        if not any(LOCK.match(text) for _, text in statements):
            continue
        for number, text in statements:
            if NO_DATA.match(text) or SYNCHRONISED.match(text) or ANNOTATION.search(text):
                continue
            excused = UNGUARDED.search("".join(lines[max(0, number - 2):number]))
            if not is_function(text) and may_be_written(text) and not excused:
                yield number, f"say what guards it (GUARDED_BY): {text}"


def standard_locks(source):
    for number, text in enumerate(without_comments_and_texts(source).splitlines(), 1):
        if name := STANDARD.search(text):
            yield number, f"{name.group()}: clang does not check it; see service/types/mutex.h"


def main():
    files = sorted(path for folder in sys.argv[1:] for path in pathlib.Path(folder).rglob("*")
                   if path.suffix in (".h", ".cc"))
    if not files:
        sys.exit("check_guards.py: no C++ files in " + " ".join(sys.argv[1:]))
    failed = False
    for path in files:
        source = path.read_text(encoding="utf-8")
        findings = list(unguarded_members(source))
        if not path.as_posix().endswith("service/types/mutex.h"):
            findings += standard_locks(source)
        for number, message in sorted(findings):
            failed = True
            print(f"{path}:{number}: {message}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
