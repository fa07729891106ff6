libumie_a_SOURCES += \
	src/data/adjudicate.c src/data/adjudicate.h \
	src/data/agree.c src/data/agree.h \
	src/data/boxes.c \
	src/data/ann.c src/data/ann.h \
	src/data/brat-conf.c \
	src/data/brat-folder.c \
	src/data/brat-write.c \
	src/data/brat.c src/data/brat.h \
	src/data/coco.c \
	src/data/compare.c src/data/compare.h \
	src/data/conflicts.c \
	src/data/conll-write.c \
	src/data/conll.c \
	src/data/conll04.c \
	src/data/csv-row.c \
	src/data/csv-write.c \
	src/data/csv.c src/data/csv.h \
	src/data/dataset.c src/data/dataset.h \
	src/data/doccano.c \
	src/data/example.c \
	src/data/field.c src/data/field.h \
	src/data/form.c src/data/form.h \
	src/data/form-internal.h \
	src/data/form-walk.c \
	src/data/formats.c src/data/formats.h \
	src/data/gold.c \
	src/data/graph-give.c \
	src/data/graph.c src/data/graph.h \
	src/data/jsonl.c \
	src/data/labelstudio-write.c \
	src/data/labelstudio.c src/data/labelstudio.h \
	src/data/layers-json.c \
	src/data/layers.c src/data/layers.h \
	src/data/m2e2-coref.c \
	src/data/m2e2-write.c \
	src/data/m2e2.c \
	src/data/mnre-write.c \
	src/data/mnre.c \
	src/data/offsets.c src/data/offsets.h \
	src/data/oneie.c \
	src/data/pairing.c src/data/pairing.h \
	src/data/path.c \
	src/data/prompt.c src/data/prompt.h \
	src/data/pyliteral.c src/data/pyliteral.h \
	src/data/reader.c src/data/reader.h \
	src/data/regions.c src/data/regions.h \
	src/data/respell.c \
	src/data/save.c \
	src/data/semeval.c \
	src/data/spacy.c \
	src/data/summary.c src/data/summary.h \
	src/data/tags.c src/data/tags.h \
	src/data/umie-write.c \
	src/data/umie.c \
	src/data/writer.c src/data/writer.h

check_PROGRAMS += tests/check_data tests/check_jsonl
tests_check_data_SOURCES = \
	tests/check_data.c tests/dataset_test.h tests/tap.h
tests_check_jsonl_SOURCES = \
	tests/check_jsonl.c tests/dataset_test.h tests/tap.h

fuzz_programs += tests/fuzz_dataset
tests_fuzz_dataset_SOURCES = tests/fuzz_dataset.c tests/fuzz_main.c
tests_fuzz_dataset_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += tests/corpus/dataset tests/formats tests/agree-reference.py
dist_check_SCRIPTS += tests/formats.test tests/agree.test
