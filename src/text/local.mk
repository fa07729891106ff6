libumie_a_SOURCES += \
	src/text/align.c src/text/align.h \
	src/text/chars.c src/text/chars.h \
	src/text/normalize.c src/text/normalize.h \
	src/text/spm.c src/text/spm.h \
	src/text/tokenizer-decode.c \
	src/text/tokenizer-impl.h \
	src/text/tokenizer.c src/text/tokenizer.h \
	src/text/trie.c src/text/trie.h \
	src/text/unigram.c src/text/unigram.h

check_PROGRAMS += tests/check_align tests/check_spm tests/check_text
tests_check_align_SOURCES = tests/check_align.c tests/tap.h
tests_check_spm_SOURCES = tests/check_spm.c tests/spm_build.h tests/tap.h
tests_check_text_SOURCES = tests/check_text.c tests/spm_build.h tests/tap.h

fuzz_programs += tests/fuzz_spm
tests_fuzz_spm_SOURCES = tests/fuzz_spm.c tests/fuzz_main.c
tests_fuzz_spm_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += tests/corpus/spm
