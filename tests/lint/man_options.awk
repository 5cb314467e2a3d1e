# SPDX-License-Identifier: BSD-3-Clause
# man_options.awk LISTING PAGE: the man page with the options of LISTING (PROGRAM --list-options).
#
# They stand between two comments:
#	.\" OPTIONS COMMAND...            the rows of these commands
#	.\" OPTIONS COMMAND... - OTHER    without those that OTHER has, too
#	.\" OPTIONS grouped COMMAND       with the table's headings; "." is a program without commands
#	.\" OPTIONS END
# Of each entry the head and the first line of text are the table's; what follows is the page's own, and
# stays as long as an option of that name does. An option that no block has is an error, and so is text
# of an option that is gone.
function fail(text)
{
	print text >"/dev/stderr"
	failed = 1
}

# A word longer than a line may be broken behind its commas.
function roff(text, n, i, words, all)
{
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	n = split(text, words, " ")
	for (i = 1; i <= n; i++) {
		if (length(words[i]) > 40)
			gsub(/,/, ",\\:", words[i])
		all = all (i == 1 ? "" : " ") words[i]
	}
	return all ~ /^[.']/ ? "\\&" all : all
}

function print_entry(key, name, letter, metavar, help)
{
	print ".TP"
	printf metavar == "" ? ".B" (letter == "" ? "" : "R") : ".BR"
	printf "%s", letter == "" ? "" : " \\-" letter " \", \""
	printf " \\-\\-%s", roff(name)
	print metavar == "" ? "" : " =\\fI" roff(metavar) "\\fR"
	print roff(help) "."
	printf "%s", own[name]
	delete own[name]
	printed[key] = 1
}

function print_block(spec, commands, n, c, i, f, without, seen, name)
{
	n = split(spec, commands, " ")
	for (c = n; c > 0 && index(" " spec " ", " - "); c--) {
		if (commands[c] == "-")
			break
		for (i = 0; i < count[commands[c]]; i++)
			without[row[commands[c], i]] = 1
	}
	if (c > 0 && commands[c] == "-")
		n = c - 1
	for (c = commands[1] == "grouped" ? 2 : 1; c <= n; c++) {
		if (!(commands[c] in count))
			fail(FILENAME ": no command '" commands[c] "'")
		for (i = 0; i < count[commands[c]]; i++) {
			split(row[commands[c], i], f, "\t")
			name = f[3]
			if (f[1] == "heading" && commands[1] == "grouped")
				print ".SS " name
			if (f[1] == "heading" || f[1] == "rest" || row[commands[c], i] in without)
				continue
			if (name in seen && seen[name] == row[commands[c], i])
				continue
			if (name in seen)
				fail(FILENAME ": --" name " differs among the commands of a block: " spec)
			seen[name] = row[commands[c], i]
			print_entry(row[commands[c], i], name, f[2], f[4], f[7])
		}
	}
	for (name in own)
		fail(FILENAME ": text of --" name ", which is no option of " spec)
}

BEGIN {
	FS = "\t"
}

FNR == NR {
	command = $1 == "" ? "." : $1
	if ($2 == "command")
		count[command] = 0
	else
		row[command, count[command]++] = substr($0, length($1) + 2)
	next
}

/^\.\\" OPTIONS END/ {
	print_block(spec)
	spec = ""
}

spec == "" {
	print
}

/^\.\\" OPTIONS / && !/END$/ {
	spec = substr($0, length(".\\\" OPTIONS ") + 1)
	current = ""
	split("", own)
	next
}

spec == "" {
	next
}

# An entry's head, its first line of text, and the page's own lines.
/^\.TP$/ && !nested {
	pending = 1
	next
}

pending {
	pending = 0
	if (match($0, /\\-\\-[a-z0-9\\-]+/) && /^\.BR? \\-/) {
		current = substr($0, RSTART + 4, RLENGTH - 4)
		gsub(/\\/, "", current)
		own[current] = ""
		skip = 1
		next
	}
	own[current] = own[current] ".TP\n"
}

skip || /^\.SS/ {
	skip = 0
	next
}

{
	nested += /^\.RS/ - /^\.RE/
	own[current] = own[current] $0 "\n"
}

END {
	for (key in row) {
		split(row[key], f, "\t")
		split(key, at, SUBSEP)
		if (f[1] != "heading" && f[1] != "rest" && !(row[key] in printed))
			fail(FILENAME ": no block has --" f[3] " of " at[1])
	}
	exit failed
}
