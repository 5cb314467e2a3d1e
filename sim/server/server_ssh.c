/* SPDX-License-Identifier: BSD-3-Clause */
/* A machine reached by SSH: commands run to their end, and what streams and the terminal share. */
#include <stdint.h>

#include "analyze/base/text.h"
#include "sim/server/server.h"
#include "sim/server/server_scripts.h"
#include "sim/server/ssh_job.h"
#include "sim/server/ssh_stream.h"
#include "sim/server/ssh_terminal.h"

static gboolean fail_late(
	struct server *s, struct ssh_job *j, const struct command *c, GError **error)
{
	struct ssh_remote *r = s->state;
	g_autofree char *group = ssh_job_group(j->err);
	gboolean killed = group != NULL && ssh_job_kill(s, j, group);

	if (!killed && r->link == j->link)
		g_clear_pointer(&r->link, ssh_link_unref);
	return server_fail(s, error, "%s: timed out after %u s, %s", c->what, c->timeout_ms / 1000,
		killed ? "killed" : "may still be running");
}

/* What a command leaves in its group ends with it, as on this machine. */
static gboolean end_group(struct server *s, struct ssh_job *j)
{
	g_autoptr(GString) said = g_string_new(j->err->str);
	g_autofree char *group = ssh_job_group(said);

	return group != NULL && *group != '\0' && ssh_job_kill(s, j, group) && ssh_job_wait(j);
}

static gboolean remote_run(
	struct server *s, const struct command *c, struct server_result *out, GError **error)
{
	g_autofree char *line = ssh_job_line(s, SSH_ANNOUNCE_SH "exec \"$@\"\n", c->argv),
			*group = NULL, *why = NULL;
	g_auto(ssh_job) j = ssh_job_new();

	j.input = c->input;
	j.input_len = c->input_len;
	j.stall_ms = c->is_copy ? c->timeout_ms : 0;
	if (!ssh_job_start(s, &j, c->what, line, error))
		return FALSE;
	j.until_us = ssh_deadline(c->timeout_ms);
	if (!ssh_job_wait(&j) || (j.lingers && !end_group(s, &j)))
		return fail_late(s, &j, c, error);
	if (j.broken || j.status == SSH_UNTOLD)
		return ssh_job_broke(s, &j, c->what, error);
	group = ssh_job_group(j.err);
	if (group != NULL && *group == '\0')
		return server_fail(s, error, "%s: program not found", c->argv[0]);
	if (group == NULL) {
		/* A shell that takes no commands says so on stdout. */
		why = text_last_line(j.err->len > 0 ? j.err->str : j.out->str);
		return server_fail(
			s, error, "%s: not executed: %s (exit status %d)", c->what, why, j.status);
	}
	out->status = j.status;
	out->out_len = j.out->len;
	out->out = g_string_free(g_steal_pointer(&j.out), FALSE);
	out->err = g_string_free(g_steal_pointer(&j.err), FALSE);
	return TRUE;
}

static void remote_free(struct server *s)
{
	struct ssh_remote *r = s->state;

	ssh_link_unref(r->link);
	g_free((char *)(uintptr_t)r->cfg.name);
	g_free((char *)(uintptr_t)r->cfg.address);
	g_free((char *)(uintptr_t)r->cfg.config);
	g_free((char *)(uintptr_t)r->cfg.identity);
	g_free((char *)(uintptr_t)r->cfg.known_hosts);
	g_free(r);
}

struct server *server_new_ssh(const struct server_ssh_cfg *cfg)
{
	static const struct server_ops ops = {
		.run = remote_run,
		.open = ssh_stream_open,
		.connect = ssh_stream_connect,
		.terminal = ssh_terminal,
		.free = remote_free,
	};
	struct ssh_remote *r = g_new0(struct ssh_remote, 1);

	r->cfg = *cfg;
	r->cfg.name = g_strdup(cfg->name);
	r->cfg.address = g_strdup(cfg->address);
	r->cfg.config = g_strdup(cfg->config);
	r->cfg.identity = g_strdup(cfg->identity);
	r->cfg.known_hosts = g_strdup(cfg->known_hosts);
	return server_new(&ops, cfg->name, r);
}
