"""Make the small golden packages of this folder, or check the program that
makes them against packages of another origin.

    python3 -B make.py                write model/, grads/, decode/, ... here
    python3 -B make.py --compare DIR  recompute DIR's packages from their
                                      inputs and print the differences

Needs Python 3 with NumPy.  Nothing here shares code with the program under
test.  What differs from the shared packages, so that all files stay small:
the projections of the gate, whose size does not depend on the model's, are
stored as BF16, and their gradients and final values are left out (the norms
in train.json cover them); parameters that nothing uses have few rows; final
values are those of the last block of every stack and of the tables; the
image encoder's convolutions are BF16, and its widest have gradients in the
training form only.
"""

import os
import sys

import numpy as np

import cases
import vision
from files import (Bfloat16, noise, pick, save_json, save_lines,
                   save_tensors)
from umie import (ALIASES, DEAD, EOS, IGNORED, START, AdamW, Model, beam,
                  decays, grad_norm, greedy, param_norm)

HERE = os.path.dirname(os.path.abspath(__file__))
V, D, D_KV, HEADS, FF, LAYERS, FEAT = 61, 14, 5, 3, 11, 2, 24
TEXT, REGIONS, ANSWERS = (19, 11, 4), (5, 3, 1), (8, 5, 2)
LENGTH, MARGIN = 12, 1e-3
PROJECTIONS = tuple(f"encoder.gate.proj_{side}.weight"
                    for side in ("t", "v", "t_2", "v_2"))
FINAL = ("shared.", "lm_head.", "encoder.block.1.", "decoder.block.1.",
         "encoder.final", "decoder.final", "encoder.gate.layer.",
         "encoder.visual_embedding.vstack.block.1.",
         "encoder.visual_embedding.feat",
         "encoder.visual_embedding.abs", "encoder.visual_embedding.img")
CONFIG = {
    "architectures": ["VLT5"], "model_type": "t5", "vocab_size": V,
    "d_model": D, "d_kv": D_KV, "d_ff": FF, "num_layers": LAYERS,
    "num_decoder_layers": LAYERS, "num_heads": HEADS,
    "feed_forward_proj": "gated-gelu", "dense_act_fn": "gelu_new",
    "is_gated_act": True, "relative_attention_num_buckets": 32,
    "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-6,
    "dropout_rate": 0.1, "is_encoder_decoder": True,
    "tie_word_embeddings": False, "use_cache": True, "pad_token_id": 0,
    "eos_token_id": 1, "decoder_start_token_id": 0, "feat_dim": FEAT,
    "pos_dim": 4, "n_images": 2, "n_boxes": 36,
    "use_vis_order_embedding": True, "use_vis_layer_norm": True,
    "individual_vis_layer_norm": True,
    "additional_visual_embedding_layers": 0,
}
RECIPE = {
    "name": "AdamW (decoupled decay)", "betas": [0.9, 0.999], "eps": 1e-8,
    "weight_decay": 0.01, "clip_global_norm": 1.0, "clip_epsilon": 1e-6,
    "peak_lr": 1e-3, "warmup_steps": 3, "schedule_total_steps": 10,
    "steps_run": 10,
}
SMOOTHING = 0.1
CONVOLUTIONS = ("conv1.weight", "conv2.weight", "conv3.weight",
                "downsample.0.weight")
LARGEST = ("layer4.0.conv2", "layer4.0.conv3", "layer4.0.downsample.0")
EXPECTED_COMPAT = ("V", "gate_probs", "Y", "gate_t_mean", "gate_v_mean",
                   "gate_c", "gate", "H", "logits", "token_nll", "loss")


