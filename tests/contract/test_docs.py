"""Paths, links, functions and threads that the documents name exist."""

import re

import pytest
from openapi_document import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
FOLDERS = "bench|cmake|config|deploy|docs|openapi|scripts|src|tests"


def names(document):
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_every_path_that_a_document_names_exists(document):
    text = document.read_text(encoding="utf-8")
    paths = re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_every_relative_link_of_a_document_leads_to_a_file(document):
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (document.parent / link).exists()] == []


def hops():
    """Each (file, function) of the tables of the architecture: a cell with a file, then one with functions."""
    for line in ARCHITECTURE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for file, functions in zip(cells, cells[1:]):
            if re.fullmatch(r"`src/[\w./]+`", file):
                for function in re.findall(r"`(\w+)`", functions):
                    yield file.strip("`"), function


def test_the_architecture_names_the_hops_of_a_send():
    assert len(list(hops())) > 20


@pytest.mark.parametrize(("file", "function"), list(hops()))
def test_a_function_of_the_architecture_is_defined_in_its_file(file, function):
    source = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"\b{function}\(", source), f"{file}: {function}"


def test_the_architecture_names_every_thread():
    text = ARCHITECTURE.read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.cc"))
    named = re.findall(r'pthread_setname_np\([^;]*?"([\w-]+)"', sources)
    assert len(named) >= 6
    assert [name for name in named if f"`{name}" not in text] == []
