#!/bin/sh
# mutate.sh BUILD [FILE...] -- who notices when a kernel loses a check?
#
# Takes each barrier, each bounds check (also one half of a condition), each
# wait for the device and each thing that tells one step from another out of
# cuda/ in turn, links it with what is built in
# BUILD, and runs the cases of the ops that it serves, up to the first failure.
# Prints what nobody noticed, a line for each file, and last the share that was
# caught; fails below 95 %.  Takes about five seconds for each; not part of
# make check.  LIST=1 only lists what would be tried.
build=${1:?usage: mutate.sh BUILD [FILE...]}
shift
src=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$build" && pwd) || exit 2
cuda=${CUDA:-/usr/local/cuda}/include
flags="-O1 -w -fPIC -D_GNU_SOURCE"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/cuda"

# Test program and ops for a file, one program a line; `units`: what to compile.
units() {
	case $1 in
	kernel.h) echo embed.cu gemv.cu loss.cu pointwise.cu rows.cu ;;
	attention.cuh) echo attention.cu attention-back.cu ;;
	*) echo "$1" ;;
	esac
}
tests_of() {
	case $1 in
	attention*) echo ops attention ;;
	batchnorm.cu) echo conv batchnorm ;;
	cast.cu) echo ops linear && echo nccl ;;
	nccl.c) echo nccl ;;
	columns.cu) echo ops add linear rmsnorm ;;
	convert.cu) echo conv conv2d && echo ops linear ;;
	embed.cu) echo ops embed gather cache_put concat ;;
	gemv.cu | product-plain.cu) echo ops linear ;;
	kernel.h) echo ops rmsnorm cross_entropy gate_mix embed ;;
	loss.cu) echo ops cross_entropy topk ;;
	optim.cu) echo ops adamw sum_squares ;;
	pointwise.cu)
		echo ops add gate_mix geglu leaky_relu dropout reshape
		echo conv relu conv2d ;;
	pool.cu) echo conv maxpool avgpool ;;
	rows.cu) echo ops rmsnorm mean_rows cosine ;;
	copy.c) echo ops reshape && echo steps ;;
	backend.c | step.c) echo steps ;;
	*) echo ops; echo conv ;;
	esac
}

# mutants FILE: line, column, length and replacement of each, tabs between.
# A comparison is a bounds check when it is "less than" or "not less than" a
# name, or not negative; that of a loop's own variable is not.
mutants() {
	awk '
	function emit(at, n, to) { print NR "\t" at "\t" n "\t" to }
	function each(re, to,    at, rest) {
		for (at = 1; match(rest = substr($0, at), re); ) {
			if (!own || index(substr(rest, RSTART), own " ") != 1)
				emit(at + RSTART - 1, RLENGTH, to)
			at += RSTART + RLENGTH - 1
		}
	}
	BEGIN {
		name = "[a-zA-Z_][a-zA-Z0-9_]*([.][a-zA-Z]+)?([(][^()]*[)])?"
		sum = "[a-zA-Z_][a-zA-Z0-9_.]*( [-+*] [a-zA-Z0-9_.]+)*"
	}
	/__(global|device)__/ { kernel = 1 }
	/^static int|^int |^const / { kernel = 0 }
	FILENAME ~ /[.]c$/ {
		each("cudaStreamSynchronize\\(c->stream\\)", "cudaSuccess")
		each("cudaEventSynchronize\\(free\\)", "cudaSuccess")
		each("cudaStreamWaitEvent\\(n->stream, n->ready, 0\\)", \
			"cudaSuccess")
		each("cudaEventQuery\\(n->done\\)", "cudaSuccess")
		each("cuda_step_interrupt\\((c|cuda_of\\(be\\)), err\\)", "0")
	}
	FILENAME ~ /backend[.]c$/ { each("cuda_steps_drop\\(c\\);", ";") }
	FILENAME ~ /step[.]c$/ {
		each("a->[a-z]+([[]i])? != b->[a-z]+([[]i])?", "false")
		each("!same_params\\(a->p, b->p\\)", "false")
	}
	/^[ \t]*\/?\*/ || !kernel { next }
	{
		own = ""
		each("__syncthreads\\(\\);", ";")
		each("__syncwarp\\(\\);", ";")
		each("__syncthreads_or\\(", "(")
		code = $0
		sub(/[ \t]*\/\*.*/, "", code)
		$0 = code
		if (/best|before|a[.]id|0x1p/) next # not about places
		if (match($0, /; [a-z0-9]+([+][+]| [+&]= )/)) {
			own = substr($0, RSTART + 2)
			sub(/[^a-z0-9].*/, "", own)
		}
		each(sum " >= " name, "false")
		each(sum " < " name, "true")
		if (!/threadIdx/) {
			each("(row|from|j|own|id) >= 0", "true")
			each("(own|id) < 0", "false")
		}
	}' "$1"
}

