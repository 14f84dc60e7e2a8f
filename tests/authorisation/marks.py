"""Markers in stored data, by which leaks into responses are found."""

OF_GROUP, OF_STUDENT, OF_CUSTOMER, OF_FORMER = "magnolia", "heliotrope", "mignonette", "amaranth"
OF_AUTHORS, OF_ANOTHER, OF_ADMINISTRATORS = "elderberry", "hawthorn", "juniper"

READERS = {
    OF_GROUP: {"teacher", "student", "classmate", "promoted", "admin"},
    OF_STUDENT: {"teacher", "student", "admin"},
    OF_FORMER: {"retired", "outsider", "admin"},
    OF_CUSTOMER: {"customer", "shop", "support", "admin", "service"},
    OF_AUTHORS: {"instructor", "admin"},
    OF_ANOTHER: {"admin"},
    OF_ADMINISTRATORS: {"admin", "shop"},
}


def told(text: str, caller: str) -> set[str]:
    """The words in a reply that this caller should not see."""
    return {mark for mark, readers in READERS.items() if mark in text and caller not in readers}
