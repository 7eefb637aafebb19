# Prototypes of headers without a comment directly above them or above the
# group (lines without a blank line between) that they stand in, or behind
# them on their line.  T_release(), T_clear() and T_free() of nothing but their
# subject mean the same everywhere (CONTRIBUTING.md) and need none.
FNR == 1 { doc = brace = comment = 0; open = "" }
comment { if (/\*\//) { comment = 0; doc = 1 } next }
/^\/\*/ { if (/\*\//) doc = 1; else comment = 1; next }
/^[ \t]*$/ { doc = 0; next }
/\{[^}]*$/ && !open { brace = 1 }
brace { if (/^\}/) { brace = 0; doc = 0 } next }
/^#/ || /^typedef/ || /^static/ { next }
/_(release|clear|free)\(struct [a-z_]* \*[a-z]*\);/ { next }
open == "" && /^[a-z]/ && /\(/ { open = FNR ": " $0; had = doc }
open != "" && /;[ \t]*(\/\*.*)?$/ {
	if (!had && !/\/\*/)
		print FILENAME ":" open
	open = ""
}
