"""The little language of types in which `output:` and `inputs.type` say what a value must look like.

parse_type({"pass": "boolean", "findings": ["string"]})   # from what stands in the file
describe(type)          # {pass: boolean, findings: [string]}, which parse_type reads again
json_schema(type)       # for providers that can be held to a schema
mismatches(type, value) # where a value is not as its type says
accepts(wanted, given)  # could a value of one type serve where another is wanted?
"""

from app.document.types.fit import Mismatch, accepts, common, mismatches, without_null
from app.document.types.reading import TypeMistake, parse_type
from app.document.types.shapes import (
    Anything,
    Boolean,
    Choice,
    Described,
    Integer,
    ListOf,
    MapOf,
    Maybe,
    Nothing,
    Number,
    Text,
    Type,
    describe,
    json_schema,
    listed_values,
    spoken,
    spoken_value,
    type_of,
)

__all__ = [
    "Anything",
    "Boolean",
    "Choice",
    "Described",
    "Integer",
    "ListOf",
    "MapOf",
    "Maybe",
    "Mismatch",
    "Nothing",
    "Number",
    "Text",
    "Type",
    "TypeMistake",
    "accepts",
    "common",
    "describe",
    "json_schema",
    "listed_values",
    "mismatches",
    "parse_type",
    "spoken",
    "spoken_value",
    "type_of",
    "without_null",
]
