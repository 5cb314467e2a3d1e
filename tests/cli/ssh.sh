#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Servers by SSH, against an sshd of its own on the loopback: what commands get and give, files,
# sockets, hosts and keys that are not right, connections that break.
sshd=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd) || { echo "no sshd (openssh-server)"; exit 77; }
command -v ssh-keygen >/dev/null || { echo "no ssh-keygen (openssh-client)"; exit 77; }

# All that is started here ends with it, and the ports are its own.
if [ -z "${TSIM_SSH_INSIDE:-}" ] && [ "$(id -u)" -eq 0 ] && unshare -mpn --fork true 2>/dev/null; then
	export TSIM_SSH_INSIDE=1
	exec unshare -mpn --mount-proc --fork --kill-child "$0"
fi
# shellcheck source=tests/cli/lib.sh
. "$SOURCE/tests/cli/lib.sh"
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$tmp"' EXIT
here=$BUILD/tests/ssh_server
user=$(id -un)
if [ -n "${TSIM_SSH_INSIDE:-}" ]; then
	ip link set lo up 2>/dev/null || { echo "no loopback (iproute2)"; exit 77; }
	[ -d /run/sshd ] || { mount -t tmpfs tmpfs /run && mkdir /run/sshd; }
fi

mkdir bin state
for key in host other_host user wrong locked; do
	pass=
	[ "$key" != locked ] || pass=secret
	ssh-keygen -q -t ed25519 -N "$pass" -C test -f "$key" || exit 1
done
cp user.pub authorized
cat >config <<END
HostKey "$tmp/host"
AuthorizedKeysFile "$tmp/authorized"
ListenAddress 127.0.0.1
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
SetEnv "PATH=$tmp/bin:$PATH" "TSIM_STATE_DIR=$tmp/state"
ForceCommand '$tmp/bin/login'
END
# What the user's login shell is: bin/login becomes another one below.
cat >bin/login <<'END'
#!/bin/sh
exec sh -c "$SSH_ORIGINAL_COMMAND"
END
chmod +x bin/login
# What sudo is here; it is seen by what it leaves.
cat >bin/sudo <<END
#!/bin/sh
[ "\$1 \$2" = "-n --" ] || exit 1
shift 2
echo "\$1" >>'$tmp/sudone'
[ ! -e '$tmp/sudo_refuses' ] || { echo 'sudo: a password is required' >&2; exit 1; }
exec "\$@"
END
chmod +x bin/sudo

# listen: sshd on a free port; its PID in $daemon.
listen()
{
	for _ in 1 2 3 4 5; do
		port=$((20000 + RANDOM % 10000))
		rm -f sshd.log
		"$sshd" -D -e -f config -p "$port" 2>sshd.log &
		daemon=$!
		for _ in $(seq 200); do
			grep -qs "Server listening" sshd.log && return
			kill -0 "$daemon" 2>/dev/null || break
			sleep 0.05
		done
	done
	echo "sshd does not start: $(cat sshd.log)"
	exit 1
}
listen
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 host.pub)" >known
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 other_host.pub)" >changed
: >unknown
export SSH_KEY=$tmp/user SSH_KNOWN=$tmp/known
unset SSH_AUTH_SOCK
at="$user@[127.0.0.1]:$port"

# gone FILE: the processes whose PIDs are in it have ended.
gone()
{
	local pid alive
	[ -s "$1" ] || return 1
	for _ in $(seq 200); do
		alive=
		while read -r pid; do [ ! -e "/proc/$pid" ] || alive=$pid; done <"$1"
		[ -n "$alive" ] || return 0
		sleep 0.1
	done
	return 1
}

# Commands.
odd=$'a  b\n\'c\' "d" $HOME `id` \\ * ~ # ü;&|<>'
expect 0 "<$odd><><-n>" "$here" "$at" run 0 "" printf '<%s>' "$odd" '' -n
expect 0 "[7]" "$here" "$at" run 0 "" sh -c 'exit 7'
# shellcheck disable=SC2016
expect 0 "[143]" "$here" "$at" run 0 "" sh -c 'kill -TERM $$'
# shellcheck disable=SC2016
expect 0 "[137]" "$here" "$at" run 0 "" sh -c 'kill -KILL $$'
expect 0 "to stderr" "$here" "$at" run 0 "" sh -c 'echo to stderr >&2'
expect 0 "3 in[0]" "$here" "$at" run 0 "3 in" cat
expect 1 "no-such-program" "$here" "$at" run 0 "" no-such-program
expect 0 "done" "$here" "$at" large

