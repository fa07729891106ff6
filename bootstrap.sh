#!/bin/sh
# bootstrap.sh run|check|deps|build -- from a fresh clone to a result.
#
#   run [ARG...]  install what is missing, build in build/, open the program
#                 on its demonstration; ARG... go to it
#   check         the same, then run all tests; ends in "N passed, N failed"
#   deps          only install what is missing (Debian, Ubuntu)
#   build         deps, then build
set -eu
cd "$(dirname "$0")"

packages="gcc g++ libc6-dev make autoconf automake pkg-config
libdnnl-dev libcjson-dev libstb-dev libncurses-dev libreadline-dev
libchafa-dev libglib2.0-dev nettle-dev libsqlite3-dev"

# Several ranks want these; everything else builds and runs without.
wanted="libopenmpi-dev openmpi-bin"

say() { echo "bootstrap: $*" >&2; }

missing() {
	for p in "$@"; do
		dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null |
			grep -q '^install ok installed' || printf '%s ' "$p"
	done
}

deps() {
	if ! command -v dpkg-query >/dev/null 2>&1; then
		say "not a Debian system; these must be there:" $packages
		return 0
	fi
	need=$(missing $packages)
	like=$(missing $wanted)
	[ -n "$need$like" ] || return 0
	if [ "$(id -u)" = 0 ]; then
		sudo=
	elif command -v sudo >/dev/null 2>&1; then
		sudo=sudo
	else
		[ -n "$need" ] || return 0
		say "please install as root: apt-get install $need"
		exit 1
	fi
	say "installing: $need$like"
	$sudo apt-get update -q >/dev/null || say "apt-get update failed; trying with the old list"
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q \
		--no-install-recommends $need $like >/dev/null && return
	[ -n "$like" ] || return
	say "not to be had: $like; going on without several ranks"
	[ -z "$need" ] ||
		DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q \
			--no-install-recommends $need >/dev/null
}

build() {
	deps
	[ -x configure ] && [ configure -nt configure.ac ] ||
		autoreconf -fi >/dev/null 2>&1 || autoreconf -fi
	mkdir -p build
	# Three architectures, the last also for all newer ones; a release has more.
	[ -f build/Makefile ] ||
		(cd build && ../configure --quiet --with-cuda-archs="75 80 90")
	make -C build --no-print-directory -s -j"$(nproc)" >&2
}

# Sum up the TAP results of all tests.
summary() {
	cat build/tests/*.trs 2>/dev/null | awk '
		/^:test-result: (PASS|XFAIL)/ { pass++ }
		/^:test-result: (FAIL|XPASS|ERROR)/ { fail++ }
		/^:test-result: SKIP/ { skip++ }
		END { printf "%d passed, %d failed, %d skipped\n",
			pass, fail, skip; exit fail > 0 || pass == 0 }'
}

check() {
	build
	rm -f build/tests/*.trs
	status=0
	make -C build --no-print-directory -s -j"$(nproc)" check \
		>build/check.log 2>&1 || status=1
	grep -ahE '^(PASS|FAIL|ERROR|SKIP|XPASS)' build/check.log |
		grep -av "^PASS" || :
	[ "$status" = 0 ] || tail -n 40 build/check.log
	summary || status=1
	exit "$status"
}

case ${1-} in
run)
	shift
	build
	UMIE_PLUGIN_DIR=${UMIE_PLUGIN_DIR-$PWD/build} exec build/umie "$@"
	;;
check) check ;;
deps) deps ;;
build) build ;;
*)
	sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
