libumie_a_SOURCES += \
	src/task/bootstrap.c src/task/bootstrap.h \
	src/task/answer.c src/task/answer.h \
	src/task/answer-internal.h \
	src/task/answer-paper.c \
	src/task/answer-sel.c \
	src/task/paper.c \
	src/task/record.c src/task/record.h \
	src/task/reference.c src/task/reference.h \
	src/task/reference-score.c \
	src/task/reference-tree.c src/task/reference-tree.h \
	src/task/relabel.c src/task/relabel.h \
	src/task/schema.c src/task/schema.h \
	src/task/score.c src/task/score.h \
	src/task/task.c src/task/task.h

check_PROGRAMS += tests/check_task tests/check_answer
tests_check_task_SOURCES = tests/check_task.c tests/tap.h
tests_check_answer_SOURCES = tests/check_answer.c tests/tap.h
EXTRA_DIST += tests/answer.cases tests/corpus/answer tests/golden_lines.h

fuzz_programs += tests/fuzz_answer
tests_fuzz_answer_SOURCES = tests/fuzz_answer.c tests/fuzz_main.c
tests_fuzz_answer_LDFLAGS = $(fuzz_ldflags)
