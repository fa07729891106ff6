/*
 * reader -- what the full screen's prompt and line mode share of readline:
 * set-up, completion, and the history of what was typed.
 *
 * The history is $XDG_STATE_HOME/umie/history, readable by its owner only;
 * each line is appended when it was entered, so several programs may write.
 * Readline knows no instances: one reader a program.
 */
#ifndef UMIE_TUI_READER_H
#define UMIE_TUI_READER_H

struct app;

/*
 * Whose settings and schema completion asks, from now on; NULL: those of
 * none.  To be called before reader_start().
 */
void reader_for(const struct app *app);

/* Name, completion, words and quotes; then the history is read. */
void reader_start(void);
/* Forget the history in memory. */
void reader_stop(void);

/* A line was entered: keep it, unless it is empty or the one before. */
void reader_remember(const char *line);

#endif