def shapes():
    """Shape of every parameter by its name, without aliases."""
    inner, out = D_KV * HEADS, {}

    def norm(name):
        out[name + ".weight"] = (D,)

    def attention(name):
        for part in "qkv":
            out[f"{name}.{part}.weight"] = (inner, D)
        out[name + ".o.weight"] = (D, inner)

    def feed_forward(name):
        norm(name + ".layer_norm")
        out[name + ".DenseReluDense.wi_0.weight"] = (FF, D)
        out[name + ".DenseReluDense.wi_1.weight"] = (FF, D)
        out[name + ".DenseReluDense.wo.weight"] = (D, FF)

    def stack(name, layers, cross):
        out[name + ".block.0.layer.0.SelfAttention."
            "relative_attention_bias.weight"] = (32, HEADS)
        norm(name + ".final_layer_norm")
        for i in range(layers):
            at = f"{name}.block.{i}.layer."
            norm(at + "0.layer_norm")
            attention(at + "0.SelfAttention")
            if cross:
                norm(at + "1.layer_norm")
                attention(at + "1.EncDecAttention")
            feed_forward(at + ("2" if cross else "1"))

    visual, gate = "encoder.visual_embedding.", "encoder.gate."
    out["shared.weight"] = out["lm_head.weight"] = (V, D)
    stack("encoder", LAYERS, False)
    stack(visual + "vstack", 2, False)
    stack("decoder", LAYERS, True)
    for name, width in (("feat_embedding", FEAT),
                        ("absolute_vis_pos_embedding", 5)):
        out[f"{visual}{name}.0.weight"] = (D, width)
        out[f"{visual}{name}.0.bias"] = (D,)
        norm(f"{visual}{name}.1")
    out[visual + "img_order_embedding.weight"] = (2, D)
    norm(gate + "layer.0.layer_norm")
    attention(gate + "layer.0.EncDecAttention")
    feed_forward(gate + "layer.1")
    for side in "tv":
        out[f"{gate}proj_{side}.weight"] = (384, D)
        out[f"{gate}proj_{side}_2.weight"] = (128, 384)
    out.update({name: (2, D) for name in DEAD})
    return out


def initial(name, shape):
    s = noise(name, shape)
    if len(shape) == 1:
        return 0.3 * s if name.endswith("bias") else 1 + 0.2 * s
    if name.endswith(("relative_attention_bias.weight",
                      "img_order_embedding.weight")):
        return s
    if name == "shared.weight":
        return 2 * s
    x = s * np.sqrt(3 / shape[-1])
    if name == "lm_head.weight":
        x[EOS] *= 3  # so that some answers end
    # What was said last has to count, or an answer repeats one word.
    # Larger queries and keys would only magnify rounding.
    if not name.startswith(("decoder.", "lm_head.")):
        return x
    if name.endswith(("q.weight", "k.weight")):
        return x
    return 0.8 * x if "EncDecAttention.o" in name else 1.6 * x


def model_tensors():
    """(as stored, as computed with) of every parameter."""
    stored, wide = {}, {}
    for name, shape in shapes().items():
        x = initial(name, shape).astype(np.float32)
        stored[name] = Bfloat16(x) if name in PROJECTIONS else x
        wide[name] = stored[name].wide if name in PROJECTIONS else x
    for name in ALIASES:
        stored[name] = stored["shared.weight"]
    return stored, wide


def inputs(key, text, regions, answers=None):
    """A padded batch; example b has text[b] tokens and regions[b] regions."""
    B, L, N = len(text), max(text), max(regions)
    real = np.arange(L) < np.array(text)[:, None]
    seen = np.arange(N) < np.array(regions)[:, None]
    ids = pick(key + "ids", (B, L), 2, V) * real
    ids[np.arange(B), np.array(text) - 1] = EOS
    feats = noise(key + "feats", (B, N, FEAT)) * seen[..., None]
    low = (noise(key + "low", (B, N, 2)) + 1) / 4
    size = (noise(key + "size", (B, N, 2)) + 1.2) / 4.8
    boxes = np.concatenate([low, low + size], -1) * seen[..., None]
    out = {"input_ids": ids, "attention_mask": real.astype(np.int64),
           "feats": feats.astype(np.float32),
           "boxes": boxes.astype(np.float32),
           "region_mask": seen.astype(np.int64)}
    if answers:
        M = max(answers)
        counts = np.arange(M) < np.array(answers)[:, None]
        labels = pick(key + "labels", (B, M), 2, V)
        labels[np.arange(B), np.array(answers) - 1] = EOS
        shifted = np.roll(labels * counts, 1, 1)
        shifted[:, 0] = START
        out["labels"] = np.where(counts, labels, IGNORED)
        out["decoder_input_ids"] = shifted
    return out


