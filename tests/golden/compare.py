"""Recompute packages of another origin from their own weights and inputs.

Differences are relative to the largest wanted value of a tensor; stored
float32 numbers alone explain about 6e-8.
"""

import json
import os

import numpy as np

import make
import vision
from files import load_tensors
from umie import Model, greedy


def off(got, want):
    want = np.asarray(want, np.float64)
    scale = np.abs(want).max() or 1.0
    if np.shape(got) != want.shape:
        raise ValueError(f"shape {np.shape(got)}, expected {want.shape}")
    return float(np.abs(got - want).max() / scale)


def report(what, got, want):
    """One line for a file: how many tensors, the worst and where."""
    missing = sorted(set(want) - set(got))
    worst, where = max((off(got[n], want[n]), n) for n in want if n in got)
    print(f"{what}: {len(want)} tensors, worst {worst:.2e} ({where})"
          + (f", not computed: {missing}" if missing else ""))


def read_json(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def compare_model(folder, config):
    weights = load_tensors(folder + "/model.safetensors")
    batch = load_tensors(folder + "/inputs.safetensors")
    for name, masked in (("masked", True), ("compat", False)):
        want = load_tensors(f"{folder}/expect_{name}.safetensors")
        report(f"model, {name}",
               make.forward(Model(config, weights), batch, masked), want)
    path = folder + "/model_bf16.safetensors"
    if os.path.exists(path):
        want = load_tensors(folder + "/expect_bf16_weights.safetensors")
        model, got = Model(config, load_tensors(path)), {}
        for name, masked in (("masked", True), ("compat", False)):
            out = make.forward(model, batch, masked)
            got.update({f"{name}.{k}": v for k, v in out.items()})
        report("model, bf16 weights", got, want)
    return weights, batch


def compare_grads(folder, model, batch):
    loss, grads = make.gradients(model, batch)
    recipe = read_json(folder + "/train.json")
    print("grads: initial loss off by",
          f"{abs(loss - recipe['loss']['loss_initial']):.2e}")
    report("grads", grads, load_tensors(folder + "/grads.safetensors"))
    for key, value in recipe["optimizer"].items():
        if key in make.RECIPE and key != "name":
            assert make.RECIPE[key] == value, key
    steps, last = make.train(model, batch,
                             [s["lr"] for s in recipe["steps"]])
    for key in ("lr", "loss", "grad_norm", "param_l2_after"):
        worst = max(abs(a[key] - b[key]) / max(abs(b[key]), 1e-9)
                    for a, b in zip(steps, recipe["steps"]))
        print(f"training: {key} of {len(steps)} steps, worst {worst:.2e}")
    print("training: last loss off by",
          f"{abs(last - recipe['loss_after_last_step']):.2e}")
    report("training: final weights",
           {n: model.p[n].data for n in model.trained()},
           load_tensors(folder + "/final_params.safetensors"))
    decayed = [n for n in model.trained() if make.decays(n, model.p[n])]
    assert decayed == sorted(recipe["decayed_parameters"])


def same(got, want):
    """Ids equal, numbers within 1e-6: the number of differing leaves."""
    if isinstance(want, dict):
        return sum(same(got.get(k), v) for k, v in want.items()
                   if k in got or not k.startswith("min_"))
    if isinstance(want, list):
        return (abs(len(got) - len(want))
                + sum(same(a, b) for a, b in zip(got, want)))
    if isinstance(want, float):
        return int(abs(got - want) > 1e-6)
    return int(got != want)


def compare_decode(folder, model):
    want = read_json(folder + "/decode.json")
    batch = load_tensors(folder + "/decode_inputs.safetensors")
    length = want["settings"]["max_length"]
    bad = 0
    for b, example in enumerate(want["examples"]):
        got, _ = make.search(model, make.alone(batch, b), length, (4, 8))
        bad += same({"example": b, **got}, example)
    print(f"decode: {len(want['examples'])} examples, {bad} differences")
    ids, _, _ = greedy(model, batch, False, length)
    print("decode, compat batch:", same(
        make.padded_rows(ids), want["compat_batched_greedy"]["ids"]),
        "differences")


def compare_vision(folder):
    tensors = load_tensors(folder + "/tv_toy.safetensors")
    given = load_tensors(folder + "/tv_toy_input.safetensors")
    for name, training in (("eval", False), ("train", True)):
        out, grads = vision.run(tensors, given["images"],
                                given["loss_weights"], training)
        for kind, got in (("expect", out), ("grads", grads)):
            report(f"vision, {kind} {name}", got, load_tensors(
                f"{folder}/tv_toy_{kind}_{name}.safetensors"))


def run(folder):
    config = read_json(folder + "/model/config.json")
    weights, batch = compare_model(folder + "/model", config)
    compare_vision(folder + "/vision")
    compare_decode(folder + "/decode", Model(config, weights))
    compare_grads(folder + "/grads", Model(config, weights), batch)