# A command that takes too long is ended, with what it has started.
# shellcheck disable=SC2016
expect 1 "s, killed" "$here" "$at" run 2000 "" sh -c \
	'trap "" TERM HUP; sleep 1000 & echo $$ >"$1"; echo $! >>"$1"; wait' sh "$tmp/slow"
gone slow || fail "a command that took too long lives on"

# What a command leaves behind ends with it, and is not waited for.
# shellcheck disable=SC2016
expect 0 "[0]" "$here" "$at" run 60000 "" sh -c 'sleep 1000 & echo $! >"$1"' sh "$tmp/left"
gone left || fail "what a command left behind lives on"

# Whatever the login shell is, and whatever its start-up files print.
login()
{
	printf '#!/bin/sh\n%s\n' "$1" >bin/login
	expect 0 "<$odd><><-n>" "$here" "$at" run 0 "" printf '<%s>' "$odd" '' -n
	expect 0 "3 in[0]" "$here" "$at" run 0 "3 in" cat
	[ "$(head -n 1 said)" = "3 in[0]" ] || fail "$1: more than the command says: $(cat said)"
	printf 'two\nlines' >"file of $$"
	expect 0 "done" "$here" "$at" put "$tmp/file of $$" "$tmp/put/it's"
	expect 0 "done" "$here" "$at" get "$tmp/put/it's" "$tmp/got/it's"
	cmp -s "file of $$" "got/it's" || fail "$1: another file: $(cat "got/it's")"
	rm -rf put got
	expect 0 "done" "$here" "$at" stream "$tmp/streamed"
	gone streamed || fail "$1: a stream's command lives on"
	AS_ROOT=1 expect 0 "as root" "$here" "$at" run 0 "" echo "as root"
}
# shellcheck disable=SC2016
for shell in tcsh fish; do
	command -v $shell >/dev/null || { echo "no $shell: apt-get install $shell"; exit 77; }
	login "HOME='$tmp' exec $shell -c \"\$SSH_ORIGINAL_COMMAND\""
done
# shellcheck disable=SC2016
login 'echo welcome to this machine; echo do not >&2; printf "no newline"; exec sh -c "$SSH_ORIGINAL_COMMAND"'
printf '#!/bin/sh\necho This account is currently not available.\nexit 1\n' >bin/login
expect 1 "not executed: This account is currently not available. (exit status 1)" "$here" "$at" run 0 "" true
# shellcheck disable=SC2016
printf '#!/bin/sh\nexec sh -c "$SSH_ORIGINAL_COMMAND"\n' >bin/login

# By root.
rm -f sudone
AS_ROOT=1 expect 0 "as root" "$here" "$at" run 0 "" echo "as root"
[ -s sudone ] || fail "a command of root without sudo"
touch sudo_refuses
AS_ROOT=1 expect 1 "a password is required" "$here" "$at" run 0 "" true
rm sudo_refuses