# Put the mutant's text at its place in $tmp/cuda.
write() {
	awk -v line="$2" -v at="$3" -v n="$4" -v to="$5" '
		NR == line { $0 = substr($0, 1, at - 1) to substr($0, at + n) }
		{ print }' "$1" >"$tmp/cuda/$(basename "$1")"
}

compile() {
	file=$src/cuda/$1
	[ ! -f "$tmp/cuda/$1" ] || file=$tmp/cuda/$1
	case $1 in
	*.cu) ${CXX:-g++} -std=gnu++20 $flags -x c++ -I"$tmp" -I"$src" \
		-isystem "$cuda" -include "$tmp/cudaemu.h" \
		-c -o "$tmp/$1.o" "$file" ;;
	*) ${CC:-cc} -std=gnu11 $flags -I"$tmp" -I"$src" -isystem "$cuda" \
		-c -o "$tmp/$1.o" "$file" ;;
	esac
}

# run PROGRAM OP...: 0 when all is well.  A crash ends without a plan.
run() {
	case $1 in
	nccl) program="check_nccl.o $build/tests/thread_comm.o
		$build/libumie_nccl.a" ;;
	*) program=check_cuda_$1.o ;;
	esac
	shift
	${CXX:-g++} ${LINK_FLAGS-} -o "$tmp/t" "$tmp"/*.o $build/tests/$program \
		"$build/libumie_cuda.a" "$build/libcudaemu.a" \
		"$build/libumie.a" $vectors -fopenmp -ldnnl -lcjson -lnettle \
		-lpthread -lm || exit 2
	srcdir=$src builddir=$build timeout 600 "$tmp/t" "$@" 2>&1 | awk '
		/^not ok/ || /ERROR/ { exit found = 1 }
		/^1\.\./ { plan = 1 }
		END { exit found || !plan }'
}

# survives FILE: nobody notices what lies in $tmp/cuda.
survives() {
	rm -f "$tmp"/*.o
	for unit in $(units "$1"); do
		compile "$unit" || { echo "$1: does not compile"; exit 2; }
	done
	tests_of "$1" >"$tmp/tests"
	while read -r test; do
		run $test </dev/null || return 1
	done <"$tmp/tests"
}

[ $# -gt 0 ] || set -- "$src"/cuda/*.cu "$src"/cuda/*.cuh \
	"$src/cuda/kernel.h" "$src/cuda/backend.c" "$src/cuda/copy.c" \
	"$src/cuda/nccl.c" "$src/cuda/step.c"
if [ -n "${LIST-}" ]; then
	for f in "$@"; do
		mutants "$f" | sed "s|^|$(basename "$f")	|"
	done
	exit
fi
vectors=
for v in base avx2 avx512; do
	[ ! -f "$build/libumie_vec_$v.a" ] ||
		vectors="$vectors $build/libumie_vec_$v.a"
done
cp "$src/tests/cudaemu/cudaemu.h" "$tmp/cudaemu.h"
${CXX:-g++} -std=gnu++20 $flags -isystem "$cuda" -x c++-header \
	-o "$tmp/cudaemu.h.gch" "$tmp/cudaemu.h" || exit 2
all=0 all_caught=0
for f in "$@"; do
	name=$(basename "$f") n=0 caught=0
	mutants "$f" >"$tmp/list"
	[ ! -s "$tmp/list" ] || survives "$name" ||
		{ echo "$name: its tests fail without a change"; exit 2; }
	while IFS='	' read -r line at length to; do
		n=$((n + 1))
		write "$f" "$line" "$at" "$length" "$to"
		if survives "$name" 2>/dev/null; then
			echo "not caught: $name:$line:$at"
		else
			caught=$((caught + 1))
		fi
	done <"$tmp/list"
	rm -f "$tmp/cuda/$name"
	[ "$n" = 0 ] || echo "$name: $caught of $n"
	all=$((all + n)) all_caught=$((all_caught + caught))
done
echo "$all_caught of $all caught"
[ $((100 * all_caught)) -ge $((95 * all)) ]
