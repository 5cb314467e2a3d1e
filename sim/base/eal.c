/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/eal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include "sim/base/error.h"
#include "sim/base/limits.h"
#include "sim/base/packet_socket.h"

/* words: up to NULL. */
static void add_words(GPtrArray *args, const char *const *words)
{
	for (; *words != NULL; words++)
		g_ptr_array_add(args, g_strdup(*words));
}

#define ADD_WORDS(args, ...) add_words(args, (const char *const[]){ __VA_ARGS__, NULL })

/* EAL's folder would be /tmp/dpdk for everybody without XDG_RUNTIME_DIR: the first user's alone. */
static void choose_runtime_dir(void)
{
	const char *dir = g_get_user_runtime_dir();

	if (getuid() != 0 && g_getenv("XDG_RUNTIME_DIR") == NULL &&
		g_mkdir_with_parents(dir, 0700) == 0)
		g_setenv("RUNTIME_DIRECTORY", dir, FALSE);
}

/*
 * For an option that it does not know, EAL prints its usage, where results are expected. It also raises
 * the soft limit of open files to the hard one, 10^9 here and there.
 */
static int init_eal(int argc, char **argv)
{
	int kept = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC), rc, saved;
	struct rlimit limit;
	gboolean known = getrlimit(RLIMIT_NOFILE, &limit) == 0;

	fflush(stdout);
	if (kept >= 0 && null >= 0)
		(void)dup2(null, STDOUT_FILENO);
	rc = rte_eal_init(argc, argv);
	saved = rte_errno;
	fflush(stdout);
	if (kept >= 0 && null >= 0)
		(void)dup2(kept, STDOUT_FILENO);
	if (kept >= 0)
		close(kept);
	if (null >= 0)
		close(null);
	if (known)
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	rte_errno = saved;
	return rc;
}

static gboolean unexpected_word(const char *word, GError **error)
{
	return sim_fail(error, SIM_ERROR_USAGE,
		"unexpected argument '%s' after --: expected options of DPDK, such as "
		"--log-level=8",
		word);
}

/* With these EAL ends the process, with status 0. */
static gboolean check_no_help(char **extra, GError **error)
{
	static const char *const help[] = { "-h", "--he", "--hel", "--help", NULL };

	for (char **e = extra; e != NULL && *e != NULL; e++) {
		if (g_strv_contains(help, *e))
			return sim_fail(error, SIM_ERROR_USAGE,
				"-- %s: EAL option has no effect here; 'dpdk-testpmd --help' "
				"lists EAL options",
				*e);
	}
	return TRUE;
}

gboolean eal_check_words(char **words, GError **error)
{
	if (words != NULL && words[0] != NULL && words[0][0] != '-')
		return unexpected_word(words[0], error);
	return check_no_help(words, error);
}

/* What EAL says of its command line is the user's fault only if he has written some of it. */
static void start_failed(const struct eal_cfg *cfg, GPtrArray *args, GError **error)
{
	gboolean by_user = cfg->extra != NULL && *cfg->extra != NULL && rte_errno == EINVAL;
	g_autofree char *line = NULL;

	if (by_user) {
		line = g_strjoinv(" ", cfg->extra);
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"-- %s: DPDK rejected an EAL option; --verbose shows details", line);
		return;
	}
	g_ptr_array_add(args, NULL);
	line = g_strjoinv(" ", (char **)args->pdata);
	g_set_error(error, SIM_ERROR, SIM_ERROR_DPDK,
		"DPDK failed to start (%s); --verbose shows details. Arguments: %s",
		rte_strerror(rte_errno), line);
}

eal_words *eal_start(const struct eal_cfg *cfg, GError **error)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) argv = g_ptr_array_new(); /* EAL writes into the array that it gets */
	g_autoptr(GPtrArray) quiet = g_ptr_array_new_with_free_func(g_free);
	gboolean pci = FALSE;
	int used;
	g_autofree char *memory = g_strdup_printf("%u", cfg->memory_mib);

	if (!eal_check_words(cfg->extra, error) || !limits_check_sysfs("", error) ||
		(cfg->hugepages && !limits_check_hugepages("", error)))
		return NULL;
	choose_runtime_dir();
	ADD_WORDS(args, cfg->program, "--lcores", cfg->lcores);
	/* A file per page would be a memory region each: vhost-user has room for eight. */
	if (cfg->hugepages)
		ADD_WORDS(args, "--in-memory", "--single-file-segments");
	else
		ADD_WORDS(args, "--no-huge", "--no-shconf", "-m", memory);
	ADD_WORDS(args, "--no-telemetry");
	for (char **d = cfg->devices; d != NULL && *d != NULL; d++) {
		gboolean vdev = g_str_has_prefix(*d, "net_") || g_str_has_prefix(*d, "eth_");

		if (!packet_socket_check(*d, quiet, error))
			return NULL;
		ADD_WORDS(args, vdev ? "--vdev" : "--allow", *d);
		pci |= !vdev;
	}
	if (!pci)
		ADD_WORDS(args, "--no-pci");
	for (char **e = cfg->extra; e != NULL && *e != NULL; e++)
		ADD_WORDS(args, *e);
	rte_log_set_global_level(cfg->verbose ? RTE_LOG_INFO : RTE_LOG_ERR);
	if (!cfg->verbose)
		ADD_WORDS(args, "--log-level=*:error");
	for (guint i = 0; i < args->len; i++)
		g_ptr_array_add(argv, g_ptr_array_index(args, i));
	g_ptr_array_add(argv, NULL);
	used = init_eal((int)args->len, (char **)argv->pdata);
	if (used < 0) {
		start_failed(cfg, args, error);
		return NULL;
	}
	/* EAL moves the words that it does not use to the end. */
	if (used + 1 < (int)args->len) {
		unexpected_word(g_ptr_array_index(argv, args->len - 1), error);
		return NULL;
	}
	g_ptr_array_add(args, NULL);
	g_ptr_array_extend_and_steal(args, g_steal_pointer(&quiet));
	return g_steal_pointer(&args);
}

void eal_end(eal_words *args)
{
	guint i = 0;

	if (args == NULL)
		return;
	while (i < args->len && args->pdata[i] != NULL)
		i++;
	for (i++; i < args->len; i++)
		packet_socket_restore(args->pdata[i]);
	g_ptr_array_unref(args);
}
