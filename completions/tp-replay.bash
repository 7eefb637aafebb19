_tp_replay()
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
	-f|--format)
		COMPREPLY=($(compgen -W 'auto metr-la wide long pems events here nyc' -- "$cur"))
		return ;;
	--speed-unit)
		COMPREPLY=($(compgen -W 'none kmh mph' -- "$cur"))
		return ;;
	--missing)
		return ;;
	--tz)
		return ;;
	--key)
		return ;;
	--every)
		return ;;
	--graph)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--zones)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--box)
		return ;;
	--scenario)
		COMPREPLY=($(compgen -W 'none normal morning-rush evening-rush accident weather scenario_1_normal_traffic scenario_2_morning_rush scenario_3_evening_rush scenario_4_accident scenario_5_weather_impact' -- "$cur"))
		return ;;
	--seed)
		return ;;
	--segments-count)
		return ;;
	--start)
		return ;;
	--duration)
		return ;;
	--from)
		return ;;
	--to)
		return ;;
	--segments)
		return ;;
	--sensors)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--shapes)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--as)
		COMPREPLY=($(compgen -W 'own la la-nested la-avro la-front hanoi nyc' -- "$cur"))
		return ;;
	--rebase)
		return ;;
	-s|--speed)
		return ;;
	-r|--rate)
		return ;;
	--step)
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
		COMPREPLY=($(compgen -W '-f --format --speed-unit --missing --tz --key --every --graph --zones --box --scenario --seed --segments-count --start --duration --from --to --segments --sensors --shapes --as --rebase -s --speed -r --rate --loop --no-loop --step -i --input -o --output --rejects --on-error --max-errors --max-line -c --count -u --unbuffered --no-unbuffered --stats --metrics --progress --no-progress --now -q --quiet -v --verbose -b --brokers -X --set -F --settings -G --group --instance -e --end --no-end --guarantee --commit --broker-timeout --on-gap --rebuild --no-rebuild --headers --no-headers --resume -h --help -V --version' -- "$cur"))
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _tp_replay tp-replay
