/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/fleet/fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "analyze/base/datadir.h"
#include "analyze/base/text.h"
#include "sim/base/error.h"
#include "sim/reflector/presence.h"
#include "sim/reflector/rings.h"
#include "sim/base/limits.h"

const char *const fleet_drivers[] = { "builtin", "dpdk", NULL };

enum { END_TIMEOUT_MS = 2000, POLL_US = 2000 };

struct process {
	GPid pid;           /* 0: not running */
	uint32_t first, nb; /* of members */
	unsigned cpu;
	gboolean give_way;
	char *report, *log;
	char *death;                  /* NULL: none */
	int serial;                   /* of the last report that was asked for */
	uint64_t busy_cycles, cpu_ns; /* as of the last report */
	struct presence presence;
};

struct fleet {
	/* Its strings and guests are the fleet's own: processes start again later. */
	struct fleet_cfg cfg;
	char *program;
	uint32_t nb_members;
	uint32_t *member; /* numbers of the guests that are started, ascending */
	unsigned nb_processes;
	struct process *processes;
};

static const struct datapath_guest *member_at(const struct fleet *f, uint32_t i)
{
	const struct datapath_guest *g = &f->cfg.guest[f->member[i]];

	g_assert(g->datapath != NULL); /* ours, and with a process */
	return g;
}

gboolean fleet_takes_sockets(const struct datapath_ops *ops)
{
	return g_strcmp0(ops->guest_option, DATAPATH_SOCKET) == 0;
}

static gboolean has_socket(const struct fleet *f, uint32_t i)
{
	return fleet_takes_sockets(member_at(f, i)->ops);
}

/* Slots of one interface that follow each other are one argument: SOCKET@FIRST-LAST. */
static uint32_t add_queues(const struct fleet *f, GPtrArray *args, uint32_t i, uint32_t end)
{
	const struct datapath_guest *first = member_at(f, i);
	const char *address = first->ops->address(first->datapath, first->slot);
	uint32_t n = 1;

	while (i + n < end && member_at(f, i + n)->datapath == first->datapath &&
		member_at(f, i + n)->ops == first->ops &&
		member_at(f, i + n)->slot == first->slot + n)
		n++;
	g_ptr_array_add(args, n == 1 ? g_strdup(address)
				     : g_strdup_printf("%s-%u", address, first->slot + n - 1));
	return n;
}

/* Where the process's guests are reached, and which number the first socket stands for. */
static void add_guests(const struct fleet *f, GPtrArray *args, const struct process *p)
{
	uint32_t end = p->first + p->nb, first_socket = f->member[p->first];
	gboolean sockets = FALSE;

	for (uint32_t i = p->first; i < end;) {
		const struct datapath_guest *g = member_at(f, i);

		g_ptr_array_add(args, g_strdup(g->ops->guest_option));
		if (!has_socket(f, i)) {
			i += add_queues(f, args, i, end);
			continue;
		}
		g_ptr_array_add(args, g_strdup(g->ops->address(g->datapath, g->slot)));
		if (!sockets)
			first_socket = f->member[i];
		sockets = TRUE;
		i++;
	}
	if (sockets) {
		g_ptr_array_add(args, g_strdup_printf("--driver=%s", fleet_drivers[f->cfg.driver]));
		if (f->cfg.driver == FLEET_DRIVER_BUILTIN)
			g_ptr_array_add(args, g_strdup("--server"));
		g_ptr_array_add(args, g_strdup_printf("--descriptors=%u", f->cfg.descriptors));
	}
	g_ptr_array_add(args, g_strdup_printf("--first-guest=%u", first_socket));
	if (f->cfg.step != 1)
		g_ptr_array_add(args, g_strdup_printf("--guest-step=%u", f->cfg.step));
}

