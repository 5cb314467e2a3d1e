/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/ranks.h"

#include <stdatomic.h>
#include <string.h>

#include "analyze/base/error.h"

#ifdef TSIM_MPI
#include <mpi.h>
#endif

/* A number that mpirun gave us; otherwise if it gave none. */
static guint given_number(const char *name, guint otherwise)
{
	const char *text = g_getenv(name);
	guint64 v;

	if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &v, NULL))
		return otherwise;
	return (guint)v;
}

guint ranks_count(void)
{
	return MAX(given_number("OMPI_COMM_WORLD_SIZE", 1), 1);
}

guint ranks_own(void)
{
	return ranks_count() > 1 ? given_number("OMPI_COMM_WORLD_RANK", 0) : 0;
}

#ifdef TSIM_MPI

enum {
	/* Counts of MPI are int: what is longer goes in pieces. */
	PIECE_BYTES = 1 << 30,
	PIECE_VALUES = 1 << 24,
	TAG_STOP = 1,
	REST_US = 200,
	/* Of each second between mpirun's signals; what is left is for the disk and the way out. */
	WAIT_US = 500000,
	LEAVES_MAX_S = 60,
};

static struct shared {
	_Atomic int *stop; /* NULL: MPI's own errors end all ranks */
	gint64 stopped_us; /* when it was seen to be set; 0: it is not */
	gboolean lost;
	MPI_Request sum;
	gboolean summing;
} * shared_state(void)
{
	static struct shared state;

	return &state;
}

/* Is there anybody to talk to? */
static gboolean is_shared(void)
{
	int begun = 0, ended = 0;

	MPI_Initialized(&begun);
	MPI_Finalized(&ended);
	return begun && !ended && !shared_state()->lost;
}

/* With a stop that is shared, an error of MPI is a rank that has gone. */
static void check_call(int status)
{
	if (status != MPI_SUCCESS)
		shared_state()->lost = TRUE;
}

