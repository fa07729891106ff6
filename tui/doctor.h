/*
 * doctor -- what umie finds on this machine, for a report of a problem.
 */
#ifndef UMIE_TUI_DOCTOR_H
#define UMIE_TUI_DOCTOR_H

struct app;
struct json;
struct str;

/*
 * One object of sections ("terminal", "processor", …), each an object of
 * names and values; "warnings": sentences on what is amiss.  The caller's to
 * json_free().
 */
struct json *doctor_report(const struct app *app);
/* The same for people. */
void doctor_text(const struct json *report, struct str *out);

#endif
