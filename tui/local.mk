# All of it but main() is a library, so that tests can paint without a
# terminal.
noinst_LIBRARIES += libtui.a
libtui_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS) $(READLINE_CFLAGS) \
	$(CHAFA_CFLAGS)
libtui_a_SOURCES = \
	tui/annotators.c tui/annotators.h \
	tui/app-events.c tui/app.c tui/app.h \
	tui/app-session.c tui/app-session.h \
	tui/bars.c \
	tui/batch.c tui/batch.h \
	tui/canvas.c tui/canvas.h \
	tui/canvas-chafa.c \
	tui/cells.c tui/cells.h \
	tui/cmd.c tui/cmd.h tui/commands.h \
	tui/child.c tui/child.h \
	tui/cmd-ask.c tui/cmd-attn.c \
	tui/cmd-edit.c \
	tui/cmd-adjudicate.c \
	tui/cmd-agree.c \
	tui/cmd-bench.c \
	tui/cmd-compare.c tui/cmd-compare-batch.c tui/vary.h \
	tui/cmd-convert.c \
	tui/cmd-eval.c \
	tui/cmd-extract.c \
	tui/cmd-help.c \
	tui/cmd-import.c \
	tui/cmd-predict.c \
	tui/cmd-instr.c tui/instr.c tui/instr.h \
	tui/cmd-live.c \
	tui/cmd-load.c \
	tui/cmd-memory.c tui/shape.h \
	tui/cmd-model.c \
	tui/cmd-probe.c tui/probe-batch.h \
	tui/cmd-screen.c \
	tui/cmd-runs.c \
	tui/cmd-serve.c \
	tui/cmd-set.c \
	tui/cmd-selftest.c \
	tui/cmd-train.c tui/train-job.h \
	tui/train-read.c tui/train-tell.c \
	tui/cmd-vary.c \
	tui/cmd-yank.c \
	tui/cmd-add.c \
	tui/cmd-decide.c \
	tui/cmd-queue.c \
	tui/cmd-replay.c \
	tui/cmd-export.c \
	tui/cmd-session.c \
	tui/plot.c tui/plot.h \
	tui/pixels.c tui/pixels.h \
	tui/show-screen.c \
	tui/show-step.c tui/show-step.h \
	tui/show.c tui/show.h \
	tui/train-from.c \
	tui/verify.c tui/verify.h \
	tui/training.c tui/training.h \
	tui/complete.c tui/complete.h \
	tui/decide.c tui/decide.h \
	tui/rc.c tui/rc.h \
	tui/demo.c tui/demo.h \
	tui/doctor.c tui/doctor.h \
	tui/editor.c tui/editor.h \
	tui/face.c tui/face.h \
	tui/gate-sweep.h \
	tui/gpus.c tui/gpus.h \
	tui/grid.c tui/grid.h \
	tui/items.c tui/items.h \
	tui/launch.c tui/train.h \
	tui/keymap.c tui/keymap.h \
	tui/kind.c tui/kind.h \
	tui/layout.c tui/layout.h \
	tui/line.c \
	tui/loop-internal.h tui/loop-keys.c tui/loop-pixels.c tui/loop.c \
	tui/marks.c tui/marks.h \
	tui/overlay.c \
	tui/paint.c \
	tui/pager.c tui/pager.h \
	tui/pane.h \
	tui/pane-gate.c \
	tui/pane-instruction.c \
	tui/pane-messages.c \
	tui/pane-compare.c \
	tui/pane-dev.c \
	tui/pane-gates.c \
	tui/pane-log.c \
	tui/pane-loss.c \
	tui/pane-ranks.c \
	tui/pane-slices.c \
	tui/pane-table.c \
	tui/pane-items.c \
	tui/pane-picture.c \
	tui/pane-results.c \
	tui/pane-scores.c \
	tui/pane-set.c \
	tui/pane-sweep.c \
	tui/pane-text.c \
	tui/progress.c tui/progress.h \
	tui/pane-variants.c \
	tui/probe-view.c tui/probe-view.h \
	tui/prompt.c tui/prompt.h tui/prompt-guard.c tui/prompt-guard.h \
	tui/scoring.h \
	tui/reader.c tui/reader.h \
	tui/screen.c tui/screen.h \
	tui/script-internal.h tui/script-turn.c \
	tui/script.c tui/script.h \
	tui/settings.c tui/settings.h \
	tui/signals.c tui/signals.h \
	tui/here.c tui/here.h \
	tui/adjust-internal.h tui/adjust-keys.c tui/adjust.c tui/adjust.h \
	tui/cmd-adjust.c \
	tui/pane-queue.c \
	tui/tokens.c tui/tokens.h \
	tui/ui.c tui/ui.h \
	tui/words.c tui/words.h
