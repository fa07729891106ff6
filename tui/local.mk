bin_PROGRAMS += umie
noinst_LIBRARIES += libtui.a
libtui_a_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS) $(READLINE_CFLAGS) \
	$(CHAFA_CFLAGS)
libtui_a_SOURCES = \
	tui/app.c tui/app.h \
	tui/batch.c tui/batch.h \
	tui/cmd-bench.c tui/cmd-eval.c tui/cmd-extract.c tui/cmd-live.c \
	tui/cmd-model.c tui/cmd-train.c \
	tui/cmd.c tui/cmd.h tui/commands.h \
	tui/face.c tui/face.h \
	tui/line.c
umie_SOURCES = tui/main.c
umie_LDADD = libtui.a $(LDADD) $(CURSES_LIBS) $(READLINE_LIBS) $(CHAFA_LIBS)
