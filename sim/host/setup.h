/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/host/setup.h: what stands before a trial can run: machine, interface, QEMU, reflector. Pure
 * data and the rules of what can exist; no I/O. The words are autotest's, and vmux's for vmux-*.
 */
#ifndef SIM_HOST_SETUP_H
#define SIM_HOST_SETUP_H

#include <stdint.h>

#include <glib.h>

enum machine { MACHINE_PROCESS, MACHINE_PCVM, MACHINE_MICROVM, MACHINE_HOST, MACHINE_EXTERNAL };
enum reflector_kind { REFLECTOR_DPDK, REFLECTOR_XDP }; /* treflect, treflect-xdp */
extern const char *const setup_reflectors[];           /* their words; NULL-terminated */

/* What an interface of a machine takes; SETUP_PCI and below are about virtual machines. */
enum setup_needs {
	SETUP_TAP = 1 << 0,        /* a tap a guest */
	SETUP_BRIDGE = 1 << 1,     /* a bridge that taps and the test interface are ports of */
	SETUP_MACVTAP = 1 << 2,    /* a macvtap a guest, on the test interface */
	SETUP_PASS = 1 << 3,       /* a PCI function a guest, bound to vfio-pci */
	SETUP_VMUX = 1 << 4,       /* the vmux process, a socket a guest */
	SETUP_SOCKET = 1 << 5,     /* a vhost-user socket a guest, of the generator */
	SETUP_VIRTIO = 1 << 6,     /* the guest's driver is virtio-net */
	SETUP_PCI = 1 << 7,        /* its device is on a PCI bus */
	SETUP_DEVICE = 1 << 9,     /* guests see the device that is passed, and need its driver */
	SETUP_WIRE = 1 << 8,       /* frames come over the wire between generator and host */
	SETUP_SHARED = 1 << 10,    /* the PCI function is vmux's DPDK port, one for all guests */
	SETUP_VFIO_USER = 1 << 11, /* tsim vfio-user, whose back ends are SETUP_SOCKET's */
};

enum { SETUP_VFIO_USER_GUESTS_MAX = 64 }; /* of tsim vfio-user */

struct setup_interface {
	const char *word;
	unsigned machines; /* bit 1 << enum machine */
	unsigned needs;    /* enum setup_needs; of pcvm, microvm and host */
	const char *
		guest_driver; /* kernel driver in the guest: "virtio_net", "e1000", "ice"; NULL: none */
};

struct setup {
	enum machine machine;
	const struct setup_interface *interface;
	const char *qemu;      /* name of the build, as in file names; "none" without a QEMU */
	const char *qemu_path; /* folder of qemu-system-x86_64; "": $PATH */
	gboolean vhost, ioregionfd;
	uint32_t guests;
	enum reflector_kind reflector;
};

/* NULL and an error that names what there is, with the nearest one first. where: "tests.cfg: [a] machines". */
const struct setup_interface *setup_interface_find(
	const char *where, const char *word, GError **error);
gboolean setup_machine_parse(
	const char *where, const char *word, enum machine *out, GError **error);
gboolean setup_reflector_parse(
	const char *where, const char *word, enum reflector_kind *out, GError **error);
const char *setup_machine_word(enum machine m);
/* The machines that have an interface: "pcvm, microvm or host". Newly allocated. */
char *setup_machines_with(const struct setup_interface *i);
const char *setup_reflector_word(enum reflector_kind r); /* "dpdk", "xdp" */
gboolean setup_is_vm(enum machine m);                    /* pcvm, microvm */
/* Does its interface take any of these (enum setup_needs)? */
gboolean setup_has(const struct setup *s, unsigned needs);
/* Queue pairs that its test interface can have in a virtual machine: at least 1. */
unsigned setup_queues_max(const struct setup *s);

/*
 * Can it exist? NULL, else the reason, static: "microvm has no PCI bus". Before anything is started.
 * Values without a meaning (QEMU on host and process) have to be those of setup_normal.
 */
const char *setup_impossible(const struct setup *s);
/* Values that have no meaning there become the ones that file names have: "none", off. */
void setup_normal(struct setup *s);
/* The order of cost: the first member in which they differ, 0 (machine) .. 6 (reflector); 7: equal. */
int setup_differs_at(const struct setup *a, const struct setup *b);
/* "pcvm bridge normal vhost=on ioregionfd=off 4 guests xdp": for people. Newly allocated. */
char *setup_text(const struct setup *s);
/* "--as=machine=pcvm,...": what guests are, as results have it. Newly allocated. */
char *setup_as(const struct setup *s);
/*
 * Words of tsim for guests of the set-up, which somebody else starts: all that is known before they are
 * there. Which port a wire has the lab knows; that there is one decides what --cores may say: one stands
 * for it. None for MACHINE_PROCESS.
 */
void setup_add_words(const struct setup *s, GStrvBuilder *words);

#endif
