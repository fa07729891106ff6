/*
 * kind -- what may stand at a place of a command line.
 *
 * The completion of the prompt and of the shells, and the man pages, are read
 * off these kinds.  A row of the command table names the kind of an argument
 * itself; where it names none, the placeholder in its usage does ("FILE",
 * "[CKPT]", "own|off|X").  Words in lower case stand for themselves.
 */
#ifndef UMIE_TUI_KIND_H
#define UMIE_TUI_KIND_H

#include <stdbool.h>

#include "src/base/str.h"

/* enum, what it is */
#define ARG_KINDS(_)                                               \
	_(WORDS, "the words of the usage, if any")                 \
	_(FREE, "anything")                                        \
	_(FILE, "name of a file")                                  \
	_(DIR, "name of a folder")                                 \
	_(TASK, "what is extracted")                               \
	_(ENTITY, "an entity type of the schema")                  \
	_(RELATION, "a relation of the schema")                    \
	_(EVENT, "an event type of the schema")                    \
	_(ROLE, "a role of the schema")                            \
	_(LABEL, "a type of the schema that belongs to the task")  \
	_(COMMAND, "name of a command")                            \
	_(LINE, "a command and its arguments")                     \
	_(SETTING, "name of a setting")                            \
	_(VALUE, "value of the setting before it")                 \
	_(PANE, "name of a pane, or all")                          \
	_(KEY, "names of keys, with commas between: C-x, M-1, F5") \
	_(SESSION, "name of a session")                            \
	_(INSTR, "name of an instruction, or of a variant of it")

enum arg_kind {
#define KIND_ENUM(upper, what) KIND_##upper,
	ARG_KINDS(KIND_ENUM)
#undef KIND_ENUM
	    KINDS
};

/* Placeholders of the usage and their kinds, one a line. */
#define ARG_WORDS(_)          \
	_("A", FILE)          \
	_("B", FILE)          \
	_("BOXES", FILE)      \
	_("C", FILE)          \
	_("CKPT", DIR)        \
	_("CMD", FREE)        \
	_("CMDS", FREE)       \
	_("COMMAND", COMMAND) \
	_("DATA", FILE)       \
	_("DEVICES", FREE)    \
	_("DIR", DIR)         \
	_("E", EVENT)         \
	_("END", FREE)        \
	_("EVENT", EVENT)     \
	_("EXPR", FREE)       \
	_("FD", FREE)         \
	_("FIELD", FREE)      \
	_("FILE", FILE)       \
	_("FORMAT", FREE)     \
	_("FROM", FREE)       \
	_("GOLD", FILE)       \
	_("H", FREE)          \
	_("HEAD", FREE)       \
	_("ID", FREE)         \
	_("IN", FILE)         \
	_("INSTR", INSTR)     \
	_("K", FREE)          \
	_("KEY", SETTING)     \
	_("KEYS", KEY)        \
	_("LABEL", LABEL)     \
	_("LINE", LINE)       \
	_("LIST", LABEL)      \
	_("METRIC", FREE)     \
	_("N", FREE)          \
	_("NAME", FREE)       \
	_("NUMBER", FREE)     \
	_("OUT", FILE)        \
	_("PANE", PANE)       \
	_("PATH", FILE)       \
	_("PICTURE", FILE)    \
	_("PREFIX", FREE)     \
	_("ROLE", ROLE)       \
	_("RUN", DIR)         \
	_("SEED", FREE)       \
	_("SESSION", SESSION) \
	_("SPAN", FREE)       \
	_("START", FREE)      \
	_("STEP", FREE)       \
	_("T", FREE)          \
	_("TAIL", FREE)       \
	_("TASK", TASK)       \
	_("TEXT", FREE)       \
	_("TO", FREE)         \
	_("TYPE", EVENT)      \
	_("UNIT", FREE)       \
	_("VALUE", VALUE)     \
	_("VARIATION", FREE)  \
	_("WORD", COMMAND)    \
	_("WORDS", FREE)      \
	_("X", FREE)

/*
 * The usage of argument number n (from 0): "CKPT" and "DATA" of "CKPT DATA";
 * "list|open" and "NAME" of "[list|open NAME]"; "N" and "head|tail" of
 * "N [head|tail]".  Empty behind the last; the caller's to free().
 */
char *usage_place(const char *usage, int n);

/*
 * Take the next alternative off "own|off|@FILE|seed:N": *rest moves on.
 * Returns false at the end.  `placeholder`: it is capitals, not a word.
 */
bool usage_word(struct span *rest, struct span *word, bool *placeholder);

/* Kind of a placeholder, also behind @, = or a colon; false: not in the list.
 */
bool kind_of_placeholder(struct span word, enum arg_kind *out);

/* Kind of one place: the first placeholder's; WORDS when it has none. */
enum arg_kind kind_of_place(struct span place);

#endif
