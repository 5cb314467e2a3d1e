#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Functions and forms that this project does not use.
# shellcheck source=tests/lint/lib.sh
. "$SOURCE/tests/lint/lib.sh"

# Every file without its comments, once: nothing is expanded, lines keep their numbers.
bare=$(mktemp -d) || exit 1
trap 'rm -rf "$bare"' EXIT
while IFS= read -r -d '' file; do
	mkdir -p "$bare/$(dirname "$file")"
	gcc -fpreprocessed -dD -E -P "$file" >"$bare/$file" 2>/dev/null
done < <(c_files)

# banned WHY PERL-REGEX EXCEPT-FILES: over all C, without comments.
banned()
{
	local why=$1 pattern=$2 file
	while IFS= read -r file; do
		[[ -z "$3" || ! "$file" =~ $3 ]] || continue
		fail "$file: $why: $(grep -nP "$pattern" "$file" | head -n 5)"
	done < <(cd "$bare" && grep -rlP "$pattern" .)
}

# call NAME|NAME: a call of one of these, not of a longer name or a member.
call()
{
	printf '(?<![\\w.>])(%s)\s*\(' "$1"
}

banned "no error and no range; use g_ascii_string_to_unsigned or strto*" "$(call 'atoi|atol|atoll|atof')" ""
banned "no length; use g_strlcpy, g_strdup, g_snprintf or snprintf" \
	"$(call 'sprintf|vsprintf|strcpy|strcat|strncpy|strncat|gets|stpcpy')" ""
banned "hidden state" "$(call 'strtok|rand|srand|random|srandom|drand48|localtime|gmtime|strerror_r')" ""
banned "a shell; use GSubprocess or g_spawn" "$(call 'system|popen')" ""
banned "a clock that jumps; use clock_gettime" "$(call 'gettimeofday')" ""
banned "the caller's stack; use g_new" "$(call 'alloca|g_alloca|g_newa')" ""
banned "only main() ends the program" "$(call 'exit|abort|g_error|rte_exit|rte_panic')" \
	'/main\.c$|^\./sim/reflector/treflect|^\./tests/'

# After a fork, or by the second signal, nothing else will do.
banned "only main() ends the program" "$(call '_exit|_Exit|quick_exit')" \
	'^\./sim/(base/stop|lab/lab_common)\.c$|^\./tests/'

# A comment of one line form is code that was switched off.
while IFS= read -r -d '' file; do
	found=$(grep -nP '(^|[\s;{}])//' "$file")
	[ -z "$found" ] || fail "$file: a // comment: $found"
	head -n 1 "$file" | grep -q '^/\* SPDX-License-Identifier: ' || fail "$file: no SPDX line"
done < <(c_files)

# Nothing that changes is global, but the flags that signals set, the level of the log, and what callbacks
# without an argument are for: librte_vhost's guests, libbpf's words of the kernel, SIGBUS's memory. What
# GLib's macros make (one quark a domain, one once) is local to a function: NAME.NUMBER.
for library in "$BUILD"/*/lib*.a; do
	[ -f "$library" ] || fail "no library is built in $BUILD"
	found=$(objdump -t "$library" | awk '
		$2 != "df" && / O / && / (\.data|\.bss|\*COM\*)[ \t]/ && $NF !~ /\.[0-9]+$/ &&
			$NF !~ /^(stop_requested|signals_seen|log_level|dp_log_level|vhost_process|kernel_words|memory_faults)$/ { print $NF }')
	[ -z "$found" ] || fail "${library##*/}: variables that are global: $(tr '\n' ' ' <<<"$found")"
done
finish
