_tp_train()
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
	--model)
		COMPREPLY=($(compgen -W 'persistence ha linear tree forest gbt mlp gwnet lstm lstm-calendar classify ensemble auto' -- "$cur"))
		return ;;
	-o|--output)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--keep)
		return ;;
	--members)
		return ;;
	--weights)
		COMPREPLY=($(compgen -W 'learned mean' -- "$cur"))
		return ;;
	--budget)
		return ;;
	--classes)
		return ;;
	--learner)
		COMPREPLY=($(compgen -W 'gbt forest' -- "$cur"))
		return ;;
	--tracker)
		return ;;
	--graph)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--epochs)
		return ;;
	--split)
		return ;;
	--interval)
		return ;;
	--seed)
		return ;;
	--min-windows)
		return ;;
	-j|--threads)
		return ;;
	--cv)
		return ;;
	--report)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--report-dir)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--gate)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--min-gain)
		return ;;
	-i|--input)
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
		COMPREPLY=($(compgen -W '--model -o --output --keep --members --weights --budget --classes --learner --tracker --graph --epochs --split --interval --seed --min-windows -j --threads --cv --report --report-dir --importance --no-importance --gate --min-gain -i --input --rejects --on-error --max-errors --max-line -c --count -u --unbuffered --no-unbuffered --stats --metrics --progress --no-progress --now -q --quiet -v --verbose -b --brokers -X --set -F --settings -G --group --instance --start -e --end --no-end --guarantee --commit --broker-timeout --on-gap --rebuild --no-rebuild --headers --no-headers --resume -h --help -V --version' -- "$cur"))
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _tp_train tp-train
