_tp_serve()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $prev in
	-l|--listen)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--host)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--tls-cert)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--tls-key)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--store)
		return ;;
	--recall)
		return ;;
	--compat)
		return ;;
	--state)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-g|--graph)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--profiles)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--spread)
		return ;;
	--sensors)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--cell)
		return ;;
	--speed-unit)
		COMPREPLY=($(compgen -W 'none kmh mph' -- "$cur"))
		return ;;
	--levels)
		return ;;
	--tz)
		return ;;
	--step)
		return ;;
	--history)
		return ;;
	--max-segments)
		return ;;
	--tiles)
		return ;;
	--tiles-by)
		return ;;
	--tokens)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--users)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--jwt-key)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--jwt-audience)
		return ;;
	--cors)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--audit)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--rate)
		return ;;
	--max-connections)
		return ;;
	--max-per-address)
		return ;;
	--slow)
		return ;;
	-i|--input)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-o|--output)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--rejects)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--on-error)
		COMPREPLY=($(compgen -W 'stop skip' -- "$cur"))
		return ;;
	--max-errors)
		return ;;
	--max-line)
		return ;;
	-c|--count)
		return ;;
	--stats)
		return ;;
	--metrics)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--now)
		return ;;
	-b|--brokers)
		return ;;
	-X|--set)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-F|--settings)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-G|--group)
		return ;;
	--instance)
		return ;;
	--start)
		return ;;
	--guarantee)
		COMPREPLY=($(compgen -W 'auto exactly least none' -- "$cur"))
		return ;;
	--commit)
		return ;;
	--broker-timeout)
		return ;;
	--on-gap)
		COMPREPLY=($(compgen -W 'stop skip' -- "$cur"))
		return ;;
	--resume)
		return ;;
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W '-l --listen --host --tls-cert --tls-key --store --recall --compat --state -g --graph --profiles --spread --sensors --cell --speed-unit --levels --tz --step --history --max-segments --tiles --tiles-by --tokens --users --jwt-key --jwt-audience --insecure-open --no-insecure-open --cors --audit --rate --max-connections --max-per-address --slow -i --input -o --output --rejects --on-error --max-errors --max-line -c --count -u --unbuffered --no-unbuffered --stats --metrics --progress --no-progress --now -q --quiet -v --verbose -b --brokers -X --set -F --settings -G --group --instance --start -e --end --no-end --guarantee --commit --broker-timeout --on-gap --rebuild --no-rebuild --headers --no-headers --resume -h --help -V --version' -- "$cur"))
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _tp_serve tp-serve