void ranks_share_stop(_Atomic int *stop)
{
	if (!is_shared())
		return;
	shared_state()->stop = stop;
	MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

/* Nobody waits for these: they are short, and whoever has died does not read them. */
static void tell_stop(void)
{
	for (guint i = 0; i < ranks_count(); i++) {
		MPI_Request request;

		if (i != ranks_own() && MPI_Isend(NULL, 0, MPI_BYTE, (int)i, TAG_STOP,
						MPI_COMM_WORLD, &request) == MPI_SUCCESS)
			MPI_Request_free(&request);
	}
}

/* Has anybody said it? */
static gboolean hear_stop(void)
{
	int told = 0;

	if (MPI_Iprobe(MPI_ANY_SOURCE, TAG_STOP, MPI_COMM_WORLD, &told, MPI_STATUS_IGNORE) !=
			MPI_SUCCESS ||
		!told)
		return FALSE;
	MPI_Recv(NULL, 0, MPI_BYTE, MPI_ANY_SOURCE, TAG_STOP, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
	return TRUE;
}

void ranks_tick(void)
{
	struct shared *s = shared_state();
	gboolean told;

	if (!is_shared() || s->stop == NULL)
		return;
	told = hear_stop();
	if (s->stopped_us != 0 || (!told && atomic_load(s->stop) == 0))
		return;
	s->stopped_us = g_get_monotonic_time();
	if (atomic_load(s->stop) != 0)
		tell_stop();
	else
		atomic_store(s->stop, 1);
}

gboolean ranks_wait(void)
{
	struct shared *s = shared_state();
	guint leaves_s = given_number("OMPI_MCA_odls_base_sigkill_timeout", 1);

	ranks_tick();
	if (s->stopped_us != 0 && g_get_monotonic_time() - s->stopped_us >
					  (gint64)CLAMP(leaves_s, 1, LEAVES_MAX_S) * WAIT_US)
		s->lost = TRUE;
	g_usleep(REST_US);
	return !s->lost;
}

gboolean ranks_are_whole(void)
{
	return !shared_state()->lost;
}

/* All are here. FALSE if there is one rank only, or one that does not come. */
static gboolean meet_all(void)
{
	MPI_Request request;
	int here = 0;

	if (!is_shared())
		return FALSE;
	check_call(MPI_Ibarrier(MPI_COMM_WORLD, &request));
	while (is_shared()) {
		check_call(MPI_Test(&request, &here, MPI_STATUS_IGNORE));
		if (here || !ranks_wait())
			break;
	}
	return here && is_shared();
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
	if (!meet_all())
		return;
	while (hear_stop()) /* nothing is to be under way at the end */
		;
	MPI_Finalize();
}

uint64_t ranks_max_u64(uint64_t mine)
{
	if (meet_all())
		check_call(MPI_Allreduce(
			MPI_IN_PLACE, &mine, 1, MPI_UINT64_T, MPI_MAX, MPI_COMM_WORLD));
	return mine;
}

void ranks_sum_u64(uint64_t *values, size_t n)
{
	gboolean all = meet_all();

	for (size_t at = 0; all && at < n; at += PIECE_VALUES)
		check_call(MPI_Allreduce(MPI_IN_PLACE, values + at, (int)MIN(n - at, PIECE_VALUES),
			MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD));
}

void ranks_sum_begin(uint64_t *values, size_t n)
{
	struct shared *s = shared_state();

	if (!is_shared())
		return;
	check_call(MPI_Iallreduce(
		MPI_IN_PLACE, values, (int)n, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD, &s->sum));
	s->summing = !s->lost;
}

gboolean ranks_sum_done(void)
{
	struct shared *s = shared_state();
	int done = 1;

	if (s->lost)
		return FALSE;
	if (s->summing)
		check_call(MPI_Test(&s->sum, &done, MPI_STATUS_IGNORE));
	s->summing = !done;
	return done && !s->lost;
}

GBytes *ranks_broadcast(GBytes *mine, guint from)
{
	gsize size;
	const void *own = g_bytes_get_data(mine, &size);
	uint64_t len = size;
	char *data;

	if (!meet_all())
		return g_bytes_ref(mine);
	check_call(MPI_Bcast(&len, 1, MPI_UINT64_T, (int)from, MPI_COMM_WORLD));
	data = g_malloc(MAX(len, 1));
	if (from == ranks_own() && len > 0)
		memcpy(data, own, len);
	for (uint64_t at = 0; at < len; at += PIECE_BYTES)
		check_call(MPI_Bcast(data + at, (int)MIN(len - at, PIECE_BYTES), MPI_BYTE,
			(int)from, MPI_COMM_WORLD));
	return g_bytes_new_take(data, len);
}

#else

gboolean ranks_begin(GError **error)
{
	if (ranks_count() == 1)
		return TRUE;
	return analyze_fail(error, ANALYZE_ERROR_NOT_FOUND,
		"mpirun: built without Open MPI; install libopenmpi-dev and rebuild, or run "
		"without mpirun");
}

void ranks_end(void)
{
}

void ranks_share_stop(_Atomic int *stop)
{
	(void)stop;
}

void ranks_tick(void)
{
}

gboolean ranks_wait(void)
{
	return TRUE;
}

gboolean ranks_are_whole(void)
{
	return TRUE;
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

void ranks_sum_begin(uint64_t *values, size_t n)
{
	(void)values;
	(void)n;
}

gboolean ranks_sum_done(void)
{
	return TRUE;
}

GBytes *ranks_broadcast(GBytes *mine, guint from)
{
	(void)from;
	return g_bytes_ref(mine);
}

#endif

/* One after the other: parts are small beside what was measured, and come once a trial. */
GPtrArray *ranks_gather(GBytes *mine)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

	for (guint i = 0; i < ranks_count(); i++) {
		g_autoptr(GBytes) one = ranks_broadcast(mine, i);

		if (ranks_own() == 0)
			g_ptr_array_add(all, g_steal_pointer(&one));
	}
	return ranks_own() == 0 ? g_steal_pointer(&all) : NULL;
}

gboolean ranks_all_true(gboolean mine)
{
	return ranks_max_u64(!mine) == 0;
}

gboolean ranks_agree(GError **error)
{
	guint nb = ranks_count();
	g_autoptr(GBytes) mine = NULL, same = NULL;
	g_autofree char *text = NULL;
	GQuark domain = *error != NULL ? (*error)->domain : ANALYZE_ERROR;
	int code = *error != NULL ? (*error)->code : ANALYZE_ERROR_IO;
	uint64_t failed = *error != NULL;
	/* The lowest rank that has one gives the largest number here. */
	uint64_t first = ranks_max_u64(*error != NULL ? nb - ranks_own() : 0);

	if (first == 0 && ranks_are_whole())
		return TRUE;
	ranks_sum_u64(&failed, 1);
	mine = g_bytes_new(*error == NULL ? "" : (*error)->message,
		*error == NULL ? 0 : strlen((*error)->message));
	same = ranks_broadcast(mine, nb - (guint)first);
	text = g_strndup(g_bytes_get_data(same, NULL), g_bytes_get_size(same));
	g_clear_error(error);
	if (!ranks_are_whole())
		return error_set(error, domain, code, "another rank exited or does not respond");
	if (failed == nb || nb == 1)
		return error_set(error, domain, code, "%s", text);
	return error_set(error, domain, code, "rank %u of %u: %s", nb - (guint)first, nb, text);
}
