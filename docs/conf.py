"""The site of these pages, in the order of index.md: `sphinx-build -W docs site` makes it, and every warning is an
error. It knows nothing of what the pages say."""

import re

from sphinx.application import Sphinx

project = "mailbot"
copyright = ""  # noqa: A001 - the name Sphinx wants
extensions = ["myst_parser"]
root_doc = "index"
nitpicky = True
myst_heading_anchors = 4
html_theme = "alabaster"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "page_width": "1180px",
    "sidebar_width": "250px",
    "body_max_width": "none",
    "show_powered_by": False,
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_show_sourcelink = False
html_show_copyright = False
html_copy_source = False
LINK = re.compile(r"(?m)^- \[[^\]]+\]\((\w[\w-]*)\.md\)")


def navigation(index: str) -> str:
    """The trees of pages that Sphinx wants, one for each heading of the index, from the links below it."""
    trees = []
    for part in index.split("\n## ")[1:]:
        title, _, text = part.partition("\n")
        pages = LINK.findall(text)
        if pages:
            trees.append("\n".join(["```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```"]))
    return "\n\n".join(trees)


def _lay_out(app: Sphinx, page: str, source: list[str]) -> None:
    if page == root_doc:
        source[0] += "\n" + navigation(source[0])


def setup(app: Sphinx) -> None:
    """Called by Sphinx before it reads the first page."""
    app.connect("source-read", _lay_out)
