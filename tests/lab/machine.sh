# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# An emulated machine with what virtual network cards are made of: AMD SVM, an IOMMU, two igb NICs
# (SR-IOV, IEEE 1588) on one hub, Debian's generic kernel with kvm_amd, vhost_net and vfio-pci. Its
# files are this machine's, read-only below a tmpfs: no image is built. Sourced; SOURCE and LAB (a
# folder that lasts: QEMU and running machines) are set.
: "${SOURCE:?}" "${LAB:?}"

# QEMU 11 has igb with SR-IOV that works, and vfio-user-pci; Debian 12 has 7.2.
LAB_SUITE=trixie-backports

# lab_fetch: QEMU and all of its libraries from Debian's archive, unpacked into $LAB and not installed.
# Prints why not, and fails.
lab_fetch()
{
	local uri work=$LAB/new deb key=/usr/share/keyrings/debian-archive-keyring.gpg
	local -a private

	[ ! -x "$LAB/root/usr/bin/qemu-system-x86_64" ] || return 0
	command -v apt-get >/dev/null || { echo "apt-get is missing: not Debian"; return 1; }
	# The archive that this machine uses itself.
	uri=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		sed -n 's/^bookworm //p' | head -n 1)
	[ -n "$uri" ] || { echo "apt knows no archive of bookworm: run apt-get update"; return 1; }
	rm -rf "$work"
	mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root" || return 1
	: >"$work/status"
	printf "deb [signed-by=$key] $uri %s main\n" "${LAB_SUITE%-*}" "$LAB_SUITE" >"$work/sources"
	# A mirror's release file may be older than it says it lives.
	private=(-q -y -o "Dir::State::status=$work/status" -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work"
		-o "Dir::Etc::SourceList=$work/sources" -o Dir::Etc::SourceParts=/dev/null
		-o APT::Install-Recommends=false -o Acquire::Check-Valid-Until=false -o Debug::NoLocking=1)
	if ! apt-get "${private[@]}" update >"$work/log" 2>&1 || ! apt-get "${private[@]}" --download-only \
		-t "$LAB_SUITE" install qemu-system-x86 >>"$work/log" 2>&1; then
		echo "QEMU of $LAB_SUITE cannot be downloaded: $(grep -m 1 '^E:' "$work/log")"
		return 1
	fi
	for deb in "$work"/archives/*.deb; do
		dpkg-deb -x "$deb" "$work/root" || { echo "$deb cannot be unpacked: is the disk full?"; return 1; }
	done
	mv "$work/root" "$LAB/root" && rm -rf "$work"
}

# lab_qemu ARGUMENT...: becomes that QEMU.
lab_qemu()
{
	local usr=$LAB/root/usr
	QEMU_MODULE_DIR=$usr/lib/x86_64-linux-gnu/qemu exec "$usr/lib64/ld-linux-x86-64.so.2" \
		--library-path "$usr/lib/x86_64-linux-gnu" "$usr/bin/qemu-system-x86_64" \
		-L "$usr/share/qemu" -L "$usr/share/seabios" "$@"
}

# lab_qemu_in DIR: makes the directory, with that QEMU as its qemu-system-x86_64.
lab_qemu_in()
{
	mkdir -p "$1" && cat >"$1/qemu-system-x86_64" <<-END && chmod +x "$1/qemu-system-x86_64"
		#!/usr/bin/env bash
		SOURCE=${SOURCE@Q} LAB=${LAB@Q}
		. "\$SOURCE/tests/lab/machine.sh"
		lab_qemu "\$@"
	END
}

# lab_machine DIR ARGUMENT...: becomes the machine; DIR is its /lab, and what it does stands in
# /main there (see inside). ARGUMENT: of QEMU, such as -serial.
lab_machine()
{
	local dir=$1 kernel initramfs nic
	local -a nics=()
	shift

	{ read -r kernel && read -r initramfs; } < <("$SOURCE/conf/guest-image" --kernel generic \
		--init "$SOURCE/tests/lab/init" --module virtio_pci --module 9p --module 9pnet_virtio --module overlay) ||
		return 1
	dirname "$(dirname "$kernel")" >"$dir/kernel"
	for nic in 0 1; do
		nics+=(-netdev "hubport,id=h$nic,hubid=0" -device "pcie-root-port,id=rp$nic,chassis=$nic,slot=$nic"
			-device "igb,netdev=h$nic,bus=rp$nic,mac=52:54:00:00:00:0$nic")
	done
	lab_qemu -nodefaults -no-user-config -display none -no-reboot -accel tcg,thread=multi -cpu max,-la57 \
		-M q35,kernel-irqchip=split -smp 2 -m "${LAB_MEMORY-6144}" -kernel "$kernel" -initrd "$initramfs" \
		-append "console=ttyS0 quiet reboot=t panic=-1 mitigations=off tsc=reliable clocksource=tsc kvm.halt_poll_ns=0 no_timer_check intel_iommu=on iommu=pt iomem=relaxed transparent_hugepage=always" \
		-device intel-iommu,intremap=on,caching-mode=on "${nics[@]}" \
		-fsdev "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap" \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-fsdev "local,id=lab,path=$dir,security_model=none,multidevs=remap" \
		-device virtio-9p-pci,fsdev=lab,mount_tag=lab "$@"
}
