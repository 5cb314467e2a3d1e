# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of whole campaigns on virtual machines, after tests/qemu/lib.sh and alone.
# Everything that tsim makes is to be gone: names of namespaces are files of /run, which is the
# test's own.
mount -t tmpfs tmpfs /run || skip "no file system of its own for /run: run it as root"
export TSIM_STATE_DIR=$TMP/state

# matrix FILE ARGUMENT...: tsim matrix; its exit status is one of "0 3".
matrix()
{
	"$BIN/tsim" matrix "$@" >stdout 2>stderr
	case $? in
	0 | 3) ;;
	*)
		said stdout stderr state/process/*.log state/vm/*.log out/*/failed.csv
		fail "tsim matrix $*"
		;;
	esac
}

# trials: names of those that are done.
trials()
{
	find out -name 'trial_*.json' -printf '%f\n' | sort
}

# nothing_left: no process, interface, namespace, socket or record of tsim's is there.
nothing_left()
{
	local left
	left=$(cat /proc/[0-9]*/comm 2>/dev/null | grep -E '^(qemu-system|tsim|treflect)')
	[ -z "$left" ] || fail "processes are left: $left"
	left=$(ip netns list; ip -o link show | grep -v ' lo:')
	[ -z "$left" ] || fail "interfaces or namespaces are left: $left"
	left=$(find "$TSIM_STATE_DIR" -type s -o -name '*.pid' 2>/dev/null)
	[ -z "$left" ] || fail "sockets or processes are recorded: $left"
	left=$("$BIN/tsim" status)
	case $left in *"nothing created by tsim"*) ;; *) fail "tsim status: $left" ;; esac
}

# ssh_server NAME: an sshd of this machine, which ssh/config calls NAME.
ssh_server()
{
	PATH=$PATH:/usr/sbin
	command -v sshd >/dev/null || skip "sshd is missing: apt-get install openssh-server"
	[ "$(id -u)" -eq 0 ] || skip "sshd of a user cannot let root in"
	mkdir -p /run/sshd ssh
	chmod 700 ssh
	ip link set lo up
	for key in host user; do
		ssh-keygen -q -t ed25519 -N '' -f "ssh/$key" || fail "no key"
	done
	cp ssh/user.pub ssh/authorized
	cat >ssh/sshd_config <<END
Port 2222
ListenAddress 127.0.0.1
HostKey $TMP/ssh/host
AuthorizedKeysFile $TMP/ssh/authorized
PidFile $TMP/ssh/pid
PermitRootLogin yes
StrictModes no
UsePAM no
END
	"$(command -v sshd)" -D -e -f ssh/sshd_config 2>ssh/log &
	children+=("$!")
	echo "[127.0.0.1]:2222 $(cut -d' ' -f1,2 ssh/host.pub)" >ssh/known_hosts
	cat >ssh/config <<END
Host $1
  HostName 127.0.0.1
  Port 2222
  User root
  IdentityFile $TMP/ssh/user
  UserKnownHostsFile $TMP/ssh/known_hosts
END
	until_there ssh/pid
}
