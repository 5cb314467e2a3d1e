/* SPDX-License-Identifier: BSD-3-Clause */
/* Trials on a lab: a tsim run or tsim search of its own, where the load generator is. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "analyze/base/text.h"
#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/lab/lab_private.h"
#include "sim/lab/lab_scripts.h"
#include "sim/server/process.h"

enum {
	POLL_US = 20000,
	REMOTE_TIMEOUT_MS = 25 * 3600 * 1000, /* tsim ends by itself: a day, and its phases */
	STATUS_UNTRUSTED = 3,
};
#define SENT_MARK ".tsim-sent" /* as lab_results.sh has it */

static void add_vmux_words(const struct lab *l, GStrvBuilder *words)
{
	if (l->vmux_path != NULL) {
		argv_addf(words, NULL, "--note=vmux_path=%s", l->vmux_path);
		argv_addf(words, NULL, "--note=vmux_sha256=%s", l->vmux_sha256);
	}
	if (l->cfg.testbed->vmux_cpus != NULL)
		argv_addf(words, NULL, "--note=vmux_cpus=%s", l->cfg.testbed->vmux_cpus);
	if (l->vmux_pids != NULL)
		argv_addf(words, NULL, "--host-pids=%s", l->vmux_pids);
}

/*
 * Words for tsim that reach the guests of the set-up that stands, and say what they are. Guests
 * that are processes need none.
 */
static void add_lab_words(const struct lab *l, GStrvBuilder *words)
{
	g_autofree char *as = setup_as(&l->setup), *mac = lab_mac(l, 0);

	if (l->setup.machine == MACHINE_PROCESS)
		return;
	g_strv_builder_add_many(words, as, "--machine=external", NULL);
	if (l->port != NULL) {
		argv_addf(words, NULL, "--port=%s", l->port);
	} else {
		argv_addf(words, NULL, "--interface=%s", l->setup.interface->word);
		argv_addf(words, NULL, "--socket-dir=%s", l->socket_dir);
	}
	argv_addf(words, NULL, "--mac=%s", mac);
	g_strv_builder_add(words, "--connect-timeout=30s");
	if (l->wire_text != NULL)
		argv_addf(words, NULL, "--note=wire=%s", l->wire_text);
	if (l->accel != NULL) {
		argv_addf(words, NULL, "--note=accelerator=%s", l->accel);
		argv_addf(words, NULL, "--note=qemu_version=%u.%u", l->qemu_version / 100,
			l->qemu_version % 100);
	}
	if (l->reflector_text != NULL)
		argv_addf(words, NULL, "--note=reflector=%s", l->reflector_text);
	if (l->qemu_pids != NULL)
		argv_addf(words, NULL, "--guest-pids=%s", l->qemu_pids);
	if (setup_has(&l->setup, SETUP_VMUX))
		add_vmux_words(l, words);
}

/* The whole command, for the load generator's machine; out: its folder for results there. */
static char **job_command(struct lab *l, const struct lab_job *job, const char *out,
	const char *label, gboolean shown)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_autofree char *tsim = lab_program(&l->cfg.testbed->loadgen, "tsim");

	if (l->load_netns != NULL)
		g_strv_builder_add_many(words, "ip", "netns", "exec", l->load_netns, NULL);
	g_strv_builder_add_many(words, tsim, job->verb, NULL);
	add_lab_words(l, words);
	g_strv_builder_addv(words, (const char **)(uintptr_t)job->args);
	argv_addf(words, NULL, "--out=%s", out);
	argv_addf(words, NULL, "--label=%s", label);
	if (!shown)
		g_strv_builder_add(words, "--quiet");
	return g_strv_builder_end(words);
}

/* A stream that speaks when vmux or a QEMU has ended; NULL: there are none, or it cannot be watched. */
static struct stream *watch_guests(struct lab *l)
{
	g_auto(GStrv) names = lab_guests_processes(l);

	return names[0] == NULL ? NULL : process_watch(l->host, (const char *const *)names, NULL);
}

static gboolean has_spoken(struct stream *watch)
{
	char byte;

	return watch != NULL && stream_read(watch, &byte, 1, 0, NULL) > 0;
}

