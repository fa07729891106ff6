/*
 * rc -- where settings and keys come from before the first command.
 *
 * In this order, each winning over the one before (settings.h): rc in the
 * umie/ folders of $XDG_CONFIG_DIRS (/etc/xdg), $XDG_CONFIG_HOME/umie/rc,
 * ./umie.conf, the environment.  Relative values of XDG variables are ignored.
 */
#ifndef UMIE_TUI_RC_H
#define UMIE_TUI_RC_H

struct app;
struct err;
struct labels;

/* Read all of them; what is wrong in a file is told, and passed over. */
int rc_read(struct app *app, struct err *err);

/* Only the environment (--norc). */
int rc_environment(struct app *app, struct err *err);

/* Every rc file that is looked for, first read first; for `doctor`. */
void rc_files(struct labels *out);

#endif
