/*
 * openset btc IN OUT            Broad Twitter Corpus, one of its files
 * openset wnut IN OUT           WNUT-17, one of its files
 * openset semeval IN OUT DEV    SemEval-2010 task 8, TRAIN_FILE.TXT; every
 *                               tenth sentence goes to DEV
 * openset text IN OUT           the bare texts of a JSONL file, to train a
 *                               vocabulary on
 */
#include <stdio.h>

#include "examples/pictograms/openset.h"
#include "src/base/err.h"
#include "src/base/file.h"

enum { INPUT_MAX = 256 << 20 };

static int convert(const struct format *f, const char *in_path,
		   char *const paths[], struct err *err)
{
	struct output out[2] = {0};
	struct str in = {0};
	int rc = file_read(in_path, INPUT_MAX, &in, err);

	if (!rc)
		rc = format_convert(f, (struct span){str_cstr(&in), in.len},
				    in_path, out, err);
	for (int i = 0; i < f->outputs && !rc; i++)
		rc = file_replace(paths[i], str_cstr(&out[i].text),
				  out[i].text.len, err);
	str_release(&in);
	str_release(&out[0].text);
	str_release(&out[1].text);
	return rc;
}

int main(int argc, char **argv)
{
	const struct format *f = argc > 1 ? format_find(argv[1]) : NULL;
	struct err err = {0};

	if (!f || argc != 3 + f->outputs) {
		fputs("usage: openset btc|wnut|text IN OUT\n"
		      "       openset semeval IN OUT DEV\n",
		      stderr);
		return ERR_USAGE;
	}
	if (convert(f, argv[2], argv + 3, &err) < 0) {
		fprintf(stderr, "openset: %s\n", err.text);
		return err.code;
	}
	return 0;
}
