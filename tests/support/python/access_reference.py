"""Decides as an access file does, implemented a second time and as simply as possible: the gateway must agree."""

import re


def glob(pattern, text):
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def concerns(rule, name, groups, is_grant):
    for pattern in rule["Principals"]:
        if pattern.startswith("group:"):
            if any(glob(pattern.removeprefix("group:"), group) for group in groups):
                return True
        elif name == "anonymous" and is_grant:
            if pattern == "anonymous":
                return True
        elif glob(pattern, name):
            return True
    return False


def decides(rules, name, groups, operation, topic, is_grant):
    """The index of the first rule that covers operation and topic for the principal, or None."""
    for index, rule in enumerate(rules):
        if (concerns(rule, name, groups, is_grant) and operation in rule["Operations"]
                and any(glob(pattern, topic) for pattern in rule["Topics"])):
            return index
    return None


def explained(file, name, groups, operation, topic):
    """The beginning of the line that `access explain` prints."""
    denial = decides(file["Denials"], name, groups, operation, topic, is_grant=False)
    if denial is not None:
        return f"{operation} {topic}: denied by Denials:{denial} "
    grant = decides(file["Grants"], name, groups, operation, topic, is_grant=True)
    if grant is not None:
        return f"{operation} {topic}: allowed by Grants:{grant} "
    return f"{operation} {topic}: not allowed, because nothing grants it"
