"""A learner's way through the newest version of the Vue frontend that is already in use.

It knows course programs, the files of their topics and its own form of tests, where the other routes of learning know
courses and topics. These handlers translate, over the same use cases:

- `programs`: enrolling in a program is enrolling in the course that shows it; files and topics that it reports complete
  the topics that count for courses;
- `tests`: the questions in its form, and results graded by the server. What it says of its score is not believed, and
  it is told no right answer: it then shows its own 0 %, unless the author of a test allows that they are shown;
- `test_editor`: the pages on which administrators edit these tests;
- `resume`: how far the caller is in a video or document.

The files and courses that it shows are those of the catalog. Its comments, site pictures, departments, analytics and
HLS are not served.
"""

from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.http.learning.existing_frontend import programs, resume, test_editor, tests

HANDLERS: Handlers = [*programs.HANDLERS, *tests.HANDLERS, *test_editor.HANDLERS, *resume.HANDLERS]
