/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyze/base/cli.h"
#include "analyze/base/ranks.h"
#include "sim/base/error.h"

enum {
	BEAT_US = 250000, /* between signs of life */
	LOOK_US = 50000,  /* between looks at who has died */
	REST_US = 200,
	FAREWELL_US = 3000000, /* how long the leader stays for the others, if somebody died */
	PATIENCE_S = 120,
};

/* On the wire, behind those of enum crew_kind. */
enum { BEAT = CREW_KINDS, MEET, MET, NB_KINDS };
G_STATIC_ASSERT((int)NB_KINDS <= (int)RANKS_KINDS);

struct mate {
	char *host, *machine; /* NULL before they have met */
	pid_t pid;
	GBytes *cpus;
	gboolean near;
	char *death;
	gint64 heard_us;
	GBytes *said; /* for the meeting that is on; rank 0 */
};

struct letter {
	guint from;
	GBytes *bytes;
};

struct crew {
	guint own, nb;
	struct crew_hush *hush;
	struct ranks_mail *mail;
	struct mate *mate;
	GQueue inbox[CREW_KINDS];
	GBytes *met; /* what the meeting came to; not rank 0 */
	_Atomic int *interrupt;
	gboolean interrupt_told, dismissed;
	gint64 beat_us, look_us, patience_us;
};

void crew_hush(struct crew_hush *h)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	h->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	h->err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	h->said = memfd_create("tsim-stderr", MFD_CLOEXEC);
	if (null >= 0 && h->out >= 0 && h->err >= 0 && h->said >= 0) { /* else it talks */
		dup2(null, STDOUT_FILENO);
		dup2(h->said, STDERR_FILENO);
	}
	if (null >= 0)
		close(null);
}

/* stderr as it was. What was said to it meanwhile, newly allocated. */
static char *unhush(struct crew_hush *h)
{
	GString *text = g_string_new(NULL);
	char buffer[4096];
	ssize_t n;

	if (h->said < 0)
		return g_string_free(text, FALSE);
	fflush(stderr);
	dup2(h->err, STDERR_FILENO);
	close(h->err);
	lseek(h->said, 0, SEEK_SET);
	while ((n = read(h->said, buffer, sizeof(buffer))) > 0)
		g_string_append_len(text, buffer, n);
	close(h->said);
	h->said = h->err = -1;
	return g_string_free(text, FALSE);
}

void crew_take_over(struct crew *c)
{
	if (c == NULL || c->hush->out < 0)
		return;
	fflush(stdout);
	dup2(c->hush->out, STDOUT_FILENO);
	close(c->hush->out);
	c->hush->out = -1;
}

/* A boot of a machine, and the name space that its process numbers are of. */
static char *own_machine(void)
{
	g_autofree char *boot = NULL, *pids = g_file_read_link("/proc/self/ns/pid", NULL);

	if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL))
		boot = g_strdup(g_get_host_name());
	return g_strdup_printf("%s %s", g_strchomp(boot), pids == NULL ? "" : pids);
}

char *crew_own_mark(void)
{
	g_autofree char *machine = own_machine();

	return g_strdup_printf("%s %d", machine, getpid());
}

char *crew_mark(const struct crew *c, guint rank)
{
	return c == NULL ? crew_own_mark()
			 : g_strdup_printf("%s %d", c->mate[rank].machine, c->mate[rank].pid);
}

gboolean crew_mark_lives(const char *mark)
{
	g_autofree char *machine = own_machine();
	const char *at = strrchr(mark, ' ');
	gint64 pid = at == NULL ? 0 : g_ascii_strtoll(at + 1, NULL, 10);

	return pid > 0 && strncmp(mark, machine, strlen(machine)) == 0 &&
	       mark + strlen(machine) == at && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

static GBytes *own_card(void)
{
	g_autofree char *machine = own_machine();
	cpu_set_t cpus;
	GVariant *card;
	GBytes *bytes;

	CPU_ZERO(&cpus);
	(void)sched_getaffinity(0, sizeof(cpus), &cpus);
	card = g_variant_ref_sink(g_variant_new("(ssi@ay)", g_get_host_name(), machine, getpid(),
		g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, &cpus, sizeof(cpus), 1)));
	bytes = g_variant_get_data_as_bytes(card);
	g_variant_unref(card);
	return bytes;
}

