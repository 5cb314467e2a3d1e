/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of all commands, and what those about a testbed share. */
#include "sim/commands/commands.h"

#include <stdatomic.h>
#include <stdio.h>

#include "sim/base/error.h"
#include "sim/base/stop.h"
#include "sim/commands/commands_private.h"

const struct cli_program tsim_program = {
	.name = "tsim",
	.summary = "Measure virtual network interfaces with one traffic mix for many guests",
	.commands =
		(const struct cli_command *const[]){
			&command_run,
			&command_search,
			&command_profile,
			&command_matrix,
			&command_accumulate,
			&command_run_guest,
			&command_kill_guest,
			&command_setup_network,
			&command_teardown_network,
			&command_ping,
			&command_status,
			&command_doctor,
			&command_shell,
			&command_upload,
			&command_vfio_user,
			NULL,
		},
};

const struct option_row bench_rows[] = { BENCH_ROWS(struct bench, ), { 0 } };

int bench_fail(const GError *error)
{
	return cli_fail("tsim", sim_error_status(error), error);
}

gboolean bench_read(struct bench *b)
{
	g_autoptr(GError) error = NULL;

	b->testbed = testbed_read(b->config, &error);
	if (b->testbed == NULL)
		cli_fail("tsim", CLI_USAGE, error);
	return b->testbed != NULL;
}

gboolean bench_open(struct bench *b)
{
	const struct testbed *t;

	if (!bench_read(b))
		return FALSE;
	t = b->testbed;
	b->machine[b->nb++] = &t->host;
	if (!g_str_equal(t->host.fqdn, t->loadgen.fqdn))
		b->machine[b->nb++] = &t->loadgen;
	for (unsigned i = 0; i < b->nb; i++) {
		b->server[i] = testbed_server(b->machine[i], i == 0 ? "host" : "loadgen");
		if (b->dry)
			server_set_dry(b->server[i], stdout);
	}
	return TRUE;
}

void bench_clear(struct bench *b)
{
	for (; b->nb > 0; b->nb--)
		server_free(b->server[b->nb - 1]);
	g_clear_pointer(&b->testbed, testbed_free);
}

int bench_each(struct bench *b, bench_visit visit)
{
	int status = CLI_DONE;

	if (!bench_open(b))
		return CLI_USAGE;
	for (unsigned i = 0; i < b->nb; i++) {
		g_autoptr(GError) error = NULL;

		if (!visit(b, i, &error))
			status = bench_fail(error);
	}
	bench_clear(b);
	return status;
}

void bench_say(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

gboolean bench_is_interrupted(void *arg)
{
	(void)arg;
	return atomic_load(stop_flag()) != 0;
}

struct lab *bench_lab(const struct bench *b)
{
	stop_catch(STOP_AT_SECOND);
	return lab_new(&(struct lab_cfg){ .testbed = b->testbed,
		.dry = b->dry ? stdout : NULL,
		.say = bench_say,
		.interrupt = stop_flag(),
		.connect_timeout_ns = b->connect_timeout_ns == UINT64_MAX
					      ? 0
					      : b->connect_timeout_ns });
}

const char *bench_unseen(struct server *s)
{
	static const char script[] = "[ -z \"${TSIM_STATE_DIR-}\" ] && [ \"$(id -u)\" -ne 0 ] &&\n"
				     "[ -d /run/tsim ] && [ ! -r /run/tsim ]";

	if (!server_test(s, "sh", "-c", script, NULL))
		return "";
	return server_is_local(s) ? "; /run/tsim is owned by root: run with sudo to see it"
				  : "; /run/tsim is owned by root: set ssh_as_root = true to "
				    "see it";
}

void bench_say_empty(FILE *out, struct server *s, const char *text)
{
	const char *hidden = bench_unseen(s);

	fprintf(out, "%s: %s%s\n", server_name(s),
		*hidden == '\0' ? text : "nothing created by this user", hidden);
}