# Files.
head -c 10000000 /dev/urandom >data
expect 0 "done" "$here" "$at" put "$tmp/data" "$tmp/new folder/it's data"
cmp -s data "new folder/it's data" || fail "put: not the same"
[ "$(stat -c %a "new folder/it's data")" = 751 ] || fail "put: another mode"
expect 0 "done" "$here" "$at" get "$tmp/new folder/it's data" "$tmp/back/data"
cmp -s data back/data || fail "get: not the same"
: >nothing
expect 0 "done" "$here" "$at" put "$tmp/nothing" "$tmp/new folder/nothing"
[ "$(stat -c %s "new folder/nothing")" = 0 ] || fail "put: an empty file"
expect 1 "$tmp/missing" "$here" "$at" put "$tmp/missing" "$tmp/there"
expect 1 "$tmp/missing" "$here" "$at" get "$tmp/missing" "$tmp/there"
expect 1 "$tmp/state" "$here" "$at" put "$tmp/data" "$tmp/state"
expect 1 "/proc/none" "$here" "$at" put "$tmp/data" /proc/none
left=$(find . -name '*.tmp' -o -name there)
[ -z "$left" ] || fail "left over: $left"

# Streams and sockets.
expect 0 "done" "$here" "$at" stream "$tmp/streamed"
gone streamed || fail "a stream's command lives on"
expect 0 "done" "$here" "$at" stream_end
expect 0 "done" "$here" "$at" stream_cut "$tmp/stream_cut" "pkill -KILL -P $daemon"
gone stream_cut || fail "a stream's command lives without its connection"
python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
while True:
	c = s.accept()[0]
	c.sendall(b"echo " + c.recv(100))
	c.close()' "$tmp/socket" &
for _ in $(seq 100); do [ ! -S socket ] || break; sleep 0.1; done
expect 0 "echo hello" "$here" "$at" connect "$tmp/socket"
expect 1 "$tmp/no socket" "$here" "$at" connect "$tmp/no socket"

# A terminal: the size of ours, raw while it is there, as it was afterwards.
cat >terminal.py <<'END'
import fcntl, os, pty, struct, sys, termios
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
was = termios.tcgetattr(slave)
if os.fork() == 0:
	os.setsid()
	for fd in range(3):
		os.dup2(slave, fd)
	os.execv(sys.argv[1], sys.argv[1:])
said, typed = b"", False
while b"]" not in said:
	said += os.read(master, 1000)
	if b"ready" in said and not typed:
		typed = True
		print("raw", not termios.tcgetattr(slave)[3] & termios.ICANON)
		os.write(master, b"word\n")
os.wait()
print("restored", termios.tcgetattr(slave) == was)
print(said.decode())
END
# shellcheck disable=SC2016
expect 0 "raw True" timeout 60 python3 terminal.py "$here" "$at" terminal sh -c \
	'stty size; echo ready; read -r word; echo "<$word>"; exit 5'
for words in "restored True" "33 77" "<word>" "[5]"; do
	grep -qF -- "$words" said || fail "terminal: no '$words' in: $(cat said)"
done

# Connections that break.
# shellcheck disable=SC2016
expect 0 "connection lost" "$here" "$at" cut 'kill -KILL $PPID; sleep 1'
expect 0 "done" "$here" "$at" stale "pkill -KILL -P $daemon"
expect 0 "running 0
running 0
none 0" "$here" "$at" process "pkill -KILL -P $daemon"

# Hosts and keys that are not right.
SSH_KNOWN=$tmp/unknown expect 1 "ssh-keyscan -p $port 127.0.0.1 >>'$tmp/unknown'" \
	"$here" "$at" run 0 "" true
[ ! -s unknown ] || fail "an unknown host was made known"
SSH_KNOWN=$tmp/no_file expect 1 "$tmp/no_file" "$here" "$at" run 0 "" true
[ ! -e no_file ] || fail "a file of known hosts was made"
SSH_KNOWN=$tmp/changed expect 1 "ssh-keygen -R '[127.0.0.1]:$port' -f '$tmp/changed'" \
	"$here" "$at" run 0 "" true
SSH_KEY=$tmp/wrong expect 1 "$tmp/wrong" "$here" "$at" run 0 "" true
SSH_KEY=$tmp/locked expect 1 "passphrase" "$here" "$at" run 0 "" true
SSH_KEY=$tmp/missing expect 1 "$tmp/missing cannot be read" "$here" "$at" run 0 "" true
SSH_CONFIG=$tmp/missing expect 1 "cannot read SSH configuration file $tmp/missing" "$here" "$at" run 0 "" true
expect 1 "[ADDRESS]:PORT" "$here" "[127.0.0.1" run 0 "" true
expect 1 "Connection refused" "$here" "$user@[127.0.0.1]:1" run 0 "" true

# By a name of a config file, and by the agent's key.
cat >aliases <<END
Host bench
	HostName 127.0.0.1
	Port $port
	User $user
	IdentityFile "$tmp/user"
	UserKnownHostsFile "$tmp/known"
	ControlMaster auto
	ControlPath "$tmp/control-%C"
	ControlPersist 10m
END
(unset SSH_KEY SSH_KNOWN
	export SSH_CONFIG=$tmp/aliases
	expect 0 "by name" "$here" bench run 0 "" echo by name
	exit "$failures") || failures=$((failures + 1))
eval "$(ssh-agent)" >/dev/null
ssh-add -q user
(unset SSH_KEY
	expect 0 "by agent" "$here" "$at" run 0 "" echo by agent
	exit "$failures") || failures=$((failures + 1))
kill "$SSH_AGENT_PID"

# A root that may not log in.
if [ "$user" = root ]; then
	kill -KILL "$daemon"
	echo "PermitRootLogin no" >>config
	listen
	echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 host.pub)" >known
	expect 1 "if sshd refuses root (PermitRootLogin no), log in as another user" \
		"$here" "$user@[127.0.0.1]:$port" run 0 "" true
	at="$user@[127.0.0.1]:$port"
fi

# One that takes connections, and says nothing.
kill -STOP "$daemon"
expect 1 "cannot connect" timeout 60 "$here" "$at" run 0 "" true
kill -KILL "$daemon"
finish