static int wait_for(struct lab *l, GPid pid)
{
	struct stream *watch = watch_guests(l);
	gboolean told = FALSE;
	int raw;

	while (waitpid(pid, &raw, WNOHANG) == 0) {
		if (!told && ((l->cfg.interrupt != NULL && atomic_load(l->cfg.interrupt) != 0) ||
				     has_spoken(watch))) {
			kill(pid, SIGINT);
			told = TRUE;
		}
		g_usleep(POLL_US);
	}
	stream_free(watch);
	g_spawn_close_pid(pid);
	return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

static gboolean run_here(
	struct lab *l, char **argv, gboolean shown, int *status, char **words, GError **error)
{
	g_autofree char *log = NULL, *said = NULL;
	int fd = shown ? -1 : g_file_open_tmp("tsim-trial-XXXXXX", &log, error);
	gboolean started;
	GPid pid;

	if (!shown && fd < 0)
		return FALSE;
	/* With fd for both; -1 is this process's own. */
	started = g_spawn_async_with_fds(NULL, argv, NULL,
		G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
			(shown ? G_SPAWN_CHILD_INHERITS_STDIN : 0),
		lab_lead_group, GINT_TO_POINTER(getpid()), &pid, -1, fd, fd, error);
	if (started)
		*status = wait_for(l, pid);
	if (!shown) {
		if (g_file_get_contents(log, &said, NULL, NULL))
			*words = text_last_line(said);
		close(fd);
		unlink(log);
	}
	return started;
}

/* Its results, from the load generator's machine to ours. */
static gboolean fetch_results(struct lab *l, const char *there, const char *dir, GError **error)
{
	g_autofree char *list = server_ask(
		l->loadgen, error, "sh", "-c", LAB_RESULTS_SH, "sh", there, NULL);
	g_auto(GStrv) names = NULL;

	if (list == NULL)
		return FALSE;
	names = g_strsplit(g_strchomp(list), "\n", -1);
	for (char **name = names; *name != NULL; name++) {
		g_autofree char *from = g_build_filename(there, *name, NULL);
		g_autofree char *to = g_build_filename(dir, *name, NULL);

		if (**name != '\0' && !server_get(l->loadgen, from, to, error))
			return FALSE;
	}
	return TRUE;
}

/* What it goes on with, from our machine to the load generator's. */
static gboolean send_files(
	struct lab *l, const struct lab_job *job, const char *there, GError **error)
{
	g_autofree char *mark = g_build_filename(there, SENT_MARK, NULL);

	if (!server_dol(l->loadgen, error, "rm", "-rf", "--", there, NULL))
		return FALSE;
	for (const char *const *name = job->files; name != NULL && *name != NULL; name++) {
		g_autofree char *from = g_build_filename(job->dir, *name, NULL);
		g_autofree char *to = g_build_filename(there, *name, NULL);

		if (!server_put(l->loadgen, from, to, 0644, error))
			return FALSE;
	}
	/* Newer ones come back. */
	return job->files == NULL || job->files[0] == NULL ||
	       server_dol(l->loadgen, error, "touch", "--", mark, NULL);
}

static gboolean run_there(struct lab *l, const struct lab_job *job, const char *label, int *status,
	char **words, GError **error)
{
	g_auto(server_result) r = { 0 };
	g_auto(GStrv) argv = NULL;
	g_autofree char *out = NULL, *there = NULL;
	const char *state = server_state_dir(l->loadgen, error);
	gboolean fetched;

	if (state == NULL)
		return FALSE;
	out = g_build_filename(state, "out", NULL);
	there = g_build_filename(out, label, NULL);
	argv = job_command(l, job, out, label, FALSE);
	if (!send_files(l, job, there, error) || !server_run(l->loadgen, (const char *const *)argv,
							 NULL, REMOTE_TIMEOUT_MS, &r, error))
		return FALSE;
	if (job->shown) {
		fputs(r.out, stdout);
		fputs(r.err, stderr);
	}
	*status = r.status;
	*words = g_strdup(r.err);
	/* Also where it failed: what was measured before that is done. */
	fetched = fetch_results(l, there, job->dir, error);
	(void)server_dol(l->loadgen, NULL, "rm", "-rf", "--", there, NULL);
	return fetched;
}

gboolean lab_measure(struct lab *l, const struct lab_job *job, int *status, GError **error)
{
	g_autofree char *out = g_path_get_dirname(job->dir), *label = g_path_get_basename(job->dir);
	g_autofree char *words = NULL, *death = NULL;
	g_auto(GStrv) argv = NULL;
	gboolean here = server_is_local(l->loadgen);

	*status = 0;
	if (l->cfg.dry != NULL || here)
		argv = job_command(l, job, out, label, job->shown);
	if (l->cfg.dry != NULL)
		return server_do(l->loadgen, (const char *const *)argv, error);
	if (here ? !run_here(l, argv, job->shown, status, &words, error)
		 : !run_there(l, job, label, status, &words, error))
		return FALSE;
	death = lab_guests_death(l);
	if (death != NULL)
		return sim_fail(error, SIM_ERROR_GUEST, "%s", death);
	if (job->shown || *status == 0 || *status == STATUS_UNTRUSTED)
		return TRUE;
	return server_fail(l->loadgen, error, "tsim %s: %s (exit status %d)", job->verb,
		words == NULL || words[0] == '\0' ? "failed" : words, *status);
}
