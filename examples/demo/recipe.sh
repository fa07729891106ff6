#!/bin/sh
# How the demonstration checkpoint was made, from nothing, in one go.
#
#   examples/demo/recipe.sh WORK CORPORA
#
# WORK is a folder for everything that is made (about 300 MB).  CORPORA holds
# the open text corpora, which are not part of this project:
#   CORPORA/btc/btc.train btc.dev                 Broad Twitter Corpus
#   CORPORA/wnut17/wnut17train.conll emerging.dev.conll      WNUT-17
#   CORPORA/semeval2010_task8/TRAIN_FILE.TXT      SemEval-2010 task 8
# Run it at the top of the built tree; it needs spm_train (Debian package
# sentencepiece).  Nothing in it is random: the same versions give the same
# weights again.
set -eu

if [ $# -ne 2 ]; then
	echo "usage: $0 WORK CORPORA" >&2
	exit 2
fi
work=$1
corpora=$2
demo=examples/demo
pictograms=${PICTOGRAMS:-examples/pictograms/pictograms}
openset=${OPENSET:-examples/pictograms/openset}
umie=${UMIE:-./umie}
seed=${SEED:-1}
pieces=8000

need() {
	if [ ! -e "$1" ]; then
		echo "$0: $1 is missing: $2" >&2
		exit 1
	fi
}
semeval=$(find -L "$corpora/semeval2010_task8" -name TRAIN_FILE.TXT |
	head -n 1)
need "${semeval:-TRAIN_FILE.TXT}" "the training file of SemEval-2010 task 8"
need "$corpora/btc/btc.train" "the training file of the Broad Twitter Corpus"
need "$corpora/wnut17/wnut17train.conll" "the training file of WNUT-17"
need "$pictograms" "build it with make examples/pictograms/pictograms"
need "$umie" "build it with make"
need "$openset" "build it with make examples/pictograms/openset"

# 1. Drawn pictures and their texts.
mkdir -p "$work/open" "$work/init"
"$pictograms" --out "$work/pictograms" --seed "$seed" \
	--train 20000 --dev 1500 --test 1500

# 2. Open texts, without pictures, in the same format and labels.
"$openset" btc "$corpora/btc/btc.train" "$work/open/btc.jsonl"
"$openset" btc "$corpora/btc/btc.dev" "$work/open/btc-dev.jsonl"
"$openset" wnut "$corpora/wnut17/wnut17train.conll" "$work/open/wnut.jsonl"
"$openset" wnut "$corpora/wnut17/emerging.dev.conll" \
	"$work/open/wnut-dev.jsonl"
"$openset" semeval "$semeval" "$work/open/semeval.jsonl" \
	"$work/open/semeval-dev.jsonl"

# 3. The vocabulary: all training texts, and the words of the instructions
#    often enough to become pieces.  One thread and no shuffling.
for set in pictograms/train open/btc open/wnut open/semeval; do
	"$openset" text "$work/$set.jsonl" "$work/text.part"
	cat "$work/text.part"
done >"$work/text.txt"
rm "$work/text.part"
i=0
while [ $i -lt 300 ]; do
	cat "$demo/instructions.txt"
	i=$((i + 1))
done >>"$work/text.txt"
spm_train --input="$work/text.txt" --model_prefix="$work/spiece" \
	--model_type=unigram --vocab_size=$pieces \
	--normalization_rule_name=nmt_nfkc --character_coverage=1.0 \
	--pad_id=0 --eos_id=1 --unk_id=2 --bos_id=-1 \
	--shuffle_input_sentence=false --num_threads=1 \
	--train_extremely_large_corpus=false --minloglevel=1

# 4. The architecture.  After the pieces: 100 extra ids, <spot>, <asoc>.
cat >"$work/init/config.json" <<JSON
{
  "model_type": "t5",
  "vocab_size": $((pieces + 102)),
  "d_model": 256,
  "d_kv": 32,
  "num_heads": 8,
  "d_ff": 512,
  "num_layers": 3,
  "num_decoder_layers": 3,
  "relative_attention_num_buckets": 32,
  "relative_attention_max_distance": 128,
  "layer_norm_epsilon": 1e-6,
  "dropout_rate": 0.1,
  "feed_forward_proj": "gated-gelu",
  "tie_word_embeddings": false,
  "is_encoder_decoder": true,
  "pad_token_id": 0,
  "eos_token_id": 1,
  "decoder_start_token_id": 0,
  "umie": {
    "grammar": "paper",
    "feat_dim": 512,
    "max_regions": 8,
    "visual_layers": 2,
    "mask_padding": true,
    "vision": {
      "arch": "resnet",
      "layers": [1, 1, 1, 1],
      "width": 16,
      "stem": "torchvision",
      "pool": "average",
      "image_size": 64
    }
  }
}
JSON

# 5. First alone what every answer needs: pointing at words and writing them.
awk -v n=20000 -f "$demo/copies.awk" "$work/text.txt" >"$work/copies.jsonl"
"$umie" init --config "$work/init/config.json" --spm "$work/spiece.model" \
	--schema "$demo/schema.json" --seed 2 "$work/start"
"$umie" train --init "$work/start" --data "$work/copies.jsonl" \
	--epochs 1 --batch 32 --lr 1e-3 --warmup 0.1 --dropout 0 \
	--threads 1 "$work/copying"
"$umie" pack --drop encoder.gate.proj_ "$work"/copying/step-* "$work/mixed"

# 6. Then alone what a picture shows: one thing each, named through a gate that
#    is held open.  Only the backbone of this run is used further: what it does
#    to the text half is forgetting how to copy.
"$pictograms" --looks "$work/looks" --seed 5 --train 10000 --things 1
"$umie" train --init "$work/mixed" --data "$work/looks/looks.jsonl" \
	--train-vision --gate-hold 0.3 --gate-steps 100000 \
	--epochs 3 --batch 32 --lr 1e-3 --warmup 0.05 --dropout 0 \
	--seed 3 --threads 1 "$work/seeing"
cp "$work/seeing/step-00000939/vision.safetensors" "$work/mixed/"

# 7. Then both at once, so that one model can do both.
first() {
	head -n "$2" "$1.jsonl" >"$1-$2.jsonl"
}
first "$work/copies" 8000
"$umie" train --init "$work/mixed" \
	--data "$work/looks/looks.jsonl" --data "$work/copies-8000.jsonl" \
	--train-vision --gate-hold 0.3 --gate-steps 100000 \
	--epochs 2 --batch 32 --lr 1e-3 --warmup 0.05 --dropout 0 \
	--seed 3 --threads 1 "$work/both"

# 8. Then everything together, with some of the exercises.  The vocabulary
#    stays as it is, or copying and seeing are forgotten within three hundred
#    steps.  The gate is held for the first 500 steps, while its own value is
#    pulled to the held one; then it is the model's own.
first "$work/copies" 1500
first "$work/looks/looks" 1500
first "$work/pictograms/dev" 400
everything() {
	"$umie" train --init "$1" \
		--data "$work/pictograms/$8.jsonl" \
		--data "$work/open/btc.jsonl" \
		--data "$work/open/wnut.jsonl" \
		--data "$work/copies-1500.jsonl" \
		--data "$work/looks/looks-1500.jsonl" \
		--dev "$work/pictograms/$9.jsonl" \
		--train-vision --freeze shared.weight,lm_head \
		--gate-hold 0.3 --gate-steps "$2" \
		--epochs "$3" --batch 32 --lr "$4" --warmup "$5" --dropout 0 \
		--seed "$6" --threads 1 "$7"
}
everything "$work/both/step-00001126" 500 6 5e-4 0.05 3 "$work/first" \
	train dev-400

# 9. Once more with the gate held for longer: arguments in the picture are
#    learnt late, when the gate of their instruction has closed already.
everything "$work/first/step-00005568" 1800 3 4e-4 0.03 4 "$work/second" \
	train dev-400

# 10. Once more, two in five of the pictures without their objects: the picture
#     as a whole has to do.  Arguments name objects by their number, so these
#     examples keep them.
unboxed() { # FIFTHS SET NAME BOXES
	awk -v fifths="$1" -v boxes="$4" '
		!/"task":"meae"/ && int((NR - 1) / 2) % 5 < fifths {
			sub(/"boxes":\[\[[0-9,.]*\](,\[[0-9,.]*\])*\],?/, boxes)
		}
		1' "$2.jsonl" >"$2-$3.jsonl"
}
unboxed 2 "$work/pictograms/train" whole '"boxes":[],'
unboxed 2 "$work/pictograms/dev-400" whole '"boxes":[],'
everything "$work/second/step-00002784" 2000 3 4e-4 0.03 5 "$work/third" \
	train-whole dev-400-whole

# 11. And with the regions that umie proposes for them, as for a picture of the
#     user's own, which has no boxes either.
unboxed 2 "$work/pictograms/train" unboxed ''
unboxed 2 "$work/pictograms/dev-400" unboxed ''
everything "$work/third/step-00002784" 1200 2 3e-4 0.03 6 "$work/run" \
	train-unboxed dev-400-unboxed

# 12. Scores, and the checkpoint as it is shipped.
unboxed 5 "$work/pictograms/test" unboxed ''
for set in pictograms/test pictograms/test-unboxed open/btc-dev open/wnut-dev \
	open/semeval-dev; do
	"$umie" eval "$work/run/best" "$work/$set.jsonl"
done
"$umie" extract -m "$work/run/best" --jsonl "$work/pictograms/test.jsonl" \
	>"$work/answers.jsonl"
"${TWINS:-examples/pictograms/twins}" "$work/pictograms/test.jsonl" \
	"$work/answers.jsonl"
"$umie" eval --no-pictures "$work/run/best" "$work/pictograms/test.jsonl"
"$umie" pack --dtype bf16 "$work/run/best" "$work/packed"
for file in config.json model.safetensors spiece.model vision.safetensors; do
	cp "$work/packed/$file" "$demo/"
done
