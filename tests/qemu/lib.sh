# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the qemu tests, which then call alone. A test runs in namespaces of its own for
# processes and network: whatever it starts or makes (virtual machines, taps, bridges) is gone with
# it, however it ends, SIGKILL and timeout of ctest included.
set -u
: "${BIN:?}" "${SOURCE:?}"

skip()
{
	echo "skipped: $*"
	exit 77
}

end_alone()
{
	kill -KILL "$1" 2>/dev/null # with it everything inside, see unshare --kill-child
	wait "$1" 2>/dev/null
	rm -rf "$TMPDIR"
}

# alone KERNEL...: the rest of the test is run in its namespaces, without a way to the outside; the
# kernels that it will boot are downloaded before, if they are not there.
alone()
{
	local program kernel
	local -a namespaces=(--net --pid --fork --kill-child --mount-proc)

	[ -z "${TSIM_ALONE-}" ] || return 0
	for program in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio ip:iproute2 \
		modprobe:kmod unshare:util-linux gcc:gcc jq:jq; do
		PATH=$PATH:/usr/sbin:/sbin command -v "${program%:*}" >/dev/null ||
			skip "${program%:*} is missing: apt-get install ${program#*:}"
	done
	# Users may, too, where the kernel lets them have user namespaces.
	[ "$(id -u)" -eq 0 ] || namespaces+=(--user --map-root-user)
	unshare "${namespaces[@]}" true 2>/dev/null || skip "no namespaces for processes and network: run it as root"
	TMPDIR=$(mktemp -d) || exit 1
	export TMPDIR TSIM_ALONE=1 PATH=$PATH:/usr/sbin:/sbin
	trap 'rm -rf "$TMPDIR"' EXIT
	echo true >"$TMPDIR/init"
	for kernel; do
		"$SOURCE/conf/guest-image" --init "$TMPDIR/init" --kernel "$kernel" >"$TMPDIR/log" 2>&1 ||
			skip "$(tail -n 1 "$TMPDIR/log")"
	done
	setpriv --pdeathsig KILL unshare "${namespaces[@]}" "$0" &
	# shellcheck disable=SC2064 # this process, now
	trap "end_alone $!" EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	wait "$!"
	exit
}

# image NAME OPTION...: makes a guest with conf/guest-image.
image()
{
	"$SOURCE/conf/guest-image" "${@:2}" >"$1.image" || fail "no guest image, see above"
}

# image_reflecting NAME: guests that swap the MACs on their only interface. They have no IPv6 and so
# send nothing of their own.
image_reflecting()
{
	gcc -std=c11 -O2 -Wall -Wextra -Werror -static -o reflect "$SOURCE/tests/qemu/reflect.c" ||
		fail "reflect.c does not compile"
	cat >"$1.init" <<-'END'
		for flag in /proc/sys/net/ipv6/conf/*/disable_ipv6; do
			echo 1 >"$flag"
		done
		ip link set eth0 up
		reflect eth0
	END
	image "$1" --init "$1.init" --file reflect:/bin/reflect --module virtio_pci --module virtio_mmio \
		--module virtio_net --module af_packet
}

# image_polling NAME: guests whose virtio-net, the only one of the PC, is treflect's: no interrupts, no
# kernel. Its driver takes physical addresses and so hugepages, but no IOMMU.
image_polling()
{
	cat >"$1.init" <<-'END'
		echo 48 >/proc/sys/vm/nr_hugepages
		for device in /sys/bus/pci/devices/*; do
			[ "$(cat "$device/vendor")" = 0x1af4 ] || continue
			echo uio_pci_generic >"$device/driver_override"
			echo "${device##*/}" >/sys/bus/pci/drivers_probe
			treflect --device "${device##*/}" --hugepages --descriptors 1024
		done
	END
	image "$1" --init "$1.init" --module uio_pci_generic --driver net_virtio --program "$BIN/treflect:/bin/treflect"
}

# accelerator: kvm only where it can work: /dev/kvm may be there on a CPU that has no vmx or svm.
accelerator()
{
	if [ -w /dev/kvm ] && grep -qwE '^flags.*(vmx|svm)' /proc/cpuinfo; then
		echo kvm
	else
		echo tcg
	fi
}

