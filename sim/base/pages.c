/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/memfd.h>
#include <rte_common.h>

#include "sim/base/fd.h"

enum { LINE = 64, SMALL = 4096 };

struct chunk {
	uint8_t *mem;
	size_t len, used;
	int fd; /* -1: another's */
	gboolean hugetlb;
	/* Of another's, which is all used. */
	dev_t dev;
	ino_t ino;
};

struct pages {
	GArray *chunks; /* struct chunk; parts are cut from the last */
	gboolean alone; /* the last is one part's */
};

/* fd -1: private memory. Only what begins on 2 MiB can lie on such pages. NULL and errno. */
static uint8_t *map_aligned(int fd, size_t len)
{
	size_t room = RTE_ALIGN_CEIL(len, SMALL) + PAGES_HUGE;
	uint8_t *all = mmap(
		NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *mem, *end;
	int saved;

	if (all == MAP_FAILED)
		return NULL;
	mem = all + (PAGES_HUGE - (uintptr_t)all % PAGES_HUGE) % PAGES_HUGE;
	end = mem + RTE_ALIGN_CEIL(len, SMALL);
	if (mmap(mem, len, PROT_READ | PROT_WRITE,
		    MAP_FIXED | MAP_NORESERVE | (fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED),
		    fd, 0) == MAP_FAILED) {
		saved = errno;
		munmap(all, room);
		errno = saved;
		return NULL;
	}
	if (mem != all)
		munmap(all, (size_t)(mem - all));
	munmap(end, (size_t)(all + room - end));
	return mem;
}

/* The pages of a range are there afterwards, or it is an error: no signal later. */
static gboolean fill_range(int fd, uint8_t *mem, size_t from, size_t to)
{
	from = from / SMALL * SMALL;
	to = RTE_ALIGN_CEIL(to, SMALL);
	if (madvise(mem + from, to - from, MADV_POPULATE_WRITE) == 0)
		return TRUE;
	if (errno != EINVAL)
		return FALSE;
	/* Before Linux 5.14. */
	if (fd >= 0 && (errno = posix_fallocate(fd, (off_t)from, (off_t)(to - from))) != 0)
		return FALSE;
	for (; from < to; from += SMALL)
		*(volatile uint8_t *)(mem + from) = 0;
	return TRUE;
}

/* 2 MiB, or 4 if less of them is left over behind parts of len; longer for a part that is. */
static size_t choose_len(size_t len)
{
	size_t one = RTE_ALIGN_CEIL(len, PAGES_HUGE), two = one + PAGES_HUGE;

	return two % len * one < one % len * two ? two : one;
}

static gboolean make_chunk(struct chunk *c, size_t len, gboolean hugetlb)
{
	int saved;

	*c = (struct chunk){ .len = len, .hugetlb = hugetlb };
	c->fd = memfd_create("tsim-queues",
		MFD_CLOEXEC | MFD_ALLOW_SEALING | (hugetlb ? MFD_HUGETLB | MFD_HUGE_2MB : 0U));
	if (c->fd < 0)
		return FALSE;
	/* fallocate, so that a lack of reserved pages is an error and not a signal later. */
	if (ftruncate(c->fd, (off_t)len) == 0 &&
		(!hugetlb || (errno = posix_fallocate(c->fd, 0, (off_t)len)) == 0) &&
		/* One that could make it shorter could make others die of SIGBUS. */
		fcntl(c->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0 &&
		(c->mem = map_aligned(c->fd, len)) != NULL) {
		if (!hugetlb)
			(void)madvise(c->mem, len, MADV_HUGEPAGE);
		return TRUE;
	}
	saved = errno;
	close(c->fd);
	errno = saved;
	return FALSE;
}

static void free_chunk(gpointer data)
{
	struct chunk *c = data;

	munmap(c->mem, c->len);
	fd_close(c->fd);
}

struct pages *pages_new(void)
{
	struct pages *p = g_new0(struct pages, 1);

	p->chunks = g_array_new(FALSE, FALSE, sizeof(struct chunk));
	g_array_set_clear_func(p->chunks, free_chunk);
	return p;
}

void pages_free(struct pages *p)
{
	if (p == NULL)
		return;
	g_array_free(p->chunks, TRUE);
	g_free(p);
}

static size_t part_len(size_t len)
{
	return (RTE_ALIGN_CEIL(MAX(len, 1), LINE) / LINE | 1) * LINE;
}

size_t pages_cost(size_t len, gboolean alone)
{
	return alone ? RTE_ALIGN_CEIL(part_len(len), SMALL) : part_len(len);
}

gboolean pages_take(struct pages *p, size_t len, gboolean alone, struct pages_part *out)
{
	guint nb = p->chunks->len;
	struct chunk *c = nb == 0 ? NULL : &g_array_index(p->chunks, struct chunk, nb - 1);

	len = part_len(len);
	if (c == NULL || alone || p->alone || len > c->len - c->used) {
		struct chunk fresh;

		if (!make_chunk(&fresh, choose_len(len), TRUE) &&
			!make_chunk(&fresh, choose_len(len), FALSE))
			return FALSE;
		g_array_append_val(p->chunks, fresh);
		c = &g_array_index(p->chunks, struct chunk, nb);
	}
	if (!fill_range(c->fd, c->mem, c->used, c->used + len))
		return FALSE;
	*out = (struct pages_part){
		.mem = c->mem + c->used, .len = len, .fd = c->fd, .at = c->used, .chunk_len = c->len
	};
	c->used += len;
	p->alone = alone;
	return TRUE;
}

/* Shared memory of this process that transparent huge pages hold. */
static uint64_t count_transparent(void)
{
	g_autofree char *text = NULL;
	const char *at;

	if (!g_file_get_contents("/proc/self/smaps_rollup", &text, NULL, NULL))
		return 0;
	at = strstr(text, "ShmemPmdMapped:");
	return at == NULL ? 0 : g_ascii_strtoull(at + strlen("ShmemPmdMapped:"), NULL, 10) * 1024;
}

void pages_count(const struct pages *p, uint64_t *all, uint64_t *huge)
{
	*all = 0;
	*huge = count_transparent();
	for (guint i = 0; i < p->chunks->len; i++) {
		const struct chunk *c = &g_array_index(p->chunks, struct chunk, i);

		*all += c->hugetlb ? c->len : RTE_ALIGN_CEIL(c->used, SMALL);
		*huge += c->hugetlb ? c->len : 0;
	}
	*all = MAX(*all, *huge);
}

/* The last first: parts of one chunk come one behind the other. */
static struct chunk *find_view(struct pages *p, const struct stat *st)
{
	for (guint i = p->chunks->len; i-- > 0;) {
		struct chunk *c = &g_array_index(p->chunks, struct chunk, i);

		if (c->fd < 0 && c->dev == st->st_dev && c->ino == st->st_ino)
			return c;
	}
	return NULL;
}

uint8_t *pages_view(struct pages *p, int fd, uint64_t at, uint64_t len)
{
	struct chunk *c, fresh;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return NULL;
	if (at > (uint64_t)st.st_size || len == 0 || len > (uint64_t)st.st_size - at) {
		errno = EINVAL;
		return NULL;
	}
	c = find_view(p, &st);
	if (c == NULL) {
		fresh = (struct chunk){ .len = (size_t)st.st_size,
			.used = (size_t)st.st_size,
			.fd = -1,
			.dev = st.st_dev,
			.ino = st.st_ino };
		fresh.mem = map_aligned(fd, fresh.len);
		if (fresh.mem == NULL)
			return NULL;
		(void)madvise(fresh.mem, fresh.len, MADV_HUGEPAGE);
		g_array_append_val(p->chunks, fresh);
		c = &g_array_index(p->chunks, struct chunk, p->chunks->len - 1);
	}
	return fill_range(-1, c->mem, at, at + len) ? c->mem + at : NULL;
}

uint8_t *pages_private(size_t len, size_t filled)
{
	uint8_t *mem = map_aligned(-1, len);
	size_t huge = RTE_ALIGN_CEIL(filled, PAGES_HUGE);
	int saved;

	if (mem == NULL)
		return NULL;
	huge = MIN(huge, RTE_ALIGN_CEIL(len, SMALL));
	(void)madvise(mem, huge, MADV_HUGEPAGE);
	/* A fault there is to take as long as one of 4 KiB. */
	if (huge < len)
		(void)madvise(mem + huge, len - huge, MADV_NOHUGEPAGE);
	if (filled == 0 || fill_range(-1, mem, 0, filled))
		return mem;
	saved = errno;
	munmap(mem, len);
	errno = saved;
	return NULL;
}
