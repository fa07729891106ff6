/* The pickle machine: what it reads, and what it refuses by name. */
#include "src/checkpoint/pickle.h"
#include "tests/craft.h"

#define P2 "\x80\x02"
#define BAD(what, text, message)                      \
	{                                             \
		what, text, sizeof(text) - 1, message \
	}

static void check_bad(const char *text, size_t n, const char *part,
		      const char *what)
{
	unsigned char *copy = xmalloc(n); /* as long as that and no longer */
	struct pickle p;
	struct err err;
	size_t used;

	memcpy(copy, text, n);
	craft_says(pickle_parse(&p, copy, n, &used, "F", &err), &err,
		   ERR_CHECKPOINT, part, what);
	free(copy);
}

static void check_refused(void)
{
	static const struct {
		const char *what, *text;
		size_t n;
		const char *message;
	} bad[] = {
	    BAD("os.system", P2 "cos\nsystem\n(X\x02\0\0\0idtR.",
		"os.system is nothing"),
	    BAD("builtins.eval", P2 "c__builtin__\neval\n)R.",
		"__builtin__.eval"),
	    BAD("a name of torch that is not on the list",
		P2 "ctorch\nload\n)R.", "torch.load"),
	    BAD("a name put together on the stack",
		"\x80\x04\x8c\x05posix\x8c\x06system\x93)R.", "posix.system"),
	    BAD("a name put together of numbers", "\x80\x04K\x01K\x01\x93.",
		"not a string"),
	    BAD("a name that only begins like one of the list",
		P2 "ccollections\nOrderedDictX\n)R.",
		"collections.OrderedDictX"),
	    BAD("INST", P2 "(ios\nsystem\n.", "INST"),
	    BAD("OBJ", P2 "(ccollections\nOrderedDict\no.", "OBJ"),
	    BAD("NEWOBJ", P2 "ccollections\nOrderedDict\n)\x81.", "NEWOBJ"),
	    BAD("EXT1", P2 "\x82\x01.", "EXT1"),
	    BAD("an operation that does not exist", P2 "\xfe.", "0xfe"),
	    BAD("the text operations of protocol 0", P2 "I1\n.", "INT"),
	    BAD("DUP", P2 "}2.", "DUP"),
	    BAD("protocol 0", "(dp0\n.", "begin with a protocol"),
	    BAD("protocol 1", "\x80\x01}.", "protocol 1;"),
	    BAD("protocol 5", "\x80\x05}.", "protocol 5;"),
	    BAD("a protocol in the middle", P2 "\x80\x02}.", "protocol 2;"),
	    BAD("nothing", "", "begin with a protocol"),
	    BAD("no STOP", P2 "}", "cut short"),
	    BAD("a number cut short", P2 "J\1\2", "cut short"),
	    BAD("a string cut short", P2 "X\x05\0\0\0ab.", "cut short"),
	    BAD("a name cut short", P2 "ccollections\nOrd.", "cut short"),
	    BAD("a frame cut short", "\x80\x04\x95\x7f\0\0\0\0\0\0\0}.",
		"cut short"),
	    BAD("a string of 4 GB", P2 "X\xff\xff\xff\xff.", "up to 1048576"),
	    BAD("a number of 200 bytes", P2 "\x8a\xc8.", "up to 8"),
	    BAD("a string that is not UTF-8", P2 "X\1\0\0\0\xff.", "not UTF-8"),
	    BAD("an empty stack at the end", P2 ".", "0 values"),
	    BAD("two values at the end", P2 "}}.", "2 values"),
	    BAD("an open mark at the end", P2 "(}.", "1 values"),
	    BAD("a tuple without a mark", P2 "}t.", "no mark"),
	    BAD("TUPLE2 of one value", P2 "}\x86.", "too few values"),
	    BAD("TUPLE1 below a mark", P2 "}(\x85.", "too few values"),
	    BAD("SETITEM of two values", P2 "}Ns.", "too few values"),
	    BAD("SETITEM below a mark", P2 "}(NNs.", "too few values"),
	    BAD("SETITEMS without a dictionary", P2 "(NNu.", "too few values"),
	    BAD("SETITEMS across a mark", P2 "}((NNu.", "too few values"),
	    BAD("SETITEMS of three values", P2 "}(NNNu.",
		"key without a value"),
	    BAD("SETITEM of a tuple", P2 ")NNs.", "not a dictionary"),
	    BAD("APPEND to a dictionary", P2 "}Na.", "not a list"),
	    BAD("APPENDS to a tuple", P2 ")(Ne.", "not a list"),
	    BAD("BINGET of what was never put", P2 "h\x05.",
		"memo index 5 was never set"),
	    BAD("LONG_BINGET far away", P2 "j\xff\xff\xff\xff.",
		"memo index 4294967295 was never set"),
	    BAD("BINGET of a place between two that were put",
		P2 "NNNNq\3q\5h\4.", "memo index 4 was never set"),
	    BAD("a number whose bytes are cut short", P2 "\x8a\5\1\2",
		"cut short"),
	    BAD("a module that is not UTF-8", P2 "c\xff\nx\n.", "not UTF-8"),
	    BAD("a name put together of a string and a number",
		"\x80\x04\x8c\1aK\1\x93.", "not a string"),
	    BAD("a name put together of a number and a string",
		"\x80\x04K\1\x8c\1a\x93.", "not a string"),
	    BAD("STACK_GLOBAL below a mark", "\x80\x04\x8c\1a\x8c\1b(\x93.",
		"too few values"),
	    BAD("REDUCE below a mark", P2 "ccollections\nOrderedDict\n)(R.",
		"too few values"),
	    BAD("BUILD below a mark", P2 "}}(b.", "too few values"),
	    BAD("BINPERSID below a mark", P2 ")(Q.", "too few values"),
	    BAD("BINPUT beyond the operations so far", P2 "}q\xff.",
		"memo index 255 after 2 operations"),
	    BAD("LONG_BINPUT of 4 G", P2 "}r\xff\xff\xff\xff.",
		"memo index 4294967295"),
	    BAD("BINPUT of nothing", P2 "q\0.", "too few values"),
	    BAD("BINPUT of a mark", P2 "}(q\0.", "too few values"),
	    BAD("REDUCE of a string", P2 "X\1\0\0\0a)R.", "no known function"),
	    BAD("REDUCE without a tuple", P2 "ccollections\nOrderedDict\nNR.",
		"no known function"),
	    BAD("OrderedDict of arguments",
		P2 "ccollections\nOrderedDict\nN\x85R.",
		"collections.OrderedDict with arguments"),
	    BAD("a storage type that is called", P2 "ctorch\nFloatStorage\n)R.",
		"torch.FloatStorage with arguments"),
	    BAD("a parameter of nothing",
		P2 "ctorch._utils\n_rebuild_parameter\n)R.",
		"_rebuild_parameter with arguments"),
	    BAD("BUILD of a tuple", P2 ")}b.", "BUILD of something"),
	    BAD("BUILD of a symbol", P2 "ctorch\nSize\n}b.",
		"BUILD of something"),
	    BAD("a persistent id that is a string", P2 "X\1\0\0\0aQ.",
		"not a tuple"),
	};
	struct str deep = {0};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_bad(bad[i].text, bad[i].n, bad[i].message, bad[i].what);
	str_add(&deep, P2);
	for (int i = 0; i < 65; i++)
		str_addc(&deep, '(');
	check_bad(deep.s, deep.len, "more than 64 deep", "65 marks");
	str_release(&deep);
}