static void read_card(struct mate *m, GBytes *bytes)
{
	g_autoptr(GVariant) card = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE("(ssiay)"), bytes, FALSE));
	g_autoptr(GVariant) cpus = g_variant_get_child_value(card, 3);
	gint32 pid;

	g_variant_get(card, "(ssi@ay)", &m->host, &m->machine, &pid, NULL);
	m->pid = pid;
	m->cpus = g_variant_get_data_as_bytes(cpus);
}

static gboolean meet_first(struct crew *c, GError **error)
{
	g_autoptr(GBytes) mine = own_card();
	g_autoptr(GPtrArray) cards = crew_exchange(c, mine);

	for (guint i = 0; i < c->nb; i++) {
		GBytes *card = cards == NULL ? NULL : g_ptr_array_index(cards, i);

		if (card == NULL) {
			g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
				"rank %u of %u did not start", cards == NULL ? 0 : i, c->nb);
			return FALSE;
		}
		read_card(&c->mate[i], card);
	}
	for (guint i = 0; i < c->nb; i++)
		c->mate[i].near = g_str_equal(c->mate[i].machine, c->mate[c->own].machine);
	return TRUE;
}

static void free_crew(struct crew *c)
{
	for (guint i = 0; i < c->nb; i++) {
		g_free(c->mate[i].host);
		g_free(c->mate[i].machine);
		g_free(c->mate[i].death);
		g_clear_pointer(&c->mate[i].cpus, g_bytes_unref);
		g_clear_pointer(&c->mate[i].said, g_bytes_unref);
	}
	for (guint kind = 0; kind < CREW_KINDS; kind++) {
		guint from;

		for (GBytes *bytes; (bytes = crew_take(c, kind, &from)) != NULL;)
			g_bytes_unref(bytes);
	}
	g_clear_pointer(&c->met, g_bytes_unref);
	ranks_mail_free(c->mail);
	g_free(c->mate);
	g_free(c);
}

struct crew *crew_new(struct crew_hush *hush, GError **error)
{
	struct crew *c;

	if (ranks_count() == 1 || !ranks_begin(error))
		return NULL;
	ranks_outlive();
	c = g_new0(struct crew, 1);
	c->own = ranks_own();
	c->nb = ranks_count();
	c->hush = hush;
	c->mail = ranks_mail_new();
	c->mate = g_new0(struct mate, c->nb);
	c->patience_us = (gint64)PATIENCE_S * G_USEC_PER_SEC;
	for (guint i = 0; i < c->nb; i++)
		c->mate[i].heard_us = g_get_monotonic_time();
	for (guint kind = 0; kind < CREW_KINDS; kind++)
		g_queue_init(&c->inbox[kind]);
	if (meet_first(c, error))
		return c;
	free_crew(c);
	return NULL;
}

/* Will mpirun let the others go on when one has died? Else it ends them, in some seconds. */
static gboolean outlives(void)
{
	return g_getenv("OMPI_MCA_orte_enable_recovery") != NULL;
}

/* Somebody is missing: MPI's own farewell would wait for him. What it holds ends with the process. */
static int leave_without_him(struct crew *c, int status)
{
	g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
	gint64 until_us = g_get_monotonic_time() + FAREWELL_US;
	guint left = 0, from;

	/* The leader goes last: its status is the one that counts. */
	if (!crew_leads(c)) {
		(void)crew_post(c, crew_leader(c), CREW_BYE, nothing);
		while (!crew_posted(c) && g_get_monotonic_time() < until_us)
			crew_wait(c);
		status = CLI_DONE;
	}
	for (guint i = 0; i < c->nb; i++)
		left += i != c->own && c->mate[i].death == NULL;
	while (crew_leads(c) && left > 0 && g_get_monotonic_time() < until_us) {
		GBytes *bye = crew_take(c, CREW_BYE, &from);

		left -= bye != NULL;
		if (bye != NULL)
			g_bytes_unref(bye);
		crew_wait(c);
	}
	return status;
}

