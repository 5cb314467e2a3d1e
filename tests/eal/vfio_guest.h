/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a virtual machine does with a vfio-user device that is a virtio-net one: QEMU's client (order
 * and form of messages as in its hw/vfio-user and docs/interop/vfio-user.rst) and the guest's driver
 * (virtio 1.2, sections 2.7 split queues, 4.1 PCI, 5.1 network). Not tsim's own code, on purpose.
 *
 * guest_* end the program with a line on stderr when the device does what it must not.
 */
#ifndef TESTS_EAL_VFIO_GUEST_H
#define TESTS_EAL_VFIO_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <linux/virtio_ring.h>

enum guest_command {
	GUEST_VERSION = 1,
	GUEST_DMA_MAP,
	GUEST_DMA_UNMAP,
	GUEST_GET_INFO,
	GUEST_GET_REGION_INFO,
	GUEST_GET_IRQ_INFO = 7,
	GUEST_SET_IRQS,
	GUEST_REGION_READ,
	GUEST_REGION_WRITE,
	GUEST_RESET = 13,
	GUEST_NO_COMMAND = 77,
};

enum { GUEST_IS_REPLY = 1, GUEST_NO_REPLY = 1 << 4, GUEST_IS_ERROR = 1 << 5 };

/* Memory as a PC has it: below 640 KiB, a ROM that is not shared, and from 1 MiB on. */
enum {
	GUEST_LOW_LEN = 0xa0000,
	GUEST_ROM_AT = 0xc0000,
	GUEST_ROM_LEN = 0x20000,
	GUEST_HIGH_AT = 0x100000,
	GUEST_HIGH_LEN = 0x400000,
	GUEST_RAM_LEN = GUEST_HIGH_AT + GUEST_HIGH_LEN,
	GUEST_QUEUE_LEN = 0x10000, /* of each queue's rings, from 1 MiB on */
	GUEST_BUFFERS_AT = GUEST_HIGH_AT + 2 * GUEST_QUEUE_LEN,
	GUEST_STRIDE = 2048,
	GUEST_DESCRIPTORS_MAX = 1024,
	GUEST_HEADER_LEN = 12, /* struct virtio_net_hdr_v1 */
};

enum { GUEST_CONFIG_VECTOR, GUEST_RX_VECTOR, GUEST_TX_VECTOR, GUEST_VECTORS };

struct guest_header {
	uint16_t id, command;
	uint32_t size, flags, error;
};

/* A part of a region, which a capability names. */
struct guest_place {
	uint32_t region, at, len;
};

struct guest_queue {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t size, next, seen; /* next: of avail; seen: of used */
	uint32_t bell;             /* offset in the notify place */
};

struct guest {
	/* Set by the caller. */
	const char *path;
	uint16_t descriptors; /* 0: as many as the device has */
	unsigned pieces;      /* in which the memory from 1 MiB on is mapped; 0 is 1 */
	uint16_t buffer_len;  /* at most GUEST_STRIDE */
	uint64_t features;    /* accepted beside those that each driver does */
	bool mergeable, calls;
	bool late; /* late: the send queue is enabled by guest_enable */

	int s, ram_fd;
	uint8_t *ram; /* GUEST_RAM_LEN bytes */
	uint16_t id;
	uint64_t region_len[9];
	struct guest_place common, notify, isr, device, table, pba;
	uint32_t bell_step, msix_at;
	uint16_t nb_vectors;
	unsigned max_fds;
	bool can_reset_queues;
	int event[GUEST_VECTORS];
	uint8_t mac[6];
	struct guest_queue rx, tx;
	uint8_t owner[GUEST_DESCRIPTORS_MAX]; /* of each buffer, see enum */
};

enum { GUEST_OWNS, GUEST_RECEIVES, GUEST_SENDS };

#define guest_fail(g, ...) guest_fail_at((g)->path, __VA_ARGS__)
#define guest_fail_at(path, ...)                       \
	do {                                           \
		fprintf(stderr, "FAILED: %s: ", path); \
		fprintf(stderr, __VA_ARGS__);          \
		fputc('\n', stderr);                   \
		_exit(1);                              \
	} while (0)

/* A connected socket; waits ms for the path to be there. < 0: none. */
int guest_connect(const char *path, unsigned ms);

/* len bytes as they are, with descriptors. 0, or -1 when the device has hung up. */
int guest_send(int s, const void *bytes, size_t len, const int *fds, unsigned nb);

/* A request without waiting for its reply. */
void guest_request(struct guest *g, unsigned command, unsigned flags, const void *body, size_t len,
	const int *fds, unsigned nb);
/* The reply to the oldest request: its error, 0 for none. *len: room, then what came. */
unsigned guest_reply(struct guest *g, unsigned command, void *body, size_t *len);
/* Both, for an answer of len_out bytes exactly. */
unsigned guest_ask(struct guest *g, unsigned command, const void *body, size_t len, void *answer,
	size_t len_out);

/* Of a region. The error, 0 for none. */
unsigned guest_access(
	struct guest *g, bool write, uint32_t region, uint64_t at, void *data, uint32_t count);
uint64_t guest_get(struct guest *g, const struct guest_place *p, uint32_t at, uint32_t width);
void guest_put(
	struct guest *g, const struct guest_place *p, uint32_t at, uint32_t width, uint64_t value);
uint32_t guest_config(struct guest *g, uint32_t at, uint32_t width);
void guest_set_config(struct guest *g, uint32_t at, uint32_t width, uint32_t value);

/* The error, 0 for none. fd < 0: not shared. */
unsigned guest_map(struct guest *g, uint64_t at, uint64_t len, uint64_t offset, int fd);
unsigned guest_unmap(struct guest *g, uint64_t at, uint64_t len);
void guest_map_high(struct guest *g);
void guest_unmap_high(struct guest *g);

/* nb descriptors from vector start on; fds NULL: none any more. The error, 0 for none. */
unsigned guest_set_irqs(struct guest *g, uint32_t start, uint32_t nb, const int *fds);

void guest_mask(struct guest *g, uint32_t start, uint32_t nb, bool masked);

/* As QEMU begins: version, memory, what the device is. Memory is new. */
void guest_open(struct guest *g);
/* As QEMU that is killed. */
void guest_close(struct guest *g);

/* The driver's beginning, with features negotiated. */
void guest_greet(struct guest *g);
/* The driver's, up to DRIVER_OK; buffers for frames are there. */
void guest_start(struct guest *g);
/* Queue index's rings are made, empty; then it is enabled. */
void guest_make_queue(struct guest *g, struct guest_queue *q, uint16_t index, uint16_t vector);
void guest_enable(struct guest *g, uint16_t queue);
/* Both, by queue_reset, with DRIVER_OK as it is. */
void guest_reset_queues(struct guest *g);
/* Status 0, or the machine's reset; afterwards the device does not touch memory. */
void guest_stop(struct guest *g, bool reset);
/* Nothing of what frames are in changes for some time. */
void guest_expect_quiet(const struct guest *g, const char *when);

/* A buffer for frames to come; guest_publish says so. */
void guest_give(struct guest *g, uint16_t buffer);
/* TRUE: the device was notified. */
bool guest_publish(struct guest *g, struct guest_queue *q, uint16_t index);

#endif
