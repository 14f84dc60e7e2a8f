"""Why a row can not be imported, in the reader's language: the sentence of a reason, and its parameters."""

import re
from collections.abc import Mapping
from functools import cache

from atg_core.words import phrase

_REASONS = (
    phrase("is missing"),
    phrase("repeats line {line}"),
    phrase("names nothing that is there: {names}; did you mean {nearest}?"),
    phrase("names nothing that is there: {names}"),
    phrase("leads back to the course: {chain}"),
    phrase("names twice: {name}"),
    phrase("needs exactly one of {columns}"),
    phrase("needs the column {column}"),
    phrase("stands beside a {column}"),
    phrase("needs numbers from 1 to {last}"),
    phrase("has more cells than there are columns"),
    phrase("is longer than {most} characters"),
    phrase("is not between the years {first} and {last}"),
    phrase("is not between {first} and {last}"),
    phrase("is none of {words}"),
    phrase("is neither 1 nor 0: {word}"),
    phrase("has an empty option before another one"),
    phrase("has no choice {letter}: there are {letters}"),
    phrase("holds {tag}, which is no text"),
    phrase("is an error of a spreadsheet: {cell}"),
    phrase("is a number of which a spreadsheet kept some digits: {cell}; write it as text"),
    phrase("is a number of more than 15 digits, of which a workbook keeps 15: write it as text"),
    phrase("is a formula without a value: open the workbook in a spreadsheet and save it"),
    phrase("is neither true nor false"),
    phrase("is not a whole number"),
    phrase("is not a number with two decimals at most"),
    phrase("is not from 0 to {most}"),
    phrase("is not above 0 and at most {most}"),
    phrase("is not a time in ISO 8601, such as 2026-03-02T08:00:00Z"),
    phrase("is not a local time, such as 09:00"),
    phrase("is not a day, such as 2026-09-01"),
    phrase("is not the name of a time zone, such as Europe/Moscow"),
    phrase("is not an email address"),
    phrase("has not 8 to 128 characters"),
    phrase("is too easy to guess"),
    phrase("contains a name of its owner"),
    phrase("is not an argon2id or bcrypt hash"),
    phrase("is not made of Latin letters, digits, dots, hyphens and underscores"),
    phrase("is not made of at most 50 Latin letters, digits, hyphens and underscores"),
    phrase("is not a JSON object"),
    phrase("holds a NUL character"),
    phrase("holds nothing that is seen"),
    phrase("conflicts with another record, or breaks a rule of the table"),
    phrase("conflicts with {other}"),
    phrase("is the account of somebody who opened it themselves; --take-over takes it over"),
    phrase("is the verified email of an account that somebody opened themselves"),
    phrase("names an account that somebody opened themselves, whose email is not verified"),
    phrase("lacks the column {columns}; the header was looked for in the first {rows} rows of the sheets {sheets}"),
    phrase("lacks the column {columns}; the header was looked for in the first {rows} rows"),
    phrase("names no column in its first rows"),
    phrase(
        "names no column in its first rows; the header was looked for in the first {rows} rows of the sheets {sheets}"
    ),
    phrase("names no column in its first rows; the header was looked for in the first {rows} rows"),
    phrase("has no header line"),
    phrase("repeats the column {columns}; --skip-column leaves one out"),
    phrase(
        "{columns}: no column of {kind}, the value would be lost; `atg import {command} --describe` tells the columns,"
        " --skip-column leaves one out"
    ),
    phrase("holds questions, which are {kinds} and not {kind}"),
    phrase("does not tell the {columns}: give it by {options}"),
    phrase("{place}: the line is longer than {most} characters"),
    phrase("{place}: has {name}, which the first line has not"),
    phrase("{place}: can not be read"),
    phrase("not UTF-8 text"),
    phrase("is protected by a password"),
    phrase("has cells with errors, of which this format does not tell where they are: mend them, or save it as .xlsx"),
    phrase("unpacks to more than {most} bytes"),
    phrase("lacks the column {columns}"),
    phrase("is no workbook that can be read"),
    phrase("has more than {most} rows"),
    phrase("the file is there no more"),
    phrase("is given by administrators alone"),
    phrase("is an account that only administrators change, but for where its owner works"),
)


def reason_of(text: str) -> tuple[str, Mapping[str, str]]:
    """The sentence in the catalogue of words and what stands in its braces; the text itself if it is none of these."""
    for template, pattern in _patterns():
        if match := pattern.fullmatch(text):
            return template, match.groupdict()
    return text, {}


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (each, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(each)), re.DOTALL)) for each in _REASONS
    ]
