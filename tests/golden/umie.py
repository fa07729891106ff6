"""The model, its loss, its optimiser and its two searches, from the text of
the reference alone.  Weights are a dictionary of Values by checkpoint name;
every operation runs in float64 on whole padded batches.
"""

import math

import numpy as np

from reverse import Value, log_softmax, softmax

START, EOS, IGNORED = 0, 1, -100
HIDDEN = -1e30  # added to the scores of excluded keys: probability exactly 0
DEAD = ("encoder.gate.feat.weight", "proj_t.weight", "proj_t_2.weight",
        "proj_v.weight", "proj_v_2.weight")
ALIASES = ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight",
           "encoder.visual_embedding.obj_order_embedding.weight")
TABLES = ("shared.weight", "img_order_embedding.weight",
          "relative_attention_bias.weight")

# The first distance of each bucket from 8 (both ways) and 16 (backwards) on.
FAR_BOTH = (8, 12, 16, 23, 32, 46, 64, 91)
FAR_BACK = (16, 19, 21, 24, 27, 31, 35, 40, 46, 53, 59, 67, 77, 87, 99, 113)


def bucket(r, causal):
    """Bucket of relative position r = key - query."""
    near, far = (16, FAR_BACK) if causal else (8, FAR_BOTH)
    distance = max(-r, 0) if causal else abs(r)
    b = distance
    if distance >= near:
        b = near - 1 + sum(distance >= f for f in far)
    return b + (16 if r > 0 and not causal else 0)


def position_bias(table, queries, keys, causal):
    """(1,H,queries,keys) out of a (32,H) table."""
    index = np.array([[bucket(k - q, causal) for k in range(keys)]
                      for q in range(queries)])
    return table.rows(index).transpose(2, 0, 1).reshape(
        1, table.shape[1], queries, keys)


def norm(x, weight):
    return x * ((x * x).mean(-1, True) + 1e-6).power(-0.5) * weight


def gelu(x):
    inner = (x + x * x * x * 0.044715) * math.sqrt(2 / math.pi)
    return x * (inner.tanh() + 1.0) * 0.5


