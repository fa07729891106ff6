#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/text/align.h"
#include "tests/tap.h"

struct align_case {
	const char *text, *needle;
	enum fit fit;
	const char *places; /* "start-end start-end", code points */
	const char *why;
};

static const struct align_case cases[] = {
    {"Kyrie left Boston", "Kyrie", FIT_EXACT, "0-5", "at the start"},
    {"Kyrie left Boston", "Boston", FIT_EXACT, "11-17", "at the end"},
    {"Kyrie left Boston", "left Boston", FIT_EXACT, "6-17", "two words"},
    {"Kyrie", "Kyrie", FIT_EXACT, "0-5", "the whole text"},
    {"an ant and an ant", "ant", FIT_REPEATED, "3-6 14-17",
     "only whole words count when there are some"},
    {"#TrumpTrain rolls", "Trump", FIT_EXACT, "1-6",
     "part of a word when nothing else is there"},
    {"catcat concat", "cat", FIT_REPEATED, "0-3 3-6 10-13",
     "parts of words, several"},
    {"pineapple and Apple", "apple", FIT_NEAR, "14-19",
     "a whole word in another case before a part of a word"},
    {"aaaa", "aa", FIT_REPEATED, "0-2 2-4", "no overlap"},
    {"xa b a b a", "a b a", FIT_EXACT, "5-10",
     "an overlapping part of a word hides nothing"},
    {"see @Kyrie_Irving now", "Kyrie", FIT_EXACT, "5-10",
     "part of a name with underscore"},
    {"Trump's wall", "Trump", FIT_EXACT, "0-5", "an apostrophe ends"},

    {"KYRIE left", "Kyrie", FIT_NEAR, "0-5", "case"},
    {"ÉCOLE Ærø ΣΟΦΙΑ ЖУК", "école ærø σοφια жук", FIT_NEAR, "0-19",
     "case beyond ASCII"},
    {"New   York\tCity", "New York City", FIT_NEAR, "0-15", "spacing"},
    {"New York", "  New York ", FIT_NEAR, "0-8", "spaces around"},
    {"in the U . S . today", "U.S.", FIT_NEAR, "7-14",
     "spaces around punctuation of the text"},
    {"don't", "don ' t", FIT_NEAR, "0-5",
     "spaces around punctuation of the answer"},
    {"New York, new york", "NEW YORK", FIT_NEAR, "0-8 10-18", "near, twice"},
    {"NewYork", "New York", FIT_ABSENT, "", "words are not joined"},

    {"Gerd Müller shot", "Gerd M<unk>ller", FIT_NEAR, "0-11",
     "an unknown letter"},
    {"in Łódź now", "<unk>d<unk>", FIT_NEAR, "3-7",
     "unknown letters at both ends"},
    {"visit Café, now", "Caf<unk>", FIT_NEAR, "6-10",
     "an unknown end leaves punctuation out"},
    {"the 😀 guy", "the <unk>guy", FIT_NEAR, "0-9",
     "decoding loses the space after an unknown"},
    {"the 😀😀 guy", "the <unk>", FIT_NEAR, "0-6", "a run of emoji"},
    {"a b c", "a<unk>c", FIT_ABSENT, "", "no white space in the run"},
    {"I saw 東京 today", "<unk>", FIT_NEAR, "6-8",
     "unknown alone is what is not ASCII"},
    {"I like 東京 大阪 now", "<unk> <unk>", FIT_NEAR, "7-12",
     "two unknown words"},
    {"Kyrie 東京 now", "Kyrie <unk>", FIT_NEAR, "0-8",
     "a name and an unknown word"},
    {"x😀y😀 z", "x<unk> y<unk>", FIT_NEAR, "0-4",
     "decoding adds a space after an unknown"},
    {"plain text", "<unk>", FIT_ABSENT, "", "nothing unknown there"},
    {"abc", "ab<unk><unk>", FIT_NEAR, "0-3", "two unknowns are one run"},
    {"a <unk> b", "<unk>", FIT_EXACT, "2-7", "the text says <unk> itself"},

    {"東京に行く東京人", "東京", FIT_REPEATED, "0-2 5-7",
     "no spaces between words"},
    {"서울에서 서울까지", "서울", FIT_REPEATED, "0-2 5-7",
     "Korean with particles"},
    {"ไปกรุงเทพแล้ว", "กรุงเทพ", FIT_EXACT, "2-9", "Thai"},
    {"hi 👨‍👩‍👧 and 👨", "👨", FIT_EXACT, "13-14",
     "a joined emoji is one"},
    {"👍🏽 👍", "👍", FIT_EXACT, "3-4", "a skin tone belongs to its hand"},
    {"a😀b😀", "😀", FIT_REPEATED, "1-2 3-4", "emoji among letters"},
    {"cafe\xcc\x81 cafe", "cafe", FIT_EXACT, "6-10",
     "a combining accent belongs to its letter"},
    {"ok 🇫🇷 Paris", "Paris", FIT_EXACT, "6-11", "counts code points"},

    {"text", "", FIT_ABSENT, "", "an empty answer"},
    {"text", " \t", FIT_ABSENT, "", "a blank answer"},
    {"", "x", FIT_ABSENT, "", "an empty text"},
    {"", "", FIT_ABSENT, "", "nothing at all"},
    {"text", "a longer answer than text", FIT_ABSENT, "", "too long"},
    {"text", "<unk", FIT_ABSENT, "", "a broken <unk>"},
};