int crew_end(struct crew *c, int status)
{
	gboolean leads = crew_leads(c);

	if (c == NULL)
		return status;
	if (leads && status != CLI_DONE && outlives())
		fprintf(stderr, "tsim: status %d; mpirun --enable-recovery says 0 all the same\n",
			status);
	if (!crew_is_whole(c))
		return leave_without_him(c, status);
	free_crew(c);
	ranks_end();
	return leads ? status : CLI_DONE;
}

guint crew_own(const struct crew *c)
{
	return c == NULL ? 0 : c->own;
}

guint crew_size(const struct crew *c)
{
	return c == NULL ? 1 : c->nb;
}

guint crew_leader(const struct crew *c)
{
	guint i = 0;

	while (c != NULL && i != c->own && c->mate[i].death != NULL)
		i++;
	return i;
}

gboolean crew_leads(const struct crew *c)
{
	return c == NULL || crew_leader(c) == c->own;
}

const char *crew_host(const struct crew *c, guint rank)
{
	return c == NULL ? g_get_host_name() : c->mate[rank].host;
}

gboolean crew_is_near(const struct crew *c, guint rank)
{
	return c == NULL || c->mate[rank].near;
}

struct cores_place crew_place(const struct crew *c)
{
	struct cores_place place = { .index = 0, .count = 1, .all = crew_size(c) };

	if (c == NULL)
		return place;
	place.count = 0;
	for (guint i = 0; i < c->nb; i++) {
		if (!c->mate[i].near || !g_bytes_equal(c->mate[i].cpus, c->mate[c->own].cpus))
			continue;
		place.index += i < c->own;
		place.count++;
	}
	return place;
}

const char *crew_death(const struct crew *c, guint rank)
{
	return c == NULL ? NULL : c->mate[rank].death;
}

gboolean crew_is_whole(const struct crew *c)
{
	for (guint i = 0; i < crew_size(c); i++)
		if (crew_death(c, i) != NULL)
			return FALSE;
	return TRUE;
}

void crew_set_patience(struct crew *c, unsigned seconds)
{
	if (c != NULL)
		c->patience_us = (gint64)seconds * G_USEC_PER_SEC;
}

void crew_share_interrupt(struct crew *c, _Atomic int *interrupt)
{
	if (c != NULL)
		c->interrupt = interrupt;
}

void crew_dismiss(struct crew *c)
{
	if (c != NULL)
		c->dismissed = TRUE;
}

gboolean crew_is_dismissed(const struct crew *c)
{
	return c != NULL && c->dismissed;
}

static void read_letter(struct crew *c, guint from, guint kind, GBytes *bytes)
{
	switch (kind) {
	case BEAT:
		if (g_bytes_get_size(bytes) != 0 && c->interrupt != NULL)
			atomic_store(c->interrupt, 1);
		g_bytes_unref(bytes);
		break;
	case MEET:
		g_clear_pointer(&c->mate[from].said, g_bytes_unref);
		c->mate[from].said = bytes;
		break;
	case MET:
		g_clear_pointer(&c->met, g_bytes_unref);
		c->met = bytes;
		break;
	default: {
		struct letter *letter = g_new(struct letter, 1);

		*letter = (struct letter){ .from = from, .bytes = bytes };
		g_queue_push_tail(&c->inbox[kind], letter);
	}
	}
}

/* Signs of life go between rank 0 and each other one. */
static void give_sign(struct crew *c, gint64 now_us)
{
	gboolean interrupted = c->interrupt != NULL && atomic_load(c->interrupt) != 0;
	g_autoptr(GBytes) beat = NULL;

	if (now_us - c->beat_us < BEAT_US && (!interrupted || c->interrupt_told))
		return;
	c->beat_us = now_us;
	c->interrupt_told = interrupted;
	beat = g_bytes_new_static("!", interrupted ? 1 : 0);
	for (guint i = 0; i < c->nb; i++)
		if ((c->own == 0 || i == 0) && i != c->own && c->mate[i].death == NULL)
			(void)ranks_post(c->mail, i, BEAT, beat);
}

