# lib.sh -- TAP from shell tests, and a small checkpoint of random weights.
#
# Sourced by *.test.  A test runs in a folder of its own that is removed.

n=0 bad=0
src=${srcdir:-$(pwd)}
umie=${builddir:-$src/build}/umie
tmp=$(mktemp -d "${TMPDIR:-/tmp}/umie-test-XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 99' INT TERM
export XDG_CACHE_HOME="$tmp/cache" XDG_STATE_HOME="$tmp/state"
export XDG_CONFIG_HOME="$tmp/config"
unset UMIE_CHECKPOINT UMIE_PLAIN NO_COLOR

# ok TITLE COMMAND...: passes when the command succeeds
ok() {
	title=$1
	shift
	n=$((n + 1))
	if "$@" >"$tmp/.out" 2>&1; then
		echo "ok $n - $title"
	else
		bad=1
		echo "not ok $n - $title"
		sed 's/^/# /' "$tmp/.out" | head -20
	fi
}

# fails STATUS PATTERN TITLE COMMAND...: the command exits with STATUS and its
# one error sentence on standard error matches PATTERN
fails() {
	want=$1 pattern=$2 title=$3
	shift 3
	n=$((n + 1))
	"$@" >"$tmp/.out" 2>"$tmp/.err" </dev/null
	got=$?
	if [ "$got" = "$want" ] && grep -Eq -- "$pattern" "$tmp/.err" &&
		[ "$(grep -c '^umie: ' "$tmp/.err")" = 1 ]; then
		echo "ok $n - $title: $(grep '^umie: ' "$tmp/.err" | cut -c1-200)"
	else
		bad=1
		echo "not ok $n - $title (exit $got, want $want)"
		sed 's/^/# /' "$tmp/.err" | head -5
	fi
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

finish() {
	echo "1..$n"
	exit $bad
}

# Random weights over a vocabulary of bytes, a backbone for 32x32 crops.
tiny_checkpoint() {
	cat >"$tmp/config.json" <<-'JSON'
	{"model_type": "t5", "vocab_size": 372, "d_model": 32, "d_kv": 8,
	 "num_heads": 4, "d_ff": 48, "num_layers": 2, "num_decoder_layers": 2,
	 "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false,
	 "umie": {"grammar": "paper", "feat_dim": 128, "max_regions": 36,
	  "visual_layers": 2, "mask_padding": true,
	  "vision": {"arch": "resnet", "layers": [1, 1, 1, 1], "width": 4,
	   "stem": "torchvision", "pool": "average", "image_size": 32}}}
	JSON
	"$umie" init --config "$tmp/config.json" --seed 3 \
		--spm "$src/tests/corpus/spm/bytes.model" "$1"
}

# taught_checkpoint DIR: the same model after some lessons.  Of "Rex is in
# Rome" it finds Rome, and Rex only with a picture.
# DIR is the checkpoint, DIR.jsonl its lessons, with dog.png and man.png.
taught_checkpoint() {
	tiny_checkpoint "$1.init" || return 1
	cp "$src/examples/demo/images/rocky-dog.png" "${1%/*}/dog.png"
	cp "$src/examples/demo/images/rocky-man.png" "${1%/*}/man.png"
	for i in dog man; do
		echo '{"id":"'$i'","task":"mner","text":"Rex is in Rome",' \
			'"image":"'$i'.png","boxes":[[20,20,90,90],[90,20,200,200]],' \
			'"gold":[{"type":"Person","text":"Rex"},' \
			'{"type":"Location","text":"Rome"}]}'
	done >"$1.jsonl"
	cat >>"$1.jsonl" <<-'JSON'
	{"id":"blind","task":"mner","text":"Rex is in Rome","gold":[{"type":"Location","text":"Rome"}]}
	JSON
	"$umie" train --init "$1.init" --data "$1.jsonl" --epochs 120 \
		--batch 3 --lr 0.015 --label-smoothing 0.02 --gate-steps 120 \
		--gate-hold 0.4 --threads 1 "$1.run" >/dev/null 2>&1 &&
		mv "$1.run/step-00000120" "$1" && rm -r "$1.run" "$1.init"
}
