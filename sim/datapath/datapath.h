/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/datapath.h: how frames get to guests and back. One file per interface, each a
 * const struct datapath_ops; datapath.c lists them. To add an interface, write its file and add
 * its row to that list.
 *
 * A datapath serves the guests of one interface, or of one family of them; a fleet has several. Within
 * it guests are slots 0 .. nb_guests - 1; guest[] tells their numbers. Frames are written and read where the interface
 * has them: memory is reserved, filled and committed; received, looked at and released.
 */
#ifndef SIM_DATAPATH_DATAPATH_H
#define SIM_DATAPATH_DATAPATH_H

#include <pthread.h>
#include <stdint.h>

#include <glib.h>

struct datapath;
struct datapath_ops;
struct qpairs;
struct vhost_guests;
struct wire;

/* How guests are reached: by vhost-user, on a socket each; by queue pairs that tsim makes. */
#define DATAPATH_SOCKET "--vhost-user"
#define DATAPATH_QUEUES "--queues"

struct datapath_cfg {
	const char *interface; /* of an ops */
	const char *name;      /* in results; NULL: the interface's */
	uint32_t nb_guests;
	const uint32_t *guest; /* number of the guest in each slot */
	/* By slot: its guest's interface, all of one family. NULL: that of interface. */
	const struct datapath_ops *const *guest_ops;
	uint32_t nb_on_sockets;  /* guests of this process on DATAPATH_SOCKET, of all interfaces */
	const uint8_t *base_mac; /* of guest 0; guest n has it plus n */
	uint32_t frame_len_max;  /* with FCS: the longest frame that is sent */
	/*
	 * By number of guest: the longest that it is sent. NULL: it may be any, as where guests send
	 * to guests.
	 */
	const uint32_t *longest;
	gboolean strangers; /* guests are no processes of ours: none may reach another's memory */
	unsigned nb_load, nb_rx; /* workers that send, and that receive */
	const char *socket_dir;  /* folder for sockets; must exist if ops->guest_option is set */
	gboolean guests_listen;  /* guests on vhost-user: on the sockets; else the datapath does */
	uint16_t descriptors;    /* of each queue of a guest */
	unsigned nb_host_cpus;   /* CPUs that the host's threads may run on */
	const unsigned *host_cpu;
	gboolean host_shares; /* others run there too: a thread that polls yields when idle */
	gboolean vhost;       /* virtio: vhost on */
	const char *policy;   /* vmux: "emulate-all", "passthrough:K", "busiest:K" */
	uint32_t vf_limit;    /* vmux: queue pairs that the NIC has */
	unsigned mediators;   /* vmux: threads */
	const char *port;     /* port: DPDK devargs */
	gboolean ptp;         /* port: probes are PTP frames, which the NIC may stamp */
};

/* A frame where it lies in an interface's memory. */
struct frame_slot {
	uint8_t *data;
	uint32_t len; /* bytes at data, without FCS; 0: one that is not in one piece, foreign */
	uint32_t id;  /* the interface's own */
	void *cookie; /* the interface's own */
	uint64_t tsc; /* when it arrived, if the datapath stamps; else not set */
};

/* When the NIC says that the last PTP frame left, and that one arrived; 0: it does not say. */
struct datapath_stamps {
	uint64_t sent_tsc, arrived_tsc;
};

/* CPU that the host's side of an interface took since it was opened. */
struct datapath_cost {
	uint64_t busy_cycles; /* TSC cycles of turns in which frames were moved */
	uint64_t cpu_ns;      /* CPU time of its threads */
	unsigned threads;
};

/* What memory is asked for ahead of a burst to or from a guest. Step by step: each reads the one before. */
enum datapath_ahead {
	DATAPATH_STATE,      /* what the interface itself knows of the guest */
	DATAPATH_TO_GUEST,   /* the descriptors that reserve will read */
	DATAPATH_FROM_GUEST, /* those that receive will */
};

struct datapath_ops {
	const char *interface;
	const char *mechanism; /* one line: what really moves the frame */

	/*
	 * NULL: none. Guests of all interfaces of a family are one datapath's, whose ops are those of the
	 * first one. Others differ in guest_option, host_files, address, missing and fault.
	 */
	const char *family;
	/* Option of treflect that takes address(): DATAPATH_... NULL: there are no guests to start. */
	const char *guest_option;
	/*
	 * Memory that is reserved holds zero bytes from FRAME_HEAD_LEN on: else the writer of a
	 * frame sets them.
	 */
	gboolean zeroed;
	gboolean one_way; /* nothing ever comes back */

	/* What tsim opens and starts for each guest: file descriptors, threads. */
	unsigned host_files, host_threads;
	/* NULL: always. Can one process serve cfg's guests, whatever the machine? An error of usage. */
	gboolean (*fits)(const struct datapath_cfg *cfg, GError **error);
	/* NULL: none. Bytes of EAL memory (mempools, rings) that open will take. */
	size_t (*memory)(const struct datapath_cfg *cfg);
	/* NULL: none. Bytes of other memory that open will take, which it shares with guests. */
	size_t (*shared)(const struct datapath_cfg *cfg);
	/* Mandatory. Once a run: make everything that guests connect to; start the host's threads. */
	gboolean (*open)(struct datapath *d, const struct datapath_cfg *cfg, GError **error);
	/* Mandatory. */
	void (*close)(struct datapath *d);
	/* NULL if there is nothing to connect to. Where a guest finds its interface; static for d's life. */
	const char *(*address)(struct datapath *d, uint32_t slot);
	/* NULL if always. Can frames be exchanged with the guest now? Any thread. */
	gboolean (*connected)(struct datapath *d, uint32_t slot);
	/*
	 * NULL: nothing to say. What a guest that does not answer lacks, for the user; static, NULL if
	 * that is not known. *hopeless: waiting longer does not help. Before a trial, main thread.
	 */
	const char *(*missing)(struct datapath *d, uint32_t slot, gboolean *hopeless);
	/*
	 * NULL: nothing to say. What a guest did that it must not, and is away for, for the user; static,
	 * NULL if nothing. Main thread.
	 */
	const char *(*fault)(struct datapath *d, uint32_t slot);
	/* NULL: never. How often the guest was called (interrupted) since d was opened, as it asked. Any thread. */
	uint64_t (*calls)(struct datapath *d, uint32_t slot);
	/* NULL: the host has no threads of its own. Any time, main thread. */
	void (*cost)(struct datapath *d, struct datapath_cost *out);
	/* NULL: nothing to do. Every few milliseconds of a trial and before it; main thread. */
	void (*tick)(struct datapath *d);
	/*
	 * NULL: nothing to say. Members for the trial's "interface_info"; counts are of what happened
	 * since the last call, which is when the trial began. Main thread.
	 */
	void (*describe)(struct datapath *d, void *json_object);

