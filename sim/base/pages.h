/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/base/pages.h: memory on pages of 2 MiB where the machine has them, else of 4 KiB.
 *
 * Shared memory, in this order: pages reserved for hugetlb that are free (vm.nr_hugepages);
 * transparent huge pages (/sys/kernel/mm/transparent_hugepage/shmem_enabled is not never); 4 KiB.
 * It comes in chunks: memfds of 2 or 4 MiB that hold the parts of several guests, longer only for
 * a part that is longer. Whoever gets a chunk's descriptor can map, and write, all parts in it.
 *
 * Nothing faults later: a part is there when it is handed out. Main thread.
 */
#ifndef SIM_BASE_PAGES_H
#define SIM_BASE_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

enum { PAGES_HUGE = 2 << 20 };

struct pages;

/* A part of a chunk. Zeroed; on a cache line. */
struct pages_part {
	uint8_t *mem;
	size_t len; /* as asked for, or a little more: see pages_take */
	int fd;     /* of the chunk, sealed: it can neither shrink nor grow. Not the caller's */
	size_t at;  /* where the part begins in the chunk */
	size_t chunk_len; /* bytes that fd has: what a front end shares */
};

struct pages *pages_new(void);
/* NULL is fine. Parts and descriptors are gone then; what other processes have mapped stays. */
void pages_free(struct pages *p);
/*
 * len is rounded up to an odd number of cache lines: parts of one length begin in different cache
 * sets. alone: in a chunk of its own. FALSE: no memory or no descriptor is left, errno says which.
 */
gboolean pages_take(struct pages *p, size_t len, gboolean alone, struct pages_part *out);
/* What a part of len takes of the machine's memory where pages have 4 KiB. */
size_t pages_cost(size_t len, gboolean alone);
/* Bytes of all chunks, others' too, and those of them that lie on pages of 2 MiB. Reads /proc. */
void pages_count(const struct pages *p, uint64_t *all, uint64_t *huge);

/*
 * Where len bytes from at on of another's chunk behind fd are. A chunk is mapped once, however many
 * descriptors of it come; fd stays the caller's and may be closed. NULL and errno: cannot be
 * mapped, or EINVAL: not in the chunk.
 */
uint8_t *pages_view(struct pages *p, int fd, uint64_t at, uint64_t len);

/*
 * len bytes of this process alone, zeroed, of which the first filled are there already; the rest
 * comes by 4 KiB as it is touched. NULL: no memory is left. To be freed with munmap and len.
 */
uint8_t *pages_private(size_t len, size_t filled);

#endif
