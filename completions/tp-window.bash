_tp_window()
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
	-s|--size)
		return ;;
	--slide)
		return ;;
	--offset)
		return ;;
	--tz)
		return ;;
	--by)
		return ;;
	--cell)
		return ;;
	--speed-unit)
		COMPREPLY=($(compgen -W 'none kmh mph' -- "$cur"))
		return ;;
	--time)
		return ;;
	--delay)
		return ;;
	--grace)
		return ;;
	--late)
		return ;;
	--max-future)
		return ;;
	--idle)
		return ;;
	--dedupe)
		return ;;
	--emit)
		COMPREPLY=($(compgen -W 'final updates both' -- "$cur"))
		return ;;
	--every)
		return ;;
	-a|--agg)
		return ;;
	--top)
		return ;;
	--rank)
		COMPREPLY=($(compgen -W 'speed count vehicles' -- "$cur"))
		return ;;
	--fill)
		COMPREPLY=($(compgen -W 'none empty last' -- "$cur"))
		return ;;
	--fill-for)
		return ;;
	--min-n)
		return ;;
	--at-eof)
		COMPREPLY=($(compgen -W 'flush hold' -- "$cur"))
		return ;;
	--max-keys)
		return ;;
	--levels)
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
		COMPREPLY=($(compgen -W '-s --size --slide --offset --tz --by --cell --speed-unit --time --delay --grace --late --max-future --idle --dedupe --emit --every -a --agg --top --rank --fill --fill-for --min-n --at-eof --max-keys --levels --units --as --sensors -i --input -o --output --rejects --on-error --max-errors --max-line -c --count -u --unbuffered --no-unbuffered --stats --metrics --progress --no-progress --now -q --quiet -v --verbose -b --brokers -X --set -F --settings -G --group --instance --start -e --end --no-end --guarantee --commit --broker-timeout --on-gap --rebuild --no-rebuild --headers --no-headers --resume -h --help -V --version' -- "$cur"))
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _tp_window tp-window
