/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/vm/vmux_process.h: the vmux process (github.com/vmuxIO/vmuxIO), which gives its devices to virtual
 * machines by vfio-user sockets: one process for all guests. Its command line, and how it is seen to
 * listen; no I/O.
 */
#ifndef SIM_VM_VMUX_PROCESS_H
#define SIM_VM_VMUX_PROCESS_H

#include <glib.h>

#include "sim/host/setup.h"

struct vmux_cfg {
	const char *program;
	const struct setup *setup; /* an interface that has SETUP_VMUX; the number of guests */
	const char *base_mac;      /* of guest 0; guest n has it plus n, as vmux counts, too */
	/*
	 * "main:0/rx:3;9/runner:2;8": CPUs of its main thread (DPDK: its lcores), and of each guest's
	 * receive and runner thread, lists for the guests in turn. NULL or a role left out: any CPU;
	 * with DPDK the main thread's is 0.
	 */
	const char *cpus;
	/*
	 * A guest each: its tap (vmux-emu*) or PCI function (vmux-pt). The others share the one port of
	 * DPDK: [0] is its PCI address; NULL: the only one that DPDK finds.
	 */
	const char *const *attached;
	const char *const *sockets; /* a guest each */
};

/* Words up to NULL; to be freed by g_strfreev. */
char **vmux_command(const struct vmux_cfg *cfg);
/*
 * Does a process listen at socket? proc_net_unix: text of /proc/net/unix. To connect and leave again
 * would take the one place in vmux's queue, and be an error in its log.
 */
gboolean vmux_listens(const char *proc_net_unix, const char *socket);

#endif
