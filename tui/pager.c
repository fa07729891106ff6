#include "tui/pager.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "src/base/err.h"
#include "tui/child.h"

static int rows_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static bool wanted(const char *text)
{
	const char *term = getenv("TERM"), *plain = getenv("UMIE_PLAIN");
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO) || !term ||
	    !*term || strcmp(term, "dumb") == 0 || (plain && *plain))
		return false;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row &&
	       rows_of(text) >= size.ws_row;
}

int pager_show(const char *text, const char *command, struct err *err)
{
	const char *usual = getenv("PAGER");
	int status;

	if (wanted(text)) {
		if (!command || !*command)
			command = usual && *usual ? usual : "more";
		status = child_run(command, text, strlen(text), err);
		if (status != 127) /* it is there */
			return status < 0 ? status : 0;
	}
	fputs(text, stdout);
	fflush(stdout);
	return 0;
}
