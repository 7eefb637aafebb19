# Sourced by the test scripts.  They call pass, fail, skip or try for each
# test and finish at the end.  TOP is the project's root, BIN where the tools
# are, and first on PATH; scratch a directory that goes away.
# shellcheck shell=sh
set -u
TOP=$(cd "$(dirname "$0")" && while [ ! -e Makefile ]; do cd ..; done && pwd)
BIN=${BIN:-$TOP/bin}
PATH=$BIN:$PATH LC_ALL=C TZ=UTC TERM=dumb PYTHONDONTWRITEBYTECODE=1
export TOP BIN PATH LC_ALL TZ TERM PYTHONDONTWRITEBYTECODE
passed=0 failed=0 skipped=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tp-test.XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# pass NAME
pass()
{
	passed=$((passed + 1))
	[ -z "${VERBOSE-}" ] || echo "ok - $1"
}

# fail NAME [LINE...]: the lines say why
fail()
{
	failed=$((failed + 1))
	echo "not ok - $1"
	shift
	for line; do
		printf '%s\n' "$line" | head -n 40 | sed 's/^/    # /'
	done
}

# skip NAME REASON
skip()
{
	skipped=$((skipped + 1))
	echo "ok - $1 # SKIP $2"
}

# try NAME COMMAND...: passes if it exits 0; else its output says why
try()
{
	name=$1
	shift
	if why=$("$@" 2>&1); then
		pass "$name"
	else
		fail "$name" "${why:-status $?: $*}"
	fi
}

# finish: the last line, and the exit status
finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	[ $failed = 0 ]
}

# wheels NAME WHEEL...: a virtual environment with these of PyPI, in $venv,
# which is kept
wheels()
{
	venv=${TP_TEST_VENVS:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/tp-tests}/$1
	shift
	[ "$(cat "$venv/done" 2>/dev/null)" != "$*" ] || return 0
	python3 -m venv "$venv" &&
		"$venv/bin/pip" install -q --disable-pip-version-check \
			--timeout 20 --retries 1 "$@" &&
		echo "$*" >"$venv/done"
}

# tools: the tools there are
tools()
{
	(cd "$TOP" && ls cmd) | sed -n 's/^\(tp-.*\)\.c$/\1/p'
}
