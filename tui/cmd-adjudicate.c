/* umie adjudicate: one data set out of two annotators' ones. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/adjudicate.h"
#include "tui/annotators.h"
#include "tui/app.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    {"output", 'o', "GOLD", "the data set that comes out (JSONL)"},
    {"choose", 0, "a|b|both|none", "decide every conflict this way"},
    {"conflicts", 0, "FILE", "write the conflicts as JSONL"},
    {NULL, 0, NULL, NULL},
};

/*
 * Answers so far, next to GOLD until GOLD is written: a first line that names
 * both files by their digests, then a line for each answer ("a" … or "undo").
 */
struct journal {
	char *path; /* owned */
	int fd;
};

enum { JOURNAL_BYTES = 16 << 20 };

static int append(const struct journal *l, const char *word, struct err *err)
{
	char *line = xasprintf("%s\n", word);
	int rc = file_write_all(l->fd, line, strlen(line), l->path, err);

	free(line);
	if (rc == 0 && fdatasync(l->fd) < 0)
		rc = err_errno(err, ERR_FAILED, "%s", l->path);
	return rc;
}

/* Take the answers of an earlier run; a last line that was cut is none. */
static int replay(struct adjudication *j, const struct journal *l,
		  const char *head, size_t *at, struct err *err)
{
	struct str text = {0};
	int rc = file_read(l->path, JOURNAL_BYTES, &text, err);
	const char *line = str_cstr(&text), *end = strchr(line, '\n');

	if (rc == 0 && end &&
	    (strlen(head) != (size_t)(end - line) ||
	     strncmp(line, head, strlen(head)) != 0))
		rc = err_set(err, ERR_DATA,
			     "%s: answers about other files; remove it to "
			     "begin again",
			     l->path);
	for (line = end ? end + 1 : ""; rc == 0 && (end = strchr(line, '\n'));
	     line = end + 1) {
		char *word = xstrndup(line, (size_t)(end - line));

		if (strcmp(word, "undo") == 0 && *at)
			j->conflict[--*at].choice = CHOICE_OPEN;
		else if (*at < j->n &&
			 choice_find(word, &j->conflict[*at].choice))
			++*at;
		else
			rc = err_set(err, ERR_DATA,
				     "%s: \"%.40s\" is no answer to conflict "
				     "%zu of %zu",
				     l->path, word, *at + 1, j->n);
		free(word);
	}
	/* go on behind the last whole line */
	if (rc == 0 && truncate(l->path, line - str_cstr(&text)) < 0)
		rc = err_errno(err, ERR_FAILED, "%s", l->path);
	str_release(&text);
	return rc;
}

static int journal_open(struct journal *l, struct adjudication *j,
			const struct annotators *who, const char *gold,
			size_t *at, struct err *err)
{
	char *head = xasprintf("%s %s", who->set[0].digest, who->set[1].digest);
	bool there;
	int rc = 0;

	*l = (struct journal){.path = xasprintf("%s.answers", gold), .fd = -1};
	there = file_exists(l->path);
	if (there)
		rc = replay(j, l, head, at, err);
	if (rc == 0) {
		l->fd = open(l->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
			     0666);
		if (l->fd < 0)
			rc = err_errno(err, ERR_FAILED, "%s", l->path);
	}
	if (rc == 0 && lseek(l->fd, 0, SEEK_END) == 0)
		rc = append(l, head, err);
	free(head);
	return rc;
}

static void journal_close(struct journal *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->path);
}

static void say_record(struct app *app, int number, const char *who,
		       const struct record *r)
{
	struct str s = {0};

	if (!r) {
		app_say(app, "  %d  %-12s nothing", number, who);
		return;
	}
	if (r->task == TASK_MRE)
		str_addf(&s, "%s: \"%s\" %d-%d > \"%s\" %d-%d", r->label,
			 r->head, r->head_at.start, r->head_at.end, r->tail,
			 r->tail_at.start, r->tail_at.end);
	else if (r->boxed)
		str_addf(&s, "%s: box %g,%g,%g,%g", r->label, (double)r->box.x1,
			 (double)r->box.y1, (double)r->box.x2,
			 (double)r->box.y2);
	else if (r->text && place_known(r->at))
		str_addf(&s, "%s: \"%s\" %d-%d", r->label, r->text, r->at.start,
			 r->at.end);
	else
		str_addf(&s, "%s: %s", r->label,
			 r->text ? r->text : "the picture");
	if (r->event)
		str_addf(&s, " of %s", r->event);
	app_say(app, "  %d  %-12s %s", number, who, s.s);
	str_release(&s);
}

static void ask(struct app *app, const struct adjudication *j, size_t at,
		const struct annotators *who)
{
	const struct conflict *c = &j->conflict[at];
	const struct view_of *v = pairing_view(&j->p, c->doc, 0);

	if (at == 0 || j->conflict[at - 1].doc != c->doc) {
		app_say(app, "%s: %s", v->e->id, v->e->text);
		if (v->e->image)
			app_say(app, "picture: %s", v->e->image);
	}
	app_say(app, "conflict %zu of %zu", at + 1, j->n);
	say_record(app, 1, who->name[0], c->a);
	say_record(app, 2, who->name[1], c->b);
	app_say(app, "  3  both    4  none    u  undo    q  leave");
	fflush(app->out);
}