tui_libs = libtui.a $(sessions_libs) $(CURSES_LIBS) $(READLINE_LIBS) \
	$(CHAFA_LIBS)

bin_PROGRAMS += umie
umie_SOURCES = tui/main.c
umie_LDADD = $(tui_libs)

# Pages that are made from the tables, by a program that runs here; a cross
# build takes those of the tarball.
noinst_PROGRAMS += tui/gen-docs
tui_gen_docs_SOURCES = tui/gen-docs.c tui/gen-docs.h tui/gen-shells.c
tui_gen_docs_LDADD = $(tui_libs)
generated_pages = man/umie-keys.7 man/umie-commands.7
generated_completions = completions/umie.bash completions/_umie \
	completions/umie.fish
if !CROSS
$(generated_pages) $(generated_completions): tui/gen-docs$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && tui/gen-docs$(EXEEXT) $@ >$@.tmp && \
	mv $@.tmp $@
endif
dist_man_MANS += $(generated_pages)
bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = completions/umie.bash
zshcompdir = $(datadir)/zsh/site-functions
dist_zshcomp_DATA = completions/_umie
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_fishcomp_DATA = completions/umie.fish
DISTCLEANFILES = $(generated_pages) $(generated_completions)

check_PROGRAMS += tests/check_ahead tests/check_show
tests_check_ahead_SOURCES = tests/check_ahead.c tests/tap.h
tests_check_ahead_LDADD = $(tui_libs)
tests_check_show_SOURCES = tests/check_show.c tests/tap.h
tests_check_show_LDADD = $(tui_libs)
check_PROGRAMS += tests/check_tui tests/check_panes tests/check_prompt \
	tests/check_commands
tests_check_commands_SOURCES = tests/check_commands.c tests/tap.h
tests_check_commands_LDADD = $(tui_libs)
fuzz_programs += tests/fuzz_words
tests_fuzz_words_SOURCES = tests/fuzz_words.c tests/fuzz_main.c
tests_fuzz_words_LDADD = $(tui_libs)
tests_fuzz_words_LDFLAGS = $(fuzz_ldflags)
tests_check_tui_SOURCES = tests/check_tui.c tests/tui_scene.h tests/tap.h
tests_check_tui_LDADD = $(tui_libs)
tests_check_panes_SOURCES = tests/check_panes.c tests/tui_scene.h tests/tap.h
tests_check_panes_LDADD = $(tui_libs)
check_PROGRAMS += tests/check_annotate tests/check_screens
tests_check_screens_SOURCES = tests/check_screens.c tests/session_test.h \
	tests/tui_scene.h tests/tap.h
tests_check_screens_LDADD = $(tui_libs)
EXTRA_DIST += tests/screens
tests_check_annotate_SOURCES = tests/check_annotate.c tests/session_test.h \
	tests/tui_scene.h tests/tap.h
tests_check_annotate_LDADD = $(tui_libs)
check_PROGRAMS += tests/check_probe_panes
tests_check_probe_panes_SOURCES = tests/check_probe_panes.c \
	tests/tui_scene.h tests/tap.h
tests_check_probe_panes_LDADD = $(tui_libs)
tests_check_prompt_SOURCES = tests/check_prompt.c tests/tap.h
tests_check_prompt_LDADD = $(tui_libs)
check_PROGRAMS += tests/check_train_panes
tests_check_train_panes_SOURCES = tests/check_train_panes.c \
	tests/run_lines.h tests/tui_scene.h tests/tap.h
tests_check_train_panes_LDADD = $(tui_libs)
dist_check_SCRIPTS += tests/pixels.test tests/ux.test
EXTRA_DIST += tests/pixels.py
dist_check_SCRIPTS += tests/screen.test tests/screen-soak.test \
	tests/screen-speed.test
noinst_PROGRAMS += tests/tty
tests_tty_SOURCES = tests/tty-main.c tests/tty.c tests/tty.h
tests_tty_LDADD = $(LDADD) -lutil
EXTRA_DIST += tests/corpus/words
