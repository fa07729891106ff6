# All of it but main() is a library, so that tests can paint without a
# terminal.
noinst_LIBRARIES += libtui.a
libtui_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS) $(READLINE_CFLAGS)
libtui_a_SOURCES = \
	tui/annotators.c tui/annotators.h \
	tui/app.c tui/app.h \
	tui/app-session.c tui/app-session.h \
	tui/bars.c \
	tui/batch.c tui/batch.h \
	tui/canvas.c tui/canvas.h \
	tui/cells.c tui/cells.h \
	tui/cmd.c tui/cmd.h tui/commands.h \
	tui/cmd-adjudicate.c \
	tui/cmd-agree.c \
	tui/cmd-bench.c \
	tui/cmd-convert.c \
	tui/cmd-eval.c \
	tui/cmd-extract.c \
	tui/cmd-live.c \
	tui/cmd-model.c \
	tui/cmd-screen.c \
	tui/cmd-runs.c \
	tui/cmd-train.c \
	tui/cmd-add.c \
	tui/cmd-decide.c \
	tui/cmd-queue.c \
	tui/cmd-replay.c \
	tui/cmd-export.c \
	tui/cmd-session.c \
	tui/plot.c tui/plot.h \
	tui/training.c tui/training.h \
	tui/complete.c tui/complete.h \
	tui/decide.c tui/decide.h \
	tui/face.c tui/face.h \
	tui/grid.c tui/grid.h \
	tui/items.c tui/items.h \
	tui/launch.c tui/train.h \
	tui/keymap.c tui/keymap.h \
	tui/layout.c tui/layout.h \
	tui/line.c \
	tui/loop.c \
	tui/marks.c tui/marks.h \
	tui/overlay.c \
	tui/paint.c \
	tui/pane.h \
	tui/pane-gate.c \
	tui/pane-instruction.c \
	tui/pane-messages.c \
	tui/pane-dev.c \
	tui/pane-gates.c \
	tui/pane-log.c \
	tui/pane-loss.c \
	tui/pane-ranks.c \
	tui/pane-slices.c \
	tui/pane-table.c \
	tui/pane-none.c \
	tui/pane-picture.c \
	tui/pane-results.c \
	tui/pane-text.c \
	tui/prompt.c tui/prompt.h \
	tui/scoring.h \
	tui/screen.c tui/screen.h \
	tui/signals.c tui/signals.h \
	tui/ui.c tui/ui.h
tui_libs = libtui.a $(sessions_libs) $(CURSES_LIBS) $(READLINE_LIBS)

bin_PROGRAMS += umie
umie_SOURCES = tui/main.c
umie_LDADD = $(tui_libs)

check_PROGRAMS += tests/check_ahead
tests_check_ahead_SOURCES = tests/check_ahead.c tests/tap.h
tests_check_ahead_LDADD = $(tui_libs)
check_PROGRAMS += tests/check_tui tests/check_panes tests/check_prompt
tests_check_tui_SOURCES = tests/check_tui.c tests/tui_scene.h tests/tap.h
tests_check_tui_LDADD = $(tui_libs)
tests_check_panes_SOURCES = tests/check_panes.c tests/tui_scene.h tests/tap.h
tests_check_panes_LDADD = $(tui_libs)
tests_check_prompt_SOURCES = tests/check_prompt.c tests/tap.h
tests_check_prompt_LDADD = $(tui_libs)
dist_check_SCRIPTS += tests/screen.test
check_PROGRAMS += tests/check_train_panes
tests_check_train_panes_SOURCES = tests/check_train_panes.c \
	tests/run_lines.h tests/tui_scene.h tests/tap.h
tests_check_train_panes_LDADD = $(tui_libs)