/* 5 million values in 5 MB: refused before they fill the memory. */
static void check_limits(void)
{
	struct pickle p;
	struct str s = {0};
	struct err err;
	size_t used;

	str_add(&s, P2 "(");
	for (int i = 0; i < 5000000; i++)
		str_addc(&s, 'N');
	str_add(&s, "t.");
	craft_says(
	    pickle_parse(&p, (unsigned char *)s.s, s.len, &used, "F", &err),
	    &err, ERR_CHECKPOINT, "more than 4194304 objects",
	    "five million values");
	str_clear(&s);
	str_add(&s, P2 "Nq");
	str_addc(&s, 0);
	str_addc(&s, '(');
	for (int i = 0; i < 5000000; i++)
		str_addn(&s, "h\0", 2);
	str_add(&s, "t.");
	craft_says(
	    pickle_parse(&p, (unsigned char *)s.s, s.len, &used, "F", &err),
	    &err, ERR_CHECKPOINT, "more than 4194304 values on the stack",
	    "one value five million times");
	str_release(&s);
}

/* Numbers, strings and containers come out as they went in. */
static void check_values(void)
{
	static const char text[] =
	    "\x80\x04\x95\x3e\0\0\0\0\0\0\0" /* frame */
	    "}\x94(\x8c\1aK\xff\x8c\1bM\xff\xff\x8c\1cJ\xff\xff\xff\xff"
	    "\x8c\1d\x8a\2\0\x80\x8c\1e\x8a\0\x8c\1fG\xbf\xf8\0\0\0\0\0\0"
	    "\x8c\1g\x88\x8c\1h\x89\x8c\1i]\x94(NNNe\x8c\1aNu.";
	static const int64_t want[] = {0, 65535, -1, -32768, 0};
	const struct pickle_node *root, *n;
	struct pickle p;
	struct err err;
	bool good = true;
	size_t used;

	if (!ok(pickle_parse(&p, (const unsigned char *)text, sizeof(text) - 1,
			     &used, "F", &err) == 0 &&
		    used == sizeof(text) - 1,
		"a pickle of protocol 4")) {
		diag("%s", err.text);
		return;
	}
	root = &p.node[p.root];
	for (int i = 1; i < 5; i++) {
		n = pickle_get(&p, root, (char[]){(char)('a' + i), 0});
		good &= n && n->kind == PICKLE_INT && n->i == want[i];
	}
	ok(good, "whole numbers of 1 to 8 bytes");
	n = pickle_get(&p, root, "f");
	ok(n && n->kind == PICKLE_FLOAT && n->f == -1.5, "a float");
	n = pickle_get(&p, root, "g");
	ok(n && n->kind == PICKLE_BOOL && n->i == 1, "true");
	n = pickle_get(&p, root, "i");
	ok(n && n->kind == PICKLE_LIST && n->count == 3 &&
	       pickle_item(&p, n, 2)->kind == PICKLE_NONE &&
	       !pickle_item(&p, n, 3),
	   "a list");
	n = pickle_get(&p, root, "a");
	ok(n && n->kind == PICKLE_NONE && !pickle_get(&p, root, "z"),
	   "a key that is there twice has its last value");
	pickle_release(&p);
}

int main(void)
{
	check_values();
	check_refused();
	check_limits();
	return tap_done();
}
