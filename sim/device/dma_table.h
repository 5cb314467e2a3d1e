/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/device/dma_table.h: a guest's memory as its VFIO client maps it for the device, and what of it a
 * vhost-user back end is told: regions that it may read and write, in files, neighbours of one file
 * joined. Nothing is mapped here for longer than a write.
 */
#ifndef SIM_DEVICE_DMA_TABLE_H
#define SIM_DEVICE_DMA_TABLE_H

#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

enum {
	DMA_TABLE_MAX = 256,      /* regions */
	DMA_TABLE_SHARED_MAX = 8, /* that a back end takes */
};

struct dma_region {
	uint64_t address, size; /* in the guest */
	uint64_t offset;        /* in the file */
	int fd;                 /* the table's; -1: not shared */
	dev_t dev;
	ino_t ino;
};

struct dma_table;

/* Regions in the order of addresses; the descriptors stay the table's. */
struct dma_share {
	uint16_t generation; /* another one, if any of it is */
	unsigned nb;         /* may be more than there is room for: then it is of no use */
	struct dma_region region[DMA_TABLE_SHARED_MAX];
};

struct dma_table *dma_table_new(void);
void dma_table_free(struct dma_table *t); /* NULL is fine */

/*
 * 0, or what is wrong as an errno: EINVAL, EEXIST (overlaps another one), ENOSPC. r->fd < 0: nothing that
 * frames are in. The table has r->fd from now on; after an error it stays the caller's.
 */
int dma_table_map(struct dma_table *t, const struct dma_region *r);
/* Exactly one that was mapped, or size 0: all. FALSE: there is none. */
gboolean dma_table_unmap(struct dma_table *t, uint64_t address, uint64_t size);
/* Would that take shared memory away? */
gboolean dma_table_shares(const struct dma_table *t, uint64_t address, uint64_t size);

void dma_table_share(const struct dma_table *t, struct dma_share *s);
/* Are these len bytes in one of its regions? */
gboolean dma_share_has(const struct dma_share *s, uint64_t address, uint64_t len);
/* Bytes of the guest's memory, as they are now, in one piece. FALSE: they cannot be read, or written. */
gboolean dma_share_read(const struct dma_share *s, uint64_t address, void *to, size_t len);
gboolean dma_share_write(const struct dma_share *s, uint64_t address, const void *from, size_t len);

#endif
