libumie_a_SOURCES += \
	src/data/boxes.c \
	src/data/conll.c \
	src/data/dataset.c src/data/dataset.h \
	src/data/example.c \
	src/data/gold.c \
	src/data/jsonl.c \
	src/data/mnre.c \
	src/data/prompt.c src/data/prompt.h \
	src/data/pyliteral.c src/data/pyliteral.h \
	src/data/reader.c src/data/reader.h \
	src/data/regions.c src/data/regions.h \
	src/data/tags.c src/data/tags.h

check_PROGRAMS += tests/check_data tests/check_jsonl
tests_check_data_SOURCES = \
	tests/check_data.c tests/dataset_test.h tests/tap.h
tests_check_jsonl_SOURCES = \
	tests/check_jsonl.c tests/dataset_test.h tests/tap.h

fuzz_programs += tests/fuzz_dataset
tests_fuzz_dataset_SOURCES = tests/fuzz_dataset.c tests/fuzz_main.c
tests_fuzz_dataset_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += tests/corpus/dataset
