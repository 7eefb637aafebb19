_tp_model()
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
	-o|--output)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--to)
		COMPREPLY=($(compgen -W 'onnx pmml safetensors xgboost-json' -- "$cur"))
		return ;;
	--horizon)
		return ;;
	--from)
		COMPREPLY=($(compgen -W 'xgboost lightgbm onnx keras-npz' -- "$cur"))
		return ;;
	--like)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W '-o --output --json --no-json --to --horizon --from --like -q --quiet -v --verbose -h --help -V --version' -- "$cur"))
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _tp_model tp-model
