/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/eal.h"

#include <sys/resource.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include "sim/error.h"
#include "sim/limits.h"

static void add(GPtrArray *args, const char *text)
{
	g_ptr_array_add(args, g_strdup(text));
}

/* EAL's folder would be /tmp/dpdk for everybody without XDG_RUNTIME_DIR: the first user's alone. */
static void choose_runtime_dir(void)
{
	const char *dir = g_get_user_runtime_dir();

	if (getuid() != 0 && g_getenv("XDG_RUNTIME_DIR") == NULL &&
		g_mkdir_with_parents(dir, 0700) == 0)
		g_setenv("RUNTIME_DIRECTORY", dir, FALSE);
}

/* rte_eal_init raises the soft limit of open files to the hard one, 10^9 here and there. */
static int init_within_limits(int argc, char **argv)
{
	struct rlimit limit;
	gboolean known = getrlimit(RLIMIT_NOFILE, &limit) == 0;
	int rc = rte_eal_init(argc, argv), saved = rte_errno;

	if (known)
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	rte_errno = saved;
	return rc;
}

static gboolean unexpected_word(const char *word, GError **error)
{
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"unexpected word '%s' after --: expected options of DPDK, such as --log-level=8",
		word);
	return FALSE;
}

gboolean eal_check_words(char **words, GError **error)
{
	return words == NULL || words[0] == NULL || words[0][0] == '-' ||
	       unexpected_word(words[0], error);
}

GPtrArray *eal_start(const struct eal_cfg *cfg, GError **error)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) argv = g_ptr_array_new(); /* EAL writes into the array that it gets */
	gboolean pci = FALSE;
	int used;
	g_autofree char *memory = g_strdup_printf("%u", cfg->memory_mib);

	if (!limits_check_sysfs("", error) ||
		(cfg->hugepages && !limits_check_hugepages("", error)))
		return NULL;
	choose_runtime_dir();
	add(args, cfg->program);
	add(args, "--lcores");
	add(args, cfg->lcores);
	if (cfg->hugepages) {
		add(args, "--in-memory");
		/* A file per page would be a memory region each: vhost-user has room for eight. */
		add(args, "--single-file-segments");
	} else {
		add(args, "--no-huge");
		add(args, "--no-shconf");
		add(args, "-m");
		add(args, memory);
	}
	add(args, "--no-telemetry");
	for (char **d = cfg->devices; d != NULL && *d != NULL; d++) {
		gboolean vdev = g_str_has_prefix(*d, "net_") || g_str_has_prefix(*d, "eth_");

		add(args, vdev ? "--vdev" : "--allow");
		add(args, *d);
		pci |= !vdev;
	}
	if (!pci)
		add(args, "--no-pci");
	for (char **e = cfg->extra; e != NULL && *e != NULL; e++)
		add(args, *e);
	rte_log_set_global_level(cfg->verbose ? RTE_LOG_INFO : RTE_LOG_ERR);
	if (!cfg->verbose)
		add(args, "--log-level=*:error");
	for (guint i = 0; i < args->len; i++)
		g_ptr_array_add(argv, g_ptr_array_index(args, i));
	g_ptr_array_add(argv, NULL);
	used = init_within_limits((int)args->len, (char **)argv->pdata);
	if (used < 0) {
		g_autofree char *line = NULL;

		g_ptr_array_add(args, NULL);
		line = g_strjoinv(" ", (char **)args->pdata);
		g_set_error(error, SIM_ERROR, SIM_ERROR_DPDK,
			"DPDK does not start (%s); with --verbose it says more. Its arguments "
			"were: %s",
			rte_strerror(rte_errno), line);
		return NULL;
	}
	/* EAL moves the words that it does not use to the end. */
	if (used + 1 < (int)args->len) {
		unexpected_word(g_ptr_array_index(argv, args->len - 1), error);
		return NULL;
	}
	return g_steal_pointer(&args);
}