def forward(model, batch, masked):
    """All intermediates; padded rows are zero in the masked form."""
    model.loss(batch, masked)
    out = {name: v.data.copy() for name, v in model.taps.items()}
    rows = {"text": batch["attention_mask"], "region": batch["region_mask"],
            "answer": batch["labels"] != IGNORED}
    if not masked:
        return out
    for name, x in out.items():
        if name.startswith("dec_") or name == "logits":
            real = rows["answer"]
        elif name[0] in "vV":
            real = rows["region"]
        elif name in ("text_embeddings", "T", "gate_probs", "Y", "A",
                      "H") or name.startswith("enc_"):
            real = rows["text"]
        else:
            continue
        heads = (slice(None), None) if x.ndim == 4 else (slice(None),)
        x *= (real > 0)[heads + (slice(None), None)]
    return out


def rounded(x):
    return float(f"{x:.10g}")


def gradients(model, batch):
    """(loss, every gradient) at the current weights."""
    loss = model.loss(batch, True, SMOOTHING)
    loss.backward()
    return float(loss.data), {n: model.p[n].grad for n in model.trained()}


def rate(step):
    """Rises to the peak over the warm-up, falls to zero at the end."""
    peak, warm, total = (RECIPE[k] for k in
                         ("peak_lr", "warmup_steps", "schedule_total_steps"))
    return rounded(peak * min(step / warm, (total - step) / (total - warm)))


def train(model, batch, rates):
    """AdamW from the current weights; one record for each step."""
    opt = AdamW(model, RECIPE["betas"], RECIPE["eps"],
                RECIPE["weight_decay"], RECIPE["clip_global_norm"],
                RECIPE["clip_epsilon"])
    steps = []
    for lr in rates:
        loss, _ = gradients(model, batch)
        norm = grad_norm(model)
        opt.update(lr)
        steps.append({"step": opt.step, "lr": lr, "loss": rounded(loss),
                      "grad_norm": rounded(norm),
                      "param_l2_after": rounded(param_norm(model))})
    return steps, rounded(gradients(model, batch)[0])


def write_grads(model, batch, folder):
    os.makedirs(folder, exist_ok=True)
    loss, grads = gradients(model, batch)
    about = {"label_smoothing": SMOOTHING, "ignore_index": IGNORED,
             "reduction": "mean over non-ignored tokens",
             "loss_initial": rounded(loss),
             "grad_norm_initial": rounded(grad_norm(model))}
    save_tensors(folder + "/grads.safetensors",
                 {n: g for n, g in grads.items() if n not in PROJECTIONS})
    names = model.trained()
    steps, last = train(model, batch, [rate(s) for s in range(1, 11)])
    save_json(folder + "/train.json", {
        "loss": about, "optimizer": RECIPE, "steps": steps,
        "loss_after_last_step": last,
        "decayed_parameters": [n for n in names if decays(n, model.p[n])],
        "undecayed_parameters": [n for n in names
                                 if not decays(n, model.p[n])],
        "untouched_dead_parameters": sorted(DEAD)})
    save_tensors(folder + "/final_params.safetensors",
                 {n: model.p[n].data for n in names if n.startswith(FINAL)})


def alone(batch, b):
    """Example b without its padding."""
    L = int(batch["attention_mask"][b].sum())
    N = int(batch["region_mask"][b].sum())
    cut = {"input_ids": L, "attention_mask": L}
    return {k: x[b:b + 1, :cut.get(k, N)] for k, x in batch.items()}


def search(model, one, length, widths):
    """What one example gives; and by how much all choices were clear."""
    ids, scores, margin = greedy(model, one, True, length)
    out = {"L": one["input_ids"].shape[1], "N": one["feats"].shape[1],
           "greedy": {"ids": ids[0],
                      "token_logprobs": [rounded(s) for s in scores[0]],
                      "sum_logprob": rounded(sum(scores[0]))}}
    for width in widths:
        store, stopped, gap = beam(model, one, width, length)
        margin = min(margin, gap)
        out[f"beam{width}"] = {
            "hypotheses": [{"ids": row, "score": rounded(s)}
                           for s, row in store],
            "stopped_before_max_length": stopped}
    return out, margin


def padded_rows(rows):
    width = max(map(len, rows))
    return [r + [START] * (width - len(r)) for r in rows]


