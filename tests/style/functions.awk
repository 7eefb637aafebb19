# Lengths of functions: the name is at the start of a line, the braces too.
FNR == 1 { start = 0; name = "" }
/^[a-z_][a-zA-Z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name) }
/^\{/ { start = FNR }
/^\}/ {
	n = FNR - start - 1
	if (start && name != "") {
		total++
		limit = name == "main" && FILENAME ~ /^cmd\// ? 60 : 80
		if (n > limit)
			print FILENAME ": " name "(): " n " lines"
		else if (n > 60)
			long[++longs] = FILENAME ": " name "(): " n " lines"
	}
	start = 0
	name = ""
}
END {
	if (longs * 20 > total) {
		print longs " of " total " functions are over 60 lines:"
		for (i = 1; i <= longs; i++)
			print long[i]
	}
}
