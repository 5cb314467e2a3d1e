/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/vm/vm.h: virtual machines on a server, by QEMU. vm_command is pure; vm_start and what
 * follows run it: QMP tells its state, its console (a Unix socket, with a log) is how tsim speaks
 * with guests of its own image.
 */
#ifndef SIM_VM_VM_H
#define SIM_VM_VM_H

#include <stdint.h>

#include <glib.h>

#include "sim/host/journal.h"
#include "sim/host/setup.h"

enum vm_accel { VM_KVM, VM_TCG };

struct vm_cfg {
	const struct setup *setup;
	uint32_t number; /* guest, from 0: the resources below are this guest's own */
	enum vm_accel accel;
	unsigned qemu_version; /* 702: 7.2; decides the syntax of vfio-user, and MSI-X under TCG */
	unsigned vcpus, memory_mib;
	unsigned queues; /* of the test interface, pairs */
	unsigned rx_queue_size,
		tx_queue_size; /* 0: QEMU's; tx is cut to 256 where a tap limits it */
	const char *cpus;      /* taskset -c; NULL: anywhere */
	const char *kernel, *initrd, *append; /* our image; NULL with disk */
	const char *disk;                     /* qcow2 or raw by its suffix; NULL with an image */
	const char *admin_tap, *admin_mac;    /* of a disk's guest; NULL: none */
	const char *mac;                      /* of the test interface */
	const char *tap;                      /* bridge, bridge-e1000 */
	const char *macvtap;                  /* character device */
	const char *pci;                      /* vfio */
	const char *socket;                   /* vhost-user; vfio-user: vmux-* */
	const char *run_dir;                  /* of qmp-N.sock, console-N.sock, console-N.log */
	unsigned long
		tsc_khz; /* of the host: a microvm without KVM finds no clock to measure it; 0: not known */
	const char *const
		*fsdevs; /* folders of the host, NAME:PATH; the name is the mount tag; NULL: none */
	const char *const *extra; /* further arguments of QEMU; NULL: none */
};

enum { VM_MEMORY_MIN_MIB = 64 };

/* Words up to NULL; to be freed by g_strfreev. cfg is one that vm_check is content with. */
char **vm_command(const struct vm_cfg *cfg);
/* What QEMU would refuse, and what it has no word for. SIM_ERROR_USAGE. */
gboolean vm_check(const struct vm_cfg *cfg, GError **error);
/* RUN_DIR/WHAT-NUMBER.SUFFIX: "qmp" "sock", "console" "sock", "console" "log". Newly allocated. */
char *vm_path(const struct vm_cfg *cfg, const char *what, const char *suffix);
/* The list of a guest among "0-1;2-3", in turn. Newly allocated. */
char *vm_cpus(const char *lists, uint32_t guest);
/* QEMU's program in the folder qemu_path, "" for $PATH. Newly allocated. */
char *vm_program(const char *qemu_path);

struct vm;

/*
 * Starts it in netns as the process "qemu-N" of the journal. Owned by the caller; it goes on when
 * freed. Strings are copied.
 */
struct vm *vm_start(struct journal *j, const char *netns, const struct vm_cfg *cfg, GError **error);
void vm_free(struct vm *vm); /* NULL is fine */
/*
 * Waits until QEMU runs and, with our image, until the guest asks for commands. An error has the
 * end of its console and QEMU's own words. On vhost-user QEMU starts when somebody listens at its
 * socket, and no sooner.
 */
gboolean vm_wait(struct vm *vm, unsigned timeout_ms, GError **error);
/*
 * NULL while its machine runs; else (QEMU has ended, stands still, does not answer) what became of it,
 * with console and QEMU's words. Owned by vm.
 */
const char *vm_death(struct vm *vm);
/* The same of QEMU's process alone: its machine is not asked. */
const char *vm_exit(struct vm *vm);
/* Commands in the guest: its console, else the SSH server given to vm_reach_by. Owned by vm. */
struct server *vm_server(struct vm *vm);
void vm_reach_by(struct vm *vm, struct server *ssh); /* takes ssh */
/*
 * A disk's guest is asked to power down; then QEMU is told to end, or made to. Its files go. One
 * that has gone is fine. The journal's records of it stay, and do no harm.
 */
gboolean vm_stop(struct vm *vm, GError **error);

/* What QEMU there is at path ("" for $PATH): 702 for 7.2. Like the next ones of a server that is not dry. */
gboolean vm_qemu_version(struct server *s, const char *path, unsigned *version, GError **error);
/* Can it be a client of vfio-user? */
gboolean vm_qemu_has_vfio_user(struct server *s, const char *path);
/* KVM where it works; *why: else a line that says why not, newly allocated, or NULL. */
enum vm_accel vm_accel_of(struct server *s, char **why);

#endif