# vm NAME MACHINE IMAGE ARGUMENT...: starts a virtual machine of a kind: pcvm and microvm, as upstream
# measures them, with memory for vhost-user; or iommu, a PC whose devices a program may drive. What
# its console says is in NAME.log, what QEMU says in NAME.qemu.
machines=()
vm()
{
	local name=$1 append="console=ttyS0 reboot=t panic=-1 quiet" kernel initramfs
	local -a machine cpu memory=(-m 384 -object "memory-backend-memfd,id=memory,size=384M,share=on")

	# DPDK wants more than QEMU's default CPU.
	[ "$(accelerator)" = kvm ] && cpu=(-cpu host) || cpu=(-cpu max)
	case "$2" in
	pcvm) machine=(-M "q35,memory-backend=memory" "${cpu[@]}" "${memory[@]}") ;;
	microvm)
		machine=(-M "microvm,memory-backend=memory,acpi=on,pit=on,pic=on,rtc=on,isa-serial=on"
			"${memory[@]}")
		# Without KVM its kernel now and then finds no clock to measure the TSC by, and then never
		# wakes up. QEMU hands on the host's TSC, whose frequency is known here.
		[ "$(accelerator)" = kvm ] || append+=" tsc_early_khz=$(
			awk -F '[:.]' '/^cpu MHz/ { print $2 * 1000; exit }' /proc/cpuinfo)"
		;;
	iommu)
		# aw-bits: all of a program's addresses; without hugepages DPDK uses them for devices, too.
		machine=(-M "q35,kernel-irqchip=split" "${cpu[@]}" -m 2048 -smp 2
			-device "intel-iommu,intremap=on,caching-mode=on,aw-bits=48")
		append+=" intel_iommu=on"
		;;
	esac
	{ read -r kernel && read -r initramfs; } <"$3.image"
	shift 3
	qemu-system-x86_64 -accel "$(accelerator)" -nodefaults -display none -monitor none -no-reboot \
		-serial "file:$name.log" "${machine[@]}" -kernel "$kernel" -initrd "$initramfs" -append "$append" \
		"$@" >"$name.qemu" 2>&1 </dev/null &
	machines+=("$!")
	children+=("$!")
}

# virtio_net MACHINE: the name of its device. Under TCG virtio-net has no use for MSI-X, and with
# vhost-user QEMU 7.2 dies of it (msix_set_vector_notifiers).
virtio_net()
{
	case "$1-$(accelerator)" in
	microvm-*) echo virtio-net-device ;;
	*-kvm) echo virtio-net-pci ;;
	*) echo virtio-net-pci,vectors=0 ;;
	esac
}

# vm_on_vhost_user NAME MACHINE IMAGE SOCKET MAC: tsim closes the socket after each trial and opens
# it again for the next, hence reconnect.
vm_on_vhost_user()
{
	vm "$1" "$2" "$3" -chardev "socket,id=socket,path=$4,reconnect=1" -netdev "vhost-user,id=net,chardev=socket" \
		-device "$(virtio_net "$2"),netdev=net,mac=$5,rx_queue_size=1024"
}

# until_there PATH: waits for what another process makes.
until_there()
{
	for _ in $(seq 100); do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	fail "$1 did not appear: $(cat stderr 2>/dev/null)"
}

# said FILE...: what went on, for a failed test.
said()
{
	local file
	for file; do
		[ -s "$file" ] || continue
		echo "--- $file"
		tail -n 30 "$file"
	done
}

# all_hold WHAT FILTER: the filter is true of every trial.
all_hold()
{
	[ "$(jq -s "length > 0 and all(.[]; $2)" "$TMP"/out/*/trial_*.json)" = true ] ||
		fail "$1 is not so: $(jq -c '.totals' "$TMP"/out/*/trial_*.json)"
}

# shellcheck source=tests/eal/lib.sh
[ -z "${TSIM_ALONE-}" ] || . "$SOURCE/tests/eal/lib.sh"