static gboolean start_process(struct fleet *f, struct process *p, GError **error)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
	int log = g_open(p->log, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
	gboolean started;

	g_ptr_array_add(args, g_strdup(f->program));
	add_guests(f, args, p);
	g_ptr_array_add(args, g_strdup_printf("--core=%u", p->cpu));
	g_ptr_array_add(args, g_strdup_printf("--parent=%d", getpid()));
	g_ptr_array_add(args, g_strdup_printf("--report=%s", p->report));
	g_ptr_array_add(args, g_strdup_printf("--seed=%" G_GUINT64_FORMAT, f->cfg.seed));
	g_ptr_array_add(args, g_strdup_printf("--frame-len-max=%u", f->cfg.frame_len_max));
	g_ptr_array_add(args, g_strdup_printf("--mac=%s", f->cfg.base_mac));
	if (f->cfg.fault != NULL)
		g_ptr_array_add(args, g_strdup_printf("--fault=%s", f->cfg.fault));
	if (f->cfg.swap != NULL)
		g_ptr_array_add(args, g_strdup_printf("--swap=%s", f->cfg.swap));
	if (f->cfg.relay)
		g_ptr_array_add(args, g_strdup("--relay"));
	if (p->give_way)
		g_ptr_array_add(args, g_strdup("--give-way"));
	if (f->cfg.hugepages)
		g_ptr_array_add(args, g_strdup("--hugepages"));
	g_ptr_array_add(args, NULL);
	g_clear_pointer(&p->death, g_free);
	p->serial = 0;
	p->busy_cycles = 0;
	p->cpu_ns = 0;
	started = g_spawn_async_with_fds(NULL, (char **)args->pdata, NULL,
		G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &p->pid, -1, log, log, error);
	if (log >= 0)
		close(log);
	return started;
}

/* First member of process i of nb, when members are shared out evenly. */
static uint32_t first_of(const struct fleet *f, unsigned i, unsigned nb)
{
	return (uint32_t)((uint64_t)f->nb_members * i / nb);
}

/*
 * Can the members from first to end be one process? Its DPDK devices must not be too many, and none of
 * our guests is left out between its sockets.
 */
static gboolean fits_process(const struct fleet *f, uint32_t first, uint32_t end)
{
	uint32_t nb_sockets = 0, next = 0;

	for (uint32_t i = first; i < end; i++) {
		if (!has_socket(f, i))
			continue;
		if (nb_sockets++ != 0 && f->member[i] != next)
			return FALSE;
		next = f->member[i] + f->cfg.step;
	}
	return f->cfg.driver != FLEET_DRIVER_DPDK || nb_sockets <= FLEET_PORTS_MAX;
}

static unsigned count_processes(const struct fleet *f)
{
	const struct fleet_cfg *c = &f->cfg;
	unsigned nb = c->per_process == 0 ? MIN(f->nb_members, c->cores->nb_guest)
					  : (f->nb_members + c->per_process - 1) / c->per_process;

	/* Ends at the latest with one process a guest. */
	for (;; nb++) {
		unsigned i = 0;

		while (i < nb && fits_process(f, first_of(f, i, nb), first_of(f, i + 1, nb)))
			i++;
		if (i == nb)
			return nb;
	}
}

/* Mediators or bridges, which may be on the guests' CPUs. */
static gboolean host_has_threads(const struct fleet *f)
{
	gboolean has = FALSE;

	for (uint32_t i = 0; i < f->cfg.nb_guests; i++)
		has |= f->cfg.guest[i].datapath != NULL &&
		       f->cfg.guest[i].datapath->ops->cost != NULL;
	return has;
}

static void share_out(struct fleet *f)
{
	const struct fleet_cfg *c = &f->cfg;

	f->member = g_new0(uint32_t, c->nb_guests);
	for (uint32_t i = 0; i < c->nb_guests; i++)
		if (c->guest[i].datapath != NULL && c->guest[i].ops->guest_option != NULL)
			f->member[f->nb_members++] = i;
	f->nb_processes = count_processes(f);
	f->processes = g_new0(struct process, f->nb_processes);
	for (unsigned i = 0; i < f->nb_processes; i++) {
		struct process *p = &f->processes[i];

		p->first = first_of(f, i, f->nb_processes);
		p->nb = first_of(f, i + 1, f->nb_processes) - p->first;
		p->cpu = c->cores->guest_cpu[i % c->cores->nb_guest];
		p->give_way = c->cores->shared || c->cores->crowded ||
			      (c->cores->host_shares && host_has_threads(f)) ||
			      f->nb_processes > c->cores->nb_guest;
		p->report = g_strdup_printf("%s/reflector-%u.json", c->run_dir, i);
		p->log = g_strdup_printf("%s/reflector-%u.log", c->run_dir, i);
	}
}

