#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/text/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes as a model; when it opens, it must cut and join any text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "Ab ab½  é e\xcc\x81 c\0<spot> <extra_id_7>"
				   "😀😀 1/2\xff\xe2\x82 ▁ x.";
	struct ids ids = {0};
	struct str out = {0};
	struct err err = {0};
	struct tokenizer *t = tokenizer_parse(data, size, "fuzz", &err);
	int32_t *at;

	if (!t) {
		if (err.code != ERR_CHECKPOINT)
			abort();
		return 0;
	}
	tokenizer_encode(t, text, sizeof(text), &ids);
	at = xcalloc(2 * ids.n + 1, sizeof(*at));
	tokenizer_offsets(t, text, sizeof(text), at, at + ids.n, ids.n);
	for (size_t i = 0; i < ids.n; i++)
		if (ids.id[i] < 0 || ids.id[i] >= tokenizer_size(t) ||
		    at[i] < 0 || at[i] > at[i + ids.n] ||
		    at[i + ids.n] > (int32_t)sizeof(text))
			abort();
	for (int32_t id = 0; id < tokenizer_size(t); id += 7)
		ids_push(&ids, id);
	tokenizer_decode(t, ids.id, ids.n, false, &out);
	if (utf8_valid(str_cstr(&out), out.len) != out.len)
		abort();
	free(at);
	ids_release(&ids);
	str_release(&out);
	tokenizer_free(t);
	return 0;
}
