/*
 * tty -- a person with a fast hand, and a stopwatch: drives a program over a
 * pseudo terminal.  screen-soak.test and screen-speed.test run it.
 *
 *   tty soak SEED KEYS RESIZES COMMAND...
 *   tty speed KEYS COMMAND...
 *   tty start TIMES COMMAND...
 *   tty hangup COMMAND...
 *
 * A small shell stands between: it gives the program the terminal, continues
 * it when it stops, starts it again when it leaves, and checks that the
 * terminal's modes are as they were each time.
 */
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/str.h"
#include "tests/tty.h"

/* --- soak --------------------------------------------------------------- */

struct dice {
	struct rng_key key;
	uint64_t n; /* thrown */
};

static int upto(struct dice *d, int n)
{
	uint32_t out[4];

	rng_block(&d->key, d->n++, out);
	return (int)(out[0] % (uint32_t)n);
}

/* Bytes of one key, valid or not. */
static void random_key(struct dice *r, struct str *out)
{
	static const char *const sequence[] = {
	    "\033[A",    "\033[B",    "\033[C",    "\033[D",   "\033OA",
	    "\033OB",    "\033OC",    "\033OD",    "\033[H",   "\033[F",
	    "\033[5~",   "\033[6~",   "\033[2~",   "\033[3~",  "\033[Z",
	    "\033OP",    "\033OQ",    "\033OR",    "\033OS",   "\033[15~",
	    "\033[1;2A", "\033[1;2D", "\033[1;5C", "\033[99~", "\033[?1;2c",
	    "\033[I",    "\033[O",    "\033",      "\033\033", "\033[",
	    "\033[201~", "\r",        "\t",        "\177",     "\033\r",
	};
	static const char *const text[] = {
	    "\u00e4",  "\u4e2d",       "\U0001f469\u200d\U0001f692",
	    "e\u0301", "\u05d0\u05d1", "\u202e",
	    "\ufeff",  "\U000e0041",   "\u0600",
	};
	static const char *const broken[] = {
	    "\xff",     "\xc3", "\xe4\xb8",         "\xed\xa0\x80",
	    "\xc0\x80", "\x80", "\xf4\x90\x80\x80", "\xf0\x9f",
	};
	int kind = upto(r, 100);

	if (kind < 50)
		/* neither ! nor |: what is typed could be a command */
		str_addc(out, "abcdefghijklmnopqrstuvwxyzAEHLORUVZ0123456789"
			      ":/?; {}<>=-.,"[upto(r, 58)]);
	else if (kind < 60)
		str_addc(out, (char)(1 + upto(r, 31)));
	else if (kind < 78)
		str_add(out, sequence[upto(r, ARRAY_LEN(sequence))]);
	else if (kind < 84)
		str_addf(out, "\033%c", 'a' + upto(r, 26));
	else if (kind < 90)
		str_add(out, text[upto(r, ARRAY_LEN(text))]);
	else if (kind < 93)
		str_add(out, broken[upto(r, ARRAY_LEN(broken))]);
	else if (kind < 97)
		str_addf(out, "\033[<%d;%d;%d%c", upto(r, 3) * 32 + upto(r, 3),
			 1 + upto(r, 200), 1 + upto(r, 60),
			 upto(r, 2) ? 'M' : 'm');
	else if (kind < 98)
		str_addf(out, "\033[M%c%c%c", 32 + upto(r, 4), 33 + upto(r, 90),
			 33 + upto(r, 40));
	else
		str_addf(out, "\033[200~paste %d\nq\n:quit\n\033[201~",
			 upto(r, 1000));
}

static void random_size(struct dice *r, struct tty *t)
{
	static const int usual[][2] = {{80, 24}, {100, 30}, {160, 50}};
	int i = upto(r, 6);

	if (i < 3)
		tty_resize(t, usual[i][0], usual[i][1]);
	else if (i == 3)
		tty_resize(t, 1 + upto(r, 20), 1 + upto(r, 10));
	else
		tty_resize(t, 1 + upto(r, 500), 1 + upto(r, 200));
}

/* The program has the terminal: nothing else would echo what is typed. */
static bool is_up(const struct tty *t)
{
	struct termios modes;

	return tcgetattr(t->master, &modes) == 0 && !(modes.c_lflag & ECHO);
}

