/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/presence.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/clock_read.h"

#define WORST_S 0.25        /* interrupts, and a hypervisor's other guests, take less of a second */
#define OPEN_S 0.5          /* at the last look: a wait among many processes takes less */
#define NEAR_NS 50000000ULL /* the rest is what interrupts take, and not looked into */

gboolean presence_read(pid_t pid, uint64_t *ran_ns, uint64_t *waited_ns)
{
	/* Documentation/scheduler/sched-stats.rst: ns on a CPU, ns waiting for one, slices. */
	char path[64], text[128] = "", *end;
	ssize_t n;
	int fd;

	g_snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return FALSE;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[MAX(n, 0)] = '\0';
	*ran_ns = strtoull(text, &end, 10);
	*waited_ns = strtoull(end, NULL, 10);
	return n > 0;
}

void presence_judge(struct presence *p, const struct presence_look *now)
{
	uint64_t gap = now->now_ns - p->last.now_ns;
	uint64_t known = now->ran_ns - p->last.ran_ns + now->waited_ns - p->last.waited_ns;
	double missing_s = ((double)gap - (double)known) / 1e9;

	/* A wait is counted when it ends: of one that went on at the last look, it is now. */
	if (missing_s < 0)
		p->open_s = MAX(p->open_s + missing_s, 0);
	p->still_s += p->open_s;
	p->worst_s = MAX(p->worst_s, p->open_s);
	p->open_s = MAX(missing_s, 0);
	p->last = *now;
}

void presence_start(struct presence *p, pid_t pid)
{
	clockid_t clock;

	*p = (struct presence){ 0 };
	if (pid == 0 || clock_getcpuclockid(pid, &clock) != 0 ||
		!presence_read(pid, &p->last.ran_ns,
			&p->last.waited_ns)) /* a kernel that does not count it */
		return;
	p->pid = pid;
	p->last.now_ns = clock_read_ns(CLOCK_MONOTONIC);
	p->last.ran_ns = clock_read_ns(clock);
}

void presence_second(struct presence *p)
{
	struct presence_look now;
	clockid_t clock;
	uint64_t ran_ns; /* not as fine as the clock */

	if (p->pid == 0 || clock_getcpuclockid(p->pid, &clock) != 0)
		return;
	now = (struct presence_look){ .now_ns = clock_read_ns(CLOCK_MONOTONIC),
		.ran_ns = clock_read_ns(clock),
		.waited_ns = p->last.waited_ns };
	if (now.ran_ns < p->last.ran_ns) /* it ended just now */
		return;
	/* With a CPU of its own it runs all the time: then no file is read. */
	if (now.now_ns - p->last.now_ns > now.ran_ns - p->last.ran_ns + NEAR_NS)
		(void)presence_read(p->pid, &ran_ns, &now.waited_ns);
	if (now.waited_ns >= p->last.waited_ns)
		presence_judge(p, &now);
}

double presence_stood_still_s(const struct presence *p)
{
	double open_s = p->open_s >= OPEN_S ? p->open_s : 0;

	return MAX(p->worst_s, open_s) >= WORST_S ? p->still_s + open_s : 0;
}
