"""What a job finds in the rows of an import: the first faults and changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from atg_core.importing.imports import MAX_FAULTS, MAX_REASON, MAX_SHOWN, LineFault, RowChange
from atg_core.importing.records import RowError


@dataclass(slots=True, kw_only=True)
class Findings:
    faults: list[LineFault] = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)

    def refuse(self, error: RowError) -> None:
        if len(self.faults) < MAX_FAULTS:
            heading = error.heading and error.heading[:MAX_REASON]
            reason = error.reason[:MAX_REASON]
            self.faults.append(LineFault(line=error.line, column=error.column, heading=heading, reason=reason))

    def show(self, change: RowChange) -> None:
        if len(self.changes) < MAX_SHOWN:
            self.changes.append(change)

    def by_line(self) -> Sequence[LineFault]:
        return sorted(self.faults, key=lambda fault: fault.line)