/* One line of standard input; false at its end. */
static bool read_line(char **line, size_t *cap)
{
	ssize_t n = getline(line, cap, stdin);

	while (n > 0 && strchr(" \t\r\n", (*line)[n - 1]))
		(*line)[--n] = '\0';
	return n >= 0;
}

static enum choice choice_of(const char *answer)
{
	enum choice c = CHOICE_OPEN;

	if (strlen(answer) == 1 && answer[0] >= '1' && answer[0] <= '4')
		return (enum choice)(CHOICE_A + (answer[0] - '1'));
	choice_find(answer, &c);
	return c;
}

/* Ask until all is decided or the input ends; each answer is kept at once. */
static int dialog(struct app *app, struct adjudication *j, size_t *at,
		  const struct annotators *who, const struct journal *l,
		  struct err *err)
{
	char *line = NULL;
	size_t cap = 0;
	int rc = 0;

	while (rc == 0 && *at < j->n) {
		enum choice c;

		ask(app, j, *at, who);
		if (!read_line(&line, &cap) || strcmp(line, "q") == 0)
			break;
		c = choice_of(line);
		if (c) {
			rc = append(l, choice_name(c), err);
			if (rc == 0)
				j->conflict[(*at)++].choice = c;
		} else if (strcmp(line, "u") == 0 && *at) {
			rc = append(l, "undo", err);
			if (rc == 0)
				j->conflict[--*at].choice = CHOICE_OPEN;
		} else {
			app_say(app, "%s",
				strcmp(line, "u") == 0
				    ? "there is nothing to undo"
				    : "1, 2, 3, 4, u or q");
		}
	}
	free(line);
	if (rc == 0 && *at < j->n)
		rc = err_set(err, ERR_FAILED,
			     "%zu of %zu conflicts are decided and kept in %s; "
			     "the same command goes on there",
			     *at, j->n, l->path);
	return rc;
}

static int write_gold(struct app *app, const struct adjudication *j,
		      const char *path, struct err *err)
{
	const struct write_options o = {.format = DATA_JSONL};
	struct dataset gold = {0};
	struct losses lost = {0};
	int rc;

	adjudication_gold(j, &gold);
	rc = dataset_write(&gold, path, &o, &lost, err);
	if (rc == 0)
		app_note(app,
			 "%s: %zu examples; %zu records agreed, %zu conflicts "
			 "decided, %zu documents that only one has",
			 path, gold.n, j->agreed, j->n, j->p.n - j->p.shared);
	dataset_release(&gold);
	return rc;
}

/* By policy, or by asking with a journal. */
static int decide(struct app *app, struct adjudication *j,
		  const struct annotators *who, const struct args *a,
		  enum choice policy, struct err *err)
{
	const char *gold = args_get(a, "output");
	struct journal l = {.fd = -1};
	size_t at = 0;
	int rc = 0;

	if (policy)
		for (size_t i = 0; i < j->n; i++)
			j->conflict[i].choice = policy;
	else
		rc = journal_open(&l, j, who, gold, &at, err);
	if (rc == 0 && at)
		app_note(app, "%zu conflicts were decided before", at);
	if (rc == 0 && !policy)
		rc = dialog(app, j, &at, who, &l, err);
	if (rc == 0)
		rc = write_gold(app, j, gold, err);
	if (rc == 0 && l.path)
		unlink(l.path);
	journal_close(&l);
	return rc;
}

static int exec_adjudicate(struct app *app, const struct args *a,
			   struct err *err)
{
	const char *word = args_get(a, "choose");
	enum choice policy = CHOICE_OPEN;
	struct annotators who;
	struct adjudication j;
	int rc;

	if (word && !choice_find(word, &policy))
		return err_set(err, ERR_USAGE,
			       "--choose %s: a, b, both or none expected",
			       word);
	if (!args_get(a, "output"))
		return err_set(err, ERR_USAGE,
			       "adjudicate: -o GOLD is missing");
	rc = annotators_read(&who, a, err);
	if (rc < 0)
		return rc;
	adjudication_make(&j, who.set);
	rc = annotators_check(&j.p, &who, err);
	if (rc == 0 && args_get(a, "conflicts"))
		rc = annotators_queue(app, &j.p, &who, args_get(a, "conflicts"),
				      err);
	if (rc == 0)
		rc = decide(app, &j, &who, a, policy, err);
	adjudication_release(&j);
	annotators_release(&who);
	return rc;
}

const struct cmd cmd_adjudicate = {
    .name = "adjudicate",
    .args = "A B",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 2,
    .max_pos = 2,
    .help = "make one data set of two annotators' ones",
    .exec = exec_adjudicate,
};
