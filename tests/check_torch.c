/*
 * Tensors in the files of PyTorch: strides and storages.  Nothing is read
 * past what the file holds, and no file asks for more than it holds.
 */
#include "tests/craft_torch.h"

static void check_containers(void)
{
	struct craft_zip z = archive_of(&plain, 1, false, false);

	check_good(&z.file, is_plain, "a plain archive");
	craft_zip_release(&z);
	z = archive_of(&plain, 1, true, true);
	check_good(&z.file, is_plain,
		   "an archive with descriptors and ZIP64 records");
	craft_zip_release(&z);
}

static bool is_strided(const struct weight_list *l)
{
	static const float turned[] = {0, 3, 1, 4, 2, 5}, same[] = {4, 4, 4};

	return l->count == 4 && is_floats(&l->at[0], turned, 6) &&
	       is_floats(&l->at[1], six + 2, 3) &&
	       is_floats(&l->at[2], same, 3) &&
	       tensor_count(&l->at[3].tensor) == 0;
}

static void check_strides(void)
{
	static const struct craft_tensor t[] = {
	    {"a.turned", "FloatStorage", "0", 6, 0, 2, {3, 2}, {1, 3}},
	    {"module.b.part", "FloatStorage", "0", 6, 2, 1, {3}, {1}},
	    {"c.spread", "FloatStorage", "0", 6, 4, 1, {3}, {0}},
	    {"d.none", "FloatStorage", "0", 6, 6, 2, {5, 0}, {1, 9}},
	};
	struct craft_zip z = archive_of(t, ARRAY_LEN(t), true, true);

	check_good(&z.file, is_strided,
		   "strides are gathered, offsets are followed");
	craft_zip_release(&z);
}

/* Tensors that a storage of six floats does not have. */
static void check_reach(void)
{
	static const int64_t big = INT64_MAX;
	const struct {
		const char *what, *message;
		struct craft_tensor t;
	} bad[] = {
	    {"one element too many",
	     "reaches past",
	     {"a", "FloatStorage", "0", 6, 0, 1, {7}, {1}}},
	    {"an offset that leaves too few",
	     "reaches past",
	     {"a", "FloatStorage", "0", 6, 1, 2, {2, 3}, {3, 1}}},
	    {"an offset past the end of an empty tensor",
	     "reaches past",
	     {"a", "FloatStorage", "0", 6, 7, 1, {0}, {1}}},
	    {"a stride out of range",
	     "reaches past",
	     {"a", "FloatStorage", "0", 6, 0, 2, {2, 3}, {4, 1}}},
	    {"strides whose sum overflows 64 bits",
	     "reaches past",
	     {"a", "FloatStorage", "0", 6, 0, 3, {3, 3, 2}, {big, big, 2}}},
	    {"strides whose products overflow 128 bits",
	     "reaches past",
	     {"a",
	      "FloatStorage",
	      "0",
	      6,
	      0,
	      8,
	      {big, big, big, big, big, big, big, big},
	      {big, big, big, big, big, big, big, big}}},
	    {"a negative offset",
	     "reaches past",
	     {"a", "FloatStorage", "0", 6, -1, 1, {1}, {1}}},
	    {"a negative stride",
	     "not described",
	     {"a", "FloatStorage", "0", 6, 5, 1, {6}, {-1}}},
	    {"a negative size",
	     "not described",
	     {"a", "FloatStorage", "0", 6, 0, 1, {-1}, {1}}},
	    {"nine dimensions",
	     "not described",
	     {"a",
	      "FloatStorage",
	      "0",
	      6,
	      0,
	      9,
	      {1, 1, 1, 1, 1, 1, 1, 1, 1},
	      {1}}},
	    {"a bomb of stride 0",
	     "far more than its file holds",
	     {"a", "FloatStorage", "0", 6, 0, 1, {1 << 30}, {0}}},
	    {"a bomb whose size overflows",
	     "too large to exist",
	     {"a", "FloatStorage", "0", 6, 0, 3, {big, big, 4}, {0, 0, 0}}},
	    {"a storage that says more than it has",
	     "in that size",
	     {"a", "FloatStorage", "0", 7, 0, 1, {7}, {1}}},
	    {"a storage of negative size",
	     "a storage is not described",
	     {"a", "FloatStorage", "0", -6, 0, 1, {6}, {1}}},
	    {"a storage whose bytes overflow",
	     "in that size",
	     {"a", "FloatStorage", "0", big, 0, 1, {6}, {1}}},
	    {"a storage of another type",
	     "in that size",
	     {"a", "DoubleStorage", "0", 6, 0, 1, {6}, {1}}},
	    {"a storage that is not there",
	     "storage 1",
	     {"a", "FloatStorage", "1", 6, 0, 1, {6}, {1}}},
	    {"a storage by a path",
	     "storage ../version",
	     {"a", "FloatStorage", "../version", 2, 0, 1, {2}, {1}}},
	    {"an unknown type of storage",
	     "torch.QUInt8Storage",
	     {"a", "QUInt8Storage", "0", 6, 0, 1, {6}, {1}}},
	    {"a tensor without a name",
	     "without a name",
	     {"", "FloatStorage", "0", 6, 0, 1, {6}, {1}}},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct craft_zip z = archive_of(&bad[i].t, 1, true, true);

		check_bad(&z.file, bad[i].message, bad[i].what);
		craft_zip_release(&z);
	}
}

static void check_types_agree(void)
{
	struct craft_tensor t[] = {plain, plain};
	struct craft_zip z;

	t[1].name = "b";
	t[1].storage = "IntStorage";
	z = archive_of(t, 2, true, true);
	check_bad(&z.file, "described in two ways",
		  "one storage with two types");
	craft_zip_release(&z);
	t[1].storage = "FloatStorage";
	t[1].elements = 7;
	z = archive_of(t, 2, true, true);
	check_bad(&z.file, "described in two ways", "one storage of two sizes");
	craft_zip_release(&z);
}

static void check_names(void)
{
	static const struct {
		const char *what, *message;
		const char *name[4];
		const char *order;
	} cases[] = {
	    {"no data.pkl", "without data.pkl", {"x/other.pkl"}, "little"},
	    {"a data.pkl too deep",
	     "without data.pkl",
	     {"x/y/data.pkl"},
	     "little"},
	    {"two data.pkl",
	     "two entries data.pkl",
	     {"x/data.pkl", "y/data.pkl"},
	     "little"},
	    {"one name twice",
	     "it is there twice",
	     {"x/data.pkl", "x/data/0", "x/data/0"},
	     "little"},
	    {"an entry outside the folder",
	     "outside the folder",
	     {"x/data.pkl", "y/data/0"},
	     "little"},
	    {"a TorchScript program",
	     "TorchScript",
	     {"x/data.pkl", "x/constants.pkl"},
	     "little"},
	    {"a big-endian machine",
	     "big-endian",
	     {"x/data.pkl", "x/data/0"},
	     "big"},
	};
	struct str pickle = {0};

	craft_pickle(&pickle, &plain, 1, false);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct craft_zip z = {0};

		for (int k = 0; k < 4 && cases[i].name[k]; k++)
			craft_zip_add(&z, cases[i].name[k], pickle.s,
				      pickle.len);
		craft_zip_add(&z, "x/byteorder", cases[i].order,
			      strlen(cases[i].order));
		craft_zip_finish(&z);
		check_bad(&z.file, cases[i].message, cases[i].what);
		craft_zip_release(&z);
	}
	str_release(&pickle);
}

int main(void)
{
	check_containers();
	check_strides();
	check_reach();
	check_types_agree();
	check_names();
	return tap_done();
}
