/* config.json: fields, defaults, ranges, and the sentence for each mistake. */
#include <limits.h>
#include <math.h>

#include "src/base/json.h"
#include "src/checkpoint/config.h"
#include "tests/craft.h"

#define T5 "\"feed_forward_proj\":\"gated-gelu\",\"tie_word_embeddings\":false"

static int parse(struct config *c, const char *text, struct err *err)
{
	struct json *j = json_parse(text, strlen(text), "TEXT", err);
	int rc = j ? config_parse(c, j, "config.json", err) : -(int)err->code;

	json_free(j);
	return rc;
}

static void check_defaults(void)
{
	struct config c;
	struct err err;

	if (!ok(parse(&c, "{" T5 "}", &err) == 0, "a T5 without numbers"))
		diag("%s", err.text);
	ok(c.vocab == 32128 && c.d_model == 512 && c.d_kv == 64 &&
	       c.d_ff == 2048 && c.heads == 8 && c.enc_layers == 6 &&
	       c.dec_layers == 6 && c.buckets == 32 && c.max_distance == 128 &&
	       c.norm_eps == 1e-6f && c.dropout == 0.1f,
	   "has the numbers of T5Config");
	ok(!c.has_umie && !c.umie && c.grammar == GRAMMAR_SEL &&
	       c.mask_padding && c.feat_dim == 512 && c.max_regions == 36 &&
	       c.visual_layers == 2 && c.vision.arch == VISION_NONE,
	   "and, without \"umie\", what the reference has");
	config_release(&c);
	ok(parse(&c, "{" T5 ",\"num_layers\":9,\"feat_dim\":64}", &err) == 0 &&
	       c.dec_layers == 9 && c.feat_dim == 64,
	   "decoder layers are those of the encoder unless given");
	config_release(&c);
	ok(parse(&c, "{" T5 ",\"umie\":{}}", &err) == 0 && c.has_umie &&
	       c.umie && c.grammar == GRAMMAR_PAPER && c.mask_padding &&
	       c.feat_dim == 512 && c.vision.arch == VISION_NONE,
	   "an empty \"umie\" means the paper's grammar");
	config_release(&c);
}

static const char *const full =
    "{" T5 ",\"vocab_size\":161,\"d_model\":48,\"d_kv\":16,\"d_ff\":128,"
    "\"num_layers\":3,\"num_decoder_layers\":2,\"num_heads\":4,"
    "\"dense_act_fn\":\"gelu_new\",\"is_encoder_decoder\":true,"
    "\"layer_norm_epsilon\":1e-5,\"dropout_rate\":0.25,"
    "\"relative_attention_num_buckets\":16,"
    "\"relative_attention_max_distance\":64,\"pad_token_id\":0,"
    "\"eos_token_id\":1,\"decoder_start_token_id\":0,"
    "\"umie\":{\"grammar\":\"sel\",\"feat_dim\":24,\"max_regions\":12,"
    "\"visual_layers\":3,\"mask_padding\":false,"
    "\"vision\":{\"arch\":\"resnet\",\"layers\":[1,1,2,1],\"width\":8,"
    "\"stem\":\"clip\",\"pool\":\"attention\",\"heads\":4,\"out_dim\":24,"
    "\"image_size\":64,\"mean\":[0.1,0.2,0.3],\"std\":[0.4,0.5,0.6],"
    "\"posemb\":false},"
    "\"instructions\":{\"mner\":\"Please \\u00e9 {types}.\"},"
    "\"training\":{\"steps\":3,\"lr\":0.0001}}}";

static bool is_full(const struct config *c)
{
	const struct vision_config *v = &c->vision;
	const struct json *mner =
	    json_get(json_get(c->umie, "instructions"), "mner");

	return c->vocab == 161 && c->d_model == 48 && c->d_kv == 16 &&
	       c->d_ff == 128 && c->enc_layers == 3 && c->dec_layers == 2 &&
	       c->heads == 4 && c->norm_eps == 1e-5f && c->dropout == 0.25f &&
	       c->buckets == 16 && c->max_distance == 64 && c->has_umie &&
	       c->grammar == GRAMMAR_SEL && c->feat_dim == 24 &&
	       c->max_regions == 12 && c->visual_layers == 3 &&
	       !c->mask_padding && v->arch == VISION_RESNET &&
	       v->layers[2] == 2 && v->layers[3] == 1 && v->width == 8 &&
	       v->clip && v->heads == 4 && v->out_dim == 24 &&
	       v->image_size == 64 && v->mean[1] == 0.2f && v->std[2] == 0.6f &&
	       !v->posemb && json_string(mner) &&
	       strcmp(json_string(mner), "Please \xc3\xa9 {types}.") == 0;
}

