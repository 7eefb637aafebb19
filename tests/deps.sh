#!/bin/sh
# What the project needs, in one place.
#	deps.sh libraries	exits 1 and says what to install where a library
#				that the tools link is missing
#	deps.sh install SET...	installs what is absent of the named sets by apt;
#				sets: build run test; maybe: what not every
#				release has, and tests are skipped without
set -u

CC=${CC:-cc}
PKG_CONFIG=${PKG_CONFIG:-pkg-config}

# what must be there : the Debian package that has it
build="cmd/${CC%% *}:gcc cmd/make:make cmd/pkg-config:pkg-config
	pc/zlib:zlib1g-dev pc/libzstd:libzstd-dev pc/jansson:libjansson-dev
	pc/rdkafka:librdkafka-dev pc/libmicrohttpd:libmicrohttpd-dev
	pc/gnutls:libgnutls28-dev h/crypt.h:libcrypt-dev
	pc/sqlite3:libsqlite3-dev pc/libpq:libpq-dev
	pc/hiredis:libhiredis-dev
	pc/hdf5:libhdf5-dev h/csv.h:libcsv-dev h/stdio.h:libc6-dev"
run='cmd/gnuplot:gnuplot-nox cmd/curl:curl cmd/osmium:osmium-tool
	file/etc/ssl/certs/ca-certificates.crt:ca-certificates
	file/usr/share/zoneinfo/UTC:tzdata'
test='cmd/gcc:gcc cmd/clang:clang pc/cmocka:libcmocka-dev cmd/mandoc:mandoc
	cmd/jq:jq cmd/mlr:miller cmd/sqlite3:sqlite3 cmd/zstd:zstd cmd/git:git
	cmd/shellcheck:shellcheck cmd/bash:bash cmd/zsh:zsh cmd/fish:fish
	cmd/python3:python3 py/ensurepip:python3-venv
	py/pandas:python3-pandas py/tables:python3-tables
	cmd/kcat:kcat cmd/mvn:maven cmd/openssl:openssl
	cmd/strace:strace cmd/psql:postgresql
	cmd/redis-cli:redis-server
	java/17:default-jre-headless
	file/usr/share/zoneinfo/UTC:tzdata'
maybe='file/usr/include/xgboost/c_api.h:libxgboost-dev
	file/usr/include/h3/h3api.h:libh3-dev
	cmd/node:nodejs cmd/chromium:chromium'

# present KIND/NAME: whether it is there
present()
{
	case $1 in
	cmd/*)	command -v "${1#cmd/}" >/dev/null ;;
	pc/hdf5) "$PKG_CONFIG" --exists hdf5 2>/dev/null ||
		"$PKG_CONFIG" --exists hdf5-serial 2>/dev/null ;;
	pc/*)	"$PKG_CONFIG" --exists "${1#pc/}" 2>/dev/null ;;
	h/*)	echo "#include <${1#h/}>" | $CC -E - >/dev/null 2>&1 ;;
	py/*)	/usr/bin/python3 -c "import ${1#py/}" 2>/dev/null ;;
	file/*)	test -e "${1#file}" ;;
	java/*)	test "$(java -version 2>&1 |
			sed -n 's/^[^"]*version "\([0-9]*\).*/\1/p')" -ge \
			"${1#java/}" 2>/dev/null ;;
	esac
}

# missing LIST: the packages of what is absent
missing()
{
	for m in $1; do
		present "${m%:*}" || echo "${m##*:}"
	done
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "deps.sh: need root or sudo for: $*" >&2
		return 1
	fi
}

get()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends "$@" >/dev/null
}

case ${1-} in
libraries)
	absent=$(missing "$build" | tr '\n' ' ')
	[ -z "$absent" ] && exit 0
	echo "Needed and not found; on Debian or Ubuntu:" \
		"apt-get install $absent" >&2
	exit 1 ;;
install)
	shift
	absent=
	try=
	for set; do
		case $set in
		build)	absent="$absent $(missing "$build")" ;;
		run)	absent="$absent $(missing "$run")" ;;
		test)	absent="$absent $(missing "$test")" ;;
		maybe)	try=$(missing "$maybe") ;;
		esac
	done
	absent=$(echo "$absent" | tr -s ' \n' '\n' | sort -u | tr '\n' ' ')
	[ -z "${absent# }$try" ] && exit 0
	command -v apt-get >/dev/null || {
		echo "deps.sh: no apt-get; please install:$absent" >&2
		exit 1
	}
	echo "installing:$absent $try" >&2
	as_root apt-get update -qq || exit 1
	# shellcheck disable=SC2086
	[ -z "${absent# }" ] || get $absent || exit 1
	for p in $try; do
		get "$p" || echo "deps.sh: no $p; done without it" >&2
	done ;;
*)
	echo "usage: deps.sh libraries | install SET..." >&2
	exit 2 ;;
esac
