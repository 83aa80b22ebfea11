"""How Sphinx builds this site: `make docs`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

project = "modem-helper"
author = "the modem-helper authors"
project_copyright = f"2026 {author}"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
language = "en"

extensions = ["myst_parser", "sphinx_copybutton", "docs._extensions.generated"]
exclude_patterns = ["_extensions", "_static"]
source_suffix = {".md": "markdown"}
nitpicky = True
# Two hyphens are an option, no dash.
smartquotes = False
# Headings have the anchors that forges give them, so that a link works in both places.
myst_heading_anchors = 4
highlight_language = "text"
# Only what is typed is copied.
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
copybutton_remove_prompts = True

html_title = "modem-helper"
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_logo = "_static/logo.svg"
html_favicon = "_static/logo.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
# The files that pages link to beside other pages.
html_extra_path = ["json-schema.json"]
# The colours and letters of the portal and of the reports. Nothing is loaded from elsewhere.
_FONTS = {
    "font-stack": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, sans-serif',
    "font-stack--monospace": 'ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace',
}
html_theme_options = {
    "light_css_variables": {
        **_FONTS,
        "color-brand-primary": "#0d6973",
        "color-brand-content": "#0d6973",
        "color-brand-visited": "#0d6973",
        "color-background-secondary": "#f4f6f8",
        "color-background-border": "#dde3e8",
        "color-foreground-primary": "#17212b",
        "color-foreground-secondary": "#566472",
    },
    "dark_css_variables": {
        **_FONTS,
        "color-brand-primary": "#5cc8cf",
        "color-brand-content": "#5cc8cf",
        "color-brand-visited": "#5cc8cf",
        "color-background-primary": "#0e141a",
        "color-background-secondary": "#161e26",
        "color-background-border": "#28333e",
        "color-foreground-primary": "#e5ebf0",
        "color-foreground-secondary": "#98a6b3",
    },
}
pygments_style = "default"
pygments_dark_style = "github-dark"

# External links can't be reached from where CI runs; those inside are checked by each build.
linkcheck_ignore = [r"https?://"]
