#!/bin/sh
# mutate.sh BUILD -- who notices when a kernel loses a barrier or a check?
#
# Takes each __syncthreads, __syncwarp, bounds check and wait for the device
# out of cuda/ in turn, builds the tests of the emulator with it in BUILD, and
# runs them.  The last line is the share that was caught.  Takes long; not part
# of make check.
build=${1:?usage: mutate.sh BUILD [FILE...]}
shift
src=$(cd "$(dirname "$0")/../.." && pwd)
cd "$build" && build=$(pwd) || exit 2
flags="-std=gnu++20 -O1 -g -fPIC -w -D_GNU_SOURCE -I$src \
	-isystem ${CUDA:-/usr/local/cuda}/include"
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
n=0 caught=0

# mutants FILE: "line:from:to" of each change worth trying
mutants() {
	awk '
	/^[ \t]*__syncthreads\(\);/ { print NR ":__syncthreads();:;" }
	/^[ \t]*__syncwarp\(\);/ { print NR ":__syncwarp();:;" }
	/if \([a-z]+ >= [a-zA-Z.]+\)$/ && /(i|c|at) >=/ {
		print NR ":>=:> 9223372036854775807 - 0 * " }
	/if \(i < n\)$/ { print NR ":i < n:i < n + 64" }
	/cudaStreamSynchronize\(c->stream\), "a comp/ {
		print NR ":cudaStreamSynchronize(c->stream):cudaSuccess" }
	/cudaEventSynchronize\(free\)/ {
		print NR ":cudaEventSynchronize(free):cudaSuccess" }
	/cudaStreamWaitEvent\(n->stream, n->ready, 0\)/ {
		print NR ":cudaStreamWaitEvent(n->stream, n->ready, 0):cudaSuccess" }
	/cudaEventQuery\(n->done\)/ {
		print NR ":cudaEventQuery(n->done):cudaSuccess" }' "$1"
}

# one FILE LINE FROM TO: build and run; 0 when a test fails
one() {
	name=$(basename "$1") object=$tmp/mutant.o
	awk -v line="$2" -v from="$3" -v to="$4" '
		NR == line { i = index($0, from)
			$0 = substr($0, 1, i - 1) to substr($0, i + length(from)) }
		{ print }' "$1" >"$tmp/$name"
	case $name in
	*.cu)
		${CXX:-g++} $flags -x c++ -I"$src/cuda" \
			-include "$src/tests/cudaemu/cudaemu.h" \
			-c -o "$object" "$tmp/$name" || return 0 ;;
	*) ${CC:-cc} -std=gnu11 -O1 -w -fPIC -D_GNU_SOURCE -I"$src" -isystem \
		"${CUDA:-/usr/local/cuda}/include" -c -o "$object" \
		"$tmp/$name" || return 0 ;;
	esac
	libs="libumie_cuda.a libcudaemu.a libumie.a"
	for v in base avx2 avx512; do
		[ -f libumie_vec_$v.a ] && libs="$libs libumie_vec_$v.a"
	done
	tests="check_cuda_ops check_cuda_conv"
	case $name in
	nccl.c) tests=check_nccl ;;
	cast.cu) tests="check_cuda_ops check_nccl" ;;
	esac
	for t in $tests; do
		more=
		[ $t != check_nccl ] ||
			more="tests/thread_comm.o libumie_nccl.a"
		${CXX:-g++} ${LINK_FLAGS-} -o "$tmp/t" \
			tests/$t.o "$object" $more $libs -fopenmp -ldnnl \
			-lcjson -lnettle -lpthread -lm || return 0
		# The first failure ends it; a crash says nothing more.
		srcdir=$src builddir=$build timeout 300 "$tmp/t" 2>&1 | awk '
			/^not ok/ || /ERROR/ { exit found = 1 }
			/^1\.\./ { plan = 1 }
			END { exit found || !plan }' || return 0
	done
	return 1
}

[ $# -gt 0 ] || set -- "$src"/cuda/*.cu "$src"/cuda/copy.c "$src"/cuda/nccl.c
for f in "$@"; do
	mutants "$f" >"$tmp/list"
	while IFS=: read -r line from to; do
		n=$((n + 1))
		if one "$f" "$line" "$from" "$to"; then
			caught=$((caught + 1))
		else
			echo "not caught: $(basename "$f"):$line $from"
		fi
	done <"$tmp/list"
done
echo "$caught of $n caught"
[ $((100 * caught)) -ge $((95 * n)) ]
