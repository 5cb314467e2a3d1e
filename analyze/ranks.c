/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/ranks.h"

#include <string.h>

#include "analyze/error.h"

#ifdef TSIM_MPI
#include <mpi.h>
#endif

/* A number that mpirun gave us; otherwise if it gave none. */
static guint given(const char *name, guint otherwise)
{
	const char *text = g_getenv(name);
	guint64 v;

	if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &v, NULL))
		return otherwise;
	return (guint)v;
}

guint ranks_count(void)
{
	return MAX(given("OMPI_COMM_WORLD_SIZE", 1), 1);
}

guint ranks_own(void)
{
	return ranks_count() > 1 ? given("OMPI_COMM_WORLD_RANK", 0) : 0;
}

#ifdef TSIM_MPI

/* Counts of MPI are int: what is longer goes in pieces. */
enum { PIECE_BYTES = 1 << 30, PIECE_VALUES = 1 << 24, TAG = 1 };

/* Is there anybody to talk to? MPI's own errors end all ranks: no return value is looked at. */
static gboolean is_shared(void)
{
	int begun = 0, ended = 0;

	MPI_Initialized(&begun);
	MPI_Finalized(&ended);
	return begun && !ended;
}

gboolean ranks_begin(GError **error)
{
	int level;

	(void)error;
	if (ranks_count() > 1)
		MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
	return TRUE;
}

void ranks_end(void)
{
	if (is_shared())
		MPI_Finalize();
}

void ranks_barrier(void)
{
	if (is_shared())
		MPI_Barrier(MPI_COMM_WORLD);
}

gboolean ranks_all_true(gboolean mine)
{
	int all = mine ? 1 : 0;

	if (is_shared())
		MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
	return all != 0;
}

uint64_t ranks_max_u64(uint64_t mine)
{
	if (is_shared())
		MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_UINT64_T, MPI_MAX, MPI_COMM_WORLD);
	return mine;
}

void ranks_sum_u64(uint64_t *values, size_t n)
{
	for (size_t at = 0; is_shared() && at < n; at += PIECE_VALUES)
		MPI_Allreduce(MPI_IN_PLACE, values + at, (int)MIN(n - at, PIECE_VALUES),
			MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
}

static GBytes *receive(int from, uint64_t len)
{
	char *data = g_malloc(MAX(len, 1));

	for (uint64_t at = 0; at < len; at += PIECE_BYTES)
		MPI_Recv(data + at, (int)MIN(len - at, PIECE_BYTES), MPI_BYTE, from, TAG,
			MPI_COMM_WORLD, MPI_STATUS_IGNORE);
	return g_bytes_new_take(data, len);
}

GPtrArray *ranks_gather(GBytes *mine)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	gsize size;
	const char *data = g_bytes_get_data(mine, &size);
	g_autofree uint64_t *len = g_new0(uint64_t, ranks_count());
	uint64_t own = size;

	if (!is_shared()) {
		g_ptr_array_add(all, g_bytes_ref(mine));
		return g_steal_pointer(&all);
	}
	MPI_Gather(&own, 1, MPI_UINT64_T, len, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
	if (ranks_own() > 0) {
		for (uint64_t at = 0; at < own; at += PIECE_BYTES)
			MPI_Send(data + at, (int)MIN(own - at, PIECE_BYTES), MPI_BYTE, 0, TAG,
				MPI_COMM_WORLD);
		return NULL;
	}
	g_ptr_array_add(all, g_bytes_ref(mine));
	for (guint i = 1; i < ranks_count(); i++)
		g_ptr_array_add(all, receive((int)i, len[i]));
	return g_steal_pointer(&all);
}

GBytes *ranks_broadcast(GBytes *of_first)
{
	gboolean first = ranks_own() == 0;
	uint64_t len = first ? g_bytes_get_size(of_first) : 0;
	char *data;

	if (!is_shared())
		return g_bytes_ref(of_first);
	MPI_Bcast(&len, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
	data = g_malloc(MAX(len, 1));
	if (first && len > 0)
		memcpy(data, g_bytes_get_data(of_first, NULL), len);
	for (uint64_t at = 0; at < len; at += PIECE_BYTES)
		MPI_Bcast(data + at, (int)MIN(len - at, PIECE_BYTES), MPI_BYTE, 0, MPI_COMM_WORLD);
	return g_bytes_new_take(data, len);
}

#else

gboolean ranks_begin(GError **error)
{
	if (ranks_count() == 1)
		return TRUE;
	g_set_error_literal(error, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND,
		"mpirun: this program was built without Open MPI; install libopenmpi-dev and build "
		"again, or run it without mpirun");
	return FALSE;
}

void ranks_end(void)
{
}

void ranks_barrier(void)
{
}

gboolean ranks_all_true(gboolean mine)
{
	return mine;
}

uint64_t ranks_max_u64(uint64_t mine)
{
	return mine;
}

void ranks_sum_u64(uint64_t *values, size_t n)
{
	(void)values;
	(void)n;
}

GPtrArray *ranks_gather(GBytes *mine)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

	g_ptr_array_add(all, g_bytes_ref(mine));
	return all;
}

GBytes *ranks_broadcast(GBytes *of_first)
{
	return g_bytes_ref(of_first);
}

#endif

/* What the ranks say, each text once. */
static char *join(const GPtrArray *texts)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < texts->len; i++) {
		GBytes *text = g_ptr_array_index(texts, i);
		guint same = 0;
		gboolean first = TRUE;

		for (guint j = 0; j < texts->len; j++) {
			if (!g_bytes_equal(g_ptr_array_index(texts, j), text))
				continue;
			same++;
			first = first && j >= i;
		}
		if (g_bytes_get_size(text) == 0 || !first)
			continue;
		if (all->len > 0)
			g_string_append_c(all, '\n');
		if (same < texts->len)
			g_string_append_printf(all, "rank %u: ", i);
		g_string_append_len(
			all, g_bytes_get_data(text, NULL), (gssize)g_bytes_get_size(text));
	}
	return g_string_free(all, FALSE);
}

gboolean ranks_agree(GError **error)
{
	g_autoptr(GBytes) mine = NULL;
	g_autoptr(GBytes) all = NULL;
	g_autoptr(GPtrArray) texts = NULL;

	if (ranks_all_true(*error == NULL))
		return TRUE;
	mine = *error != NULL ? g_bytes_new((*error)->message, strlen((*error)->message))
			      : g_bytes_new(NULL, 0);
	texts = ranks_gather(mine);
	if (texts != NULL) {
		char *text = join(texts);

		all = g_bytes_new_take(text, strlen(text));
	}
	{
		g_autoptr(GBytes) same = ranks_broadcast(all);
		g_autofree char *text = g_strndup(
			g_bytes_get_data(same, NULL), g_bytes_get_size(same));
		GQuark domain = *error != NULL ? (*error)->domain : ANALYZE_ERROR;
		int code = *error != NULL ? (*error)->code : ANALYZE_ERROR_IO;

		g_clear_error(error);
		g_set_error_literal(error, domain, code, text);
	}
	return FALSE;
}