static void see_who_died(struct crew *c, gint64 now_us)
{
	if (now_us - c->look_us < LOOK_US)
		return;
	c->look_us = now_us;
	for (guint i = 0; i < c->nb; i++) {
		struct mate *m = &c->mate[i];

		if (i == c->own || m->death != NULL)
			continue;
		if (m->near && m->pid != 0 && kill(m->pid, 0) != 0 && errno == ESRCH)
			m->death = g_strdup("died");
		else if ((c->own == 0 || i == 0) && now_us - m->heard_us > c->patience_us)
			m->death = g_strdup_printf("said nothing for %.0f s",
				(double)(now_us - m->heard_us) / G_USEC_PER_SEC);
		/* What there is, is put together before mpirun's signals come. */
		if (m->death != NULL && c->interrupt != NULL && !outlives())
			atomic_store(c->interrupt, 1);
	}
}

void crew_tick(struct crew *c)
{
	gint64 now_us = g_get_monotonic_time();
	guint from, kind;

	if (c == NULL)
		return;
	give_sign(c, now_us);
	/* What one has said before he died is taken before he is found dead. */
	see_who_died(c, now_us);
	for (GBytes *bytes; (bytes = ranks_take(c->mail, &from, &kind)) != NULL;) {
		c->mate[from].heard_us = now_us;
		read_letter(c, from, kind, bytes);
	}
}

void crew_wait(struct crew *c)
{
	crew_tick(c);
	g_usleep(REST_US);
}

gboolean crew_post(struct crew *c, guint to, enum crew_kind kind, GBytes *message)
{
	return ranks_post(c->mail, to, kind, message);
}

GBytes *crew_take(struct crew *c, enum crew_kind kind, guint *from)
{
	struct letter *letter = g_queue_pop_head(&c->inbox[kind]);
	GBytes *bytes;

	if (letter == NULL)
		return NULL;
	bytes = letter->bytes;
	*from = letter->from;
	g_free(letter);
	return bytes;
}

gboolean crew_posted(struct crew *c)
{
	return c == NULL || ranks_posted(c->mail);
}

/* Rank 0: what all said, once all who live have. */
static GBytes *hear_all(struct crew *c, GBytes *mine)
{
	GVariantBuilder all;
	GVariant *value;
	GBytes *bytes;

	for (guint i = 1; i < c->nb; i++)
		while (c->mate[i].said == NULL && c->mate[i].death == NULL)
			crew_wait(c);
	g_variant_builder_init(&all, G_VARIANT_TYPE("a(bay)"));
	for (guint i = 0; i < c->nb; i++) {
		GBytes *said = i == 0 ? mine : c->mate[i].said;
		gsize len = 0;
		const void *data = said == NULL ? NULL : g_bytes_get_data(said, &len);

		g_variant_builder_add(&all, "(b@ay)", said != NULL,
			g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, len, 1));
		g_clear_pointer(&c->mate[i].said, g_bytes_unref);
	}
	value = g_variant_ref_sink(g_variant_builder_end(&all));
	bytes = g_variant_get_data_as_bytes(value);
	g_variant_unref(value);
	for (guint i = 1; i < c->nb; i++)
		if (c->mate[i].death == NULL)
			(void)ranks_post(c->mail, i, MET, bytes);
	return bytes;
}

static void unref_bytes(gpointer bytes)
{
	if (bytes != NULL)
		g_bytes_unref(bytes);
}

