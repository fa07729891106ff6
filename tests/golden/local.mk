# The packages, and the script that makes them; make check needs only the
# former, and nothing builds either.
EXTRA_DIST += \
	tests/golden/cases.py \
	tests/golden/compare.py \
	tests/golden/decode/decode.json \
	tests/golden/decode/decode_inputs.safetensors \
	tests/golden/files.py \
	tests/golden/grads/final_params.safetensors \
	tests/golden/grads/grads.safetensors \
	tests/golden/grads/train.json \
	tests/golden/make.py \
	tests/golden/model/config.json \
	tests/golden/model/expect_compat.safetensors \
	tests/golden/model/expect_masked.safetensors \
	tests/golden/model/inputs.safetensors \
	tests/golden/model/model.safetensors \
	tests/golden/reverse.py \
	tests/golden/scoring/paper_format.jsonl \
	tests/golden/scoring/reference_end_to_end.jsonl \
	tests/golden/scoring/reference_parser.jsonl \
	tests/golden/scoring/reference_schemas.json \
	tests/golden/scoring/reference_scorer.jsonl \
	tests/golden/scoring/reference_two_stage.jsonl \
	tests/golden/scoring/strict_f1.jsonl \
	tests/golden/umie.py \
	tests/golden/vision.py \
	tests/golden/vision/tv_toy.safetensors \
	tests/golden/vision/tv_toy_expect_eval.safetensors \
	tests/golden/vision/tv_toy_expect_train.safetensors \
	tests/golden/vision/tv_toy_grads_eval.safetensors \
	tests/golden/vision/tv_toy_grads_train.safetensors \
	tests/golden/vision/tv_toy_input.safetensors
