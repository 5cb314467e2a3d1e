#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Every command line of README.md, of the folders' READMEs and of the man pages' EXAMPLES is taken by
# the program as it is today: a run with --check, a matrix with --dry-run, others up to --help behind
# their words. What needs nothing is done for real. A line that is of no known form
# fails, so that new examples are covered.
# shellcheck disable=SC2317 # functions are what the lines call
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh"

line= # that is looked at
: >judged
: >wrong
nb_real=0

# judge COMMAND...: 0, or 3 (done, but not trustworthy).
judge()
{
	local status=0
	printf '%s\n' "$line" >>judged
	"$@" >said 2>&1 </dev/null || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] ||
		printf '%s: status %s: %s\n' "$line" "$status" "$(<said)" >>wrong
}

tsim()
{
	case ${1-} in
	profile) judge "$BIN/tsim" "$@" ;;
	search) judge "$BIN/tsim" "$@" --check ;;
	matrix) judge "$BIN/tsim" "$@" --dry-run ;;
	ping | status | shell | upload | doctor | kill-guest | run-guest | setup-network | teardown-network | accumulate | vfio-user)
		judge "$BIN/tsim" "$@" --help ;;
	*--help | *--version) judge "$BIN/tsim" "$@" ;;
	*)
		judge "$BIN/tsim" "$@" --check
		run_short "$@"
		;;
	esac
}

# Few guests of tsim's own need nothing: the same run, over in no time.
run_short()
{
	case " $* " in
	*" --machine "* | *" --port "* | *" --config "* | *" --print-config "* | *" --mix "* | *" 64 "* | *:16* | *..* | " run ") ;;
	*)
		nb_real=$((nb_real + 1))
		judge "$BIN/tsim" "$@" --duration 20ms --warm-up 0s --drain 50ms --reps 1 --quiet --out "real/$nb_real"
		printf '%s\n' "$line" >>real.txt
		;;
	esac
}
tanalyze() { judge "$BIN/tanalyze" "$@" --help; }
tplot() { judge "$BIN/tplot" "$@" --help; }
treflect() { judge "$BIN/treflect" "$@" --help; }
treflect-xdp() { if [ -x "$BIN/treflect-xdp" ]; then judge "$BIN/treflect-xdp" "$@" --help; fi; }
sudo() { "$@"; }
mpirun()
{
	while [ $# -gt 0 ]; do
		case $1 in
		-np | --bind-to) shift 2 ;;
		-*) shift ;;
		*) break ;;
		esac
	done
	"$@"
}
# Guests of one's own: eal.external and qemu.vhost_user run these lines.
dpdk-testpmd() { :; }
qemu-system-x86_64() { :; }
# Behind a pipe, or beside.
jq() { :; }
column() { :; }
man() { [ -f "$SOURCE/$1" ] || echo "$line: no such page" >>wrong; }
cat() { [ -f "$SOURCE/$1" ] || [ -f "$1" ] || echo "$line: no such file" >>wrong; }
command_not_found_handle()
{
	echo "$line: '$1' is of no known form: add it to tests/cli/documented_lines.sh" >>wrong
}

# look FILE LINE: one line as a shell has it, but that programs are those above.
look()
{
	line="$1: $2"
	case $2 in
	./quickstart* | tests/run* | tests/bench/run*)
		# shellcheck disable=SC2086 # the first word
		set -- $2
		[ -x "$SOURCE/$1" ] || echo "$line: no such program" >>wrong
		;;
	"cmake --install "*) ;;
	*)
		PATH=/nonexistent eval "$2" 2>eval.err || :
		[ ! -s eval.err ] || echo "$line: $(<eval.err)" >>wrong
		;;
	esac
}

# blocks FILE: indented lines of Markdown, those that a backslash or a bar ends joined to the next.
blocks()
{
	awk '/^    / { sub(/^    /, ""); if (held != "") { sub(/^ +/, ""); $0 = held " " $0; held = "" }
		if ($0 ~ /(\\|\|)$/) { sub(/\\$/, ""); held = $0; next } print }' "$1"
}

# inline FILE: `tsim ...` within text, placeholders (capitals, ellipses, brackets) left out.
inline()
{
	tr '\n' ' ' <"$1" | grep -oE '`(sudo )?(tsim|tanalyze|tplot|treflect|treflect-xdp) [^`]+`' | tr -d '`' |
		grep -vE '(^| )[A-Z_]{2,}|\.\.\.|…|[<>[]' || :
}

# examples FILE: what stands in a man page's EXAMPLES.
examples()
{
	awk '/^\.SH EXAMPLES/ { on = 1; next } /^\.SH/ { on = 0 }
		/^\.(EX|nf)/ { code = on; next } /^\.(EE|fi)/ { code = 0 } code' "$1" | sed 's/\\-/-/g; s/\\(aq/'\''/g'
}

# Files that examples name.
ln -s "$SOURCE/conf" conf
cp "$SOURCE/conf/two-servers.conf" my.conf
printf '[host]\nqemu_path = /opt/qemu\n' >qemu.conf
printf '# unit: frame\n# weight: packets\n# mode: random\n# source: me\nsize,weight\n64,7\n1518,1\n' >my.csv
{
	printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0'
	for second in 1 2 3; do
		printf '%b' "\\x0$second\\0\\0\\0\\0\\0\\0\\0\\x3c\\0\\0\\0\\x3c\\0\\0\\0"
		head -c 60 /dev/zero
	done
} >my.pcap
# README's own mix file: lines of sections and keys.
blocks "$SOURCE/README.md" | grep -E '^\[[a-z]+\]$|^[a-z]+ += ' >tenants.mix

shopt -s nullglob
for file in "$SOURCE"/README.md "$SOURCE"/*/README.md; do
	while IFS= read -r text; do
		case $text in
		"" | \[*\] | [a-z]*\ *=\ * | "# "* | [0-9]*,[0-9]* | size,weight) ;; # parts of files
		*) look "${file#"$SOURCE"/}" "$text" ;;
		esac
	done < <(blocks "$file")
	while IFS= read -r text; do
		look "${file#"$SOURCE"/}" "$text"
	done < <(inline "$file")
done
for file in "$SOURCE"/*/*.1; do
	while IFS= read -r text; do
		look "${file#"$SOURCE"/}" "$text"
	done < <(examples "$file")
done
unset -f cat jq man column
[ ! -s wrong ] || fail "$(cat wrong)"
# None was passed over: fewer than there are means that the reading of documents is broken.
[ "$(sort -u judged | wc -l)" -ge 90 ] || fail "only $(sort -u judged | wc -l) lines were found: $(cat judged)"
[ "$(wc -l <real.txt)" -ge 15 ] || fail "only $(wc -l <real.txt) lines were done for real: $(cat real.txt)"
finish