static gboolean check_limits(const struct fleet *f, GError **error)
{
	/*
	 * Measured: what a process takes without frames, two threads, and the mbufs of a DPDK device:
	 * treflect's pool and what DPDK adds. The built-in driver's memory is its rings and buffers.
	 */
	enum { THREADS = 2, PROCESS_BYTES = 8 << 20, DEVICE_MBUFS = 576, MBUF_BYTES = 512 };
	g_autofree char *who = g_strdup_printf(
		"%u guest%s", f->nb_members, text_plural(f->nb_members));
	uint64_t bytes = (uint64_t)f->nb_processes * PROCESS_BYTES;
	uint64_t of_guest = f->cfg.driver == FLEET_DRIVER_BUILTIN
				    ? rings_lay_out(f->cfg.descriptors, f->cfg.frame_len_max).len
				    : (uint64_t)DEVICE_MBUFS * (f->cfg.frame_len_max + MBUF_BYTES);

	for (uint32_t i = 0; i < f->nb_members; i++)
		if (has_socket(f, i))
			bytes += of_guest;
	return limits_check_tasks("", who, (uint64_t)f->nb_processes * THREADS, error) &&
	       limits_check_memory("", who, bytes, error);
}

struct fleet *fleet_new(const struct fleet_cfg *cfg, GError **error)
{
	struct fleet *f = g_new0(struct fleet, 1);
	gboolean done;

	f->cfg = *cfg;
	f->cfg.guest = g_memdup2(cfg->guest, cfg->nb_guests * sizeof(*cfg->guest));
	f->cfg.run_dir = g_strdup(cfg->run_dir);
	f->cfg.fault = g_strdup(cfg->fault);
	f->cfg.swap = g_strdup(cfg->swap);
	f->cfg.base_mac = g_strdup(cfg->base_mac);
	f->program = datadir_program("treflect");
	if (f->program == NULL) {
		g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
		g_autofree char *dir = g_path_get_dirname(self == NULL ? "?" : self);

		done = sim_fail(error, SIM_ERROR_RESOURCES,
			"treflect not found, neither beside tsim (%s) nor in $PATH; install "
			"both together",
			dir);
	} else {
		share_out(f);
		g_assert(f->nb_members > 0);
		done = check_limits(f, error);
	}
	if (!done || !fleet_revive(f, error))
		g_clear_pointer(&f, fleet_free);
	return f;
}

unsigned fleet_processes(const struct fleet *f)
{
	return f->nb_processes;
}

const char *fleet_driver(const struct fleet *f, const struct datapath *d)
{
	for (uint32_t i = 0; i < f->nb_members; i++)
		if (member_at(f, i)->datapath == d && has_socket(f, i))
			return fleet_drivers[f->cfg.driver];
	return NULL;
}

gboolean fleet_shares(const struct fleet *f)
{
	return f->processes[0].give_way;
}

void fleet_cpu_time(const struct fleet *f, uint64_t *ran_ns, uint64_t *waited_ns)
{
	*ran_ns = 0;
	*waited_ns = 0;
	for (unsigned i = 0; i < f->nb_processes; i++) {
		uint64_t ran = 0, waited = 0;

		if (f->processes[i].pid != 0 && presence_read(f->processes[i].pid, &ran, &waited)) {
			*ran_ns += ran;
			*waited_ns += waited;
		}
	}
}

static void note_death(struct process *p, int status)
{
	/* The last line that it wrote before it died is mostly its reason. */
	g_autofree char *log = NULL;
	g_autofree char *line = text_last_line(
		g_file_get_contents(p->log, &log, NULL, NULL) ? log : "");
	g_autofree char *how = WIFSIGNALED(status)
				       ? g_strdup_printf("killed by signal %d", WTERMSIG(status))
				       : g_strdup_printf(
						 "exited with status %d", WEXITSTATUS(status));

	p->death = line[0] == '\0' ? g_strdup(how) : g_strdup_printf("%s (%s)", how, line);
	g_spawn_close_pid(p->pid);
	p->pid = 0;
}

void fleet_poll(struct fleet *f)
{
	for (unsigned i = 0; i < f->nb_processes; i++) {
		struct process *p = &f->processes[i];
		int status;

		if (p->pid != 0 && waitpid(p->pid, &status, WNOHANG) == p->pid)
			note_death(p, status);
	}
}

/* NULL: the guest is none that has a process here. */
static const struct process *process_of(const struct fleet *f, uint32_t guest)
{
	for (unsigned i = 0; i < f->nb_processes; i++) {
		const struct process *p = &f->processes[i];

		if (guest < f->member[p->first] || guest > f->member[p->first + p->nb - 1])
			continue;
		/* Between ours are those of other ranks. */
		if (f->cfg.guest[guest].datapath == NULL ||
			f->cfg.guest[guest].ops->guest_option == NULL)
			return NULL;
		return p;
	}
	return NULL;
}