static char *places_of(const struct alignment *a)
{
	struct str s = {0};

	for (size_t i = 0; i < a->n; i++)
		str_addf(&s, "%s%d-%d", i ? " " : "", a->place[i].start,
			 a->place[i].end);
	return str_detach(&s);
}

static void check_case(const struct align_case *c)
{
	struct alignment a;
	char *got;

	align(c->text, strlen(c->text), c->needle, strlen(c->needle), &a);
	got = places_of(&a);
	if (!ok(a.fit == c->fit && strcmp(got, c->places) == 0,
		"align: %s (\"%s\")", c->why, c->needle))
		diag("got %s %s, expected %s %s", fit_name(a.fit), got,
		     fit_name(c->fit), c->places);
	free(got);
	alignment_release(&a);
}

static void check_bytes(void)
{
	static const char text[] = "a\0b\xff Bob\xe2\x82";
	struct alignment a;

	align(text, sizeof(text) - 1, "Bob", 3, &a);
	ok(a.fit == FIT_EXACT && a.n == 1 && a.place[0].start == 5 &&
	       a.place[0].end == 8,
	   "align: NUL and broken UTF-8 in the text count one each");
	alignment_release(&a);
	alignment_release(&a);
	ok(a.n == 0 && a.place == NULL, "align: a result is released twice");
}

/* A text of a hundred thousand characters; the needle is nowhere in it. */
static void check_speed(const char *word, const char *needle)
{
	struct timespec t0, t1;
	struct str text = {0};
	struct alignment a;
	double s;

	while (text.len < 100000)
		str_add(&text, word);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	align(text.s, text.len, needle, strlen(needle), &a);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	s = (double)(t1.tv_sec - t0.tv_sec) +
	    1e-9 * (double)(t1.tv_nsec - t0.tv_nsec);
	diag("100,000 characters of \"%s\": %.1f ms", word, s * 1e3);
	ok(a.fit == FIT_ABSENT && s < 2,
	   "align: \"%s\" in a long text is not slow", needle);
	alignment_release(&a);
	str_release(&text);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_case(&cases[i]);
	check_bytes();
	check_speed("some words and more ", "no such thing");
	check_speed("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
	check_speed("a", "a<unk>a<unk>a<unk>b");
	check_speed("東", "<unk>x<unk>東");
	ok(strcmp(fit_name(FIT_NEAR), "near") == 0 &&
	       strcmp(fit_mark(FIT_REPEATED), "=2") == 0,
	   "fits have their names and marks");
	return tap_done();
}