/*
 * It still answers: it draws everything when it is told to.  What it writes
 * while it leaves is no answer; it is started again.
 */
static bool answers(struct tty *t)
{
	double began = now_ms();
	size_t before;

	/* An open search or a half-typed key may take the first one, and what
	 * was typed before may stop the program, or end it, several times. */
	do {
		for (double since = now_ms();
		     !is_up(t) && now_ms() - since < PATIENCE;)
			tty_read(t, 50);
		tty_settle(t, 30);
		before = t->output;
		if (!tty_write(t, "\f", 1))
			return false;
		for (double since = now_ms();
		     t->output == before && now_ms() - since < PATIENCE / 3;)
			tty_read(t, 50);
		tty_settle(t, 30);
		if (t->output > before && is_up(t))
			return true;
	} while (now_ms() - began < PATIENCE);
	return false;
}

static bool big_paste(struct tty *t)
{
	size_t n = 1 << 20;
	char *s = xmalloc(n);
	bool good;

	for (size_t i = 0; i < n; i++)
		s[i] = "word and more\n"[i % 14];
	good = tty_type(t, "\033\033e\033[200~") && tty_write(t, s, n) &&
	       tty_type(t, "\033[201~\025\033");
	free(s);
	return good && answers(t);
}

static bool leave(struct tty *t)
{
	int starts = t->starts;

	tty_resize(t, 80, 24);
	for (int i = 0; i < 20 && !t->ended && t->starts == starts; i++) {
		tty_type(t, i % 2 ? "q" : "\003\003\003y");
		tty_settle(t, 100);
	}
	return t->starts > starts || t->ended;
}

static int soak(int argc, char **argv)
{
	struct tty t;
	struct dice r = {0};
	struct str key = {0};
	long keys = atol(argv[1]), sizes = atol(argv[2]), done = 0;
	long stop_each = MAX(keys / 20, 1), ask_each = MAX(keys / 50, 1);
	bool alive;

	if (argc < 4)
		die("soak SEED KEYS RESIZES COMMAND...");
	r.key.seed = strtoull(argv[0], NULL, 10);
	tty_start(&t, 80, 24, true, argv + 3);
	alive = tty_wait(&t, "umie");
	for (; alive && done < keys; done++) {
		str_clear(&key);
		random_key(&r, &key);
		alive = tty_write(&t, key.s, key.len);
		if (sizes > 0 && done % MAX(keys / sizes, 1) == 0)
			random_size(&r, &t);
		if (done % stop_each == 0)
			alive &= tty_write(&t, "\032", 1);
		if (done % ask_each == 0)
			alive = alive && answers(&t);
	}
	tty_resize(&t, 100, 30);
	alive = alive && answers(&t) && big_paste(&t);
	alive = alive && leave(&t);
	tty_settle(&t, 300);
	printf("%ld keys, %d starts, %d stops, %d times other modes, "
	       "last status %#x, alive %d\n",
	       done, t.starts, t.stops, t.bad_modes, (unsigned)t.last_status,
	       alive);
	if (t.ended || !alive)
		printf("last output: %.*s\n", 600,
		       t.tail + (t.n_tail > 600 ? t.n_tail - 600 : 0));
	if (t.program > 0)
		kill(t.program, SIGKILL);
	kill(t.shell, SIGKILL);
	str_release(&key);
	return !alive || t.ended || t.bad_modes || !t.stops;
}

/* --- stopwatch ---------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void show(const char *what, double *ms, size_t n)
{
	qsort(ms, n, sizeof(*ms), by_size);
	printf("%s %zu p50 %.2f p99 %.2f max %.2f\n", what, n, ms[n / 2],
	       ms[MIN(n - 1, n * 99 / 100)], ms[n - 1]);
}

/*
 * What the kernel says about the main thread of a process: ms on a core, and
 * ms that it was ready and waited for one.
 */
struct turns {
	double ran, waited;
};

static struct turns turns_of(pid_t pid)
{
	unsigned long long ran = 0, waited = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", (int)pid,
		 (int)pid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%llu %llu", &ran, &waited) != 2)
		ran = waited = 0;
	if (f)
		fclose(f);
	return (struct turns){(double)ran / 1e6, (double)waited / 1e6};
}

