_tp_graph()
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
	--osm)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--opl)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--dimacs)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--speed)
		return ;;
	--tsv)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--co)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--distances)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--sensors)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--shapes)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--overrides)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--radius)
		return ;;
	--least)
		return ;;
	-g|--graph)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-o|--output)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--to)
		COMPREPLY=($(compgen -W 'geojson tsv nodes dimacs co' -- "$cur"))
		return ;;
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W '--osm --opl --dimacs --speed --tsv --co --distances --component --no-component --contract --no-contract --sensors --shapes --overrides --radius --least -g --graph -o --output --to -q --quiet -v --verbose -h --help -V --version' -- "$cur"))
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _tp_graph tp-graph
