/*
 * golden_model -- every intermediate of the forward pass, layer by layer, so
 * that the first wrong one is named.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "tests/golden.h"
#include "tests/golden_umie.h"

static const double TOLERANCE = 2e-5;

/* What the rows of a tensor are; padded ones are not compared. */
enum rows { TEXT, TEXT_HEADS, REGIONS, ANSWER, ANSWER_HEADS, WHOLE };

struct named {
	const char *name;
	size_t tap; /* offset of a struct tensor * in struct umie_taps */
	enum rows rows;
	bool absolute;
};

static const struct named names[] = {
#define TAP(member) offsetof(struct umie_taps, member)
    {"text_embeddings", TAP(text_embeddings), TEXT, false},
    {"T", TAP(T), TEXT, false},
    {"vis_feat", TAP(vis_feat), REGIONS, false},
    {"vis_pos", TAP(vis_pos), REGIONS, false},
    {"vis_sum", TAP(vis_sum), REGIONS, false},
    {"V", TAP(Z), REGIONS, false},
    {"gate_probs", TAP(gate_probs), TEXT_HEADS, true},
    {"Y", TAP(Y), TEXT, false},
    {"A", TAP(A), TEXT, false},
    {"gate_t_mean", TAP(t_mean), WHOLE, false},
    {"gate_v_mean", TAP(v_mean), WHOLE, false},
    {"gate_c", TAP(gate_c), WHOLE, true},
    {"gate", TAP(gate), WHOLE, true},
    {"H", TAP(M), TEXT, false},
    {"dec_self_probs", TAP(decoder.self_probs), ANSWER_HEADS, true},
    {"dec_cross_probs", TAP(decoder.cross_probs), ANSWER_HEADS, true},
    {"dec_final", TAP(dec_final), ANSWER, false},
    {"logits", TAP(logits), ANSWER, false},
    {"token_nll", TAP(nll), WHOLE, false},
#undef TAP
};

/* The tap of a name and what its rows are; NULL when there is none. */
static const struct tensor *lookup(const struct golden_umie *g,
				   const struct umie_taps *taps,
				   const char *name, enum rows *rows,
				   bool *absolute)
{
	int i;

	*absolute = false;
	*rows = TEXT;
	if (sscanf(name, "enc_block.%d", &i) == 1)
		return i < g->config.enc_layers ? taps->encoder.block[i] : NULL;
	*rows = REGIONS;
	if (sscanf(name, "vstack_block.%d", &i) == 1)
		return i < g->config.visual_layers ? taps->visual.block[i]
						   : NULL;
	*rows = ANSWER;
	if (sscanf(name, "dec_block.%d", &i) == 1)
		return i < g->config.dec_layers ? taps->decoder.block[i] : NULL;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (strcmp(names[k].name, name) != 0)
			continue;
		*rows = names[k].rows;
		*absolute = names[k].absolute;
		return *(struct tensor *const *)((const char *)taps +
						 names[k].tap);
	}
	return NULL;
}

/* One byte for each row of the last dimension; owned. */
static unsigned char *row_mask(const struct golden_umie *g,
			       const struct umie_batch *b, enum rows rows)
{
	bool regions = rows == REGIONS;
	bool text = rows == TEXT || rows == TEXT_HEADS;
	bool heads = rows == TEXT_HEADS || rows == ANSWER_HEADS;
	int n = regions ? b->N : text ? b->L : b->M;
	int copies = heads ? g->config.heads : 1;
	unsigned char *mask = xcalloc((size_t)b->B * (size_t)copies, (size_t)n);

	for (int i = 0; i < b->B * copies; i++)
		for (int j = 0; j < n; j++) {
			int at = i / copies * n + j;

			mask[i * n + j] = regions ? b->region_mask[at]
					  : text  ? b->text_mask[at]
						  : b->labels[at] >= 0;
		}
	return mask;
}

