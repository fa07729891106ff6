pictograms_sources = \
	examples/pictograms/canvas.c examples/pictograms/canvas.h \
	examples/pictograms/corpus.c examples/pictograms/corpus.h \
	examples/pictograms/demo.c \
	examples/pictograms/dice.h \
	examples/pictograms/draw.c examples/pictograms/draw.h \
	examples/pictograms/entities.c \
	examples/pictograms/event-texts.c examples/pictograms/event-texts.h \
	examples/pictograms/events.c \
	examples/pictograms/looks.c examples/pictograms/looks.h \
	examples/pictograms/names.c examples/pictograms/names.h \
	examples/pictograms/phrase.c examples/pictograms/phrase.h \
	examples/pictograms/png.c examples/pictograms/png.h \
	examples/pictograms/relations.c \
	examples/pictograms/shapes-large.c \
	examples/pictograms/shapes-list.h \
	examples/pictograms/shapes-living.c \
	examples/pictograms/shapes-small.c \
	examples/pictograms/shapes.c examples/pictograms/shapes.h \
	examples/pictograms/texts.c examples/pictograms/texts.h \
	examples/pictograms/writer.c examples/pictograms/writer.h

openset_sources = \
	examples/pictograms/openset-conll.c \
	examples/pictograms/openset-semeval.c \
	examples/pictograms/openset.c examples/pictograms/openset.h

noinst_PROGRAMS += examples/pictograms/pictograms \
	examples/pictograms/openset examples/pictograms/twins
examples_pictograms_twins_SOURCES = examples/pictograms/twins.c
examples_pictograms_pictograms_SOURCES = \
	examples/pictograms/pictograms.c $(pictograms_sources)
examples_pictograms_openset_SOURCES = \
	examples/pictograms/openset-main.c $(openset_sources)

check_PROGRAMS += tests/check_pictograms tests/check_openset tests/check_form
tests_check_form_SOURCES = \
	tests/check_form.c \
	tests/form_data.c tests/form_data.h \
	tests/form_walk.c tests/form_walk.h \
	tests/tap.h $(pictograms_sources)
tests_check_pictograms_SOURCES = \
	tests/check_pictograms.c tests/tap.h $(pictograms_sources)
tests_check_openset_SOURCES = \
	tests/check_openset.c tests/tap.h $(openset_sources)

# Scripts to read and to run (cd there first); each is also a test.
dist_pkgdata_DATA = \
	examples/annotate.umie \
	examples/compare-pictures.umie \
	examples/compare.umie \
	examples/gate-hold.umie \
	examples/gate-sweep.umie \
	examples/instruction.umie \
	examples/probe.umie \
	examples/replay.umie \
	examples/train.umie
dist_check_SCRIPTS += tests/examples.test tests/tour.test tests/features.test

# Installed where bundle_default() looks.
demodir = $(pkgdatadir)/demo
dist_demo_DATA = examples/demo/examples.jsonl examples/demo/schema.json \
	examples/demo/config.json \
	examples/demo/model.safetensors \
	examples/demo/spiece.model \
	examples/demo/vision.safetensors \
	examples/demo/tour.rec
demoimagesdir = $(demodir)/images
dist_demoimages_DATA = \
	examples/demo/images/car-gun.png \
	examples/demo/images/gathered-crowd.png \
	examples/demo/images/gathered-table.png \
	examples/demo/images/pair-ball.png \
	examples/demo/images/pair-heart.png \
	examples/demo/images/rocky-dog.png \
	examples/demo/images/rocky-man.png \
	examples/demo/images/taken-bus.png \
	examples/demo/images/taken-police.png \
	examples/demo/images/two-cars.png

EXTRA_DIST += \
	examples/demo/copies.awk \
	examples/demo/instructions.txt \
	examples/demo/log.jsonl \
	examples/demo/tour.umie \
	examples/demo/boxes/pair-heart.json \
	examples/demo/boxes/rocky-dog.json \
	examples/demo/boxes/rocky-man.json \
	examples/demo/boxes/two-cars.json \
	examples/demo/recipe.sh
