"""Scoring cases typed by hand; every result was reasoned from the rules.

sel() writes the reference's bracket language shorter: ( and ) for the
opening and closing marks, : for the mark before a span, ~ for the empty one.
"""

MARKS = {"(": "<extra_id_0>", ")": "<extra_id_1>", ":": "<extra_id_5>",
         "~": "<extra_id_6>"}
SCHEMAS = {
    "animals": {"types": ["bird", "river fish", "insect"], "roles": []},
    "ties": {"types": ["part of", "near", "none"], "roles": []},
    "events": {"types": ["flood", "road crash"],
               "roles": ["place", "victim", "cause"]},
}
KINDS = ["Bird", "River fish", "Insect"]
TIES = ["part of", "near"]


def sel(text):
    return "".join(MARKS.get(c, c) for c in text)


def parsed(parser, text, spots=(), asocs=(), status="well-formed"):
    schema = {"entity": "animals", "relation": "ties"}.get(parser, "events")
    return {"parser": parser, "schema": schema, "pred": sel(text),
            "spots": list(spots), "asocs": list(asocs), "status": status}


PARSER = [
    parsed("entity", "(( bird: heron)( river fish: brown trout))",
           [["bird", "heron"], ["river fish", "brown trout"]]),
    parsed("entity", "", status="ill-formed"),
    parsed("entity", "a heron", status="ill-formed"),
    parsed("entity", "words before(( insect: bee))", [["insect", "bee"]]),
    parsed("entity", "(( bird: heron)", [["bird", "heron"]],
           status="repaired"),
    parsed("entity", "(( bird: heron))) (( insect: bee))",
           [["bird", "heron"]]),
    parsed("entity", "(( bird heron))", [["bird", "heron"]]),
    parsed("entity", "(( Bird: heron))"),
    parsed("entity", "(( bird: ~)( insect: bee))", [["insect", "bee"]]),
    parsed("entity", "(( bird:))", [["bird", ""]]),
    parsed("relation", "(( Avon( part of: Severn basin)))",
           [["part of", "Avon", "Severn basin"]]),
    parsed("relation", "(( River Avon( near: Bath)))"),
    parsed("relation", "(( Avon( near: A)( part of: B)))",
           [["near", "Avon", "A"]]),
    parsed("relation", "((( near: Bath)))", [["near", "", "Bath"]]),
    parsed("event_trigger", "(( flood: burst)( road crash: hit))",
           [["flood", "burst"], ["road crash", "hit"]]),
    parsed("event_trigger", "(( drought: dry))"),
    # The type of one word takes the label of its first child with it.
    parsed("event_arg", "(( flood( place: Bath)( cause: rain)))"),
    parsed("event_arg", "(( road crash( place: Bath)( victim: O2)))",
           ["road crash"], [["road crash", "place", "Bath"],
                            ["road crash", "victim", "O2"]]),
    parsed("event_arg", "(( road crash( colour: red)( victim: ~)"
           "( cause: ice)))", ["road crash"],
           [["road crash", "cause", "ice"]]),
    parsed("event", "(( flood: burst( place: Bath)( cause: rain)))",
           [["flood", "burst"]],
           [["flood", "place", "Bath"], ["flood", "cause", "rain"]]),
]


def scored(instances, tp, fp, fn, p, r, f1):
    return {"instances": [{"gold": g, "pred": q} for g, q in instances],
            "tp": tp, "fp": fp, "fn": fn, "P": p, "R": r, "F1": f1}


HERON, BEE, TROUT = ["bird", "heron"], ["insect", "bee"], ["fish", "trout"]
# Whatever was predicted at all is not missed, however often it was due.
SCORER = [
    scored([([HERON, HERON], [HERON])], 1, 0, 0, 100.0, 100.0, 100.0),
    scored([([HERON], [HERON, HERON])], 1, 1, 0, 50.0, 100.0, 66.67),
    scored([([HERON, BEE, TROUT], [HERON, ["bird", "bee"]])], 1, 1, 2, 50.0,
           33.33, 40.0),
    scored([([HERON, BEE], [HERON]), ([], [BEE])], 1, 1, 1, 50.0, 50.0,
           50.0),
    scored([([], [])], 0, 0, 0, 0.0, 0.0, 0.0),
]
# The same, counted as multisets and not rounded in between.
STRICT = [
    scored([([HERON, HERON], [HERON])], 1, 0, 1, 100.0, 50.0, 66.66666667),
    scored([([HERON], [HERON, HERON])], 1, 1, 0, 50.0, 100.0, 66.66666667),
    scored([([HERON, BEE, TROUT], [HERON, ["bird", "bee"]])], 1, 1, 2, 50.0,
           33.33333333, 40.0),
    scored([([HERON, BEE], [HERON]), ([], [BEE])], 1, 1, 1, 50.0, 50.0,
           50.0),
    scored([([], [])], 0, 0, 0, 0.0, 0.0, 0.0),
    scored([([HERON], [])], 0, 0, 1, 0.0, 0.0, 0.0),
    scored([([], [BEE])], 0, 1, 0, 0.0, 0.0, 0.0),
    scored([([HERON], [["bird", "Heron"]])], 0, 1, 1, 0.0, 0.0, 0.0),
    scored([([HERON], [["bird", " heron"]])], 0, 1, 1, 0.0, 0.0, 0.0),
    scored([([HERON, BEE], [BEE, HERON])], 2, 0, 0, 100.0, 100.0, 100.0),
    scored([([HERON, HERON, HERON, BEE], [HERON, HERON, BEE, BEE, TROUT])],
           3, 2, 1, 60.0, 75.0, 66.66666667),
    scored([([HERON], [BEE]), ([BEE], [HERON])], 0, 2, 2, 0.0, 0.0, 0.0),
    scored([([["flood", "place", "Bath"], ["flood", "cause", "rain"]],
             [["flood", "place", "Bath"], ["crash", "cause", "rain"]])],
           1, 1, 1, 50.0, 50.0, 50.0),
]


