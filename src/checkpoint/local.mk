libumie_a_SOURCES += \
	src/checkpoint/bytes.h \
	src/checkpoint/config-field.h \
	src/checkpoint/config-vision.c \
	src/checkpoint/config-write.c \
	src/checkpoint/config.c src/checkpoint/config.h \
	src/checkpoint/list.c src/checkpoint/list.h \
	src/checkpoint/pickle-ops.c \
	src/checkpoint/pickle-vm.h \
	src/checkpoint/pickle.c src/checkpoint/pickle.h \
	src/checkpoint/safetensors.c src/checkpoint/safetensors.h \
	src/checkpoint/save-file.h \
	src/checkpoint/save-folder.c \
	src/checkpoint/save.c src/checkpoint/save.h \
	src/checkpoint/torch-file.h \
	src/checkpoint/torch-legacy.c \
	src/checkpoint/torch-zip.c \
	src/checkpoint/torch.c src/checkpoint/torch.h \
	src/checkpoint/weights.c src/checkpoint/weights.h \
	src/checkpoint/zip.c src/checkpoint/zip.h

check_PROGRAMS += tests/check_checkpoint \
	tests/check_config \
	tests/check_pickle \
	tests/check_save \
	tests/check_save_faults \
	tests/check_state_dict \
	tests/check_torch \
	tests/check_torch_legacy \
	tests/check_zip
tests_check_checkpoint_SOURCES = tests/check_checkpoint.c \
	tests/craft.h tests/tap.h
tests_check_config_SOURCES = tests/check_config.c \
	tests/craft.h tests/tap.h
tests_check_pickle_SOURCES = tests/check_pickle.c \
	tests/craft.h tests/tap.h
tests_check_save_SOURCES = tests/check_save.c tests/version.h \
	tests/craft.h tests/tap.h
tests_check_save_faults_SOURCES = tests/check_save_faults.c tests/version.h \
	tests/craft.h tests/tap.h
tests_check_state_dict_SOURCES = tests/check_state_dict.c tests/craft_torch.h \
	tests/craft.h tests/tap.h
tests_check_torch_SOURCES = tests/check_torch.c tests/craft_torch.h \
	tests/craft.h tests/tap.h
tests_check_torch_legacy_SOURCES = tests/check_torch_legacy.c tests/craft_torch.h \
	tests/craft.h tests/tap.h
tests_check_zip_SOURCES = tests/check_zip.c \
	tests/craft.h tests/tap.h

fuzz_programs += tests/fuzz_safetensors tests/fuzz_torch tests/fuzz_config
tests_fuzz_safetensors_SOURCES = tests/fuzz_safetensors.c \
	tests/fuzz_list.h tests/fuzz_main.c
tests_fuzz_safetensors_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_torch_SOURCES = tests/fuzz_torch.c tests/fuzz_list.h \
	tests/fuzz_main.c
tests_fuzz_torch_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_config_SOURCES = tests/fuzz_config.c tests/fuzz_main.c
tests_fuzz_config_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += tests/corpus/safetensors tests/corpus/torch tests/corpus/config