class Model:
    """tensors: checkpoint name -> array; config: config.json."""

    def __init__(self, config, tensors):
        self.c = config
        self.p = {name: Value(np.asarray(x, np.float64))
                  for name, x in tensors.items() if name not in ALIASES}
        self.taps = {}

    def trained(self):
        return sorted(n for n in self.p if n not in DEAD)

    def linear(self, x, name):
        return x @ self.p[name + ".weight"].transpose(1, 0)

    def split(self, x):
        b, n, _ = x.shape
        return x.reshape(b, n, self.c["num_heads"], self.c["d_kv"]).transpose(
            0, 2, 1, 3)

    def attention(self, name, queries, keys, bias, seen):
        """seen: what may be attended to, broadcast to (B,H,Q,K), or None."""
        q = self.split(self.linear(queries, name + ".q"))
        k = self.split(self.linear(keys, name + ".k"))
        v = self.split(self.linear(keys, name + ".v"))
        scores = q @ k.transpose(0, 1, 3, 2)
        if bias is not None:
            scores = scores + bias
        if seen is not None:
            scores = scores + np.where(seen, 0.0, HIDDEN)
        probs = softmax(scores)
        b, n, _ = queries.shape
        out = (probs @ v).transpose(0, 2, 1, 3).reshape(b, n, -1)
        return self.linear(out, name + ".o"), probs

    def feed_forward(self, x, name):
        h = norm(x, self.p[name + ".layer_norm.weight"])
        name += ".DenseReluDense"
        h = gelu(self.linear(h, name + ".wi_0")) * self.linear(h,
                                                               name + ".wi_1")
        return x + self.linear(h, name + ".wo")

    def self_attention(self, x, name, bias, seen):
        h = norm(x, self.p[name + ".layer_norm.weight"])
        y, probs = self.attention(name + ".SelfAttention", h, h, bias, seen)
        return x + y, probs

    def bias_of(self, stack, n, causal):
        table = self.p[stack + ".block.0.layer.0.SelfAttention."
                       "relative_attention_bias.weight"]
        return position_bias(table, n, n, causal)

    def stack(self, x, name, layers, seen, tap):
        bias = self.bias_of(name, x.shape[1], False)
        for i in range(layers):
            at = f"{name}.block.{i}.layer."
            x, _ = self.self_attention(x, at + "0", bias, seen)
            x = self.feed_forward(x, at + "1")
            self.taps[f"{tap}.{i}"] = x
        return norm(x, self.p[name + ".final_layer_norm.weight"])

    def embed_regions(self, feats, boxes):
        at = "encoder.visual_embedding."
        area = (boxes[..., 3] - boxes[..., 1]) * (boxes[..., 2] -
                                                  boxes[..., 0])
        place = np.concatenate([boxes, area[..., None]], -1)
        parts = []
        for x, name in ((feats, "feat_embedding"),
                        (place, "absolute_vis_pos_embedding")):
            y = self.linear(Value(x), at + name + ".0")
            parts.append(norm(y + self.p[f"{at}{name}.0.bias"],
                              self.p[f"{at}{name}.1.weight"]))
        self.taps["vis_feat"], self.taps["vis_pos"] = parts
        shared = self.p["shared.weight"]
        order = shared.rows(shared.shape[0] - 1 - np.arange(feats.shape[1]))
        image = self.p[at + "img_order_embedding.weight"].rows(np.array([0]))
        return parts[0] + parts[1] + image + order

    def side(self, x, kind, real):
        """The mean over real positions of x, projected to 128 numbers."""
        y = self.linear(x, f"encoder.gate.proj_{kind}")
        y = self.linear(y, f"encoder.gate.proj_{kind}_2")
        share = real / real.sum(1, keepdims=True)
        return (y * share[..., None]).sum(1)

    def gate(self, T, V, text, region, seen):
        t = self.taps
        h = norm(T, self.p["encoder.gate.layer.0.layer_norm.weight"])
        y, t["gate_probs"] = self.attention(
            "encoder.gate.layer.0.EncDecAttention", h, V, None, seen)
        t["Y"] = T + y
        t["A"] = self.feed_forward(t["Y"], "encoder.gate.layer.1")
        t["gate_t_mean"] = a = self.side(T, "t", text)
        t["gate_v_mean"] = b = self.side(V, "v", region)
        # The floor of 1e-12 under the lengths is never reached here.
        length = ((a * a).sum(1) * (b * b).sum(1)).power(-0.5)
        t["gate_c"] = (a * b).sum(1) * length * math.exp(0.5)
        t["gate"] = g = t["gate_c"].leaky(0.01).leaky(0.01)
        return T + g.reshape(-1, 1, 1) * t["A"]

    def encode(self, batch, masked):
        """The gated text states; masked leaves padding out everywhere."""
        t = self.taps
        text = batch["attention_mask"].astype(np.float64)
        region = batch["region_mask"].astype(np.float64)
        seen_text = text[:, None, None, :] > 0
        seen_regions = region[:, None, None, :] > 0 if masked else None
        x = self.p["shared.weight"].rows(batch["input_ids"])
        t["text_embeddings"] = x
        t["T"] = T = self.stack(x, "encoder", self.c["num_layers"], seen_text,
                                "enc_block")
        t["vis_sum"] = x = self.embed_regions(
            batch["feats"].astype(np.float64),
            batch["boxes"].astype(np.float64))
        t["V"] = V = self.stack(x, "encoder.visual_embedding.vstack", 2,
                                seen_regions, "vstack_block")
        if not masked:
            text, region = np.ones_like(text), np.ones_like(region)
        t["H"] = self.gate(T, V, text, region, seen_regions)
        return t["H"]

    def decode(self, ids, H, text):
        n = ids.shape[1]
        x = self.p["shared.weight"].rows(ids)
        bias = self.bias_of("decoder", n, True)
        past = np.tril(np.ones((n, n)))[None, None] > 0
        seen = text[:, None, None, :] > 0
        for i in range(self.c["num_decoder_layers"]):
            at = f"decoder.block.{i}.layer."
            x, own = self.self_attention(x, at + "0", bias, past)
            h = norm(x, self.p[at + "1.layer_norm.weight"])
            y, cross = self.attention(at + "1.EncDecAttention", h, H, None,
                                      seen)
            x = self.feed_forward(x + y, at + "2")
            self.taps[f"dec_block.{i}"] = x
        x = norm(x, self.p["decoder.final_layer_norm.weight"])
        self.taps.update(dec_self_probs=own, dec_cross_probs=cross,
                         dec_final=x)
        return self.linear(x, "lm_head")

    def loss(self, batch, masked, smoothing=0.0):
        """Mean over labels that count; taps hold all intermediates."""
        self.taps = {}
        H = self.encode(batch, masked)
        logits = self.decode(batch["decoder_input_ids"], H,
                             batch["attention_mask"])
        labels = batch["labels"]
        counts = labels != IGNORED
        V = logits.shape[-1]
        hit = np.eye(V)[np.where(counts, labels, 0)] * counts[..., None]
        want = (1 - smoothing) * hit + smoothing / V * counts[..., None]
        logp = log_softmax(logits)
        nll = (logp * -hit).sum(-1)
        loss = (logp * (want / -counts.sum())).sum()
        self.taps.update(logits=logits, token_nll=nll, loss=loss)
        return loss


