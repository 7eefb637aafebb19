_tp_predict()
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
	-m|--model)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--horizons)
		return ;;
	--levels)
		return ;;
	--speed-unit)
		COMPREPLY=($(compgen -W 'none kmh mph' -- "$cur"))
		return ;;
	--units)
		COMPREPLY=($(compgen -W 'keep kmh mph' -- "$cur"))
		return ;;
	--as)
		COMPREPLY=($(compgen -W 'own la la-nested la-avro la-front hanoi nyc' -- "$cur"))
		return ;;
	--sensors)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--graph)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--profiles)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--delay)
		return ;;
	--wait)
		return ;;
	--max-future)
		return ;;
	--max-keys)
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
		COMPREPLY=($(compgen -W '-m --model --horizons --levels --speed-unit --units --as --sensors --graph --profiles --adapt --no-adapt --delay --wait --early --no-early --max-future --max-keys -i --input -o --output --rejects --on-error --max-errors --max-line -c --count -u --unbuffered --no-unbuffered --stats --metrics --progress --no-progress --now -q --quiet -v --verbose -b --brokers -X --set -F --settings -G --group --instance --start -e --end --no-end --guarantee --commit --broker-timeout --on-gap --rebuild --no-rebuild --headers --no-headers --resume -h --help -V --version' -- "$cur"))
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _tp_predict tp-predict
