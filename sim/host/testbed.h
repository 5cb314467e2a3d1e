/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/host/testbed.h: the machines of a testbed and their resources, from a file of groups
 * [host], [guest], [loadgen], [local], [common], with the keys of autotest's main file (old and
 * present, ${key} and ${section:key} interpolated) and ours, see conf/README.md. Everything has a
 * default: without a file it is this machine, with a veth pair in namespaces for a wire.
 *
 * The grammar is that of Python's configparser, which autotest reads its files with: "key = value"
 * or "key: value", comments with '#' or ';', indented lines go on, keys in any case, [DEFAULT] is of
 * all groups. [tsim] holds options of tsim run and is passed over.
 */
#ifndef SIM_HOST_TESTBED_H
#define SIM_HOST_TESTBED_H

#include <stdint.h>

#include <glib.h>

#include "sim/server/server.h"

struct testbed_nic {
	char *name, *pci;  /* NULL: no NIC is configured */
	char *mac;         /* NULL: the NIC's own */
	char *driver;      /* kernel driver; NULL: the one that it has */
	char *dpdk_driver; /* default vfio-pci */
	char *vfio_driver; /* for guests it is given to; default vfio-pci */
	char *ip_net;      /* NULL: none */
};

struct testbed_server {
	char *fqdn; /* "localhost": this machine; of a guest NULL: reached by its console */
	char *ssh_config, *identity;
	gboolean as_root;
	struct testbed_nic nic; /* test_iface, test_iface_addr, ... */
	char *tsim_dir;         /* where tsim upload puts programs; NULL: installed there */
};

struct testbed {
	char *path; /* of the file; NULL: none */
	struct testbed_server host, guest, loadgen;
	/* Of the host. */
	char *admin_bridge, *admin_bridge_ip_net, *admin_tap;
	char *test_bridge_ip_net;                    /* NULL: none */
	char *test_bridge, *test_tap, *test_macvtap; /* base names */
	char *qemu_path, *vmux_path, *vmux_qemu_path, *vmux_socket_path;
	char *root_disk;  /* NULL: our own image */
	char **fsdevs;    /* NAME:PATH, NULL-terminated */
	char *guest_cpus; /* cpu lists separated by ';', in turn; NULL: anywhere */
	char *vmux_cpus;  /* as in struct vmux_cfg; NULL: anywhere */
	gboolean vfs;     /* vfio: virtual functions, not the whole device */
	/* Of each guest. */
	unsigned vcpus, memory_mib, queues, rx_queue_size, tx_queue_size;
	uint8_t guest_mac[6], admin_mac[6]; /* of guest 0 */
	char **qemu_args;                   /* further arguments; NULL: none */
	/* Of the wire, where no NIC is configured. */
	char *loadgen_port; /* devargs; NULL: net_af_packet (net_af_xdp where DPDK has it and it is asked for) on the wire's end */
};

/* path NULL: defaults. Unknown groups and keys are errors that name the nearest known one. */
struct testbed *testbed_read(const char *path, GError **error);
/* The same of the file's text; path is for errors. */
struct testbed *testbed_parse(const char *path, const char *text, GError **error);
void testbed_free(struct testbed *t); /* NULL is fine */
/* Tables of all keys, as conf/README.md has them. Newly allocated. */
char *testbed_keys_markdown(void);
/* Does the key file hold groups of a testbed? (A file for --config may hold both.) */
gboolean testbed_group_known(const char *group);
/* A server of it: local or SSH. Newly allocated. */
struct server *testbed_server(const struct testbed_server *s, const char *name);

#endif
