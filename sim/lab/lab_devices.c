/* SPDX-License-Identifier: BSD-3-Clause */
/* The process of a lab that gives guests their devices: started before them, watched with them. */
#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/host/network.h"
#include "sim/lab/lab_private.h"
#include "sim/lab/lab_scripts.h"
#include "sim/server/process.h"
#include "sim/vm/vmux_process.h"

enum {
	POLL_US = 20000,
	TIMEOUT_US = 30000000,
	LAST_LINES = 5,
};

const char *lab_devices_process(const struct setup *s)
{
	if (!setup_is_vm(s->machine))
		return NULL;
	return setup_has(s, SETUP_VMUX)        ? "vmux"
	       : setup_has(s, SETUP_VFIO_USER) ? "vfio-user"
					       : NULL;
}

static void name_sockets(struct lab *l, const struct setup *s, const char *state)
{
	const char *named = l->cfg.testbed->vmux_socket_path, *process = lab_devices_process(s);
	g_autofree char *stem = named == NULL ? g_strdup_printf("%s/%s.sock", state, process)
					      : g_strdup(named);
	GPtrArray *all = g_ptr_array_new();

	for (uint32_t i = 0; i < s->guests; i++)
		g_ptr_array_add(all, lab_numbered_path(stem, i));
	g_ptr_array_add(all, NULL);
	g_strfreev(l->device_sockets);
	l->device_sockets = (char **)g_ptr_array_free(all, FALSE);
}

/* how: "make" or "undo". */
static char **sockets_command(const struct lab *l, const char *how)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();

	g_strv_builder_add_many(words, "sh", "-c", LAB_SOCKETS_SH, "sh", how, NULL);
	g_strv_builder_addv(words, (const char **)(uintptr_t)l->device_sockets);
	return g_strv_builder_end(words);
}

/* A killed process leaves its sockets, which would pass for those of the next one. */
static gboolean clear_sockets(struct lab *l, GError **error)
{
	g_auto(GStrv) make = sockets_command(l, "make"), undo = sockets_command(l, "undo");

	return journal_make(l->journal, "sockets of the guests' devices", (const char *const *)make,
		(const char *const *)undo, error);
}

/* "how; its last lines:\n...": newly allocated. */
static char *with_last_lines(struct lab *l, const char *how)
{
	g_autofree char *words = process_words(l->host, lab_devices_process(&l->setup), LAST_LINES);

	return words[0] == '\0' ? g_strdup_printf("%s; it printed nothing", how)
				: g_strdup_printf("%s; its last lines:\n%s", how, words);
}

char *lab_devices_death(struct lab *l)
{
	const char *process = lab_devices_process(&l->setup);
	enum process_state state = PROCESS_RUNNING;
	g_autofree char *end = NULL, *how = NULL;
	g_autoptr(GError) error = NULL;
	int status = 0;

	if (l->device_sockets == NULL || l->cfg.dry != NULL)
		return NULL;
	if (!process_look(l->host, process, &state, &status, &error))
		return g_strdup_printf("%s: state unknown: %s", process, error->message);
	/* Without guests it has not been started. */
	if (state == PROCESS_RUNNING || (state == PROCESS_NONE && l->vms->len == 0))
		return NULL;
	end = process_end_text(state, status);
	how = g_strdup_printf("%s %s%s", process, end,
		l->vms->len == 0 ? "" : ", and all guests lost their interface with it");
	return with_last_lines(l, how);
}

/* Of tsim vfio-user each socket is there when it listens, the last one last. */
static const char *absent_socket(struct lab *l)
{
	const char *last = l->device_sockets[l->setup.guests - 1];

	return server_test(l->host, "test", "-S", last, NULL) ? NULL : last;
}

/* The first socket where nobody listens; NULL: none. Owned by l. */
static const char *deaf_socket(struct lab *l)
{
	g_auto(GStrv) question = network_command(l->netns, "cat", "/proc/net/unix", NULL);
	g_autofree char *table = server_askv(l->host, (const char *const *)question, NULL);
	char **socket = l->device_sockets;

	while (*socket != NULL && table != NULL && vmux_listens(table, *socket))
		socket++;
	return *socket;
}

static gboolean wait_for_sockets(struct lab *l, GError **error)
{
	gint64 until_us = g_get_monotonic_time() + TIMEOUT_US;
	const char *deaf;

	while ((deaf = setup_has(&l->setup, SETUP_VMUX) ? deaf_socket(l) : absent_socket(l)) !=
		NULL) {
		g_autofree char *death = lab_devices_death(l), *how = NULL, *words = NULL;

		if (death != NULL)
			return server_fail(l->host, error, "%s", death);
		if (g_get_monotonic_time() < until_us) {
			g_usleep(POLL_US);
			continue;
		}
		how = g_strdup_printf("%s runs, but does not listen at %s after %d s",
			lab_devices_process(&l->setup), deaf, TIMEOUT_US / 1000000);
		words = with_last_lines(l, how);
		return server_fail(l->host, error, "%s", words);
	}
	return TRUE;
}

static char **vmux_words(const struct lab *l, const struct setup *s)
{
	const struct testbed *t = l->cfg.testbed;
	g_autofree char *mac = lab_mac(l, 0);

	return vmux_command(&(struct vmux_cfg){ .program = t->vmux_path,
		.setup = s,
		.base_mac = mac,
		.cpus = t->vmux_cpus,
		.attached = (const char *const *)l->attached->pdata,
		.sockets = (const char *const *)l->device_sockets });
}

/* Whose back ends are the sockets of the generator, whenever there is one. */
static char **vfio_user_words(const struct lab *l, const struct setup *s)
{
	const struct testbed *t = l->cfg.testbed;
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_autofree char *tsim = lab_program(&t->host, "tsim"), *mac = lab_mac(l, 0);

	g_strv_builder_add_many(words, tsim, "vfio-user", "--mac", mac, NULL);
	argv_addf(words, "--descriptors", "%u", MAX(t->rx_queue_size, t->tx_queue_size));
	if (t->queues > 1)
		argv_addf(words, "--queues", "%u", t->queues);
	for (uint32_t i = 0; i < s->guests; i++)
		g_strv_builder_add_many(words, "--device", l->device_sockets[i], "--back-end",
			l->attached->pdata[i], NULL);
	return g_strv_builder_end(words);
}

gboolean lab_devices_up(struct lab *l, const struct setup *s, GError **error)
{
	const char *state = server_state_dir(l->host, error);
	g_auto(GStrv) argv = NULL;

	if (state == NULL)
		return FALSE;
	name_sockets(l, s, state);
	argv = setup_has(s, SETUP_VMUX) ? vmux_words(l, s) : vfio_user_words(l, s);
	return clear_sockets(l, error) &&
	       journal_start(l->journal, lab_devices_process(s), l->netns,
		       (const char *const *)argv, error) &&
	       (l->cfg.dry != NULL || wait_for_sockets(l, error));
}