static void check_full(void)
{
	struct config c, again;
	struct json *j;
	char *text, *second;
	struct err err;

	if (!ok(parse(&c, full, &err) == 0, "every field"))
		diag("%s", err.text);
	ok(is_full(&c), "arrives");
	j = config_to_json(&c);
	text = json_print_pretty(j);
	json_free(j);
	config_release(&c);
	if (!ok(parse(&again, text, &err) == 0 && is_full(&again),
		"and comes back from what is written"))
		diag("%s", err.text);
	ok(json_number(json_get(json_get(again.umie, "training"), "steps")) ==
	       3,
	   "what belongs to others is kept");
	j = config_to_json(&again);
	second = json_print_pretty(j);
	ok(strcmp(text, second) == 0, "writing again gives the same text");
	ok(strstr(text, "0.25") && strstr(text, "1e-05") &&
	       strstr(text, "[0.1, 0.2, 0.3]") && !strstr(text, "0.100000"),
	   "numbers are as short as they can be");
	json_free(j);
	free(text);
	free(second);
	config_release(&again);
	config_release(&again);
	ok(again.umie == NULL, "a config may be released twice");
}

static void check_vision(void)
{
	static const struct {
		const char *text;
		enum vision_arch arch;
		int feat_dim;
		bool clip;
	} cases[] = {
	    {"{\"arch\":\"resnet101\"}", VISION_RESNET101, 2048, false},
	    {"{\"arch\":\"clip_rn101\"}", VISION_CLIP_RN101, 512, true},
	    {"{\"arch\":\"resnet\",\"layers\":[2,1,1,1],\"width\":8,"
	     "\"stem\":\"torchvision\",\"pool\":\"average\"}",
	     VISION_RESNET, 256, false},
	    {"{\"arch\":\"none\"}", VISION_NONE, 512, false},
	};
	struct config c;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = xasprintf("{" T5 ",\"umie\":{\"vision\":%s}}",
				       cases[i].text);

		ok(parse(&c, text, &err) == 0 &&
		       c.vision.arch == cases[i].arch &&
		       c.feat_dim == cases[i].feat_dim &&
		       c.vision.clip == cases[i].clip,
		   "%s", cases[i].text);
		if (c.vision.arch != VISION_NONE)
			ok(vision_feat_dim(&c.vision) == c.feat_dim &&
			       c.vision.image_size == 224 &&
			       c.vision.posemb == c.vision.clip &&
			       c.vision.mean[0] > 0.48f &&
			       c.vision.std[0] > 0.2f,
			   "  with its usual picture");
		config_release(&c);
		free(text);
	}
}

#define U(x) "{" T5 ",\"umie\":{" x "}}"
#define V(x) U("\"vision\":{" x "}")
#define RES                                                     \
	"\"arch\":\"resnet\",\"layers\":[1,1,1,1],\"width\":8," \
	"\"stem\":\"clip\",\"pool\":\"attention\","

