/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/options.h: what tsim can be told. One table parses the command line, prints --help and names
 * the keys of config files; the command line wins.
 */
#ifndef SIM_TRIAL_OPTIONS_H
#define SIM_TRIAL_OPTIONS_H

#include <stdint.h>

#include <glib.h>

#include "analyze/base/cli.h"
#include "sim/base/cores.h"
#include "sim/engine/engine.h"
#include "sim/fleet/fleet.h"
#include "sim/host/setup.h"
#include "traffic/mix.h"
#include "traffic/schedule.h"

enum options_switch { OPTIONS_ON, OPTIONS_OFF };
enum options_payload { OPTIONS_ZERO, OPTIONS_NONE };

struct options {
	/* As given; NULL where the default is "none". Owned. */
	char *profile, *mix, *guests, *rate, *ramp, *share, *arrival, *link;
	char *machine, *interface, *policy, *socket_dir, *cores_text, *guest_cores;
	char *host_cores, *port, *probes, *fault, *swap, *mac;
	char *out, *label, *capture, *config;
	char *as, *qemu, *host_pids, *guest_pids;
	char **eal, **notes;
	int mtu, rep, reps, per_process, memory, vf_limit, mediators, descriptors;
	uint64_t seed;
	uint64_t duration_ns, warm_up_ns, drain_ns, connect_timeout_ns, slack_ns;
	enum cli_format format;
	enum engine_pattern pattern;
	int vhost_word, ioregionfd; /* enum options_switch; -1: not given */
	int reflector;              /* enum reflector_kind; -1: not given */
	enum fleet_driver guest_driver;
	int payload; /* enum options_payload */
	gboolean ipdv, hugepages, all_guests, overwrite, wait, quiet, verbose, check, print_config;

	/* What they mean, by options_check. */
	mix *traffic; /* who is sent what */
	const char *
		*interfaces; /* word of each guest's; texts are traffic's or ours. NULL: on_lab */
	double *pps;         /* nb_pps of them: of --rate, 0 for max; with ramp its steps */
	unsigned nb_pps;
	gboolean vhost;
	double link_bps;    /* 0: no --link */
	double probe_pps;   /* of the timer worker */
	gboolean probe_ptp; /* they are PTP frames */
	uint8_t base_mac[6];
	gboolean on_lab;         /* guests are virtual machines, or the host: lab_setup */
	struct setup lab_setup;  /* its guests are the mix's */
	uint64_t lab_timeout_ns; /* for its guests to boot; UINT64_MAX: by accelerator and number */
	char *lab_qemu, *lab_qemu_path;
	int first_rep;                 /* reps of them from here on */
	struct setup as_setup;         /* with as: what the guests really are */
	char *as_qemu;                 /* of as_setup */
	const struct option_row *rows; /* of the command */
	struct cores_place place;      /* among generators on the same CPUs */
	struct cores cores;            /* as named; campaign_run makes this machine's of them */
	char *command_line;            /* quoted for a shell */
};

/*
 * A command that takes these options, and more: its struct begins with struct options. rows: those of the
 * table below that it has, and its own; of the others it has the defaults.
 */
struct options_kind {
	const struct option_row *rows;
	gboolean (*check)(struct options *o, GError **error); /* after ours; NULL: nothing more */
	void (*clear)(struct options *o);                     /* of the whole struct; calls ours */
};
extern const struct options_kind options_of_run;
/*
 * Parse command line, NULL-terminated and with or without the command before it, and --config into *o.
 * program: whose command it is. place: of this process. Returns CLI_DONE to go on, else the status to end
 * with; errors have been printed. *done is set when nothing is left to do (--check, --print-config).
 */
int options_parse(const struct cli_program *program, char **argv, struct cores_place place,
	const struct options_kind *kind, struct options *o, gboolean *done);
/* The same of words without the command, up to NULL: what they mean, nothing is printed. */
gboolean options_parse_words(const char *const *words, const struct options_kind *kind,
	struct options *o, GError **error);
void options_clear(struct options *o);
/* The table of tsim run. */
extern const struct option_row options_rows[];
extern const char *const options_patterns[]; /* by enum engine_pattern; NULL-terminated */
/*
 * What a trial at pps is scheduled as, but for its seed. steps: room for nb_pps, to be kept as long;
 * with ramp they are set, and pps is not looked at.
 */
struct schedule_cfg options_schedule(
	const struct options *o, double pps, struct schedule_step *steps);
/* Do guests on vhost-user listen on their sockets? Else tsim does. */
gboolean options_guests_listen(const struct options *o);
/*
 * The same options as words for another tsim of the same command, without those that say what guests are and where
 * results go. NULL-terminated, to be freed by g_strfreev.
 */
char **options_words(const struct options *o);
#endif
