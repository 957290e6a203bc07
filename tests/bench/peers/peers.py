"""How fast others find figures in the same texts, each on one core, each doing as little as could be called reading.

Comes in: a file with a JSON string a line, a text each; rounds; optionally the most bytes for the slow ones. Goes out: a
line of JSON for each peer, with the bytes read, the figures found and the median seconds of this thread on the processor.
Every peer gives the places of the numbers it finds; a number counts as a figure when a word of harm stands within 60
characters. None of them knows of scope, bound, side, place or story: it is the least work that could stand for reading.
"""

import json
import re
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import recognizers_number
import spacy
from quantulum3 import parser as quantulum
from spacy.matcher import Matcher
from text_to_num import alpha2digit

HARM = re.compile(
    r"\b(?:kill|dead|death|die|wound|injur|hurt|miss|detain|arrest|displac|evacuat|rescu|casualt|toll)\w*", re.IGNORECASE
)
DIGITS = re.compile(r"\b\d[\d,.]*\b")
REACH = 60
# The slowest would take hours for what the fastest reads in a second.
SLOW_BYTES = 60_000


def near_harm(text, places):
    harms = [match.start() for match in HARM.finditer(text)]
    return sum(any(abs(harm - place) <= REACH for harm in harms) for place in places)


def expression(text):
    return near_harm(text, [match.start() for match in DIGITS.finditer(text)])


def text2num(text):
    written = alpha2digit(text, "en")
    return near_harm(written, [match.start() for match in DIGITS.finditer(written)])


def recognizers_text(text):
    found = recognizers_number.recognize_number(text, recognizers_number.Culture.English)
    return near_harm(text, [number.start for number in found])


def quantulum3(text):
    return near_harm(text, [quantity.span[0] for quantity in quantulum.parse(text)])


def spacy_matcher():
    blank = spacy.blank("en")
    matcher = Matcher(blank.vocab)
    number = {"LIKE_NUM": True, "OP": "+"}
    between = {"IS_PUNCT": False, "OP": "{0,6}"}
    harm = {"LOWER": {"REGEX": "^" + HARM.pattern.removeprefix(r"\b")}}
    matcher.add("figure", [[number, between, harm], [harm, between, number]], greedy="LONGEST")
    return lambda text: len(matcher(blank(text)))


def measure(name, find, texts, rounds):
    find(texts[0])
    seconds, found = [], 0
    for _ in range(rounds):
        began = time.thread_time()
        found = sum(find(text) for text in texts)
        seconds.append(time.thread_time() - began)
    size = sum(len(text.encode()) for text in texts)
    print(json.dumps({"name": name, "bytes": size, "found": found, "seconds": statistics.median(seconds)}), flush=True)


def head(texts, size):
    """The first texts that together have at most so many bytes, and at least one."""
    some = []
    for text in texts:
        if some and size < len(text):
            break
        some.append(text)
        size -= len(text)
    return some


def main(path, rounds):
    with open(path, encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines]
    measure("regular expression", expression, texts, rounds)
    measure("text2num", text2num, texts, rounds)
    measure("spaCy, blank with Matcher", spacy_matcher(), texts, rounds)
    measure("Recognizers-Text", recognizers_text, head(texts, 10 * SLOW_BYTES), rounds)
    measure("quantulum3", quantulum3, head(texts, SLOW_BYTES), rounds)


main(sys.argv[1], int(sys.argv[2]))
