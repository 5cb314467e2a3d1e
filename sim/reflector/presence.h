/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/reflector/presence.h: did a process that polls run all the time? One that neither ran nor waited
 * for a CPU stood still: it was stopped, frozen or blocked. Main thread; nothing is allocated.
 */
#ifndef SIM_REFLECTOR_PRESENCE_H
#define SIM_REFLECTOR_PRESENCE_H

#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

/* ns since any origin: time; the process's CPU time; its waiting for a CPU. */
struct presence_look {
	uint64_t now_ns, ran_ns, waited_ns;
};

struct presence {
	pid_t pid; /* 0: nobody is watched */
	struct presence_look last;
	double still_s, worst_s; /* all, and the most between two looks */
	double open_s; /* since the look before the last: it may have been waiting, which the next one shows */
};

/* What the kernel has counted of a process; FALSE: it does not, or the process has ended. */
gboolean presence_read(pid_t pid, uint64_t *ran_ns, uint64_t *waited_ns);
/* pid: of a process that this one may look at; 0: none. */
void presence_start(struct presence *p, pid_t pid);
/* About once a second. A process that has ended adds nothing. */
void presence_second(struct presence *p);
/* Seconds that it stood still; 0 unless that was 0.25 s between two looks (0.5 s: the last ones). */
double presence_stood_still_s(const struct presence *p);

/* What presence_second does with a look. Pure. */
void presence_judge(struct presence *p, const struct presence_look *now);

#endif