	/*
	 * Mandatory, hot, once a burst. Memory for up to n frames to a guest, each with room for the
	 * longest that it is sent: sets data of f[0] .. f[result - 1]. 0 for a guest that is not connected or
	 * has no room. q is the load worker's number; at most one thread a q and a slot.
	 */
	uint16_t (*reserve)(
		struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n);
	/*
	 * Mandatory, hot. After reserve gave n frames: send the first nb of them, whose len is set,
	 * and take all memory back. Returns how many the interface took (the first ones).
	 */
	uint16_t (*commit)(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
		uint16_t nb, uint16_t n);
	/*
	 * Hot. NULL if frames come by ports only. Up to n frames that the guest sent. The caller
	 * releases all of them before it receives from this slot again. One thread a slot.
	 */
	uint16_t (*receive)(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n);
	void (*release)(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n);
	/*
	 * Hot, once a burst and step. NULL: nothing to ask for. Prefetches only: it changes nothing, and
	 * what it reads may be stale or nonsense. By whoever calls reserve or receive of the slot.
	 */
	void (*prefetch)(struct datapath *d, uint32_t slot, enum datapath_ahead what);
	/* Hot. NULL if there are no ports (nb_ports 0). The same for frames of any guest. One thread a port. */
	uint16_t (*receive_port)(
		struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n);
	void (*release_port)(struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n);

	/*
	 * NULL if not with cfg->ptp. By the timer worker alone: the len bytes at frame as one frame
	 * whose departure the NIC is asked to stamp. FALSE: no room.
	 */
	gboolean (*send_ptp)(struct datapath *d, unsigned q, const uint8_t *frame, uint32_t len);
	/* Same thread. A NIC keeps one stamp a direction until it is read: this takes both away. */
	void (*take_stamps)(struct datapath *d, struct datapath_stamps *out);
};

/* Waits until no worker is inside a burst that it had begun. Set by the engine. */
typedef void (*datapath_quiesce)(void *arg);

struct datapath {
	const struct datapath_ops *ops;
	void *state; /* the interface's own */
	char *name;  /* what results call it: the interface as asked for, "virtio-off" */
	uint32_t nb_guests;
	uint32_t *guest;   /* number of the guest in each slot */
	unsigned nb_ports; /* set by open */
	gboolean stamps;   /* frames carry their time of arrival; set by open */
	gboolean ptp;      /* its NIC may stamp PTP frames; set by open */
	/*
	 * What stamps were off at most, in TSC cycles, since it was last set to 0: a reading of the
	 * NIC's clock against the line through those before it, and half the time that it took.
	 * Written by the main thread.
	 */
	_Atomic uint64_t stamp_error_tsc;
	struct qpairs *qpairs;      /* of interfaces that have them: qpair.h */
	struct vhost_guests *vhost; /* likewise: vhost_guests.h */
	struct wire *wire;          /* likewise: wire.h */
	/* Held while quiesce runs, and to change it: not by workers. */
	pthread_mutex_t quiesce_lock;
	datapath_quiesce quiesce;
	void *quiesce_arg;
};

/* What was added to a sum since it was asked for last; *last: what it was then. For describe. */
static inline uint64_t datapath_since_last(uint64_t now, uint64_t *last)
{
	uint64_t added = now - *last;

	*last = now;
	return added;
}

/* Where a guest is. */
struct datapath_guest {
	struct datapath *datapath;
	uint32_t slot;
	const struct datapath_ops *ops; /* its interface's; those of a burst are datapath's */
};

/* Is the guest in a slot reached by DATAPATH_...? How many are? */
gboolean datapath_cfg_reaches(const struct datapath_cfg *cfg, uint32_t slot, const char *by);
uint32_t datapath_cfg_count(const struct datapath_cfg *cfg, const char *by);

/* NULL and error for an interface that is unknown. */
const struct datapath_ops *datapath_find(const char *interface, GError **error);
/* "null, vhost-user, ...": for help and errors. Newly allocated. */
char *datapath_names(void);
/* NULL and error for an interface that is unknown or cannot be opened. */
struct datapath *datapath_open(const struct datapath_cfg *cfg, GError **error);
void datapath_close(struct datapath *d); /* NULL is fine */

/* While fn is set, connections that end wait for it before their memory goes. NULL takes it back. */
void datapath_set_quiesce(struct datapath *d, datapath_quiesce fn, void *arg);
/* What an interface calls when a guest has gone: runs quiesce, if one is set. */
void datapath_wait_quiet(struct datapath *d);

extern const struct datapath_ops datapath_null, datapath_discard, datapath_vhost_user,
	datapath_virtio, datapath_vfio, datapath_vmux, datapath_vmux_virtio, datapath_port;

#endif
