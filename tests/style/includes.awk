# Include direction, from lines "lib/json/json.h:9:#include "base/buf.h"".
# Each directory may use those it names and what those may use.
BEGIN {
	uses["base"] = ""
	uses["json"] = uses["io"] = uses["num"] = "base"
	uses["rec"] = "base json"
	uses["kafka"] = "base io"
	uses["avro"] = "base io json"
	uses["stream"] = "base io json rec kafka avro"
	uses["data"] = "base io json rec graph"
	uses["window"] = "base json rec"
	uses["feat"] = "base io json rec"
	uses["plot"] = "base io json rec forecast"
	uses["model"] = "base io num"
	uses["exchange"] = "base io num model"
	uses["graph"] = "base json"
	uses["forecast"] = "base json rec num feat model"
	uses["alert"] = "base json rec forecast"
	uses["route"] = "base io json rec feat forecast graph"
	uses["store"] = "base io json rec"
	uses["serve"] = "base io json rec forecast graph route store"
}
{
	split($0, part, ":")
	split(part[1], path, "/")
	split($0, quoted, "\"")
	split(quoted[2], target, "/")
	if (path[1] == "cmd" || target[1] == path[2])
		next
	if (!(path[2] in uses) ||
	    index(" " uses[path[2]] " ", " " target[1] " ") == 0)
		print part[1] ":" part[2] ": " path[2] " may not use " quoted[2]
}