const char *fleet_death(const struct fleet *f, uint32_t guest)
{
	const struct process *p = process_of(f, guest);

	return p == NULL ? NULL : p->death;
}

void fleet_watch_start(struct fleet *f)
{
	for (unsigned i = 0; i < f->nb_processes; i++)
		presence_start(&f->processes[i].presence, f->processes[i].pid);
}

void fleet_watch_second(struct fleet *f)
{
	for (unsigned i = 0; i < f->nb_processes; i++)
		if (f->processes[i].pid != 0)
			presence_second(&f->processes[i].presence);
}

double fleet_stood_still_s(const struct fleet *f, uint32_t guest)
{
	const struct process *p = process_of(f, guest);

	return p == NULL ? 0 : presence_stood_still_s(&p->presence);
}

unsigned fleet_pids(const struct fleet *f, pid_t *pids, unsigned nb)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->nb_processes && n < nb; i++)
		if (f->processes[i].pid != 0)
			pids[n++] = f->processes[i].pid;
	return n;
}

gboolean fleet_revive(struct fleet *f, GError **error)
{
	for (unsigned i = 0; i < f->nb_processes; i++)
		if (f->processes[i].pid == 0 && !start_process(f, &f->processes[i], error))
			return FALSE;
	return TRUE;
}

/* The guests of a report, if it is the one that was asked for. */
static gboolean take_report(struct process *p, JsonArray *into)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *root;
	JsonArray *guests;

	if (!json_parser_load_from_file(parser, p->report, NULL) ||
		!JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
		return FALSE;
	root = json_node_get_object(json_parser_get_root(parser));
	if (!json_object_has_member(root, "guests") ||
		json_object_get_int_member_with_default(root, "serial", -1) != p->serial)
		return FALSE;
	p->busy_cycles = (uint64_t)json_object_get_int_member_with_default(root, "busy_cycles", 0);
	p->cpu_ns = (uint64_t)json_object_get_int_member_with_default(root, "cpu_ns", 0);
	guests = json_object_get_array_member(root, "guests");
	for (guint i = 0; guests != NULL && i < json_array_get_length(guests); i++)
		json_array_add_element(into, json_node_copy(json_array_get_element(guests, i)));
	return TRUE;
}

JsonArray *fleet_report(struct fleet *f, unsigned timeout_ms)
{
	JsonArray *all = json_array_new();
	gint64 until_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;

	for (unsigned i = 0; i < f->nb_processes; i++) {
		struct process *p = &f->processes[i];

		if (p->pid == 0)
			continue;
		p->serial++;
		kill(p->pid, SIGUSR1);
	}
	for (unsigned i = 0; i < f->nb_processes; i++) {
		while (f->processes[i].pid != 0 && !take_report(&f->processes[i], all) &&
			g_get_monotonic_time() < until_us)
			g_usleep(POLL_US);
	}
	return all;
}

void fleet_cost(const struct fleet *f, struct datapath_cost *out)
{
	*out = (struct datapath_cost){ .threads = f->nb_processes };
	for (unsigned i = 0; i < f->nb_processes; i++) {
		out->busy_cycles += f->processes[i].busy_cycles;
		out->cpu_ns += f->processes[i].cpu_ns;
	}
}

void fleet_free(struct fleet *f)
{
	gint64 until_us = g_get_monotonic_time() + END_TIMEOUT_MS * 1000;

	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->nb_processes; i++)
		if (f->processes[i].pid != 0)
			kill(f->processes[i].pid, SIGTERM);
	for (unsigned i = 0; i < f->nb_processes; i++) {
		struct process *p = &f->processes[i];

		while (p->pid != 0 && g_get_monotonic_time() < until_us) {
			fleet_poll(f);
			if (p->pid != 0)
				g_usleep(POLL_US);
		}
		if (p->pid != 0) {
			kill(p->pid, SIGKILL);
			waitpid(p->pid, NULL, 0);
		}
		g_free(p->report);
		g_free(p->log);
		g_free(p->death);
	}
	g_free((void *)(uintptr_t)f->cfg.guest);
	g_free((void *)(uintptr_t)f->cfg.run_dir);
	g_free((void *)(uintptr_t)f->cfg.fault);
	g_free((void *)(uintptr_t)f->cfg.swap);
	g_free((void *)(uintptr_t)f->cfg.base_mac);
	g_free(f->processes);
	g_free(f->member);
	g_free(f->program);
	g_free(f);
}
