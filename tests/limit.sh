#!/bin/sh
# limit.sh TEST [ARG...] -- run a test so that it always comes to an end.
#
# After UMIE_TEST_LIMIT seconds (1200) it and what it started are ended, which
# is a failure.  Its output goes through a file: a process that it leaves
# behind cannot keep the reader of the results waiting.  Nothing is read from
# the terminal, which would stop the test: it is not in the foreground.
limit=${UMIE_TEST_LIMIT:-1200}
out=$(mktemp "${TMPDIR:-/tmp}/umie-out-XXXXXX") || exit 99
trap 'rm -f "$out"' EXIT
timeout --kill-after=10 "$limit" "$@" >"$out" </dev/null
status=$?
cat "$out"
case $status in
124 | 137) echo "Bail out! $1 took longer than $limit s" ;;
esac
exit $status