static void compare(const struct golden_umie *g, const struct umie_batch *b,
		    const struct umie_taps *taps,
		    const struct golden_file *want, const char *prefix,
		    const char *what)
{
	size_t skip = strlen(prefix);

	for (size_t i = 0; i < golden_count(want); i++) {
		const char *full = golden_name(want, i), *name = full + skip;
		const struct tensor *got;
		unsigned char *mask = NULL;
		enum rows rows;
		bool absolute;
		char line[128];

		if (strncmp(full, prefix, skip) != 0 ||
		    strcmp(name, "loss") == 0)
			continue;
		got = lookup(g, taps, name, &rows, &absolute);
		if (g->model.config.mask_padding && rows != WHOLE)
			mask = row_mask(g, b, rows);
		snprintf(line, sizeof(line), "%s: %s", what, name);
		golden_near_on(g->be, got, golden_get(want, full), TOLERANCE,
			       absolute, mask, line);
		free(mask);
	}
}

static void compare_loss(struct tape *t, const struct tensor *loss,
			 const struct golden_file *want, const char *prefix,
			 const char *what)
{
	char name[64];
	float value = 0;
	struct tensor got = tensor_view(&value, DT_F32, 0, NULL);

	if (!golden_ok(loss && tape_read(t, loss, &value) == 0,
		       "%s: forward pass%s%s", what, t->failed ? ": " : "",
		       t->failed ? t->err.text : ""))
		return;
	snprintf(name, sizeof(name), "%sloss", prefix);
	snprintf(t->err.text, sizeof(t->err.text), "%s: loss", what);
	golden_near(&got, golden_get(want, name), TOLERANCE, true, NULL,
		    t->err.text);
}

/* Run the batch and compare all that `want` holds under `prefix`. */
static void forward(struct golden_umie *g, const struct umie_batch *b,
		    bool masked, const struct golden_file *want,
		    const char *prefix, const char *what)
{
	struct umie_taps taps = {0};
	struct tensor *loss;
	struct tape t;

	g->model.config.mask_padding = masked;
	tape_init(&t, g->be);
	loss = umie_loss(&t, &g->model, b, 0, NULL, &taps);
	compare_loss(&t, loss, want, prefix, what);
	if (!t.failed)
		compare(g, b, &taps, want, prefix, what);
	tape_release(&t);
}

static struct golden_file *open_file(const char *dir, const char *name)
{
	char *path = file_join(dir, name);
	struct golden_file *f = golden_open(path);

	golden_ok(f != NULL, "read %s", path);
	free(path);
	return f;
}

static void run_weights(const char *dir, const char *file,
			const struct umie_batch *b)
{
	struct golden_umie g;
	struct golden_file *masked, *compat;

	masked = open_file(dir, "expect_masked.safetensors");
	compat = open_file(dir, "expect_compat.safetensors");
	if (golden_umie_open(&g, dir, file, false) && masked && compat) {
		forward(&g, b, true, masked, "", "masked");
		forward(&g, b, false, compat, "", "compat");
	}
	golden_umie_release(&g);
	golden_close(masked);
	golden_close(compat);
}

/* Is there a file of this name in the package? */
static bool has(const char *dir, const char *name)
{
	char *path = file_join(dir, name);
	bool here = file_exists(path);

	free(path);
	return here;
}

static void run_bf16(const char *dir, const struct umie_batch *b)
{
	struct golden_umie g;
	struct golden_file *want;

	want = open_file(dir, "expect_bf16_weights.safetensors");
	if (golden_umie_open(&g, dir, "model_bf16.safetensors", false) &&
	    want) {
		forward(&g, b, true, want, "masked.", "bf16 weights, masked");
		forward(&g, b, false, want, "compat.", "bf16 weights, compat");
	}
	golden_umie_release(&g);
	golden_close(want);
}

/* Appendix A lies beside the package's folder, if anywhere. */
static void run_appendix(const char *dir)
{
	char *path = file_join(dir, "../appendix_a.json");

	if (file_exists(path))
		golden_appendix(path);
	else
		golden_note("no appendix_a.json beside %s", dir);
	free(path);
}

void golden_model(const char *dir)
{
	struct golden_file *in = open_file(dir, "inputs.safetensors");
	struct golden_batch batch;

	if (!in)
		return;
	if (golden_batch_read(&batch, in)) {
		run_weights(dir, "model.safetensors", &batch.b);
		if (has(dir, "model_bf16.safetensors") ||
		    has(dir, "expect_bf16_weights.safetensors"))
			run_bf16(dir, &batch.b);
		else
			golden_note("no bf16 weights in %s", dir);
		golden_batch_release(&batch);
	}
	golden_close(in);
	run_appendix(dir);
}
