/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/lab/lab_private.h: what lab.c and the files of its stages share. */
#ifndef SIM_LAB_LAB_PRIVATE_H
#define SIM_LAB_LAB_PRIVATE_H

#include "sim/vm/vm.h"
#include "sim/host/journal.h"
#include "sim/lab/lab.h"

struct lab {
	struct lab_cfg cfg;
	struct server *host, *loadgen;        /* the same one, if both are this machine */
	struct server *asked;                 /* the host, which answers also in a dry run */
	struct journal *journal, *of_loadgen; /* likewise */
	gboolean kept;

	/* What stands: the stages up to depth, of setup. -1: nothing. */
	int depth;
	struct setup setup;
	char *qemu, *qemu_path; /* of setup */
	guint mark_guests;      /* of journal: where the network ends */
	gboolean rights_checked;
	char *qemu_checked;      /* folder whose QEMU answered; NULL: none yet */
	char *vfio_user_checked; /* folder whose QEMU has vfio-user; NULL: none yet */

	/* Network. */
	uint8_t base_mac[6];      /* of guest 0 */
	char *netns, *load_netns; /* NULL: the machine's own */
	char *wire;               /* the host's test interface; NULL: frames need none */
	char *port;               /* devargs of the load generator; NULL: none */
	char *wire_text;          /* "veth, net_af_packet": for results */
	GPtrArray
		*attached; /* char *, a guest each: tap, character device, PCI address or socket */
	char *socket_dir;  /* of the generator's sockets; NULL: none */

	/* Guests. */
	char **device_sockets;         /* a guest each; NULL: no process of devices was started */
	char *vmux_path, *vmux_sha256; /* of its program; NULL: not asked yet */
	char *vmux_pids, *qemu_pids;   /* "12,13" on the generator's machine; NULL: none there */
	GPtrArray *vms;                /* struct vm * */
	char *accel;                   /* "kvm", "tcg: why"; NULL: no virtual machine */
	unsigned qemu_version;
	GPid holder; /* a tsim that waits at the sockets while QEMU starts; 0: none */

	/* Reflectors. */
	char *reflector_text; /* "xdp native"; NULL: none */
};

/* lab_common.c */
G_GNUC_PRINTF(2, 3) void lab_say(struct lab *l, const char *format, ...);
/* "52:54:00:fa:00:67". Newly allocated. */
char *lab_mac(const struct lab *l, uint32_t guest);
/* Path of a program of ours on a server: its tsim_dir, beside this tsim, or its $PATH. Newly allocated. */
char *lab_program(const struct testbed_server *s, const char *name);

/* text with the guest's number before at (in text; NULL: at its end). Newly allocated. */
char *lab_insert_number(const char *text, const char *at, uint32_t guest);
/* With the guest's number before its suffix: disk.qcow2, disk7.qcow2. Newly allocated. */
char *lab_numbered_path(const char *path, uint32_t guest);
/* Folder of QEMU of a set-up: its own, else the testbed's; "": $PATH. */
const char *lab_qemu_folder(const struct lab *l, const struct setup *s);
/* What reflects on machine host: NIC, bridge or macvtap. Newly allocated. */
char *lab_host_interface(const struct lab *l);
/*
 * In a child, before its program: it leads a group of its own, since Ctrl-C is for us, and ends with
 * parent (GINT_TO_POINTER), which is tsim. As g_spawn's child_setup.
 */
void lab_lead_group(gpointer parent);

gboolean lab_network_up(struct lab *l, const struct setup *s, GError **error);
void lab_network_forget(struct lab *l); /* after it was undone */

gboolean lab_guests_up(struct lab *l, const struct setup *s, GError **error);
void lab_guests_down(struct lab *l);
/* NULL while all live; else which one does not, and why. Newly allocated. */
char *lab_guests_death(struct lab *l);

/* Their names as processes: "vmux", "qemu-0", ... Newly allocated. */
char **lab_guests_processes(const struct lab *l);
/*
 * The process that gives guests their devices by vfio-user, vmux or tsim vfio-user: its sockets
 * answer when this returns.
 */
gboolean lab_devices_up(struct lab *l, const struct setup *s, GError **error);
/* NULL while it runs, or is not needed; else how it ended, with its last lines. Newly allocated. */
char *lab_devices_death(struct lab *l);
/* Its name as a process: "vmux", "vfio-user"; NULL: the set-up has none. */
const char *lab_devices_process(const struct setup *s);

gboolean lab_reflector_up(struct lab *l, const struct setup *s, GError **error);
void lab_reflector_down(struct lab *l);
/* Ends the tsim at the sockets of guests that cannot start without. */
void lab_release_sockets(struct lab *l);

#endif