GPtrArray *crew_exchange(struct crew *c, GBytes *mine)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(unref_bytes);
	g_autoptr(GVariant) value = NULL;
	g_autoptr(GBytes) bytes = NULL;

	if (c == NULL) {
		g_ptr_array_add(all, g_bytes_ref(mine));
		return g_steal_pointer(&all);
	}
	if (c->own == 0) {
		bytes = hear_all(c, mine);
	} else {
		(void)ranks_post(c->mail, 0, MEET, mine);
		while (c->met == NULL && c->mate[0].death == NULL)
			crew_wait(c);
		bytes = g_steal_pointer(&c->met);
	}
	if (bytes == NULL)
		return NULL;
	value = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE("a(bay)"), bytes, FALSE));
	for (guint i = 0; i < c->nb; i++) {
		g_autoptr(GVariant) data = NULL;
		gboolean there;

		g_variant_get_child(value, i, "(b@ay)", &there, &data);
		g_ptr_array_add(all, there ? g_variant_get_data_as_bytes(data) : NULL);
	}
	return g_steal_pointer(&all);
}

static GBytes *text_bytes(const char *text)
{
	return g_bytes_new(text, text == NULL ? 0 : strlen(text));
}

/* What the ranks say, each text once, and who says nothing any more. NULL: nothing at all. */
static char *join(const struct crew *c, const GPtrArray *texts)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < c->nb; i++) {
		GBytes *text = g_ptr_array_index(texts, i);
		gboolean again = FALSE, by_all = TRUE;

		for (guint j = 0; text != NULL && j < c->nb; j++) {
			GBytes *other = g_ptr_array_index(texts, j);
			gboolean same = other != NULL && g_bytes_equal(other, text);

			again |= same && j < i;
			by_all &= same;
		}
		if (again || (text != NULL && g_bytes_get_size(text) == 0))
			continue;
		if (all->len > 0)
			g_string_append_c(all, '\n');
		if (!by_all || text == NULL)
			g_string_append_printf(all, "rank %u of %u: ", i, c->nb);
		if (text == NULL)
			g_string_append(all, c->mate[i].death == NULL ? "died" : c->mate[i].death);
		else
			g_string_append_len(
				all, g_bytes_get_data(text, NULL), (gssize)g_bytes_get_size(text));
	}
	return g_string_free(all, all->len == 0);
}

gboolean crew_agree(struct crew *c, GError **error)
{
	g_autoptr(GBytes) mine = NULL;
	g_autoptr(GPtrArray) texts = NULL;
	g_autofree char *text = NULL;
	GQuark domain = *error != NULL ? (*error)->domain : SIM_ERROR;
	int code = *error != NULL ? (*error)->code : SIM_ERROR_RESOURCES;

	if (c == NULL)
		return *error == NULL;
	mine = text_bytes(*error == NULL ? NULL : (*error)->message);
	texts = crew_exchange(c, mine);
	if (texts == NULL)
		text = g_strdup_printf("rank 0 of %u %s", c->nb, c->mate[0].death);
	else
		text = join(c, texts);
	g_clear_error(error);
	if (text == NULL)
		return TRUE;
	g_set_error_literal(error, domain, code, text);
	return FALSE;
}

int crew_agree_on_status(struct crew *c, int status)
{
	g_autofree char *said = NULL, *mine_text = NULL;
	g_autoptr(GBytes) mine = NULL;
	g_autoptr(GPtrArray) all = NULL;
	gboolean silent = status == CLI_DONE;

	if (c == NULL)
		return status;
	said = unhush(c->hush);
	mine_text = g_strdup_printf("%d%s", status, said);
	mine = text_bytes(mine_text);
	all = crew_exchange(c, mine);
	for (guint i = 1; i < c->nb; i++) {
		GBytes *bytes = all == NULL ? NULL : g_ptr_array_index(all, i);
		g_autofree char *text = bytes == NULL ? g_strdup_printf("%ddied\n", CLI_FAILED)
						      : g_strndup(g_bytes_get_data(bytes, NULL),
								g_bytes_get_size(bytes));

		if (text[0] == '0' + CLI_DONE)
			continue;
		if (status == CLI_DONE)
			status = text[0] - '0';
		if (c->own == 0 && silent)
			fprintf(stderr, "rank %u of %u: %s", i, c->nb, text + 1);
	}
	if (all != NULL && status == CLI_DONE) {
		GBytes *first = g_ptr_array_index(all, 0);

		status = *(const char *)g_bytes_get_data(first, NULL) - '0';
	}
	return status;
}