/* From writing a key to the last byte of what it changes. */
static double one_key(struct tty *t, const char *key)
{
	double since = now_ms(), first;
	size_t before = t->output;

	/* which reads too: a fast answer may already be there */
	if (!tty_type(t, key))
		die("it no longer reads");
	while (t->output == before && !tty_read(t, 1))
		if (now_ms() - since > PATIENCE)
			die("a key without an effect");
	first = now_ms();
	/* the rest of the same picture comes at once */
	while (tty_read(t, 0))
		first = now_ms();
	return first - since;
}

static int speed(int argc, char **argv)
{
	/* not Esc, whose meaning the terminal itself delays */
	static const char *const keys[] = {"\t", "\033[Z", ":", "t", "\003"};
	size_t n = (size_t)atol(argv[0]);
	double *ms = xcalloc(n, sizeof(*ms)), *ran = xcalloc(n, sizeof(*ran));
	double *waited = xcalloc(n, sizeof(*waited));
	double *late = xcalloc(n, sizeof(*late));
	struct turns was, own;
	struct tty t;

	if (argc < 2)
		die("speed KEYS COMMAND...");
	tty_start(&t, 160, 50, false, argv + 1);
	if (!tty_wait(&t, "umie"))
		die("it does not start");
	tty_settle(&t, 2000);
	for (size_t i = 0; i < n; i++) {
		/* computing all the time: F5 asks again */
		if (i % ARRAY_LEN(keys) == 0)
			tty_type(&t, "\033[15~");
		tty_settle(&t, QUIET + (int)(i % 13));
		was = turns_of(t.program);
		own = turns_of(getpid());
		ms[i] = one_key(&t, keys[i % ARRAY_LEN(keys)]);
		ran[i] = turns_of(t.program).ran - was.ran;
		waited[i] = turns_of(t.program).waited - was.waited;
		late[i] = turns_of(getpid()).waited - own.waited;
	}
	show("keys", ms, n);
	/* where it went: into work, into waiting for a core; the last is the
	 * stopwatch's own waiting, which is no part of the program */
	show("work", ran, n);
	show("waited", waited, n);
	show("stopwatch", late, n);
	kill(t.program, SIGKILL);
	free(ms);
	free(ran);
	free(waited);
	free(late);
	return 0;
}

static int start(int argc, char **argv)
{
	size_t n = (size_t)atol(argv[0]);
	double *ms = xcalloc(n, sizeof(*ms));
	struct tty t;

	if (argc < 2)
		die("start TIMES COMMAND...");
	for (size_t i = 0; i < n; i++) {
		double since = now_ms();

		tty_start(&t, 100, 30, false, argv + 1);
		if (!tty_wait(&t, "umie"))
			die("it does not start");
		ms[i] = now_ms() - since;
		if (t.program <= 0)
			die("it was not started");
		kill(t.program, SIGKILL);
		close(t.master);
		close(t.reports);
		waitpid(t.shell, NULL, 0);
	}
	show("starts", ms, n);
	free(ms);
	return 0;
}

/* The terminal goes away: the program ends, and says so by its status. */
static int hangup(char **argv)
{
	double since;
	struct tty t;
	int status;

	/* the shell dies of it first: its child becomes ours */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	tty_start(&t, 80, 24, false, argv);
	if (!tty_wait(&t, "umie"))
		die("it does not start");
	tty_settle(&t, 200);
	close(t.master);
	waitpid(t.shell, NULL, 0);
	for (since = now_ms(); now_ms() - since < 10000;) {
		if (waitpid(t.program, &status, WNOHANG) == t.program) {
			printf("gone after %.0f ms, status %#x\n",
			       now_ms() - since, (unsigned)status);
			return !WIFEXITED(status) || WEXITSTATUS(status) != 129;
		}
		usleep(10000);
	}
	kill(t.program, SIGKILL);
	puts("it is still there");
	return 1;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc > 4 && strcmp(argv[1], "soak") == 0)
		return soak(argc - 2, argv + 2);
	if (argc > 3 && strcmp(argv[1], "speed") == 0)
		return speed(argc - 2, argv + 2);
	if (argc > 3 && strcmp(argv[1], "start") == 0)
		return start(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "hangup") == 0)
		return hangup(argv + 2);
	fputs("usage: tty soak|speed|start|hangup ...\n", stderr);
	return 2;
}
