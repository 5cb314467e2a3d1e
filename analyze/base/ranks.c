/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/ranks.h"

#include <string.h>

#include "analyze/base/error.h"

#ifdef TSIM_MPI
#include <mpi.h>
#endif

struct ranks_mail {
	GQueue leaving, coming; /* struct message */
};

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
enum { PIECE_BYTES = 1 << 30, PIECE_VALUES = 1 << 24, TAG = 1, TAG_MESSAGE = 100 };

/* A message on its way. */
struct message {
	MPI_Request request;
	GBytes *bytes;
	guint rank, kind;
};

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

void ranks_outlive(void)
{
	if (is_shared())
		MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

static void free_message(struct message *m)
{
	g_bytes_unref(m->bytes);
	g_free(m);
}

/* A message to somebody who has gone may never leave: it is kept, as MPI may still read it. */
static void see_leave(struct ranks_mail *mail)
{
	for (GList *l = mail->leaving.head, *next; l != NULL; l = next) {
		struct message *m = l->data;
		int gone = 0;

		next = l->next;
		if (MPI_Test(&m->request, &gone, MPI_STATUS_IGNORE) == MPI_SUCCESS && !gone)
			continue;
		free_message(m);
		g_queue_delete_link(&mail->leaving, l);
	}
}

gboolean ranks_post(struct ranks_mail *mail, guint to, guint kind, GBytes *message)
{
	gsize len;
	const void *data = g_bytes_get_data(message, &len);
	struct message *m;

	if (len > RANKS_MESSAGE_MAX)
		return FALSE;
	if (!is_shared())
		return TRUE;
	m = g_new0(struct message, 1);
	m->bytes = g_bytes_ref(message);
	m->rank = to;
	if (MPI_Isend(data, (int)len, MPI_BYTE, (int)to, TAG_MESSAGE + (int)kind, MPI_COMM_WORLD,
		    &m->request) != MPI_SUCCESS) {
		free_message(m); /* nobody is there any more: who asks will hear of it */
		return TRUE;
	}
	g_queue_push_tail(&mail->leaving, m);
	see_leave(mail);
	return TRUE;
}

gboolean ranks_posted(struct ranks_mail *mail)
{
	if (!is_shared())
		return TRUE;
	see_leave(mail);
	return g_queue_is_empty(&mail->leaving);
}

/* Begin to receive what is announced. It is not waited for: its sender may die in the middle. */
static void see_come(struct ranks_mail *mail)
{
	MPI_Status status;
	int there = 0, len = 0;

	while (MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status) ==
			MPI_SUCCESS &&
		there) {
		struct message *m;

		if (status.MPI_TAG < TAG_MESSAGE)
			return; /* of a call that is made together: not ours to take */
		MPI_Get_count(&status, MPI_BYTE, &len);
		m = g_new0(struct message, 1);
		m->rank = (guint)status.MPI_SOURCE;
		m->kind = (guint)(status.MPI_TAG - TAG_MESSAGE);
		m->bytes = g_bytes_new_take(g_malloc((gsize)MAX(len, 1)), (gsize)len);
		if (MPI_Irecv((void *)(uintptr_t)g_bytes_get_data(m->bytes, NULL), len, MPI_BYTE,
			    status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
			    &m->request) == MPI_SUCCESS)
			g_queue_push_tail(&mail->coming, m);
		else
			free_message(m);
	}
}

/* Is one of the same rank and kind before it? */
static gboolean is_first(const struct ranks_mail *mail, const GList *l)
{
	const struct message *m = l->data;

	for (const GList *k = mail->coming.head; k != l; k = k->next) {
		const struct message *before = k->data;

		if (before->rank == m->rank && before->kind == m->kind)
			return FALSE;
	}
	return TRUE;
}

GBytes *ranks_take(struct ranks_mail *mail, guint *from, guint *kind)
{
	if (!is_shared())
		return NULL;
	see_leave(mail);
	see_come(mail);
	for (GList *l = mail->coming.head, *next; l != NULL; l = next) {
		struct message *m = l->data;
		GBytes *bytes = NULL;
		int there = 0, failed;

		next = l->next;
		if (!is_first(mail, l))
			continue;
		failed = MPI_Test(&m->request, &there, MPI_STATUS_IGNORE) != MPI_SUCCESS;
		if (!there && !failed)
			continue;
		*from = m->rank;
		*kind = m->kind;
		if (!failed)
			bytes = g_bytes_ref(m->bytes);
		free_message(m);
		g_queue_delete_link(&mail->coming, l);
		if (bytes != NULL)
			return bytes;
	}
	return NULL;
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

void ranks_outlive(void)
{
}

gboolean ranks_post(struct ranks_mail *mail, guint to, guint kind, GBytes *message)
{
	(void)mail;
	(void)to;
	(void)kind;
	return g_bytes_get_size(message) <= RANKS_MESSAGE_MAX;
}

gboolean ranks_posted(struct ranks_mail *mail)
{
	(void)mail;
	return TRUE;
}

GBytes *ranks_take(struct ranks_mail *mail, guint *from, guint *kind)
{
	(void)mail;
	(void)from;
	(void)kind;
	return NULL;
}

#endif

struct ranks_mail *ranks_mail_new(void)
{
	return g_new0(struct ranks_mail, 1);
}

void ranks_mail_free(struct ranks_mail *m)
{
	if (m == NULL)
		return;
	g_queue_clear(&m->leaving);
	g_queue_clear(&m->coming);
	g_free(m);
}

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
