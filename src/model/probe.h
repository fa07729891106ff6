/*
 * probe -- which regions and which words an answer came from.
 *
 * Plain arithmetic on the host over what the model left behind: P (H,L,N),
 * the gated attention of one example, and where the decoder looked while it
 * wrote, (n,L).  Every row that comes out sums to 1 when those that go in do.
 */
#ifndef UMIE_MODEL_PROBE_H
#define UMIE_MODEL_PROBE_H

/*
 * For a result that stands in the text: mean of P over the heads and over the
 * tokens from … to-1 of its span, 0 <= from < to <= L.  out has N elements.
 */
void probe_span(const float *P, int H, int L, int N, int from, int to,
		float *out);

/*
 * For a result that does not: the decoder's attention at each of its answer
 * tokens from … to-1 (rows of `attention`, L wide) carried through P and
 * averaged.  Position i of the answer is ids[i+1].  out has N elements.
 */
void probe_answer(const float *attention, const float *P, int H, int L, int N,
		  int from, int to, float *out);

/* Mean of the rows from … to-1 of `attention`: words instead of regions. */
void probe_words(const float *attention, int L, int from, int to, float *out);

#endif
