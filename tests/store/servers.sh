# shellcheck shell=sh
# Real servers on a private folder, $servers, and unix sockets in it; all are
# stopped and wiped when the script that reads this ends.

# as_nobody COMMAND...: PostgreSQL refuses to run as root
as_nobody()
{
	if [ "$(id -u)" = 0 ]; then
		(cd / && setpriv --reuid=nobody --regid=nogroup --clear-groups \
			"$@")
	else
		"$@"
	fi
}

# postgres_bin: the folder of initdb and postgres, of the newest version
postgres_bin()
{
	for d in /usr/lib/postgresql/*/bin; do
		[ ! -x "$d/initdb" ] || echo "$d"
	done | sort -V | tail -n 1
}

# pg_start: starts it, and waits until it answers
pg_start()
{
	# by exec, so that no shell keeps the output of ours open
	(exec >>"$servers/pg.log" 2>&1
	as_nobody "$pgbin/postgres" -D "$servers/pg" -k "$servers/pg" \
		-c listen_addresses= -c shared_buffers=64MB \
		-c max_wal_size=512MB) &
	n=0
	until "$pgbin/pg_isready" -q -h "$servers/pg"; do
		n=$((n + 1))
		[ $n -lt 300 ] || { tail "$servers/pg.log"; return 1; }
		sleep 0.1
	done
}

# gone PID: waits for its end; one that nobody has waited for has no exe
gone()
{
	n=0
	while [ -e "/proc/$1/exe" ] && [ $n -lt 200 ]; do
		n=$((n + 1))
		sleep 0.05
	done
}

# pg_stop SIGNAL: INT, or QUIT as if the machine had stopped
pg_stop()
{
	pg_pid=$(head -n 1 "$servers/pg/postmaster.pid" 2>/dev/null) ||
		return 0
	kill -"$1" "$pg_pid" && gone "$pg_pid"
}

# pg_make: a cluster with the database t; 77 where there is no PostgreSQL
pg_make()
{
	pgbin=$(postgres_bin)
	[ -n "$pgbin" ] || return 77
	mkdir "$servers/pg" && chmod 755 "$servers"
	[ "$(id -u)" != 0 ] || chown nobody "$servers/pg"
	as_nobody "$pgbin/initdb" -D "$servers/pg" -U tp -A trust -E UTF8 \
		--no-locale -N >"$servers/pg.log" 2>&1 &&
		pg_start && psql -q -h "$servers/pg" -U tp -d postgres \
		-c 'CREATE DATABASE t'
}

# redis_start: 77 where there is neither Redis nor Valkey; on $redis_port too
redis_start()
{
	redis=$(command -v redis-server || command -v valkey-server) ||
		return 77
	redis_port=${redis_port:-$(python3 -c 'import socket
with socket.create_server(("127.0.0.1", 0)) as s:
    print(s.getsockname()[1])')}
	"$redis" --bind 127.0.0.1 --port "$redis_port" --unixsocket "$servers/redis.sock" --save '' \
		--appendonly no --daemonize no --dir "$servers" \
		>>"$servers/redis.log" 2>&1 &
	echo $! >"$servers/redis.pid"
	n=0
	until [ "$(redis-cli -s "$servers/redis.sock" ping 2>/dev/null)" = \
	    PONG ]; do
		n=$((n + 1))
		[ $n -lt 100 ] || { tail "$servers/redis.log"; return 1; }
		sleep 0.1
	done
}

redis_stop()
{
	redis_pid=$(cat "$servers/redis.pid" 2>/dev/null) || return 0
	kill "$redis_pid" && gone "$redis_pid"
	rm -f "$servers/redis.pid"
}

servers_end()
{
	[ ! -e "$servers/pg/postmaster.pid" ] || pg_stop INT
	redis_stop
	rm -rf "$servers"
}

servers=$(mktemp -d "${TMPDIR:-/tmp}/tp-servers.XXXXXX") || exit 2
trap servers_end EXIT

# shellcheck disable=SC2034 # for those who read this
pg="postgres:host=$servers/pg user=tp dbname=t"