def end_to_end(parser, pairs, spots, asocs):
    schema = {"entity": "animals", "relation": "ties"}.get(parser, "events")
    out = {"parser": parser, "schema": schema,
           "gold": [sel(g) for g, _ in pairs],
           "pred": [sel(p) for _, p in pairs],
           "overall-F1": round(spots[-1] + asocs[-1], 2)}
    for kind, values in (("spot", spots), ("asoc", asocs)):
        for key, v in zip(("tp", "fp", "P", "R", "F1"), values):
            out[f"{kind}-{key}"] = v
    return out


NOTHING = (0, 0, 0.0, 0.0, 0.0)
END_TO_END = [
    end_to_end("entity", [("(( bird: heron)( insect: bee))",
                           "(( bird: heron))"), ("()", "(( insect: bee))")],
               (1, 1, 50.0, 50.0, 50.0), NOTHING),
    # The head of two words is lost on both sides.
    end_to_end("relation", [("(( Avon( near: Bath)))",
                             "(( Avon( near: Bath)))"),
                            ("(( River Avon( near: Bath)))", "()")],
               (1, 0, 100.0, 100.0, 100.0), NOTHING),
    end_to_end("event_arg",
               [("(( road crash( place: Bath)( victim: man)))",
                 "(( road crash( place: Bath)( victim: O2)))")],
               (1, 0, 100.0, 100.0, 100.0), (1, 1, 50.0, 50.0, 50.0)),
]


def two_stage(triggers, predicted, gold, after, tp, fp, fn, f1):
    return {"instances": [{"predicted_triggers": triggers,
                           "predicted_arguments": predicted,
                           "gold_arguments": gold,
                           "arguments_after_replacement": after}],
            "tp": tp, "fp": fp, "fn": fn, "F1": f1}


def crash(*arguments, event="road crash"):
    return [[event, role, text] for role, text in arguments]


BATH, MAN, BOX = ("place", "Bath"), ("victim", "man"), ("victim", "O2")
TWO_STAGE = [
    two_stage([["road crash", "hit"]], crash(BATH, BOX), crash(BATH, MAN),
              crash(BATH, BOX), 1, 1, 1, 50.0),
    two_stage([["flood", "burst"], ["road crash", "hit"]], crash(BATH, MAN),
              crash(BATH, MAN), crash(BATH, MAN, event="flood"), 0, 2, 2,
              0.0),
    two_stage([], crash(BATH), crash(BATH), crash(BATH, event="none"), 0, 1,
              1, 0.0),
]


def paper(task, text, records, *dropped):
    return {"task": task, "schema": TIES if task == "relation" else KINDS,
            "text": text, "records": records,
            "dropped": [{"segment": s, "reason": r} for s, r in dropped]}


PAPER = [
    paper("entity", "Bird, heron <spot> River fish, brown trout",
          [["Bird", "heron"], ["River fish", "brown trout"]]),
    paper("entity", "", []),
    paper("entity", " <spot><spot> \n", []),
    paper("entity", "<pad>bird ,  grey  heron </s><pad>",
          [["Bird", "grey  heron"]]),
    paper("entity", "RIVER FISH,pike, perch, eel",
          [["River fish", "pike, perch, eel"]]),
    paper("entity", "Insect, bee<spot>Insect, bee",
          [["Insect", "bee"], ["Insect", "bee"]]),
    paper("entity", "a heron <spot> Tree, oak <spot> Insect ,  ", [],
          ("a heron", "no_comma"), ("Tree, oak", "unknown_type"),
          ("Insect ,", "empty_text")),
    paper("entity", "River  fish, eel <spot> , eel", [],
          ("River  fish, eel", "unknown_type"), (", eel", "unknown_type")),
    paper("trigger", "insect, swarm <spot> Bird, ,",
          [["Insect", "swarm"], ["Bird", ","]]),
    paper("argument", "Bird, O2", [["Bird", "O2"]]),
    paper("relation", "Avon, part of, Severn <spot> Bath, Near, Bristol",
          [["part of", "Avon", "Severn"], ["near", "Bath", "Bristol"]]),
    paper("relation", "Bath, Somerset, near, Avon, England",
          [["near", "Bath, Somerset", "Avon, England"]]),
    paper("relation", "near, near, near", [["near", "near", "near"]]),
    # The first match leaves no head, the second leaves both.
    paper("relation", ", near, part of, Avon",
          [["part of", ", near", "Avon"]]),
    paper("relation", "Avon, Severn <spot> Avon, in, Bath <spot> , near, "
          "Bath", [], ("Avon, Severn", "too_few_fields"),
          ("Avon, in, Bath", "unknown_relation"),
          (", near, Bath", "empty_text")),
]

FILES = {"reference_parser": PARSER, "reference_scorer": SCORER,
         "reference_end_to_end": END_TO_END,
         "reference_two_stage": TWO_STAGE, "paper_format": PAPER,
         "strict_f1": STRICT}
