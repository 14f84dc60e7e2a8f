"""What browsers load of others: files of the npm packages that `package.json` names, as published.

`python -m atg_entrypoints.browser_packages` (`make setup`) puts them into `FOLDER`, which git ignores, and the wheel
and the image carry. Standard library only, since it runs before anything is installed.
"""

from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "files"
COMPLETE = "complete"
"""The file in `FOLDER` that says of which lock file the others are."""

FILES: Mapping[str, str] = {
    "fullcalendar/all.js": "fullcalendar/all/global.js",
    "fullcalendar/classic.js": "fullcalendar/themes/classic/global.js",
    "fullcalendar/ru.js": "fullcalendar/locales/ru/global.js",
    "fullcalendar/skeleton.css": "fullcalendar/skeleton.css",
    "fullcalendar/theme.css": "fullcalendar/themes/classic/theme.css",
    "fullcalendar/LICENSE": "fullcalendar/LICENSE.md",
    "golos/cyrillic.woff2": "@fontsource-variable/golos-text/files/golos-text-cyrillic-wght-normal.woff2",
    "golos/latin.woff2": "@fontsource-variable/golos-text/files/golos-text-latin-wght-normal.woff2",
    "golos/LICENSE": "@fontsource-variable/golos-text/LICENSE",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx/LICENSE": "htmx.org/LICENSE",
    "pdfjs/pdf.min.mjs": "pdfjs-dist/build/pdf.min.mjs",
    "pdfjs/pdf.worker.min.mjs": "pdfjs-dist/build/pdf.worker.min.mjs",
    "pdfjs/LICENSE": "pdfjs-dist/LICENSE",
    "swagger/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger/LICENSE": "swagger-ui-dist/LICENSE",
    "swagger/NOTICE": "swagger-ui-dist/NOTICE",
    "uplot/uPlot.iife.min.js": "uplot/dist/uPlot.iife.min.js",
    "uplot/uPlot.min.css": "uplot/dist/uPlot.min.css",
    "uplot/LICENSE": "uplot/LICENSE",
}
"""The files that are served, and which of a package each is."""


def are_there() -> bool:
    return (FOLDER / COMPLETE).exists()
