"""Agreement of annotators, written from the definitions and nothing else.

Reads native JSON lines; prints one JSON object with the figures of
`umie agree --json`.  Standard library only.  One example a document.
"""
import json
import sys
from itertools import combinations


def records(example):
    if "decisions" in example:
        return [d["record"] for d in example["decisions"] if d["verdict"] != "rejected"]
    return example.get("gold", [])


def span(r, prefix=""):
    return (r[prefix + "start"], r[prefix + "end"])


def facts(example):
    out = {k: [] for k in ("spans", "triples", "triggers", "arguments", "boxes")}
    for r in records(example):
        if "type" in r:
            out["spans"].append((span(r), r["type"]))
        elif "relation" in r:
            out["triples"].append((span(r, "head_"), span(r, "tail_"), r["relation"]))
        elif "role" in r and "box" in r:
            out["boxes"].append((r["event"], r["role"], r["box"]))
        elif "role" in r:
            out["arguments"].append((r["event"], r["role"], span(r)))
        else:
            out["triggers"].append((span(r), r["event"]))
    return out


def iou(a, b):
    if a[:2] != b[:2]:
        return 0.0
    (p, q) = (a[2], b[2])
    w = min(p[2], q[2]) - max(p[0], q[0])
    h = min(p[3], q[3]) - max(p[1], q[1])
    if w <= 0 or h <= 0:
        return 0.0
    area = lambda x: (x[2] - x[0]) * (x[3] - x[1])
    return w * h / (area(p) + area(q) - w * h)


def greedy(a, b):
    """IoU of boxes paired best first."""
    a, b, found = list(a), list(b), []
    while a and b:
        best = max((iou(x, y), -i, -j) for i, x in enumerate(a) for j, y in enumerate(b))
        if best[0] <= 0:
            break
        found.append(best[0])
        del a[-best[1]]
        del b[-best[2]]
    return found


def both(a, b):
    rest, n = list(b), 0
    for x in a:
        if x in rest:
            rest.remove(x)
            n += 1
    return n


def pair(docs, a, b):
    out, ious = {}, []
    for kind in ("spans", "triples", "triggers", "arguments", "boxes"):
        n = [0, 0, 0]
        for d in docs:
            x, y = d[a][kind], d[b][kind]
            if kind == "boxes":
                got = greedy(x, y)
                ious += got
                n[0] += sum(v >= 0.5 for v in got)
            else:
                n[0] += both(x, y)
            n[1] += len(x)
            n[2] += len(y)
        total = n[1] + n[2]
        out[kind] = {"f1": 2 * n[0] / total if total else None, "both": n[0], "a": n[1], "b": n[2]}
    out["mean_iou"] = sum(ious) / len(ious) if ious else None
    return out


def ratings(docs, kind, sets):
    """One row for each place that anybody names: what each calls it."""
    rows = []
    for d in docs:
        for place in sorted({p for k in range(sets) for (p, _) in d[k][kind]}):
            rows.append([", ".join(sorted(t for (p, t) in d[k][kind] if p == place)) for k in range(sets)])
    return rows


def kappa(rows, sets):
    if not rows:
        return None
    n = len(rows)
    types = sorted({c for row in rows for c in row})
    if sets == 2:
        observed = sum(a == b for a, b in rows) / n
        chance = sum(sum(r[0] == t for r in rows) / n * sum(r[1] == t for r in rows) / n for t in types)
    else:
        observed = sum((sum(row.count(t) ** 2 for t in types) - sets) / (sets * (sets - 1)) for row in rows) / n
        chance = sum((sum(row.count(t) for row in rows) / (n * sets)) ** 2 for t in types)
    return (observed - chance) / (1 - chance) if chance < 1 else None


def mean(values):
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def main(paths):
    sets = [{(e["id"], e["text"]): e for e in map(json.loads, open(p, encoding="utf-8"))} for p in paths]
    names = list(dict.fromkeys(k for s in sets for k in s))
    shared = [k for k in names if all(k in s for s in sets)]
    docs = [[facts(s[k]) for s in sets] for k in shared]
    pairs = [pair(docs, a, b) for a, b in combinations(range(len(sets)), 2)]
    kinds = ("spans", "triples", "triggers", "arguments", "boxes")
    result = {"documents": len(shared), "not_shared": len(names) - len(shared), "pairs": pairs,
              "mean": {k: mean([p[k]["f1"] for p in pairs]) for k in kinds}, "kappa": {}}
    for key, kind in (("entities", "spans"), ("events", "triggers")):
        rows = ratings(docs, kind, len(sets))
        result["kappa"][key] = {"value": kappa(rows, len(sets)), "places": len(rows)}
    print(json.dumps(result))


def same(a, b, path=""):
    """Every figure of a is in b, to 1e-12; of boxes, which are floats, to 1e-6."""
    if isinstance(a, dict):
        for k in a:
            same(a[k], b[k], path + "/" + k)
    elif isinstance(a, list):
        assert len(a) == len(b), path
        for i, x in enumerate(a):
            same(x, b[i], "%s/%d" % (path, i))
    else:
        ok = a == b or (a is not None and b is not None and abs(a - b) <= (1e-6 if path.endswith("iou") else 1e-12))
        assert ok, "%s: %r here, %r there" % (path, a, b)


if __name__ == "__main__":
    if sys.argv[1] == "--same":
        same(json.load(open(sys.argv[2])), json.load(open(sys.argv[3])))
    else:
        main(sys.argv[1:])