def decays(name, x):
    return x.data.ndim == 2 and not name.endswith(TABLES)


class AdamW:
    def __init__(self, model, betas, eps, decay, clip, clip_eps):
        self.model, self.betas, self.eps = model, betas, eps
        self.decay, self.clip, self.clip_eps = decay, clip, clip_eps
        self.m = {n: 0.0 for n in model.trained()}
        self.v = {n: 0.0 for n in model.trained()}
        self.step = 0

    def update(self, lr):
        """One step with the gradients that the model's values hold."""
        self.step += 1
        b1, b2 = self.betas
        factor = min(1.0, self.clip / (grad_norm(self.model) + self.clip_eps))
        for name in self.model.trained():
            p = self.model.p[name]
            g = p.grad * factor
            if decays(name, p):
                p.data = p.data * (1 - lr * self.decay)
            self.m[name] = b1 * self.m[name] + (1 - b1) * g
            self.v[name] = b2 * self.v[name] + (1 - b2) * g * g
            m = self.m[name] / (1 - b1 ** self.step)
            v = self.v[name] / (1 - b2 ** self.step)
            p.data = p.data - lr * m / (np.sqrt(v) + self.eps)


def grad_norm(model):
    return math.sqrt(sum((model.p[n].grad ** 2).sum()
                         for n in model.trained()))


def param_norm(model):
    return math.sqrt(sum((model.p[n].data ** 2).sum()
                         for n in model.trained()))


def next_logp(model, ids, H, text):
    """Log-probabilities of the token after each row of ids."""
    n = len(ids)
    H = Value(np.repeat(H.data, n, 0)) if H.shape[0] != n else H
    text = np.repeat(text, n, 0) if text.shape[0] != n else text
    return log_softmax(model.decode(np.array(ids), H, text)).data[:, -1]


def greedy(model, batch, masked, length):
    """For each example its ids and log-probabilities, and the smallest
    distance of a best token from the second best."""
    H, text = model.encode(batch, masked), batch["attention_mask"]
    rows = [[START] for _ in range(H.shape[0])]
    scores = [[] for _ in rows]
    done = [False] * len(rows)
    margin = math.inf
    for _ in range(length - 1):
        logp = next_logp(model, rows, H, text)
        for b, row in enumerate(rows):
            if done[b]:
                row.append(START)
                continue
            best = np.sort(logp[b])
            margin = min(margin, best[-1] - best[-2])
            row.append(int(logp[b].argmax()))
            scores[b].append(float(best[-1]))
            done[b] = row[-1] == EOS
        if all(done):
            break
    ids = [row[:len(s) + 1] for row, s in zip(rows, scores)]
    return ids, scores, margin


def beam(model, batch, width, length):
    """One example; hypotheses best first, whether it stopped early, and the
    smallest distance of any two numbers whose order mattered."""
    H, text = model.encode(batch, True), batch["attention_mask"]
    open_beams = [(0.0, [START])] + [(-1e9, [START])] * (width - 1)
    store, margin, stopped = [], math.inf, False
    while len(open_beams[0][1]) < length:
        ids = [b[1] for b in open_beams]
        total = next_logp(model, ids, H, text) + np.array(
            [[b[0]] for b in open_beams])
        V = total.shape[1]
        order = np.argsort(-total.ravel(), kind="stable")[:2 * width + 1]
        best = total.ravel()[order]
        margin = min(margin, (best[:-1] - best[1:]).min())
        fresh = []
        for rank, at in enumerate(order[:2 * width]):
            row, token = ids[at // V], int(at % V)
            score = float(total.ravel()[at])
            if token != EOS:
                fresh.append((score, row + [token]))
            elif rank < width:
                store.append((score / len(row), row + [EOS]))
        open_beams = fresh[:width]
        store = sorted(store, key=lambda h: -h[0])
        margin = min(margin, gaps(store[:width + 1]))
        store = store[:width]
        if len(store) == width:
            reach = best[0] / len(open_beams[0][1])
            margin = min(margin, abs(store[-1][0] - reach))
            stopped = bool(store[-1][0] >= reach)
            if stopped:
                break
    if not stopped:
        store += [(s / length, row) for s, row in open_beams]
    store = sorted(store, key=lambda h: -h[0])
    return store[:width], stopped, min(margin, gaps(store[:width + 1]))


def gaps(store):
    s = [h[0] for h in store]
    return min((a - b for a, b in zip(s, s[1:])), default=math.inf)