static void check_refused(void)
{
	static const char *const bad[][2] = {
	    {"[]", "config.json: a JSON object"},
	    {"{}", "\"feed_forward_proj\" is not there; expected: "
		   "\"gated-gelu\""},
	    {"{\"feed_forward_proj\":\"relu\"}",
	     "\"feed_forward_proj\" is \"relu\"; expected: \"gated-gelu\""},
	    {"{\"feed_forward_proj\":1}", "\"feed_forward_proj\" is 1"},
	    {"{\"feed_forward_proj\":\"gated-gelu\"}",
	     "\"tie_word_embeddings\" is not there; expected: false"},
	    {"{\"feed_forward_proj\":\"gated-gelu\","
	     "\"tie_word_embeddings\":true}",
	     "\"tie_word_embeddings\" is true; expected: false; a T5 whose "
	     "output layer is its embedding cannot be used"},
	    {"{\"feed_forward_proj\":\"gated-gelu\","
	     "\"tie_word_embeddings\":0}",
	     "true or false"},
	    {"{" T5 ",\"dense_act_fn\":\"gelu\"}", "\"gelu_new\""},
	    {"{" T5 ",\"is_encoder_decoder\":false}",
	     "\"is_encoder_decoder\" is false"},
	    {"{" T5 ",\"d_model\":0}",
	     "config.json: \"d_model\" is 0; expected: a whole number "
	     "from 1 to 16384"},
	    {"{" T5 ",\"d_model\":-3}", "\"d_model\" is -3;"},
	    {"{" T5 ",\"d_model\":64.5}", "\"d_model\" is 64.5;"},
	    {"{" T5 ",\"d_model\":1e300}", "\"d_model\" is 1e+300;"},
	    {"{" T5 ",\"d_model\":\"64\"}", "\"d_model\" is \"64\";"},
	    {"{" T5 ",\"d_model\":null}", "\"d_model\" is null;"},
	    {"{" T5 ",\"vocab_size\":1}", "from 2 to 4194304"},
	    {"{" T5 ",\"d_kv\":5000}", "\"d_kv\""},
	    {"{" T5 ",\"d_ff\":0}", "\"d_ff\""},
	    {"{" T5 ",\"num_heads\":257}", "\"num_heads\""},
	    {"{" T5 ",\"num_layers\":0}", "\"num_layers\""},
	    {"{" T5 ",\"num_decoder_layers\":1000}", "\"num_decoder_layers\""},
	    {"{" T5 ",\"relative_attention_num_buckets\":7}", "an even number"},
	    {"{" T5 ",\"relative_attention_max_distance\":16}",
	     "more than half the number of buckets"},
	    {"{" T5 ",\"layer_norm_epsilon\":0}", "from 1e-12 to 0.01"},
	    {"{" T5 ",\"dropout_rate\":1}", "from 0 to 0.9"},
	    {"{" T5 ",\"dropout_rate\":\"0.1\"}", "\"dropout_rate\""},
	    {"{" T5 ",\"pad_token_id\":1}", "\"pad_token_id\" is 1"},
	    {"{" T5 ",\"eos_token_id\":2}", "\"eos_token_id\" is 2"},
	    {"{" T5 ",\"feat_dim\":0}", "\"feat_dim\" is 0"},
	    {"{" T5 ",\"umie\":[]}", "\"umie\" is []; expected: an object"},
	    {U("\"grammar\":\"xml\""),
	     "config.json: umie: \"grammar\" is \"xml\"; expected: "
	     "\"paper\" or \"sel\""},
	    {U("\"max_regions\":0"), "\"max_regions\""},
	    {U("\"visual_layers\":0"), "\"visual_layers\""},
	    {U("\"mask_padding\":1"), "\"mask_padding\" is 1; expected: "
				      "true or false"},
	    {U("\"feat_dim\":100,\"vision\":{\"arch\":\"resnet101\"}"),
	     "the width of what \"vision\" gives"},
	    {U("\"vision\":1"), "an object with \"arch\""},
	    {V(""), "an object with \"arch\""},
	    {V("\"arch\":\"vit\""),
	     "umie.vision: \"arch\" is \"vit\"; expected: \"none\" or "
	     "\"resnet\" or \"resnet101\" or \"clip_rn101\""},
	    {V("\"arch\":\"resnet\""), "\"layers\" is not there"},
	    {V("\"arch\":\"resnet\",\"layers\":[1,1,1],\"width\":8,"
	       "\"stem\":\"clip\",\"pool\":\"attention\""),
	     "an array of 4 whole numbers"},
	    {V("\"arch\":\"resnet\",\"layers\":[1,1,1,1,1],\"width\":8,"
	       "\"stem\":\"clip\",\"pool\":\"attention\""),
	     "an array of 4 whole numbers"},
	    {V("\"arch\":\"resnet\",\"layers\":[1,1,1,0.5],\"width\":8,"
	       "\"stem\":\"clip\",\"pool\":\"attention\""),
	     "an array of 4 whole numbers"},
	    {V("\"arch\":\"resnet\",\"layers\":[1,1,1,1],\"width\":8,"
	       "\"stem\":\"clip\",\"pool\":\"average\""),
	     "\"average\" behind the stem"},
	    {V("\"arch\":\"resnet\",\"layers\":[1,1,1,1],\"width\":7,"
	       "\"stem\":\"clip\",\"pool\":\"attention\""),
	     "an even number"},
	    {V(RES "\"heads\":3"), "a divisor of 32 times the width"},
	    {V(RES "\"heads\":0"), "\"heads\" is 0"},
	    {V(RES "\"heads\":4,\"image_size\":100"), "a multiple of 32"},
	    {V("\"arch\":\"resnet101\",\"image_size\":16"), "from 32 to 2048"},
	    {V("\"arch\":\"resnet101\",\"mean\":[0,0]"),
	     "an array of 3 numbers"},
	    {V("\"arch\":\"resnet101\",\"std\":[0,1,1]"), "from 0.001 to 10"},
	    {V("\"arch\":\"resnet101\",\"mean\":\"x\""), "\"mean\""},
	    {V("\"arch\":\"clip_rn101\",\"posemb\":\"zero\""), "true or false"},
	};
	struct config c;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		craft_says(parse(&c, bad[i][0], &err), &err, ERR_CHECKPOINT,
			   bad[i][1], bad[i][0]);
}

