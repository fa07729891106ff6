# ranks.sh -- what the tests of several ranks share.  Sourced behind lib.sh, with
# UMIE_PLUGIN_DIR set; ends the test where ranks cannot be had.

# root may only in a container, where this is usual
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none
export OMPI_MCA_rmaps_base_oversubscribe=1

if ! command -v mpirun >/dev/null 2>&1; then
	skip "several ranks" "mpirun is not installed"
	finish
fi
if [ ! -e "$UMIE_PLUGIN_DIR/umie-mpi.so" ]; then
	skip "several ranks" "umie-mpi.so was not built"
	finish
fi
if [ -n "${ASAN_OPTIONS-}" ] || nm "$umie" 2>/dev/null | grep -q __asan_init
then
	skip "several ranks" "Open MPI and sanitizers do not go together"
	finish
fi

data="$tmp/data"
mkdir "$data"
cp "$src"/tests/corpus/image/rgb.png "$data/a.png"
i=0
while [ $i -lt 13 ]; do
	i=$((i + 1))
	case $((i % 3)) in
	0) echo '{"id":"'$i'","task":"mner","instruction":"Who?","text":"Ann met Bo '$i'","gold":[{"type":"Person","text":"Ann"},{"type":"Person","text":"Bo"}]}' ;;
	1) echo '{"id":"'$i'","task":"mner","instruction":"Who?","text":"in Rome '$i'","image":"a.png","boxes":[[0,0,2,2]],"gold":[{"type":"Location","text":"Rome"}]}' ;;
	2) echo '{"id":"'$i'","task":"mner","instruction":"Who?","text":"no name '$i'","image":"a.png","gold":[]}' ;;
	esac
done >"$data/train.jsonl"
tiny_checkpoint "$tmp/init" 2>/dev/null

# train BATCH ARG... RUN
train() {
	batch=$1
	shift
	"$umie" train --init "$tmp/init" --data "$data/train.jsonl" \
		--epochs 3 --batch "$batch" --lr 0.003 --dropout 0 \
		--threads 1 --gate-steps 6 ${device-} "$@"
}
losses() {
	sed -n 's/.*"step":\([0-9]*\).*"loss":\([0-9.]*\),.*/\1 \2/p' \
		"$1/log.jsonl"
}
# The losses of two runs differ by less than a hundred-thousandth.
same_losses() {
	losses "$1" >"$tmp/l1"
	losses "$2" >"$tmp/l2"
	paste -d' ' "$tmp/l1" "$tmp/l2" | awk '
		$1 != $3 { print "steps " $1 " and " $3; bad = 1 }
		{ d = $2 - $4; if (d < 0) d = -d; if (d > worst) worst = d }
		END { print NR " losses, worst " worst
		      exit bad || NR != 12 || worst > 1e-5 }'
}
same_bytes() {
	for f in model.safetensors optim.safetensors state.json; do
		cmp "$1/step-00000012/$f" "$2/step-00000012/$f" || return 1
	done
}

# A run that does not end is ended here, with whatever it started.
job=
sweep() {
	for p in $(pgrep -f "umie train.*$tmp"); do
		kill -9 "$p" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap sweep EXIT
# until_true TENTHS COMMAND...: fails when it is not so after that time
until_true() {
	tries=$1
	shift
	until "$@"; do
		[ "$tries" -gt 0 ] || return 1
		tries=$((tries - 1))
		sleep 0.1
	done
}
# The pid of rank $1 of the run in the background: $job starts mpirun, and
# that the ranks.
rank_pid() {
	for p in $(pgrep -P "$(pgrep -P "$job" mpirun)"); do
		tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null |
			grep -q "^OMPI_COMM_WORLD_RANK=$1\$" && echo "$p"
	done
}
# end_of_job SECONDS: its exit status in $status and how long it took in
# $took; killed when it does not come to an end
end_of_job() {
	began=$(date +%s)
	( sleep "$1" && kill -9 $job ) 2>/dev/null &
	watch=$!
	wait $job
	status=$?
	kill $watch 2>/dev/null
	took=$(($(date +%s) - began))
}
# gone RUN: no process of it is left
gone() {
	tries=0
	while pgrep -f "umie train.*$1" >/dev/null && [ $tries -lt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	! pgrep -fl "umie train.*$1"
}
