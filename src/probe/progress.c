#include "src/probe/progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

enum { PROGRESS_FILE = 1 << 30 };

static int add_line(struct progress *p, const struct json *line,
		    struct err *err)
{
	char *s = json_print(line);
	size_t n = strlen(s);
	int rc;

	s[n] = '\n'; /* over the NUL: the length is known */
	rc = file_write_all(p->fd, s, n + 1, p->path, err);
	free(s);
	return rc;
}

/* Is the first line of the file the header? */
static int check_header(const struct progress *p, const char *text, size_t n,
			const struct json *header, struct err *err)
{
	char *want = json_print(header);
	bool same = strlen(want) == n && memcmp(want, text, n) == 0;

	free(want);
	return same ? 0
		    : err_set(err, ERR_DATA,
			      "%s: belongs to another run (model, data or plan "
			      "differ); name another file, or remove it",
			      p->path);
}

/* Whole lines to `take`; *end: behind the last of them. */
static int read_lines(const struct progress *p, const struct str *text,
		      const struct json *header, progress_take *take,
		      void *context, size_t *end, struct err *err)
{
	int rc = 0;

	*end = 0;
	while (*end < text->len && rc == 0) {
		const char *line = text->s + *end;
		const char *stop = memchr(line, '\n', text->len - *end);
		struct json *j;

		if (!stop)
			break; /* torn: it is computed again */
		if (*end == 0) {
			rc = check_header(p, line, (size_t)(stop - line),
					  header, err);
		} else {
			j = json_parse(line, (size_t)(stop - line), p->path,
				       err);
			rc = j ? take(context, j, err) : -(int)err->code;
			json_free(j);
		}
		*end = (size_t)(stop - text->s) + 1;
	}
	return rc;
}

int progress_open(struct progress *p, const char *path,
		  const struct json *header, progress_take *take, void *context,
		  struct err *err)
{
	struct str text = {0};
	size_t end = 0;
	int rc;

	*p = (struct progress){.fd = -1};
	if (!path)
		return 0;
	p->path = xstrdup(path);
	p->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (p->fd < 0)
		return err_errno(err, ERR_FAILED, "%s", path);
	if (flock(p->fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, ERR_FAILED,
			       "%s: another process is writing it", path);
	rc = file_read(path, PROGRESS_FILE, &text, err);
	if (rc == 0)
		rc = read_lines(p, &text, header, take, context, &end, err);
	str_release(&text);
	if (rc < 0)
		return rc;
	if (ftruncate(p->fd, (off_t)end) < 0 ||
	    lseek(p->fd, (off_t)end, SEEK_SET) < 0)
		return err_errno(err, ERR_FAILED, "%s", path);
	return end ? 0 : add_line(p, header, err);
}

int progress_add(struct progress *p, const struct json *line,
		 progress_take *take, void *context, struct err *err)
{
	char *s;
	struct json *j;
	int rc = p->fd < 0 ? 0 : add_line(p, line, err);

	if (rc < 0)
		return rc;
	/* Through its text, as a resumed run reads it. */
	s = json_print(line);
	j = json_parse(s, strlen(s), "progress", err);
	rc = j ? take(context, j, err) : -(int)err->code;
	json_free(j);
	free(s);
	return rc;
}

void progress_close(struct progress *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->path);
	*p = (struct progress){.fd = -1};
}