static void check_files(const char *dir)
{
	char *path = file_join(dir, "config.json");
	struct config c;
	struct err err;

	craft_says(config_read(&c, path, &err), &err, ERR_CHECKPOINT, path,
		   "a file that is not there");
	craft_file(dir, "config.json", "{" T5 ",", 3);
	craft_says(config_read(&c, path, &err), &err, ERR_CHECKPOINT,
		   "config.json: byte", "a file that is not JSON");
	craft_file(dir, "config.json", full, strlen(full));
	ok(config_read(&c, path, &err) == 0 && is_full(&c), "a file");
	config_release(&c);
	free(path);
}

static void check_presets(void)
{
	static const struct {
		const char *name;
		int d_model, inner, d_ff, layers;
	} sizes[] = {
	    {"base", 768, 768, 2048, 12},
	    {"large", 1024, 1024, 2816, 24},
	    {"xl", 2048, 2048, 5120, 24},
	    {"tiny", 64, 64, 128, 2},
	};
	struct config c, again;
	struct json *j;
	struct err err;
	char *text;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		ok(config_preset(&c, sizes[i].name) &&
		       c.d_model == sizes[i].d_model &&
		       c.heads * c.d_kv == sizes[i].inner &&
		       c.d_ff == sizes[i].d_ff &&
		       c.enc_layers == sizes[i].layers &&
		       c.dec_layers == sizes[i].layers && c.vocab == 32102 &&
		       c.has_umie,
		   "the size %s", sizes[i].name);
		j = config_to_json(&c);
		text = json_print(j);
		ok(parse(&again, text, &err) == 0 &&
		       again.d_model == c.d_model && again.has_umie &&
		       again.grammar == GRAMMAR_PAPER,
		   "  can be written and read");
		free(text);
		json_free(j);
		config_release(&c);
		config_release(&again);
	}
	ok(!config_preset(&c, "huge"), "there is no size huge");
}

/* The configuration of the golden model, where it is at hand. */
static void check_golden(void)
{
	const char *shared = getenv("UMIE_SHARED");
	struct config c;
	struct err err;
	char *path;

	if (!shared || !*shared) {
		skip("the golden model's config.json",
		     "UMIE_SHARED is not set");
		return;
	}
	path = xasprintf("%s/golden/model/config.json", shared);
	if (!ok(config_read(&c, path, &err) == 0 && c.vocab == 160 &&
		    c.d_model == 64 && c.enc_layers == 3 && c.dec_layers == 2 &&
		    !c.has_umie && c.grammar == GRAMMAR_SEL &&
		    c.feat_dim == 512,
		"the golden model's config.json"))
		diag("%s", err.text);
	config_release(&c);
	free(path);
}

int main(void)
{
	char *dir = craft_dir();

	check_defaults();
	check_full();
	check_vision();
	check_refused();
	check_files(dir);
	check_presets();
	check_golden();
	craft_remove(dir);
	free(dir);
	return tap_done();
}
