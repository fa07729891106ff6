libumie_a_SOURCES += \
	src/train/batch.c src/train/batch.h \
	src/train/log.c src/train/log.h \
	src/train/optim.c src/train/optim.h \
	src/train/sample.c src/train/sample.h \
	src/train/schedule.c src/train/schedule.h \
	src/train/state.c src/train/state.h \
	src/train/train.c src/train/train.h
