_tp_eval()
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
	--truth)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--step)
		return ;;
	--from)
		return ;;
	--to)
		return ;;
	--speed-unit)
		COMPREPLY=($(compgen -W 'none kmh mph' -- "$cur"))
		return ;;
	--by)
		COMPREPLY=($(compgen -W 'none hour segment day' -- "$cur"))
		return ;;
	--tz)
		return ;;
	--units)
		COMPREPLY=($(compgen -W 'keep kmh mph' -- "$cur"))
		return ;;
	--split)
		return ;;
	--coverage)
		return ;;
	--levels)
		return ;;
	--drift)
		return ;;
	--drift-limit)
		return ;;
	--max-keys)
		return ;;
	--max-readings)
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
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W '--truth --step --from --to --speed-unit --table --no-table --by --tz --units --split --coverage --levels --drift --drift-limit --max-keys --max-readings -i --input -o --output --rejects --on-error --max-errors --max-line -c --count -u --unbuffered --no-unbuffered --stats --metrics --progress --no-progress --now -q --quiet -v --verbose -h --help -V --version' -- "$cur"))
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _tp_eval tp-eval
