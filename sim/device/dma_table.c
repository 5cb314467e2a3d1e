/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/device/dma_table.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sim/base/fd.h"

struct dma_table {
	GArray *regions; /* struct dma_region, in the order of addresses */
	uint16_t generation;
};

static struct dma_region *region_at(const struct dma_table *t, unsigned i)
{
	return &g_array_index(t->regions, struct dma_region, i);
}

static void clear_region(gpointer r)
{
	fd_close(((struct dma_region *)r)->fd);
}

struct dma_table *dma_table_new(void)
{
	struct dma_table *t = g_new0(struct dma_table, 1);

	t->regions = g_array_new(FALSE, FALSE, sizeof(struct dma_region));
	g_array_set_clear_func(t->regions, clear_region);
	return t;
}

void dma_table_free(struct dma_table *t)
{
	if (t == NULL)
		return;
	g_array_free(t->regions, TRUE);
	g_free(t);
}

/* Whoever maps more than there is of a file dies of it. */
static gboolean is_in_file(struct dma_region *r)
{
	struct stat st;

	if (fstat(r->fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 0 ||
		r->offset > (uint64_t)st.st_size || r->size > (uint64_t)st.st_size - r->offset)
		return FALSE;
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	return TRUE;
}

int dma_table_map(struct dma_table *t, const struct dma_region *asked)
{
	struct dma_region r = *asked;
	unsigned i = 0;

	if (r.size == 0 || r.address > UINT64_MAX - (r.size - 1) || (r.fd >= 0 && !is_in_file(&r)))
		return EINVAL;
	while (i < t->regions->len && region_at(t, i)->address < r.address)
		i++;
	if ((i > 0 && r.address - region_at(t, i - 1)->address < region_at(t, i - 1)->size) ||
		(i < t->regions->len && region_at(t, i)->address - r.address < r.size))
		return EEXIST;
	if (t->regions->len == DMA_TABLE_MAX)
		return ENOSPC;
	g_array_insert_val(t->regions, i, r);
	if (r.fd >= 0)
		t->generation++;
	return 0;
}

/* Index of a region; -1: none. */
static int find_region(const struct dma_table *t, uint64_t address, uint64_t size)
{
	for (unsigned i = 0; i < t->regions->len; i++)
		if (region_at(t, i)->address == address && region_at(t, i)->size == size)
			return (int)i;
	return -1;
}

gboolean dma_table_unmap(struct dma_table *t, uint64_t address, uint64_t size)
{
	int i = find_region(t, address, size);

	if (dma_table_shares(t, address, size))
		t->generation++;
	if (size == 0)
		g_array_set_size(t->regions, 0);
	else if (i >= 0)
		g_array_remove_index(t->regions, (unsigned)i);
	return size == 0 || i >= 0;
}

gboolean dma_table_shares(const struct dma_table *t, uint64_t address, uint64_t size)
{
	int i = find_region(t, address, size);

	return size == 0 || (i >= 0 && region_at(t, (unsigned)i)->fd >= 0);
}

static gboolean are_neighbours(const struct dma_region *a, const struct dma_region *b)
{
	return a->address + a->size == b->address && a->offset + a->size == b->offset &&
	       a->dev == b->dev && a->ino == b->ino;
}

void dma_table_share(const struct dma_table *t, struct dma_share *s)
{
	struct dma_region *last = NULL;

	*s = (struct dma_share){ .generation = t->generation };
	for (unsigned i = 0; i < t->regions->len; i++) {
		const struct dma_region *r = region_at(t, i);

		if (r->fd < 0)
			continue;
		if (last != NULL && are_neighbours(last, r)) {
			last->size += r->size;
			continue;
		}
		last = NULL;
		if (s->nb < DMA_TABLE_SHARED_MAX) {
			last = &s->region[s->nb];
			*last = *r;
		}
		s->nb++;
	}
}

static const struct dma_region *find_bytes(
	const struct dma_share *s, uint64_t address, uint64_t len)
{
	for (unsigned i = 0; i < MIN(s->nb, (unsigned)DMA_TABLE_SHARED_MAX); i++) {
		const struct dma_region *r = &s->region[i];

		if (address >= r->address && len <= r->size &&
			address - r->address <= r->size - len)
			return r;
	}
	return NULL;
}

gboolean dma_share_has(const struct dma_share *s, uint64_t address, uint64_t len)
{
	return find_bytes(s, address, len) != NULL;
}

gboolean dma_share_read(const struct dma_share *s, uint64_t address, void *to, size_t len)
{
	const struct dma_region *r = find_bytes(s, address, len);

	return r != NULL &&
	       pread(r->fd, to, len, (off_t)(r->offset + (address - r->address))) == (ssize_t)len;
}

/* Hugetlbfs knows no write. The kernel writes, as a file that was truncated kills whoever does. */
static gboolean write_mapped(int fd, uint64_t at, const void *from, size_t len)
{
	struct iovec local = { (void *)(uintptr_t)from, len }, remote;
	struct stat st;
	uint64_t page;
	uint8_t *map;
	gboolean done;

	if (fstat(fd, &st) != 0 || st.st_blksize <= 0)
		return FALSE;
	page = at - at % (uint64_t)st.st_blksize;
	map = mmap(NULL, at - page + len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)page);
	if (map == MAP_FAILED)
		return FALSE;
	remote = (struct iovec){ map + (at - page), len };
	done = process_vm_writev(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)len;
	munmap(map, at - page + len);
	return done;
}

gboolean dma_share_write(const struct dma_share *s, uint64_t address, const void *from, size_t len)
{
	const struct dma_region *r = find_bytes(s, address, len);
	uint64_t at;

	if (r == NULL)
		return FALSE;
	at = r->offset + (address - r->address);
	return pwrite(r->fd, from, len, (off_t)at) == (ssize_t)len ||
	       write_mapped(r->fd, at, from, len);
}