def decode_examples(model):
    """Inputs, tried in order, of which every choice is clear.  Two of the
    greedy answers end; for one the narrow beam stops before the end."""
    kept, texts, regions = [], (13, 9, 16, 5, 12), (4, 1, 5, 2, 3)
    ends = (False, True, False, False, True)
    stops = (False, False, False, False, True)
    for k in range(1500):
        n = len(kept)
        if n == len(texts):
            break
        one = inputs(f"decode{k}", texts[n:n + 1], regions[n:n + 1])
        ids, _, clear = greedy(model, one, True, LENGTH)
        if clear < MARGIN or len(set(ids[0])) < 4 - stops[n] or ends[n] != (
                ids[0][-1] == EOS):
            continue
        _, stopped, clear = beam(model, one, 4, LENGTH)
        if clear < MARGIN or stopped != stops[n]:
            continue
        found, clear = search(model, one, LENGTH, (4, 8))
        if clear > MARGIN:
            print(f"decode: input {k} kept, margin {clear:.4f}")
            kept.append((one, found))
    if len(kept) < len(texts):
        sys.exit("decode: not enough inputs with clear choices")
    batch = {}
    for name, x in inputs("", texts, regions).items():
        batch[name] = np.zeros_like(x)
        for b, (one, _) in enumerate(kept):
            batch[name][b, :one[name].shape[1]] = one[name][0]
    return batch, [found for _, found in kept]


def write_decode(model, folder):
    os.makedirs(folder, exist_ok=True)
    batch, found = decode_examples(model)
    ids, _, margin = greedy(model, batch, False, LENGTH)
    if margin < MARGIN:
        sys.exit("decode: a choice of the padded batch is unclear")
    save_tensors(folder + "/decode_inputs.safetensors", batch)
    save_json(folder + "/decode.json", {
        "settings": {"max_length": LENGTH, "decoder_start_token_id": START,
                     "eos_token_id": EOS, "pad_token_id": 0,
                     "length_penalty": 1.0, "early_stopping": False},
        "examples": [{"example": b, **e} for b, e in enumerate(found)],
        "compat_batched_greedy": {"ids": padded_rows(ids),
                                  "min_argmax_margin": rounded(margin)}})


def write_model(folder):
    os.makedirs(folder, exist_ok=True)
    stored, wide = model_tensors()
    # This batch has clear gates of both signs; padding turns the third.
    batch = inputs("batch22", TEXT, REGIONS, ANSWERS)
    model = Model(CONFIG, wide)
    save_json(folder + "/config.json", CONFIG)
    save_tensors(folder + "/model.safetensors", stored)
    save_tensors(folder + "/inputs.safetensors", batch)
    save_tensors(folder + "/expect_masked.safetensors",
                 forward(model, batch, True))
    compat = forward(model, batch, False)
    save_tensors(folder + "/expect_compat.safetensors",
                 {name: compat[name] for name in EXPECTED_COMPAT})
    return model, batch


def write_vision(folder):
    os.makedirs(folder, exist_ok=True)
    width, count, high, wide = 2, 2, 33, 17
    tensors = vision.weights(width, (1, 1, 1, 1), 3)
    images = noise("images8", (count, 3, high, wide)).astype(np.float32)
    pull = noise("pull", (count, width * 32)).astype(np.float32)
    stored = {name: Bfloat16(x) if name.endswith(CONVOLUTIONS) else x
              for name, x in tensors.items()}
    save_tensors(folder + "/tv_toy.safetensors", stored)
    tensors.update({name: x.wide for name, x in stored.items()
                    if isinstance(x, Bfloat16)})
    save_tensors(folder + "/tv_toy_input.safetensors",
                 {"images": images, "loss_weights": pull})
    for name, training in (("eval", False), ("train", True)):
        out, grads = vision.run(tensors, images, pull, training)
        save_tensors(f"{folder}/tv_toy_expect_{name}.safetensors", out)
        save_tensors(f"{folder}/tv_toy_grads_{name}.safetensors",
                     {n: g for n, g in grads.items()
                      if training or not n.startswith(LARGEST)})


def write_scoring(folder):
    os.makedirs(folder, exist_ok=True)
    save_json(folder + "/reference_schemas.json", cases.SCHEMAS)
    for name, lines in cases.FILES.items():
        save_lines(f"{folder}/{name}.jsonl", lines)


def main():
    if sys.argv[1:2] == ["--compare"] and len(sys.argv) == 3:
        import compare
        compare.run(sys.argv[2])
        return
    if sys.argv[1:]:
        sys.exit("usage: make.py [--compare DIR]")
    model, batch = write_model(HERE + "/model")
    write_decode(model, HERE + "/decode")
    write_grads(model, batch, HERE + "/grads")
    write_vision(HERE + "/vision")
    write_scoring(HERE + "/scoring")


if __name__ == "__main__":
    main()
