/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/server/ssh_job.h: a command that runs on a channel of an SSH connection, with OpenSSH's sshd: it
 * makes each command the leader of a session and group of its own, which is how a command that takes
 * too long is ended with all it started. What server_ssh, ssh_stream and ssh_terminal stand on.
 * Errors are of SIM_ERROR and begin with the server's name; what names the command in them.
 */
#ifndef SIM_SERVER_SSH_JOB_H
#define SIM_SERVER_SSH_JOB_H

#include "sim/server/server_private.h"
#include "sim/server/ssh_link.h"

enum {
	SSH_CHUNK = 32768,   /* a packet's data, as OpenSSH takes it */
	SSH_STEP_MS = 10000, /* of a step that has no limit of its own */
	SSH_UNTOLD = -1,     /* status of a job that runs, or whose end nobody has told */
};

/* State of a server that is reached by SSH. */
struct ssh_remote {
	struct server_ssh_cfg cfg; /* strings owned */
	struct ssh_link *link;     /* NULL: none yet, or it broke */
};

typedef struct ssh_job ssh_job;
struct ssh_job {
	struct ssh_link *link;
	ssh_channel channel;
	struct ssh_channel_callbacks_struct callbacks;
	int status;        /* SSH_UNTOLD as long as it runs */
	const char *input; /* what is still to be sent */
	size_t input_len;
	gboolean eof_sent, broken;
	gboolean announced; /* stdout is the command's: none of ours is awaited, or it was seen */
	gboolean lingers;   /* it has ended, and something that it left has its outputs open */
	GString *out, *err; /* what was read, and not yet taken */
	gint64 until_us;
	unsigned stall_ms; /* until_us goes on with the data; 0: it does not */
};

/* Nothing of it runs yet. */
struct ssh_job ssh_job_new(void);
void ssh_job_clear(struct ssh_job *j);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ssh_job, ssh_job_clear)

/* What ssh_announce.sh says of a command first, on stdout and stderr. */
#define SSH_MARK "tsim-group"

/*
 * The line for sshd that runs argv, by sudo where the server is root's; script: of ours, before it, which
 * gets the words as "$@", and begins with SSH_ANNOUNCE_SH; NULL: none. Newly allocated.
 */
char *ssh_job_line(struct server *s, const char *script, const char *const *argv);
/*
 * Its channel. One that opens shows that the connection lives: one that is found dead is made anew
 * once, nothing has been sent by then. path: of a Unix socket there; NULL: for a command.
 */
gboolean ssh_job_open(struct server *s, struct ssh_job *j, const char *path, GError **error);
/* Sends the line (NULL: a login shell), with which the command counts as run. SSH_OK, SSH_ERROR. */
int ssh_job_exec(struct ssh_job *j, const char *line);
/* Both. */
gboolean ssh_job_start(
	struct server *s, struct ssh_job *j, const char *what, const char *line, GError **error);
/* Reads what is there into out or err. FALSE: nothing was. */
gboolean ssh_job_read(struct ssh_job *j, int is_stderr);
/* Until it has ended and all was read, or it lingers; FALSE if that takes longer than until_us. */
gboolean ssh_job_wait(struct ssh_job *j);
/*
 * What the script said of itself, taken out of err: "GROUP START", "" for a missing program, NULL
 * if it has not said it. Newly allocated.
 */
char *ssh_job_group(GString *err);
/* Kills all of a group, by the connection that its job was started by. */
gboolean ssh_job_kill(struct server *s, const struct ssh_job *victim, const char *group);
/* The error of a connection that broke under it, which is given up. FALSE always. */
gboolean ssh_job_broke(struct server *s, struct ssh_job *j, const char *what, GError **error);
/* What libssh says of the last failure. Borrowed. */
const char *ssh_job_reason(const struct ssh_job *j);

/* g_get_monotonic_time() so many ms from now. */
gint64 ssh_deadline(unsigned ms);

#endif
